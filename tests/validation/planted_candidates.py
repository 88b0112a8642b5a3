"""Nights of simulated sleepers and candidates whose agreement with them is known beforehand."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import ndtri

from sleepscorer.core.lights import LightsMarks
from sleepscorer.simulation.hypnogram import simulate_hypnogram
from sleepscorer.validation.candidates import Candidate, JudgedNight, NightAnswer

CONSENSUS = Candidate(("sleepscorer", "calm", "keen"))
CALM, KEEN = Candidate(("calm",)), Candidate(("keen",))

# What is said where a stage is missed: rows the truth, columns W N1 N2 N3 R.
_MISTAKES = np.array(
    [
        [0.0, 0.6, 0.2, 0.0, 0.2],
        [0.3, 0.0, 0.5, 0.0, 0.2],
        [0.1, 0.3, 0.0, 0.4, 0.2],
        [0.02, 0.03, 0.95, 0.0, 0.0],
        [0.2, 0.4, 0.4, 0.0, 0.0],
    ]
)
_PERSON_SPREAD = 0.05
_RUN_EPOCHS = 4
_SHARED = 0.7
KAPPA_PER_ERROR = 1.43
"""By how much kappa falls for each share of epochs that becomes wrong, on these nights."""


def answer(stages: Sequence[int], confidence: float | Sequence[float] = 0.8) -> NightAnswer:
    """An answer that gives its stages this probability; -1 is nothing."""
    called = np.asarray(stages)
    sure = np.broadcast_to(np.asarray(confidence, np.float32), called.shape).copy()
    rest = (1 - sure) / 4
    probabilities = np.repeat(rest[:, None], 5, axis=1)
    probabilities[np.arange(called.size), called] = sure
    probabilities[called < 0] = np.nan
    sure[called < 0] = np.nan
    return NightAnswer(probabilities.astype(np.float32), sure)


def planted_nights(
    gaps: Mapping[Candidate, float],
    *,
    seed: int,
    n_nights: int = 10,
    spread: float = 0.02,
    n_epochs: int = 960,
) -> list[JudgedNight]:
    """Nights of as many people, each candidate's kappa known but for chance.

    Parameters
    ----------
    gaps
        By how much the kappa of each is higher than the one of a candidate with gap 0, about .7.
    seed
        Of everything.
    n_nights
        Each of another person.
    spread
        Standard deviation of a candidate's own share of errors from night to night.
    n_epochs
        Of each night.
    """
    rng = np.random.default_rng(seed)
    nights = []
    for at in range(n_nights):
        truth = simulate_hypnogram(n_epochs=n_epochs, seed=1000 * seed + at)
        difficult = 0.21 + rng.normal(0, _PERSON_SPREAD)
        shared = rng.standard_normal(n_epochs // _RUN_EPOCHS + 1)
        answers = {}
        for candidate, gap in gaps.items():
            share = difficult - gap / KAPPA_PER_ERROR + rng.normal(0, spread)
            answers[candidate] = _planted(
                truth.stages, float(np.clip(share, 0.02, 0.6)), shared, rng
            )
        lights = LightsMarks(truth.lights_off_s, truth.lights_on_s)
        nights.append(
            JudgedNight(f"night{at}.edf", f"person{at}", truth.stages, answers, lights=lights)
        )
    return nights


def _planted(
    truth: np.ndarray, share: float, shared: np.ndarray, rng: np.random.Generator
) -> NightAnswer:
    """Errors come in runs of epochs, and most are where others err too, as those of stagers do."""
    n_epochs = len(truth)
    own = rng.standard_normal(len(shared))
    difficulty = np.sqrt(_SHARED) * shared + np.sqrt(1 - _SHARED) * own
    wrong = np.repeat(difficulty < ndtri(share), _RUN_EPOCHS)[:n_epochs]
    chosen = (rng.random(n_epochs)[:, None] > _MISTAKES[truth].cumsum(axis=1)).sum(axis=1)
    called = np.where(wrong, np.minimum(chosen, 4), truth)
    return answer(called, np.where(wrong, rng.uniform(0.3, 0.9, n_epochs), 0.9))
