"""How sure a stager may be: temperature, reliability, and what a review would gain."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from sleepscorer.staging.networks.staging_network import StagingNetwork

_N_BINS = 15


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
    logits, wanted = torch.tensor(log_probabilities), torch.tensor(labels)
    candidates = np.linspace(0.4, 2.5, 211)
    losses = [float(functional.cross_entropy(logits / t, wanted)) for t in candidates]
    best = float(candidates[int(np.argmin(losses))])
    network.log_temperature.fill_(np.log(best))
    return best


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


def reliability(probabilities: NDArray[np.floating], labels: NDArray[np.int64]) -> Reliability:
    """Compare confidence and accuracy in 15 bins of equal width (Guo et al. 2017).

    Parameters
    ----------
    probabilities
        (n, 5).
    labels
        (n,) 0 to 4.
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
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
    """

    reviewed: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    errors_found: NDArray[np.float64]


def risk_coverage(
    probabilities: NDArray[np.floating], labels: NDArray[np.int64], *, n_points: int = 101
) -> RiskCoverage:
    """Review the least certain epochs first, by the probability of the most probable stage."""
    wrong = probabilities.argmax(axis=1) != labels
    order = np.argsort(probabilities.max(axis=1), kind="stable")
    found = np.concatenate([[0], np.cumsum(wrong[order])])
    reviewed = np.linspace(0, 1, n_points)
    at = np.round(reviewed * len(labels)).astype(int)
    n_wrong = max(int(wrong.sum()), 1)
    return RiskCoverage(reviewed, 1 - (found[-1] - found[at]) / len(labels), found[at] / n_wrong)
