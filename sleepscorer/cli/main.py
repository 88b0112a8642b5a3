"""The command line: a thin skin over the pipeline. Errors for people become exit codes.

0: done. 1: some recordings could not be scored. 2: bad usage, or a file that can't be read.
"""

import errno
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from sleepscorer import faults
from sleepscorer.cli.commands import command_parser
from sleepscorer.cli.output import (
    INTERRUPTED,
    complain,
    discard_output,
    flush_output,
    in_words,
)
from sleepscorer.core.errors import SleepScorerError, UsageError

_BAD_USAGE = 2
_FAULT = 70  # as sysexits.h has it: an internal error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    _make_printable()
    # What a library wants to tell a developer is no use to a technologist.
    warnings.filterwarnings("ignore")
    try:
        with _terminable():
            return _run(arguments)
    except SleepScorerError as error:
        complain(f"sleepscorer: {in_words(error)}")
        return _BAD_USAGE
    except KeyboardInterrupt:
        complain("sleepscorer: stopped; files not yet finished were not written")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output (head, less) has gone: nothing is left to say, nor to flush.
        discard_output()
        return 0
    except Exception as error:  # noqa: BLE001 - a bug: words for the person, the rest in the log
        complain(f"sleepscorer: {in_words(faults.in_words(error))}")
        return _FAULT


def _run(arguments: Sequence[str] | None) -> int:
    try:
        options = command_parser().parse_args(arguments)
    except SystemExit:
        # --help has printed.
        flush_output()
        raise
    for value in vars(options).values():
        if isinstance(value, Path):
            _check_path(value)
    code: int = options.run(options)
    flush_output()
    return code


def _check_path(path: Path) -> None:
    """Refuse what nobody can have or see: every look at it would fail in its own way."""
    try:
        path.lstat()
    except ValueError as error:
        raise UsageError("this can't be the name of a file", path=path) from error
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise UsageError(
                f"the name is longer than the disk takes: {str(path)[:40]}…",
                hint="choose a shorter one, or a folder nearer to the root",
            ) from error
        if isinstance(error, PermissionError):
            raise UsageError("its folder may not be looked into", path=path) from error
        return
    if path.is_dir() and not os.access(path, os.R_OK | os.X_OK):
        raise UsageError("this folder may not be looked into", path=path)


@contextmanager
def _terminable() -> Iterator[None]:
    """Let a polite request to end (kill, a shutdown) clean up as Ctrl-C does."""

    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _make_printable() -> None:
    """Names of files and channels may hold what the terminal's encoding does not."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
