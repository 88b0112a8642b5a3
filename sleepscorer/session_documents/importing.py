"""Reads a scoring to be imported into a recording in one edit."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.recording import Recording
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.core.staging_result import Staging
from sleepscorer.core.wording import counted
from sleepscorer.files.exports import is_own_staging, read_stagings_json, stages_read_from
from sleepscorer.files.scorings import fitted, read_scoring


@dataclass(frozen=True)
class ImportableScoring:
    """What was read; see :meth:`~sleepscorer.session_documents.Document.import_scoring`.

    Parameters
    ----------
    name
        Of its file, for the log.
    scoring
        As it fits the recording; its notes say what had to be decided.
    staging
        What it was corrected from, where the program wrote that beside it.
    others
        What other stagers answered, where it stood in the same file.
    is_smoothed
        The scoring was begun with the smoothed answer of this staging.
    """

    name: str
    scoring: Scoring
    staging: Staging | None = None
    others: tuple[Staging, ...] = ()
    is_smoothed: bool = False


def read_importable(
    path: Path, recording: Recording, *, scorer: str | None = None
) -> ImportableScoring:
    """Read a scoring for a recording, wherever it lies; for any thread.

    A staging that the program wrote is read with the hypnogram it was exported with: what differs
    from it there was changed by a person.

    Raises
    ------
    SeveralScorers
        If it holds the stages of several people and ``scorer`` names none of them.
    SleepScorerError
        If it can't be read or does not fit the recording.
    """
    if not is_own_staging(path):
        return ImportableScoring(path.name, _fitted(path, recording, scorer))
    staging, others = read_stagings_json(path)
    n_staged, n_epochs = len(staging.probabilities), recording.n_epochs
    if n_staged != n_epochs:
        raise ScoringError(
            f"it stages {counted(n_staged, 'epoch')}, and the recording has {n_epochs}", path=path
        )
    is_of_three, is_smoothed = stages_read_from(path)
    exported = next(filter(Path.is_file, _hypnograms_of(path)), None)
    if exported is None or is_of_three:
        # A session holds five stages: what was exported in three is read from the probabilities.
        scoring = Scoring(Hypnogram(staging.stages, EPOCH_S))
        return ImportableScoring(path.name, scoring, staging, others)
    scoring = _fitted(exported, recording)
    return ImportableScoring(exported.name, scoring, staging, others, is_smoothed)


def _hypnograms_of(path: Path) -> Iterable[Path]:
    stem = path.name.removesuffix("_staging.json")
    return (path.with_name(stem + end) for end in ("_hypnogram.edf", "_epochs.csv"))


def _fitted(path: Path, recording: Recording, scorer: str | None = None) -> Scoring:
    try:
        return fitted(read_scoring(path, scorer=scorer), recording)
    except ScoringError as error:
        error.in_file(path)
        raise
