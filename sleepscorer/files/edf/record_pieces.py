"""The data records of a file some at a time, and which of their bytes are annotations."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.progress import Progress
from sleepscorer.files.edf.header import EdfHeader
from sleepscorer.files.edf.samples import read_bytes

_BLOCK_BYTES = 4 * 2**20


class RecordPieces:
    """Reads all records of a file, or of a copy of it, in bounded memory.

    Parameters
    ----------
    header
        Of the file; a copy has as many records, whose channels are the same.
    """

    def __init__(self, header: EdfHeader) -> None:
        self._header = header
        self._annotations = [
            header.layout(one)
            for one in header.channels
            if one.is_annotations and one.samples_per_record
        ]

    def read(
        self, path: Path, data_offset: int, progress: Progress, *, n_behind: int = 0
    ) -> Iterator[tuple[int, NDArray[np.uint8], NDArray[np.uint8]]]:
        """Yield all data records in their order.

        Parameters
        ----------
        path, data_offset
            The file or its copy, and where its records begin.
        progress
            Called for each piece; may raise Cancelled.
        n_behind
            Bytes that a copy has at the end of each record beside those of the file.

        Yields
        ------
        Where in the record the piece begins; (n_records, n_bytes) of it: whole records, or of one
        that is too large a part, which holds annotation channels whole; and (n_records, n_behind)
        of what follows them, empty before the end of a record.
        """
        n_bytes, n_records = self._header.record_bytes, self._header.n_records
        stride = n_bytes + n_behind
        # The same for file and copy, so that both come in the same pieces.
        step = max(1, _BLOCK_BYTES // n_bytes)
        parts = [(0, n_bytes)] if n_bytes <= _BLOCK_BYTES else list(self._parts())
        for first in range(0, n_records, step):
            n = min(step, n_records - first)
            for begin, end in parts:
                width = end - begin + (n_behind if end == n_bytes else 0)
                raw = read_bytes(path, data_offset + first * stride + begin, n * width)
                rows = np.frombuffer(bytearray(raw), np.uint8).reshape(n, width)
                yield begin, rows[:, : end - begin], rows[:, end - begin :]
                progress((first + n * end / n_bytes) / n_records, "data records")

    def _parts(self) -> Iterator[tuple[int, int]]:
        """Yield beginnings and ends that part a record."""
        for channel in self._header.channels:
            layout = self._header.layout(channel)
            end = layout.offset + layout.n_bytes
            step = layout.n_bytes if channel.is_annotations else _BLOCK_BYTES
            for begin in range(layout.offset, end, step or 1):
                yield begin, min(begin + step, end)

    def annotation_columns(
        self, begin: int, piece: NDArray[np.uint8]
    ) -> Iterator[NDArray[np.uint8]]:
        """Yield the annotation channels in a piece, each (n_records, n_bytes), as views of it."""
        for layout in self._annotations:
            first = layout.offset - begin
            if 0 <= first < piece.shape[1]:
                yield piece[:, first : first + layout.n_bytes]

    def is_samples(self, begin: int, n_bytes: int) -> NDArray[np.bool_]:
        """(n_bytes,) whether each byte of a piece's records belongs to samples."""
        is_samples = np.ones(n_bytes, bool)
        for layout in self._annotations:
            first = layout.offset - begin
            is_samples[max(first, 0) : max(first + layout.n_bytes, 0)] = False
        return is_samples
