"""The single waves a scorer looks for: spindles, K-complexes, slow, vertex and sawtooth waves.

Forms and amplitudes after the AASM manual's definitions; rates after De Gennaro & Ferrara 2003
(spindles), Halász 2016 (K-complexes), Massimini 2004 (slow waves), Rodenbeck 2006 (vertex waves),
Sato 1997 (sawtooth waves before bursts of eye movements), Lecci 2017 (spindles come every 50 s).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.recording import FloatArray
from sleepscorer.core.stages import Stage
from sleepscorer.simulation.electrodes import Electrodes
from sleepscorer.simulation.timeline import GRID_HZ, Timeline, Track, Window, running_mean

Shape = Callable[[Track, float, float], Track]
"""Called with seconds from the onset, the duration (s) and a frequency (Hz); peak about 1."""

SLOW_WAVE_GAIN_F4_M1 = 0.72
"""Share of a slow wave's amplitude seen in F4-M1, by the topography below."""


@dataclass(frozen=True, eq=False)
class Waves:
    """All waves of one kind in a night; arrays are (n_waves,).

    Parameters
    ----------
    shape
        Form in time.
    centre, spread_rad
        Electrode over which they are largest, and how fast they fall off.
    onset_s, duration_s, amplitude_uv, frequency_hz
        Of each wave; onsets rise.
    lateral, frontal
        How much larger each one is to the right and to the front.
    """

    shape: Shape
    centre: str
    spread_rad: float
    onset_s: Track
    duration_s: Track
    amplitude_uv: Track
    frequency_hz: Track
    lateral: Track
    frontal: Track

    def add_to(self, potentials: FloatArray, electrodes: Electrodes, window: Window) -> None:
        """Add the waves of a stretch to (n_electrodes, n_samples) potentials, µV."""
        gain = electrodes.near(self.centre, spread_rad=self.spread_rad)
        for index in within(self.onset_s, self.duration_s, window):
            onset, duration = self.onset_s[index], self.duration_s[index]
            part = window.samples_between(onset, onset + duration)
            form = self.shape(window.times_s[part] - onset, duration, self.frequency_hz[index])
            place = 1 + self.lateral[index] * electrodes.right
            place += self.frontal[index] * electrodes.front
            each = (gain * np.maximum(place, 0) * self.amplitude_uv[index]).astype(np.float32)
            potentials[:, part] += np.outer(each, form.astype(np.float32))


def within(onset_s: Track, duration_s: Track, window: Window) -> list[int]:
    """Indices of the events (onsets rising) that touch a stretch."""
    if onset_s.size == 0:
        return []
    first = np.searchsorted(onset_s, window.start_s - duration_s.max(), side="left")
    last = np.searchsorted(onset_s, window.start_s + window.seconds, side="left")
    ends = onset_s[first:last] + duration_s[first:last]
    return [int(first + i) for i in np.flatnonzero(ends > window.start_s)]


def night_waves(timeline: Timeline, rem_bursts_s: Track) -> tuple[Waves, ...]:
    """Draw all waves of a night.

    Parameters
    ----------
    timeline
        The night.
    rem_bursts_s
        Onsets of the bursts of rapid eye movements, which sawtooth waves announce.
    """
    k_complexes = _k_complexes(timeline)
    return (
        _spindles(timeline, k_complexes.onset_s),
        _frontal_spindles(timeline),
        k_complexes,
        _slow_waves(timeline),
        _vertex_waves(timeline),
        _sawtooth_waves(timeline, rem_bursts_s),
    )


def _lognormal(
    rng: np.random.Generator, median: float | Track, sd: float, n: int
) -> NDArray[np.float64]:
    return np.asarray(median * np.exp(sd * rng.standard_normal(n)))


def _spindle(u: Track, duration: float, frequency: float) -> Track:
    x = u / duration
    slowing = 1 - 0.03 * (x - 0.5)
    envelope = np.sin(np.pi * np.clip(x, 0, 1) ** 0.85) ** 1.5
    return np.asarray(np.sin(2 * np.pi * frequency * slowing * u) * envelope)


def _k_complex(u: Track, duration: float, _frequency: float) -> Track:
    x = u / duration
    sharp = -0.62 * np.exp(-(((x - 0.27) / 0.085) ** 2))
    return np.asarray(sharp + 0.42 * np.exp(-(((x - 0.56) / 0.17) ** 2)))


def _slow_wave(u: Track, duration: float, _frequency: float) -> Track:
    x = u / duration
    down = -0.6 * np.exp(-(((x - 0.3) / 0.15) ** 2))
    return np.asarray(down + 0.42 * np.exp(-(((x - 0.68) / 0.18) ** 2)))


def _vertex_wave(u: Track, duration: float, _frequency: float) -> Track:
    x = u / duration
    sharp = 0.35 * np.exp(-(((x - 0.25) / 0.12) ** 2)) - np.exp(-(((x - 0.5) / 0.13) ** 2))
    return np.asarray(sharp + 0.3 * np.exp(-(((x - 0.8) / 0.12) ** 2)))


def _sawtooth(u: Track, duration: float, frequency: float) -> Track:
    phase = (frequency * u) % 1.0
    tooth = np.where(phase < 0.75, phase / 0.75, (1 - phase) / 0.25)
    return np.asarray((2 * tooth - 1) * np.sin(np.pi * np.clip(u / duration, 0, 1)) ** 0.7)


def _spindles(timeline: Timeline, k_complexes_s: Track) -> Waves:
    person, w = timeline.person, timeline.weights
    rng = timeline.rng("spindles")
    every_50_s = 1 + 0.7 * np.sin(
        2 * np.pi * np.arange(timeline.n_grid) / (GRID_HZ * 50) + rng.uniform(0, 6)
    )
    rate = person.spindles_per_min / 60 * every_50_s * (1.15 * w[Stage.N2] + 0.4 * w[Stage.N3])
    alone = timeline.times("spindle times", rate, min_gap_s=2.5)
    # Every other K-complex carries a spindle on its positive wave.
    riding = k_complexes_s[rng.random(k_complexes_s.size) < 0.5] + 0.5
    onset = np.sort(np.concatenate([alone, riding]))
    n = onset.size
    return Waves(
        shape=_spindle, centre="Cz", spread_rad=0.85, onset_s=onset,
        duration_s=np.clip(_lognormal(rng, 0.85, 0.3, n), 0.5, 2.0),
        amplitude_uv=_lognormal(rng, 21 * person.eeg_gain, 0.3, n),
        frequency_hz=np.clip(rng.normal(person.spindle_hz, 0.45, n), 11.2, 15.8),
        lateral=rng.normal(0, 0.2, n), frontal=rng.normal(0, 0.15, n),
    )  # fmt: skip


def _frontal_spindles(timeline: Timeline) -> Waves:
    person, w = timeline.person, timeline.weights
    rng = timeline.rng("frontal spindles")
    rate = person.spindles_per_min / 60 * (0.35 * w[Stage.N2] + 0.3 * w[Stage.N3])
    onset = timeline.times("frontal spindle times", rate, min_gap_s=3.0)
    n = onset.size
    return Waves(
        shape=_spindle, centre="Fz", spread_rad=0.6, onset_s=onset,
        duration_s=np.clip(_lognormal(rng, 0.9, 0.3, n), 0.5, 2.0),
        amplitude_uv=_lognormal(rng, 18 * person.eeg_gain, 0.3, n),
        frequency_hz=np.clip(rng.normal(person.spindle_hz - 1.6, 0.4, n), 11.0, 13.5),
        lateral=rng.normal(0, 0.2, n), frontal=rng.normal(0, 0.15, n),
    )  # fmt: skip


def _k_complexes(timeline: Timeline) -> Waves:
    person = timeline.person
    rng = timeline.rng("K-complexes")
    rate = 1.7 / 60 * timeline.weights[Stage.N2] ** 2
    onset = timeline.times("K-complex times", rate, min_gap_s=4.0)
    n = onset.size
    return Waves(
        shape=_k_complex, centre="Fz", spread_rad=1.1, onset_s=onset,
        duration_s=_lognormal(rng, 1.15, 0.15, n),
        amplitude_uv=_lognormal(rng, 135 * person.eeg_gain, 0.3, n),
        frequency_hz=np.ones(n), lateral=rng.normal(0, 0.1, n), frontal=rng.normal(0, 0.2, n),
    )  # fmt: skip


def _slow_waves(timeline: Timeline) -> Waves:
    person, w = timeline.person, timeline.weights
    rng = timeline.rng("slow waves")
    waxing = np.exp(0.35 * timeline.fluctuation("slow wave groups", time_constant_s=8.0))
    rate = 1.3 * w[Stage.N3] ** 2 * waxing + 0.035 * w[Stage.N2] ** 2
    onset = timeline.times("slow wave times", rate, min_gap_s=0.85)
    n = onset.size
    in_n3 = timeline.at(w[Stage.N3], onset)
    # Pressure for sleep is worn off by the morning (Borbély 1982).
    fading = 1.08 - 0.2 * timeline.at(timeline.elapsed, onset)
    peak_to_peak = person.slow_wave_uv / SLOW_WAVE_GAIN_F4_M1 * fading * (0.55 + 0.45 * in_n3)
    return Waves(
        shape=_slow_wave, centre="AFz", spread_rad=1.3, onset_s=onset,
        duration_s=np.clip(_lognormal(rng, 1.1, 0.22, n), 0.6, 1.9),
        amplitude_uv=_lognormal(rng, peak_to_peak, 0.22, n),
        frequency_hz=np.ones(n), lateral=rng.normal(0, 0.15, n), frontal=rng.normal(0.1, 0.3, n),
    )  # fmt: skip


def _vertex_waves(timeline: Timeline) -> Waves:
    rng = timeline.rng("vertex waves")
    n1 = timeline.weights[Stage.N1]
    # They belong to the later part of N1: thin out where N1 has lasted under a minute.
    late = running_mean(n1, 60, 0)
    onset = timeline.times("vertex wave times", 5.0 / 60 * n1 * late, min_gap_s=2.0)
    n = onset.size
    return Waves(
        shape=_vertex_wave, centre="Cz", spread_rad=0.65, onset_s=onset,
        duration_s=_lognormal(rng, 0.4, 0.15, n),
        amplitude_uv=_lognormal(rng, 62 * timeline.person.eeg_gain, 0.3, n),
        frequency_hz=np.ones(n), lateral=rng.normal(0, 0.1, n), frontal=rng.normal(0, 0.1, n),
    )  # fmt: skip


def _sawtooth_waves(timeline: Timeline, rem_bursts_s: Track) -> Waves:
    rng = timeline.rng("sawtooth waves")
    chosen = rem_bursts_s[rng.random(rem_bursts_s.size) < 0.4]
    onset = np.sort(np.maximum(chosen - rng.uniform(1.0, 3.0, chosen.size), 0.0))
    n = onset.size
    return Waves(
        shape=_sawtooth, centre="Cz", spread_rad=0.8, onset_s=onset,
        duration_s=rng.uniform(1.2, 3.0, n),
        amplitude_uv=_lognormal(rng, 17 * timeline.person.eeg_gain, 0.25, n),
        frequency_hz=rng.uniform(2.2, 4.5, n),
        lateral=rng.normal(0, 0.1, n), frontal=rng.normal(0, 0.1, n),
    )  # fmt: skip
