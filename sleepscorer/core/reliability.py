"""What a confidence is worth: how often it is right, and what a review by it would gain."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.staging_result import ReviewCurve

_N_BINS = 15


@dataclass(frozen=True, eq=False)
class Reliability:
    """How often a confidence is right.

    Parameters
    ----------
    confidence, accuracy, share
        (n_bins,) mean confidence, accuracy and share of the epochs of each bin that holds any.
    """

    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    share: NDArray[np.float64]

    @property
    def error(self) -> float:
        """Expected calibration error: the mean gap between the two, weighed by share."""
        return float(np.sum(np.abs(self.confidence - self.accuracy) * self.share))


def reliability(confidence: NDArray[np.floating], right: NDArray[np.bool_]) -> Reliability:
    """Compare confidence and accuracy in 15 bins of equal width (Guo et al. 2017).

    Parameters
    ----------
    confidence
        (n,) 0 to 1.
    right
        (n,) whether the stage was.
    """
    bins = np.minimum((confidence * _N_BINS).astype(int), _N_BINS - 1)
    held = [bins == b for b in range(_N_BINS) if (bins == b).any()]
    return Reliability(
        np.array([confidence[inside].mean() for inside in held]),
        np.array([right[inside].mean() for inside in held]),
        np.array([inside.mean() for inside in held]),
    )


@dataclass(frozen=True, eq=False)
class RiskCoverage:
    """What is left wrong when the least certain epochs are reviewed.

    Parameters
    ----------
    reviewed
        (n,) share of the epochs that a person looks at, from 0 to 1.
    accuracy
        (n,) of all epochs, if the person sets every reviewed one right.
    errors_found
        (n,) share of the errors that lie in the reviewed epochs.
    confidence
        (n,) highest among the reviewed epochs; the lowest of all where none is.
    """

    reviewed: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    errors_found: NDArray[np.float64]
    confidence: NDArray[np.float64]

    @property
    def points(self) -> ReviewCurve:
        """What weights carry with them, rounded."""
        columns = (self.reviewed, self.confidence, self.accuracy)
        rounded = (np.round(column, 5).tolist() for column in columns)
        return tuple((share, high, right) for share, high, right in zip(*rounded, strict=True))


def risk_coverage(
    confidence: NDArray[np.floating], right: NDArray[np.bool_], *, n_points: int = 21
) -> RiskCoverage:
    """Review the least certain epochs first (El-Yaniv & Wiener 2010).

    Parameters
    ----------
    confidence
        (n,) 0 to 1.
    right
        (n,) whether the stage was.
    n_points
        Of the curve, evenly from nothing reviewed to everything.
    """
    order = np.argsort(confidence, kind="stable")
    found = np.concatenate([[0], np.cumsum(~right[order])])
    reviewed = np.linspace(0, 1, n_points)
    at = np.round(reviewed * len(right)).astype(int)
    return RiskCoverage(
        reviewed,
        1 - (found[-1] - found[at]) / len(right),
        found[at] / max(int(found[-1]), 1),
        confidence[order][np.maximum(at - 1, 0)].astype(np.float64),
    )
