"""The chain of checksums through a session file: no byte of what is stored changes unnoticed.

Every row that is added gets a link: the SHA-256 of the link before and of the row. SQLite itself
finds a damaged structure; a damaged value it hands on as if that had been stored.
"""

import hashlib
import sqlite3
from collections.abc import Iterator

# The tables there were when sessions got their checksums.
_FIRST_PARTS = ("recordings", "hashes", "stagings", "second_opinions", "edits")
_SIGNING_PARTS = ("signatures", "unlockings", "forms")
_PARTS = (*_FIRST_PARTS, *_SIGNING_PARTS, "layers", "layer_marks", "layer_rows")
_BEGINNING = b"sleepscorer session"

TABLE = """CREATE TABLE chain (
    number INTEGER PRIMARY KEY, part TEXT NOT NULL, row INTEGER NOT NULL, sha256 BLOB NOT NULL)"""


def add_link(connection: sqlite3.Connection, part: str) -> None:
    """Seal the newest row of a table, in the transaction that added it."""
    *_, (row, content) = _contents(connection, part, "ORDER BY number DESC LIMIT 1")
    _add(connection, last_link(connection), part, row, content)


def seal_all(connection: sqlite3.Connection) -> None:
    """Begin the chain of a session of a version that had none."""
    link = _BEGINNING
    for part in _FIRST_PARTS:
        for row, content in _contents(connection, part, "ORDER BY number"):
            link = _add(connection, link, part, row, content)


def seal_view(connection: sqlite3.Connection) -> None:
    """Store the checksum of the view of a version that had none."""
    (state,) = connection.execute("SELECT state FROM view").fetchone()
    connection.execute("UPDATE view SET sha256 = ?", (sha256_of_view(str(state)),))


def last_link(connection: sqlite3.Connection) -> bytes:
    """Return what the next link follows: it stands for all that is stored, less the view."""
    newest = "SELECT sha256 FROM chain ORDER BY number DESC LIMIT 1"
    found = connection.execute(newest).fetchone()
    return _BEGINNING if found is None else bytes(found[0])


def holds_link(connection: sqlite3.Connection, link: bytes) -> bool:
    """Tell whether all that ended in this link is stored here too."""
    found = connection.execute("SELECT 1 FROM chain WHERE sha256 = ?", (link,)).fetchone()
    return link == _BEGINNING or found is not None


def sha256_of_view(state: str) -> bytes:
    """Return what is stored with the view, the one row that is replaced."""
    return hashlib.sha256(state.encode()).digest()


def check(connection: sqlite3.Connection) -> None:
    """Compare all that is stored with its checksums.

    Raises
    ------
    ValueError
        If it is not what was stored.
    """
    unsealed = {
        (part, row): content
        for part in _PARTS
        for row, content in _contents(connection, part, "ORDER BY number")
    }
    before = _BEGINNING
    links = connection.execute("SELECT number, part, row, sha256 FROM chain ORDER BY number")
    for place, (number, part, row, link) in enumerate(links, start=1):
        content = unsealed.pop((part, row), None)
        if number != place or content is None:
            raise ValueError("something that was stored is missing")
        if link != _link(before, part, row, content):
            raise ValueError(f"row {row} of its {part} is not what was stored")
        before = link
    if unsealed:
        part, row = next(iter(unsealed))
        raise ValueError(f"row {row} of its {part} was not stored by this program")
    views = connection.execute("SELECT state, sha256 FROM view").fetchall()
    if len(views) != 1 or sha256_of_view(str(views[0][0])) != views[0][1]:
        raise ValueError("what the window showed is not what was stored")


def _add(
    connection: sqlite3.Connection, before: bytes, part: str, row: int, content: bytes
) -> bytes:
    link = _link(before, part, row, content)
    connection.execute(
        "INSERT INTO chain SELECT coalesce(max(number), 0) + 1, ?, ?, ? FROM chain",
        (part, row, link),
    )
    return link


def _link(before: bytes, part: str, row: int, content: bytes) -> bytes:
    return hashlib.sha256(before + f"{part} {row} ".encode() + content).digest()


def _contents(connection: sqlite3.Connection, part: str, which: str) -> Iterator[tuple[int, bytes]]:
    """Yield number and SHA-256 of the rows, as they are stored.

    A column without a value does not count: a later version may add some.
    """
    rows = connection.execute(f"SELECT * FROM {part} {which}")  # noqa: S608 - no input
    names = [column[0] for column in rows.description]
    for row in rows:
        digest = hashlib.sha256()
        for name, value in zip(names, row, strict=True):
            if value is not None:
                content = value if isinstance(value, bytes) else str(value).encode()
                digest.update(f"{name} {type(value).__name__} {len(content)} ".encode())
                digest.update(content)
        yield row[names.index("number")], digest.digest()
