"""How far a candidate agrees with the scorings of a site, over the nights that count."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from sleepscorer.core.agreement import Agreement
from sleepscorer.core.reliability import reliability, risk_coverage
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.validation.candidates import Candidate, JudgedNight
from sleepscorer.validation.compared import (
    KAPPA_RANGE,
    agreement_within,
    kappa_difference,
    staged_by_all,
    stages_by,
)
from sleepscorer.validation.found import CandidateFigures, Estimate, HumanCeiling
from sleepscorer.validation.people import mean_over_people
from sleepscorer.validation.sleep_differences import paired_statistics, sleep_differences

_SHARE_RANGE = (0.0, 1.0)


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
    staged = [(night, staged_by_all(night, candidate)) for night in nights]
    staged = [(night, epochs) for night, epochs in staged if epochs.any()]
    if not staged:
        return None
    found = [
        (night.person, agreement_within(night.reference, stages_by(night, candidate), epochs))
        for night, epochs in staged
    ]
    confidence = np.concatenate(
        [night.answers[candidate].confidence[epochs] for night, epochs in staged]
    ).astype(np.float64)
    right = np.concatenate(
        [(stages_by(night, candidate) == night.reference)[epochs] for night, epochs in staged]
    )
    reliable = reliability(confidence, right)
    review = risk_coverage(confidence, right)
    difference = (
        None if compared_with is None else kappa_difference(nights, candidate, compared_with)
    )
    confusion = sum(np.array(one.confusion) for _, one in found)
    return CandidateFigures(
        candidate=candidate,
        n_nights=len(found),
        n_people=len({person for person, _ in found}),
        n_epochs=len(right),
        accuracy=_mean(found, lambda one: one.accuracy),
        kappa=_mean(found, lambda one: one.kappa, KAPPA_RANGE),
        macro_f1=_mean(found, lambda one: one.macro_f1),
        f1=tuple(_mean(found, partial(_f1, stage=stage)) for stage in STAGES),
        difference=None if difference is None else difference.estimate,
        compared_with=compared_with,
        n_compared=0 if difference is None else difference.n_people,
        confusion=tuple(tuple(row) for row in np.asarray(confusion).tolist()),
        metrics=sleep_differences(
            [
                paired_statistics(
                    night.reference, stages_by(night, candidate), epochs, night.lights
                )
                for night, epochs in staged
            ]
        ),
        reliability=tuple(
            zip(
                reliable.confidence.tolist(),
                reliable.accuracy.tolist(),
                reliable.share.tolist(),
                strict=True,
            )
        ),
        calibration_error=reliable.error,
        review=()
        if right.all()
        else tuple(zip(review.reviewed.tolist(), review.errors_found.tolist(), strict=True)),
    )


def _f1(found: Agreement, stage: Stage) -> float | None:
    return found.f1[stage]


def human_ceiling(nights: Sequence[JudgedNight]) -> HumanCeiling | None:
    """Compare the two scorings of the nights that have them; None where none has."""
    found = []
    for night in nights:
        second = night.second_reference
        if second is None:
            continue
        epochs = (night.reference != Stage.UNSCORED) & (second != Stage.UNSCORED)
        if epochs.any():
            found.append((night.person, agreement_within(night.reference, second, epochs)))
    if not found:
        return None
    return HumanCeiling(
        n_nights=len(found),
        n_people=len({person for person, _ in found}),
        n_epochs=sum(one.n_epochs for _, one in found),
        accuracy=_mean(found, lambda one: one.accuracy),
        kappa=_mean(found, lambda one: one.kappa, KAPPA_RANGE),
    )


def _mean(
    found: Sequence[tuple[str, Agreement]],
    figure: Callable[[Agreement], float | None],
    within: tuple[float, float] = _SHARE_RANGE,
) -> Estimate:
    return mean_over_people(
        ((person, figure(one)) for person, one in found), within=within
    ).estimate
