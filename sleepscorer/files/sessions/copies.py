"""The backup beside a session, and what stands in for a session that is damaged or gone."""

import glob
import os
import secrets
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sleepscorer.core.edits import Author
from sleepscorer.core.errors import SessionError
from sleepscorer.files.sessions.contents import RecordingEntry
from sleepscorer.files.sessions.file import SUFFIX, SessionFile, check_replay
from sleepscorer.files.sessions.lock import take_lock
from sleepscorer.files.sessions.renaming import part_path, put_in_place, set_aside

_BACKUP = "-backup"
_LEFT_AFTER_S = 3600.0


@dataclass(frozen=True)
class SessionCopy:
    """A whole copy of a session.

    Parameters
    ----------
    path
        Where it lies.
    recording
        What it is the scoring of.
    n_edits
        How many it holds.
    n_entries
        How many signatures, unlockings, forms, layers and marks of layers.
    last_edit
        When the last of all of them was made.
    """

    path: Path
    recording: RecordingEntry
    n_edits: int
    n_entries: int
    last_edit: datetime

    def __str__(self) -> str:
        """For people: ``.night.sleepscorer-backup, 57 edits up to 2024-03-01 22:10``."""
        edits = "1 edit" if self.n_edits == 1 else f"{self.n_edits} edits"
        return f"{self.path.name}, {edits} up to {self.last_edit.astimezone():%Y-%m-%d %H:%M}"


def backup_path(session_path: Path, number: int = 0) -> Path:
    """Where the backup of a session lies: hidden beside it; from number 1, those that are kept."""
    end = f"{_BACKUP}-{number}" if number else _BACKUP
    return session_path.with_name(f".{session_path.name}{end}")


def back_up(session_path: Path) -> None:
    """Keep a copy of a session beside it, in place of the one before; for any thread.

    It is read from the disk, and nobody is kept from editing it. One before that holds what this
    session lacks is of another one, or of a later state: it is kept. A disk that refuses is no
    reason not to score.
    """
    with (
        suppress(SessionError, sqlite3.Error, OSError),
        closing(SessionFile.open(session_path, read_only=True)) as file,
    ):
        if file.is_worked_on() and not _holds(backup_path(session_path), file):
            _replace_backup(file)


def _replace_backup(file: SessionFile) -> None:
    backup = backup_path(file.path)
    _remove_left_parts(file.path)
    part = unfinished_path(file.path, secrets.token_hex(2))
    try:
        file.write_copy(part)
        before = _opened(backup)
        if before is not None:
            with closing(before):
                # Another program may have made a newer one meanwhile.
                is_newer, is_older = before.goes_on_from(file), file.goes_on_from(before)
            if is_newer:
                return
            if not is_older:
                _keep_backup(file.path)
        elif os.path.lexists(backup):
            # Damaged, and perhaps all that is left of a session that is gone.
            _keep_backup(file.path)
        put_in_place(part, backup)
    finally:
        part.unlink(missing_ok=True)


def _keep_backup(session_path: Path) -> None:
    number = 1
    while os.path.lexists(backup_path(session_path, number)):
        number += 1
    backup_path(session_path).rename(backup_path(session_path, number))


def _holds(copy: Path, file: SessionFile) -> bool:
    """Tell whether a copy is whole and holds all of a session."""
    opened = _opened(copy)
    if opened is None:
        return False
    with closing(opened):
        return opened.goes_on_from(file)


def unfinished_path(session_path: Path, which: str) -> Path:
    """Where what will lie beside a session is written; those of killed programs are removed."""
    return session_path.with_name(f".{session_path.name}-copy-{which}")


def _remove_left_parts(session_path: Path) -> None:
    """Remove what killed programs left, and not what another one writes now."""
    for part in session_path.parent.glob(
        unfinished_path(Path(glob.escape(session_path.name)), "*").name
    ):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > _LEFT_AFTER_S:
                part.unlink()


def newest_copy(
    session_path: Path, entry: RecordingEntry | None = None, others: Iterable[Path] = ()
) -> SessionCopy | None:
    """Find the whole copy of a session in which something was edited last.

    Parameters
    ----------
    session_path
        Where the session is or was.
    entry
        Its recording; None takes any.
    others
        Where sessions of this recording may be, besides beside it.
    """
    found = [
        copy
        for path in dict.fromkeys((*others, *_beside(session_path)))
        if path != session_path and (copy := _copy_at(path, entry)) is not None
    ]
    return max(found, key=lambda copy: (copy.last_edit, copy.n_edits), default=None)


def newer_backup(file: SessionFile) -> SessionCopy | None:
    """Find the backup of a session, where it holds all of it and was edited further.

    The session is whole then, and an earlier state of itself: put back by a program that keeps
    folders alike, or cut by hand.
    """
    backup = _opened(backup_path(file.path))
    if backup is None:
        return None
    try:
        # All goes on from a session in which nothing was stored yet.
        has_begun = file.recording() is not None
        more = backup.n_edits() - file.n_edits() + backup.n_entries() - file.n_entries()
        is_newer = has_begun and backup.goes_on_from(file) and more > 0
    finally:
        backup.close()
    return _copy_at(backup.path, None) if is_newer else None


def use_copy(copy: Path, session_path: Path, author: Author) -> None:
    """Put a copy in the place of a session; the damaged one is kept under another name.

    Raises
    ------
    SessionError
        If the copy is not whole, someone has the session open or the folder can't be written to.
    """
    part = part_path(session_path)
    lock = take_lock(session_path, author, like=copy)
    try:
        with closing(SessionFile.open(copy, read_only=True)) as file:
            file.write_copy(part)
        set_aside(session_path)
        put_in_place(part, session_path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        lock.release()


def begin_anew(session_path: Path, author: Author) -> None:
    """Begin an empty session; a damaged one is kept under another name, and so is every copy.

    Raises
    ------
    SessionError
        If someone has the session open or the folder can't be written to.
    """
    lock = take_lock(session_path, author)
    try:
        set_aside(session_path)
        SessionFile.open(session_path).close()
    finally:
        lock.release()


def _beside(session_path: Path) -> Iterator[Path]:
    """Yield what may be a copy by its name; a folder that can't be listed has none."""
    name, stem = glob.escape(session_path.name), glob.escape(session_path.stem)
    yield backup_path(session_path)
    # Not the sessions of S10 and S11 where S1 is looked for.
    for pattern in (f".{name}{_BACKUP}-*", f"{stem}[!0-9A-Za-z]*{SUFFIX}"):
        with suppress(OSError):
            yield from sorted(session_path.parent.glob(pattern))


def _copy_at(path: Path, entry: RecordingEntry | None) -> SessionCopy | None:
    file = _opened(path)
    if file is None:
        return None
    try:
        with closing(file):
            stored = file.read()
            check_replay(stored, path)
    except SessionError:
        return None
    known = stored.recording
    layers = stored.layers
    entries = (*stored.signing.entries, *layers.begun, *layers.marks)
    if known is None or not (entries or any(not edit.is_of_opening for edit in stored.edits)):
        return None
    if entry is not None and not known.fingerprint.is_like(entry.fingerprint):
        return None
    last = max(datetime.fromisoformat(one.utc) for one in (*stored.edits, *entries))
    return SessionCopy(path, known, len(stored.edits), len(entries), last)


def _opened(path: Path) -> SessionFile | None:
    """Open what is whole; the rest is no copy."""
    try:
        return SessionFile.open(path, read_only=True) if path.is_file() else None
    except (SessionError, OSError):
        return None
