"""A night read in overlapping windows, whose answers are averaged."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.progress import Progress, silent

WINDOW_EPOCHS = 100
"""Length of the sequences the heads are trained on: 50 minutes, half a cycle of sleep."""

_STRIDE_EPOCHS = 25
_WINDOWS_PER_BATCH = 32

Head = Callable[[NDArray[np.float32], NDArray[np.float32]], NDArray[np.float32]]
"""Gives (batch, length, n_answers) of (batch, length, n_kinds, n_features) and their presence."""


def averaged_windows(
    head: Head,
    features: NDArray[np.float32],
    present: NDArray[np.float32],
    progress: Progress = silent,
) -> NDArray[np.float64]:
    """Stage a whole night; an epoch counts most where it lies in the middle of a window.

    Parameters
    ----------
    head
        Stages a batch of windows.
    features
        (n_epochs, n_kinds, n_features).
    present
        (n_epochs, n_kinds) 1 where each can be used.
    progress
        Called for every batch of windows.

    Returns
    -------
    (n_epochs, n_answers).
    """
    n_epochs = len(present)
    length = min(WINDOW_EPOCHS, n_epochs)
    starts = sorted({*range(0, n_epochs - length + 1, _STRIDE_EPOCHS), n_epochs - length})
    weight = np.minimum(np.arange(1, length + 1), np.arange(length, 0, -1)).astype(float)
    total = np.zeros((n_epochs, 0))
    count = np.zeros(n_epochs)
    for first in range(0, len(starts), _WINDOWS_PER_BATCH):
        batch = starts[first : first + _WINDOWS_PER_BATCH]
        progress(first / len(starts), "staging")
        answers = head(
            np.stack([features[start : start + length] for start in batch]),
            np.stack([present[start : start + length] for start in batch]),
        )
        if not total.size:
            total = np.zeros((n_epochs, answers.shape[-1]))
        for start, answer in zip(batch, answers, strict=True):
            total[start : start + length] += weight[:, None] * answer
            count[start : start + length] += weight
    return total / count[:, None]
