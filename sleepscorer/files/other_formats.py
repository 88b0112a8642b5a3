"""Opens recordings that are neither EDF nor BDF, through mne's readers.

mne is imported only here and only when such a file is opened: that takes longer than opening any
EDF file. Its readers are strict and their errors are of every kind, so all of them become one
sentence.
"""

import math
import re
import threading
import warnings
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.events import Event
from sleepscorer.core.recording import FloatArray, Gap, Quarantined, Recording, Signal

OTHER_FORMATS = MappingProxyType(
    {
        ".vhdr": "BrainVision",
        ".ahdr": "BrainVision",
        ".set": "EEGLAB",
        ".fif": "FIF",
        ".fif.gz": "FIF",
        ".gdf": "GDF",
        ".cnt": "CNT",
        ".nedf": "Neuroelectrics",
        ".lay": "Persyst",
    }
)
"""Name of each format by the end of the file name.

Only those that mne reads on its own: EGI's MFF, ANT's CNT and others need further packages.
"""

_COMPANIONS = {".eeg": ".vhdr", ".vmrk": ".vhdr", ".fdt": ".set", ".dat": ".lay"}
_GAP_TEXT = "BAD_ACQ_SKIP"


def format_suffix(path: Path) -> str:
    """Return the end of the file name that tells the format, in lower case."""
    name = path.name.lower()
    return ".fif.gz" if name.endswith(".fif.gz") else path.suffix.lower()


def companion_hint(path: Path) -> str:
    """Return which file to open instead, where this one holds a part of a recording."""
    suffix = _COMPANIONS.get(format_suffix(path))
    header = path.with_suffix(suffix) if suffix else None
    return f"open {header.name} instead" if header is not None and header.is_file() else ""


def open_other(path: Path | str) -> Recording:
    """Open a recording in one of :data:`OTHER_FORMATS`.

    Raises
    ------
    RecordingError
        If mne can't read it.
    """
    path = Path(path)
    name = OTHER_FORMATS[format_suffix(path)]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        raw = _read_raw(path, name)
    rate_hz = float(raw.info["sfreq"])
    duration_s = raw.n_times / rate_hz
    events, gaps = _events_and_gaps(raw)
    signals, quarantined = _signals(raw, path, gaps)
    return Recording(
        path=path,
        format_name=name,
        start=_start(raw),
        duration_s=duration_s,
        signals=signals,
        gaps=gaps,
        events=events,
        quarantined=quarantined,
        warnings=tuple(dict.fromkeys(_one_line(str(w.message)) for w in caught)),
        files=_files(raw, path),
    )


def _files(raw: Any, path: Path) -> tuple[Path, ...]:
    """Return all files of a recording: its header, its samples, BrainVision's markers."""
    samples = (Path(name) for name in raw.filenames if name is not None)
    found = (path, *sorted(samples), *_marker_file(path))
    unique: dict[Path, Path] = {}
    for file in found:
        if file.is_file():
            unique.setdefault(file.resolve(), file)
    return tuple(unique.values())


def _marker_file(path: Path) -> tuple[Path, ...]:
    if format_suffix(path) not in (".vhdr", ".ahdr"):
        return ()
    named = re.search(r"^MarkerFile\s*=\s*(.+?)\s*$", _text(path), re.MULTILINE | re.IGNORECASE)
    return () if named is None else (path.parent / named[1].replace("$b", path.stem),)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RecordingError(f"the file can't be read: {error.strerror}", path=path) from error
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _read_raw(path: Path, name: str) -> Any:
    # The readers raise whatever a broken file leads them to.
    try:
        import mne

        return mne.io.read_raw(path, preload=False, verbose="error")
    except MemoryError:
        raise RecordingError(
            f"there is not enough memory to open this {name} file", path=path
        ) from None
    except Exception as error:
        raise RecordingError(
            f"it can't be read as {name}: {_one_line(str(error)) or type(error).__name__}",
            path=path,
        ) from error


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _start(raw: Any) -> datetime | None:
    measured: datetime | None = raw.info["meas_date"]
    if measured is None:
        return None
    # Amplifiers write local time; mne only labels it UTC.
    return measured.replace(tzinfo=None) + timedelta(seconds=float(raw.first_time))


def _events_and_gaps(raw: Any) -> tuple[tuple[Event, ...], tuple[Gap, ...]]:
    events, gaps = [], []
    for annotation in raw.annotations:
        onset_s = round(float(annotation["onset"]) - float(raw.first_time), 6)
        duration_s = float(annotation["duration"])
        text = str(annotation["description"])
        if text == _GAP_TEXT:
            gaps.append(Gap(onset_s, onset_s + duration_s))
            continue
        channels = tuple(annotation.get("ch_names", ())) or (None,)
        events += [Event(onset_s, duration_s or None, text, channel) for channel in channels]
    events.sort(key=lambda event: event.onset_s)
    return tuple(events), _joined(gaps)


def _joined(gaps: list[Gap]) -> tuple[Gap, ...]:
    """Sort gaps and join those that overlap: a FIF file may mark the same one twice."""
    joined: list[Gap] = []
    for gap in sorted(gaps, key=lambda gap: gap.start_s):
        if joined and gap.start_s <= joined[-1].stop_s:
            joined[-1] = Gap(joined[-1].start_s, max(joined[-1].stop_s, gap.stop_s))
        else:
            joined.append(gap)
    return tuple(joined)


def _signals(
    raw: Any, path: Path, gaps: tuple[Gap, ...]
) -> tuple[tuple[Signal, ...], tuple[Quarantined, ...]]:
    from mne.io.constants import FIFF

    file = _MneFile(raw, path, gaps)
    # Where a reader keeps the unit it found, it is here; there is no public way to it.
    stored_units: dict[str, str] = getattr(raw, "_orig_units", None) or {}
    stored_units = {label: unit for label, unit in stored_units.items() if unit != "n/a"}
    signals, quarantined = [], []
    for i, (channel, kind) in enumerate(zip(raw.info["chs"], raw.get_channel_types(), strict=True)):
        label = str(channel["ch_name"]).strip()
        if kind == "stim":
            quarantined.append(Quarantined(label, "it holds trigger codes, not a signal"))
            continue
        is_voltage = int(channel["unit"]) == int(FIFF.FIFF_UNIT_V)
        stored_unit = str(stored_units.get(channel["ch_name"], "V" if is_voltage else ""))
        signals.append(
            Signal(
                label=label,
                sampling_rate_hz=file.rate_hz,
                unit="uV" if is_voltage else stored_unit,
                stored_unit=stored_unit,
                n_samples=file.n_samples,
                source=_MneSource(file, i, 1e6 if is_voltage else 1.0),
            )
        )
    return tuple(signals), tuple(quarantined)


class _MneFile:
    """Stored samples of an mne recording; safe to share between threads."""

    def __init__(self, raw: Any, path: Path, gaps: tuple[Gap, ...]) -> None:
        self.rate_hz = float(raw.info["sfreq"])
        self.n_samples = int(raw.n_times)
        self.gaps = gaps
        self._raw = raw
        self._path = path
        # mne's readers share a file position and buffers between channels.
        self._lock = threading.Lock()

    def stored(self, index: int, begin: int, end: int) -> NDArray[np.float64]:
        """(end - begin,) samples of one channel in mne's unit, volts for voltages."""
        try:
            with self._lock:
                values: NDArray[np.float64] = self._raw.get_data(
                    picks=[index], start=begin, stop=end, verbose="error"
                )[0]
        except Exception as error:
            raise RecordingError(
                f"its samples can't be read: {_one_line(str(error)) or type(error).__name__}",
                path=self._path,
            ) from error
        return values


class _MneSource:
    """The samples of one channel, mne's values times ``factor``."""

    def __init__(self, file: _MneFile, index: int, factor: float) -> None:
        self._file = file
        self._index = index
        self._factor = factor

    def read(self, start_s: float, stop_s: float) -> FloatArray:
        """(n_samples,) from ``start_s`` to before ``stop_s``; NaN where there are none."""
        if not (math.isfinite(start_s) and math.isfinite(stop_s)):
            raise ValueError(f"times must be finite, not {start_s} and {stop_s}")
        rate_hz = self._file.rate_hz
        first, stop = round(start_s * rate_hz), round(stop_s * rate_hz)
        out = np.full(max(0, stop - first), np.nan, np.float32)
        begin, end = max(first, 0), min(stop, self._file.n_samples)
        if begin < end:
            stored = self._file.stored(self._index, begin, end)
            out[begin - first : end - first] = stored * self._factor
        for gap in self._file.gaps:
            gap_begin = max(round(gap.start_s * rate_hz) - first, 0)
            out[gap_begin : max(round(gap.stop_s * rate_hz) - first, 0)] = np.nan
        return out
