"""Tells a recording by its content: by size and beginning at once, by every byte later."""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.progress import Progress, silent

_BLOCK_BYTES = 1 << 20
# Longer than any EDF header of 200 channels, so that some samples count too: two nights of one
# de-identified patient may have the same header.
_HEAD_BYTES = 1 << 16


@dataclass(frozen=True)
class Fingerprint:
    """What a recording is known by.

    Parameters
    ----------
    size_bytes
        Of all its files together.
    head_sha256
        SHA-256 of the first 64 KiB of each file, one after the other.
    sha256
        SHA-256 of all its files, one after the other; None until it was computed.
    """

    size_bytes: int
    head_sha256: str
    sha256: str | None = None

    def is_like(self, other: "Fingerprint") -> bool:
        """Tell whether both may be of the same content, as far as both are known."""
        if (self.size_bytes, self.head_sha256) != (other.size_bytes, other.head_sha256):
            return False
        return None in (self.sha256, other.sha256) or self.sha256 == other.sha256


def fingerprint_of(files: Sequence[Path]) -> Fingerprint:
    """Return size and beginning of a recording's files.

    Raises
    ------
    RecordingError
        If one can't be read.
    """
    digest, size_bytes = hashlib.sha256(), 0
    for path in files:
        try:
            with path.open("rb") as file:
                digest.update(file.read(_HEAD_BYTES))
                size_bytes += path.stat().st_size
        except OSError as error:
            raise _unreadable(path, error) from error
    return Fingerprint(size_bytes, digest.hexdigest())


def file_states(files: Sequence[Path]) -> tuple[tuple[int, int], ...]:
    """Sizes, and times of the last change in ns: where they differ later, a file was written to.

    Raises
    ------
    RecordingError
        If one can't be read.
    """
    statuses = map(_status, files)
    return tuple((status.st_size, status.st_mtime_ns) for status in statuses)


def sha256_of(
    files: Sequence[Path],
    progress: Progress = silent,
    *,
    passing: Callable[[Path, int, bytes], object] | None = None,
) -> str:
    """Return the SHA-256 of a recording's files, one after the other.

    Parameters
    ----------
    files
        They are only read.
    progress
        Called for each MiB; may raise Cancelled.
    passing
        Called with the file of each block, its place there and the block, so that whoever else
        wants the bytes need not read them again.

    Raises
    ------
    RecordingError
        If one can't be read.
    """
    digest, done = hashlib.sha256(), 0
    size_bytes = max(sum(_status(path).st_size for path in files), 1)
    for path in files:
        begin = done
        try:
            with path.open("rb") as file:
                while block := file.read(_BLOCK_BYTES):
                    digest.update(block)
                    if passing is not None:
                        passing(path, done - begin, block)
                    done += len(block)
                    progress(min(done / size_bytes, 1.0), "reading the file")
        except OSError as error:
            raise _unreadable(path, error) from error
    return digest.hexdigest()


def _status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> RecordingError:
    return RecordingError(f"the file can't be read: {error.strerror or error}", path=path)
