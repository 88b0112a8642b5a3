"""A night read in overlapping windows, whose answers are averaged."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.progress import Progress, silent
from sleepscorer.core.stages import STAGES

WINDOW_EPOCHS = 40
"""Length of the sequences the head is trained on: 20 minutes."""

_STRIDE_EPOCHS = 10
_WINDOWS_PER_BATCH = 32

Head = Callable[[NDArray[np.float32], NDArray[np.float32]], NDArray[np.float32]]
"""Gives (batch, length, 5) probabilities of (batch, length, 10) powers and (..., 2) presence."""


def averaged_windows(
    head: Head,
    powers: NDArray[np.float32],
    present: NDArray[np.float32],
    progress: Progress = silent,
) -> NDArray[np.float64]:
    """Stage a whole night; an epoch counts most where it lies in the middle of a window.

    Parameters
    ----------
    head
        Stages a batch of windows.
    powers
        (n_epochs, 10) scaled log band powers of EEG and EOG.
    present
        (n_epochs, 2) 1 where each can be used.
    progress
        Called for every batch of windows.

    Returns
    -------
    (n_epochs, 5) probabilities.
    """
    n_epochs = len(present)
    length = min(WINDOW_EPOCHS, n_epochs)
    starts = sorted({*range(0, n_epochs - length + 1, _STRIDE_EPOCHS), n_epochs - length})
    weight = np.minimum(np.arange(1, length + 1), np.arange(length, 0, -1)).astype(float)
    total = np.zeros((n_epochs, len(STAGES)))
    count = np.zeros(n_epochs)
    for first in range(0, len(starts), _WINDOWS_PER_BATCH):
        batch = starts[first : first + _WINDOWS_PER_BATCH]
        progress(first / len(starts), "staging")
        answers = head(
            np.stack([powers[start : start + length] for start in batch]),
            np.stack([present[start : start + length] for start in batch]),
        )
        for start, answer in zip(batch, answers, strict=True):
            total[start : start + length] += weight[:, None] * answer
            count[start : start + length] += weight
    return total / count[:, None]
