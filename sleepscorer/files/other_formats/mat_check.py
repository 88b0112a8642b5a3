"""Checks that a MATLAB 5 file is whole before scipy reads it.

scipy looks up the type of an element in a table without a look at its bounds: one damaged byte
ends the program. The structure is that of "MAT-File Format" (The MathWorks), level 5.
"""

import io
import math
import struct
import zlib
from pathlib import Path
from typing import BinaryIO

from sleepscorer.core.errors import RecordingError

_HEADER_BYTES = 128
_HDF5 = b"MATLAB 7.3"
_ITEM_BYTES = {1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 4, 7: 4, 9: 8, 12: 8, 13: 8}
_TEXT_TYPES = {1, 2, 3, 4, 16, 17, 18}
_INT8, _INT32, _UINT32, _MATRIX, _COMPRESSED = 1, 5, 6, 14, 15
_CELL, _STRUCT, _OBJECT, _CHAR, _SPARSE, _FUNCTION, _OPAQUE = 1, 2, 3, 4, 5, 16, 17
_NUMBERS = range(6, 16)
_COMPLEX = 0x0800
_MAX_DEPTH = 60
_MAX_DIMENSIONS = 32
_LONGEST_FIELD_NAME = 64
# Signals pack to a half, and only what is nearly all zeros to less than a fiftieth.
_MOST_UNPACKED = 50
_SMALL_BYTES = 64 * 2**20


class _Damage(Exception):
    """The structure is not that of a MATLAB 5 file."""


def check_mat(path: Path, name: str) -> None:
    """Walk through a file without reading its values.

    Raises
    ------
    RecordingError
        If it is damaged, unpacks to far more than it is, or is no MATLAB 5 file.
    """
    damaged = RecordingError(
        f"it can't be read as {name}: its content is damaged",
        path=path,
        hint="copy it once more from where it was written",
    )
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
            if header.startswith(_HDF5):
                raise RecordingError(
                    f"it can't be read as {name}: it is saved in the format of MATLAB 7.3",
                    path=path,
                    hint="save it in EEGLAB with that option off, or export it as EDF+",
                )
            order = {b"IM": "<", b"MI": ">"}.get(header[126:])
            if order is None or len(header) < _HEADER_BYTES:
                raise RecordingError(f"it can't be read as {name}: it is no MATLAB file", path=path)
            size = path.stat().st_size
            _Walk(file, size, order).variables(_MOST_UNPACKED * size + _SMALL_BYTES)
    except OSError as error:
        raise RecordingError(
            f"the file can't be read: {error.strerror or error}", path=path
        ) from error
    except (_Damage, zlib.error, struct.error) as error:
        raise damaged from error


class _Walk:
    """A position in a file, moved from element to element."""

    def __init__(self, file: BinaryIO, size: int, order: str) -> None:
        self._file = file
        self._size = size
        self._order = order

    def variables(self, most_bytes: int) -> None:
        """Check all variables of a file, those that are packed too."""
        left = most_bytes
        while (at := self._file.tell()) < self._size:
            kind, size, _, _ = self._tag(self._size)
            if kind == _COMPRESSED:
                # Packed elements are not filled up: the next begins where this one is read to.
                unpacker = zlib.decompressobj()
                content = unpacker.decompress(self._file.read(size), left)
                if not unpacker.eof:
                    raise _Damage("packed content that does not end")
                left -= len(content)
                inner = _Walk(io.BytesIO(content), len(content), self._order)
                inner.matrix(len(content), 0)
            else:
                self._file.seek(at)
                self.matrix(self._size, 0)

    def _tag(self, end: int) -> tuple[int, int, int, int]:
        """Read the type, the size, the start and the stop of the next element."""
        at = self._file.tell()
        kind, size = struct.unpack(f"{self._order}II", self._file.read(8))
        if kind >> 16:
            kind, size, start, stop = kind & 0xFFFF, kind >> 16, at + 4, at + 8
            if size > 4:
                raise _Damage("a short element is too long")
        else:
            start = at + 8
            stop = start - (-size // 8) * 8
        if start + size > end:
            raise _Damage("an element ends outside of what holds it")
        return kind, size, start, stop

    def _element(self, end: int, kinds: set[int]) -> tuple[int, bytes]:
        """Read an element of a few bytes."""
        kind, size, start, stop = self._tag(end)
        if kind not in kinds or size > 2**20:
            raise _Damage(f"an element of the type {kind} and {size} bytes")
        self._file.seek(start)
        content = self._file.read(size)
        self._file.seek(stop)
        return kind, content

    def _integers(self, end: int, kind: int) -> tuple[int, ...]:
        _, content = self._element(end, {kind})
        letter = "i" if kind == _INT32 else "I"
        return struct.unpack(f"{self._order}{len(content) // 4}{letter}", content)

    def matrix(self, end: int, depth: int) -> None:
        """Check one array, and what it holds."""
        kind, size, start, stop = self._tag(end)
        if kind != _MATRIX or depth > _MAX_DEPTH:
            raise _Damage(f"an element of the type {kind} instead of an array")
        if size:
            self._contents(start + size, depth)
            if self._file.tell() not in (start + size, stop):
                raise _Damage("an array is longer or shorter than it says")
        self._file.seek(stop)

    def _contents(self, end: int, depth: int) -> None:
        flags = self._integers(end, _UINT32)
        if len(flags) != 2:
            raise _Damage("the flags of an array are damaged")
        array_class = flags[0] & 0xFF
        if array_class == _OPAQUE:
            for _ in range(3):
                self._element(end, {_INT8})
            self.matrix(end, depth + 1)
            return
        dimensions = self._integers(end, _INT32)
        if not 2 <= len(dimensions) <= _MAX_DIMENSIONS or min(dimensions) < 0:
            raise _Damage("the dimensions of an array are damaged")
        self._element(end, {_INT8})
        self._values(array_class, math.prod(dimensions), end, depth, bool(flags[0] & _COMPLEX))

    def _values(self, array_class: int, count: int, end: int, depth: int, is_complex: bool) -> None:
        if array_class in _NUMBERS:
            for _ in range(1 + is_complex):
                self._numbers(count, end)
        elif array_class == _CHAR:
            self._text(count, end)
        elif array_class == _SPARSE:
            for _ in range(3 + is_complex):
                self._numbers(None, end)
        elif array_class == _FUNCTION:
            self.matrix(end, depth + 1)
        elif array_class in (_CELL, _STRUCT, _OBJECT):
            n_fields = 1 if array_class == _CELL else self._field_count(array_class, end)
            self._matrices(count * n_fields, end, depth)
        else:
            raise _Damage(f"an array of the class {array_class}")

    def _numbers(self, count: int | None, end: int) -> None:
        kind, size, _, stop = self._tag(end)
        if kind not in _ITEM_BYTES or size % _ITEM_BYTES[kind]:
            raise _Damage(f"numbers of the type {kind}")
        if count is not None and size // _ITEM_BYTES[kind] != count:
            raise _Damage("an array with more or fewer numbers than it says")
        self._file.seek(stop)

    def _text(self, count: int, end: int) -> None:
        kind, size, _, stop = self._tag(end)
        if kind not in _TEXT_TYPES or (count > size):
            raise _Damage(f"text of the type {kind}")
        self._file.seek(stop)

    def _field_count(self, array_class: int, end: int) -> int:
        if array_class == _OBJECT:
            self._element(end, {_INT8})
        lengths = self._integers(end, _INT32)
        if len(lengths) != 1 or not 1 <= lengths[0] <= _LONGEST_FIELD_NAME:
            raise _Damage("the names of fields are damaged")
        _, names = self._element(end, {_INT8})
        if len(names) % lengths[0]:
            raise _Damage("the names of fields are cut short")
        return len(names) // lengths[0]

    def _matrices(self, count: int, end: int, depth: int) -> None:
        for _ in range(count):
            self.matrix(end, depth + 1)
