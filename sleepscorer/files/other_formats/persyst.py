"""Opens Persyst recordings: a header in text (``.lay``) and a file of samples.

mne's reader is not used: it knows no interruptions, and fails on birth dates it can't read.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.events import Event
from sleepscorer.core.recording import Recording
from sleepscorer.files.edf import field_integer, field_number, file_size
from sleepscorer.files.other_formats.channels import (
    Channel,
    check_length,
    checked_n_channels,
    checked_rate,
    signals_of,
)
from sleepscorer.files.other_formats.headers import Sections, read_sections, samples_file, shown
from sleepscorer.files.other_formats.joints import Joint, Timeline, missing_by_clock, timeline
from sleepscorer.files.other_formats.samples import FlatFile, FlatLayout, Scale

_DTYPES = {0: "<i2", 7: "<i4"}
_DATES = ("%m/%d/%Y", "%d-%m-%Y", "%Y.%m.%d", "%Y-%m-%d")
_TIMES = ("%H:%M:%S", "%H:%M:%S.%f", "%I:%M:%S %p")
_DAY_S = 86400.0
# Fields of a comment: time, duration, state, type of variable, words.
_COMMENT_FIELDS = 5
_WORTH_SAYING_S = 1.0
_SAMPLE = re.compile(r"\d{1,15}", re.ASCII)


def open_persyst(path: Path, name: str) -> Recording:
    """Open a recording by its header.

    Parameters
    ----------
    path
        The ``.lay`` file.
    name
        Of the format, for people.

    Raises
    ------
    RecordingError
        If it does not tell where the samples lie.
    """
    header = read_sections(path)
    info = header.values("fileinfo")
    if not info:
        raise RecordingError(
            f"it can't be read as {name}: its header has no section [FileInfo]", path=path
        )
    kind = info.get("filetype", "") or "interleaved"
    if kind.casefold() != "interleaved":
        raise RecordingError(
            f"its samples lie in a file of the type {shown(kind)}, which is not read",
            path=path,
            hint="export it from Persyst as EDF+",
        )
    warnings: list[str] = []
    stated = info.get("samplingrate", "")
    rate_hz = checked_rate(field_number(stated), path, stated=stated)
    data = samples_file(path, info.get("file", ""), (".dat",), warnings=warnings)
    layout = _layout(info, data, path)
    check_length(layout.n_samples / rate_hz, path)
    start = _start(header.values("patient"), warnings)
    joints = _joints(header, rate_hz, start, warnings)
    times = timeline(joints, n_samples=layout.n_samples, rate_hz=rate_hz)
    channels = _channels(header, info, layout.n_channels, path)
    signals, quarantined = signals_of(channels, FlatFile(data, layout), times)
    events = _events(header, times, warnings)
    return Recording(
        path=path,
        format_name=name,
        start=start,
        duration_s=times.duration_s,
        signals=signals,
        gaps=times.gaps,
        events=events,
        quarantined=quarantined,
        warnings=(*warnings, *times.warnings),
        files=(path, data),
    )


def _layout(info: Mapping[str, str], data: Path, path: Path) -> FlatLayout:
    n_channels = checked_n_channels(info.get("waveformcount", ""), path)
    stated = info.get("datatype", "")
    dtype = _DTYPES.get(-1 if (code := field_integer(stated)) is None else code)
    if dtype is None:
        raise RecordingError(f"the format of its samples is {shown(stated)}, not known", path=path)
    offset = max(field_integer(info.get("headerlength", "0")) or 0, 0)
    one = np.dtype(dtype)
    n_samples = max(file_size(data) - offset, 0) // (one.itemsize * n_channels)
    if not n_samples:
        raise RecordingError(
            f"the file of its samples does not hold one sample of each of {n_channels} channels",
            path=path,
        )
    return FlatLayout(one, n_channels, n_samples, offset)


def _channels(
    header: Sections, info: Mapping[str, str], n_channels: int, path: Path
) -> list[Channel]:
    stated = info.get("calibration", "")
    gain = field_number(stated)
    if not gain:
        raise RecordingError(
            f"the calibration of its samples is {shown(stated)}, not a number of microvolts",
            path=path,
        )
    labels = [""] * n_channels
    for label, place in header.pairs("channelmap"):
        number = field_integer(place)
        if number is not None and 1 <= number <= n_channels and not labels[number - 1]:
            labels[number - 1] = label
    return [Channel(label, "uV", Scale(gain)) for label in labels]


def _start(patient: Mapping[str, str], warnings: list[str]) -> datetime | None:
    day_text, time_text = patient.get("testdate", ""), patient.get("testtime", "")
    if not day_text and not time_text:
        return None
    for day in _DATES:
        for time in _TIMES:
            with suppress(ValueError):
                return datetime.strptime(f"{day_text} {time_text}", f"{day} {time}")
    warnings.append(
        f"the start {shown(f'{day_text} {time_text}')} in the header is no date and time"
    )
    return None


def _joints(
    header: Sections, rate_hz: float, start: datetime | None, warnings: list[str]
) -> list[Joint]:
    """Return the interruptions by [SampleTimes]: seconds of the day at some of the samples."""
    stamps, n_damaged = _stamps(header)
    if n_damaged:
        warnings.append(f"times of samples that could not be read: {n_damaged}")
    if not stamps:
        return []
    joints = []
    drift_s = 0.0
    sample, time_s = stamps[0]
    _note_other_start(time_s - sample / rate_hz, start, warnings)
    for next_sample, next_time_s in stamps[1:]:
        recorded_s = (next_sample - sample) / rate_hz
        passed_s = next_time_s - time_s
        if passed_s < -_DAY_S / 2:
            # Midnight: the seconds of the day begin anew.
            passed_s += _DAY_S
        missing_s = missing_by_clock(passed_s, recorded_s)
        if missing_s > 0:
            joints.append(Joint(next_sample, missing_s))
        elif missing_s < 0:
            joints.append(Joint(next_sample, None))
            warnings.append(
                f"the times of the header run backwards at sample {next_sample}: what follows was"
                " put directly after what is before"
            )
        else:
            drift_s += passed_s - recorded_s
        sample, time_s = next_sample, next_time_s
    if abs(drift_s) > _WORTH_SAYING_S:
        warnings.append(
            f"the clock of the header and its sampling rate differ by {drift_s:.1f} s in all; times"
            " follow the sampling rate"
        )
    return joints


def _stamps(header: Sections) -> tuple[list[tuple[int, float]], int]:
    stamps: dict[int, float] = {}
    n_damaged = 0
    for key, value in header.pairs("sampletimes"):
        time_s = field_number(value)
        if not _SAMPLE.fullmatch(key) or time_s is None:
            n_damaged += 1
        else:
            stamps.setdefault(int(key), time_s)
    return sorted(stamps.items()), n_damaged


def _note_other_start(time_s: float, start: datetime | None, warnings: list[str]) -> None:
    if start is None:
        return
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    apart_s = (time_s - (start - midnight).total_seconds()) % _DAY_S
    if min(apart_s, _DAY_S - apart_s) > _WORTH_SAYING_S:
        first = (midnight + timedelta(seconds=time_s % _DAY_S)).strftime("%H:%M:%S")
        warnings.append(
            f"the header says that the recording starts at {start:%H:%M:%S} and, among the times of"
            f" samples, at {first}; the former was used"
        )


def _events(header: Sections, times: Timeline, warnings: list[str]) -> tuple[Event, ...]:
    """Return the comments, of which the times count the stored samples."""
    stored_s = times.pieces[-1].stop / times.rate_hz
    events = []
    n_damaged = n_outside = 0
    for line in header.lines("comments"):
        fields = line.split(",", _COMMENT_FIELDS - 1)
        numbers = [field_number(field.strip()) for field in fields[:2]]
        if len(fields) < _COMMENT_FIELDS or numbers[0] is None:
            n_damaged += 1
            continue
        if not 0 <= numbers[0] <= stored_s:
            n_outside += 1
            continue
        duration_s = numbers[1] if numbers[1] is not None and numbers[1] > 0 else None
        events.append(times.placed(Event(numbers[0], duration_s, fields[-1].strip())))
    if n_damaged:
        warnings.append(f"comments that could not be read: {n_damaged}")
    if n_outside:
        warnings.append(f"comments outside the recording were left out: {n_outside}")
    return tuple(sorted(events, key=lambda event: event.onset_s))
