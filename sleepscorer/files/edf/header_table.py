"""Which fields the header of an EDF or BDF file has, in what order, and how wide they are.

Source: EDF specification (1992), edfplus.info.
"""

from collections.abc import Mapping, Sequence

EDF_VERSION = b"0       "
BDF_VERSION = b"\xffBIOSEMI"

HEADER_BYTES = 256
"""Of the file, and again of each channel."""

FILE_FIELDS = {
    "version": 8,
    "patient": 80,
    "recording": 80,
    "date": 8,
    "time": 8,
    "header_bytes": 8,
    "reserved": 44,
    "n_records": 8,
    "record_duration": 8,
    "n_channels": 4,
}
"""Characters of each, in their order."""

CHANNEL_FIELDS = {
    "label": 16,
    "transducer": 80,
    "unit": 8,
    "physical minimum": 8,
    "physical maximum": 8,
    "digital minimum": 8,
    "digital maximum": 8,
    "prefilter": 80,
    "samples_per_record": 8,
    "reserved": 32,
}
"""Characters of each; a field stands for all channels before the next field begins."""

RANGE_FIELDS = ("physical minimum", "physical maximum", "digital minimum", "digital maximum")


def file_fields(raw: bytes) -> dict[str, bytes]:
    """Split the first 256 bytes of a file."""
    fields = {}
    position = 0
    for name, width in FILE_FIELDS.items():
        fields[name] = raw[position : position + width]
        position += width
    return fields


def channel_fields(raw: bytes, n_channels: int) -> dict[str, list[bytes]]:
    """Split the second part of the header; each field has one value a channel."""
    columns = {}
    position = 0
    for name, width in CHANNEL_FIELDS.items():
        columns[name] = [
            raw[position + i * width : position + (i + 1) * width] for i in range(n_channels)
        ]
        position += n_channels * width
    return columns


def header_bytes(
    version: bytes, fields: Mapping[str, str], channels: Sequence[Mapping[str, str]]
) -> bytes:
    """Join a header.

    Parameters
    ----------
    version
        The first eight bytes, which in BDF are no text.
    fields, channels
        The other fields of the file, and those of each channel.

    Raises
    ------
    ValueError
        If one is no printable ASCII or too long.
    """
    parts = [field_bytes(fields[name], width) for name, width in list(FILE_FIELDS.items())[1:]]
    for name, width in CHANNEL_FIELDS.items():
        parts += [field_bytes(channel[name], width) for channel in channels]
    return version + b"".join(parts)


def field_bytes(text: str, width: int) -> bytes:
    """Return a field with the blanks behind it.

    Raises
    ------
    ValueError
        If the text is no printable ASCII or too long.
    """
    if len(text) > width or any(not " " <= c <= "~" for c in text):
        raise ValueError(f"{text!r} is not printable ASCII of at most {width} characters")
    return text.encode("ascii").ljust(width)
