"""The words and numbers of an EDF or BDF header as they stand there, and what hides behind them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sleepscorer.files.edf.fields import field_number, field_text
from sleepscorer.files.edf.header_table import (
    HEADER_BYTES,
    RANGE_FIELDS,
    channel_fields,
    file_fields,
    header_bytes,
)

_PRINTABLE = re.compile(rb"[ -~\x80-\xff]{2,}")
_LONGEST_EXCERPT = 200


@dataclass(frozen=True)
class ChannelWords:
    """The words of the header about one channel, as trimmed text."""

    label: str
    transducer: str
    unit: str
    prefilter: str
    reserved: str


@dataclass(frozen=True)
class EdfWords:
    """The words of a header, as trimmed text; in a copy printable ASCII of the fields' length."""

    patient: str
    recording: str
    date: str
    time: str
    reserved: str
    channels: tuple[ChannelWords, ...]


@dataclass(frozen=True)
class Leftover:
    """What a file holds that gets into no copy: where, and what can be read of it."""

    place: str
    text: str


class StoredHeader:
    """The fields of a header.

    Parameters
    ----------
    raw
        256 bytes for the file, and as many for each channel.
    """

    def __init__(self, raw: bytes) -> None:
        self.n_channels = len(raw) // HEADER_BYTES - 1
        self._fields = file_fields(raw[:HEADER_BYTES])
        self._columns = channel_fields(raw[HEADER_BYTES:], self.n_channels)

    @property
    def words(self) -> EdfWords:
        """Its words."""
        fields = {name: field_text(raw) for name, raw in self._fields.items()}
        columns = {
            name: [field_text(raw) for raw in column] for name, column in self._columns.items()
        }
        channels = (
            ChannelWords(
                columns["label"][i],
                columns["transducer"][i],
                columns["unit"][i],
                columns["prefilter"][i],
                columns["reserved"][i],
            )
            for i in range(self.n_channels)
        )
        return EdfWords(
            fields["patient"],
            fields["recording"],
            fields["date"],
            fields["time"],
            fields["reserved"],
            tuple(channels),
        )

    def hidden(self) -> Iterator[Leftover]:
        """Yield what stands behind the zero byte that ends a text, and in place of numbers."""
        for name, raw in self._fields.items():
            if text := _hidden(raw):
                yield Leftover(f"{name} field, behind its end", text)
        for name, column in self._columns.items():
            for number, raw in enumerate(column, start=1):
                place = f"{name} of channel {number}"
                if text := _hidden(raw):
                    yield Leftover(f"{place}, behind its end", text)
                if name in RANGE_FIELDS and (text := field_text(raw)) and not _number(raw):
                    yield Leftover(place, text)

    def with_words(
        self, words: EdfWords, *, n_records: int, samples_per_record: Mapping[int, int]
    ) -> bytes:
        """Return a header of these words and of the numbers of this one.

        Parameters
        ----------
        words
            Printable ASCII, no longer than the fields.
        n_records, samples_per_record
            Counts as they are, of each channel by its place: a header may leave them open.

        Raises
        ------
        ValueError
            If words are not of its channels, or no field takes them.
        """
        if len(words.channels) != self.n_channels:
            raise ValueError(f"words of {len(words.channels)} channels, not {self.n_channels}")
        fields = {
            "patient": words.patient,
            "recording": words.recording,
            "date": words.date,
            "time": words.time,
            "header_bytes": str(HEADER_BYTES * (1 + self.n_channels)),
            "reserved": words.reserved,
            "n_records": str(n_records),
            "record_duration": _number(self._fields["record_duration"]),
            "n_channels": str(self.n_channels),
        }
        channels = [
            {
                "label": own.label,
                "transducer": own.transducer,
                "unit": own.unit,
                **{name: _number(self._columns[name][i]) for name in RANGE_FIELDS},
                "prefilter": own.prefilter,
                "samples_per_record": str(samples_per_record[i]),
                "reserved": own.reserved,
            }
            for i, own in enumerate(words.channels)
        ]
        return header_bytes(self._fields["version"], fields, channels)


def _number(raw: bytes) -> str:
    """A field that holds a number, as it stands; empty where it holds none."""
    text = field_text(raw)
    return text if field_number(text) is not None else ""


def _hidden(raw: bytes) -> str:
    """What stands in a field behind a zero byte, which ends its text."""
    rest = raw.strip(b" \t\r\n\x00").partition(b"\x00")[2]
    return readable(rest) if rest else ""


def readable(raw: bytes) -> str:
    """Return what can be read of bytes, cut where it is much."""
    text = b" ".join(_PRINTABLE.findall(raw)).decode("latin-1").strip()
    text = text if len(text) <= _LONGEST_EXCERPT else f"{text[:_LONGEST_EXCERPT]}…"
    return text or "nothing that can be read"
