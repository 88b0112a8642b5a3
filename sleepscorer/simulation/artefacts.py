"""What spoils real recordings: movement, sweat, loose electrodes, mains, the heart in the EEG."""

from dataclasses import dataclass

import numpy as np

from sleepscorer.core.events import Event
from sleepscorer.core.recording import FloatArray
from sleepscorer.core.stages import Stage
from sleepscorer.simulation import noise
from sleepscorer.simulation.autonomic import Autonomic
from sleepscorer.simulation.chance import poisson_times
from sleepscorer.simulation.electrodes import Electrodes
from sleepscorer.simulation.timeline import GRID_HZ, Timeline, Window

_MAINS_HZ = 50.0
_POPS_PER_H = 0.12
_HUMS_PER_H = 0.06
_POP_S = 6.0
_SWAY_HZ = (0.12, 0.19, 0.31)
_HIGHEST_HZ = 80.0


@dataclass(frozen=True)
class _Spell:
    """One artefact of one electrode: kind, time, size (µV)."""

    kind: str
    onset_s: float
    duration_s: float
    size_uv: float


class ElectrodeArtefacts:
    """Artefacts of each electrode, drawn by its name: the same in every montage."""

    def __init__(
        self, timeline: Timeline, autonomic: Autonomic, electrodes: Electrodes, rate_hz: float
    ) -> None:
        self._timeline = timeline
        self._autonomic = autonomic
        self._electrodes = electrodes
        self._rate_hz = rate_hz
        self._spells = [_draw_spells(timeline, name) for name in electrodes.names]
        frequency = noise.bin_frequencies(rate_hz, _HIGHEST_HZ)
        # Swaying leads below 3 Hz, tense muscles above 15 Hz.
        swaying = 2600 * np.exp(-0.5 * ((frequency - 0.8) / 0.7) ** 2)
        tense = 6.0 / (1 + np.exp(-(frequency - 18) / 3))
        self._shape = noise.amplitude(swaying + tense, rate_hz)
        self._noise = noise.FadedNoise(self._segment, rate_hz)
        rng = timeline.rng("heart in the EEG")
        self._heart = float(rng.uniform(0.0, 0.008))

    def add_to(self, potentials: FloatArray, page: int) -> None:
        """Add the artefacts of a page to (n_electrodes, n_samples) potentials, µV."""
        window = Window(page, self._rate_hz)
        self._add_movement(potentials, window)
        self._add_heart(potentials, window)
        for row, spells in zip(potentials, self._spells, strict=True):
            for spell in spells:
                _add_spell(row, spell, window)

    def events(self) -> list[Event]:
        """Pops, sweat and hum, named with their electrode; movements are the timeline's."""
        return [
            Event(s.onset_s, s.duration_s, f"{s.kind} {name}")
            for name, spells in zip(self._electrodes.names, self._spells, strict=True)
            for s in spells
        ]

    def _add_movement(self, potentials: FloatArray, window: Window) -> None:
        if window.slow(self._timeline.movement).max() <= 0:
            return
        strength = window.values(self._timeline.movement).astype(np.float32)
        potentials += self._noise.page(window.page) * strength

    def _add_heart(self, potentials: FloatArray, window: Window) -> None:
        """Weak at the scalp, larger and of opposite sign at the two mastoids."""
        low = np.array([1.0 if n[0] == "M" else 0.12 for n in self._electrodes.names])
        gain = self._heart * low * np.where(self._electrodes.right < 0, 1.0, -0.4)
        heart = self._autonomic.ecg(window.times_s).astype(np.float32)
        potentials += np.outer(gain.astype(np.float32), heart)

    def _segment(self, page: int) -> FloatArray:
        rows = [
            noise.random_bins(self._timeline.rng("movement " + name, page), 1, self._shape.size)
            for name in self._electrodes.names
        ]
        return noise.from_bins(np.concatenate(rows) * self._shape, self._rate_hz)


def _draw_spells(timeline: Timeline, electrode: str) -> list[_Spell]:
    rng = timeline.rng("artefacts of " + electrode)
    spells = []
    for kind, per_h, lengths in (
        ("Electrode pop", _POPS_PER_H, (_POP_S, _POP_S)),
        ("Mains hum", _HUMS_PER_H, (8.0, 40.0)),
    ):
        rate = np.full(timeline.n_grid, per_h / 3600)
        times = poisson_times(rate, GRID_HZ, min_gap_s=60, rng=rng)
        for time in times:
            size = rng.uniform(60, 220) * rng.choice([-1, 1]) if kind[0] == "E" else 12.0
            spells.append((kind, float(time), float(rng.uniform(*lengths)), float(size)))
    # Sweat comes to one electrode in ten, in a warm spell of minutes while asleep.
    if rng.random() < 0.1 and timeline.duration_s > 3600:
        asleep = np.flatnonzero(timeline.weights[Stage.W] < 0.5) / GRID_HZ
        if asleep.size:
            onset, length = float(rng.choice(asleep)), float(rng.uniform(300, 900))
            spells.append(("Sweat sway", onset, length, float(rng.uniform(25, 60))))
    end_s = timeline.duration_s
    return [
        _Spell(kind, round(onset, 2), round(min(length, end_s - onset), 2), size)
        for kind, onset, length, size in spells
        if onset < end_s - 1
    ]


def _add_spell(row: FloatArray, spell: _Spell, window: Window) -> None:
    part = window.samples_between(spell.onset_s, spell.onset_s + spell.duration_s)
    if part.start == part.stop:
        return
    u = window.times_s[part] - spell.onset_s
    if spell.kind == "Electrode pop":
        form = np.exp(-u / 0.6)
    elif spell.kind == "Mains hum":
        # Above 45 % of the rate the anti-aliasing filter has taken it out.
        if 0.45 * window.rate_hz < _MAINS_HZ:
            return
        form = np.sin(2 * np.pi * _MAINS_HZ * u)
    else:
        waves = [np.sin(2 * np.pi * hz * u + phase) for phase, hz in enumerate(_SWAY_HZ)]
        form = np.sum(waves, axis=0) / 1.5 * np.sin(np.pi * u / spell.duration_s)
    row[part] += (spell.size_uv * form).astype(np.float32)
