"""Heart, breathing, oxygen, snoring and position.

The ECG's form is a sum of Gaussians about each beat (McSharry 2003); the beats follow breathing
(sinus arrhythmia) and slower swings (Task Force 1996). Breathing is regular in NREM sleep and
irregular in wake and stage R (Douglas 1982); hypopnoeas are mild and end in a deeper breath.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.event_kinds import HYPOPNEA
from sleepscorer.core.events import Event
from sleepscorer.core.recording import FloatArray
from sleepscorer.core.stages import Stage
from sleepscorer.simulation import noise
from sleepscorer.simulation.channels import ChannelKind
from sleepscorer.simulation.timeline import GRID_HZ, Timeline, Track, Window

_BEAT_UV = ((-0.18, 0.025, 110), (-0.03, 0.01, -90), (0.0, 0.011, 1050), (0.03, 0.012, -220),
            (0.24, 0.05, 260))  # fmt: skip
"""P, Q, R, S and T: seconds from the R peak, width (s), height (µV)."""

_RATE_BY_STAGE = (1.0, 0.95, 0.9, 0.89, 0.96)
_UNREST_BY_STAGE = (0.12, 0.07, 0.04, 0.025, 0.11)
_LUNG_TO_FINGER_S = 22.0


@dataclass(frozen=True, eq=False)
class Autonomic:
    """Tracks of heart and breath of one night, and what is drawn from them.

    Parameters
    ----------
    timeline
        The night.
    beat_s
        (n_beats,) times of the R peaks.
    heart_rate_bpm, breath_phase, breath_depth, oxygen_pct, position, snoring
        Tracks; the phase counts breaths, the position is a code of 1 (supine), 2 (left),
        3 (prone) and 4 (right).
    events
        Hypopnoeas.
    """

    timeline: Timeline
    beat_s: Track
    heart_rate_bpm: Track
    breath_phase: Track
    breath_depth: Track
    oxygen_pct: Track
    position: Track
    snoring: Track
    events: tuple[Event, ...]

    def page(self, kind: ChannelKind, window: Window) -> FloatArray:
        """(n_samples,) of one kind of channel."""
        if kind is ChannelKind.ECG:
            made = self.ecg(window.times_s)
        elif kind in (ChannelKind.FLOW, ChannelKind.THORAX, ChannelKind.ABDOMEN):
            made = self._breathing(kind, window)
        elif kind is ChannelKind.SPO2:
            made = np.round(window.values(self.oxygen_pct), 1)
        elif kind is ChannelKind.PULSE:
            made = np.round(window.values(self.heart_rate_bpm))
        elif kind is ChannelKind.POSITION:
            # Codes: a value between two positions would be a third one.
            last = self.position.size - 1
            made = self.position[np.minimum((window.times_s * GRID_HZ).astype(int), last)]
        else:
            raise ValueError(f"{kind} is not of heart or breath")
        return np.asarray(made, dtype=np.float32)

    def ecg(self, times_s: Track) -> Track:
        """ECG at any times, µV."""
        after = np.searchsorted(self.beat_s, times_s)
        last = self.beat_s.size - 1
        since = times_s - self.beat_s[np.clip(after - 1, 0, last)]
        until = times_s - self.beat_s[np.clip(after, 0, last)]
        # Two tables that both hold the peak: one table cut in two would notch it.
        before, behind = np.linspace(-0.4, 0.0, 401), np.linspace(0.0, 0.7, 701)
        made = np.interp(since, behind, _beat(behind), left=0, right=0)
        made += np.interp(until, before, _beat(before), left=0, right=0)
        return np.asarray(made)

    def snore_strength(self, window: Window) -> Track:
        """(n_samples,) root mean square of the snoring sound, µV: it comes with inspiration."""
        phase = window.values(self.breath_phase) % 1.0
        return window.values(self.snoring) * np.clip(np.sin(2 * np.pi * phase), 0, 1) ** 1.5

    def _breathing(self, kind: ChannelKind, window: Window) -> Track:
        lag = {ChannelKind.ABDOMEN: 0.04, ChannelKind.THORAX: 0.0, ChannelKind.FLOW: 0.0}[kind]
        phase = (window.values(self.breath_phase) - lag) % 1.0
        # Breathing in takes two fifths of the cycle.
        warped = np.where(phase < 0.4, phase / 0.8, 0.5 + (phase - 0.4) / 1.2)
        depth = window.values(self.breath_depth)
        moving = 1.0 + window.values(self.timeline.movement)
        if kind is ChannelKind.FLOW:
            speed = np.where(phase < 0.4, 1.0, 0.7)
            return np.asarray(20 * depth * speed * np.sin(2 * np.pi * warped))
        size = 18 if kind is ChannelKind.THORAX else 14
        # The belts see effort even where the flow falls.
        effort = 0.35 + 0.65 * depth
        return np.asarray(-size * effort * moving * np.cos(2 * np.pi * warped))


def _beat(offset_s: Track) -> Track:
    waves = [h * np.exp(-0.5 * ((offset_s - c) / w) ** 2) for c, w, h in _BEAT_UV]
    return np.asarray(np.sum(waves, axis=0))


def build_autonomic(timeline: Timeline) -> Autonomic:
    """Draw heart and breath of a night."""
    events = _hypopnoeas(timeline)
    dip = _dips(timeline, events, delay_s=0.0)
    phase, depth = _breathing_tracks(timeline, dip)
    heart_rate = _heart_rate(timeline, phase)
    position = _positions(timeline)
    beats = np.cumsum(heart_rate) / 60 / GRID_HZ
    return Autonomic(
        timeline=timeline,
        beat_s=np.interp(
            np.arange(1, max(int(beats[-1]), 1) + 1), beats, np.arange(beats.size) / GRID_HZ
        ),
        heart_rate_bpm=heart_rate,
        breath_phase=phase,
        breath_depth=depth,
        oxygen_pct=_oxygen(timeline, events),
        position=position,
        snoring=_snoring(timeline, position),
        events=events,
    )


def _hypopnoeas(timeline: Timeline) -> tuple[Event, ...]:
    rng = timeline.rng("hypopnoeas")
    asleep = 1 - timeline.weights[Stage.W]
    rate = timeline.person.hypopnoeas_per_h / 3600 * asleep**4 * (1 + timeline.weights[Stage.R])
    times = timeline.times("hypopnoea times", rate, min_gap_s=60)
    lengths = rng.uniform(11, 30, times.size)
    return tuple(
        Event(round(t, 2), round(min(d, timeline.duration_s - t), 2), HYPOPNEA.text)
        for t, d in zip(times.tolist(), lengths.tolist(), strict=True)
        if t < timeline.duration_s - 1
    )


def _dips(timeline: Timeline, events: tuple[Event, ...], *, delay_s: float) -> Track:
    """Track of humps, 0 to 1, over the events, moved by ``delay_s``."""
    times = np.arange(timeline.n_grid) / GRID_HZ - delay_s
    made = np.zeros(timeline.n_grid)
    for event in events:
        x = (times - event.onset_s) / (event.duration_s or 1.0)
        made = np.maximum(made, np.sqrt(np.sin(np.pi * np.clip(x, 0, 1)).clip(0)))
    return made


def _breathing_tracks(timeline: Timeline, dip: Track) -> tuple[Track, Track]:
    unrest = np.array(_UNREST_BY_STAGE) @ timeline.weights
    rate = timeline.person.breaths_per_min / 60 * (1 + 0.08 * timeline.weights[Stage.W])
    rate = rate * np.exp(unrest * timeline.fluctuation("breath rate", time_constant_s=6.0))
    depth = np.exp(1.8 * unrest * timeline.fluctuation("breath depth", time_constant_s=7.0))
    depth = depth * (1 - 0.65 * dip) * (1 + 0.6 * timeline.arousal)
    return np.cumsum(rate) / GRID_HZ, np.asarray(depth)


def _heart_rate(timeline: Timeline, breath_phase: Track) -> Track:
    by_stage = np.array(_RATE_BY_STAGE) @ timeline.weights
    sleep = 1 - timeline.weights[Stage.W]
    young = (75 - timeline.person.age_years) / 55
    arrhythmia = (0.02 + 0.03 * young * (0.6 + 0.4 * sleep)) * np.sin(2 * np.pi * breath_phase)
    swings = 0.025 * timeline.fluctuation("heart rate, 10 s", time_constant_s=5.0)
    drift = np.array([0.05, 0.03, 0.02, 0.012, 0.045]) @ timeline.weights
    drift = drift * timeline.fluctuation("heart rate, minutes", time_constant_s=60.0)
    woken = 0.14 * timeline.arousal + 0.2 * timeline.movement
    rate = timeline.person.heart_rate_bpm * by_stage * (1 + arrhythmia + swings + drift + woken)
    return np.asarray(np.clip(rate, 38, 150))


def _oxygen(timeline: Timeline, events: tuple[Event, ...]) -> Track:
    resting = 97.2 - 0.025 * (timeline.person.age_years - 20)
    resting -= 0.6 * (1 - timeline.weights[Stage.W])
    wander = 0.25 * timeline.fluctuation("oxygen", time_constant_s=45.0)
    dip = _dips(timeline, events, delay_s=_LUNG_TO_FINGER_S)
    return np.asarray(np.clip(resting + wander - 3.6 * dip, 70, 100))


def _positions(timeline: Timeline) -> Track:
    """Body position: one of four, changed by some of the movements."""
    rng = timeline.rng("position")
    made = np.full(timeline.n_grid, 1.0)
    for event in timeline.events:
        if event.text == "Body movement" and rng.random() < 0.3:
            code = rng.choice([1.0, 2.0, 3.0, 4.0], p=[0.4, 0.25, 0.08, 0.27])
            made[int(event.onset_s * GRID_HZ) :] = code
    return made


def _snoring(timeline: Timeline, position: Track) -> Track:
    rng = timeline.rng("snoring")
    loud = 25.0 * rng.beta(0.8, 2.0) * (1.0 + (position == 1.0))
    deep = 0.8 * timeline.weights[Stage.N2] + timeline.weights[Stage.N3]
    spells = np.clip(timeline.fluctuation("snoring spells", time_constant_s=240.0), 0, 2)
    return np.asarray(loud * spells * (deep + 0.2 * timeline.weights[Stage.R]))


class Snoring:
    """Sound of snoring at one rate: noise, louder with each breath in."""

    def __init__(self, autonomic: Autonomic, rate_hz: float) -> None:
        self._autonomic = autonomic
        self._rate_hz = rate_hz
        frequency = noise.bin_frequencies(rate_hz, 100.0)
        density: NDArray[np.float64] = np.exp(-0.5 * ((frequency - 45) / 22) ** 2)
        self._shape = noise.amplitude(density / (22 * np.sqrt(2 * np.pi)), rate_hz)
        self._noise = noise.FadedNoise(self._segment, rate_hz)

    def page(self, page: int) -> FloatArray:
        """(n_samples,) µV."""
        strength = 0.6 + self._autonomic.snore_strength(Window(page, self._rate_hz))
        made = self._noise.page(page)[0] * strength.astype(np.float32)
        return np.asarray(made, dtype=np.float32)

    def _segment(self, page: int) -> FloatArray:
        rng = self._autonomic.timeline.rng("snore", page)
        bins = noise.random_bins(rng, 1, self._shape.size)
        return noise.from_bins(bins * self._shape, self._rate_hz)
