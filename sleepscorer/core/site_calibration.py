"""How sure a stager may be on the nights of one's own site, measured there."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.staging_result import ReviewCurve, Staging

_SMALLEST = 1e-4
_LEAST_TEMPERATURE, _MOST_TEMPERATURE = 0.05, 20.0


@dataclass(frozen=True)
class SiteCalibration:
    """What a site measured of the confidence of the stager that it chose.

    Parameters
    ----------
    temperature
        A confidence c becomes sigmoid(logit(c) / temperature): 1 leaves it, more is less sure.
        Stages and probabilities stay as they are.
    review_curve
        What reviewing the least certain epochs gained on those nights, by that confidence.
    measured_on
        ``"9 nights of 9 people of this site, 30 November 2026"``.
    """

    temperature: float
    review_curve: ReviewCurve
    measured_on: str


def is_temperature(value: float) -> bool:
    """Whether a file may say so: none that a fit gives lies beyond."""
    return _LEAST_TEMPERATURE <= value <= _MOST_TEMPERATURE


def calibrated(confidence: NDArray[np.floating], temperature: float) -> NDArray[np.float32]:
    """Make a confidence as sure as it was right on a site's nights.

    Parameters
    ----------
    confidence
        (n,) 0 to 1; NaN stays NaN.
    temperature
        Of the logit of the confidence (Guo et al. 2017); 1 leaves all as it is. For others no
        confidence counts as nearer to 0 or 1 than 1e-4: what is certain could not be made less so.

    Returns
    -------
    (n,) in the same order of certainty.
    """
    if temperature == 1:
        return np.array(confidence, dtype=np.float32)
    clipped = np.clip(confidence.astype(np.float64), _SMALLEST, 1 - _SMALLEST)
    logit = np.log(clipped) - np.log1p(-clipped)
    return np.asarray(1 / (1 + np.exp(-logit / temperature)), dtype=np.float32)


def with_calibration(staging: Staging, calibration: SiteCalibration) -> Staging:
    """Return the staging as sure as it was right on the site's nights; its stages are the same."""
    provenance = replace(
        staging.provenance,
        review_curve=calibration.review_curve,
        confidence_temperature=calibration.temperature,
        confidence_measured_on=calibration.measured_on,
    )
    confidence = calibrated(staging.confidence, calibration.temperature)
    return replace(staging, provenance=provenance, confidence=confidence)
