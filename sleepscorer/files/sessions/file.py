"""The session file: a recording's scoring, stored edit by edit in an SQLite database.

Whatever was ever stored stays: edits, stagings and what the recording was are only added to.
"""

import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sleepscorer.core.edits import Author, Edit
from sleepscorer.core.errors import SessionError
from sleepscorer.core.staging_result import Staging
from sleepscorer.files.sessions.database import (
    SessionNotWritable,
    connect,
    in_words,
    migrate,
    new_file,
    transaction,
)
from sleepscorer.files.sessions.fingerprint import Fingerprint
from sleepscorer.files.sessions.records import (
    edit_of_row,
    edit_row,
    json_text,
    plain_text,
    staging_of_row,
    staging_row,
)

SUFFIX = ".sleepscorer"
_LONGEST_STEM_BYTES = 200
"""End of a session file's name."""

_ADD_EDIT = "INSERT INTO edits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ADD_STAGING = (
    "INSERT INTO stagings SELECT coalesce(max(number), 0) + 1, ?, ?, ?, ?, ?, ?, ? FROM stagings"
)
_ADD_SECOND = _ADD_STAGING.replace("stagings", "second_opinions")
_STAGINGS = (
    "SELECT n_epochs, probabilities, provenance, hierarchy, confidence, faults, unsound FROM {}"
    " ORDER BY number"
)
_RECORDING = (
    "SELECT place, size_bytes, head_sha256, n_epochs, start, (SELECT sha256 FROM hashes"
    " WHERE recording = recordings.number ORDER BY number DESC LIMIT 1)"
    " FROM recordings ORDER BY number DESC LIMIT 1"
)


def session_stem(recording: Path) -> str:
    """Return how the names of a recording's sessions begin.

    It is the recording's stem, cut where the names of the session's own companions would be longer
    than disks take.
    """
    encoded = os.fsencode(recording.stem)
    if len(encoded) <= _LONGEST_STEM_BYTES:
        return recording.stem
    return encoded[:_LONGEST_STEM_BYTES].decode("utf-8", "ignore").rstrip()


@dataclass(frozen=True)
class RecordingEntry:
    """The recording that a session belongs to.

    Parameters
    ----------
    folder, name
        Where it was when it was last opened, and what it was called.
    fingerprint
        Of its content.
    n_epochs
        Whole epochs.
    start
        Local time of the first sample; None where that is not known.
    """

    folder: str
    name: str
    fingerprint: Fingerprint
    n_epochs: int
    start: datetime | None = None


@dataclass(frozen=True)
class StoredSession:
    """All that a session file holds.

    Parameters
    ----------
    recording
        What was scored; None where nothing was stored yet.
    edits, stagings, second_opinions
        Oldest first; stagings are our own, second opinions those of other stagers.
    view
        What the window showed, as it was saved.
    """

    recording: RecordingEntry | None = None
    edits: tuple[Edit, ...] = ()
    stagings: tuple[Staging, ...] = ()
    second_opinions: tuple[Staging, ...] = ()
    view: dict[str, Any] = field(default_factory=dict)


class SessionFile:
    """An open session file; a :class:`~sleepscorer.core.edits.Journal`, for any thread.

    Parameters
    ----------
    connection
        To the file, or to a copy of it in memory where it is only read.
    path
        The file.
    read_only
        Every change raises.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, *, read_only: bool) -> None:
        self._connection = connection
        self._turn = threading.Lock()
        self.path = path
        self.read_only = read_only

    @classmethod
    def open(
        cls, path: Path, *, read_only: bool = False, like: Path | None = None
    ) -> "SessionFile":
        """Open a session file.

        Parameters
        ----------
        path
            Made if it does not exist.
        read_only
            Read it into memory and let go of it; it must exist.
        like
            A new file may be read and written by those who may do so with this one.

        Raises
        ------
        SessionNotWritable
            If it may not be written to, and ``read_only`` is not set.
        SessionError
            If it can't be read, is damaged, is no session or one of a newer program.
        """
        if read_only:
            return cls(_copy_in_memory(path), path, read_only=True)
        new_file(path, like)
        if not os.access(path, os.W_OK):
            raise SessionNotWritable(
                f"{path.name} may not be written to",
                path=path,
                hint="ask whoever it belongs to, or choose a folder for sessions",
            )
        with in_words(path):
            connection = connect(path, "rw")
            try:
                _prepare(connection, path)
            except BaseException:
                connection.close()
                raise
        return cls(connection, path, read_only=False)

    def read(self) -> StoredSession:
        """Return all that is stored.

        Raises
        ------
        SessionError
            If it is damaged.
        """
        with in_words(self.path), self._turn:
            rows = {
                "edits": self._connection.execute(
                    "SELECT number, utc, user, workstation, kind, label, change, of, smoothed,"
                    " of_opening FROM edits ORDER BY number"
                ).fetchall(),
                **{
                    table: self._connection.execute(_STAGINGS.format(table)).fetchall()
                    for table in ("stagings", "second_opinions")
                },
                "view": self._connection.execute("SELECT state FROM view").fetchone(),
                "recording": self._connection.execute(_RECORDING).fetchone(),
            }
        with _damage_in_words(self.path):
            return _stored(rows)

    def recording(self) -> RecordingEntry | None:
        """Return what the session belongs to; None where nothing was stored yet.

        Raises
        ------
        SessionError
            If it is damaged.
        """
        with in_words(self.path), self._turn:
            row = self._connection.execute(_RECORDING).fetchone()
        with _damage_in_words(self.path):
            return None if row is None else _entry(*row)

    def n_edits(self) -> int:
        """Return how many edits are stored; raises like :meth:`recording`."""
        with in_words(self.path), self._turn:
            row = self._connection.execute("SELECT count(*) FROM edits").fetchone()
        return int(row[0])

    def append(
        self, edit: Edit, staging: Staging | None = None, *, second: Staging | None = None
    ) -> None:
        """Store an edit; when this returns, it outlives a crash of the program or the machine.

        Parameters
        ----------
        edit
            The next of the log.
        staging
            What it was made from.
        second
            Another stager's answer. All are stored, or none.

        Raises
        ------
        SessionError
            If it could not be stored; nothing of it then is.
        """
        given = ((_ADD_STAGING, staging), (_ADD_SECOND, second))
        stored = [(add, staging_row(one)) for add, one in given if one is not None]
        self._insert_all(*stored, (_ADD_EDIT, edit_row(edit)))

    def add_recording(self, entry: RecordingEntry, author: Author) -> None:
        """Store what and where the recording is from now on; raises like :meth:`append`."""
        self._insert(
            "INSERT INTO recordings SELECT coalesce(max(number), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ?"
            " FROM recordings",
            (
                _now(),
                plain_text(author.user),
                plain_text(author.workstation),
                json_text([entry.folder, entry.name]),
                entry.fingerprint.size_bytes,
                entry.fingerprint.head_sha256,
                entry.n_epochs,
                None if entry.start is None else entry.start.isoformat(),
            ),
        )

    def add_sha256(self, sha256: str) -> None:
        """Store the SHA-256 of the recording as it now is; raises like :meth:`append`."""
        self._insert(
            "INSERT INTO hashes SELECT coalesce(max(number), 0) + 1, ?,"
            " (SELECT max(number) FROM recordings), ? FROM hashes",
            (_now(), sha256),
        )

    def save_view(self, view: dict[str, Any]) -> None:
        """Store what the window shows, in place of what it showed; raises like :meth:`append`."""
        self._insert("INSERT OR REPLACE INTO view VALUES (1, ?)", (json_text(view),))

    def close(self) -> None:
        """Close the file; what was stored is stored already. May be called twice."""
        with suppress(sqlite3.Error), self._turn:
            if not self.read_only:
                # Takes the empty rollback journal away.
                self._connection.execute("PRAGMA journal_mode = DELETE")
        self._connection.close()

    def _insert(self, statement: str, values: tuple[object, ...]) -> None:
        self._insert_all((statement, values))

    def _insert_all(self, *rows: tuple[str, tuple[object, ...]]) -> None:
        if self.read_only:
            raise SessionNotWritable("this session is open for reading only", path=self.path)
        with in_words(self.path), self._turn, transaction(self._connection):
            for statement, values in rows:
                self._connection.execute(statement, values)


@contextmanager
def _damage_in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise SessionError(
            f"the session file is damaged: {error}",
            path=path,
            hint="keep it, and open a copy from your backup; nothing in it was changed",
        ) from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA journal_mode = TRUNCATE")
    connection.execute("PRAGMA synchronous = FULL")
    # Without it macOS leaves what was synced in the drive's own memory.
    connection.execute("PRAGMA fullfsync = ON")
    migrate(connection, path)
    _check(connection)


def _check(connection: sqlite3.Connection) -> None:
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        error = sqlite3.DatabaseError(found)
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


def _copy_in_memory(path: Path) -> sqlite3.Connection:
    """Copy a session into memory as it is now; migrations then touch the copy alone."""
    if not path.is_file():
        raise SessionError("there is no such session file", path=path)
    memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        with in_words(path):
            _copy(path, memory)
            migrate(memory, path)
            _check(memory)
    except BaseException:
        memory.close()
        raise
    return memory


def _copy(path: Path, memory: sqlite3.Connection) -> None:
    try:
        with closing(connect(path, "ro")) as connection:
            connection.backup(memory)
    except sqlite3.OperationalError as error:
        # A program that died in the middle of an edit left a journal, which takes half an edit
        # back: only one who may write can do that.
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
            raise
        with closing(connect(path, "rw")) as connection:
            connection.backup(memory)


def _stored(rows: dict[str, Any]) -> StoredSession:
    edits = tuple(map(edit_of_row, rows["edits"]))
    if [edit.number for edit in edits] != list(range(1, len(edits) + 1)):
        raise ValueError("an edit is missing")
    view = {} if rows["view"] is None else json.loads(rows["view"][0])
    if not isinstance(view, dict):
        raise TypeError("the view is not a table")
    return StoredSession(
        recording=None if rows["recording"] is None else _entry(*rows["recording"]),
        edits=edits,
        stagings=tuple(map(staging_of_row, rows["stagings"])),
        second_opinions=tuple(map(staging_of_row, rows["second_opinions"])),
        view=view,
    )


def _entry(
    place: str, size_bytes: int, head: str, n_epochs: int, start: str | None, sha256: str | None
) -> RecordingEntry:
    folder, name = json.loads(place)
    return RecordingEntry(
        folder=folder,
        name=name,
        fingerprint=Fingerprint(size_bytes, head, sha256),
        n_epochs=n_epochs,
        start=None if start is None else datetime.fromisoformat(start),
    )
