"""Where the session of a recording is kept, and whether it may be written to."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sleepscorer.core.edits import Author
from sleepscorer.core.errors import SessionError
from sleepscorer.core.recording import Recording
from sleepscorer.files.sessions.contents import RecordingEntry, StoredSession
from sleepscorer.files.sessions.copies import SessionCopy, back_up, backup_path, newest_copy
from sleepscorer.files.sessions.database import SessionDamaged, SessionNotWritable
from sleepscorer.files.sessions.file import SUFFIX, SessionFile, session_stem
from sleepscorer.files.sessions.fingerprint import Fingerprint, fingerprint_of
from sleepscorer.files.sessions.lock import SessionHeld, SessionLock, take_lock


@dataclass(frozen=True)
class SessionStore:
    """A session file as far as it may be used.

    Parameters
    ----------
    path
        Of the session file, whether there is one or not.
    file
        The open file; None where there is none and none can be made.
    lock
        The right to write to it; None where it is only read.
    held_by
        Who has that right, where another program has it.
    problems
        Why nothing can be saved, in words.
    copy
        What the open file is where it stands in for the session; see :func:`open_copy`.
    """

    path: Path
    file: SessionFile | None = None
    lock: SessionLock | None = None
    held_by: str | None = None
    problems: tuple[str, ...] = ()
    copy: SessionCopy | None = None

    @property
    def is_writable(self) -> bool:
        """True where edits are stored."""
        return self.lock is not None

    def back_up(self) -> None:
        """Keep a copy beside the session, if it was open for writing; for any thread."""
        if self.is_writable:
            back_up(self.path)

    def close(self) -> None:
        """Close the file and let others write to it; may be called twice."""
        if self.file is not None:
            self.file.close()
        if self.lock is not None:
            self.lock.release()


def open_store(
    path: Path,
    author: Author,
    *,
    read_only: bool = False,
    like: Path | None = None,
    must_save: bool = False,
) -> SessionStore:
    """Open a session file for writing if that may be, else for reading, else not at all.

    Parameters
    ----------
    path
        The session file; made if it does not exist.
    author
        Who wants to write.
    read_only
        Don't try to write.
    like
        Whoever may read and write this file may do so with a new session file.
    must_save
        A folder that can't be written to is an error, and not a reason to read only.

    Raises
    ------
    SessionError
        If the file is damaged, is no session or one of a newer program.
    """
    if read_only:
        return SessionStore(path, _for_reading(path))
    try:
        lock = take_lock(path, author, like=like)
    except SessionHeld as held:
        return SessionStore(path, _for_reading(path), held_by=str(held.holder))
    except SessionNotWritable as refused:
        return _without_saving(path, refused, must_save=must_save)
    try:
        return SessionStore(path, SessionFile.open(path, like=like), lock)
    except SessionNotWritable as refused:
        lock.release()
        return _without_saving(path, refused, must_save=must_save)
    except BaseException:
        lock.release()
        raise


def open_copy(path: Path, copy: SessionCopy, what: str) -> SessionStore:
    """Open a copy in place of a session, for reading only.

    Parameters
    ----------
    path
        The session file, whether there is one or not.
    copy
        Of it.
    what
        What happened to the session, as the beginning of a sentence.

    Raises
    ------
    SessionError
        If the copy can't be read any more.
    """
    sentence = (
        f"{what}. What is shown is the newest whole copy that was found ({copy}); what was edited"
        " later is not in it. It is for reading only until you decide to use it."
    )
    file = SessionFile.open(copy.path, read_only=True)
    return SessionStore(path, file, problems=(sentence,), copy=copy)


def _for_reading(path: Path) -> SessionFile | None:
    return SessionFile.open(path, read_only=True) if path.exists() else None


def _without_saving(path: Path, why: SessionNotWritable, *, must_save: bool) -> SessionStore:
    if must_save:
        raise why
    problem = (
        f"The session can't be saved in {path.parent} ({why.what}) and is for reading only."
        " To score this recording, choose a folder for sessions in the preferences and open it"
        " again."
    )
    return SessionStore(path, _for_reading(path), problems=(problem,))


def read_session(path: Path) -> StoredSession:
    """Return all that a session holds, and change nothing: for lists of recordings, on any thread.

    It takes no lock, and keeps one who has the session open from nothing.

    Raises
    ------
    SessionError
        If there is none, it is damaged or of a newer program, or another program writes to it.
    """
    with closing(SessionFile.open(path, read_only=True, untouched=True)) as file:
        return file.read()


def entry_of(recording: Recording) -> RecordingEntry:
    """Return what a session keeps of a recording.

    Raises
    ------
    RecordingError
        If its files can't be read.
    """
    place = recording.path.absolute()
    return RecordingEntry(
        folder=str(place.parent),
        name=place.name,
        fingerprint=fingerprint_of(recording.all_files),
        n_epochs=recording.n_epochs,
        start=recording.start,
    )


def session_path_for(entry: RecordingEntry, folder: Path) -> Path:
    """Return the path of a recording's session: ``<stem>.sleepscorer``.

    Where that one belongs to another recording of the same stem (``night.edf`` and ``night.bdf``,
    or two nights in one folder of sessions), the beginning of the recording's hash is added. A
    recording that has such a session keeps it, whatever became of the other one.

    Raises
    ------
    SessionError
        If there is such a file and it can't be read, other than by damage.
    """
    hashed, plain = session_names(Path(entry.name), entry.fingerprint, folder)
    if hashed.exists() or backup_path(hashed).exists():
        return hashed
    if not plain.exists() or _belongs(plain, entry):
        return plain
    return hashed


def session_names(recording: Path, fingerprint: Fingerprint, folder: Path) -> tuple[Path, Path]:
    """Return what a recording's session may be called in a folder: with its hash, and without."""
    stem = session_stem(recording)
    hashed = f"{stem}-{fingerprint.head_sha256[:8]}{SUFFIX}"
    return folder / hashed, folder / f"{stem}{SUFFIX}"


def holds_edits_of(session_path: Path, entry: RecordingEntry) -> bool:
    """Tell whether this is a session of the recording in which something was done.

    What can't be read is none: it is looked at only in case there is one.
    """
    try:
        if not session_path.is_file():
            return False
        with closing(SessionFile.open(session_path, read_only=True)) as file:
            known = file.recording()
            is_like = known is not None and known.fingerprint.is_like(entry.fingerprint)
            return is_like and file.n_edits() + file.n_entries() > 0
    except (OSError, SessionError):
        return False


def is_damaged(session_path: Path) -> bool:
    """Tell whether this is a session that does not hold what was stored in it, or none at all."""
    try:
        SessionFile.open(session_path, read_only=True).close()
    except SessionDamaged:
        return True
    except SessionError:
        pass
    return False


def _belongs(session_path: Path, entry: RecordingEntry) -> bool:
    known: RecordingEntry | None
    try:
        file = SessionFile.open(session_path, read_only=True)
    except SessionDamaged:
        # Its backup tells; without one nobody knows, and opening it says that it is damaged.
        copy = newest_copy(session_path)
        known = None if copy is None else copy.recording
    else:
        with closing(file):
            known = file.recording()
    if known is None or known.fingerprint.is_like(entry.fingerprint):
        return True
    # At the place of what was scored lies what it became. Elsewhere it is another recording, even
    # where nothing is left at that place: the other night may only have been archived.
    return Path(known.folder, known.name) == Path(entry.folder, entry.name)


def places_of(known: RecordingEntry, session_path: Path) -> Sequence[Path]:
    """Return where a session's recording may be: beside it, or where it was."""
    beside = session_path.absolute().parent / known.name
    return tuple(dict.fromkeys((beside, Path(known.folder, known.name))))


def difference(entry: RecordingEntry, known: RecordingEntry) -> str:
    """Say in words how a recording differs from the one that was scored."""
    size, known_size = entry.fingerprint.size_bytes, known.fingerprint.size_bytes
    if size != known_size:
        return f"it has {size:,} bytes, and what was scored had {known_size:,}"
    return "it has the same size, and another beginning"
