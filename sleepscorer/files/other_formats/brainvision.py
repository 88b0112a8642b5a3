"""Opens BrainVision recordings: a header, a file of samples and a file of markers.

Read by the "BrainVision Core Data Format 1.0" of Brain Products. mne's reader is not used: it
loses the dates of interruptions, and fails on marker files that are not UTF-8.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.events import Event
from sleepscorer.core.recording import Recording
from sleepscorer.files.edf import field_integer, field_number, file_size, read_bytes
from sleepscorer.files.other_formats.brainvision_filters import stated_filters
from sleepscorer.files.other_formats.channels import (
    Channel,
    check_length,
    checked_n_channels,
    checked_rate,
    signals_of,
)
from sleepscorer.files.other_formats.headers import (
    Sections,
    companion,
    read_sections,
    samples_file,
    shown,
)
from sleepscorer.files.other_formats.joints import Joint, Timeline, missing_by_clock, timeline
from sleepscorer.files.other_formats.marks import is_joint, is_new_segment, lost_samples, mark_text
from sleepscorer.files.other_formats.samples import (
    FlatFile,
    FlatLayout,
    MemorySamples,
    Scale,
    StoredSamples,
)

_DTYPES = {"INT_16": "i2", "UINT_16": "u2", "INT_32": "i4", "IEEE_FLOAT_32": "f4"}
_CHANNEL = re.compile(r"ch(\d{1,5})", re.IGNORECASE | re.ASCII)
_MARKER = re.compile(r"mk\d+", re.IGNORECASE | re.ASCII)
_POSITION = re.compile(r"\d{1,15}", re.ASCII)
_DATE = re.compile(r"\d{20}")
_MAX_ASCII_BYTES = 2**30
_DEFAULT_UNIT = "µV"


@dataclass(frozen=True)
class _Marker:
    """A line of the marker file; ``sample`` counts from 0, ``date`` is a New Segment's."""

    kind: str
    text: str
    sample: int
    n_samples: int
    channel: int
    date: datetime | None = None


def open_brainvision(path: Path, name: str) -> Recording:
    """Open a recording by its header.

    Parameters
    ----------
    path
        The ``.vhdr`` or ``.ahdr`` file.
    name
        Of the format, for people.

    Raises
    ------
    RecordingError
        If it does not tell where the samples lie.
    """
    header = read_sections(path)
    common = header.values("common infos")
    if not common:
        raise RecordingError(
            f"it can't be read as {name}: its header has no section [Common Infos]", path=path
        )
    warnings: list[str] = []
    rate_hz = _rate(common, path)
    data = samples_file(
        path, common.get("datafile", ""), (".eeg", ".dat", ".seg", ".avg"), warnings=warnings
    )
    n_channels = checked_n_channels(common.get("numberofchannels", ""), path)
    samples, n_samples = _samples(header, data, n_channels, path, warnings)
    check_length(n_samples / rate_hz, path)
    channels = _channels(header, n_channels, path)
    marker_file = _marker_file(common, path, warnings)
    markers = [] if marker_file is None else list(_markers(marker_file, n_samples, warnings))
    times = timeline(_joints(markers, rate_hz, warnings), n_samples=n_samples, rate_hz=rate_hz)
    signals, quarantined = signals_of(channels, samples, times)
    return Recording(
        path=path,
        format_name=name,
        start=_start(markers, times),
        duration_s=times.duration_s,
        signals=signals,
        gaps=times.gaps,
        events=_events(markers, channels, times),
        quarantined=quarantined,
        warnings=(*warnings, *times.warnings),
        files=(path, data) if marker_file is None else (path, data, marker_file),
    )


def _rate(common: Mapping[str, str], path: Path) -> float:
    stated = common.get("samplinginterval", "")
    interval_us = field_number(stated)
    rate_hz = 1e6 / interval_us if interval_us else None
    return checked_rate(rate_hz, path, stated=stated)


def _marker_file(common: Mapping[str, str], path: Path, warnings: list[str]) -> Path | None:
    named = common.get("markerfile", "")
    if not named:
        return None
    ending = ".amrk" if path.suffix.lower() == ".ahdr" else ".vmrk"
    found = companion(path, named, (ending,), what="markers", warnings=warnings)
    if found is None:
        warnings.append(
            f"the file of its markers, {shown(named)}, is not there: lights marks, comments and"
            " interruptions are not known"
        )
    return found


def _samples(
    header: Sections, data: Path, n_channels: int, path: Path, warnings: list[str]
) -> tuple[StoredSamples, int]:
    """Return the samples and how many each channel has."""
    common = header.values("common infos")
    orientation = common.get("dataorientation", "MULTIPLEXED").upper()
    if orientation not in ("MULTIPLEXED", "VECTORIZED"):
        raise RecordingError(
            f"the order of its samples is {shown(orientation)}, not known", path=path
        )
    if common.get("datatype", "TIMEDOMAIN").upper() != "TIMEDOMAIN":
        raise RecordingError(
            "it holds spectra, not samples in time", path=path, hint="open the recording itself"
        )
    # An .ahdr counts one channel less than is stored.
    n_stored = n_channels + (path.suffix.lower() == ".ahdr")
    is_multiplexed = orientation == "MULTIPLEXED"
    if common.get("dataformat", "BINARY").upper() == "ASCII":
        return _ascii_samples(header, data, n_stored, is_multiplexed=is_multiplexed)
    binary = header.values("binary infos")
    stated = binary.get("binaryformat", "INT_16").upper()
    if stated not in _DTYPES:
        raise RecordingError(f"the format of its samples is {shown(stated)}, not known", path=path)
    is_big = binary.get("usebigendianorder", "NO").upper() == "YES"
    dtype = np.dtype((">" if is_big else "<") + _DTYPES[stated])
    n_samples, rest = divmod(file_size(data), n_stored * dtype.itemsize)
    if not n_samples:
        raise RecordingError(
            f"the file of its samples does not hold one sample of each of {n_stored} channels",
            path=path,
        )
    if rest:
        warnings.append(f"the last sample is incomplete ({rest} bytes) and was left out")
    claimed = field_integer(common.get("datapoints", ""))
    if claimed and claimed != n_samples:
        warnings.append(
            f"the header counts {claimed} samples of each channel; the file holds {n_samples},"
            " which were used"
        )
    return FlatFile(data, FlatLayout(dtype, n_stored, n_samples, 0, is_multiplexed)), n_samples


def _ascii_samples(
    header: Sections, data: Path, n_stored: int, *, is_multiplexed: bool
) -> tuple[StoredSamples, int]:
    size = file_size(data)
    if size > _MAX_ASCII_BYTES:
        raise RecordingError(
            "its samples are written as text and too long to be read",
            path=data,
            hint="save the recording with binary samples",
        )
    infos = header.values("ascii infos")
    text = read_bytes(data, 0, size).decode("latin-1")
    if infos.get("decimalsymbol", ".") == ",":
        text = text.replace(",", ".")
    rows = [line.split() for line in text.splitlines()[_skipped(infos, "skiplines") :]]
    n_names = _skipped(infos, "skipcolumns")
    separator = re.compile(r"[,;]")
    try:
        values = [
            [float(cell) for word in row for cell in separator.split(word) if cell]
            for row in (row[n_names:] for row in rows)
            if row
        ]
        table = np.array(values, np.float32)
        table = table if is_multiplexed else table.T
    except ValueError as error:
        raise RecordingError("its samples are no table of numbers", path=data) from error
    if table.ndim != 2 or table.shape[1] != n_stored:
        raise RecordingError(
            f"its samples are no table of numbers for {n_stored} channels", path=data
        )
    return MemorySamples(table), len(table)


def _skipped(infos: Mapping[str, str], key: str) -> int:
    return max(field_integer(infos.get(key, "0")) or 0, 0)


def _channels(header: Sections, n_channels: int, path: Path) -> list[Channel]:
    missing = Channel("", "", Scale(1.0), fault="the header does not describe it")
    channels = [missing] * n_channels
    filters = stated_filters(header.lines("comment"))
    for key, value in header.pairs("channel infos"):
        number = _CHANNEL.fullmatch(key)
        if number and 1 <= int(number[1]) <= n_channels:
            prefilter = filters.get(int(number[1]), "")
            channels[int(number[1]) - 1] = replace(_channel(value), prefilter=prefilter)
    if all(channel is missing for channel in channels):
        raise RecordingError("its header describes no channel", path=path)
    return channels


def _channel(value: str) -> Channel:
    # Commas within a field are written as "\1".
    fields = [field.replace(r"\1", ",").strip() for field in value.split(",")]
    label, _, resolution, unit = (*fields, "", "", "", "")[:4]
    # What is left of a "µ" in UTF-8 that somebody read as Latin-1.
    unit = unit.replace("Â", "") or _DEFAULT_UNIT
    gain = field_number(resolution) if resolution else 1.0
    fault = "" if gain else f"its resolution {shown(resolution)} is not a number above 0"
    return Channel(label, unit, Scale(gain or 1.0), fault=fault)


def _markers(path: Path, n_samples: int, warnings: list[str]) -> Iterator[_Marker]:
    """Read the markers that lie within the recording."""
    n_damaged = n_outside = 0
    for key, value in read_sections(path).pairs("marker infos"):
        if not _MARKER.fullmatch(key):
            continue
        marker = _marker(value)
        if marker is None:
            n_damaged += 1
        elif not 0 <= marker.sample <= n_samples:
            n_outside += 1
        else:
            yield marker
    if n_damaged:
        warnings.append(f"markers that could not be read: {n_damaged}")
    if n_outside:
        warnings.append(f"markers outside the recording were left out: {n_outside}")


def _marker(value: str) -> _Marker | None:
    fields = value.split(",")
    if len(fields) < 3:
        return None
    kind, text, position, points, channel, date = (*fields, "", "", "")[:6]
    # Of 10^8 samples and more, field_integer knows none: a night at 4 kHz has more.
    if not _POSITION.fullmatch(position := position.strip(" ")):
        return None
    return _Marker(
        kind=kind.replace(r"\1", ",").strip(),
        text=text.replace(r"\1", ",").strip(),
        # Position 0 stands for 1 in files of some writers.
        sample=max(int(position) - 1, 0),
        n_samples=max(field_integer(points.strip()) or 0, 0),
        channel=field_integer(channel.strip()) or 0,
        date=_date(date.strip()),
    )


def _date(text: str) -> datetime | None:
    if not _DATE.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S%f")
    except ValueError:
        return None


def _joints(markers: list[_Marker], rate_hz: float, warnings: list[str]) -> list[Joint]:
    """Return where the recording was interrupted, and for how long by the segments' dates."""
    segments = sorted(
        (marker for marker in markers if is_new_segment(marker.kind)),
        key=lambda marker: marker.sample,
    )
    known: _Marker | None = None
    # Files that other programs made of joined ones tell it by a comment.
    joints = [Joint(marker.sample) for marker in markers if is_joint(marker.text)]
    for segment in segments:
        missing_s = lost_samples(segment.text, rate_hz)
        if known is not None and known.date is not None and segment.date is not None:
            recorded_s = (segment.sample - known.sample) / rate_hz
            missing_s = missing_by_clock((segment.date - known.date).total_seconds(), recorded_s)
            if missing_s < 0:
                warnings.append(
                    f"the segment from sample {segment.sample + 1} claims to start before the end"
                    " of the one before: its date was not used"
                )
                missing_s = None
        if segment.date is not None:
            known = segment
        joints.append(Joint(segment.sample, missing_s))
    return joints


def _start(markers: list[_Marker], times: Timeline) -> datetime | None:
    """Return the time of the first sample; amplifiers write local time."""
    for marker in markers:
        if is_new_segment(marker.kind) and marker.date is not None:
            try:
                return marker.date - timedelta(seconds=times.time_of(marker.sample))
            except OverflowError:
                return None
    return None


def _events(markers: list[_Marker], channels: list[Channel], times: Timeline) -> tuple[Event, ...]:
    rate_hz = times.rate_hz
    events = []
    for marker in markers:
        if is_new_segment(marker.kind) or is_joint(marker.text):
            continue
        # One point is how the format writes a moment.
        duration_s = marker.n_samples / rate_hz if marker.n_samples > 1 else None
        is_of_one = 1 <= marker.channel <= len(channels)
        channel = (channels[marker.channel - 1].label or None) if is_of_one else None
        text = mark_text(marker.kind, marker.text)
        events.append(times.placed(Event(marker.sample / rate_hz, duration_s, text, channel)))
    return tuple(sorted(events, key=lambda event: event.onset_s))
