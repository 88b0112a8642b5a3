"""The course of a night between the epochs: stages, arousals, open eyes and movements in seconds.

Everything slow is a track: a value four times a second over the whole night.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.event_kinds import AROUSAL
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.simulation.chance import generator, poisson_times, smooth_noise
from sleepscorer.simulation.individual import Individual

GRID_HZ = 4
PAGE_S = 30
"""Signals are made in pages of this length, whatever stretch is asked for."""

_TRANSITION_S = 3.0
_AROUSALS_PER_H = (0.0, 14.0, 9.0, 2.5, 9.0)
_WAKE_SHARE_OF_AROUSAL = 0.65

Track = NDArray[np.float64]


@dataclass(frozen=True)
class Window:
    """Sample times of a stretch that starts with a page.

    Parameters
    ----------
    page
        Number of the page; may be -1, and lie behind the end.
    rate_hz
        Samples a second.
    seconds
        Length of the stretch.
    """

    page: int
    rate_hz: float
    seconds: int = PAGE_S

    @property
    def start_s(self) -> float:
        """Seconds from the start of the night."""
        return float(self.page * PAGE_S)

    @property
    def n_samples(self) -> int:
        """Samples in the stretch."""
        return round(self.seconds * self.rate_hz)

    @cached_property
    def times_s(self) -> Track:
        """(n_samples,) seconds from the start of the night."""
        return np.asarray(self.start_s + np.arange(self.n_samples) / self.rate_hz)

    def samples_between(self, start_s: float, stop_s: float) -> slice:
        """Samples of this stretch at or after ``start_s`` and before ``stop_s``."""
        first, last = (
            int(np.clip(np.ceil((s - self.start_s) * self.rate_hz), 0, self.n_samples))
            for s in (start_s, stop_s)
        )
        return slice(first, max(first, last))

    def slow(self, track: Track) -> Track:
        """(..., n_grid) values of a track on the grid points around this stretch."""
        first = self.page * PAGE_S * GRID_HZ
        points = np.arange(first, first + self.seconds * GRID_HZ + 1)
        return track[..., np.clip(points, 0, track.shape[-1] - 1)]

    def values(self, track: Track) -> Track:
        """(n_samples,) a track interpolated at the sample times."""
        around = self.slow(track)
        points = np.arange(self.n_samples) * (GRID_HZ / self.rate_hz)
        return np.asarray(np.interp(points, np.arange(around.size), around))


@dataclass(frozen=True, eq=False)
class Timeline:
    """Tracks of one night, (n_grid,) unless said.

    Parameters
    ----------
    person
        Who sleeps.
    seed
        What the night was drawn from.
    duration_s
        Length of the whole epochs that hold the night.
    weights
        (5, n_grid) share of each stage, columns of which sum to 1; an arousal is a share of wake.
    arousal, movement
        0 to 1.
    eyes_open
        0 to 1; counts where the sleeper is awake.
    lights_on
        1 before lights off and after lights on.
    events
        Arousals and movements.
    """

    person: Individual
    seed: int
    duration_s: float
    weights: Track
    arousal: Track
    movement: Track
    eyes_open: Track
    lights_on: Track
    events: tuple[Event, ...]

    @property
    def n_grid(self) -> int:
        """Points of a track."""
        return int(self.weights.shape[1])

    @cached_property
    def elapsed(self) -> Track:
        """Share of the night gone by, 0 to 1."""
        return np.linspace(0.0, 1.0, self.n_grid)

    def rng(self, name: str, page: int = 0) -> np.random.Generator:
        """Source of chance of one process."""
        return generator(self.seed, name, page)

    def times(self, name: str, rate_per_s: Track, *, min_gap_s: float) -> Track:
        """(n_events,) seconds of a Poisson process with dead time; see ``poisson_times``."""
        return poisson_times(rate_per_s, GRID_HZ, min_gap_s=min_gap_s, rng=self.rng(name))

    def fluctuation(self, name: str, *, time_constant_s: float) -> Track:
        """Slow Gaussian noise of unit variance."""
        return smooth_noise(
            self.n_grid, GRID_HZ, time_constant_s=time_constant_s, rng=self.rng(name)
        )

    def at(self, track: Track, time_s: Track) -> Track:
        """Values of a track at any times."""
        return np.asarray(np.interp(time_s * GRID_HZ, np.arange(track.size), track))


def build_timeline(hypnogram: Hypnogram, seed: int) -> Timeline:
    """Fill in what happens inside the epochs of a scored night (at least one epoch long)."""
    person = Individual.of(seed)
    n_grid = int(hypnogram.duration_s * GRID_HZ)
    stages = _stages_on_grid(hypnogram, generator(seed, "stage changes"))
    pure = np.stack([_softened(stages == stage) for stage in STAGES])
    rates = np.array(_AROUSALS_PER_H) / 3600 * person.restlessness
    arousal_events = _bouts(rates @ pure, AROUSAL.text, (3.0, 14.0), generator(seed, "arousals"))
    arousal = _softened(_mask(arousal_events, n_grid))
    lights_on = _lights(hypnogram, n_grid)
    movement_events = _movements(stages, lights_on, arousal_events, seed)
    return Timeline(
        person=person,
        seed=seed,
        duration_s=hypnogram.duration_s,
        weights=_with_arousals(pure, arousal),
        arousal=arousal,
        movement=_softened(_mask(movement_events, n_grid)),
        eyes_open=_eyes_open(stages, lights_on, generator(seed, "eyes open")),
        lights_on=lights_on,
        events=tuple(sorted(arousal_events + movement_events, key=lambda e: e.onset_s)),
    )


def _stages_on_grid(hypnogram: Hypnogram, rng: np.random.Generator) -> NDArray[np.int8]:
    """Stages by quarter seconds: most changes fall inside an epoch, which keeps its majority."""
    stages = hypnogram.stages
    changes = np.flatnonzero(np.diff(stages)) + 1
    lengths = np.diff(np.concatenate([[0], changes, [stages.size]]))
    # A bout of one epoch is cut from both sides and must still fill most of it.
    room_s = np.where(np.minimum(lengths[:-1], lengths[1:]) == 1, 5.0, 11.0)
    shifts = rng.uniform(-room_s, room_s) * (rng.random(changes.size) < 0.7)
    bounds = np.round((changes * hypnogram.epoch_s + shifts) * GRID_HZ).astype(int)
    grid = np.empty(int(hypnogram.duration_s * GRID_HZ), dtype=np.int8)
    edges = [0, *bounds.tolist(), grid.size]
    for index, (start, stop) in enumerate(pairwise(edges)):
        grid[start:stop] = stages[0 if index == 0 else changes[index - 1]]
    # Nobody knows what an unscored stretch holds: shown as wake.
    grid[grid < 0] = Stage.W
    return grid


def running_mean(track: Track, before_s: float, after_s: float) -> Track:
    """Mean of a track from ``before_s`` before to ``after_s`` after each moment, edges held."""
    before, after = int(before_s * GRID_HZ), int(after_s * GRID_HZ)
    padded = np.concatenate([[0.0], np.pad(track, (before, after), mode="edge")])
    total = np.cumsum(padded)
    length = before + after + 1
    # Sums of many numbers: a mean of nothing may come out a hair below 0.
    return np.asarray(np.maximum(total[length:] - total[:-length], 0.0) / length)


def _softened(mask: NDArray[np.bool_]) -> Track:
    kernel = np.hanning(int(_TRANSITION_S * GRID_HZ) + 2)[1:-1]
    padded = np.pad(mask.astype(np.float64), kernel.size, mode="edge")
    smooth = np.convolve(padded, kernel / kernel.sum(), mode="same")
    return np.clip(smooth[kernel.size : -kernel.size], 0.0, 1.0)


def _mask(events: list[Event], n_grid: int) -> NDArray[np.bool_]:
    mask = np.zeros(n_grid, dtype=np.bool_)
    for event in events:
        stop_s = event.onset_s + (event.duration_s or 0.0)
        mask[int(event.onset_s * GRID_HZ) : int(np.ceil(stop_s * GRID_HZ))] = True
    return mask


def _bouts(
    rate_per_s: Track, text: str, limits_s: tuple[float, float], rng: np.random.Generator
) -> list[Event]:
    low, high = limits_s
    end_s = rate_per_s.size / GRID_HZ
    times = poisson_times(rate_per_s, GRID_HZ, min_gap_s=high + 10, rng=rng)
    lengths = low + (high - low) * rng.beta(1.3, 2.5, times.size)
    return [
        Event(round(t, 2), round(min(d, end_s - t), 2), text)
        for t, d in zip(times.tolist(), lengths.tolist(), strict=True)
        if t < end_s - 0.5
    ]


def _with_arousals(pure: Track, arousal: Track) -> Track:
    share = _WAKE_SHARE_OF_AROUSAL * arousal
    weights = pure * (1 - share)
    weights[Stage.W] += share
    return weights


def _lights(hypnogram: Hypnogram, n_grid: int) -> Track:
    times = np.arange(n_grid) / GRID_HZ
    off, on = hypnogram.lights_off_s, hypnogram.lights_on_s
    before = times < (0.0 if off is None else off)
    after = times >= (np.inf if on is None else on)
    return (before | after).astype(np.float64)


def _movements(
    stages: NDArray[np.int8], lights_on: Track, arousals: list[Event], seed: int
) -> list[Event]:
    """Body movements: on waking, in wake, and with some arousals."""
    rng = generator(seed, "movements")
    rate = np.array([0.25, 0.05, 0.015, 0.008, 0.02])[stages] / 60 * (1 + 1.5 * lights_on)
    woken = np.flatnonzero((stages[1:] == Stage.W) & (stages[:-1] != Stage.W))
    # One movement within the first three seconds of three awakenings in five.
    for point in woken:
        rate[point : point + 12] += 0.9 / 3
    events = _bouts(rate, "Body movement", (2.0, 15.0), rng)
    for arousal in arousals:
        if rng.random() < 0.25:
            events.append(Event(arousal.onset_s, arousal.duration_s, "Body movement"))
    return events


def _eyes_open(stages: NDArray[np.int8], lights_on: Track, rng: np.random.Generator) -> Track:
    open_eyes = np.zeros(stages.size, dtype=np.bool_)
    at = 0
    while at < stages.size:
        length = int(rng.uniform(8, 60) * GRID_HZ)
        chance = 0.85 if lights_on[at] else 0.2
        open_eyes[at : at + length] = rng.random() < chance
        at += length
    return _softened(open_eyes & (stages == Stage.W))
