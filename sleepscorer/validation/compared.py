"""A night's scoring beside what candidates say of it, over the epochs that all of them staged."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.agreement import Agreement, agreement
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.stages import Stage
from sleepscorer.core.staging_result import most_probable
from sleepscorer.validation.candidates import Candidate, JudgedNight
from sleepscorer.validation.people import PeopleMean, mean_over_people

KAPPA_RANGE = (-1.0, 1.0)


def stages_by(night: JudgedNight, candidate: Candidate) -> NDArray[np.int8]:
    """(n_epochs,) what a candidate that answered calls each epoch, UNSCORED where nothing."""
    return most_probable(night.answers[candidate].probabilities)


def staged_by_all(night: JudgedNight, *candidates: Candidate) -> NDArray[np.bool_]:
    """(n_epochs,) whether the person and all the candidates staged the epoch.

    Nowhere, where one of them gave no answer.
    """
    staged: NDArray[np.bool_] = night.reference != Stage.UNSCORED
    for candidate in candidates:
        if candidate not in night.answers:
            return np.zeros_like(staged)
        staged = staged & (stages_by(night, candidate) != Stage.UNSCORED)
    return staged


def agreement_within(
    reference: NDArray[np.int8], other: NDArray[np.int8], epochs: NDArray[np.bool_]
) -> Agreement:
    """Compare two scorings of one recording, (n_epochs,) each, in the given epochs alone.

    Raises
    ------
    ScoringError
        If none of them is scored in both.
    """
    one, two = (
        Scoring(Hypnogram(np.where(epochs, stages, np.int8(Stage.UNSCORED))))
        for stages in (reference, other)
    )
    return agreement(one, two)


def kappa_difference(
    nights: Iterable[JudgedNight], candidate: Candidate, other: Candidate, *, level: float = 0.95
) -> PeopleMean:
    """Compare the kappa of two candidates, the first minus the other, paired by person.

    Each night gives the difference over the epochs that the person and both of them staged, so
    that neither gains by passing the difficult ones over; a night that one of them failed on, or
    where a kappa is undefined, gives none.

    Parameters
    ----------
    nights
        Those that count.
    candidate, other
        Whom to compare.
    level
        Of the interval.
    """
    values = ((night.person, _difference(night, (candidate, other))) for night in nights)
    return mean_over_people(values, level=level)


def _difference(night: JudgedNight, pair: Sequence[Candidate]) -> float | None:
    epochs = staged_by_all(night, *pair)
    if not epochs.any():
        return None
    first, second = (
        agreement_within(night.reference, stages_by(night, one), epochs).kappa for one in pair
    )
    return None if first is None or second is None else first - second
