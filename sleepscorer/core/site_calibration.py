"""How sure a stager may be on the nights of one's own site, measured there."""

from dataclasses import dataclass

from sleepscorer.core.staging_result import ReviewCurve


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
