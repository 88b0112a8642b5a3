"""How far a candidate agrees with the scorings of a site, over the nights that count."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.agreement import Agreement
from sleepscorer.core.reliability import reliability, risk_coverage
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.validation.candidates import Candidate, JudgedNight
from sleepscorer.validation.compared import agreement_within, comparisons, kappa_difference
from sleepscorer.validation.found import CandidateFigures, Estimate, HumanCeiling
from sleepscorer.validation.people_means import PeopleMean, mean_over_people
from sleepscorer.validation.sleep_differences import sleep_differences

_SHARE_RANGE, _KAPPA_RANGE = (0.0, 1.0), (-1.0, 1.0)

_ByNight = Sequence[tuple[str, Agreement]]
"""Person and agreement of each night."""


def figures_of(
    nights: Sequence[JudgedNight], candidate: Candidate, compared_with: Candidate | None = None
) -> CandidateFigures | None:
    """Judge a candidate by the nights that count.

    Parameters
    ----------
    nights
        Those that count; what is left out must not be among them.
    candidate
        Whom to judge.
    compared_with
        Whose kappa to subtract, person by person.

    Returns
    -------
    None where it staged no epoch that a person scored.
    """
    compared = comparisons(nights, candidate)
    if not compared:
        return None
    found = [(one.night.person, one.agreement) for one in compared]
    right = np.concatenate([one.right for one in compared])
    confidence = np.concatenate([one.confidence for one in compared])
    reliable = reliability(confidence, right)
    bins = zip(reliable.confidence, reliable.accuracy, reliable.share, strict=True)
    difference = compared_with and kappa_difference(nights, candidate, compared_with)
    confusion = np.sum([one.agreement.confusion for one in compared], axis=0)
    return CandidateFigures(
        candidate=candidate,
        n_nights=len(compared),
        n_people=_n_people(found),
        n_epochs=len(right),
        accuracy=_accuracy(found),
        kappa=mean_kappa(found).estimate,
        macro_f1=_mean_share(found, lambda one: one.macro_f1),
        f1=tuple(_mean_share(found, partial(_f1, stage=stage)) for stage in STAGES),
        difference=difference.estimate if difference else None,
        compared_with=compared_with,
        n_compared=difference.n_people if difference else 0,
        confusion=tuple(tuple(row) for row in confusion.tolist()),
        metrics=sleep_differences(compared),
        reliability=tuple((float(c), float(a), float(share)) for c, a, share in bins),
        calibration_error=reliable.error,
        review=_review(confidence, right),
    )


def human_ceiling(nights: Iterable[JudgedNight]) -> HumanCeiling | None:
    """Compare the two scorings of the nights that have them; None where none has."""
    found = []
    for night in nights:
        second = night.second_reference
        if second is None:
            continue
        epochs = (night.reference != Stage.UNSCORED) & (second != Stage.UNSCORED)
        if epochs.any():
            found.append((night.person, agreement_within(epochs, night.reference, second)))
    if not found:
        return None
    return HumanCeiling(
        n_nights=len(found),
        n_people=_n_people(found),
        n_epochs=sum(one.n_epochs for _, one in found),
        accuracy=_accuracy(found),
        kappa=mean_kappa(found).estimate,
    )


def mean_kappa(found: _ByNight) -> PeopleMean:
    """Kappa of a night, the mean over people."""
    return mean_over_people(((person, one.kappa) for person, one in found), within=_KAPPA_RANGE)


def _accuracy(found: _ByNight) -> Estimate:
    return _mean_share(found, lambda one: one.accuracy)


def _f1(found: Agreement, stage: Stage) -> float | None:
    return found.f1[stage]


def _mean_share(found: _ByNight, figure: Callable[[Agreement], float | None]) -> Estimate:
    values = ((person, figure(one)) for person, one in found)
    return mean_over_people(values, within=_SHARE_RANGE).estimate


def _n_people(found: _ByNight) -> int:
    return len({person for person, _ in found})


def _review(
    confidence: NDArray[np.float64], right: NDArray[np.bool_]
) -> tuple[tuple[float, float], ...]:
    if right.all():
        return ()
    curve = risk_coverage(confidence, right)
    return tuple(zip(curve.reviewed.tolist(), curve.errors_found.tolist(), strict=True))
