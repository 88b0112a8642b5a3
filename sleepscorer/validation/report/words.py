"""How the report says its figures, on the page and in the workbook alike."""

import math
from collections.abc import Sequence

import numpy as np

from sleepscorer.core.metrics import DEFINITIONS, Definition
from sleepscorer.core.site_calibration import SiteCalibration, calibrated
from sleepscorer.core.stages import STAGES
from sleepscorer.core.wording import counted, percent
from sleepscorer.validation.candidates import Candidate, JudgedNight
from sleepscorer.validation.found import CandidateFigures, Estimate, Validation

DASH = "–"
REVIEWED = (0.1, 0.2, 0.3)
"""Shares of a night whose review is said on the first page."""

_MINUS = "\N{MINUS SIGN}"
_DEFINITIONS = {definition.key: definition for definition in DEFINITIONS}
_SURE = 0.9
_ABOUT_RIGHT = 0.05


def number(value: float | None, digits: int = 2, *, signed: bool = False) -> str:
    """Write a number for people; a dash where it has no value."""
    if value is None or math.isnan(value):
        return DASH
    rounded = round(value, digits) + 0.0
    sign = _MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
    return f"{sign}{abs(rounded):.{digits}f}"


def interval(estimate: Estimate, digits: int = 2, *, signed: bool = False) -> str:
    """Write an interval, or why there is none: ``"0.69 to 0.79"``, ``"one person"``.

    Nothing where there is no value either.
    """
    if estimate.value is None:
        return ""
    if estimate.low is None or estimate.high is None:
        return "one person"
    return " to ".join(number(end, digits, signed=signed) for end in (estimate.low, estimate.high))


def definition_of(key: str) -> Definition:
    """Return what a figure of sleep is called, its unit and its rule."""
    return _DEFINITIONS[key]


def counted_nights(validation: Validation) -> tuple[JudgedNight, ...]:
    """The nights that count for the verdict."""
    return tuple(night for night in validation.nights if not night.left_out)


def figures_of(validation: Validation, candidate: Candidate) -> CandidateFigures | None:
    """What was found of a candidate; None where nothing was."""
    return next((one for one in validation.figures if one.candidate == candidate), None)


def errors_found(figures: CandidateFigures, share: float) -> float | None:
    """Share of a candidate's errors that lie in its least confident epochs.

    Parameters
    ----------
    figures
        Of the candidate.
    share
        Of the epochs, 0 to 1. Between two measured points it lies on the line between them.

    Returns
    -------
    None where no errors were measured.
    """
    if not figures.review:
        return None
    reviewed, found = zip(*figures.review, strict=True)
    if not reviewed[0] <= share <= reviewed[-1]:
        return None
    return float(np.interp(share, reviewed, found))


def review_sentence(figures: CandidateFigures, share: float) -> str:
    """Say what reviewing a share of the epochs finds."""
    found = errors_found(figures, share)
    if found is None:
        return f"Review {percent(share)}: what that finds was not measured."
    return f"Review {percent(share)}, find {percent(found)} of the errors on your nights."


def temperature_sentence(calibration: SiteCalibration) -> str:
    """Say in words what the local temperature does to a confidence."""
    temperature = calibration.temperature
    written = f"temperature {number(temperature)}"
    if abs(temperature - 1) < _ABOUT_RIGHT:
        return f"It is right about as often on your nights as its confidence says ({written})."
    shown = percent(float(calibrated(np.array([_SURE]), temperature)[0]))
    more = "less" if temperature > 1 else "more"
    return (
        f"It is right {more} often on your nights than its confidence says: where it says"
        f" {percent(_SURE)} sure, {shown} is shown here ({written})."
    )


def counted_sentence(validation: Validation) -> str:
    """Say how many nights and people count, and how many do not."""
    nights = counted_nights(validation)
    people = len({night.person for night in nights})
    verb = "counts" if len(nights) == 1 else "count"
    text = f"{counted(len(nights), 'night')} of {counted(people, 'person', 'people')} {verb}"
    left_out = len(validation.nights) - len(nights)
    others = [
        *([f"{counted(left_out, 'night')} left out"] if left_out else []),
        *(
            [f"{counted(len(validation.not_judged), 'file')} not judged"]
            if validation.not_judged
            else []
        ),
    ]
    return f"{text}; {' and '.join(others)}." if others else f"{text}."


def power_sentences(validation: Validation) -> tuple[str, ...]:
    """Say what this number of people can show, as it was measured."""
    verdict = validation.verdict
    if verdict is None:
        return ()
    sentences = []
    figures = figures_of(validation, verdict.choice)
    half = None if figures is None else _half_width(figures.kappa)
    if figures is not None and half is not None:
        sentences.append(
            f"With {counted(figures.n_people, 'person', 'people')} who differ as these do, mean"
            f" kappa is known to ±{number(half, 3)}."
        )
    if not verdict.is_decisive:
        sentences.append(
            "These are too few people to choose another stager: they reveal one that fails here,"
            " not which of two good ones is better."
        )
    return tuple(sentences)


def no_value_reason(figures: CandidateFigures) -> str:
    """Say shortly why a candidate has no mean kappa or accuracy."""
    return "" if figures.n_nights else "no night"


def metric_reason(n_nights: int) -> str:
    """Say shortly why a figure of sleep has no limits of agreement."""
    return {0: "no night has both", 1: "one night"}.get(n_nights, "")


def confusion_shares(confusion: Sequence[Sequence[int]]) -> tuple[tuple[float | None, ...], ...]:
    """(5, 5) each count as a share of its row; None in rows without epochs."""
    return tuple(
        tuple(count / sum(row) if sum(row) else None for count in row) for row in confusion
    )


def stage_texts() -> tuple[str, ...]:
    """Names of the stages in the order of the confusion counts."""
    return tuple(stage.text for stage in STAGES)


def _half_width(estimate: Estimate) -> float | None:
    if estimate.low is None or estimate.high is None:
        return None
    return (estimate.high - estimate.low) / 2
