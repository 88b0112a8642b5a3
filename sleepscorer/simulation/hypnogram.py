"""A night's stages as sleep cycles: a Markov chain whose odds follow the cycle.

Within a cycle the chain of stages is that of Kemp & Kamphuisen 1986 (transition odds per 30-s
epoch); the plan of cycles follows Carskadon & Dement (Principles and Practice of Sleep
Medicine): 70 to 120 min each, slow-wave sleep early, REM sleep short first and longer later.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.simulation.chance import generator
from sleepscorer.simulation.individual import Individual

_EPOCHS_PER_MIN = 2
_N3_BY_CYCLE = (1.0, 0.85, 0.5, 0.25, 0.1)
_REM_MIN_BY_CYCLE = (9.0, 17.0, 22.0, 26.0, 28.0)
_LIGHTS_NEED_MIN = 10.0
"""Shorter recordings carry no lights marks: they are excerpts."""


@dataclass(frozen=True)
class _Plan:
    """When the lights go out, sleep may begin and has to end, in epochs."""

    n_epochs: int
    lights_off: int
    onset: int
    final_wake: int
    lights_on: int


def simulate_hypnogram(*, n_epochs: int, seed: int) -> Hypnogram:
    """Simulate the true scoring of a night.

    Parameters
    ----------
    n_epochs
        Length of the recording; excerpts of a few epochs are nights with everything brief.
    seed
        The same seed gives the same sleeper, and the same night at the same length.

    Returns
    -------
    Hypnogram with lights off and on, except for recordings under ten minutes.
    """
    individual = Individual.of(seed)
    rng = generator(seed, "hypnogram")
    plan = _plan(n_epochs, rng)
    stages = np.full(n_epochs, Stage.W, dtype=np.int8)
    length = plan.final_wake - plan.onset
    stages[plan.onset : plan.final_wake] = _sleep(length, individual, rng)
    if n_epochs < _LIGHTS_NEED_MIN * _EPOCHS_PER_MIN:
        return Hypnogram(stages)
    off, on = np.round(rng.uniform(0, EPOCH_S - 1, 2))
    return Hypnogram(
        stages,
        lights_off_s=float(plan.lights_off * EPOCH_S + off),
        lights_on_s=float(min(plan.lights_on * EPOCH_S + on, n_epochs * EPOCH_S)),
    )


def _plan(n_epochs: int, rng: np.random.Generator) -> _Plan:
    before = min(rng.uniform(3, 15) * _EPOCHS_PER_MIN, 0.05 * n_epochs)
    latency = min(rng.lognormal(np.log(11), 0.6) * _EPOCHS_PER_MIN, 0.15 * n_epochs)
    after = min(rng.uniform(1, 12) * _EPOCHS_PER_MIN, 0.05 * n_epochs)
    in_bed_after = min(rng.exponential(5) * _EPOCHS_PER_MIN, 0.05 * n_epochs)
    need = rng.normal(8.3, 0.7) * 60 * _EPOCHS_PER_MIN
    lights_off = int(before)
    onset = int(before + latency)
    final_wake = int(min(n_epochs - after - in_bed_after, onset + max(need, 1)))
    lights_on = int(min(final_wake + in_bed_after + 1, n_epochs - 1))
    return _Plan(n_epochs, lights_off, onset, max(final_wake, onset), lights_on)


def _sleep(n_epochs: int, individual: Individual, rng: np.random.Generator) -> NDArray[np.int8]:
    """Stages from sleep onset to the final awakening."""
    stages = [int(Stage.N1)] * int(rng.integers(2, 8))
    cycle = 0
    while len(stages) < n_epochs:
        late = min(cycle, len(_N3_BY_CYCLE) - 1)
        stages += _nrem(late, stages[-1], individual, rng)
        # The first REM period is missed in about one night of twelve.
        if cycle > 0 or rng.random() > 0.08:
            stages += _rem(late, stages[-1], individual, rng)
        cycle += 1
    return np.array(stages[:n_epochs], dtype=np.int8)


def _nrem(cycle: int, stage: int, person: Individual, rng: np.random.Generator) -> list[int]:
    minutes = np.clip(rng.normal(76 if cycle == 0 else 70, 14), 40, 120)
    n_epochs = int(minutes * _EPOCHS_PER_MIN)
    deep = person.depth * _N3_BY_CYCLE[cycle]
    made: list[int] = []
    while len(made) < n_epochs:
        # N3 comes after some minutes of N2 and has gone before REM sleep begins.
        profile = np.clip(np.sin(np.pi * (len(made) / n_epochs) ** 0.85) * 1.5, 0, 1)
        stage = _step(_nrem_odds(stage, float(deep * profile), person.restlessness), rng)
        made += [stage] * (_awake_epochs(rng) if stage == Stage.W else 1)
    return made


def _rem(cycle: int, stage: int, person: Individual, rng: np.random.Generator) -> list[int]:
    minutes = rng.lognormal(np.log(_REM_MIN_BY_CYCLE[cycle]), 0.35)
    made = [int(Stage.N2)] * int(rng.integers(1, 5)) if stage == Stage.N3 else []
    # Some REM periods are entered by way of N1 (a lightening).
    made += [int(Stage.N1)] * int(rng.random() < 0.3)
    stage = int(Stage.R)
    for _ in range(int(minutes * _EPOCHS_PER_MIN)):
        made.append(stage)
        stage = _step(_rem_odds(stage, person.restlessness), rng)
    wakes = rng.random() < min(0.35 * person.restlessness, 0.8)
    return made + [int(Stage.W)] * (_awake_epochs(rng) if wakes else 0)


def _awake_epochs(rng: np.random.Generator) -> int:
    """Most awakenings last an epoch or two; one in fifteen becomes a long one."""
    if rng.random() < 0.06:
        return int(np.clip(rng.lognormal(np.log(7), 0.7), 3, 45) * _EPOCHS_PER_MIN)
    return 1


def _nrem_odds(stage: int, deep: float, restless: float) -> tuple[float, ...]:
    """Odds of the next epoch being W, N1, N2, N3, R."""
    if stage == Stage.W:
        return (0.55, 0.42, 0.03, 0.0, 0.0)
    if stage == Stage.N1:
        return (0.06 * restless, 0.60, 0.33, 0.0, 0.0)
    if stage == Stage.N3:
        return (0.006 * restless, 0.004, 0.24 - 0.16 * min(deep, 1.0), 0.70 + 0.2 * deep, 0.0)
    if stage == Stage.R:
        return (0.05, 0.35, 0.6, 0.0, 0.0)
    return (0.011 * restless, 0.021 * restless, 0.90, 0.005 + 0.13 * deep, 0.0)


def _rem_odds(stage: int, restless: float) -> tuple[float, ...]:
    if stage == Stage.W:
        return (0.5, 0.35, 0.0, 0.0, 0.15)
    if stage == Stage.N1:
        return (0.04, 0.55, 0.03, 0.0, 0.38)
    if stage == Stage.N2:
        return (0.01, 0.05, 0.74, 0.0, 0.2)
    return (0.010 * restless, 0.016 * restless, 0.008, 0.0, 0.96)


def _step(odds: tuple[float, ...], rng: np.random.Generator) -> int:
    limits = np.cumsum(odds)
    return int(np.searchsorted(limits, rng.random() * limits[-1], side="right"))
