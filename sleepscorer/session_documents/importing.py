"""Reads a scoring to be imported into a recording in one edit."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.recording import Recording
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.core.staging_result import Staging
from sleepscorer.core.wording import counted
from sleepscorer.files.exports import is_own_staging, read_stagings_json, stages_read_from
from sleepscorer.files.scorings import Alignment, StageCodes, fitted, read_scoring
from sleepscorer.session_documents.scoring_preview import ScoringPreview, scoring_preview


@dataclass(frozen=True)
class ImportChoice:
    """What a person says of a file that does not say it itself.

    Parameters
    ----------
    scorer
        Whose stages are read, where it holds those of several.
    codes
        What its numbers stand for.
    form
        Name of its format, where the content is not to decide.
    epoch_s
        How long its epochs are, seconds.
    alignment
        How its epochs become those of the recording, where they don't coincide.
    with_events
        Whether what is no stage is taken over as well.
    """

    scorer: str | None = None
    codes: StageCodes | None = None
    form: str | None = None
    epoch_s: float | None = None
    alignment: Alignment | None = None
    with_events: bool = True

    def read(self, path: Path) -> Scoring:
        """Read a file so; raises as :func:`~sleepscorer.files.scorings.read_scoring` does."""
        scoring = read_scoring(
            path, scorer=self.scorer, codes=self.codes, form=self.form, epoch_s=self.epoch_s
        )
        return scoring if self.with_events else replace(scoring, events=())


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
    preview
        What stands in the file; None where nobody is to look at it.
    scorer
        Whose stages they are, where the file holds those of several.
    """

    name: str
    scoring: Scoring
    staging: Staging | None = None
    others: tuple[Staging, ...] = ()
    is_smoothed: bool = False
    preview: ScoringPreview | None = None
    scorer: str | None = None


def read_importable(
    path: Path, recording: Recording, choice: ImportChoice | None = None
) -> ImportableScoring:
    """Read a scoring for a recording, wherever it lies; for any thread.

    A staging that the program wrote is read with the hypnogram it was exported with: what differs
    from it there was changed by a person.

    Parameters
    ----------
    path
        The file; it is only read.
    recording
        To whose epochs it is fitted.
    choice
        What a person said of it; None says nothing.

    Raises
    ------
    SeveralScorers
        If it holds the stages of several people and none of them was chosen.
    CodesNeeded
        If it numbers the stages, and nobody said what the numbers stand for.
    EpochLengthNeeded
        If it does not tell how long its epochs are, and 30 s can't be.
    AlignmentNeeded
        If its epochs are not those of the recording, and nobody said how they become them.
    SleepScorerError
        If it can't be read or does not fit the recording.
    """
    choice = choice or ImportChoice()
    if not is_own_staging(path):
        return _read(path, path.name, recording, choice)
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
        preview = scoring_preview(scoring, scoring)
        return ImportableScoring(path.name, scoring, staging, others, preview=preview)
    read = _read(exported, exported.name, recording, choice)
    return replace(read, staging=staging, others=others, is_smoothed=is_smoothed)


def _hypnograms_of(path: Path) -> Iterable[Path]:
    stem = path.name.removesuffix("_staging.json")
    return (path.with_name(stem + end) for end in ("_hypnogram.edf", "_epochs.csv"))


def _read(path: Path, name: str, recording: Recording, choice: ImportChoice) -> ImportableScoring:
    try:
        scoring = replace(choice, with_events=True).read(path)
        placed = fitted(scoring, recording, choice.alignment)
    except ScoringError as error:
        error.in_file(path)
        raise
    preview = scoring_preview(scoring, placed)
    if not choice.with_events:
        placed = replace(placed, events=())
    return ImportableScoring(name, placed, preview=preview, scorer=choice.scorer)
