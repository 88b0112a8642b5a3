"""The session file: a recording's scoring, stored edit by edit in an SQLite database.

Whatever was ever stored stays: edits, stagings and what the recording was are only added to.
"""

import os
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sleepscorer.core.edits import Author, Edit, replayed
from sleepscorer.core.errors import SessionError
from sleepscorer.core.staging_result import Staging
from sleepscorer.core.unanimity import left_beside
from sleepscorer.files.sessions import chain
from sleepscorer.files.sessions.database import (
    SessionDamaged,
    SessionNotWritable,
    check,
    check_size,
    connect,
    has_no_checksums,
    in_words,
    migrate,
    new_file,
    transaction,
)
from sleepscorer.files.sessions.fingerprint import Fingerprint
from sleepscorer.files.sessions.older import check_labels
from sleepscorer.files.sessions.records import (
    checked,
    edit_of_row,
    edit_row,
    is_count,
    is_sha256,
    json_text,
    json_value,
    plain_text,
    staging_of_row,
    staging_row,
)

SUFFIX = ".sleepscorer"
"""End of a session file's name."""

_LONGEST_STEM_BYTES = 200

_ADD_NEXT = "INSERT INTO {0} SELECT coalesce(max(number), 0) + 1, {1} FROM {0}"
# A night of 9 years: what claims to be longer is not believed.
_MOST_EPOCHS = 10_000_000
_STAGINGS = (
    "SELECT n_epochs, probabilities, provenance, hierarchy, confidence, faults, unsound{} FROM {}"
    " ORDER BY number"
)
_ADD_OTHER = (
    "INSERT INTO second_opinions SELECT coalesce(max(number), 0) + 1, {},"
    " (SELECT max(number) FROM stagings) FROM second_opinions"
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
    edits, stagings
        Oldest first.
    others
        What other stagers answered beside the latest staging.
    view
        What the window showed, as it was saved.
    """

    recording: RecordingEntry | None = None
    edits: tuple[Edit, ...] = ()
    stagings: tuple[Staging, ...] = ()
    others: tuple[Staging, ...] = ()
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
        self._has_no_checksums = False
        self.path = path
        self.read_only = read_only

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        read_only: bool = False,
        untouched: bool = False,
        like: Path | None = None,
    ) -> "SessionFile":
        """Open a session file.

        Parameters
        ----------
        path
            Made if it does not exist.
        read_only
            Read it into memory and let go of it; it must exist.
        untouched
            And leave half an edit of a program that died where it is: it is taken back in a copy.
        like
            A new file may be read and written by those who may do so with this one.

        Raises
        ------
        SessionNotWritable
            If it may not be written to, and ``read_only`` is not set.
        SessionDamaged
            If it does not hold what was stored in it, or is no session.
        SessionError
            If it can't be read or is one of a newer program.
        """
        if read_only:
            memory, had_none = _copy_in_memory(path, untouched=untouched)
            file = cls(memory, path, read_only=True)
            file._has_no_checksums = had_none
            return file
        if not path.exists():
            if path.is_symlink():
                raise SessionNotWritable(
                    f"{path.name} is a link to a file that is not there",
                    path=path,
                    hint="see whether the drive it leads to is there, or move the link away",
                )
            _make(path, like)
        check_size(path)
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
        SessionDamaged
            If it is damaged.
        """
        with in_words(self.path), self._turn:
            rows = {
                "edits": self._connection.execute(
                    "SELECT number, utc, user, workstation, kind, label, change, of, smoothed,"
                    " of_opening FROM edits ORDER BY number"
                ).fetchall(),
                "stagings": self._connection.execute(_STAGINGS.format("", "stagings")).fetchall(),
                "others": self._connection.execute(
                    _STAGINGS.format(", staging", "second_opinions")
                ).fetchall(),
                "view": self._connection.execute("SELECT state FROM view").fetchone(),
                "recording": self._connection.execute(_RECORDING).fetchone(),
            }
        with _damage_in_words(self.path):
            stored = _stored(rows)
            if self._has_no_checksums:
                check_labels(stored.edits)
        return stored

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
        self, edit: Edit, staging: Staging | None = None, *, others: Sequence[Staging] = ()
    ) -> None:
        """Store an edit; when this returns, it outlives a crash of the program or the machine.

        Parameters
        ----------
        edit
            The next of the log.
        staging
            What it was made from.
        others
            What other stagers answered beside it. All are stored, or none.

        Raises
        ------
        SessionError
            If it could not be stored; nothing of it then is.
        """
        stored = [] if staging is None else [_next_row("stagings", staging_row(staging))]
        for other in others:
            row = staging_row(other)
            stored.append(("second_opinions", _ADD_OTHER.format(_places(row)), row))
        values = edit_row(edit)
        add = f"INSERT INTO edits VALUES ({_places(values)})"  # noqa: S608 - no input
        self._insert(*stored, ("edits", add, values))

    def add_recording(self, entry: RecordingEntry, author: Author) -> None:
        """Store what and where the recording is from now on; raises like :meth:`append`."""
        self._insert(
            _next_row(
                "recordings",
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
        )

    def add_sha256(self, sha256: str) -> None:
        """Store the SHA-256 of the recording as it now is; raises like :meth:`append`."""
        add = (
            "INSERT INTO hashes SELECT coalesce(max(number), 0) + 1, ?,"
            " (SELECT max(number) FROM recordings), ? FROM hashes"
        )
        self._insert(("hashes", add, (_now(), sha256)))

    def save_view(self, view: dict[str, Any]) -> None:
        """Store what the window shows, in place of what it showed; raises like :meth:`append`."""
        state = json_text(view)
        values = (state, chain.sha256_of_view(state))
        self._insert(("", "INSERT OR REPLACE INTO view VALUES (1, ?, ?)", values))

    def is_worked_on(self) -> bool:
        """Tell whether more was edited than the program did by itself on opening."""
        edited = "SELECT EXISTS (SELECT 1 FROM edits WHERE NOT of_opening)"
        with in_words(self.path), self._turn:
            return bool(self._connection.execute(edited).fetchone()[0])

    def last_link(self) -> bytes:
        """Return what stands for all that is stored; two sessions that share it are the same."""
        with in_words(self.path), self._turn:
            return chain.last_link(self._connection)

    def goes_on_from(self, other: "SessionFile") -> bool:
        """Tell whether all that the other one holds is stored here too."""
        link = other.last_link()
        with in_words(self.path), self._turn:
            return chain.holds_link(self._connection, link)

    def write_copy(self, path: Path) -> None:
        """Write all that is stored to a new file, which is on the disk when this returns.

        Raises
        ------
        SessionError
            If it could not be written, or does not read back.
        """
        _remove(path)
        new_file(path, self.path)
        with in_words(path), closing(connect(path, "rw")) as copy:
            _be_safe(copy, "MEMORY")
            with self._turn:
                self._connection.backup(copy)
        with closing(SessionFile.open(path, read_only=True)) as written:
            is_same = written.last_link() == self.last_link()
        if not is_same:
            raise SessionError("the copy of the session did not read back", path=path)

    def close(self) -> None:
        """Close the file; what was stored is stored already. May be called twice."""
        with suppress(sqlite3.Error), self._turn:
            if not self.read_only:
                # Takes the empty rollback journal away.
                self._connection.execute("PRAGMA journal_mode = DELETE")
        self._connection.close()

    def _insert(self, *rows: tuple[str, str, tuple[object, ...]]) -> None:
        """Add rows, given by table, statement and values, each with its checksum, or none."""
        if self.read_only:
            raise SessionNotWritable("this session is open for reading only", path=self.path)
        with in_words(self.path), self._turn, transaction(self._connection):
            for part, statement, values in rows:
                self._connection.execute(statement, values)
                if part:
                    chain.add_link(self._connection, part)


def part_path(path: Path) -> Path:
    """Where what will be called ``path`` is made; only who has the session's lock does that."""
    return path.with_name(f".{path.name}-new")


def journal_path(path: Path) -> Path:
    """Where SQLite keeps what takes half an edit back."""
    return path.with_name(f"{path.name}-journal")


def set_aside(path: Path) -> None:
    """Rename a session, with the journal that belongs to it alone; nothing is ever deleted.

    Raises
    ------
    SessionNotWritable
        If that can't be done.
    """
    number = 1
    while any(map(os.path.lexists, (_aside(path, number), journal_path(_aside(path, number))))):
        number += 1
    aside = _aside(path, number)
    for old, new in ((journal_path(path), journal_path(aside)), (path, aside)):
        try:
            if os.path.lexists(old):
                old.rename(new)
        except OSError as error:
            raise _not_renamed(error, old) from error


def _aside(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}-damaged-{number}")


def put_in_place(part: Path, path: Path) -> None:
    """Give a finished file its name.

    Raises
    ------
    SessionNotWritable
        If that can't be done.
    """
    try:
        part.replace(path)
        if os.name != "nt":
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    except OSError as error:
        raise _not_renamed(error, path) from error


def _not_renamed(error: OSError, path: Path) -> SessionNotWritable:
    return SessionNotWritable(
        f"the file can't be renamed: {error.strerror or error}",
        path=path,
        hint="see whether its folder may be written to",
    )


def _remove(part: Path) -> None:
    """Remove what a killed program did not finish."""
    with suppress(OSError):
        part.unlink(missing_ok=True)


@contextmanager
def _damage_in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except (
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
        OverflowError,
    ) as error:
        raise SessionDamaged(f"the session file is damaged: {error}", path=path) from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _next_row(part: str, values: tuple[object, ...]) -> tuple[str, str, tuple[object, ...]]:
    return part, _ADD_NEXT.format(part, _places(values)), values


def _places(values: tuple[object, ...]) -> str:
    return ", ".join("?" * len(values))


def _make(path: Path, like: Path | None) -> None:
    """Make an empty session, whole or not at all: one that is shorter is then always damage."""
    part = part_path(path)
    _remove(part)
    new_file(part, like)
    with in_words(path), closing(connect(part, "rw")) as connection:
        _be_safe(connection, "MEMORY")
        migrate(connection, path)
    if journal_path(path).exists():
        # It would take back half an edit of another session.
        set_aside(path)
    put_in_place(part, path)


def _be_safe(connection: sqlite3.Connection, journal: str) -> None:
    """Let a commit return when all of it is on the disk."""
    connection.execute(f"PRAGMA journal_mode = {journal}")
    connection.execute("PRAGMA synchronous = FULL")
    # Without it macOS leaves what was synced in the drive's own memory.
    connection.execute("PRAGMA fullfsync = ON")


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    if has_no_checksums(connection, path):
        # It gets its checksums now: they must not seal what is damaged already.
        _check_older(path)
    _be_safe(connection, "TRUNCATE")
    migrate(connection, path)
    check(connection, path)


def _check_older(path: Path) -> None:
    with closing(SessionFile.open(path, read_only=True)) as file:
        check_replay(file.read(), path)


def check_replay(stored: StoredSession, path: Path) -> None:
    """Replay the edits of a session.

    Raises
    ------
    SessionDamaged
        If they don't follow from each other.
    """
    if stored.recording is not None:
        with replay_in_words(path):
            replayed(stored.recording.n_epochs, stored.edits)


@contextmanager
def replay_in_words(path: Path) -> Iterator[None]:
    """Turn what a replay raises into sentences for people.

    Raises
    ------
    SessionDamaged
        If the edits don't follow from each other.
    """
    try:
        yield
    except ValueError as error:
        raise SessionDamaged(
            f"the edits of this session don't follow from each other: {error}", path=path
        ) from error


def _copy_in_memory(path: Path, *, untouched: bool) -> tuple[sqlite3.Connection, bool]:
    """Copy a session into memory as it is now; migrations then touch the copy alone.

    Returns
    -------
    The copy, and whether it had no checksums.
    """
    if not path.is_file():
        raise SessionError("there is no such session file", path=path)
    check_size(path)
    memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        with in_words(path):
            _copy(path, memory, untouched=untouched)
            had_none = has_no_checksums(memory, path)
            migrate(memory, path)
            check(memory, path)
    except BaseException:
        memory.close()
        raise
    return memory, had_none


def _copy(path: Path, memory: sqlite3.Connection, *, untouched: bool) -> None:
    try:
        with closing(connect(path, "ro")) as connection:
            _back_up(connection, memory)
    except sqlite3.OperationalError as error:
        # A program that died in the middle of an edit left a journal, which takes half an edit
        # back: only one who may write can do that.
        if not _is_refusal(error):
            raise
        if untouched:
            _copy_elsewhere(path, memory)
            return
        try:
            with closing(connect(path, "rw")) as connection:
                _back_up(connection, memory)
        except sqlite3.OperationalError as refused:
            if not _is_refusal(refused):
                raise
            _copy_elsewhere(path, memory)


def _back_up(connection: sqlite3.Connection, memory: sqlite3.Connection) -> None:
    """Copy a database; sqlite3.OperationalError where another program keeps it for itself.

    The copying alone would wait for that program without end.
    """
    connection.execute("BEGIN")
    connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    connection.backup(memory)


def _is_refusal(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
    )


def _copy_elsewhere(path: Path, memory: sqlite3.Connection) -> None:
    """Take half an edit back in a copy, where nobody may write beside the session.

    Nobody has it open: else SQLite would not have asked for that.
    """
    with tempfile.TemporaryDirectory(prefix="sleepscorer-") as folder:
        copy = Path(folder, "session")
        try:
            shutil.copyfile(path, copy)
            if journal_path(path).exists():
                shutil.copyfile(journal_path(path), journal_path(copy))
        except OSError as error:
            raise SessionError(
                f"the session can't be read: {error.strerror or error}", path=path
            ) from error
        with closing(connect(copy, "rw")) as connection:
            _back_up(connection, memory)


def _stored(rows: dict[str, Any]) -> StoredSession:
    edits = tuple(map(edit_of_row, rows["edits"]))
    if [edit.number for edit in edits] != list(range(1, len(edits) + 1)):
        raise ValueError("an edit is missing")
    view = {} if rows["view"] is None else json_value(rows["view"][0])
    if not isinstance(view, dict):
        raise TypeError("the view is not a table")
    stagings = tuple(map(staging_of_row, rows["stagings"]))
    return StoredSession(
        recording=None if rows["recording"] is None else _entry(*rows["recording"]),
        edits=edits,
        stagings=stagings,
        others=_others(rows["others"], stagings),
        view=view,
    )


def _others(rows: Sequence[tuple[Any, ...]], stagings: Sequence[Staging]) -> tuple[Staging, ...]:
    """Return what stands beside the latest staging; every row is read, and damage found."""
    answers = [staging_of_row(row[:-1]) for row in rows]
    if not answers:
        return ()
    number = rows[-1][-1]
    if number is None:
        return (answers[-1],)
    checked("what an answer stands beside", is_count(number) and 1 <= number <= len(stagings))
    together = tuple(one for one, row in zip(answers, rows, strict=True) if row[-1] == number)
    return together if number == len(stagings) else left_beside(stagings[number - 1], together)


def _entry(
    place: str, size_bytes: int, head: str, n_epochs: int, start: str | None, sha256: str | None
) -> RecordingEntry:
    folder, name = json_value(place)
    checked("the recording's place", isinstance(folder, str) and isinstance(name, str))
    checked("the recording's place", "\0" not in folder + name)
    checked("the recording's size", is_count(size_bytes))
    checked("the recording's length", is_count(n_epochs) and n_epochs <= _MOST_EPOCHS)
    checked("the recording's hash", is_sha256(head) and (sha256 is None or is_sha256(sha256)))
    return RecordingEntry(
        folder=folder,
        name=name,
        fingerprint=Fingerprint(size_bytes, head, sha256),
        n_epochs=n_epochs,
        start=None if start is None else datetime.fromisoformat(start),
    )
