"""Where the network saw a stage, as a tint behind the traces of the epoch."""

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.stages import EPOCH_S
from sleepscorer.gui.traces.geometry import TimeAxis
from sleepscorer.gui.traces.raster import Pixels

# The grid stays to be seen through it.
_STRONGEST = np.float32(0.8)


def tinted(
    ground: Pixels, values: NDArray[np.float32], *, epoch: int, axis: TimeAxis, colour: int
) -> Pixels:
    """Tint a line of pixels behind a trace where the network saw the stage.

    Parameters
    ----------
    ground
        (n_columns,) ``0xffRRGGBB`` without the tint.
    values
        (n_steps,) float32 from 0 to 1: how much, from the start of the epoch to its end. Steps of
        0 stay without a tint to their edges.
    epoch
        Its index.
    axis
        Where times lie.
    colour
        Of the strongest tint.

    Returns
    -------
    (n_columns,) ``0xffRRGGBB``.
    """
    px_per_s = ground.size / (axis.stop_s - axis.start_s)
    start_s = epoch * EPOCH_S
    first, stop = (
        min(max(round((time_s - axis.start_s) * px_per_s), 0), ground.size)
        for time_s in (start_s, start_s + EPOCH_S)
    )
    times_s = axis.start_s + (np.arange(first, stop) + 0.5) / px_per_s - start_s
    centres_s = (np.arange(values.size) + 0.5) * (EPOCH_S / values.size)
    steps = np.clip((times_s * (values.size / EPOCH_S)).astype(int), 0, values.size - 1)
    # Soft between the steps that are seen, and no further than the words say.
    smooth = np.where(values[steps] > 0, np.interp(times_s, centres_s, values), 0.0)
    shares = _STRONGEST * smooth.astype(np.float32)
    line = ground.copy()
    line[first:stop] = _mixed(ground[first:stop], colour, shares)
    return line


def _mixed(ground: Pixels, colour: int, shares: NDArray[np.float32]) -> Pixels:
    """Pixels with these shares of a colour."""
    mixed = np.full(ground.shape, 0xFF000000, np.uint32)
    for shift in (16, 8, 0):
        old, new = (ground >> shift & 0xFF).astype(np.float32), float(colour >> shift & 0xFF)
        mixed |= np.rint(old + (new - old) * shares).astype(np.uint32) << shift
    return mixed
