"""Unbroken stretches of true values, as start and stop indices."""

import numpy as np
from numpy.typing import NDArray


def runs_of(mask: NDArray[np.bool_]) -> NDArray[np.int_]:
    """Find each unbroken run of True.

    Parameters
    ----------
    mask
        (n,) bool.

    Returns
    -------
    (n_runs, 2) start and stop of each run, in order; ``mask[start:stop]`` is true.
    """
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
    return edges.reshape(-1, 2)


def joined_runs(runs: NDArray[np.int_], min_gap: float) -> NDArray[np.int_]:
    """Join neighbouring runs that fewer than ``min_gap`` false values separate.

    Parameters
    ----------
    runs
        (n_runs, 2) as of :func:`runs_of`.
    min_gap
        The shortest gap that still separates two runs.

    Returns
    -------
    (n_joined, 2) start and stop of each joined run, in order.
    """
    separate = runs[1:, 0] - runs[:-1, 1] >= min_gap
    edge = np.ones(min(1, len(runs)), dtype=bool)
    starts = runs[np.concatenate((edge, separate)), 0]
    stops = runs[np.concatenate((separate, edge)), 1]
    return np.column_stack((starts, stops))
