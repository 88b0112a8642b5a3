"""What a session file is called while it is made, in its place, and when it is set aside."""

import os
from pathlib import Path

from sleepscorer.files.sessions.database import SessionNotWritable


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
