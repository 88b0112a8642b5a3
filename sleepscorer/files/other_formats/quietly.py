"""Runs another package's reader without a word of its own, and says in ours what failed."""

import io
import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TextIO, TypeVar

from sleepscorer.core.errors import RecordingError

_Result = TypeVar("_Result")
# What is redirected belongs to the whole program: two at once would give it back crosswise.
_LOCK = threading.RLock()

_FAILURES: tuple[tuple[type[Exception], str, str, str], ...] = (
    (
        Exception,
        r"[Nn]o such file|does not exist",
        "a file that belongs to it is not there",
        "put all files of the recording into one folder, named as when they were written",
    ),
    (
        ImportError,
        "",
        "a package that is needed for it is not installed",
        "save it as EDF+ in the program that wrote it",
    ),
    (
        PermissionError,
        "",
        "reading it is not permitted",
        "ask for the right to read it",
    ),
    (
        Exception,
        "",
        "its content is damaged or of a kind that is not supported",
        "copy it once more, or save it as EDF+ in the program that wrote it",
    ),
)
"""Kind of an error, a pattern of its words, what happened and what to do; the first that fits."""

_WARNINGS = (
    (r"[Oo]mitted (\d+) annot", "annotations outside the recording were left out: {}"),
    (
        r"[Ss]plit raw file detected|next file .* does not exist",
        "the recording was split into several files, and one of them is not there: it ends early",
    ),
)
"""Pattern of another reader's warning, and ours; others are of no use to a person here."""


class _OfOtherThreads(io.TextIOBase):
    """Lets through what other threads write, and drops what this one does."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._silent = threading.get_ident()

    def write(self, text: str) -> int:
        if threading.get_ident() == self._silent:
            return len(text)
        return self._stream.write(text)

    def flush(self) -> None:
        if not self._stream.closed:
            self._stream.flush()


@contextmanager
def _silence() -> Iterator[None]:
    # A program without a console has no streams.
    out, err = (s and _OfOtherThreads(s) for s in (sys.stdout, sys.stderr))
    with redirect_stdout(out), redirect_stderr(err):
        yield


def read_quietly(read: Callable[[], _Result], name: str, path: Path) -> tuple[_Result, list[str]]:
    """Call a reader and return what it reads, and what there is to say of it.

    Raises
    ------
    RecordingError
        Whatever it raises.
    """
    with _LOCK, _silence(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = read()
        except (MemoryError, RecordingError):
            raise
        # The readers raise whatever a broken file leads them to.
        except Exception as error:
            raise _in_words(error, name, path) from error
    return result, _said([str(warning.message) for warning in caught])


def _in_words(error: Exception, name: str, path: Path) -> RecordingError:
    words = str(error)
    for kind, pattern, what, hint in _FAILURES:
        if isinstance(error, kind) and re.search(pattern, words):
            return RecordingError(f"it can't be read as {name}: {what}", path=path, hint=hint)
    raise AssertionError("the last row fits every error")


def _said(messages: list[str]) -> list[str]:
    found = (
        (re.search(pattern, " ".join(message.split())), sentence)
        for message in messages
        for pattern, sentence in _WARNINGS
    )
    return list(dict.fromkeys(s.format(*match.groups()) for match, s in found if match))
