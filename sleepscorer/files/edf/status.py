"""The Status channel of BioSemi's amplifiers, which tells where a recording was paused."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import RecordingError
from sleepscorer.files.edf.header import EdfChannel, EdfHeader
from sleepscorer.files.edf.samples import RecordReader

# "High when new Epoch is started": bit 16, the lowest of the third byte of a sample
# (https://www.biosemi.com/faq/trigger_signals.htm).
_NEW_EPOCH = 0x01
# By this the amplifier's own channel is told from one that others call "Status"; programs that
# copy a file may leave it out.
_TRANSDUCER = "triggers and status"
# A night has a few pauses; a bit that changes all the time means something else.
_MOST_PAUSES = 100


def is_status(channel: EdfChannel) -> bool:
    """Tell whether this is the channel that BioSemi's amplifiers write."""
    return (
        channel.label.casefold() == "status"
        and (not channel.transducer or channel.transducer.casefold().startswith(_TRANSDUCER))
        and channel.samples_per_record > 0
    )


def pauses(path: Path, header: EdfHeader, reader: RecordReader) -> tuple[float, ...]:
    """Return where the recording went on after a pause, seconds of stored samples.

    How long the pause was is nowhere in the file. A discontinuous file has the times of its
    records instead, and is not asked.

    Raises
    ------
    RecordingError
        If the file can't be read.
    """
    status = next(filter(is_status, header.channels), None)
    is_bdf = header.bytes_per_sample == 3
    if status is None or not is_bdf or header.format_name.endswith("+D"):
        return ()
    found: list[float] = []
    was_high = True  # The first sample begins an epoch too.
    for record, bits in enumerate(_bits(path, header, status, reader)):
        before = np.concatenate(([was_high], bits[:-1]))
        for sample in np.flatnonzero(bits & ~before):
            share = sample / status.samples_per_record
            found.append(float((record + share) * header.record_duration_s))
        was_high = bool(bits[-1])
        if len(found) > _MOST_PAUSES:
            return ()
    return tuple(found)


def _bits(
    path: Path, header: EdfHeader, status: EdfChannel, reader: RecordReader
) -> Iterator[NDArray[np.bool_]]:
    """Yield (samples_per_record,) bool of each record: the bit of the new epoch."""
    kept = reader.kept(header.layout(status))
    for row in _stored(path, header, status) if kept is None else kept:
        yield (row[2::3] & _NEW_EPOCH).astype(bool)


def _stored(path: Path, header: EdfHeader, status: EdfChannel) -> Iterator[NDArray[np.uint8]]:
    """Yield the bytes of each record; only they are read, a small part of the file."""
    n_bytes = 3 * status.samples_per_record
    try:
        with path.open("rb", buffering=0) as file:
            for record in range(header.n_records):
                file.seek(header.data_offset + record * header.record_bytes + status.byte_offset)
                content = file.read(n_bytes)
                if len(content) < n_bytes:
                    return
                yield np.frombuffer(content, np.uint8)
    except OSError as error:
        raise RecordingError(
            f"the file can't be read: {error.strerror or error}", path=path
        ) from error
