"""Errors meant for people: what happened, in which file, and what to do about it.

Anything else that is raised is a bug.
"""

from pathlib import Path
from typing import Self

from sleepscorer.core.wording import one_line

# More would hide the sentence.
_MOST_NUMBERS = 12


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

    def in_file(self, path: Path) -> Self:
        """Return the error with the file it is about, unless it names one already."""
        if self.path is None:
            self.path = path
        return self

    def __str__(self) -> str:
        """One line, whatever control characters a broken file put into the text."""
        where = f"{self.path}: " if self.path is not None else ""
        line = f"{where}{self.what}" + (f" ({self.hint})" if self.hint else "")
        return one_line(line)


class RecordingError(SleepScorerError):
    """A recording that can't be opened or read."""


class UnknownFormat(RecordingError):
    """A file that is no recording by its content and its name."""


class NotAnnotated(RecordingError):
    """A recording that has no annotated copy: its annotations can be written alone."""


class ScoredItself(RecordingError):
    """A recording whose own annotations are a scoring: a copy with another would hold two."""


class ScoringError(SleepScorerError):
    """A scoring (hypnogram file) that can't be read, or marks in it that contradict each other."""


class ScoringUndecided(ScoringError):
    """A scoring that leaves something open: somebody must say it before it can be read."""


class SeveralScorers(ScoringUndecided):
    """A file that holds the scorings of several people: somebody must say whose to read.

    Parameters
    ----------
    what
        What happened.
    scorers
        Their names, as the file has them.
    """

    def __init__(self, what: str, scorers: tuple[str, ...]) -> None:
        self.scorers = scorers
        super().__init__(what)


class CodesNeeded(ScoringUndecided):
    """A file that numbers the stages and does not say how: somebody must name the code.

    Parameters
    ----------
    counts
        The numbers, with how often each stands, as they come in the file.
    fitting
        Names of the codes that know all of these numbers.
    """

    def __init__(self, counts: tuple[tuple[str, int], ...], fitting: tuple[str, ...]) -> None:
        self.counts = counts
        self.fitting = fitting
        shown = ", ".join(f"{number}: {n}" for number, n in counts[:_MOST_NUMBERS])
        more = f" and {len(counts) - _MOST_NUMBERS} more" if len(counts) > _MOST_NUMBERS else ""
        known = f": {', '.join(fitting)} know these numbers" if fitting else ""
        super().__init__(
            f"the stages are numbers, and programs number them differently ({shown}{more})",
            hint=f"say which code it is{known}, or which number is which stage, such as"
            " 0=W,1=N1,2=N2,3=N3,5=R",
        )


class EpochLengthNeeded(ScoringUndecided):
    """A file that lists stages and does not say how long each lasts: somebody must.

    Parameters
    ----------
    what
        What happened.
    n_epochs
        How many stages it lists.
    """

    def __init__(self, what: str, *, n_epochs: int) -> None:
        self.n_epochs = n_epochs
        super().__init__(what, hint="say how long its epochs are, in seconds")


class AlignmentNeeded(ScoringUndecided):
    """A scoring whose epochs are not those of the recording: somebody must say how they are met.

    Parameters
    ----------
    what
        What happened.
    offset_s
        How long after the recording the scoring starts, seconds.
    epoch_s
        Length of its epochs, seconds.
    choices
        What may be chosen, as an alignment names it.
    """

    def __init__(
        self, what: str, *, offset_s: float, epoch_s: float, choices: tuple[str, ...]
    ) -> None:
        self.offset_s = offset_s
        self.epoch_s = epoch_s
        self.choices = choices
        super().__init__(what, hint=f"choose how its epochs are aligned: {' or '.join(choices)}")


class LightsContradiction(ScoringError):
    """Lights marks of a file that can't all be true: somebody must say which hold."""


class MontageError(SleepScorerError):
    """A derivation or channel choice that the recording can't provide."""


class NothingToStageBy(MontageError):
    """A recording in which no EEG or EOG is recognised: somebody must name them."""


class StagingRefused(SleepScorerError):
    """A recording that can't be staged: the message is the reason."""


class NoUsableChannel(StagingRefused):
    """A recording of which none of the channels looked at can be used; others may be chosen."""


class WeightsError(SleepScorerError):
    """Weights that are missing, damaged or not what they claim to be."""


class WeightsNameRefused(WeightsError):
    """A text that can't be the name of weights."""


class WeightsNameTaken(WeightsError):
    """A name for new weights that others have already."""


class ExportError(SleepScorerError):
    """An output that could not be written, or did not read back as it was written."""


class SettingsError(SleepScorerError):
    """A file of settings that can't be read, or holds what can't be set."""


class ReportRefused(SleepScorerError):
    """A template of reports that can't be read, or asks for what no report has."""


class NotTheScored(ExportError):
    """An export for which the recording that was scored is not at hand."""


class OutputExists(ExportError):
    """An output that is there already and was not to be replaced."""


class OutputRefused(ExportError):
    """An output that its folder or disk does not take."""


class OutputTaken(ExportError):
    """An output that the same run wrote already, from another recording."""


class SessionError(SleepScorerError):
    """A session file that can't be opened, read or written."""


class ScoringLocked(SessionError):
    """An edit of a scoring that somebody signed: it must be unlocked first."""


class NotYourScoring(SessionError):
    """An edit of another scorer's layer, or of one that never changes."""


class UsageError(SleepScorerError):
    """Options that contradict each other; the command line exits with 2."""


class OutputsClash(UsageError):
    """Recordings of which the outputs would be written over each other or over one of them."""


class LightsRefused(UsageError):
    """Lights marks that are given, and leave no night between them."""
