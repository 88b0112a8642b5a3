"""Oxygen saturation and pulse over the night, from their channels after removal of artefacts."""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.event_statistics.rules import OximetryRules, PulseRules

FloatArray = NDArray[np.float64]
_EPSILON = 1e-6


@dataclass(frozen=True, eq=False)
class Rate:
    """A channel of slow values.

    Parameters
    ----------
    values
        (n_samples,) from the start of the recording; NaN where there are none.
    rate_hz
        Samples a second.
    label
        As stored.
    """

    values: NDArray[np.float32] | FloatArray
    rate_hz: float
    label: str = ""


@dataclass(frozen=True)
class Desaturation:
    """A fall of saturation, from the last moment before it to its end, seconds and per cent."""

    onset_s: float
    end_s: float
    from_pct: float
    lowest_pct: float


@dataclass(frozen=True, eq=False)
class SlowSignal:
    """Means of ``step_s`` seconds each, from the start of the recording; NaN where none is sound.

    ``step_s`` is 1, or the time between two samples where that is longer.
    """

    values: FloatArray
    step_s: float

    def at(self, mask: NDArray[np.bool_], epoch_s: float) -> FloatArray:
        """Return the sound values within these epochs; ``mask`` is (n_epochs,) bool."""
        times_s = (np.arange(len(self.values)) + 0.5) * self.step_s
        epochs = (times_s // epoch_s).astype(int)
        inside = epochs < len(mask)
        wanted = np.zeros(len(self.values), bool)
        wanted[inside] = mask[epochs[inside]]
        found: FloatArray = self.values[wanted & ~np.isnan(self.values)]
        return found


def sound_saturation(signal: Rate, rules: OximetryRules) -> SlowSignal:
    """Return saturation by the second without artefacts.

    Values outside the limits are left out, and then those means of a second that would need a
    faster change since the last one kept than saturation can have.
    """
    slow = _by_second(signal, rules.lowest_pct, rules.highest_pct)
    kept = slow.values.copy()
    last: tuple[int, float] | None = None
    for index in np.flatnonzero(~np.isnan(kept)).tolist():
        value = float(kept[index])
        if last is not None:
            most = rules.fastest_pct_per_s * (index - last[0]) * slow.step_s
            if abs(value - last[1]) > most + _EPSILON:
                kept[index] = np.nan
                continue
        last = index, value
    return SlowSignal(kept, slow.step_s)


def sound_pulse(signal: Rate, rules: PulseRules) -> SlowSignal:
    """Return the pulse by the second, beats a minute, without values outside the limits."""
    return _by_second(signal, rules.lowest_per_min, rules.highest_per_min)


def desaturations(slow: SlowSignal, fall_pct: float, rules: OximetryRules) -> list[Desaturation]:
    """Find the falls of at least ``fall_pct`` from the highest value shortly before.

    One ends where saturation is back within ``recovered_within_pct`` of where it fell from, or has
    risen from its lowest by ``fall_pct``; what does not last ``shortest_s`` is none.
    """
    found: list[Desaturation] = []
    # Values of the last seconds, each higher than all that follow it: the first is the highest.
    before: deque[tuple[float, float]] = deque()
    now: Desaturation | None = None
    for index in np.flatnonzero(~np.isnan(slow.values)).tolist():
        time_s, value = index * slow.step_s, float(slow.values[index])
        if now is None:
            while before and time_s - before[0][0] > rules.longest_fall_s:
                before.popleft()
            while before and before[-1][1] <= value:
                before.pop()
            before.append((time_s, value))
            onset_s, highest = before[0]
            if highest - value >= fall_pct - _EPSILON:
                now = Desaturation(onset_s, time_s, highest, value)
            continue
        now = Desaturation(now.onset_s, time_s, now.from_pct, min(now.lowest_pct, value))
        is_back = value >= now.from_pct - rules.recovered_within_pct - _EPSILON
        if is_back or value >= now.lowest_pct + fall_pct - _EPSILON:
            found.append(now)
            now = None
            before = deque([(time_s, value)])
    if now is not None:
        found.append(now)
    return [one for one in found if one.end_s - one.onset_s >= rules.shortest_s - _EPSILON]


def _by_second(signal: Rate, lowest: float, highest: float) -> SlowSignal:
    """Return means of the values within the limits, of a second each or a sample."""
    values = np.asarray(signal.values, np.float64)
    step_s = max(1.0, 1 / signal.rate_hz)
    if not values.size:
        return SlowSignal(np.zeros(0), step_s)
    steps = (np.arange(values.size) / (signal.rate_hz * step_s) + _EPSILON).astype(int)
    with np.errstate(invalid="ignore"):
        is_sound = (values >= lowest) & (values <= highest)
    n_steps = int(steps[-1]) + 1
    counts = np.bincount(steps[is_sound], minlength=n_steps)
    sums = np.bincount(steps[is_sound], values[is_sound], minlength=n_steps)
    means = np.full(n_steps, np.nan)
    np.divide(sums, counts, out=means, where=counts > 0)
    return SlowSignal(means, step_s)
