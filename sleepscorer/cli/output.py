"""What the commands print, and what becomes of it where nobody can take it.

All of it passes through here, where nothing that steers a terminal gets through.
"""

import contextlib
import os
import sys
from collections.abc import Sequence

from sleepscorer.core.errors import (
    LightsContradiction,
    NothingToStageBy,
    NotTheScored,
    NoUsableChannel,
    OutputExists,
    OutputRefused,
    OutputsClash,
    OutputTaken,
    ScoredItself,
    SeveralScorers,
    SleepScorerError,
    WeightsNameRefused,
    WeightsNameTaken,
)
from sleepscorer.core.wording import one_line

INTERRUPTED = 130
"""Exit code after Ctrl-C."""

_HINTS: dict[type[SleepScorerError], str] = {
    LightsContradiction: "give --lights-off and --lights-on",
    NotTheScored: "--recording names the one that was scored",
    NoUsableChannel: "--eeg and --eog name them; sleepscorer info lists those there are",
    NothingToStageBy: "--eeg and --eog name them",
    OutputExists: "use --force to replace it",
    OutputRefused: "choose another folder with --out",
    OutputTaken: "--out names the folder",
    OutputsClash: "--out names the folder",
    ScoredItself: "--replace-scoring leaves its stages and lights marks out",
    SeveralScorers: "--scorer, or --other-scorer of a second file, says whose to read",
    WeightsNameRefused: "see: sleepscorer models",
    WeightsNameTaken: "choose another --name",
}
"""The options that help, which only the command line has."""


def say(*lines: str) -> None:
    """Print the lines of a result.

    Raises
    ------
    BrokenPipeError
        If its reader (head, less) has gone.
    SleepScorerError
        If it can't be written.
    """
    try:
        print(_shown(lines), flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _lost(error) from error


def in_words(error: SleepScorerError) -> str:
    """Return an error for people, with the option that helps."""
    hint = "; ".join(filter(None, (error.hint, _HINTS.get(type(error), ""))))
    return str(SleepScorerError(error.what, path=error.path, hint=hint))


def say_if_possible(*lines: str) -> None:
    """Print lines of what accompanies the work, which goes on where nobody can take it."""
    try:
        print(_shown(lines), flush=True)
    except OSError:
        discard_output()


def complain(text: str) -> None:
    """Print a line for the person to the error stream, if there is one."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            print(one_line(text), file=sys.stderr, flush=True)


def discard_output() -> None:
    """Let all further output vanish, and what is buffered: Python would complain of it at exit."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, sys.stdout.fileno())
        finally:
            os.close(nowhere)


def flush_output() -> None:
    """Hand over what is buffered; see :func:`say` for the errors."""
    if sys.stdout is not None:
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise _lost(error) from error


def _lost(error: OSError) -> SleepScorerError:
    discard_output()
    return SleepScorerError(f"the output can't be written: {error.strerror or error}")


def _shown(lines: Sequence[str]) -> str:
    return "\n".join(map(one_line, lines))
