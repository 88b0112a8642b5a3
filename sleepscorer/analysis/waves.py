"""Aids to the eye: how much of an epoch is slow waves, and what looks like a spindle.

They point; a person decides. Nothing here is scored, exported or shown to the stager.
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

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

# On the slow waves of N2 and N3 in recordings that people scored (DREAMS, excerpt 3; a clinical
# one) 99 of 100 have less than 5.9 µV root mean square of these frequencies; movements have 8 to
# 30. Mains hum, which would be taken for muscle activity, is outside: 50 Hz by the notch.
_MUSCLE_FILTER = DisplayFilter(20.0, 35.0, 50.0)
_MUSCLE_UV = 7.0
_MIN_MUSCLE_RATE_HZ = 100.0
# Slow waves reach both eyes alike and cancel between them: there they have half of their height
# (the median of the same waves; 95 of 100 of N3 have less than .8). Eye movements add up.
_MOST_BETWEEN_EYES = 1.0
# Those of children reach some 400 µV; an electrode that is touched gives a thousand.
_HIGHEST_SLOW_WAVE_UV = 500.0

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


class NotOfSleep(StrEnum):
    """Why a deflection of the size of a slow wave is none; as people read it."""

    MUSCLE = "with muscle activity, as in movements"
    EYES = "with eye movements"
    HEIGHT = "higher than slow waves become"


class Eyes(NamedTuple):
    """An EOG of one eye against the other (E1-E2) over the stretch in which waves are sought.

    Parameters
    ----------
    samples
        (n_samples,) float32, µV, unfiltered.
    rate_hz
        Samples a second.
    """

    samples: FloatArray
    rate_hz: float


@dataclass(frozen=True)
class WaveMark:
    """Where a wave, or a train of waves, lies.

    Parameters
    ----------
    start_s, stop_s
        Seconds from the start of the epoch.
    peak_to_peak_uv
        Its height, µV.
    not_of_sleep
        Why it is no slow wave of sleep; None where nothing says so.
    """

    start_s: float
    stop_s: float
    peak_to_peak_uv: float
    not_of_sleep: NotOfSleep | None = None

    @property
    def duration_s(self) -> float:
        """How long it lasts."""
        return self.stop_s - self.start_s


def slow_waves(
    samples: FloatArray, rate_hz: float, *, context_s: float = 0.0, eyes: Eyes | None = None
) -> tuple[WaveMark, ...]:
    """Find the waves of 0.5 to 2 Hz that exceed 75 µV peak to peak (AASM manual, rule for N3).

    The signal is filtered from 0.3 to 4 Hz. A wave reaches from one zero crossing towards
    negative values to the next: it holds one negative and one positive half (Massimini et al.,
    J. Neurosci. 2004, count them likewise). Its duration must be that of 0.5 to 2 Hz, and the
    distance from its least to its greatest sample more than 75 µV.

    What artefacts or sources outside the brain make is no slow wave, whatever its size (AASM
    manual, note to that rule): such waves are found too, and say why they don't count.

    Parameters
    ----------
    samples
        (n_samples,) float32, µV, unfiltered, of a frontal derivation by the manual's rule.
    rate_hz
        Samples a second; below 100 Hz muscle activity is not looked for.
    context_s
        Seconds at both ends that belong to the neighbouring epochs. Without them the waves that
        cross the epoch's ends are not seen.
    eyes
        To tell eye movements by; None where there is no such EOG.

    Returns
    -------
    Marks in order, cut at the epoch's ends.
    """
    slow = filtered(samples, rate_hz, _SLOW_FILTER)
    reason_against = _Doubter(samples, rate_hz, eyes)
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
            why_not = reason_against(left / rate_hz, right / rate_hz, height)
            marks.append(WaveMark(float(start_s), float(stop_s), height, why_not))
    return tuple(marks)


class _Doubter:
    """Says why a wave in a stretch is no slow wave of sleep, if anything says so."""

    def __init__(self, samples: FloatArray, rate_hz: float, eyes: Eyes | None) -> None:
        self._rate_hz, self._muscle = rate_hz, None
        if rate_hz >= _MIN_MUSCLE_RATE_HZ:
            self._muscle = filtered(samples, rate_hz, _MUSCLE_FILTER)
        self._eyes = None if eyes is None else filtered(*eyes, _SLOW_FILTER)
        self._eyes_rate_hz = 0.0 if eyes is None else eyes.rate_hz

    def __call__(self, start_s: float, stop_s: float, height_uv: float) -> NotOfSleep | None:
        """Judge a wave that lies there in the stretch."""
        if height_uv > _HIGHEST_SLOW_WAVE_UV:
            return NotOfSleep.HEIGHT
        if self._muscle is not None:
            fast = _between(self._muscle, self._rate_hz, start_s, stop_s)
            if np.sqrt(np.mean(np.square(fast, dtype=np.float64))) > _MUSCLE_UV:
                return NotOfSleep.MUSCLE
        if self._eyes is not None:
            of_eyes = _between(self._eyes, self._eyes_rate_hz, start_s, stop_s)
            if np.ptp(of_eyes) > _MOST_BETWEEN_EYES * height_uv:
                return NotOfSleep.EYES
        return None


def _between(samples: FloatArray, rate_hz: float, start_s: float, stop_s: float) -> FloatArray:
    return samples[int(start_s * rate_hz) : int(stop_s * rate_hz) + 1]


def slow_wave_seconds(
    samples: FloatArray, rate_hz: float, *, context_s: float = 0.0, eyes: Eyes | None = None
) -> float:
    """Return the seconds of an epoch that slow waves of sleep fill, for the 6-s rule of N3.

    Parameters
    ----------
    samples
        (n_samples,) float32, µV, unfiltered.
    rate_hz, context_s, eyes
        As of :func:`slow_waves`.
    """
    marks = slow_waves(samples, rate_hz, context_s=context_s, eyes=eyes)
    return sum(mark.duration_s for mark in marks if mark.not_of_sleep is None)


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
