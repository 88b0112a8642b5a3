"""A whole validation with all that a report may have to say, of simulated nights."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np

from sleepscorer.core.lights import LightsMarks
from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.core.stages import Stage
from sleepscorer.simulation.hypnogram import simulate_hypnogram
from sleepscorer.validation.candidates import (
    Candidate,
    JudgedNight,
    Montage,
    NightAnswer,
    NotJudged,
)
from sleepscorer.validation.found import Validation
from sleepscorer.validation.judging import judged

STAGERS = ("sleepscorer", "yasa", "robust_sleep_net")
MONTAGES = (
    Montage(),
    Montage("C4-M1 + EOG", ChannelChoice(eeg=("C4-M1",))),
    Montage("F4-M1 + EOG", ChannelChoice(eeg=("F4-M1",))),
    Montage("all EEG, no EOG", ChannelChoice(eog=("none",))),
)
CANDIDATES = tuple(
    Candidate(who, montage)
    for montage, who in product(MONTAGES, (STAGERS, *((one,) for one in STAGERS)))
)
DRAFTED = "Drafted by sleepscorer in the session night07.session, and confirmed without a change."
NOT_JUDGED = (
    NotJudged("night11.edf", "no scoring lies beside it"),
    NotJudged("night12.edf", "the scoring night12.txt covers 12 of 960 epochs"),
)

_N_EPOCHS = 900
_ERRORS = {STAGERS: 0.19, STAGERS[:1]: 0.22, STAGERS[1:2]: 0.27, STAGERS[2:]: 0.15}
_WORSE_BY_MONTAGE = (0.0, 0.02, 0.03, 0.05)


def example_nights(
    n_nights: int = 10, *, n_people: int = 9, two_scorers: int = 3
) -> list[JudgedNight]:
    """Nights of so many people; the seventh was drafted, and one stager failed on the fifth."""
    rng = np.random.default_rng(7)
    nights = []
    for at in range(n_nights):
        truth = simulate_hypnogram(n_epochs=_N_EPOCHS, seed=at)
        stages = truth.stages.copy()
        stages[:4] = Stage.UNSCORED
        difficult = rng.normal(0, 0.04)
        answers = {
            one: _answer(stages, _ERRORS[one.stagers] + _worse(one) + difficult, rng)
            for one in CANDIDATES
        }
        failures = {}
        if at == 4:
            failing = Candidate(STAGERS[1:2])
            del answers[failing]
            failures[failing] = "YASA needs an EEG sampled at 80 Hz or more; C4-M1 has 64 Hz"
        second = _changed(stages, 0.14, rng) if at < two_scorers else None
        nights.append(
            JudgedNight(
                f"night{at + 1:02}.edf",
                f"P{at % n_people + 1:02}",
                stages,
                answers,
                second_reference=second,
                lights=LightsMarks(truth.lights_off_s, truth.lights_on_s),
                left_out=DRAFTED if at == 6 else "",
                notes=("4 epochs at the start were not scored.",),
                failures=failures,
            )
        )
    return nights


def example_validation(nights: list[JudgedNight] | None = None) -> Validation:
    """Ten nights of nine people, one left out, two files not judged, 16 candidates."""
    found = judged(
        Path("/clinic/validation nights"),
        example_nights() if nights is None else nights,
        NOT_JUDGED,
        stagers=(
            ("sleepscorer", "sleepscorer (sleepscorer 0.1.0, night-1)"),
            ("yasa", "yasa (YASA 0.7.0)"),
            ("robust_sleep_net", "robust_sleep_net (RobustSleepNet 1.0, public weights)"),
        ),
        notes=("2 recordings do not say whose they are, and each counts as somebody else's",),
    )
    return replace(found, created_utc="2026-11-30T02:30:00+00:00")


def without_r(nights: list[JudgedNight]) -> list[JudgedNight]:
    """The same nights, R scored and staged as N1: a stage that nobody holds has no F1."""
    return [
        replace(
            night,
            reference=np.where(night.reference == Stage.R, np.int8(Stage.N1), night.reference),
            second_reference=None,
            answers={
                one: replace(said, probabilities=_moved(said.probabilities))
                for one, said in night.answers.items()
            },
        )
        for night in nights
    ]


def _moved(probabilities: np.ndarray) -> np.ndarray:
    moved = probabilities.copy()
    moved[:, Stage.N1] += moved[:, Stage.R]
    moved[:, Stage.R] = 0
    return moved


def _worse(candidate: Candidate) -> float:
    return _WORSE_BY_MONTAGE[MONTAGES.index(candidate.montage)]


def _changed(stages: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    wrong = (rng.random(len(stages)) < share) & (stages >= 0)
    other = np.clip(stages + rng.choice([-1, 1], len(stages)), 0, 4)
    return np.where(wrong, other, stages).astype(np.int8)


def _answer(stages: np.ndarray, share: float, rng: np.random.Generator) -> NightAnswer:
    said = np.maximum(_changed(stages, share, rng), 0)
    sure = np.where(
        said == stages, 1 - rng.beta(1.2, 8, len(said)), 1 - rng.beta(2.5, 4, len(said))
    )
    sure = np.clip(sure, 0.4, 0.99).astype(np.float32)
    probabilities = np.repeat((1 - sure)[:, None] / 4, 5, axis=1)
    probabilities[np.arange(len(said)), said] = sure
    return NightAnswer(probabilities.astype(np.float32), sure)
