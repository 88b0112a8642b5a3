"""Aids to the eye: how much of an epoch is slow waves, and what looks like a spindle.

They point; a person decides. Nothing here is scored, exported or shown to the stager.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sleepscorer.analysis.display import DisplayFilter
from sleepscorer.analysis.filters import filtered
from sleepscorer.core.recording import FloatArray

SLOW_WAVE_UV = 75.0
"""Peak to peak, what a slow wave exceeds over the frontal regions (AASM manual, rule for N3)."""

N3_SECONDS = 6.0
"""Seconds of slow waves that make an epoch N3: 20 % of 30 s (AASM manual)."""

_SLOW_WAVE_S = (0.5, 2.0)  # the periods of 2 and 0.5 Hz
# Faster waves riding on a slow one would break it up at its zero crossings; a low-pass at 4 Hz
# takes them off and leaves 97 % of the height of a wave of 2 Hz.
_SLOW_FILTER = DisplayFilter(0.3, 4.0)

_SPINDLE_HZ = (11.0, 16.0)
_SPINDLE_S = (0.5, 2.0)
_SPINDLE_FILTER = DisplayFilter(*_SPINDLE_HZ)
_ALPHA_FILTER = DisplayFilter(8.0, 11.0)
_BROAD_FILTER = DisplayFilter(1.0, 30.0)
# Wide enough to leave a wave of 11 to 16 Hz nine tenths of its height.
_SPINDLE_HEIGHT_FILTER = DisplayFilter(8.0, 24.0)
_SPINDLE_WINDOW_S = 0.3
_MIN_SIGMA_SHARE = 0.2
_MIN_OVER_MEDIAN = 1.5
_MIN_SIGMA_UV = 3.0
_MIN_RATE_HZ = 50.0


@dataclass(frozen=True)
class WaveMark:
    """Where a wave, or a train of waves, lies.

    Parameters
    ----------
    start_s, stop_s
        Seconds from the start of the epoch.
    peak_to_peak_uv
        Its height, µV.
    """

    start_s: float
    stop_s: float
    peak_to_peak_uv: float

    @property
    def duration_s(self) -> float:
        """How long it lasts."""
        return self.stop_s - self.start_s


def slow_waves(
    samples: FloatArray, rate_hz: float, *, context_s: float = 0.0
) -> tuple[WaveMark, ...]:
    """Find the waves of 0.5 to 2 Hz that exceed 75 µV peak to peak (AASM manual, rule for N3).

    The signal is filtered from 0.3 to 4 Hz. A wave reaches from one zero crossing towards
    negative values to the next: it holds one negative and one positive half (Massimini et al.,
    J. Neurosci. 2004, count them likewise). Its duration must be that of 0.5 to 2 Hz, and the
    distance from its least to its greatest sample more than 75 µV.

    Parameters
    ----------
    samples
        (n_samples,) float32, µV, unfiltered, of a frontal derivation by the manual's rule.
    rate_hz
        Samples a second.
    context_s
        Seconds at both ends that belong to the neighbouring epochs. Without them the waves that
        cross the epoch's ends are not seen.

    Returns
    -------
    Marks in order, cut at the epoch's ends.
    """
    slow = filtered(samples, rate_hz, _SLOW_FILTER)
    length_s = samples.size / rate_hz - 2 * context_s
    crossings = _falling_zero_crossings(slow)
    marks = []
    for left, right in pairwise(crossings):
        if not _SLOW_WAVE_S[0] <= (right - left) / rate_hz <= _SLOW_WAVE_S[1]:
            continue
        wave = slow[int(np.ceil(left)) : int(right) + 1]
        height = float(wave.max() - wave.min())
        start_s = max(left / rate_hz - context_s, 0.0)
        stop_s = min(right / rate_hz - context_s, length_s)
        # A gap within makes the height NaN, which is never more than anything.
        if height > SLOW_WAVE_UV and stop_s > start_s:
            marks.append(WaveMark(float(start_s), float(stop_s), height))
    return tuple(marks)


def slow_wave_seconds(samples: FloatArray, rate_hz: float, *, context_s: float = 0.0) -> float:
    """Return the seconds of an epoch that :func:`slow_waves` fill, for the 6-s rule of N3.

    Parameters
    ----------
    samples
        (n_samples,) float32, µV, unfiltered.
    rate_hz, context_s
        As of :func:`slow_waves`.
    """
    return sum(mark.duration_s for mark in slow_waves(samples, rate_hz, context_s=context_s))


def spindle_marks(
    samples: FloatArray, rate_hz: float, *, context_s: float = 0.0
) -> tuple[WaveMark, ...]:
    """Find what looks like sleep spindles: trains of 11 to 16 Hz that last 0.5 to 2 s.

    In a moving window of 0.3 s the waves of 11 to 16 Hz must hold a fifth of the power from 1 to
    30 Hz (the relative sigma power of Lacourse et al., J. Neurosci. Methods 2019, with the
    threshold of Vallat and Walker, eLife 2021), outweigh those of 8 to 11 Hz, which are alpha, be
    1.5 times their median over the stretch and 3 µV root mean square. The duration is that of the
    AASM manual, at least 0.5 s; longer than 2 s is alpha or artefact.

    Parameters
    ----------
    samples
        (n_samples,) float32, µV, unfiltered, of a central derivation by preference.
    rate_hz
        Samples a second; below 50 Hz nothing is found.
    context_s
        Seconds at both ends that belong to the neighbouring epochs.

    Returns
    -------
    Marks in order; those that begin or end in the context are cut at the epoch's ends.
    """
    if rate_hz < _MIN_RATE_HZ or not np.isfinite(samples).any():
        return ()
    sigma = filtered(samples, rate_hz, _SPINDLE_FILTER)
    whole = filtered(samples, rate_hz, _SPINDLE_HEIGHT_FILTER)
    length = max(1, round(_SPINDLE_WINDOW_S * rate_hz))
    sigma_power = _moving_mean(sigma**2, length)
    alpha_power = _moving_mean(filtered(samples, rate_hz, _ALPHA_FILTER) ** 2, length)
    broad_power = _moving_mean(filtered(samples, rate_hz, _BROAD_FILTER) ** 2, length)
    least = max(_MIN_SIGMA_UV, _MIN_OVER_MEDIAN * float(np.sqrt(np.nanmedian(sigma_power))))
    with np.errstate(invalid="ignore"):
        found = (sigma_power >= least**2) & (sigma_power >= _MIN_SIGMA_SHARE * broad_power)
        found &= sigma_power > alpha_power
    length_s = samples.size / rate_hz - 2 * context_s
    marks = []
    for left, right in _runs(found):
        if not _SPINDLE_S[0] <= (right - left) / rate_hz <= _SPINDLE_S[1]:
            continue
        start_s = max(left / rate_hz - context_s, 0.0)
        stop_s = min(right / rate_hz - context_s, length_s)
        if stop_s > start_s:
            height = float(np.ptp(whole[left:right]))
            marks.append(WaveMark(start_s, stop_s, height))
    return tuple(marks)


def _falling_zero_crossings(samples: FloatArray) -> NDArray[np.float64]:
    """Places, in samples, where a line through the samples goes from positive to negative."""
    with np.errstate(invalid="ignore"):
        before = np.flatnonzero((samples[:-1] >= 0) & (samples[1:] < 0))
    upper, lower = samples[before].astype(np.float64), samples[before + 1].astype(np.float64)
    return np.asarray(before + upper / (upper - lower))


def _moving_mean(values: FloatArray, length: int) -> NDArray[np.float64]:
    """Mean of ``length`` values around each; NaN where one of them is."""
    before = length // 2
    padded = np.pad(values.astype(np.float64), (before, length - 1 - before), mode="edge")
    # The sum so far would carry a NaN on to the end: count NaNs apart.
    unknown = np.isnan(padded)
    totals = np.cumsum(np.concatenate(([0.0], np.where(unknown, 0.0, padded))))
    n_unknown = np.cumsum(np.concatenate(([0], unknown)))
    means = (totals[length:] - totals[:-length]) / length
    means[n_unknown[length:] > n_unknown[:-length]] = np.nan
    return np.asarray(means)


def _runs(found: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], found, [False]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
