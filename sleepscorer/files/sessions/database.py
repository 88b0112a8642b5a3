"""The SQLite side of session files: opening them, their tables, and their errors in words.

A rollback journal and not a write-ahead log: the latter needs memory shared by all programs that
have the file open, which network drives don't give. The journal is truncated and not deleted: with
synchronous=FULL SQLite then syncs the truncation, so that a commit outlives a power cut, where the
deletion of a file would need the sync of its folder besides.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from sleepscorer.core.errors import SessionError
from sleepscorer.files.sessions import chain

APPLICATION_ID = int.from_bytes(b"SlSc", "big")
"""Marks an SQLite file as a session (PRAGMA application_id)."""

_BUSY_TIMEOUT_S = 2.0
_HEADER_BYTES = 100

Step = str | Callable[[sqlite3.Connection], None]
"""An SQL statement, or what does more than one can."""


def _append_only(table: str, *, first: int = 1) -> tuple[str, ...]:
    """Triggers that let rows be added in order and nothing else happen to them."""
    refuse = f"SELECT RAISE(ABORT, '{table} are never changed')"
    # REPLACE deletes without firing a trigger on deletion: the order forbids it.
    next_number = f"(SELECT coalesce(max(number), {first - 1}) + 1 FROM {table})"  # noqa: S608 - no input
    in_order = f"SELECT RAISE(ABORT, '{table} have an order') WHERE NEW.number <> {next_number}"
    return (
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refuse}; END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {refuse}; END",
        f"CREATE TRIGGER {table}_in_order BEFORE INSERT ON {table} BEGIN {in_order}; END",
    )


_VERSION_1 = (
    """CREATE TABLE recordings (
        number INTEGER PRIMARY KEY, utc TEXT NOT NULL, user TEXT NOT NULL,
        workstation TEXT NOT NULL, place TEXT NOT NULL, size_bytes INTEGER NOT NULL,
        head_sha256 TEXT NOT NULL, n_epochs INTEGER NOT NULL, start TEXT)""",
    """CREATE TABLE hashes (
        number INTEGER PRIMARY KEY, utc TEXT NOT NULL,
        recording INTEGER NOT NULL REFERENCES recordings, sha256 TEXT NOT NULL)""",
    """CREATE TABLE stagings (
        number INTEGER PRIMARY KEY, n_epochs INTEGER NOT NULL, probabilities BLOB NOT NULL,
        provenance TEXT NOT NULL)""",
    """CREATE TABLE edits (
        number INTEGER PRIMARY KEY, utc TEXT NOT NULL, user TEXT NOT NULL,
        workstation TEXT NOT NULL, kind TEXT NOT NULL, label TEXT NOT NULL,
        change TEXT NOT NULL, of INTEGER REFERENCES edits)""",
    "CREATE TABLE view (only INTEGER PRIMARY KEY CHECK (only = 1), state TEXT NOT NULL)",
    *_append_only("recordings"),
    *_append_only("hashes"),
    *_append_only("stagings"),
    *_append_only("edits"),
)

_VERSION_2 = (
    "ALTER TABLE stagings ADD COLUMN hierarchy BLOB",
    "ALTER TABLE stagings ADD COLUMN confidence BLOB",
    "ALTER TABLE stagings ADD COLUMN faults BLOB",
    "ALTER TABLE stagings ADD COLUMN unsound BLOB",
    """CREATE TABLE second_opinions (
        number INTEGER PRIMARY KEY, n_epochs INTEGER NOT NULL, probabilities BLOB NOT NULL,
        provenance TEXT NOT NULL, hierarchy BLOB, confidence BLOB, faults BLOB,
        unsound BLOB)""",
    *_append_only("second_opinions"),
)

# Versions before told both facts by the label alone.
_VERSION_3 = (
    "ALTER TABLE edits ADD COLUMN smoothed INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE edits ADD COLUMN of_opening INTEGER NOT NULL DEFAULT 0",
    "DROP TRIGGER edits_no_update",
    "UPDATE edits SET smoothed = 1"
    " WHERE kind IN ('auto', 'import') AND substr(label, -10) = ', smoothed'",
    "UPDATE edits SET of_opening = 1"
    " WHERE kind = 'import' AND label = 'Import lights marks of the recording'",
    _append_only("edits")[0],
)

# The view always has its row from here on: one that is lost is then noticed.
_VERSION_4: tuple[Step, ...] = (
    chain.TABLE,
    *_append_only("chain"),
    "ALTER TABLE view ADD COLUMN sha256 BLOB",
    "INSERT OR IGNORE INTO view (only, state) VALUES (1, '{}')",
    chain.seal_view,
    chain.seal_all,
)

# Since a consensus several belong to one staging; without a number it is the latest second opinion.
_VERSION_5 = ("ALTER TABLE second_opinions ADD COLUMN staging INTEGER REFERENCES stagings",)

_VERSION_6 = (
    """CREATE TABLE signatures (
        number INTEGER PRIMARY KEY, utc TEXT NOT NULL, user TEXT NOT NULL,
        workstation TEXT NOT NULL, name TEXT NOT NULL, meaning TEXT NOT NULL,
        sha256 TEXT NOT NULL, n_edits INTEGER NOT NULL)""",
    """CREATE TABLE unlockings (
        number INTEGER PRIMARY KEY, utc TEXT NOT NULL, user TEXT NOT NULL,
        workstation TEXT NOT NULL, reason TEXT NOT NULL, voids TEXT NOT NULL)""",
    """CREATE TABLE forms (
        number INTEGER PRIMARY KEY, utc TEXT NOT NULL, user TEXT NOT NULL,
        workstation TEXT NOT NULL, form TEXT NOT NULL, n_edits INTEGER NOT NULL)""",
    *_append_only("signatures"),
    *_append_only("unlockings"),
    *_append_only("forms"),
)

# Several scorings of one recording. Nothing is added for the first one, which every session has: a
# session and its older backup must still end in the same checksum. The other tables stay as they
# are; what belongs to another layer than the first has a row here that says so.
_VERSION_7 = (
    """CREATE TABLE layers (
        number INTEGER PRIMARY KEY, utc TEXT NOT NULL, user TEXT NOT NULL,
        workstation TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, scorer TEXT NOT NULL,
        blind INTEGER NOT NULL, copied_from INTEGER)""",
    """CREATE TABLE layer_marks (
        number INTEGER PRIMARY KEY, utc TEXT NOT NULL, user TEXT NOT NULL,
        workstation TEXT NOT NULL, layer INTEGER NOT NULL, kind TEXT NOT NULL,
        text TEXT NOT NULL)""",
    """CREATE TABLE layer_rows (
        number INTEGER PRIMARY KEY, part TEXT NOT NULL, row INTEGER NOT NULL,
        layer INTEGER NOT NULL REFERENCES layers)""",
    *_append_only("layers", first=2),
    *_append_only("layer_marks"),
    *_append_only("layer_rows"),
)

MIGRATIONS: tuple[tuple[Step, ...], ...] = (
    _VERSION_1,
    _VERSION_2,
    _VERSION_3,
    _VERSION_4,
    _VERSION_5,
    _VERSION_6,
    _VERSION_7,
)
"""Steps that lead from each version (PRAGMA user_version) to the next, from 0, empty.

What was released is never changed: a change of the tables is a new entry.
"""


_FIRST_WITH_CHECKSUMS = 4


class SessionNotWritable(SessionError):
    """A session file, or the folder for it, that may be read at most."""


class SessionDamaged(SessionError):
    """A session file that does not hold what was stored in it.

    Parameters
    ----------
    what
        One sentence: what is wrong with it.
    path
        The session file.
    """

    def __init__(self, what: str, *, path: Path) -> None:
        super().__init__(
            what,
            path=path,
            hint="keep it, and open a copy from your backup, or move it elsewhere to start a new"
            " session; nothing in it was changed",
        )


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """Open an SQLite file that exists; commits are the caller's, calls may come from any thread.

    Parameters
    ----------
    path
        The file.
    mode
        ``"ro"`` or ``"rw"``.
    """
    place = path.absolute().as_posix()
    # SQLite takes what follows two slashes for a host: C:/x needs a third, //server/x a fourth.
    prefix = "file://" if place.startswith("/") else "file:///"
    return sqlite3.connect(
        f"{prefix}{quote(os.fsencode(place))}?mode={mode}",
        uri=True,
        timeout=_BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
    )


def new_file(path: Path, like: Path | None = None) -> None:
    """Make an empty file, which SQLite takes for an empty database, if there is none.

    Whoever may read or write ``like`` may do so with the new file.

    Raises
    ------
    SessionNotWritable
        If the folder does not allow it.
    """
    mode = 0o600
    if like is not None:
        with suppress(OSError):
            mode |= like.stat().st_mode & 0o666
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Never opened where it exists: on closing it, POSIX would take away the locks that this
        # process has on it.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode))
    except OSError as error:
        if isinstance(error, FileExistsError) and path.parent.is_dir():
            return
        raise SessionNotWritable(
            f"nothing can be saved there: {error.strerror or error}",
            path=path,
            hint="choose a folder for sessions that may be written to",
        ) from error


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit what is done inside, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
        raise


def migrate(
    connection: sqlite3.Connection, path: Path, migrations: Sequence[Sequence[Step]] = MIGRATIONS
) -> None:
    """Bring a session to the newest version, in one transaction.

    Raises
    ------
    SessionError
        If the file is no session, or one of a newer program; it is then unchanged.
    """
    if _version(connection, path, migrations) == len(migrations):
        return
    with transaction(connection):
        # Another program may have done it since.
        version = _version(connection, path, migrations)
        for steps in migrations[version:]:
            for step in steps:
                if isinstance(step, str):
                    connection.execute(step)
                else:
                    step(connection)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(migrations)}")


def has_no_checksums(connection: sqlite3.Connection, path: Path) -> bool:
    """Tell whether a session is of a version that had none; raises like :func:`migrate`."""
    return 0 < _version(connection, path, MIGRATIONS) < _FIRST_WITH_CHECKSUMS


def check(connection: sqlite3.Connection, path: Path) -> None:
    """Look for damage in a session of the newest version.

    Raises
    ------
    SessionDamaged
        If there is any.
    """
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise SessionDamaged("the session file is damaged", path=path)
    if _schema(connection) != _expected_schema(tuple(MIGRATIONS)):
        raise SessionDamaged("the session file is damaged: its tables are not ours", path=path)
    try:
        chain.check(connection)
    except ValueError as error:
        raise SessionDamaged(f"the session file is damaged: {error}", path=path) from error


def _schema(connection: sqlite3.Connection) -> list[tuple[str, ...]]:
    """Return what is told of the tables; what SQLite keeps for itself does not count."""
    return connection.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite%'"
        " ORDER BY type, name"
    ).fetchall()


@lru_cache
def _expected_schema(migrations: tuple[tuple[Step, ...], ...]) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection, Path(), migrations)
        return _schema(connection)


def check_size(path: Path) -> None:
    """Refuse a session file that can't hold anything: SQLite takes an empty one for a new one.

    Raises
    ------
    SessionDamaged
        If it is too short.
    """
    try:
        size = path.stat().st_size
    except OSError:
        return
    if size < _HEADER_BYTES:
        holds = f"holds {size} byte{'' if size == 1 else 's'}" if size else "is empty"
        raise SessionDamaged(
            f"the session file {holds}: what was scored in it is not there any more", path=path
        )


def _version(
    connection: sqlite3.Connection, path: Path, migrations: Sequence[Sequence[Step]]
) -> int:
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (n_tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    is_empty = (application_id, version, n_tables) == (0, 0, 0)
    if application_id != APPLICATION_ID and not is_empty:
        raise SessionDamaged("this is a database, but not a session of sleepscorer", path=path)
    if version > len(migrations):
        raise SessionError(
            f"this session was saved by a newer sleepscorer (version {version} of the file; this"
            f" program knows up to {len(migrations)})",
            path=path,
            hint="open it with the newer program; nothing in it was changed",
        )
    return int(version)


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into sentences for people.

    Raises
    ------
    SessionError
        What happened to the session file, and what to do.
    """
    try:
        yield
    except UnicodeDecodeError as error:
        # A sentence of SQLite's that quotes what is damaged.
        raise SessionDamaged("the session file is damaged", path=path) from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code is None and isinstance(error, sqlite3.OperationalError):
            # Python's own: a text that is none.
            code = sqlite3.SQLITE_CORRUPT
        if code is None:
            raise
        raise _session_error(code, error, path) from error


_SAFE = "everything that was saved before is safe"
# The statements are right: where SQLite finds them wrong, the tables are not what they were.
_OF_DAMAGE = (
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_SCHEMA,
    sqlite3.SQLITE_TOOBIG,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_FORMAT,
    sqlite3.SQLITE_RANGE,
)


def _session_error(code: int, error: sqlite3.Error, path: Path) -> SessionError:
    if code == sqlite3.SQLITE_READONLY_DBMOVED:
        return SessionError(
            "the session file was moved or deleted while it was open",
            path=path,
            hint="put it back, or close the session and open it again",
        )
    primary = code & 0xFF
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN):
        return SessionNotWritable(
            "the session may not be written to, or its folder is gone",
            path=path,
            hint=f"see whether the drive is there and may be written to; {_SAFE}",
        )
    if primary == sqlite3.SQLITE_NOTADB:
        return SessionDamaged("this is not a session file, or a damaged one", path=path)
    if primary in _OF_DAMAGE:
        return SessionDamaged("the session file is damaged", path=path)
    what, hint = {
        sqlite3.SQLITE_FULL: (
            "there is no room left on the disk",
            f"free some space and do it again; {_SAFE}",
        ),
        sqlite3.SQLITE_BUSY: (
            "another program is using the session file",
            f"close that program, or wait and do it again; {_SAFE}",
        ),
        sqlite3.SQLITE_CONSTRAINT: (
            "the session file holds edits that were not made here",
            "close the session and open it again",
        ),
    }.get(
        primary,
        (f"the disk could not be read or written: {error}", f"look after the drive; {_SAFE}"),
    )
    return SessionError(what, path=path, hint=hint)
