"""Builds EDF and BDF files byte by byte, so that tests can break any part of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Channel:
    """A channel: all its digital samples, or the annotation bytes of each record."""

    label: str | bytes = "EEG C4-M1"
    digital: Sequence[int] = ()
    tals: Sequence[bytes] | None = None
    samples_per_record: int | str = 4
    unit: str | bytes = "uV"
    physical: tuple[str, str] = ("-3276.8", "3276.7")
    digital_range: tuple[str, str] = ("-32768", "32767")
    transducer: str | bytes = ""
    prefilter: str | bytes = ""
    reserved: str | bytes = ""


def annotations(tals: Sequence[bytes], *, n_samples: int = 30, bdf: bool = False) -> Channel:
    """An annotation channel with these bytes, record by record."""
    limits = ("-8388608", "8388607") if bdf else ("-32768", "32767")
    label = "BDF Annotations" if bdf else "EDF Annotations"
    return Channel(label, (), list(tals), n_samples, "", ("-1", "1"), limits)


@dataclass
class Edf:
    """A file; every header field may be overruled with any text."""

    channels: list[Channel]
    n_records: int = 1
    bdf: bool = False
    reserved: str = ""
    record_duration: str = "1"
    date: str = "02.03.19"
    time: str = "22.15.30"
    patient: str | bytes = "X X X X"
    recording: str | bytes = "Startdate X X X X"
    fields: dict[str, str] = field(default_factory=dict)

    def header(self) -> bytes:
        n_bytes = 256 * (len(self.channels) + 1)
        first = [
            (b"\xffBIOSEMI" if self.bdf else b"0", 8),
            (self.patient, 80),
            (self.recording, 80),
            (self.date, 8),
            (self.time, 8),
            (self.fields.get("header_bytes", str(n_bytes)), 8),
            (self.reserved, 44),
            (self.fields.get("n_records", str(self.n_records)), 8),
            (self.record_duration, 8),
            (self.fields.get("n_channels", str(len(self.channels))), 4),
        ]
        columns = [
            ([c.label for c in self.channels], 16),
            ([c.transducer for c in self.channels], 80),
            ([c.unit for c in self.channels], 8),
            ([c.physical[0] for c in self.channels], 8),
            ([c.physical[1] for c in self.channels], 8),
            ([c.digital_range[0] for c in self.channels], 8),
            ([c.digital_range[1] for c in self.channels], 8),
            ([c.prefilter for c in self.channels], 80),
            ([str(c.samples_per_record) for c in self.channels], 8),
            ([c.reserved for c in self.channels], 32),
        ]
        parts = [_padded(value, width) for value, width in first]
        parts += [_padded(value, width) for values, width in columns for value in values]
        return b"".join(parts)

    def records(self) -> bytes:
        width = 3 if self.bdf else 2
        parts = []
        for record in range(self.n_records):
            for channel in self.channels:
                n = int(channel.samples_per_record)
                if channel.tals is not None:
                    raw = channel.tals[record]
                    if len(raw) > n * width:
                        raise ValueError("the annotations don't fit their channel")
                    parts.append(raw.ljust(n * width, b"\0"))
                else:
                    samples = np.asarray(channel.digital[record * n : (record + 1) * n], "<i4")
                    parts.append(samples.view(np.uint8).reshape(-1, 4)[:, :width].tobytes())
        return b"".join(parts)

    def to_bytes(self) -> bytes:
        return self.header() + self.records()


def _padded(value: str | bytes, width: int) -> bytes:
    raw = value if isinstance(value, bytes) else value.encode("utf-8")
    if len(raw) > width:
        raise ValueError(f"{value!r} is longer than {width} bytes")
    return raw.ljust(width)
