"""The annotations of an EDF+ or BDF+ file: when its records start, and what happened."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.events import Event
from sleepscorer.core.wording import counted
from sleepscorer.files.edf.header import EdfHeader
from sleepscorer.files.edf.samples import ChannelLayout, RecordReader
from sleepscorer.files.edf.tal import Tal, parse_tals, split_channel, time_alone

MAX_TEXTS = 200_000
"""A night of heart beats is 40,000; far beyond that a file is damaged or no recording."""

MAX_TEXT_BYTES = 32 * 2**20
MAX_CHANNELS = 32
MAX_TIMED_RECORDS = 4_000_000
"""Eight hours of records of 8 ms."""

_TIME_BYTES = 64


@dataclass(frozen=True, eq=False)
class EdfAnnotations:
    """What the annotation channels hold.

    Parameters
    ----------
    record_times
        (n_records,) when each record starts by its timekeeping TAL, seconds from the header's
        start time; NaN where it has none. Empty where the file has no annotation channel.
    tals
        The TALs with a text.
    warnings
        What was odd, one sentence each.
    """

    record_times: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    tals: tuple[Tal, ...] = ()
    warnings: tuple[str, ...] = ()

    def events(self, first_sample: Decimal) -> tuple[Event, ...]:
        """Return the annotations as events, in order of onset.

        Parameters
        ----------
        first_sample
            Seconds from the header's start time to the first sample, from which onsets count.
        """
        events = [
            Event(
                float(tal.onset - first_sample),
                float(tal.duration) if tal.duration is not None else None,
                *split_channel(text),
            )
            for tal in self.tals
            for text in tal.texts
            if text
        ]
        return tuple(sorted(events, key=lambda event: event.onset_s))


def read_annotations(header: EdfHeader, reader: RecordReader) -> EdfAnnotations:
    """Read all annotation channels; the first of them keeps the time.

    What is read is bounded, whatever the file holds; where more is left out, that is told.
    """
    channels = [channel for channel in header.channels if channel.is_annotations]
    n_timed = min(header.n_records, MAX_TIMED_RECORDS) if channels else 0
    times = np.full(n_timed, np.nan)
    found = _Found()
    for i, channel in enumerate(channels[:MAX_CHANNELS]):
        for record, row in enumerate(_rows(reader, header.layout(channel), header.n_records)):
            is_timed = i == 0 and record < n_timed
            if found.is_full and not is_timed:
                break
            time_s = found.take(row)
            if is_timed and time_s is not None:
                times[record] = time_s
    warnings = []
    if found.n_damaged:
        warnings.append(f"{counted(found.n_damaged, 'annotation')} could not be read whole")
    if found.is_full:
        n_read = sum(bool(text) for tal in found.tals for text in tal.texts)
        warnings.append(
            f"it holds more annotations than any night has; only the first {n_read} were read"
        )
    if len(channels) > MAX_CHANNELS:
        warnings.append(
            f"it has {len(channels)} annotation channels; only the first {MAX_CHANNELS} were read"
        )
    if n_timed < header.n_records and channels:
        warnings.append(
            f"it has {header.n_records} data records; only the times of the first {n_timed} were"
            " read"
        )
    return EdfAnnotations(times, tuple(found.tals), tuple(warnings))


class _Found:
    """Annotations taken from records, until there are more than any night has."""

    def __init__(self) -> None:
        self.tals: list[Tal] = []
        self.n_damaged = 0
        self._texts_left = MAX_TEXTS
        self._bytes_left = MAX_TEXT_BYTES

    @property
    def is_full(self) -> bool:
        return self._texts_left <= 0 or self._bytes_left <= 0

    def take(self, row: bytes) -> float | None:
        """Take what a record holds, and return its time; when full, the time alone."""
        if (time_s := time_alone(row)) is not None:
            return time_s
        was_full = self.is_full
        tals, n_damaged = parse_tals(row[:_TIME_BYTES] if was_full else row, self._texts_left)
        if not was_full:
            self.n_damaged += n_damaged
            self.tals.extend(tal for tal in tals if any(tal.texts))
            self._texts_left -= n_damaged + sum(len(tal.texts) for tal in tals)
            self._bytes_left -= max(len(row) - _TIME_BYTES, 0)
        if not tals or not tals[0].is_timekeeping:
            return None
        self._texts_left += 0 if was_full else 1
        return float(tals[0].onset)


def _rows(reader: RecordReader, channel: ChannelLayout, n_records: int) -> Iterator[bytes]:
    """Yield a channel's bytes of each record without the padding, of a huge one the beginning."""
    most = MAX_TEXT_BYTES // channel.bytes_per_sample
    read = replace(channel, samples_per_record=min(channel.samples_per_record, most))
    for _, block in reader.records(read, 0, n_records):
        for row in block:
            yield row.tobytes().rstrip(b"\x00")
