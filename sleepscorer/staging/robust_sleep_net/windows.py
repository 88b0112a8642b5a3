"""A night in overlapping windows, staged by several networks whose answers are averaged."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sleepscorer.core.progress import Progress, silent
from sleepscorer.core.stages import STAGES
from sleepscorer.staging.robust_sleep_net.network import RobustSleepNet
from sleepscorer.staging.robust_sleep_net.spectra import (
    log_spectra,
    standardised,
    with_bad_frames_filled,
)

WINDOW_EPOCHS = 21
_STRIDE_EPOCHS = 5
_WINDOWS_PER_BATCH = 8


def stage_epochs(
    networks: Sequence[RobustSleepNet],
    epochs: NDArray[np.float32],
    good: NDArray[np.bool_],
    progress: Progress = silent,
) -> NDArray[np.float32]:
    """Stage every epoch of a record.

    Parameters
    ----------
    networks
        Whose probabilities are averaged.
    epochs
        (n_epochs, n_channels, 1800) scaled samples at 60 Hz.
    good
        (n_epochs, n_channels, 28) bool: the frames that hold a signal.
    progress
        Called for every few windows.

    Returns
    -------
    (n_epochs, 5), NaN where no channel holds a signal.
    """
    n_epochs = len(epochs)
    length = min(WINDOW_EPOCHS, n_epochs)
    starts = sorted({*range(0, n_epochs - length + 1, _STRIDE_EPOCHS), n_epochs - length})
    present: NDArray[np.bool_] = np.asarray(good.any(axis=(1, 2)))
    total, count = np.zeros((n_epochs, len(STAGES))), np.zeros(n_epochs)
    for first in range(0, len(starts), _WINDOWS_PER_BATCH):
        progress(first / len(starts), "staging")
        rows = np.add.outer(starts[first : first + _WINDOWS_PER_BATCH], np.arange(length))
        # A window in which little is there has little to be standardised by.
        weights = present[rows].mean(axis=1)
        rows, weights = rows[weights > 0], weights[weights > 0]
        if not rows.size:
            continue
        answers = _mean_answer(networks, epochs, good, rows)
        for row, weight, answer in zip(rows, weights, answers, strict=True):
            total[row] += weight * answer
            count[row] += weight
    total[~present] = np.nan
    return (total / np.maximum(count, 1e-9)[:, None]).astype(np.float32)


def window_inputs(
    epochs: NDArray[np.float32], good: NDArray[np.bool_], rows: NDArray[np.int_]
) -> tuple[Tensor, Tensor]:
    """What the network is given of windows.

    Parameters
    ----------
    epochs, good
        As of :func:`stage_epochs`.
    rows
        (n_windows, n_epochs) the epochs of each window, which lie close together.

    Returns
    -------
    (n_windows, n_epochs, n_channels, 65, 28) standardised spectra, and
    (n_windows, n_epochs, n_channels) bool where there is a signal.
    """
    span = slice(rows.min(), rows.max() + 1)
    chosen = torch.from_numpy(rows - span.start)
    spectra = with_bad_frames_filled(log_spectra(epochs[span]), good[span])
    counted = torch.from_numpy(good[span])[chosen]
    return standardised(spectra[chosen], counted), counted.any(dim=3)


def _mean_answer(
    networks: Sequence[RobustSleepNet],
    epochs: NDArray[np.float32],
    good: NDArray[np.bool_],
    rows: NDArray[np.int_],
) -> NDArray[np.float64]:
    """(n_windows, n_epochs, 5) of the epochs ``rows`` (n_windows, n_epochs), which overlap."""
    with torch.inference_mode():
        inputs, present = window_inputs(epochs, good, rows)
        each = [torch.softmax(network(inputs, present), dim=-1) for network in networks]
        mean: NDArray[np.float64] = torch.stack(each).double().mean(dim=0).numpy()
    return mean
