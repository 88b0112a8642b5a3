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
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sleepscorer.core.edits import Author, Edit, replayed
from sleepscorer.core.errors import SessionError
from sleepscorer.core.layers import FIRST, Layer, LayerMark
from sleepscorer.core.report_form import FormEntry
from sleepscorer.core.signing import Entry
from sleepscorer.core.staging_result import Staging
from sleepscorer.files.sessions import chain
from sleepscorer.files.sessions.contents import (
    RecordingEntry,
    StoredSession,
    recording_of,
    rows_of_all,
    rows_of_recording,
    stored_of,
)
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
from sleepscorer.files.sessions.layer_records import layer_row, mark_row
from sleepscorer.files.sessions.older import check_labels
from sleepscorer.files.sessions.records import (
    edit_row,
    json_text,
    plain_text,
    staging_row,
)
from sleepscorer.files.sessions.renaming import journal_path, part_path, put_in_place, set_aside
from sleepscorer.files.sessions.signing_records import ENTRY_TABLES, entry_row

SUFFIX = ".sleepscorer"
"""End of a session file's name."""

_LONGEST_STEM_BYTES = 200

_ADD_NEXT = "INSERT INTO {0} SELECT coalesce(max(number), 0) + 1, {1} FROM {0}"
_ADD_LAYER_ROW = (
    "INSERT INTO layer_rows SELECT coalesce(max(number), 0) + 1, '{0}',"
    " (SELECT max(number) FROM {0}), ? FROM layer_rows"
)
_ADD_OTHER = (
    "INSERT INTO second_opinions SELECT coalesce(max(number), 0) + 1, {},"
    " (SELECT max(number) FROM stagings) FROM second_opinions"
)


_Added = tuple[str, str, tuple[object, ...]]
"""A row to be added: its table, or nothing where it has no checksum, statement and values."""


def session_stem(recording: Path) -> str:
    """Return how the names of a recording's sessions begin.

    It is the recording's stem, cut where the names of the session's own companions would be longer
    than disks take.
    """
    encoded = os.fsencode(recording.stem)
    if len(encoded) <= _LONGEST_STEM_BYTES:
        return recording.stem
    return encoded[:_LONGEST_STEM_BYTES].decode("utf-8", "ignore").rstrip()


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
            rows = rows_of_all(self._connection)
        with _damage_in_words(self.path):
            stored = stored_of(rows)
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
            rows = rows_of_recording(self._connection)
        with _damage_in_words(self.path):
            return recording_of(rows)

    def n_edits(self) -> int:
        """Return how many edits are stored; raises like :meth:`recording`."""
        return self._count("edits")

    def n_entries(self) -> int:
        """Return how many signatures, unlockings, forms, layers and marks of layers.

        It raises like :meth:`recording`.
        """
        tables = (*(table.name for table in ENTRY_TABLES), "layers", "layer_marks")
        return sum(map(self._count, tables))

    def _count(self, which: str) -> int:
        with in_words(self.path), self._turn:
            row = self._connection.execute(f"SELECT count(*) FROM {which}").fetchone()  # noqa: S608 - no input
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
        self._insert(*stored, *_edit_rows(edit))

    def add_entry(self, entry: Entry) -> None:
        """Store a signature, an unlocking or a form; raises like :meth:`append`."""
        self._insert(*_entry_rows(entry))

    def add_layer(
        self, layer: Layer, *, edits: Sequence[Edit] = (), forms: Sequence[FormEntry] = ()
    ) -> None:
        """Store a layer with all that it begins with, or nothing; raises like :meth:`append`."""
        rows = [_numbered_row("layers", layer_row(layer))]
        for edit in edits:
            rows += _edit_rows(edit)
        for form in forms:
            rows += _entry_rows(form)
        self._insert(*rows)

    def add_mark(self, mark: LayerMark) -> None:
        """Store what became of a layer; raises like :meth:`append`."""
        self._insert(_next_row("layer_marks", mark_row(mark)))

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
        """Tell whether more was done than the program did by itself on opening."""
        return self._count("edits WHERE NOT of_opening") + self.n_entries() > 0

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

    def _insert(self, *rows: _Added) -> None:
        """Add rows, given by table, statement and values, each with its checksum, or none."""
        if self.read_only:
            raise SessionNotWritable("this session is open for reading only", path=self.path)
        with in_words(self.path), self._turn, transaction(self._connection):
            for part, statement, values in rows:
                self._connection.execute(statement, values)
                if part:
                    chain.add_link(self._connection, part)


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


def _remove(part: Path) -> None:
    """Remove what a killed program did not finish."""
    with suppress(OSError):
        part.unlink(missing_ok=True)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _next_row(part: str, values: tuple[object, ...]) -> _Added:
    return part, _ADD_NEXT.format(part, _places(values)), values


def _numbered_row(part: str, values: tuple[object, ...]) -> _Added:
    """A row that has its number: another than the next one is refused."""
    return part, f"INSERT INTO {part} VALUES ({_places(values)})", values  # noqa: S608 - no input


def _edit_rows(edit: Edit) -> tuple[_Added, ...]:
    return (_numbered_row("edits", edit_row(edit)), *_layer_rows("edits", edit.layer))


def _entry_rows(entry: Entry) -> tuple[_Added, ...]:
    part, values = entry_row(entry)
    return (_next_row(part, values), *_layer_rows(part, entry.layer))


def _layer_rows(part: str, layer: int) -> tuple[_Added, ...]:
    """Say whose the row before is, where it is not the first layer's."""
    if layer == FIRST:
        return ()
    return (("layer_rows", _ADD_LAYER_ROW.format(part), (layer,)),)


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
            for layer in stored.layers.now:
                own = (edit for edit in stored.edits if edit.layer == layer.number)
                replayed(stored.recording.n_epochs, own)
            for problem in stored.signing.problems(len(stored.edits)):
                raise ValueError(problem)


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
