"""A night's scoring beside what candidates say of it, over the epochs that all of them staged."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.agreement import Agreement, agreement
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.stages import Stage
from sleepscorer.core.staging_result import most_probable
from sleepscorer.validation.candidates import Candidate, JudgedNight
from sleepscorer.validation.people_means import PeopleMean, mean_over_people


@dataclass(frozen=True, eq=False)
class Comparison:
    """A candidate's answer for a night beside the scoring.

    Parameters
    ----------
    night
        With the scoring.
    stages
        (n_epochs,) what the candidate calls each epoch, UNSCORED where nothing.
    epochs
        (n_epochs,) which the person and the candidate both staged; at least one.
    agreement
        Over these.
    confidence, right
        (n,) float64 and bool of these: how sure the candidate was, whether it was right.
    """

    night: JudgedNight
    stages: NDArray[np.int8]
    epochs: NDArray[np.bool_]
    agreement: Agreement
    confidence: NDArray[np.float64]
    right: NDArray[np.bool_]


def comparisons(nights: Iterable[JudgedNight], candidate: Candidate) -> tuple[Comparison, ...]:
    """Compare a candidate with the scorings of all nights of which it staged a scored epoch."""
    return tuple(
        Comparison(
            night,
            stages,
            epochs,
            agreement_within(epochs, night.reference, stages),
            night.answers[candidate].confidence[epochs].astype(np.float64),
            (stages == night.reference)[epochs],
        )
        for night in nights
        if (epochs := staged_by_all(night, candidate)).any()
        for stages in [_stages(night, candidate)]
    )


def staged_by_all(night: JudgedNight, *candidates: Candidate) -> NDArray[np.bool_]:
    """(n_epochs,) whether the person and all the candidates staged the epoch.

    Nowhere, where one of them gave no answer.
    """
    staged = [night.reference, *(_stages(night, one) for one in candidates)]
    return np.asarray((np.stack(staged) != Stage.UNSCORED).all(axis=0))


def agreement_within(
    epochs: NDArray[np.bool_], reference: NDArray[np.int8], other: NDArray[np.int8]
) -> Agreement:
    """Compare two scorings of one recording, (n_epochs,) each, in the given epochs alone.

    Raises
    ------
    ScoringError
        If none of them is scored in both.
    """
    return agreement(Scoring(_within(epochs, reference)), Scoring(_within(epochs, other)))


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
    values = ((night.person, _difference(night, candidate, other)) for night in nights)
    return mean_over_people(values, level=level)


def _difference(night: JudgedNight, candidate: Candidate, other: Candidate) -> float | None:
    epochs = staged_by_all(night, candidate, other)
    if not epochs.any():
        return None
    first, second = (
        agreement_within(epochs, night.reference, _stages(night, one)).kappa
        for one in (candidate, other)
    )
    return None if first is None or second is None else first - second


def _stages(night: JudgedNight, candidate: Candidate) -> NDArray[np.int8]:
    answer = night.answers.get(candidate)
    if answer is None:
        return np.full_like(night.reference, Stage.UNSCORED)
    return most_probable(answer.probabilities)


def _within(epochs: NDArray[np.bool_], stages: NDArray[np.int8]) -> Hypnogram:
    return Hypnogram(np.where(epochs, stages, np.int8(Stage.UNSCORED)))
