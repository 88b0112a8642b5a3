"""The header of a copy that has one annotation channel more: all else stays, to the byte."""

from datetime import datetime

from sleepscorer.files.edf.fields import field_integer, field_text
from sleepscorer.files.edf.header import EdfHeader
from sleepscorer.files.edf.header_table import (
    CHANNEL_FIELDS,
    HEADER_BYTES,
    channel_fields,
    field_bytes,
    file_fields,
)
from sleepscorer.files.edf.identification import (
    kept_recording_identification,
    patient_identification,
    subfield,
)

MOST_CHANNELS = 9999
"""What the four characters of the field hold."""

# Words of the kind of file that say nothing else.
_KINDS = ("", "24BIT")


class AnnotatedHeader:
    """The header of a file, and what becomes of it.

    Parameters
    ----------
    raw
        256 bytes for the file, and as many for each channel.
    header
        What was read of it.
    """

    def __init__(self, raw: bytes, header: EdfHeader) -> None:
        self._header = header
        self._fields = file_fields(raw[:HEADER_BYTES])
        self._columns = channel_fields(raw[HEADER_BYTES:], len(header.channels))
        self._new = self._new_fields(header.start)

    @property
    def label(self) -> str:
        """Of the channel that is added."""
        return f"{self._kind} Annotations"

    @property
    def replaced(self) -> tuple[str, ...]:
        """Names of the fields whose words were no EDF+ and are other ones now."""
        return tuple(
            name
            for name in ("patient", "recording", "reserved")
            if name in self._new
            and self._new[name] != self._fields[name]
            and field_text(self._fields[name]) not in _KINDS
        )

    @property
    def cut(self) -> tuple[tuple[str, str], ...]:
        """Names and words of those of them that have no room for all of their words."""
        words = ((name, field_text(self._fields[name])) for name in self.replaced)
        return tuple(
            (name, text)
            for name, text in words
            if not self._new[name].rstrip().endswith(subfield(text).encode("ascii"))
        )

    def with_channel(self, n_samples: int) -> bytes:
        """Return the header of the copy.

        Parameters
        ----------
        n_samples
            Of two bytes, in BDF of three, that the annotations have in each record.
        """
        fields = self._fields | self._new
        own = self._own_fields(n_samples)
        parts = list(fields.values())
        for name, width in CHANNEL_FIELDS.items():
            parts += self._columns[name]
            parts.append(field_bytes(own.get(name, ""), width))
        return b"".join(parts)

    def _new_fields(self, start: datetime | None) -> dict[str, bytes]:
        """Those of the file that are other ones in the copy, as bytes of the fields' width."""
        fields, header = self._fields, self._header
        n_channels = len(header.channels) + 1
        patient = patient_identification(field_text(fields["patient"]))
        recording = kept_recording_identification(start, field_text(fields["recording"]))
        new = {
            "patient": _as_it_stands(fields["patient"], patient),
            "recording": _as_it_stands(fields["recording"], recording),
            "header_bytes": field_bytes(str(HEADER_BYTES * (1 + n_channels)), 8),
            "n_channels": field_bytes(str(n_channels), 4),
        }
        if field_integer(field_text(fields["n_records"])) != header.n_records:
            new["n_records"] = field_bytes(str(header.n_records), 8)
        if not fields["reserved"].startswith(f"{self._kind}+C".encode("ascii")):
            new["reserved"] = field_bytes(f"{self._kind}+C", 44)
        return new

    @property
    def _kind(self) -> str:
        return "BDF" if self._header.bytes_per_sample == 3 else "EDF"

    def _own_fields(self, n_samples: int) -> dict[str, str]:
        largest = 2 ** (8 * self._header.bytes_per_sample - 1)
        return {
            "label": self.label,
            "physical minimum": "-1",
            "physical maximum": "1",
            "digital minimum": str(-largest),
            "digital maximum": str(largest - 1),
            "samples_per_record": str(n_samples),
        }


def _as_it_stands(raw: bytes, text: str) -> bytes:
    """Return the field of these words; the bytes that stand there where they are those words."""
    field = field_bytes(text, len(raw))
    return raw if raw.strip(b" ") == text.encode("ascii") else field
