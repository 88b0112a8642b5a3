"""How an EDF, EDF+C or EDF+D file is laid out: header fields, data records, annotations in them.

Source: EDF specification (1992) and EDF+ specification (2003), edfplus.info.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.events import Event
from sleepscorer.core.recording import FloatArray
from sleepscorer.files.edf.header_table import EDF_VERSION, HEADER_BYTES, header_bytes
from sleepscorer.files.edf.identification import (
    UNKNOWN_PATIENT,
    start_date_subfield,
    start_fields,
)
from sleepscorer.files.edf.tal import encode_tal

RECOMMENDED_RECORD_BYTES = 61_440
"""The largest data record the EDF specification recommends."""

_INT16 = np.dtype("<i2")
_SMALLEST, _LARGEST = -32768, 32767


@dataclass(frozen=True)
class SignalHeader:
    """What the header says about one signal.

    Parameters
    ----------
    label, unit, transducer, prefilter
        Printable ASCII of at most 16, 8, 80 and 80 characters.
    sampling_rate_hz
        Rate times record duration must be a whole number of samples.
    physical_min, physical_max
        The values, in ``unit``, that ``digital_min`` and ``digital_max`` stand for; written with
        the eight characters EDF has, and samples outside them are clipped.
    digital_min, digital_max
        Stored integers.
    """

    label: str
    sampling_rate_hz: float
    physical_min: float
    physical_max: float
    unit: str = "uV"
    digital_min: int = _SMALLEST
    digital_max: int = _LARGEST
    transducer: str = ""
    prefilter: str = ""


@dataclass(frozen=True)
class EdfPlan:
    """What the header says about the file.

    Parameters
    ----------
    signals
        The ordinary signals; the ``EDF Annotations`` signal is added by the writer.
    n_records
        Number of data records. A file with neither signals nor record duration takes as many
        as its annotations need instead.
    record_duration_s
        Seconds; 0 for a file that holds annotations only.
    start
        Local time of the first sample; microseconds go to the timekeeping annotations.
    patient_id
        Patient field; EDF+ form is the caller's duty.
    recording_id
        Recording field; made from ``start`` where empty.
    record_starts_s
        Seconds from ``start`` at which each record begins: the file becomes EDF+D. None for
        records without interruption.
    is_plus
        False writes plain EDF: no annotations, whole seconds.
    """

    signals: tuple[SignalHeader, ...]
    n_records: int
    record_duration_s: float
    start: datetime | None
    patient_id: str = UNKNOWN_PATIENT
    recording_id: str = ""
    record_starts_s: tuple[float, ...] | None = None
    is_plus: bool = True

    def __post_init__(self) -> None:
        starts = self.record_starts_s
        if starts is not None and (len(starts) != self.n_records or starts[:1] != (0.0,)):
            raise ValueError("record_starts_s must have one time for each record, the first 0")
        if not self.is_plus and (starts is not None or self.subsecond_s):
            raise ValueError("plain EDF has neither interruptions nor fractions of a second")
        if self.record_duration_s <= 0 and self.signals:
            raise ValueError("records with signals must last longer than 0 s")
        if self.n_records < 1:
            raise ValueError("a file has at least one record")

    @property
    def subsecond_s(self) -> float:
        """Fraction of a second by which the first sample follows the header's start time."""
        return self.start.microsecond / 1e6 if self.start is not None else 0.0

    def record_start_s(self, record: int) -> Decimal:
        """Return the seconds from the start of the recording to the start of a record, exact."""
        if self.record_starts_s is not None:
            return _exact(self.record_starts_s[record])
        return record * _exact(self.record_duration_s)

    def record_of(self, onset_s: float) -> int:
        """Return the record in which ``onset_s`` lies, the nearest one where it lies in none."""
        if self.record_starts_s is not None:
            found = int(np.searchsorted(self.record_starts_s, onset_s, side="right")) - 1
        else:
            # The margin keeps an onset on a record's edge from falling before it by rounding.
            found = math.floor(onset_s / self.record_duration_s + 1e-9)
        return min(max(found, 0), self.n_records - 1)


@dataclass(frozen=True)
class Layout:
    """Header with everything that follows from it, computed before the first byte is written."""

    header: EdfPlan
    scales: tuple["StoredScale", ...]
    annotations: tuple[bytes, ...]

    @classmethod
    def of(cls, header: EdfPlan, events: Sequence[Event]) -> "Layout":
        """Lay a file out.

        Raises
        ------
        ValueError
            If EDF can't express the header or the events.
        """
        scales = tuple(StoredScale.of(s, header.record_duration_s) for s in header.signals)
        if header.is_plus:
            return cls(header, scales, _annotation_records(header, events))
        if events:
            raise ValueError("plain EDF holds no annotations")
        return cls(header, scales, ())

    @property
    def n_records(self) -> int:
        """Data records in the file."""
        return len(self.annotations) or self.header.n_records

    @property
    def annotation_samples(self) -> int:
        """Two-byte samples of the annotation signal in a record."""
        return max((math.ceil(len(tals) / _INT16.itemsize) for tals in self.annotations), default=0)

    @property
    def record_bytes(self) -> int:
        """Size of a data record."""
        samples = sum(scale.samples_per_record for scale in self.scales)
        return (samples + self.annotation_samples) * _INT16.itemsize

    def annotation_block(self, first: int, n_records: int) -> NDArray[np.int16]:
        """Return the annotation signal of some records, (n_records, annotation_samples)."""
        width = self.annotation_samples * _INT16.itemsize
        padded = (tals.ljust(width, b"\0") for tals in self.annotations[first : first + n_records])
        return np.frombuffer(b"".join(padded), _INT16).reshape(-1, self.annotation_samples)

    def header_bytes(self) -> bytes:
        """Return the header, 256 bytes for the file and as many for each signal."""
        header = self.header
        date, time = start_fields(header.start)
        recording_id = header.recording_id or f"Startdate {start_date_subfield(header.start)} X X X"
        signals = [scale.fields() for scale in self.scales]
        if header.is_plus:
            signals.append(_annotation_fields(self.annotation_samples))
        reserved = "" if not header.is_plus else "EDF+D" if header.record_starts_s else "EDF+C"
        fields = {
            "patient": header.patient_id,
            "recording": recording_id,
            "date": date,
            "time": time,
            "header_bytes": str(HEADER_BYTES * (1 + len(signals))),
            "reserved": reserved,
            "n_records": str(self.n_records),
            "record_duration": number_text(header.record_duration_s),
            "n_channels": str(len(signals)),
        }
        return header_bytes(EDF_VERSION, fields, signals)


@dataclass(frozen=True)
class StoredScale:
    """A signal's header with its numbers as the file spells them, and the gain they imply."""

    header: SignalHeader
    samples_per_record: int
    physical_min: str
    physical_max: str

    @classmethod
    def of(cls, header: SignalHeader, record_duration_s: float) -> "StoredScale":
        """Round a signal's numbers to what eight characters hold; ValueError where they can't."""
        samples = header.sampling_rate_hz * record_duration_s
        if samples < 1 or abs(samples - round(samples)) > 1e-6:
            raise ValueError(f"{header.label}: {samples:g} samples in a record, not a whole number")
        if not _SMALLEST <= header.digital_min < header.digital_max <= _LARGEST:
            raise ValueError(f"{header.label}: digital range outside 16 bits or empty")
        low, high = number_text(header.physical_min), number_text(header.physical_max)
        if float(low) == float(high):
            raise ValueError(f"{header.label}: physical minimum and maximum are both {low}")
        return cls(header, round(samples), low, high)

    def digital(self, samples: FloatArray) -> NDArray[np.int16]:
        """Return (n,) samples as the integers that read back nearest to them, clipped."""
        if np.isnan(samples).any():
            raise ValueError(f"{self.header.label}: EDF has no way to store NaN")
        header = self.header
        low, high = float(self.physical_min), float(self.physical_max)
        steps_per_unit = (header.digital_max - header.digital_min) / (high - low)
        steps = np.rint((samples.astype(np.float64) - low) * steps_per_unit) + header.digital_min
        clipped: NDArray[np.float64] = np.clip(steps, header.digital_min, header.digital_max)
        return clipped.astype(np.int16)

    def fields(self) -> dict[str, str]:
        """Return the signal's header fields."""
        header = self.header
        return {
            "label": header.label,
            "transducer": header.transducer,
            "unit": header.unit,
            "physical minimum": self.physical_min,
            "physical maximum": self.physical_max,
            "digital minimum": str(header.digital_min),
            "digital maximum": str(header.digital_max),
            "prefilter": header.prefilter,
            "samples_per_record": str(self.samples_per_record),
            "reserved": "",
        }


def _annotation_fields(n_samples: int) -> dict[str, str]:
    return {
        "label": "EDF Annotations",
        "transducer": "",
        "unit": "",
        "physical minimum": "-1",
        "physical maximum": "1",
        "digital minimum": str(_SMALLEST),
        "digital maximum": str(_LARGEST),
        "prefilter": "",
        "samples_per_record": str(n_samples),
        "reserved": "",
    }


def _annotation_records(header: EdfPlan, events: Sequence[Event]) -> tuple[bytes, ...]:
    """Return the annotation bytes of each record, unpadded."""
    in_order = sorted(events, key=lambda event: event.onset_s)
    if not header.record_duration_s:
        return _packed(header, in_order)
    records = [
        _timekeeping_tal(header, header.record_start_s(record))
        for record in range(header.n_records)
    ]
    pieces: dict[int, list[bytes]] = {}
    for event in in_order:
        pieces.setdefault(header.record_of(event.onset_s), []).append(_event_tal(header, event))
    for record, tals in pieces.items():
        records[record] += b"".join(tals)
    return tuple(records)


def _packed(header: EdfPlan, events: Sequence[Event]) -> tuple[bytes, ...]:
    """Return as few records of no duration as keep to the recommended size."""
    timekeeping = _timekeeping_tal(header, Decimal(0))
    records = [[timekeeping]]
    n_bytes = len(timekeeping)
    for event in events:
        tal = _event_tal(header, event)
        if n_bytes + len(tal) > RECOMMENDED_RECORD_BYTES and len(records[-1]) > 1:
            records.append([timekeeping])
            n_bytes = len(timekeeping)
        records[-1].append(tal)
        n_bytes += len(tal)
    return tuple(b"".join(tals) for tals in records)


def _timekeeping_tal(header: EdfPlan, start_s: Decimal) -> bytes:
    return encode_tal(_exact(header.subsecond_s) + start_s, None, ("",))


def _event_tal(header: EdfPlan, event: Event) -> bytes:
    onset_s = _exact(header.subsecond_s) + _exact(event.onset_s)
    return encode_tal(onset_s, event.duration_s, (annotation_text(event),))


def _exact(seconds: float) -> Decimal:
    # Sums of decimals, unlike sums of floats, read back as the very times that were written.
    return Decimal(repr(float(seconds)))


def annotation_text(event: Event) -> str:
    """Return the text of an event as EDF+ stores it, ``text@@channel`` where it has a channel."""
    return event.text if event.channel is None else f"{event.text}@@{event.channel}"


def number_text(value: float) -> str:
    """Return a number in at most eight characters, as precisely as they allow.

    Raises
    ------
    ValueError
        If eight characters can't hold it, or hold nothing of it but 0.
    """
    for decimals in range(7, -1, -1) if math.isfinite(value) else ():
        text = f"{value:.{decimals}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        text = "0" if text == "-0" else text
        if len(text) <= 8:
            if value and not float(text):
                break
            return text
    raise ValueError(f"{value!r} can't be written in the eight characters of an EDF header")
