"""Opens EEGLAB data sets: a MATLAB file, with the samples in it or in a ``.fdt`` beside it.

mne's reader is not used: it takes blank labels and events before the start for errors, and keeps
all samples of a file in memory twice.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.events import Event
from sleepscorer.core.recording import Recording
from sleepscorer.files.edf import file_size
from sleepscorer.files.other_formats.channels import (
    MAX_CHANNELS,
    Channel,
    check_length,
    checked_rate,
    signals_of,
)
from sleepscorer.files.other_formats.headers import samples_file, shown
from sleepscorer.files.other_formats.joints import Joint, timeline
from sleepscorer.files.other_formats.marks import is_joint, text_without_type
from sleepscorer.files.other_formats.mat_check import check_mat
from sleepscorer.files.other_formats.quietly import read_quietly
from sleepscorer.files.other_formats.samples import (
    FlatFile,
    FlatLayout,
    MemorySamples,
    Scale,
    StoredSamples,
)

_TRIGGERS = frozenset({"stim", "trig", "trigger", "status"})
_NO_VOLTAGE = frozenset({"misc"})
_SAMPLE_BYTES = 4


def open_eeglab(path: Path, name: str) -> Recording:
    """Open a data set.

    Parameters
    ----------
    path
        The ``.set`` file.
    name
        Of the format, for people.

    Raises
    ------
    RecordingError
        If it is damaged, holds no continuous recording, or its samples are not there.
    """
    check_mat(path, name)
    recording, _ = read_quietly(lambda: _opened(path, name), name, path)
    return recording


def _opened(path: Path, name: str) -> Recording:
    from scipy.io import loadmat

    content: dict[str, Any] = loadmat(path, simplify_cells=True)
    eeg = _data_set(content, path, name)
    warnings: list[str] = []
    rate_hz = checked_rate(_number(eeg.get("srate")), path, stated=str(eeg.get("srate", "")))
    n_channels = _count(eeg, "nbchan", path)
    if n_channels > MAX_CHANNELS:
        raise RecordingError(f"the number of channels in its header is {n_channels}", path=path)
    if _count(eeg, "trials", path) > 1:
        raise RecordingError(
            "it holds epochs cut out of a recording, not a recording",
            path=path,
            hint="open the continuous recording they were cut out of",
        )
    samples, n_samples, data = _samples(content, eeg, n_channels, path, warnings)
    check_length(n_samples / rate_hz, path)
    marks = _marks(eeg.get("event"), rate_hz)
    joints = (
        Joint(math.ceil(round(mark.onset_s * rate_hz, 3)), mark.duration_s)
        for mark in marks
        if is_joint(mark.text)
    )
    times = timeline(joints, n_samples=n_samples, rate_hz=rate_hz)
    signals, quarantined = signals_of(_channels(eeg, n_channels), samples, times)
    stored_s = n_samples / rate_hz
    inside = [mark for mark in marks if 0 <= mark.onset_s <= stored_s and not is_joint(mark.text)]
    n_outside = sum(not 0 <= m.onset_s <= stored_s and not is_joint(m.text) for m in marks)
    if n_outside:
        warnings.append(f"events outside the recording were left out: {n_outside}")
    events = sorted(map(times.placed, inside), key=lambda event: event.onset_s)
    return Recording(
        path=path,
        format_name=name,
        start=None,
        duration_s=times.duration_s,
        signals=signals,
        gaps=times.gaps,
        events=tuple(events),
        quarantined=quarantined,
        warnings=(*warnings, *times.warnings),
        files=(path,) if data is None else (path, data),
    )


def _data_set(content: Mapping[str, Any], path: Path, name: str) -> Mapping[str, Any]:
    if "ALLEEG" in content:
        raise RecordingError(
            "it holds several data sets", path=path, hint="save the one that is wanted by itself"
        )
    # Newer versions save the fields as variables of their own.
    eeg = content.get("EEG", content)
    eeg = eeg.get("EEG", eeg) if isinstance(eeg, Mapping) else eeg
    if not isinstance(eeg, Mapping) or "data" not in eeg:
        raise RecordingError(f"it can't be read as {name}: it holds no data set", path=path)
    return eeg


def _number(value: Any) -> float | None:
    """Return a single finite number, None for all else."""
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.item()
    if isinstance(value, str | bytes) or not np.isscalar(value) or np.iscomplexobj(value):
        return None
    number = float(value)  # type: ignore[arg-type]
    return number if math.isfinite(number) else None


def _count(eeg: Mapping[str, Any], key: str, path: Path) -> int:
    number = _number(eeg.get(key, 1))
    if number is None or number < 1 or number != int(number):
        raise RecordingError(f"{key} in its header is {shown(str(eeg.get(key)))}", path=path)
    return int(number)


def _samples(
    content: Mapping[str, Any],
    eeg: Mapping[str, Any],
    n_channels: int,
    path: Path,
    warnings: list[str],
) -> tuple[StoredSamples, int, Path | None]:
    """Return the samples, how many each channel has, and their file if it is another."""
    data = eeg["data"]
    if isinstance(data, str) and data in content:
        data = content[data]
    if isinstance(data, str):
        return _samples_apart(data, eeg, n_channels, path, warnings)
    values = np.asarray(data)
    if values.ndim < 2:
        values = values.reshape(n_channels, -1)
    if values.ndim != 2 or len(values) != n_channels or values.dtype.kind not in "fiu":
        raise RecordingError(f"its samples are no table of {n_channels} channels", path=path)
    if not values.size:
        raise RecordingError("it holds no samples", path=path)
    return MemorySamples(values.T), values.shape[1], None


def _samples_apart(
    named: str, eeg: Mapping[str, Any], n_channels: int, path: Path, warnings: list[str]
) -> tuple[StoredSamples, int, Path]:
    data = samples_file(path, named.strip(), (".fdt",), warnings=warnings)
    n_samples = file_size(data) // (_SAMPLE_BYTES * n_channels)
    if not n_samples or data.samefile(path):
        raise RecordingError(
            f"the file of its samples does not hold one sample of each of {n_channels} channels",
            path=path,
        )
    claimed = _count(eeg, "pnts", path)
    if claimed != n_samples:
        warnings.append(
            f"the header counts {claimed} samples of each channel; the file holds {n_samples},"
            " which were used"
        )
    # Files called .dat, of old versions, hold one channel after the other.
    layout = FlatLayout(np.dtype("<f4"), n_channels, n_samples, 0, data.suffix.casefold() != ".dat")
    return FlatFile(data, layout), n_samples, data


def _entries(structure: Any) -> Sequence[Mapping[str, Any]]:
    """Return the entries of a MATLAB structure: of one alone it is the entry itself."""
    entries = structure if isinstance(structure, list | np.ndarray) else [structure]
    return [entry for entry in entries if isinstance(entry, Mapping)]


def _channels(eeg: Mapping[str, Any], n_channels: int) -> list[Channel]:
    channels = []
    for place in _entries(eeg.get("chanlocs"))[:n_channels]:
        label, kind = (_words(place.get(key)) for key in ("labels", "type"))
        is_trigger = kind.casefold() in _TRIGGERS
        channels.append(
            Channel(
                label=label,
                # The format has no units; its manual says microvolts.
                unit="" if kind.casefold() in _NO_VOLTAGE else "uV",
                scale=Scale(1.0),
                fault="it holds trigger codes, not a signal" if is_trigger else "",
            )
        )
    missing = n_channels - len(channels)
    return channels + [Channel("", "uV", Scale(1.0))] * missing


def _words(value: Any) -> str:
    """Return text, or a number as it is written; nothing for what is empty."""
    if isinstance(value, str):
        return value.strip()
    number = _number(value)
    return "" if number is None else f"{number:g}"


def _marks(events: Any, rate_hz: float) -> list[Event]:
    """Return the events at the times of the stored samples."""
    marks = []
    for event in _entries(events):
        latency = _number(event.get("latency"))
        text = _words(event.get("type"))
        if latency is None or not text:
            continue
        duration = _number(event.get("duration", 0.0))
        duration_s = duration / rate_hz if duration is not None and duration > 0 else None
        # Latencies count from 1.
        marks.append(Event((latency - 1) / rate_hz, duration_s, text_without_type(text)))
    return marks
