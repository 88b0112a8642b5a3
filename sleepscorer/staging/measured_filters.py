"""Which filters a channel went through before it was stored, as its own spectrum shows.

A filter is linear: what is asleep and awake, artefacts too, falls alike beyond its cut-off, and
much faster than the power of EEG or EOG falls with frequency. Only filters of second order and
more can be told so; a single resistor and capacitor (first order) bends a spectrum no more than
people differ. What was seen on real recordings without such filters and on simulated nights, and
on the same after Butterworth filters of orders 1 to 8, stands at each limit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.prefilters import Prefilter
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.staging.preprocess import PASS_BANDS_HZ, Band, pass_gain

_SLOW_EDGES_HZ = (0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.2, 1.6, 2.0, 2.4, 3.2, 4.0)
_FAST_EDGES_HZ = (8.0, 10.0, 12.0, 15.0, 18.0, 21.0, 24.0, 27.0, 30.0, 33.0, 36.0)
_N_SLOW = len(_SLOW_EDGES_HZ) - 1
_LEAST_EPOCHS = 10

_BELOW, _REFERENCE = slice(2, 4), slice(7, 10)
"""0.2 to 0.4 Hz, and 0.8 to 1.6 Hz."""
_TOLD_BELOW_DB = -8.0
"""Density below the cut-off against that of the reference. Without a high-pass from 0.5 Hz: -4.4 dB
(a steep one at 0.35 Hz) to 11 dB; behind one of 1 Hz and second order: -8.9 dB and less."""
_LEAST_TOLD_HZ = 0.6

_BEFORE, _BEYOND, _FAST, _ALPHA = 4, 8, 6, 0
"""18 to 21 Hz, 30 to 33 Hz, 24 to 27 Hz, 8 to 10 Hz among the fast bands."""
_TOLD_BEYOND_DB = -12.0
"""From 18-21 to 30-33 Hz. Without a low-pass, or with one at 35 Hz: -9.2 to 0 dB; behind one of
25 Hz and fourth order: -14 dB and less, of 15 Hz and second order: -12.5 dB and less."""
_TOLD_FAST_DB = -28.0
"""From 8-10 to 24-27 Hz, for what sinks into the amplifier's noise beyond its cut-off: at least
-17 dB without a low-pass; -29 dB and less behind one of 15 Hz and fourth order."""
_MOST_TOLD_HZ = 29.0
_LEAST_RATE_HZ = 75.0
"""Up to 0.4 times this the filter against aliases leaves the spectrum as it is; 30 Hz."""

_ORDERS = (2, 3, 4, 6, 8)
_HIGH_PASSES_HZ = np.geomspace(0.3, 4.0, 40)
_LOW_PASSES_HZ = np.geomspace(8.0, 34.0, 40)
_FALLS = (0.0, 0.5, 1.0, 1.5, 2.0)
"""Of the density of slow waves with frequency, an exponent."""
_USUAL_FAST_DB = (0.0, -2.2, -3.9, -7.7, -9.5, -10.9, -12.1, -13.4, -14.5, -15.4)
"""Density of the fast bands of EEG without a filter, the mean over a clinical recording and three
simulated nights; others are taken for a multiple of it."""
_MULTIPLES = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
_SLOW_FLOOR_DB, _FAST_FLOOR_DB = -25.0, -35.0
"""Farther below the highest band stands what leaked there, or noise."""


@dataclass(frozen=True)
class MeasuredFilter(Prefilter):
    """What the spectrum of a channel shows of filters.

    Parameters
    ----------
    high_pass_hz, low_pass_hz
        Cut-offs where one is told, right to about a third; None where none is.
    below_db, beyond_db
        Median density from 0.2 to 0.4 Hz against that from 0.8 to 1.6 Hz, and from 30 to 33 Hz
        against that from 18 to 21 Hz; None where there is too little to tell, or the channel is
        stored or passed too slowly.
    """

    below_db: float | None = None
    beyond_db: float | None = None


def profiles_of(fine: NDArray[np.float64], kind: Band) -> NDArray[np.float32]:
    """(n, 24) density in bands from 0.1 to 4 Hz and from 8 to 36 Hz, dB, as it was stored.

    Parameters
    ----------
    fine
        (n, 1501) power of epochs of 30 s at 100 Hz, behind the stager's pass band, which is made
        good.
    kind
        Which band was passed.
    """
    starts, is_band, passed_widths = _bands(fine.shape[1], kind)
    # The last start is where the last band ends.
    sums = np.add.reduceat(fine[:, : starts[-1]], starts[:-1], axis=1)[:, is_band]
    density = sums / passed_widths + np.finfo(np.float32).tiny
    return np.asarray(10 * np.log10(density), dtype=np.float32)


@lru_cache(maxsize=4)
def _bands(
    n_bins: int, kind: Band
) -> tuple[NDArray[np.int_], NDArray[np.bool_], NDArray[np.float64]]:
    """Where bands, and the gap between slow and fast ones, begin; which are bands; their widths.

    The widths are in bins, times the share of the power that the stager's pass band leaves.
    """
    edges_hz = np.array((*_SLOW_EDGES_HZ, *_FAST_EDGES_HZ))
    starts = np.round(edges_hz * EPOCH_S).astype(int)
    is_band = np.arange(starts.size - 1) != _N_SLOW
    power = np.square(pass_gain(n_bins, EPOCH_S, kind))
    passed = np.add.reduceat(power[: starts[-1]], starts[:-1])[is_band]
    # What the pass band leaves nothing of is not asked.
    return starts, is_band, np.where(passed > 1e-2, passed, 1.0)


def measured_filter(
    profiles: NDArray[np.float32], sound: NDArray[np.bool_], kind: Band, rate_hz: float
) -> MeasuredFilter:
    """Tell the filters of a channel from its epochs.

    Parameters
    ----------
    profiles
        (n_epochs, 24) of :func:`profiles_of`.
    sound
        (n_epochs,) the epochs that hold a signal; the median over them is taken.
    kind
        Which band was passed; a chin EMG has no slow waves to tell by.
    rate_hz
        As stored.
    """
    if kind == "emg" or int(sound.sum()) < _LEAST_EPOCHS:
        return MeasuredFilter()
    usual = np.median(profiles[sound].astype(np.float64), axis=0)
    slow, fast = usual[:_N_SLOW], usual[_N_SLOW:]
    below_db = float(slow[_BELOW].mean() - slow[_REFERENCE].mean())
    high_pass_hz = low_pass_hz = beyond_db = None
    if below_db < _TOLD_BELOW_DB:
        found_hz = _best(slow, _slow_templates(), _SLOW_FLOOR_DB)
        high_pass_hz = found_hz if found_hz >= _LEAST_TOLD_HZ else None
    if rate_hz >= _LEAST_RATE_HZ and PASS_BANDS_HZ[kind][1] >= _FAST_EDGES_HZ[_BEYOND]:
        beyond_db = float(fast[_BEYOND] - fast[_BEFORE])
        if beyond_db < _TOLD_BEYOND_DB or fast[_FAST] - fast[_ALPHA] < _TOLD_FAST_DB:
            found_hz = _best(fast, _fast_templates(), _FAST_FLOOR_DB)
            low_pass_hz = found_hz if found_hz <= _MOST_TOLD_HZ else None
    return MeasuredFilter(high_pass_hz, low_pass_hz, below_db, beyond_db)


Templates = tuple[NDArray[np.float64], NDArray[np.float64]]
"""(n,) cut-offs, Hz, and (n, n_bands) the profiles behind them, dB."""


def _best(profile: NDArray[np.float64], templates: Templates, floor_db: float) -> float:
    """The cut-off whose profile is nearest, whatever the gain."""
    cut_offs_hz, shapes = templates
    apart = np.maximum(profile - profile.max(), floor_db) - shapes
    apart -= apart.mean(axis=1, keepdims=True)
    return float(cut_offs_hz[np.square(apart).mean(axis=1).argmin()])


@lru_cache(maxsize=1)
def _slow_templates() -> Templates:
    middle_hz = _middles(_SLOW_EDGES_HZ)
    naturals = [-10 * fall * np.log10(middle_hz) for fall in _FALLS]
    return _templates(_HIGH_PASSES_HZ, lambda hz: hz / middle_hz, naturals, _SLOW_FLOOR_DB)


@lru_cache(maxsize=1)
def _fast_templates() -> Templates:
    middle_hz = _middles(_FAST_EDGES_HZ)
    naturals = [multiple * np.array(_USUAL_FAST_DB) for multiple in _MULTIPLES]
    return _templates(_LOW_PASSES_HZ, lambda hz: middle_hz / hz, naturals, _FAST_FLOOR_DB)


def _templates(
    cut_offs_hz: NDArray[np.float64],
    beyond: Callable[[float], NDArray[np.float64]],
    naturals: Sequence[NDArray[np.float64]],
    floor_db: float,
) -> Templates:
    """Natural profiles behind Butterworth filters: of order n, density falls to 1 / (1 + x^2n)."""
    found, shapes = [], []
    for hz, order, natural in product(cut_offs_hz, _ORDERS, naturals):
        shape = natural - 10 * np.log10(1 + beyond(hz) ** (2 * order))
        found.append(hz)
        shapes.append(np.maximum(shape - shape.max(), floor_db))
    return np.array(found), np.array(shapes)


def _middles(edges_hz: Sequence[float]) -> NDArray[np.float64]:
    middles: NDArray[np.float64] = np.sqrt(np.array(edges_hz[:-1]) * np.array(edges_hz[1:]))
    return middles
