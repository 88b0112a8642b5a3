"""Movements of eyes and lids, as the potentials of two dipoles and two lids.

Saccades step and then decay with the amplifier's time constant; blinks are a lid's short
positive hump at the forehead; the slow rolling movements of drowsiness take seconds; the rapid
ones of stage R come in bursts that grow denser towards morning (AASM manual; Aserinsky 1971).
"""

from dataclasses import dataclass

import numpy as np

from sleepscorer.core.recording import FloatArray
from sleepscorer.core.stages import Stage
from sleepscorer.simulation.electrodes import Electrodes
from sleepscorer.simulation.timeline import Timeline, Track, Window, running_mean
from sleepscorer.simulation.waves import within

_SACCADE_S = 4.0
_DECAY_S = 0.55
_RISE_S = 0.02
_BLINK_S = 0.5


@dataclass(frozen=True, eq=False)
class EyeMovements:
    """All eye and lid movements of a night.

    Parameters
    ----------
    saccade_s, saccade_uv
        (n,) onsets; (n, 2) steps to the right and upwards, µV of the dipole.
    blink_s, blink_uv
        (n,) onsets and heights at the forehead.
    roll_s, roll_duration_s, roll_hz, roll_uv
        (n,) trains of slow rolling movements: onset, length, frequency, amplitude.
    burst_s
        (n,) onsets of the bursts of rapid eye movements.
    """

    saccade_s: Track
    saccade_uv: Track
    blink_s: Track
    blink_uv: Track
    roll_s: Track
    roll_duration_s: Track
    roll_hz: Track
    roll_uv: Track
    burst_s: Track

    def add_to(self, potentials: FloatArray, electrodes: Electrodes, window: Window) -> None:
        """Add the movements of a stretch to (n_electrodes, n_samples) potentials, µV."""
        sources = np.zeros((3, window.n_samples), dtype=np.float32)
        self._saccades(sources, window)
        self._rolls(sources, window)
        self._blinks(sources, window)
        gains = (electrodes.horizontal_gaze(), electrodes.vertical_gaze(), electrodes.lids())
        potentials += np.stack(gains, axis=1).astype(np.float32) @ sources

    def _saccades(self, sources: FloatArray, window: Window) -> None:
        lasting = np.full(self.saccade_s.size, _SACCADE_S)
        for index in within(self.saccade_s, lasting, window):
            onset = self.saccade_s[index]
            part = window.samples_between(onset, onset + _SACCADE_S)
            u = window.times_s[part] - onset
            form = (1 - np.exp(-((u / _RISE_S) ** 2))) * np.exp(-u / _DECAY_S)
            sources[:2, part] += np.outer(self.saccade_uv[index], form).astype(np.float32)

    def _rolls(self, sources: FloatArray, window: Window) -> None:
        for index in within(self.roll_s, self.roll_duration_s, window):
            onset, length = self.roll_s[index], self.roll_duration_s[index]
            part = window.samples_between(onset, onset + length)
            u = window.times_s[part] - onset
            form = np.sin(2 * np.pi * self.roll_hz[index] * u) * np.sin(np.pi * u / length)
            sources[0, part] += (self.roll_uv[index] * form).astype(np.float32)

    def _blinks(self, sources: FloatArray, window: Window) -> None:
        lasting = np.full(self.blink_s.size, _BLINK_S)
        for index in within(self.blink_s, lasting, window):
            onset = self.blink_s[index]
            part = window.samples_between(onset, onset + _BLINK_S)
            x = (window.times_s[part] - onset) / _BLINK_S
            form = np.exp(-(((x - 0.35) / 0.13) ** 2)) - 0.12 * np.exp(-(((x - 0.7) / 0.15) ** 2))
            sources[2, part] += (self.blink_uv[index] * form).astype(np.float32)


def night_eye_movements(timeline: Timeline) -> EyeMovements:
    """Draw all eye movements of a night."""
    bursts = _burst_onsets(timeline)
    times, steps = zip(_waking_saccades(timeline), _rapid_movements(timeline, bursts), strict=True)
    onset, step = np.concatenate(times), np.concatenate(steps)
    order = np.argsort(onset, kind="stable")
    blink, height = _blinks(timeline)
    rolls = _rolls(timeline)
    return EyeMovements(onset[order], step[order], blink, height, *rolls, burst_s=bursts)


def _waking_saccades(timeline: Timeline) -> tuple[Track, Track]:
    rng = timeline.rng("saccades")
    awake = timeline.weights[Stage.W] * (1 - timeline.arousal)
    looking = awake * timeline.eyes_open
    onset = timeline.times("saccade times", 0.9 * looking + 0.12 * awake, min_gap_s=0.25)
    size = np.where(timeline.at(timeline.eyes_open, onset) > 0.5, 48.0, 14.0)
    step = rng.standard_normal((onset.size, 2)) * np.array([1.0, 0.5]) * size[:, None]
    return onset, step


def _burst_onsets(timeline: Timeline) -> Track:
    denser = 0.6 + 0.9 * timeline.elapsed
    rate = 2.6 / 60 * timeline.weights[Stage.R] ** 3 * denser
    return timeline.times("rapid eye movement bursts", rate, min_gap_s=6.0)


def _rapid_movements(timeline: Timeline, burst_s: Track) -> tuple[Track, Track]:
    rng = timeline.rng("rapid eye movements")
    onsets, steps = [np.empty(0)], [np.empty((0, 2))]
    for burst in burst_s:
        n = int(rng.integers(2, 9))
        onsets.append(burst + np.cumsum(rng.uniform(0.2, 1.0, n)))
        # Movements alternate: the eyes come back to where they were.
        direction = (-1.0) ** np.arange(n) * rng.choice([-1.0, 1.0])
        size = np.exp(rng.normal(np.log(62), 0.45, n))
        steps.append(np.stack([direction * size, rng.normal(0, 0.4, n) * size], axis=1))
    onset, step = np.concatenate(onsets), np.concatenate(steps)
    return onset, step


def _blinks(timeline: Timeline) -> tuple[Track, Track]:
    rng = timeline.rng("blinks")
    rate = 14 / 60 * timeline.weights[Stage.W] * timeline.eyes_open
    onset = timeline.times("blink times", rate, min_gap_s=0.6)
    return onset, np.exp(rng.normal(np.log(140), 0.25, onset.size))


def _rolls(timeline: Timeline) -> tuple[Track, Track, Track, Track]:
    rng = timeline.rng("slow eye movements")
    # They begin in drowsy wake, before the epoch that is scored N1.
    soon = running_mean(timeline.weights[Stage.N1], 0, 45)
    drowsy = timeline.weights[Stage.W] * (1 - timeline.eyes_open) * soon
    rate = (4.5 * timeline.weights[Stage.N1] + 3.0 * drowsy) / 60
    onset = timeline.times("slow eye movement times", rate, min_gap_s=9.0)
    n = onset.size
    return (
        onset,
        rng.uniform(6.0, 14.0, n),
        rng.uniform(0.2, 0.45, n),
        np.exp(rng.normal(np.log(55), 0.35, n)),
    )
