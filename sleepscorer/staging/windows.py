"""A night read in overlapping windows, whose answers are averaged."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.progress import Progress, silent

WINDOW_EPOCHS = 100
"""Length of the sequences the heads are trained on: 50 minutes, half a cycle of sleep."""

_STRIDE_EPOCHS = 25
# More at once are no faster on a processor, and take 8 MB each of the largest head.
_WINDOWS_PER_BATCH = 8

Head = Callable[[NDArray[np.float32], NDArray[np.float32]], NDArray[np.float32]]
"""Gives (batch, length, n_answers) of (batch, length, n_kinds, n_features) and their presence."""

Run = Callable[[Sequence[int]], NDArray[np.float32]]
Each = Callable[[Run, Sequence[Sequence[int]]], Iterable[NDArray[np.float32]]]


def averaged_windows(
    head: Head,
    features: NDArray[np.float32],
    present: NDArray[np.float32],
    progress: Progress = silent,
    *,
    each: Each = map,
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
        Called at the beginning, and after every batch of windows.
    each
        Runs the head on each batch, as :func:`map` does.

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
    batches = [
        starts[first : first + _WINDOWS_PER_BATCH]
        for first in range(0, len(starts), _WINDOWS_PER_BATCH)
    ]

    def run(batch: Sequence[int]) -> NDArray[np.float32]:
        return head(
            np.stack([features[start : start + length] for start in batch]),
            np.stack([present[start : start + length] for start in batch]),
        )

    progress(0.0, "staging")
    for done, (batch, answers) in enumerate(zip(batches, each(run, batches), strict=True), 1):
        if not total.size:
            total = np.zeros((n_epochs, answers.shape[-1]))
        for start, answer in zip(batch, answers, strict=True):
            total[start : start + length] += weight[:, None] * answer
            count[start : start + length] += weight
        progress(done / len(batches), "staging")
    return total / count[:, None]
