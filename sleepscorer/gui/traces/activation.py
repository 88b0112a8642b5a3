"""Where the network saw a stage, as a tint behind the traces of the epoch."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.gui.traces.geometry import TimeAxis
from sleepscorer.gui.traces.raster import Pixels
from sleepscorer.session_documents import Explanation

_FAINTEST = 0.08
# The grid stays to be seen through it.
_STRONGEST = np.float32(0.8)

Steps = NDArray[np.float32]


class Activation:
    """What is tinted.

    Parameters
    ----------
    explanation
        Says of each channel where in the epoch the network saw the stage.
    """

    def __init__(self, explanation: Explanation) -> None:
        self.stage = explanation.stage
        self._start_s = explanation.epoch * EPOCH_S
        self._by_name = {each.channel: each for each in explanation.maps}

    @property
    def is_seen(self) -> bool:
        """False where no part of the epoch speaks for the stage more than the rest does."""
        return any(_is_seen(each.values) for each in self._by_name.values())

    def behind(self, channels: Sequence[ResolvedDerivation]) -> list[Steps | None]:
        """What to tint behind each of the traces on the screen; None for nothing.

        Where a derivation is not shown, it is tinted behind those that begin with a part of it:
        E1-E2 behind E1-M2 and behind E2-M2.
        """
        names = self._names_behind(channels)
        found = (None if name is None else self._by_name[name].values for name in names)
        return [None if values is None or not _is_seen(values) else values for values in found]

    def hidden(self, channels: Sequence[ResolvedDerivation]) -> tuple[str, ...]:
        """The derivations that are behind none of the traces on the screen."""
        shown = self._names_behind(channels)
        return tuple(name for name in self._by_name if name not in shown)

    def _names_behind(self, channels: Sequence[ResolvedDerivation]) -> list[str | None]:
        shown = {channel.name for channel in channels}
        by_part = {
            label: name
            for name, each in self._by_name.items()
            if name not in shown
            for label in each.stored_labels
        }
        return [
            one.name if one.name in self._by_name else by_part.get(one.stored_labels[0])
            for one in channels
        ]

    def tinted(self, values: Steps, axis: TimeAxis, ground: Pixels, colour: int) -> Pixels:
        """A line of pixels behind a trace, tinted where the network saw the stage.

        Parameters
        ----------
        values
            Of :meth:`behind`.
        axis
            Where times lie.
        ground
            (n_columns,) ``0xffRRGGBB`` without the tint.
        colour
            Of the strongest tint.
        """
        px_per_s = ground.size / (axis.stop_s - axis.start_s)
        start_s = self._start_s
        first, stop = (
            min(max(round((time_s - axis.start_s) * px_per_s), 0), ground.size)
            for time_s in (start_s, start_s + EPOCH_S)
        )
        times_s = axis.start_s + (np.arange(first, stop) + 0.5) / px_per_s - start_s
        centres_s = (np.arange(values.size) + 0.5) * (EPOCH_S / values.size)
        shares = _STRONGEST * np.interp(times_s, centres_s, values).astype(np.float32)
        tinted = ground.copy()
        tinted[first:stop] = _mixed(ground[first:stop], colour, shares)
        return tinted


def _is_seen(values: Steps) -> bool:
    return float(values.max(initial=0.0)) >= _FAINTEST


def _mixed(ground: Pixels, colour: int, shares: Steps) -> Pixels:
    """Pixels with these shares of a colour."""
    mixed = np.full(ground.shape, 0xFF000000, np.uint32)
    for shift in (16, 8, 0):
        old, new = (ground >> shift & 0xFF).astype(np.float32), float(colour >> shift & 0xFF)
        mixed |= np.rint(old + (new - old) * shares).astype(np.uint32) << shift
    return mixed
