"""How far figures of sleep by two scorers lie from each other, over nights (Bland & Altman)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sleepscorer.validation.people_means import t_half_width

LIMITS_SD = 1.96
"""The limits of agreement lie so many standard deviations from the bias."""
METHOD = (
    "Bias is the mean of the differences, other minus reference; limits of agreement are the bias"
    " plus and minus 1.96 standard deviations (Bland & Altman 1986, Lancet 327, 307-310). Their"
    " 95 % intervals are by Student's t, with the variance of the limits of Bland & Altman 1999,"
    " Stat Methods Med Res 8, 135-160; nights are taken as independent of each other."
)

_FEWEST = 2

Bounds = tuple[float, float]


@dataclass(frozen=True)
class BlandAltman:
    """One figure of sleep by two scorers.

    Parameters
    ----------
    means, differences
        By night, in the figure's unit: half the sum of the two, and the other minus the reference.
    n_left_out
        Nights of which one of the two, or both, have no value.
    bias
        Mean difference; None without a night.
    sd
        Standard deviation of the differences, n - 1; it and all below None for one night.
    low, high
        Limits of agreement.
    bias_interval, low_interval, high_interval
        95 % intervals.
    """

    means: tuple[float, ...]
    differences: tuple[float, ...]
    n_left_out: int
    bias: float | None = None
    sd: float | None = None
    low: float | None = None
    high: float | None = None
    bias_interval: Bounds | None = None
    low_interval: Bounds | None = None
    high_interval: Bounds | None = None

    @property
    def n_nights(self) -> int:
        """Nights that have a difference."""
        return len(self.differences)


def bland_altman(pairs: Sequence[tuple[float | None, float | None]]) -> BlandAltman:
    """Compare a figure of the nights by two scorers.

    Bias and limits of agreement are those of Bland & Altman 1986, Lancet 327, 307-310. The variance
    of a limit is ``sd**2 * (1 / n + 1.96**2 / (2 * (n - 1)))`` (Bland & Altman 1999, Statistical
    Methods in Medical Research 8, 135-160); intervals take Student's t of n - 1 degrees of freedom.

    Parameters
    ----------
    pairs
        Value by the reference and by the other, of each night; None where undefined.
    """
    both = [(one, other) for one, other in pairs if one is not None and other is not None]
    n_left_out = len(pairs) - len(both)
    means = tuple((one + other) / 2 for one, other in both)
    differences = tuple(float(other - one) for one, other in both)
    if not both:
        return BlandAltman((), (), n_left_out)
    n, bias = len(both), float(np.mean(differences))
    if n < _FEWEST:
        return BlandAltman(means, differences, n_left_out, bias)
    sd = float(np.std(differences, ddof=1))
    around_bias = t_half_width(sd, n)
    # Bland & Altman's variance, as that of a mean of n: a limit is known less well than the bias.
    around_limit = t_half_width(sd * math.sqrt(1 + LIMITS_SD**2 * n / (2 * (n - 1))), n)
    low, high = bias - LIMITS_SD * sd, bias + LIMITS_SD * sd
    return BlandAltman(
        means,
        differences,
        n_left_out,
        bias,
        sd,
        low,
        high,
        (bias - around_bias, bias + around_bias),
        (low - around_limit, low + around_limit),
        (high - around_limit, high + around_limit),
    )
