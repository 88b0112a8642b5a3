"""Opens recordings of FIF, GDF, CNT and Neuroelectrics through mne's readers.

mne is imported only here and only when such a file is opened: that takes longer than opening any
EDF file. It is silent here, and what it raises becomes one sentence of ours.
"""

import math
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.events import Event
from sleepscorer.core.recording import Gap, Recording
from sleepscorer.files.other_formats.channels import (
    Channel,
    check_length,
    checked_rate,
    signals_of,
)
from sleepscorer.files.other_formats.fif_check import check_fif
from sleepscorer.files.other_formats.joints import Joint, Timeline, timeline
from sleepscorer.files.other_formats.marks import is_joint, lost_samples, text_without_type
from sleepscorer.files.other_formats.quietly import read_quietly
from sleepscorer.files.other_formats.samples import Scale

_SKIP = "bad_acq_skip"
_UNIT_OF_FORMAT = MappingProxyType({"FIF": "V", "Neuroelectrics": "nV"})
# mne numbers labels that stand twice; of a blank one the number is all there is.
_NUMBERED_BLANK = re.compile(r"-\d+", re.ASCII)


def open_through_mne(path: Path, name: str) -> Recording:
    """Open a recording in one of mne's formats.

    Parameters
    ----------
    path
        The file.
    name
        Of the format, for people.

    Raises
    ------
    RecordingError
        If mne can't read it.
    """
    if name == "FIF":
        check_fif(path, name)

    def read() -> Recording:
        return _opened(_read_raw(path), path, name)

    recording, warnings = read_quietly(read, name, path)
    return replace(recording, warnings=(*warnings, *recording.warnings))


def _read_raw(path: Path) -> Any:
    import mne

    return mne.io.read_raw(path, preload=False, verbose="warning")


def _opened(raw: Any, path: Path, name: str) -> Recording:
    rate_hz = float(raw.info["sfreq"])
    checked_rate(rate_hz, path)
    n_samples = int(raw.n_times)
    check_length(n_samples / rate_hz, path)
    files = _files(raw, path)
    _check_claim(n_samples, files, name, path)
    marks = list(_marks(raw))
    times = timeline(
        _joints(marks, rate_hz),
        n_samples=n_samples,
        rate_hz=rate_hz,
        skips=[
            Gap(mark.onset_s, mark.onset_s + (mark.duration_s or 0.0))
            for mark in marks
            if mark.text.casefold() == _SKIP
        ],
    )
    signals, quarantined = signals_of(_channels(raw, name), _MneFile(raw, path), times)
    return Recording(
        path=path,
        format_name=name,
        start=_start(raw),
        duration_s=times.duration_s,
        signals=signals,
        gaps=times.gaps,
        events=_events(marks, times),
        quarantined=quarantined,
        warnings=times.warnings,
        files=files,
    )


def _check_claim(n_samples: int, files: tuple[Path, ...], name: str, path: Path) -> None:
    """Refuse more samples than the files have bytes; FIF alone leaves out what was not recorded."""
    size = sum(file.stat().st_size for file in files)
    if name != "FIF" and n_samples > size:
        raise RecordingError(
            f"its header counts {n_samples} samples of each channel, the file has {size} bytes",
            path=path,
            hint="the file is cut short or its header damaged: copy it once more",
        )


def _files(raw: Any, path: Path) -> tuple[Path, ...]:
    """Return all files of a recording: its header, and its samples."""
    samples = (Path(name) for name in raw.filenames if name is not None)
    unique: dict[Path, Path] = {}
    for file in (path, *sorted(samples)):
        if file.is_file():
            unique.setdefault(file.resolve(), file)
    return tuple(unique.values())


def _start(raw: Any) -> datetime | None:
    measured: datetime | None = raw.info["meas_date"]
    if measured is None:
        return None
    # Amplifiers write local time; mne only labels it UTC.
    return measured.replace(tzinfo=None) + timedelta(seconds=float(raw.first_time))


def _marks(raw: Any) -> Iterator[Event]:
    """Yield the annotations at the times of the stored samples, a channel at a time."""
    for annotation in raw.annotations:
        onset_s = round(float(annotation["onset"]) - float(raw.first_time), 6)
        duration_s = float(annotation["duration"])
        if not math.isfinite(onset_s):
            continue
        for channel in tuple(annotation.get("ch_names", ())) or (None,):
            yield Event(
                onset_s,
                duration_s if math.isfinite(duration_s) and duration_s > 0 else None,
                str(annotation["description"]),
                channel,
            )


def _joints(marks: Sequence[Event], rate_hz: float) -> Iterator[Joint]:
    for mark in marks:
        if not is_joint(mark.text):
            continue
        # EEGLAB, of which such files may be made, puts a boundary half a sample before what
        # follows it, and the length of what is missing into its duration.
        sample = math.ceil(round(mark.onset_s * rate_hz, 3))
        is_timed = mark.text.casefold() == "boundary"
        yield Joint(sample, mark.duration_s if is_timed else lost_samples(mark.text, rate_hz))


def _events(marks: Sequence[Event], times: Timeline) -> tuple[Event, ...]:
    events = [
        times.placed(replace(mark, text=text_without_type(mark.text)))
        for mark in marks
        if not is_joint(mark.text) and mark.text.casefold() != _SKIP
    ]
    return tuple(sorted(events, key=lambda event: event.onset_s))


def _channels(raw: Any, name: str) -> list[Channel]:
    from mne.io.constants import FIFF

    # Where a reader keeps the unit it found, it is here; there is no public way to it.
    stored_units: dict[str, str] = getattr(raw, "_orig_units", None) or {}
    prefilter = _prefilter(raw) if name == "FIF" else ""
    channels = []
    for channel, kind in zip(raw.info["chs"], raw.get_channel_types(), strict=True):
        label = str(channel["ch_name"]).strip()
        stored = str(stored_units.get(channel["ch_name"], ""))
        stored = "" if stored == "n/a" else stored
        is_voltage = int(channel["unit"]) == int(FIFF.FIFF_UNIT_V)
        if is_voltage:
            stored = stored or _UNIT_OF_FORMAT.get(name, "")
        channels.append(
            Channel(
                label="" if _NUMBERED_BLANK.fullmatch(label) else label,
                # mne's own values are volts whatever the file stores.
                unit="V" if is_voltage else stored,
                scale=Scale(1.0),
                stored_unit=stored,
                fault="it holds trigger codes, not a signal" if kind == "stim" else "",
                prefilter=prefilter if kind in ("eeg", "eog") else "",
            )
        )
    return channels


def _prefilter(raw: Any) -> str:
    """Return the filters as EDF+ spells them; FIF has one of each side for the whole recording.

    Of other formats mne keeps the strictest or the widest of all channels, the chin's too.
    """
    high_pass_hz, low_pass_hz = raw.info["highpass"] or 0.0, raw.info["lowpass"] or math.inf
    words = [f"HP:{high_pass_hz:g}Hz"] if high_pass_hz > 0 else []
    # Half the sampling rate is what mne puts where there is none.
    words += [f"LP:{low_pass_hz:g}Hz"] if low_pass_hz < raw.info["sfreq"] / 2 else []
    return " ".join(words)


class _MneFile:
    """Stored samples of an mne recording; safe to share between threads."""

    def __init__(self, raw: Any, path: Path) -> None:
        self._raw = raw
        self._path = path
        # mne's readers share a file position and buffers between channels.
        self._lock = threading.Lock()

    def stored(self, channel: int, begin: int, end: int) -> NDArray[np.float64]:
        """(end - begin,) samples of one channel in mne's unit, volts for voltages."""
        try:
            with self._lock:
                values: NDArray[np.float64] = self._raw.get_data(
                    picks=[channel], start=begin, stop=end, verbose="error"
                )[0]
        except MemoryError:
            raise
        except Exception as error:
            raise RecordingError(
                "its samples can't be read: the file is gone, cut short or damaged",
                path=self._path,
            ) from error
        return values
