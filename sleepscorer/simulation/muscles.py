"""Muscle activity at chin and legs: noise whose strength follows the sleeper's tone.

Tone falls from wake to N3 and is lost in stage R except for twitches (AASM manual; Jacobson
1964 for the order of the stages). Legs are quiet but for movements and, in some sleepers,
periodic ones 20 to 40 s apart.
"""

import numpy as np

from sleepscorer.core.recording import FloatArray
from sleepscorer.core.stages import Stage
from sleepscorer.simulation import noise
from sleepscorer.simulation.timeline import GRID_HZ, Timeline, Track, Window
from sleepscorer.simulation.waves import within

_TONE = (1.0, 0.55, 0.4, 0.33, 0.11)
_KNOTS_HZ = (5, 12, 25, 60, 90, 150)
_DENSITY = (0.05, 0.6, 1.0, 1.0, 0.6, 0.15)
_TWITCH_S = (0.08, 0.45)
_PERIODIC_SHARE = 0.25
"""Share of sleepers with periodic leg movements."""


class Muscle:
    """Interference pattern of one muscle at one rate.

    Parameters
    ----------
    timeline, name
        The night; the name sets the chance.
    rate_hz
        Samples a second.
    strength_uv
        Track of the root mean square at rates that hold the whole spectrum.
    bursts
        Onsets (s), lengths (s) and strengths (µV) of short bursts added to it.
    """

    def __init__(
        self,
        timeline: Timeline,
        name: str,
        *,
        rate_hz: float,
        strength_uv: Track,
        bursts: tuple[Track, Track, Track],
    ) -> None:
        self._timeline = timeline
        self._name = name
        self._rate_hz = rate_hz
        self._strength_uv = strength_uv
        self._bursts = bursts
        frequency = noise.bin_frequencies(rate_hz, _KNOTS_HZ[-1])
        density = np.interp(frequency, _KNOTS_HZ, _DENSITY)
        whole = np.trapezoid(_DENSITY, _KNOTS_HZ)
        self._shape = noise.amplitude(density / whole, rate_hz)
        self._noise = noise.FadedNoise(self._segment, rate_hz)

    def page(self, page: int) -> FloatArray:
        """(n_samples,) µV."""
        window = Window(page, self._rate_hz)
        strength = window.values(self._strength_uv)
        onsets, lengths, sizes = self._bursts
        for index in within(onsets, lengths, window):
            part = window.samples_between(onsets[index], onsets[index] + lengths[index])
            x = (window.times_s[part] - onsets[index]) / lengths[index]
            strength[part] += sizes[index] * np.sin(np.pi * x)
        made = self._noise.page(page)[0] * strength.astype(np.float32)
        return np.asarray(made, dtype=np.float32)

    def rectified_page(self, page: int) -> FloatArray:
        """(n_samples,) µV, never negative: the strength itself, as a rectifying box stores it."""
        window = Window(page, self._rate_hz)
        rng = self._timeline.rng(self._name + " rectified", page)
        unrest = np.exp(rng.normal(0, 0.15, window.n_samples))
        return np.asarray(window.values(self._strength_uv) * unrest, dtype=np.float32)

    def _segment(self, page: int) -> FloatArray:
        bins = noise.random_bins(self._timeline.rng(self._name, page), 1, self._shape.size)
        return noise.from_bins(bins * self._shape, self._rate_hz)


def chin(timeline: Timeline, rate_hz: float) -> Muscle:
    """Chin EMG: tone by stage, arousals, movements, and twitches in stage R."""
    person = timeline.person
    unrest = np.exp(0.22 * timeline.fluctuation("chin tone", time_constant_s=40.0))
    tone = np.array(_TONE) @ timeline.weights * (1 + 0.4 * timeline.lights_on)
    moving = 0.7 * timeline.arousal * (1 - timeline.weights[Stage.R]) + 3.5 * timeline.movement
    rng = timeline.rng("chin twitches")
    onset = timeline.times("chin twitch times", 2.2 / 60 * timeline.weights[Stage.R], min_gap_s=0.3)
    length = rng.uniform(*_TWITCH_S, onset.size)
    size = person.chin_uv * rng.uniform(0.3, 1.2, onset.size)
    return Muscle(
        timeline,
        "chin",
        rate_hz=rate_hz,
        strength_uv=person.chin_uv * (tone * unrest + moving),
        bursts=(onset, length, size),
    )


def leg(timeline: Timeline, rate_hz: float, *, left: bool) -> Muscle:
    """Anterior tibialis: quiet, with movements; periodic ones shared by both legs."""
    onset, length = _periodic_leg_movements(timeline)
    rng = timeline.rng("left leg" if left else "right leg")
    size = 55 * rng.uniform(0.0, 1.0, onset.size)
    strength = 2.5 + 3.0 * timeline.weights[Stage.W] + 70 * timeline.movement
    return Muscle(
        timeline,
        "left leg" if left else "right leg",
        rate_hz=rate_hz,
        strength_uv=strength,
        bursts=(onset, length, size),
    )


def _periodic_leg_movements(timeline: Timeline) -> tuple[Track, Track]:
    rng = timeline.rng("periodic leg movements")
    if rng.random() > _PERIODIC_SHARE:
        return np.empty(0), np.empty(0)
    series = timeline.fluctuation("leg movement series", time_constant_s=600.0) > 0.4
    asleep = timeline.weights[Stage.N1] + timeline.weights[Stage.N2] > 0.8
    times = np.cumsum(rng.uniform(20, 40, int(timeline.duration_s / 20) + 1))
    times = times[times < timeline.duration_s - 5]
    kept = times[(series & asleep)[(times * GRID_HZ).astype(int)]]
    return kept, rng.uniform(0.6, 3.0, kept.size)
