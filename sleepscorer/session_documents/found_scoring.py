"""Tells that a file is a scoring, to be imported and not to be opened."""

from dataclasses import dataclass
from pathlib import Path

from sleepscorer.core.errors import (
    RecordingError,
    ScoringError,
    ScoringUndecided,
    SleepScorerError,
    UnknownFormat,
)
from sleepscorer.core.recording import Recording
from sleepscorer.files.edf import UNKNOWN_START
from sleepscorer.files.exports import is_own_staging, read_stagings_json
from sleepscorer.files.folder import recording_of
from sleepscorer.files.scorings import holds_stages, read_scoring

_SAME_START_S = 1.0


@dataclass(frozen=True)
class FoundScoring:
    """A file that can be read as a scoring.

    Parameters
    ----------
    path
        The file.
    recording
        The one beside it that it evidently belongs to; None where none does.
    has_signals
        It can be opened as a recording as well.
    """

    path: Path
    recording: Path | None = None
    has_signals: bool = False


def check_is_scoring(path: Path) -> None:
    """Read a scoring, whoever scored; for any thread.

    Raises
    ------
    SleepScorerError
        If it is none, or one that can't be read.
    """
    try:
        if is_own_staging(path):
            read_stagings_json(path)
        else:
            read_scoring(path)
    except ScoringUndecided:
        # Whose, what numbers stand for and how long epochs are is asked when it is imported.
        return


def scoring_instead(path: Path, refused: RecordingError) -> FoundScoring:
    """Return the scoring that a file is which was refused as a recording; for any thread.

    Raises
    ------
    RecordingError
        Why the file is no recording, and why no scoring where it might be either.
    """
    try:
        check_is_scoring(path)
    except ScoringError as unread:
        if isinstance(refused, UnknownFormat):
            raise RecordingError(
                "this is neither a recording of a supported format nor a scoring that can be read:"
                f" {unread.what}",
                path=path,
                hint=unread.hint,
            ) from unread
        raise refused from unread
    except SleepScorerError:
        raise refused from None
    return FoundScoring(path, recording=recording_of(path))


def scores(recording: Recording, night: Recording) -> bool:
    """Tell whether a recording is rather the scoring of a night: stages, and the same stretch.

    Some programs put a signal beside the stages.
    """
    if not holds_stages(recording.events):
        return False
    ours, theirs = night.start, recording.start
    if ours is None or theirs is None or UNKNOWN_START in (ours, theirs):
        return False
    is_same_start = abs((theirs - ours).total_seconds()) <= _SAME_START_S
    return is_same_start and recording.n_epochs == night.n_epochs
