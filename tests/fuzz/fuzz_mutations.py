"""Breaks good inputs, by chance and by what is known of their structure."""

import io
import json
import random
import re
import sqlite3
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

NUMBERS = (
    "0", "-1", "1", "-0", "2", "7", "255", "65536", "2147483648", "-2147483649",
    "9223372036854775808", "18446744073709551616", "99999999", "-9999999", "9e999", "-9e999",
    "1e308", "1e-300", "0.1", "1,5", "nan", "NaN", "inf", "-Infinity", "", "1_000", "٣", "²",
    "0x7fffffff", "9" * 400, "9" * 5000, "3.9999999999999999",
)  # fmt: skip
WORDS = (
    "", "null", "true", "None", "W", "N2", "?", "Sleep stage N2", "stage", "onset", "EDF+D",
    "\ud800", "\x00", "\x1b[31m", "é", "\u202e", "A" * 300, "a" * 70_000, "%s%n", "{0}", "../../x",
    "&a;", "<", "]]>", "$b", "\ufeff", "=1+1", "2019-03-02T22:15:30", "25:61:61", "31.02.19",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 3, 10**18, 10**400, -(10**30), 1e308, float("nan"), float("inf"), -0.5,
    "", "W", "\ud800", "a" * 70_000, [], {}, [[]], [None], [1, 2, 3], {"a": 1}, [[1.0] * 5] * 3,
    ["x"] * 5000,
)  # fmt: skip
_DEEP = (b"[", b'{"a":', b"[{", b"{", b"(", b"<a>", b"a.")

Mutation = Callable[[bytearray, random.Random], bytes | bytearray]


def broken(content: bytes, kind: str, others: list[bytes], chance: random.Random) -> bytes:
    """Break a content once or several times.

    Parameters
    ----------
    content
        A good one.
    kind
        Of its structure, as in :class:`fuzz_inputs.Target`.
    others
        Other good contents of the same reader, to splice from.
    chance
        The same gives the same.
    """
    by_structure = _STRUCTURES.get(kind, ())
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        if by_structure and chance.random() < 0.6:
            content = _by_structure(chance.choice(by_structure), content, chance)
        elif chance.random() < 0.05:
            content = _spliced(content, chance.choice(others), chance)
        else:
            content = bytes(chance.choice(_PLAIN)(bytearray(content), chance))
    return content


def _by_structure(mutation: Mutation, content: bytes, chance: random.Random) -> bytes:
    try:
        return bytes(mutation(bytearray(content), chance))
    except Exception:  # noqa: BLE001 - what has no structure any more is broken plainly
        return bytes(_flips(bytearray(content), chance))


# -- of any bytes --------------------------------------------------------------------------------


def _flips(data: bytearray, chance: random.Random) -> bytearray:
    for _ in range(chance.choice((1, 1, 2, 8, 40))):
        if data:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return data


def _bytes(data: bytearray, chance: random.Random) -> bytearray:
    for _ in range(chance.choice((1, 2, 8))):
        if data:
            data[chance.randrange(len(data))] = chance.choice((0, 255, 127, chance.randrange(256)))
    return data


def _cut(data: bytearray, chance: random.Random) -> bytearray:
    at = chance.choice((chance.randrange(len(data) + 1), max(0, len(data) - chance.randrange(64))))
    return data[:at]


def _removed(data: bytearray, chance: random.Random) -> bytearray:
    start = chance.randrange(len(data) + 1)
    del data[start : start + chance.choice((1, 2, 8, 64, 512))]
    return data


def _inserted(data: bytearray, chance: random.Random) -> bytearray:
    at = chance.randrange(len(data) + 1)
    data[at:at] = chance.choice(
        (
            chance.randbytes(chance.choice((1, 4, 300))),
            bytes(chance.choice((1, 16, 4096))),
            chance.choice(_DEEP) * chance.choice((3, 100, 2000, 30_000)),
            chance.choice(WORDS).encode("utf-8", "surrogatepass"),
        )
    )
    return data


def _doubled(data: bytearray, chance: random.Random) -> bytearray:
    start = chance.randrange(len(data) + 1)
    part = data[start : start + chance.choice((4, 30, 200, 2000))]
    data[start:start] = part * chance.choice((1, 1, 2, 100))
    return data


def _token(pattern: re.Pattern[bytes], texts: tuple[str, ...]) -> Mutation:
    def swapped(data: bytearray, chance: random.Random) -> bytearray:
        found = list(pattern.finditer(bytes(data[:200_000])))
        if not found:
            return _flips(data, chance)
        here = chance.choice(found)
        word = chance.choice(texts).encode("utf-8", "surrogatepass")
        if chance.random() < 0.3:
            word = chance.choice(found)[0]
        data[here.start() : here.end()] = word
        return data

    return swapped


_number = _token(re.compile(rb"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"), NUMBERS)
_word = _token(re.compile(rb"[A-Za-z_][A-Za-z_0-9]{1,30}"), WORDS)


def _rows(data: bytearray, chance: random.Random) -> bytes:
    """Remove, double or swap lines."""
    lines = bytes(data).splitlines(keepends=True)
    if len(lines) < 3:
        return _doubled(data, chance)
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(3):
        case 0:
            del lines[one]
        case 1:
            lines.insert(other, lines[one])
        case _:
            lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def _spliced(content: bytes, other: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)] + other[chance.randrange(len(other) + 1) :]


_PLAIN: tuple[Mutation, ...] = (
    _flips, _bytes, _cut, _removed, _inserted, _doubled, _number, _number, _word, _rows,
)  # fmt: skip


# -- EDF and BDF ---------------------------------------------------------------------------------

_FILE_FIELDS = (
    (8, 80), (88, 80), (168, 8), (176, 8), (184, 8), (192, 44), (236, 8), (244, 8), (252, 4),
)  # fmt: skip
_CHANNEL_WIDTHS = (16, 80, 8, 8, 8, 8, 8, 80, 8, 32)


def _edf_fields(data: bytearray) -> list[tuple[int, int]]:
    try:
        n_channels = min(max(int(bytes(data[252:256])), 0), 40)
    except ValueError:
        n_channels = 2
    fields, offset = list(_FILE_FIELDS), 256
    for width in _CHANNEL_WIDTHS:
        fields += [(offset + i * width, width) for i in range(n_channels)]
        offset += width * n_channels
    return fields


def _edf_field(data: bytearray, chance: random.Random) -> bytearray:
    offset, width = chance.choice(_edf_fields(data))
    text = chance.choice((*NUMBERS, *WORDS)).encode("latin-1", "replace")[:width]
    data[offset : offset + width] = text.ljust(width)
    return data


def _edf_swap(data: bytearray, chance: random.Random) -> bytearray:
    (one, width), (other, other_width) = chance.sample(_edf_fields(data), 2)
    width = min(width, other_width)
    kept = data[one : one + width]
    data[one : one + width] = data[other : other + width]
    data[other : other + width] = kept
    return data


def _edf_time(data: bytearray, chance: random.Random) -> bytearray:
    """Change the time of an annotation or a record; the length stays, as that of a field."""
    found = list(re.finditer(rb"[+\x15](\d[\d.]*)(?=[\x14\x15])", bytes(data)))
    if not found:
        return _edf_field(data, chance)
    here = chance.choice(found)
    width = here.end(1) - here.start(1)
    text = chance.choice(("9" * width, "0" * width, "1e9", "nan", "-5", str(chance.random())))
    data[here.start(1) : here.end(1)] = text.encode()[:width].ljust(width, b"0")
    return data


# -- JSON ----------------------------------------------------------------------------------------


def _json_value(data: bytearray, chance: random.Random) -> bytes:
    """Put a value somewhere that does not belong there, take one away, or name a key twice."""
    try:
        content = json.loads(bytes(data))
    except (ValueError, RecursionError):
        return _number(data, chance)
    return _changed_json(content, chance)


def _changed_json(content: Any, chance: random.Random) -> bytes:
    places = list(_places(content))
    if not places:
        return json.dumps(chance.choice(VALUES)).encode()
    holder, key = chance.choice(places)
    match chance.randrange(5):
        case 0:
            del holder[key]
        case 1:
            holder[key] = _deep(chance)
        case 2:
            other, other_key = chance.choice(places)
            with suppress(ValueError, RecursionError):
                holder[key] = json.loads(json.dumps(other[other_key]))
        case _:
            holder[key] = chance.choice(VALUES)
    try:
        text = json.dumps(content)
    except (ValueError, RecursionError):
        text = "[" * 1000
    if chance.random() < 0.05:
        text = text.replace("{", '{"a": 1, "a": 2, ', 1)
    return text.encode()


def _places(value: Any, depth: int = 0) -> Iterator[tuple[Any, Any]]:
    """Every list or object with each of its keys."""
    if not isinstance(value, dict | list) or depth > 60:
        return
    keys = value if isinstance(value, dict) else range(len(value))
    for key in list(keys)[:200]:
        yield value, key
        yield from _places(value[key], depth + 1)


def _deep(chance: random.Random) -> Any:
    value: Any = chance.choice(VALUES)
    for _ in range(chance.choice((2, 60, 400))):
        value = [value] if chance.random() < 0.5 else {"a": value}
    return value


# -- .npz ----------------------------------------------------------------------------------------

_DESCRS = (
    "'<f8'", "'>f2'", "'|O'", "'<U5'", "'|S9'", "'|V8'", "'<c16'", "'<M8[s]'", "'|b1'", "'<i8'",
    "'<U999999999'", "[('a', '<f8')]", "'<f3'", "'", "'<f16'", "('<f8', (3,))", "3", "'<U0'",
)  # fmt: skip
_SHAPES = (
    "()", "(4,)", "(4, 2, 300)", "(0, 2, 300)", "(4, 2, -300)", "(300000000000000,)",
    "(4, 2, 9223372036854775808)", "(99999999999999999999, 0)", "(4, (2, ), 300)", "(4, 2, 300",
    "4", "(" * 150, "(4, 2, 300.0)", "(1,) * 9", "(" + "1," * 3000 + ")", "(1, 1, 2400)",
)  # fmt: skip


def _npz_member(data: bytearray, chance: random.Random) -> bytes:
    """Write the archive anew with one member changed, and perhaps in another way."""
    try:
        with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
            members = {info.filename: archive.read(info) for info in archive.infolist()[:10]}
    except zipfile.BadZipFile:
        return bytes(_flips(data, chance))
    if not members:
        return bytes(_flips(data, chance))
    name = chance.choice(list(members))
    match chance.randrange(7):
        case 0:
            del members[name]
        case 1:
            members[chance.choice(("x", "fs", "y.npy", "x.npy", "../x.npy", ""))] = members[name]
        case 2:
            members[name] = bytes(chance.choice(_PLAIN)(bytearray(members[name]), chance))
        case 3:
            members[name] = members[name] + bytes(chance.choice((1, 1000, 30_000_000)))
        case _:
            members[name] = _claimed(members[name], chance)
    way = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, None))
    if way is None:
        way = chance.choice((zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", way) as archive:
        for one, content in members.items():
            archive.writestr(one, content)
    return made.getvalue()


def _claimed(member: bytes, chance: random.Random) -> bytes:
    """An array of which the header claims something else."""
    if len(member) < 10 or not member.startswith(b"\x93NUMPY"):
        return member
    length = int.from_bytes(member[8:10], "little")
    header = member[10 : 10 + length].decode("latin-1")
    pattern, texts = chance.choice(
        (
            (r"'descr': [^,]*", tuple(f"'descr': {one}" for one in _DESCRS)),
            (r"'shape': \([^)]*\)", tuple(f"'shape': {one}" for one in _SHAPES)),
            (r"'fortran_order': \w+", ("'fortran_order': True", "'fortran_order': 3")),
            (r"^\{", ("{[", "{'descr': 1, ", "(" * 5000, "")),
        )
    )
    text = chance.choice(texts)
    header = re.sub(pattern, lambda _: text, header, count=1)
    version = chance.choice((b"\x01\x00", b"\x01\x00", b"\x02\x00", b"\x03\x00", b"\x07\x01"))
    form = "<H" if version[0] == 1 else "<I"
    claimed = len(header.encode("latin-1", "replace"))
    if chance.random() < 0.1:
        claimed = chance.choice((0, 65_535, 5))
    return (
        b"\x93NUMPY"
        + version
        + struct.pack(form, min(claimed, 65_535))
        + header.encode("latin-1", "replace")
        + member[10 + length :]
    )


# -- SQLite --------------------------------------------------------------------------------------

_CELLS: tuple[Any, ...] = (
    None, 0, -1, 1, 2**62, -(2**62), 1e308, float("nan"), "", "W", "\x00", b"", b"\xff\xfe", "[]",
    "{}", "null", "NaN", "[" * 3000, '{"epochs": [1]}', b"\x00" * 100_000, "a" * 100_000,
    "2024-13-45T99:00:00", "9" * 400,
)  # fmt: skip


def _sqlite_cell(data: bytearray, chance: random.Random) -> bytes:
    """Put another value into a cell, remove or double a row, or take a table away."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "it"
        path.write_bytes(data)
        made = sqlite3.connect(path)
        with suppress(sqlite3.Error, IndexError, ValueError):
            made.execute("PRAGMA ignore_check_constraints = ON")
            made.execute("PRAGMA synchronous = OFF")
            made.text_factory = bytes
            named = made.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            table = chance.choice(named)[0].decode()
            # Triggers of the file keep what is stored from being changed; damage does not ask.
            triggers = made.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (trigger,) in triggers.fetchall():
                made.execute(f'DROP TRIGGER "{trigger.decode()}"')
            columns = [row[1].decode() for row in made.execute(f'PRAGMA table_info("{table}")')]
            rows = [row[0] for row in made.execute(f'SELECT rowid FROM "{table}"')]
            column = chance.choice(columns)
            match chance.randrange(8):
                case 0:
                    made.execute(f'DELETE FROM "{table}" WHERE rowid = ?', (chance.choice(rows),))
                case 1:
                    made.execute(f'DROP TABLE "{table}"')
                case 2:
                    made.execute(f"PRAGMA user_version = {chance.choice((0, 1, 2, 99, -1))}")
                case 3:
                    row = chance.choice(rows)
                    (value,) = made.execute(
                        f'SELECT "{column}" FROM "{table}" WHERE rowid = ?', (row,)
                    ).fetchone()
                    if isinstance(value, bytes):
                        text = bytes(
                            chance.choice((_json_value, *_PLAIN))(bytearray(value), chance)
                        )
                        made.execute(
                            f'UPDATE "{table}" SET "{column}" = CAST(? AS TEXT) WHERE rowid = ?',
                            (text, row),
                        )
                case _:
                    made.execute(
                        f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?',
                        (chance.choice(_CELLS), chance.choice(rows)),
                    )
            made.commit()
        made.close()
        return path.read_bytes()


# -- safetensors ---------------------------------------------------------------------------------


def _tensor_header(data: bytearray, chance: random.Random) -> bytes:
    length = int.from_bytes(data[:8], "little")
    try:
        content = json.loads(bytes(data[8 : 8 + length]))
    except (ValueError, RecursionError):
        return bytes(_flips(data, chance))
    header = _changed_json(content, chance)
    claimed = len(header) if chance.random() < 0.9 else chance.choice((0, 2**63, 2**40, 7))
    return claimed.to_bytes(8, "little") + header + bytes(data[8 + length :])


_STRUCTURES: dict[str, tuple[Mutation, ...]] = {
    "edf": (_edf_field, _edf_field, _edf_swap, _edf_time),
    "json": (_json_value,),
    "npz": (_npz_member,),
    "sqlite": (_sqlite_cell,),
    "tensors": (_tensor_header,),
}
