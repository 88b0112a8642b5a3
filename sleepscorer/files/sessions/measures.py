"""What was measured of a recording, kept beside its session: to lose it costs time, nothing else.

It lies in a file of its own: in the session file a damaged byte of it would be damage of the
session, and every backup would hold it once more. Whatever is wrong with it, it is as if absent.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import SessionError
from sleepscorer.files.sessions.copies import unfinished_path
from sleepscorer.files.sessions.database import new_file
from sleepscorer.files.sessions.renaming import put_in_place

_OURS = b"sleepscorer measures "
_BEGINNING = _OURS + b"1\n"
_SHA256_BYTES = 32
# A night of 24 h and 20 channels has a tenth of it.
_MOST_BYTES = 1 << 28
_HEAD = "head"


@dataclass(frozen=True, eq=False)
class Measures:
    """What was measured.

    Parameters
    ----------
    about
        What JSON knows.
    arrays
        Numbers and truth values, by name.
    """

    about: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class KeptMeasures:
    """The place of the newest measures of one recording; for any thread.

    Parameters
    ----------
    session_path
        Of its session file, whether there is one or not.
    may_write
        False where the session is for reading only.
    """

    session_path: Path
    may_write: bool

    @property
    def path(self) -> Path:
        """Hidden beside the session."""
        return self.session_path.with_name(f".{self.session_path.name}-measures")

    def read(self, key: Mapping[str, Any]) -> Measures | None:
        """Return what is kept; None where there is nothing, or it is damaged or of another key.

        Parameters
        ----------
        key
            All that the measures depend on; what JSON knows.
        """
        try:
            return self._read(key)
        except Exception:  # noqa: BLE001 - it may hold what nobody wrote, and is measured anew
            return None

    def _read(self, key: Mapping[str, Any]) -> Measures | None:
        # Reading a pipe would wait for ever.
        if not self.path.is_file() or self.path.stat().st_size > _MOST_BYTES:
            return None
        seal, content = _parted(self.path.read_bytes())
        if hashlib.sha256(content).digest() != seal:
            return None
        with np.load(BytesIO(content), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        head = json.loads(arrays.pop(_HEAD).tobytes())
        is_of_key = head["key"] == _as_read(key) and isinstance(head["about"], dict)
        return Measures(head["about"], arrays) if is_of_key else None

    def write(self, key: Mapping[str, Any], measures: Measures) -> None:
        """Keep this in place of what was kept; a disk that refuses is no reason to do without.

        What somebody else keeps under that name stays.

        Parameters
        ----------
        key
            As of :meth:`read`.
        measures
            What is kept.
        """
        if not (self.may_write and self._is_free()):
            return
        head = json.dumps({"key": key, "about": measures.about}).encode()
        content = BytesIO()
        arrays: dict[str, Any] = {_HEAD: np.frombuffer(head, np.uint8), **measures.arrays}
        np.savez(content, allow_pickle=False, **arrays)
        seal = hashlib.sha256(content.getvalue()).digest()
        # Named like an unfinished backup, which is removed where a program was killed amid it.
        part = unfinished_path(self.session_path, secrets.token_hex(2))
        with suppress(SessionError, OSError):
            try:
                new_file(part, self.session_path)
                part.write_bytes(_BEGINNING + seal + content.getvalue())
                put_in_place(part, self.path)
            finally:
                with suppress(OSError):
                    part.unlink(missing_ok=True)

    def _is_free(self) -> bool:
        """Whether there is nothing there, or measures of whatever version."""
        with suppress(OSError):
            if not os.path.lexists(self.path):
                return True
            if self.path.is_file():
                with self.path.open("rb") as file:
                    # A machine that stopped leaves empty what it was writing.
                    return file.read(len(_OURS)) in (_OURS, b"")
        return False


def _parted(stored: bytes) -> tuple[bytes, bytes]:
    """Seal and content; ValueError where it is no such file."""
    if not stored.startswith(_BEGINNING):
        raise ValueError("no measures")
    start = len(_BEGINNING) + _SHA256_BYTES
    return stored[len(_BEGINNING) : start], stored[start:]


def _as_read(key: Mapping[str, Any]) -> Any:
    """As JSON gives it back: lists for tuples."""
    return json.loads(json.dumps(key))
