"""How sure a stager may be: temperature, reliability, and what a review would gain."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from torch.nn import functional

from sleepscorer.core.staging_result import ReviewCurve
from sleepscorer.staging.confidence import N_RANKED, ConfidenceModel
from sleepscorer.staging.networks.staging_network import StagingNetwork

_N_BINS = 15
_RIDGE = 1e-3


def calibrate(
    network: StagingNetwork, log_probabilities: NDArray[np.floating], labels: NDArray[np.int64]
) -> float:
    """Set the temperature that makes held-out labels most likely (Guo et al. 2017).

    One number for all stages: it changes no stage, only how sure the network is. A bias for each
    stage makes the common ones likelier and N1 rarer still; it is left at zero.

    Parameters
    ----------
    network
        Its temperature is set.
    log_probabilities
        (n, 5) at temperature 1.
    labels
        (n,) 0 to 4.

    Returns
    -------
    The temperature.
    """
    best = best_temperature(log_probabilities, labels)
    network.log_temperature.fill_(np.log(best))
    return best


def best_temperature(log_probabilities: NDArray[np.floating], labels: NDArray[np.int64]) -> float:
    """The temperature that makes (n,) labels most likely by (n, 5) at temperature 1."""
    logits, wanted = torch.tensor(log_probabilities), torch.tensor(labels)
    candidates = np.linspace(0.4, 2.5, 211)
    losses = [float(functional.cross_entropy(logits / t, wanted)) for t in candidates]
    return float(candidates[int(np.argmin(losses))])


def fit_confidence(
    probabilities: NDArray[np.floating], labels: NDArray[np.int64]
) -> ConfidenceModel:
    """Learn how likely the most probable stage is right, from held-out labels.

    Parameters
    ----------
    probabilities
        (n, 5) calibrated.
    labels
        (n,) 0 to 4.
    """
    inputs = ConfidenceModel.inputs(probabilities)
    sign = np.where(probabilities.argmax(axis=1) == labels, 1.0, -1.0)

    def loss(coefficients: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = sign * (inputs @ coefficients)
        slope = -sign / (1 + np.exp(margin))
        ridge = _RIDGE * coefficients
        value = float(np.logaddexp(0, -margin).mean() + 0.5 * ridge @ coefficients)
        return value, inputs.T @ slope / len(sign) + ridge

    found = minimize(loss, np.zeros(inputs.shape[1]), jac=True, method="L-BFGS-B").x.tolist()
    return ConfidenceModel(tuple(found[:N_RANKED]), tuple(found[N_RANKED:]))


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
