"""The annotations of an EDF+ or BDF+ file: when its records start, and what happened."""

from dataclasses import dataclass
from decimal import Decimal

from sleepscorer.core.events import Event
from sleepscorer.files.edf.header import EdfHeader
from sleepscorer.files.edf.samples import ChannelLayout, RecordReader
from sleepscorer.files.edf.tal import Tal, parse_tals, split_channel

# A night of heart beats is 40,000 annotations; far beyond that a file is damaged or no recording.
_MAX_TALS = 1_000_000


@dataclass(frozen=True, eq=False)
class EdfAnnotations:
    """What the annotation channels hold.

    Parameters
    ----------
    record_times
        When each record starts by its timekeeping TAL, seconds from the header's start time; None
        where it has none. Empty where the file has no annotation channel.
    tals
        The TALs with a text.
    warnings
        What was odd, one sentence each.
    """

    record_times: tuple[Decimal | None, ...] = ()
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
    """Read all annotation channels; the first of them keeps the time."""
    channels = [channel for channel in header.channels if channel.is_annotations]
    times: tuple[Decimal | None, ...] = ()
    tals: list[Tal] = []
    n_damaged = 0
    for i, channel in enumerate(channels):
        rows = _rows(reader, header.layout(channel), header.n_records)
        found: list[Decimal | None] = []
        for row in rows:
            row_tals, row_damaged = parse_tals(row)
            n_damaged += row_damaged
            if len(tals) < _MAX_TALS:
                tals.extend(tal for tal in row_tals if any(tal.texts))
            keeps_time = bool(row_tals) and row_tals[0].is_timekeeping
            found.append(row_tals[0].onset if keeps_time else None)
        if i == 0:
            times = tuple(found)
    warnings = []
    if n_damaged:
        warnings.append(f"{_count(n_damaged, 'annotation')} could not be read whole")
    if len(tals) >= _MAX_TALS:
        warnings.append(f"only the first {_MAX_TALS} annotations were read")
    return EdfAnnotations(times, tuple(tals), tuple(warnings))


def _rows(reader: RecordReader, channel: ChannelLayout, n_records: int) -> list[bytes]:
    """Read a channel's bytes of each record without the padding."""
    return [
        row.tobytes().rstrip(b"\x00")
        for _, block in reader.records(channel, 0, n_records)
        for row in block
    ]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
