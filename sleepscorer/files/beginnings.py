"""The first bytes of a file: by them its kind is told, whatever it is called."""

import stat
from pathlib import Path

_BEGINNING_BYTES = 4096


def beginning_of(path: Path, n_bytes: int = _BEGINNING_BYTES) -> bytes:
    """Return the first 4 KiB, or ``n_bytes``, of an ordinary file.

    Nothing of any other or an unreadable one.
    """
    try:
        # Reading a pipe would wait for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            return b""
        with path.open("rb") as file:
            return file.read(n_bytes)
    except (OSError, ValueError):
        return b""
