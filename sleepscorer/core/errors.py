"""Errors meant for people: what happened, in which file, and what to do about it.

Anything else that is raised is a bug.
"""

from pathlib import Path


class SleepScorerError(Exception):
    """An error a person can act on.

    Parameters
    ----------
    what
        One sentence: what happened.
    path
        The file concerned, if there is one.
    hint
        What the person can do.
    """

    def __init__(self, what: str, *, path: Path | None = None, hint: str = "") -> None:
        self.what = what
        self.path = path
        self.hint = hint
        super().__init__(what)

    def __str__(self) -> str:
        """One line, whatever control characters a broken file put into the text."""
        where = f"{self.path}: " if self.path is not None else ""
        line = f"{where}{self.what}" + (f" ({self.hint})" if self.hint else "")
        return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)


class RecordingError(SleepScorerError):
    """A recording that can't be opened or read."""


class ScoringError(SleepScorerError):
    """A scoring (hypnogram file) that can't be read, or marks in it that contradict each other."""


class MontageError(SleepScorerError):
    """A derivation or channel choice that the recording can't provide."""


class StagingRefused(SleepScorerError):
    """A recording that can't be staged: the message is the reason."""


class WeightsError(SleepScorerError):
    """Weights that are missing, damaged or not what they claim to be."""


class ExportError(SleepScorerError):
    """An output that could not be written, or did not read back as it was written."""


class OutputExists(ExportError):
    """An output that is there already and was not to be replaced."""


class OutputRefused(ExportError):
    """An output that its folder or disk does not take."""


class SessionError(SleepScorerError):
    """A session file that can't be opened, read or written."""


class UsageError(SleepScorerError):
    """Options that contradict each other; the command line exits with 2."""
