"""How sure the chosen stager may be at this site: one temperature, and what a review gains."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from sleepscorer.core.reliability import risk_coverage
from sleepscorer.core.site_calibration import SiteCalibration, calibrated
from sleepscorer.core.wording import counted
from sleepscorer.validation.candidates import Candidate, JudgedNight
from sleepscorer.validation.compared import comparisons

_LOG_BOUNDS = (np.log(0.1), np.log(10.0))
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

_Answers = tuple[NDArray[np.float64], NDArray[np.bool_]]
"""Confidence, and whether the stage was right."""


def site_calibration(
    nights: Sequence[JudgedNight], candidate: Candidate, day: datetime
) -> SiteCalibration | None:
    """Measure how sure a candidate may be.

    The temperature makes it most likely that the stages are as right as they were. It is used
    where it helps people it was not fitted on: fitted on all people but one, for each in turn, it
    must lower the mean log-loss of the one left out; else, and for one person alone, it is 1.

    Parameters
    ----------
    nights
        Those that count.
    candidate
        The one that was chosen.
    day
        When it was measured, as the site's clock has it.

    Returns
    -------
    None where it staged no epoch that a person scored.
    """
    by_person: dict[str, list[_Answers]] = {}
    for one in comparisons(nights, candidate):
        by_person.setdefault(one.night.person, []).append((one.confidence, one.right))
    if not by_person:
        return None
    people = [_together(answers) for answers in by_person.values()]
    temperature = _temperature(_together(people)) if _helps_others(people) else 1.0
    confidence, right = _together(people)
    n_nights = sum(map(len, by_person.values()))
    return SiteCalibration(
        temperature=temperature,
        review_curve=risk_coverage(calibrated(confidence, temperature), right).points,
        measured_on=(
            f"{counted(n_nights, 'night')} of {counted(len(people), 'person', 'people')}"
            f" of this site, {day.day} {_MONTHS[day.month - 1]} {day.year}"
        ),
    )


def _together(answers: Sequence[_Answers]) -> _Answers:
    return (
        np.concatenate([confidence for confidence, _ in answers]),
        np.concatenate([right for _, right in answers]),
    )


def _temperature(answers: _Answers) -> float:
    """The most likely one, between .1 and 10; there is but one, as in any logistic regression."""
    found = minimize_scalar(
        lambda log_temperature: _log_loss(answers, float(np.exp(log_temperature))),
        bounds=_LOG_BOUNDS,
        method="bounded",
    )
    return float(np.exp(found.x))


def _helps_others(people: Sequence[_Answers]) -> bool:
    if len(people) < 2:
        return False
    gains = []
    for at, person in enumerate(people):
        fitted = _temperature(_together([*people[:at], *people[at + 1 :]]))
        gains.append(_log_loss(person, 1.0) - _log_loss(person, fitted))
    return float(np.mean(gains)) > 0


def _log_loss(answers: _Answers, temperature: float) -> float:
    """Mean of -log of how likely the confidence says it is that the stage is as right as it was."""
    confidence, right = answers
    # A temperature of 1 leaves what is certain, and one error would cost everything.
    likely = np.clip(calibrated(confidence, temperature).astype(np.float64), 1e-4, 1 - 1e-4)
    return float(-np.log(np.where(right, likely, 1 - likely)).mean())
