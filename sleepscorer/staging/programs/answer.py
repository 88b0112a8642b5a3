"""What a program answered: its file read as any scoring is, and checked before it is believed."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import RecordingError, ScoringError, StagingRefused
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.recording import Recording, epochs_with_gaps
from sleepscorer.core.stages import EPOCH_S, STAGES
from sleepscorer.core.wording import counted, sure_text
from sleepscorer.files.scorings import fitted, read_scoring

STAGE_ALONE = 0.8
"""How sure a stage without probabilities counts.

As often one scorer gives an epoch the stage that most of many scorers give it (82.6 %; Rosenberg
and Van Hout 2013, J Clin Sleep Med 9, 81-87). Were it certain, it would decide alone wherever
several stagers are joined.
"""

_MOST_BYTES = 50_000_000
# Five numbers of two decimals miss the sum by as much.
_MOST_OFF = 0.03
_AS_GOOD = 0.01
# More than that, and the columns are not what their headings say.
_MOST_OTHER = 0.2


@dataclass(frozen=True, eq=False)
class Answer:
    """What a program says of a night.

    Parameters
    ----------
    probabilities
        (n_epochs, 5) float32 as of :class:`~sleepscorer.core.staging_result.Staging`.
    sha256
        Of the file it wrote.
    notes, warnings
        What had to be decided, one sentence each.
    """

    probabilities: NDArray[np.float32]
    sha256: str
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def read_answer(path: Path, recording: Recording, title: str) -> Answer:
    """Read the file that a program wrote of a recording.

    Raises
    ------
    StagingRefused
        If it is no scoring of every epoch of the recording, or its probabilities are none.
    """
    try:
        n_bytes = path.stat().st_size
    except OSError as error:
        raise StagingRefused(f"{title} wrote no scoring") from error
    if n_bytes > _MOST_BYTES:
        raise StagingRefused(f"{title} wrote {n_bytes / 1e6:.0f} MB, too much for a scoring")
    try:
        scoring = read_scoring(path)
        placed = fitted(scoring, recording)
    except (ScoringError, RecordingError) as error:
        raise StagingRefused(f"what {title} wrote can't be read: {error.what}") from error
    notes = _check_epochs(scoring, placed, recording, title)
    stages = placed.hypnogram.stages
    if not (stages >= 0).any():
        raise StagingRefused(f"{title} staged no epoch")
    probabilities, said, warnings = _probabilities(placed, title)
    probabilities[epochs_with_gaps(recording.gaps, recording.n_epochs)] = np.nan
    n_without = int((stages < 0).sum())
    if n_without:
        notes.append(f"It left {counted(n_without, 'epoch')} without a stage.")
    return Answer(
        probabilities.astype(np.float32),
        sha256(path.read_bytes()).hexdigest(),
        (*notes, *said),
        tuple(warnings),
    )


def _check_epochs(scoring: Scoring, placed: Scoring, recording: Recording, title: str) -> list[str]:
    """Refuse a scoring of other epochs than those of the recording."""
    n_given, n_epochs = scoring.hypnogram.n_epochs, recording.n_epochs
    # Some programs stage what is left after the last whole epoch as well.
    has_rest = n_given == n_epochs + 1 and recording.duration_s > n_epochs * EPOCH_S
    if n_given != n_epochs and not has_rest:
        raise StagingRefused(f"{title} gave {counted(n_given, 'epoch')} of {n_epochs}")
    if not np.array_equal(placed.hypnogram.stages, scoring.hypnogram.stages[:n_epochs]):
        raise StagingRefused(f"{title} gave epochs that begin at another time than the recording's")
    return ["It staged the rest after the last whole epoch too, which is left out."] * has_rest


def _probabilities(placed: Scoring, title: str) -> tuple[NDArray[np.float64], list[str], list[str]]:
    """(n_epochs, 5) of a scoring, NaN where it has no stage; and what to note and to warn of."""
    stages, given = placed.hypnogram.stages, placed.probabilities
    scored = np.flatnonzero(stages >= 0)
    found = np.full((len(stages), len(STAGES)), np.nan)
    if given is None:
        found[scored] = (1 - STAGE_ALONE) / (len(STAGES) - 1)
        found[scored, stages[scored]] = STAGE_ALONE
        return (
            found,
            [f"It gives no probabilities; each stage counts as {sure_text(STAGE_ALONE)}."],
            [],
        )
    _check_rows(given, scored, title)
    rows = given[scored] / given[scored].sum(axis=1, keepdims=True)
    own = rows[np.arange(len(scored)), stages[scored]]
    best = rows.max(axis=1)
    n_other = int((own < best - _AS_GOOD).sum())
    if n_other > _MOST_OTHER * len(scored):
        raise StagingRefused(
            f"in {n_other} of {counted(len(scored), 'epoch')} the stage that {title} gives is not"
            " the most probable one by its own probabilities"
        )
    # What rounding made equal is decided by the stage that it gave.
    even = own >= best - _AS_GOOD
    rows[even, stages[scored][even]] = best[even] + 1e-6
    found[scored] = rows / rows.sum(axis=1, keepdims=True)
    warnings = []
    if n_other:
        warnings.append(
            f"In {counted(n_other, 'epoch')} {title} gives another stage than its most probable"
            " one; the most probable one stands here."
        )
    return found, [], warnings


def _check_rows(given: NDArray[np.float64], scored: NDArray[np.intp], title: str) -> None:
    """Refuse the first row that is no distribution, by the number of its epoch."""
    for epoch in scored.tolist():
        row = given[epoch]
        if not np.isfinite(row).all():
            why = "are not all there"
        elif (row < 0).any():
            why = "are negative"
        elif abs(row.sum() - 1) > _MOST_OFF:
            why = f"sum to {row.sum():.3g} and not to 1"
        else:
            continue
        raise StagingRefused(f"the probabilities that {title} gives epoch {epoch + 1} {why}")
