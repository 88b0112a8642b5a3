"""How sure a stager may be: its temperature, and what its confidence is learned from."""

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from torch.nn import functional

from sleepscorer.staging.confidence import N_RANKED, ConfidenceModel
from sleepscorer.staging.networks.staging_network import StagingNetwork

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
