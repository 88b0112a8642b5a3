"""The header of an EDF or BDF file: what it says, checked against the size of the file.

Nothing in it is trusted: every count is bounded by the bytes that are there. A channel whose own
fields make no sense gets a fault and leaves the others usable; only a header that does not tell
where the records and the channels lie is refused.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from pathlib import Path

import numpy as np

from sleepscorer.core.channel_names import named_labels
from sleepscorer.core.errors import RecordingError
from sleepscorer.core.wording import counted
from sleepscorer.files.edf.fields import (
    field_integer,
    field_number,
    field_text,
    header_start,
    microvolts_per,
)
from sleepscorer.files.edf.header_table import (
    BDF_VERSION,
    CHANNEL_FIELDS,
    EDF_VERSION,
    HEADER_BYTES,
    RANGE_FIELDS,
    channel_fields,
    file_fields,
)
from sleepscorer.files.edf.samples import ChannelLayout, file_size, read_bytes

_ANNOTATION_LABELS = ("edf annotations", "bdf annotations")
# Audio for snoring reaches 48 kHz; a damaged rate would ask for pages of gigabytes.
MAX_RATE_HZ = 1e5
# Beyond it a record duration or time is damaged; each epoch claimed costs memory and time.
MAX_DURATION_S = 10 * 86400.0
# Eight characters, of which some writers keep the last for a zero byte.
_FULL_FIELD = 7


def holds_annotations_alone(beginning: bytes) -> bool | None:
    """Tell from the first bytes of a file whether it holds annotations and no signal.

    Parameters
    ----------
    beginning
        At least 256 bytes, and 16 for each channel; of more channels the first are looked at.

    Returns
    -------
    None where this is no EDF or BDF file with channels.
    """
    n_channels = field_integer(field_text(beginning[252:HEADER_BYTES]))
    if beginning[:8] not in (EDF_VERSION, BDF_VERSION) or not n_channels or n_channels < 0:
        return None
    width = CHANNEL_FIELDS["label"]
    labels = beginning[HEADER_BYTES : HEADER_BYTES + n_channels * width]
    each = (labels[at : at + width] for at in range(0, len(labels), width))
    return all(field_text(label).casefold() in _ANNOTATION_LABELS for label in each)


@dataclass(frozen=True)
class EdfChannel:
    """One channel as the header describes it.

    Parameters
    ----------
    label, transducer, unit, prefilter
        The file's own words, trimmed.
    physical, digital
        The values at the (minimum, maximum) fields, in the file's unit and in steps.
    samples_per_record
        Samples in one data record.
    byte_offset
        Where they begin in the record.
    is_annotations
        True where the bytes are annotations rather than samples.
    fault
        Why the channel can't be used; empty where it can.
    """

    label: str
    transducer: str
    unit: str
    prefilter: str
    physical: tuple[float, float]
    digital: tuple[float, float]
    samples_per_record: int
    byte_offset: int
    is_annotations: bool
    fault: str = ""


@dataclass(frozen=True)
class EdfHeader:
    """The header of one file.

    Parameters
    ----------
    format_name
        ``"EDF"``, ``"EDF+C"``, ``"EDF+D"``, ``"BDF"``, ``"BDF+C"`` or ``"BDF+D"``.
    bytes_per_sample
        2, or 3 for BDF.
    patient_id, recording_id
        The identification fields, trimmed.
    start
        Start time of the header, whole seconds; None where it is not valid.
    n_records
        Whole data records in the file.
    record_duration_s
        Seconds a record lasts; 0 where the file holds annotations only.
    record_duration_rounding_s
        By how much the eight characters of the field may have rounded it; 0 where they held it.
    data_offset, record_bytes
        Where the first record begins, and how long each is.
    channels
        All channels in the file's order.
    warnings
        What was odd, one sentence each.
    """

    format_name: str
    bytes_per_sample: int
    patient_id: str
    recording_id: str
    start: datetime | None
    n_records: int
    record_duration_s: float
    data_offset: int
    record_bytes: int
    channels: tuple[EdfChannel, ...]
    warnings: tuple[str, ...]
    record_duration_rounding_s: float

    def layout(self, channel: EdfChannel) -> ChannelLayout:
        """Return where the samples of a channel lie in a record."""
        return ChannelLayout(channel.byte_offset, channel.samples_per_record, self.bytes_per_sample)


def read_header(path: Path) -> EdfHeader:
    """Read and check the header.

    Raises
    ------
    RecordingError
        If the file can't be read, is neither EDF nor BDF, or has a header that does not tell
        where the data lie.
    """
    size = file_size(path)
    first = read_bytes(path, 0, min(HEADER_BYTES, size))
    if first[:8] not in (EDF_VERSION, BDF_VERSION):
        raise RecordingError("this is neither an EDF nor a BDF file", path=path)
    if size < HEADER_BYTES:
        raise RecordingError(f"the file ends after {size} bytes, inside its header", path=path)
    is_bdf = first[:8] == BDF_VERSION
    fields = {name: field_text(raw) for name, raw in file_fields(first).items()}
    n_channels = _n_channels(fields, size, path)
    columns = _columns(read_bytes(path, HEADER_BYTES, n_channels * HEADER_BYTES), n_channels)
    columns["label"] = named_labels(columns["label"])
    duration_s = _record_duration(fields["record_duration"], path)
    channels = _channels(columns, fields, size, path)
    record_bytes = sum(c.samples_per_record for c in channels) * _bytes_per_sample(fields)
    data_offset = _data_offset(fields, n_channels, size, record_bytes)
    n_records, warnings = _n_records(fields["n_records"], size - data_offset, record_bytes)
    if n_records * duration_s > MAX_DURATION_S:
        raise RecordingError(
            f"its header makes the recording {n_records * duration_s / 86400:.0f} days long",
            path=path,
            hint="the record duration in the header is probably damaged",
        )
    start, oddities = header_start(fields["date"], fields["time"], fields["recording"])
    plus = fields["reserved"][3:5]
    return EdfHeader(
        format_name=("BDF" if is_bdf else "EDF") + (plus if plus in ("+C", "+D") else ""),
        bytes_per_sample=_bytes_per_sample(fields),
        patient_id=fields["patient"],
        recording_id=fields["recording"],
        start=start,
        n_records=n_records,
        record_duration_s=duration_s,
        data_offset=data_offset,
        record_bytes=record_bytes,
        channels=_with_faults(channels, duration_s, is_bdf=is_bdf),
        warnings=(*warnings, *oddities, *_decimal_commas(fields, columns)),
        record_duration_rounding_s=_rounding(fields["record_duration"]),
    )


def _columns(raw: bytes, n_channels: int) -> dict[str, list[str]]:
    columns = channel_fields(raw, n_channels)
    return {name: [field_text(one) for one in column] for name, column in columns.items()}


def _n_channels(fields: dict[str, str], size: int, path: Path) -> int:
    n_channels = field_integer(fields["n_channels"])
    if n_channels is None or n_channels < 1:
        raise RecordingError(
            f"the number of channels in its header is {fields['n_channels']!r}", path=path
        )
    if (n_channels + 1) * HEADER_BYTES > size:
        raise RecordingError(
            f"the file ends after {size} bytes, inside the header of"
            f" {counted(n_channels, 'channel')}",
            path=path,
        )
    return n_channels


def _record_duration(text: str, path: Path) -> float:
    duration_s = field_number(text)
    if duration_s is None or duration_s < 0:
        raise RecordingError(f"the record duration in its header is {text!r}", path=path)
    return duration_s


def _rounding(text: str) -> float:
    """Return what the last digit of a number stands for, where its field had no room for more."""
    decimals = text.replace(",", ".").partition(".")[2]
    return 10.0 ** -len(decimals) if len(text) >= _FULL_FIELD and decimals.isdigit() else 0.0


def _samples_per_record(
    texts: list[str], fields: dict[str, str], size: int, path: Path
) -> list[int]:
    """Samples of each channel in a record; a single unreadable one follows from the file size."""
    counts = [field_integer(text) for text in texts]
    unknown = [i for i, count in enumerate(counts) if count is None or count < 0]
    known = sum(count for i, count in enumerate(counts) if count is not None and i not in unknown)
    if len(unknown) == 1:
        n_records = field_integer(fields["n_records"]) or -1
        bytes_per_sample = _bytes_per_sample(fields)
        data_bytes = size - (len(texts) + 1) * HEADER_BYTES
        if n_records > 0 and data_bytes % (n_records * bytes_per_sample) == 0:
            counts[unknown[0]] = data_bytes // (n_records * bytes_per_sample) - known
    if any(count is None or count < 0 for count in counts):
        raise RecordingError(
            f"the number of samples of channel {unknown[0] + 1} in its header is"
            f" {texts[unknown[0]]!r}, so the channels can't be told apart",
            path=path,
        )
    return [count for count in counts if count is not None]


def _data_offset(fields: dict[str, str], n_channels: int, size: int, record_bytes: int) -> int:
    """Where the records begin: by the specification, unless only the stated place fits the size."""
    offset = (n_channels + 1) * HEADER_BYTES
    stated = field_integer(fields["header_bytes"])
    n_records = field_integer(fields["n_records"])
    if stated is None or n_records is None or stated <= offset or n_records < 1:
        return offset
    return stated if size - stated == n_records * record_bytes else offset


def _n_records(text: str, data_bytes: int, record_bytes: int) -> tuple[int, list[str]]:
    """Whole records in the file, whatever the header says, and what was odd about them."""
    warnings = []
    n_records, rest = divmod(data_bytes, record_bytes) if record_bytes else (0, data_bytes)
    stated = field_integer(text)
    if stated == -1 and n_records:
        warnings.append(f"the header leaves the number of data records open; there are {n_records}")
    elif n_records and stated != n_records:
        warnings.append(
            f"the header counts {text!r} data records; the file holds {n_records}, which were used"
        )
    if rest and record_bytes:
        warnings.append(
            f"the last data record is incomplete ({rest} of {record_bytes} bytes) and was left out"
        )
    if n_records == 0:
        warnings.append("the file holds no complete data record")
    return n_records, warnings


def _channels(
    columns: dict[str, list[str]], fields: dict[str, str], size: int, path: Path
) -> list[EdfChannel]:
    counts = _samples_per_record(columns["samples_per_record"], fields, size, path)
    bytes_per_sample = _bytes_per_sample(fields)
    offsets = accumulate((count * bytes_per_sample for count in counts), initial=0)
    return [
        _channel({name: column[i] for name, column in columns.items()}, count, offset)
        for i, (count, offset) in enumerate(zip(counts, offsets, strict=False))
    ]


def _bytes_per_sample(fields: dict[str, str]) -> int:
    return 3 if fields["version"].endswith("BIOSEMI") else 2


def _channel(fields: dict[str, str], samples_per_record: int, byte_offset: int) -> EdfChannel:
    numbers = [field_number(fields[name]) for name in RANGE_FIELDS]
    fault = ""
    for name, number in zip(RANGE_FIELDS, numbers, strict=True):
        if number is None:
            fault = fault or f"its {name} {fields[name]!r} is not a number"
    physical_min, physical_max, digital_min, digital_max = (n or 0.0 for n in numbers)
    return EdfChannel(
        label=fields["label"],
        transducer=fields["transducer"],
        unit=fields["unit"],
        prefilter=fields["prefilter"],
        physical=(physical_min, physical_max),
        digital=(digital_min, digital_max),
        samples_per_record=samples_per_record,
        byte_offset=byte_offset,
        is_annotations=fields["label"].casefold() in _ANNOTATION_LABELS,
        fault=fault,
    )


def _with_faults(
    channels: list[EdfChannel], record_duration_s: float, *, is_bdf: bool
) -> tuple[EdfChannel, ...]:
    checked = []
    labels = set()
    for channel in channels:
        fault = "" if channel.is_annotations else _fault(channel, record_duration_s, is_bdf=is_bdf)
        if not fault and not channel.is_annotations:
            if channel.label in labels:
                fault = "an earlier channel has the same label"
            labels.add(channel.label)
        checked.append(replace(channel, fault=fault))
    return tuple(checked)


def _fault(channel: EdfChannel, record_duration_s: float, *, is_bdf: bool) -> str:
    if channel.samples_per_record == 0:
        return "it has no samples (0 in a data record)"
    if record_duration_s == 0:
        return "it has no sampling rate: the header says that a data record lasts 0 s"
    rate_hz = channel.samples_per_record / record_duration_s
    if rate_hz > MAX_RATE_HZ:
        return f"its sampling rate of {rate_hz:g} Hz is not plausible"
    if is_bdf and channel.label.casefold() == "status":
        return "it holds trigger codes of the amplifier, not a signal"
    return channel.fault or _range_fault(channel)


def _range_fault(channel: EdfChannel) -> str:
    for name, (low, high) in (("digital", channel.digital), ("physical", channel.physical)):
        if low == high:
            return f"its {name} minimum and maximum are equal ({low:g})"
    largest = max(abs(value) for value in channel.physical) * (microvolts_per(channel.unit) or 1.0)
    if largest > float(np.finfo(np.float32).max):
        return f"its physical range of {channel.physical} is not plausible"
    return ""


def _decimal_commas(fields: dict[str, str], columns: dict[str, list[str]]) -> list[str]:
    numbers = [fields["record_duration"]]
    for name in RANGE_FIELDS:
        numbers.extend(columns[name])
    if any("," in text and field_number(text) is not None for text in numbers):
        return ["numbers in the header have decimal commas; they were read as points"]
    return []
