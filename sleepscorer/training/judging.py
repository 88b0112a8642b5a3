"""Judges weights: on held-out nights, on raw recordings beside another stager, on wake."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sleepscorer.core.agreement import Agreement
from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.core.reliability import Reliability, RiskCoverage, reliability, risk_coverage
from sleepscorer.core.second_opinion import joined_probabilities
from sleepscorer.core.stager_channels import choose_stager_channels
from sleepscorer.core.stages import Stage
from sleepscorer.core.staging_result import Staging
from sleepscorer.staging.networks.staging_network import StagingNetwork
from sleepscorer.staging.preprocess import Band
from sleepscorer.staging.stager import Stager
from sleepscorer.staging.stagers import Offered
from sleepscorer.training.encoder_regression import N_CHECK_RECORDINGS, encoder_error
from sleepscorer.training.evaluate import (
    NightAnswers,
    agreement_of,
    answers_on,
    pooled,
)
from sleepscorer.training.nights import counted, feature_nights
from sleepscorer.training.real_recordings import (
    JudgedRecording,
    scored_recordings,
    unscored_wake,
)
from sleepscorer.training.runs import metrics_of
from sleepscorer.training.signals import wake_epochs
from sleepscorer.training.simulated_emg import with_simulated_emg
from sleepscorer.training.splits import held_out

CHANNEL_SETS: dict[str, dict[Band, int]] = {
    "Fpz-Cz + EOG": {"eeg": 0, "eog": 0},
    "Fpz-Cz": {"eeg": 0},
    "Pz-Oz": {"eeg": 1},
    "EOG": {"eog": 0},
}
"""By which derivations the held-out nights are staged."""


@dataclass(frozen=True)
class RawJudgement:
    """Agreement on raw signals of one recording, or of several pooled.

    ``theirs`` is another stager's, ``joined`` that of the mean of both probabilities.
    """

    name: str
    channels: str
    ours: Agreement
    theirs: Agreement | None
    joined: Agreement | None


@dataclass(frozen=True)
class Judgement:
    """Everything that is measured of a set of weights.

    Parameters
    ----------
    name, sha256, summary
        Of the weights.
    validation, test
        For each set of channels the figures of :func:`~sleepscorer.training.runs.metrics_of`.
    n_validation, n_test
        How much that is, in words.
    reliability, review
        Of the confidence on the test nights with all channels.
    recordings
        Raw signals, the last row all pooled.
    wake_called_sleep
        (epochs called sleep, epochs staged) of recordings of wake.
    encoder_error
        (5,) mean absolute error of the log band powers on real EEG it was not trained on; empty
        where there are no recordings of wake.
    n_parameters
        Of the network.
    seconds_a_night
        To stage 960 epochs of one EEG, as the recordings of wake took; None without any.
    temperature
        Of the calibrated probabilities.
    """

    name: str
    sha256: str
    summary: str
    validation: dict[str, dict[str, Any]]
    test: dict[str, dict[str, Any]]
    n_validation: str
    n_test: str
    reliability: Reliability
    review: RiskCoverage
    recordings: tuple[RawJudgement, ...]
    wake_called_sleep: tuple[int, int]
    encoder_error: tuple[float, ...]
    n_parameters: int
    seconds_a_night: float | None
    temperature: float


def judge(
    weights: str | Path, data: Path, *, other: Offered | None = None, progress: Progress = silent
) -> Judgement:
    """Judge weights by everything that ``data`` holds.

    Parameters
    ----------
    weights
        Name of a folder in ``models/``, or a path.
    data
        Holds ``sleepedf_features``, and maybe ``dreams``, ``female57`` and ``pz_oz_wake``: what is
        not there is not judged.
    other
        A stager to judge by the same recordings in the same run.

    Raises
    ------
    SleepScorerError
        If the weights can't be read, or none of the people who judge is in the data.
    """
    stager = Stager(weights, device="cpu")
    network = stager.network_on_cpu()
    nights = feature_nights(data / "sleepedf_features")
    if "emg" in network.config.kinds:
        nights = with_simulated_emg(nights, seed=2)
    _, validation, test = held_out(nights).parts(nights)
    if not test:
        raise SleepScorerError("none of its people is one of those who judge", path=data)
    progress(0.0, "held-out nights")
    sets = {
        name: channels
        for name, channels in CHANNEL_SETS.items()
        if set(channels) <= set(network.config.kinds)
    }
    answers = [
        {
            name: answers_on(network, part, channels, stager.info.confidence)
            for name, channels in sets.items()
        }
        for part in (validation, test)
    ]
    on_validation, on_test = (
        {name: metrics_of(found) for name, found in part.items()} for part in answers
    )
    main = pooled(next(iter(answers[1].values())))
    recordings = _on_recordings(stager, data, other, part_of(progress, 0.4, 0.6))
    called_sleep, seconds = _on_wake(stager, data / "pz_oz_wake", part_of(progress, 0.6, 1.0))
    return Judgement(
        name=stager.info.name,
        sha256=stager.info.sha256,
        summary=stager.info.summary,
        validation=on_validation,
        test=on_test,
        n_validation=counted(validation),
        n_test=counted(test),
        reliability=reliability(main.confidence, main.right),
        review=risk_coverage(main.confidence, main.right),
        recordings=recordings,
        wake_called_sleep=called_sleep,
        encoder_error=_encoder_error(network, data / "pz_oz_wake"),
        n_parameters=sum(each.numel() for each in network.parameters()),
        seconds_a_night=seconds,
        temperature=float(network.log_temperature.exp()),
    )


def _on_recordings(
    stager: Stager, data: Path, other: Offered | None, progress: Progress
) -> tuple[RawJudgement, ...]:
    rows: list[RawJudgement] = []
    all_answers: list[_Answers] = []
    scored = list(scored_recordings(data))
    for index, one in enumerate(scored):
        progress(index / len(scored), one.name)
        channels = choose_stager_channels(one.recording)
        staging = stager.stage(one.recording, channels)
        answers: _Answers = (_answers(staging, one), None, None)
        if other is not None:
            with suppress(SleepScorerError):
                theirs = other.stage(one.recording, channels)
                both = Staging(joined_probabilities(staging, theirs), staging.provenance)
                answers = (answers[0], _answers(theirs, one), _answers(both, one))
        used = staging.provenance.eeg + staging.provenance.eog + staging.provenance.emg
        rows.append(_row(f"{one.group}, {one.name}", ", ".join(used), answers))
        all_answers.append(answers)
    if all_answers:
        ours, other_answers, joined = (
            _pooled_if_all(column) for column in zip(*all_answers, strict=True)
        )
        if ours is not None:
            rows.append(_row("all together", "", (ours, other_answers, joined)))
    return tuple(rows)


_Answers = tuple[NightAnswers, NightAnswers | None, NightAnswers | None]
"""Ours, another stager's, and of the mean of both."""


def _pooled_if_all(answers: Sequence[NightAnswers | None]) -> NightAnswers | None:
    given = [one for one in answers if one is not None]
    return pooled(given) if len(given) == len(answers) else None


def _row(name: str, channels: str, answers: _Answers) -> RawJudgement:
    ours, theirs, joined = answers
    return RawJudgement(
        name,
        channels,
        agreement_of(ours),
        None if theirs is None else agreement_of(theirs),
        None if joined is None else agreement_of(joined),
    )


def _answers(staging: Staging, one: JudgedRecording) -> NightAnswers:
    stages = one.scoring.hypnogram.stages
    n_epochs = min(len(stages), len(staging.probabilities))
    labels, probabilities = stages[:n_epochs], staging.probabilities[:n_epochs]
    both = (labels >= 0) & np.isfinite(probabilities[:, 0])
    hierarchy = staging.hierarchy
    three = np.zeros((int(both.sum()), 3)) if hierarchy is None else hierarchy[:n_epochs][both]
    return NightAnswers(
        one.name,
        probabilities[both].astype(np.float64),
        three.astype(np.float64),
        labels[both].astype(np.int64),
        staging.confidence[:n_epochs][both].astype(np.float64),
    )


def _encoder_error(network: StagingNetwork, folder: Path) -> tuple[float, ...]:
    new = tuple(wake_epochs(folder, skip=-N_CHECK_RECORDINGS).values())
    return tuple(encoder_error(network.encoder, np.concatenate(new)).tolist()) if new else ()


def _on_wake(
    stager: Stager, folder: Path, progress: Progress
) -> tuple[tuple[int, int], float | None]:
    """(called sleep, staged) and seconds for 960 epochs of one channel, in a running process."""
    called = staged = n_epochs = 0
    took_s = 0.0
    for recording in unscored_wake(folder):
        progress(0.5, recording.path.name)
        channels = choose_stager_channels(recording)
        began_s = time.perf_counter()
        stages = stager.stage(recording, channels).stages
        took_s += time.perf_counter() - began_s
        n_epochs += recording.n_epochs
        called += int((stages > Stage.W).sum())
        staged += int((stages >= Stage.W).sum())
    return (called, staged), 960 * took_s / n_epochs if n_epochs else None
