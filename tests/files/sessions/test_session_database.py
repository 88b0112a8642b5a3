"""What SQLite says of a session file, in words for people."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sleepscorer.core.errors import SessionError
from sleepscorer.files.sessions.database import (
    MIGRATIONS,
    SessionDamaged,
    SessionNotWritable,
    check_size,
    in_words,
    migrate,
)

PATH = Path("night.sleepscorer")


def failing(code: int | None, kind: type[sqlite3.Error] = sqlite3.OperationalError) -> Exception:
    error = kind("as SQLite says it")
    if code is not None:
        error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (failing(sqlite3.SQLITE_READONLY_DBMOVED), SessionError, "moved or deleted"),
        (failing(sqlite3.SQLITE_READONLY), SessionNotWritable, "may not be written to"),
        (failing(sqlite3.SQLITE_READONLY_CANTLOCK), SessionNotWritable, "may not be written to"),
        (failing(sqlite3.SQLITE_PERM), SessionNotWritable, "may not be written to"),
        (failing(sqlite3.SQLITE_CANTOPEN), SessionNotWritable, "may not be written to"),
        (failing(sqlite3.SQLITE_NOTADB), SessionDamaged, "not a session file"),
        (failing(sqlite3.SQLITE_CORRUPT), SessionDamaged, "file is damaged"),
        (failing(sqlite3.SQLITE_CORRUPT_INDEX), SessionDamaged, "file is damaged"),
        (failing(sqlite3.SQLITE_ERROR), SessionDamaged, "file is damaged"),
        (failing(sqlite3.SQLITE_SCHEMA), SessionDamaged, "file is damaged"),
        (failing(sqlite3.SQLITE_TOOBIG), SessionDamaged, "file is damaged"),
        (failing(sqlite3.SQLITE_MISMATCH), SessionDamaged, "file is damaged"),
        (failing(sqlite3.SQLITE_FORMAT), SessionDamaged, "file is damaged"),
        (failing(sqlite3.SQLITE_RANGE), SessionDamaged, "file is damaged"),
        (failing(None), SessionDamaged, "file is damaged"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no text"), SessionDamaged, "is damaged"),
        (failing(sqlite3.SQLITE_FULL), SessionError, "no room left"),
        (failing(sqlite3.SQLITE_BUSY), SessionError, "another program is using"),
        (failing(sqlite3.SQLITE_CONSTRAINT_TRIGGER), SessionError, "not made here"),
        (failing(sqlite3.SQLITE_IOERR_READ), SessionError, "could not be read or written: as SQL"),
    ],
)
def test_what_sqlite_says_becomes_a_sentence_of_its_kind(
    error: Exception, kind: type[SessionError], words: str
) -> None:
    with pytest.raises(SessionError, match=words) as caught, in_words(PATH):
        raise error
    assert type(caught.value) is kind
    assert (caught.value.path, bool(caught.value.hint)) == (PATH, True)


def test_a_fault_of_the_program_is_no_damage() -> None:
    with pytest.raises(sqlite3.ProgrammingError), in_words(PATH):
        raise failing(None, sqlite3.ProgrammingError)


@pytest.mark.parametrize(
    ("n_bytes", "words"),
    [(0, "is empty"), (1, "holds 1 byte:"), (99, "holds 99 bytes:"), (100, None), (None, None)],
)
def test_a_file_too_short_for_a_session_is_told(
    tmp_path: Path, n_bytes: int | None, words: str | None
) -> None:
    path = tmp_path / PATH
    if n_bytes is not None:
        path.write_bytes(bytes(n_bytes))
    if words is None:
        check_size(path)
        return
    with pytest.raises(SessionDamaged, match=words):
        check_size(path)


@pytest.mark.parametrize(
    ("version", "digest"),
    [
        (1, "f130beb69380a4b3"),
        (2, "6cec89faa06d4fee"),
        (3, "49a6c53b88a4eb15"),
        (4, "be1cb56008c6cf39"),
        (5, "9ca610a22d223924"),
        (6, "79caa9abad3d640e"),
        (7, "b6e07310fedd2366"),
    ],
)
def test_the_tables_of_a_released_version_never_change(version: int, digest: str) -> None:
    # Sessions out there have these to the letter: others are refused as damaged.
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection, PATH, MIGRATIONS[:version])
        tables = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name")
        assert hashlib.sha256(repr(tables.fetchall()).encode()).hexdigest()[:16] == digest
