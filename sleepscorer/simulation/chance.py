"""Random numbers that depend on the seed, a name and a page only, never on the order of calls."""

from zlib import crc32

import numpy as np
from numpy.typing import NDArray


def generator(seed: int, name: str, page: int = 0) -> np.random.Generator:
    """Return the generator of one process (``name``) on one page of one night.

    Pages count from -1: noise that fades into the first page starts on the one before it.
    """
    sequence = np.random.SeedSequence([seed, crc32(name.encode()), page + 1])
    return np.random.Generator(np.random.PCG64(sequence))


def poisson_times(
    rate_per_s: NDArray[np.float64],
    grid_hz: float,
    *,
    min_gap_s: float,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Draw the times of a Poisson process with a varying rate and a dead time.

    Parameters
    ----------
    rate_per_s
        (n_grid,) events per second, on an even grid from time 0.
    grid_hz
        Grid points a second.
    min_gap_s
        Times nearer than this to the last kept one are dropped.
    rng
        Source of chance.

    Returns
    -------
    (n_events,) seconds, rising.
    """
    total = np.concatenate([[0.0], np.cumsum(rate_per_s) / grid_hz])
    drawn = np.sort(rng.uniform(0.0, total[-1], rng.poisson(total[-1])))
    times = np.interp(drawn, total, np.arange(total.size) / grid_hz)
    kept: list[float] = []
    last = -np.inf
    for time in times.tolist():
        if time - last >= min_gap_s:
            kept.append(time)
            last = time
    return np.array(kept, dtype=np.float64)


def smooth_noise(
    n_points: int, grid_hz: float, *, time_constant_s: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return (n_points,) Gaussian noise of unit variance, changing over ``time_constant_s``."""
    step = max(int(time_constant_s * grid_hz), 1)
    coarse = rng.standard_normal(n_points // step + 4)
    # Between two knots the squares of the interpolating weights average 2/3.
    values = np.interp(np.arange(n_points) / step, np.arange(coarse.size), coarse)
    return np.asarray(values / np.sqrt(2 / 3))
