"""Keeps a second program from writing to a session, and tells it who has it open.

A small SQLite file beside the session: the holder commits who it is, and then keeps a transaction
open. Others can read the row and can't begin a transaction. The operating system ends the lock
with the process, however that dies.
"""

import os
import secrets
import sqlite3
import stat
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sleepscorer.core.edits import Author
from sleepscorer.core.errors import SessionError
from sleepscorer.files.sessions.database import (
    SessionNotWritable,
    connect,
    in_words,
    new_file,
    transaction,
)
from sleepscorer.files.sessions.records import plain_text

_TABLE = """CREATE TABLE IF NOT EXISTS holder (
    only INTEGER PRIMARY KEY CHECK (only = 1), user TEXT NOT NULL, workstation TEXT NOT NULL,
    since TEXT NOT NULL, token TEXT NOT NULL)"""
_ATTEMPTS = 5
_PAUSE_S = 0.01
# What keeps the lock from being taken though its file is whole.
_NO_DAMAGE = (
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
)


@dataclass(frozen=True)
class Holder:
    """Who has a session open.

    Parameters
    ----------
    user, workstation
        Names; empty where they could not be read.
    since
        When it was opened; None where that could not be read.
    """

    user: str = ""
    workstation: str = ""
    since: datetime | None = None

    def __str__(self) -> str:
        """For people: ``anna on lab-3, since 2024-03-01 22:10``."""
        who = f"{self.user} on {self.workstation}" if self.user else "another program"
        if self.since is None:
            return who
        return f"{who}, since {self.since.astimezone():%Y-%m-%d %H:%M}"


class SessionHeld(SessionError):
    """A session that another program has open for writing.

    Parameters
    ----------
    holder
        Who.
    path
        The session file.
    """

    def __init__(self, holder: Holder, *, path: Path) -> None:
        self.holder = holder
        super().__init__(
            f"the session is open elsewhere: {holder}",
            path=path,
            hint="close it there to edit it here",
        )


class SessionLock:
    """The right to write to a session; released by :meth:`release` or the end of the process."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def release(self) -> None:
        """Let others write; may be called twice."""
        # Removed while it is still locked: one who waits for it finds that it is gone. Windows
        # removes no open file, and no file that somebody else has open.
        with suppress(OSError, sqlite3.Error):
            if os.name != "nt" and self._connection.in_transaction:
                self._path.unlink(missing_ok=True)
        self._connection.close()
        if os.name == "nt":
            with suppress(OSError):
                self._path.unlink(missing_ok=True)


def lock_path(session_path: Path) -> Path:
    """Where the lock of a session lies."""
    return session_path.with_name(f"{session_path.name}-lock")


def take_lock(session_path: Path, author: Author, *, like: Path | None = None) -> SessionLock:
    """Take the right to write to a session.

    Parameters
    ----------
    session_path
        The session file, which need not exist yet.
    author
        Who others are told has it.
    like
        Whoever may write this file, or the session where it exists, may take the lock later.

    Raises
    ------
    SessionHeld
        If another program, or this one, has it.
    SessionNotWritable
        If the folder may not be written to, or something that is no lock has the lock's name.
    SessionError
        If the drive can't lock files.
    """
    path = lock_path(session_path)
    last_error: sqlite3.Error | UnicodeDecodeError | None = None
    for _ in range(_ATTEMPTS):
        _check_kind(path, session_path)
        try:
            new_file(path, session_path if session_path.exists() else like)
        except SessionNotWritable as error:
            raise SessionNotWritable(error.what, path=session_path, hint=error.hint) from error
        try:
            lock = _attempt(path, author)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            if _is(error, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise SessionHeld(_holder(path), path=session_path) from error
            # Whoever had it may have removed the file at any moment.
            last_error = error
            if not _is(error, *_NO_DAMAGE):
                _empty(path)
            time.sleep(_PAUSE_S)
            continue
        if lock is not None:
            return lock
        last_error = None
    # A file that may be written and still was not there to be opened comes and goes with others.
    if last_error is not None and not (_is(last_error, sqlite3.SQLITE_CANTOPEN) and _may_use(path)):
        raise _refusal(last_error, session_path) from last_error
    raise SessionHeld(_holder(path), path=session_path)


def _check_kind(path: Path, session_path: Path) -> None:
    """Refuse what would lead to another file: locking writes to it, and may empty it."""
    try:
        status = path.lstat()
    except OSError:
        return
    if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
        raise SessionNotWritable(
            f"{path.name} there is not a lock of sleepscorer's but a folder, a link or the like",
            path=session_path,
            hint="move it away, and open the session again",
        )


def _empty(path: Path) -> None:
    """Begin a damaged lock anew; whoever has it keeps it, for the operating system keeps that.

    By its name and not by opening it, which would end the locks that this process has on it.
    """
    with suppress(OSError):
        os.truncate(path, 0)


def _is(error: Exception, *codes: int) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in codes


def _may_use(path: Path) -> bool:
    return os.access(path, os.R_OK | os.W_OK) or not path.exists()


def _attempt(path: Path, author: Author) -> SessionLock | None:
    """Take the lock; None where the file was removed, or another was faster, meanwhile."""
    connection = connect(path, "rw")
    token = secrets.token_hex(8)
    try:
        connection.execute("PRAGMA busy_timeout = 200")
        # The lock is removed on closing: a journal file would outlive it under the same name and
        # be taken for that of the next lock.
        connection.execute("PRAGMA journal_mode = MEMORY")
        with transaction(connection):
            connection.execute(_TABLE)
            since = datetime.now(UTC).isoformat(timespec="seconds")
            connection.execute(
                "INSERT OR REPLACE INTO holder VALUES (1, ?, ?, ?, ?)",
                (plain_text(author.user), plain_text(author.workstation), since, token),
            )
        connection.execute("BEGIN IMMEDIATE")
        if _token(path) == token:
            return SessionLock(connection, path)
    except BaseException:
        connection.close()
        raise
    connection.close()
    return None


def _token(path: Path) -> str | None:
    """Read the token through the file's name: the open file may have been removed from there."""
    try:
        with closing(connect(path, "ro")) as connection:
            row = connection.execute("SELECT token FROM holder").fetchone()
    except sqlite3.Error:
        return None
    return None if row is None else str(row[0])


def _refusal(error: Exception, session_path: Path) -> SessionError:
    if not _is(error, *_NO_DAMAGE):
        return SessionError(
            "the file that tells who has the session open is damaged",
            path=lock_path(session_path),
            hint="delete this file if nobody else has the session open",
        )
    try:
        with in_words(session_path):
            raise error
    except SessionError as translated:
        return translated


def _holder(path: Path) -> Holder:
    try:
        with closing(connect(path, "ro")) as connection:
            row = connection.execute("SELECT user, workstation, since FROM holder").fetchone()
        return Holder(row[0], row[1], datetime.fromisoformat(row[2])) if row else Holder()
    except (sqlite3.Error, TypeError, ValueError):
        return Holder()
