"""MATLAB files byte by byte: what is whole passes, each damage is told."""

import struct
import zlib
from pathlib import Path

import pytest

from sleepscorer.core.errors import RecordingError
from sleepscorer.files.other_formats.mat_check import check_mat

INT8, UINT8, UINT16, INT32, UINT32, DOUBLE, MATRIX, PACKED, UTF8 = 1, 2, 4, 5, 6, 9, 14, 15, 16
CELL, STRUCT, OBJECT, CHAR, SPARSE, DOUBLES, FUNCTION, OPAQUE = 1, 2, 3, 4, 5, 6, 16, 17
COMPLEX = 0x0800
ONE = struct.pack("<d", 1.0)


def element(kind: int, content: bytes) -> bytes:
    return struct.pack("<II", kind, len(content)) + content + bytes(-len(content) % 8)


def short(kind: int, content: bytes) -> bytes:
    """Content of at most four bytes, in the tag itself."""
    return struct.pack("<HH", kind, len(content)) + content.ljust(4, b"\0")


def integers(*values: int) -> bytes:
    return element(INT32, struct.pack(f"<{len(values)}i", *values))


def flags(array_class: int) -> bytes:
    return element(UINT32, struct.pack("<II", array_class, 0))


def array(array_class: int, *inside: bytes, dimensions: tuple[int, ...] = (1, 1)) -> bytes:
    head = flags(array_class) + integers(*dimensions) + element(INT8, b"x")
    return element(MATRIX, head + b"".join(inside))


def packed(content: bytes) -> bytes:
    """A packed variable, which is not filled up."""
    squeezed = zlib.compress(content)
    return struct.pack("<II", PACKED, len(squeezed)) + squeezed


def names(*fields: str, width: int = 5) -> bytes:
    stored = b"".join(field.encode().ljust(width, b"\0") for field in fields)
    return integers(width) + element(INT8, stored)


def written(folder: Path, *variables: bytes) -> Path:
    path = folder / "night.set"
    path.write_bytes(b"MATLAB 5.0".ljust(124) + b"\0\1IM" + b"".join(variables))
    return path


NUMBER = array(DOUBLES, element(DOUBLE, ONE))
EMPTY = element(MATRIX, b"")
NESTED = NUMBER
for _ in range(60):
    NESTED = array(CELL, NESTED)


@pytest.mark.parametrize(
    "variable",
    [
        NUMBER,
        EMPTY,
        array(DOUBLES, short(UINT16, b"\1\0")),
        array(DOUBLES, short(UINT8, b"\1\2\3\4"), dimensions=(2, 2)),
        array(DOUBLES, element(DOUBLE, ONE * 12), dimensions=(2, 3, 2)),
        array(DOUBLES, element(DOUBLE, b""), dimensions=(0, 3)),
        array(DOUBLES, element(DOUBLE, ONE), dimensions=(1,) * 32),
        array(DOUBLES | COMPLEX, element(DOUBLE, ONE), element(DOUBLE, ONE)),
        array(CHAR, element(UINT16, b"n\0t\0"), dimensions=(1, 2)),
        array(CHAR, short(UTF8, b"nt"), dimensions=(1, 2)),
        array(SPARSE, integers(0), integers(0, 1), element(DOUBLE, ONE)),
        array(SPARSE | COMPLEX, integers(0), integers(0, 1), *[element(DOUBLE, ONE)] * 2),
        array(FUNCTION, NUMBER),
        element(MATRIX, flags(OPAQUE) + element(INT8, b"a") * 3 + NUMBER),
        array(CELL, NUMBER, EMPTY, dimensions=(1, 2)),
        array(STRUCT, names("srate", "pnts"), NUMBER, NUMBER),
        array(STRUCT, names("srate", "pnts"), *[NUMBER] * 6, dimensions=(1, 3)),
        array(STRUCT, names("srate", width=64), NUMBER),
        array(STRUCT, names("s", width=1), NUMBER),
        array(OBJECT, element(INT8, b"class"), names("srate"), NUMBER),
        NESTED,
        packed(NUMBER),
        packed(NUMBER) + packed(array(CELL, NUMBER)),
    ],
)
def test_whole_files_pass(variable: bytes, tmp_path: Path):
    check_mat(written(tmp_path, variable), "EEGLAB")
    check_mat(written(tmp_path, variable, NUMBER), "EEGLAB")


@pytest.mark.parametrize(
    "variable",
    [
        NUMBER[:-1],
        NUMBER[:4],
        element(DOUBLE, ONE),
        short(MATRIX, b"\0\0"),
        short(PACKED, b"\0\0"),
        element(MATRIX, flags(DOUBLES)[:8] + bytes(8)),
        element(MATRIX, element(UINT32, bytes(4)) + integers(1, 1)),
        element(MATRIX, element(UINT32, bytes(6)) + integers(1, 1)),
        array(
            DOUBLES | COMPLEX,
            struct.pack("<HH", INT8, 5) + bytes(4),
            element(INT8, bytes(5)),
            dimensions=(1, 5),
        ),
        # Values: too many, too few, of no type, half of one.
        array(DOUBLES, element(DOUBLE, ONE * 2)),
        array(DOUBLES, element(DOUBLE, ONE), dimensions=(1, 2)),
        array(DOUBLES, element(157, ONE)),
        array(DOUBLES, element(DOUBLE, ONE[:4])),
        array(DOUBLES | COMPLEX, element(DOUBLE, ONE)),
        array(DOUBLES, element(DOUBLE, ONE), element(DOUBLE, ONE)),
        array(18, element(DOUBLE, ONE)),
        array(0, element(DOUBLE, ONE)),
        array(CHAR, element(DOUBLE, ONE)),
        array(CHAR, element(UTF8, b"nt"), dimensions=(1, 3)),
        array(SPARSE, integers(0), element(DOUBLE, ONE)),
        array(SPARSE, element(157, ONE), integers(0, 1), element(DOUBLE, ONE)),
        # Dimensions.
        array(DOUBLES, element(DOUBLE, ONE), dimensions=(1,)),
        array(DOUBLES, element(DOUBLE, ONE), dimensions=(1,) * 33),
        array(CHAR, element(UTF8, b"nt"), dimensions=(-1, 2)),
        array(CELL, dimensions=(1, -1)),
        # What holds others.
        array(CELL, NUMBER, dimensions=(1, 2)),
        array(CELL, NUMBER, NUMBER),
        array(CELL, NESTED),
        array(CELL, dimensions=(2**31 - 1, 2**31 - 1)),
        array(STRUCT, names("srate", "pnts"), NUMBER),
        array(STRUCT, integers(0) + element(INT8, b"srate"), NUMBER),
        array(STRUCT, integers(2, 2) + element(INT8, b"ab"), NUMBER),
        array(STRUCT, names("srate", width=65), NUMBER),
        array(STRUCT, integers(4) + element(INT8, b"srate"), NUMBER),
        array(OBJECT, names("srate"), NUMBER),
        array(FUNCTION, element(DOUBLE, ONE)),
        element(MATRIX, flags(OPAQUE) + element(INT8, b"a") * 2 + NUMBER),
        # Packed.
        packed(element(DOUBLE, ONE)),
        packed(NUMBER[:-8]),
        struct.pack("<II", PACKED, 5) + b"plain",
        struct.pack("<II", PACKED, len(packed(NUMBER)) - 12) + packed(NUMBER)[8:-4],
    ],
)
@pytest.mark.parametrize("before", [b"", NUMBER, packed(NUMBER)], ids=["first", "2nd", "packed"])
def test_damage_is_told(variable: bytes, before: bytes, tmp_path: Path):
    path = written(tmp_path, before, variable)
    with pytest.raises(RecordingError, match=r"EEGLAB: its content is damaged \(copy it once"):
        check_mat(path, "EEGLAB")


def test_numbers_of_machines_that_write_the_high_byte_first(tmp_path: Path):
    inside = (
        struct.pack(">IIII", UINT32, 8, DOUBLES, 0)
        + struct.pack(">IIii", INT32, 8, 1, 1)
        + struct.pack(">II8s", INT8, 1, b"x")
        + struct.pack(">IId", DOUBLE, 8, 1.0)
    )
    path = tmp_path / "night.set"
    path.write_bytes(b"MATLAB 5.0".ljust(124) + b"\1\0MI")
    with path.open("ab") as file:
        file.write(struct.pack(">II", MATRIX, len(inside)) + inside)
    check_mat(path, "EEGLAB")


@pytest.mark.parametrize("n_bytes", [0, 10, 127])
def test_what_ends_inside_its_header_is_no_matlab_file(n_bytes: int, tmp_path: Path):
    path = written(tmp_path)
    path.write_bytes(path.read_bytes()[:n_bytes])
    with pytest.raises(RecordingError, match="it is no MATLAB file"):
        check_mat(path, "EEGLAB")


def test_a_small_file_may_not_unpack_to_more_than_any_small_file_holds(tmp_path: Path):
    # 64 MiB and fifty times the file are allowed; what follows the array is not looked at.
    path = written(tmp_path, packed(NUMBER + bytes(2**26)))
    check_mat(path, "EEGLAB")
    path = written(tmp_path, packed(NUMBER + bytes(2**27)))
    with pytest.raises(RecordingError, match="its content is damaged"):
        check_mat(path, "EEGLAB")
    # All variables together, not each.
    path = written(tmp_path, *[packed(NUMBER + bytes(2**26))] * 2)
    with pytest.raises(RecordingError, match="its content is damaged"):
        check_mat(path, "EEGLAB")


def test_a_file_that_is_gone_is_said_to_be(tmp_path: Path):
    with pytest.raises(RecordingError, match="the file can't be read: No such file"):
        check_mat(tmp_path / "night.set", "EEGLAB")
