"""Judges weights on the nights of people whom they never saw."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.progress import Progress, silent
from sleepscorer.core.reliability import Reliability, RiskCoverage, reliability, risk_coverage
from sleepscorer.staging.networks.staging_network import StagingNetwork
from sleepscorer.staging.stager import Stager
from sleepscorer.training.encoder_regression import N_CHECK_RECORDINGS, encoder_error
from sleepscorer.training.evaluate import Channels, answers_on, pooled
from sleepscorer.training.matched_crops import OnMatchedCrops, judge_on_crops
from sleepscorer.training.nights import TrainingNight, counted, feature_nights
from sleepscorer.training.runs import metrics_of
from sleepscorer.training.signals import wake_epochs
from sleepscorer.training.simulated_emg import with_simulated_emg
from sleepscorer.training.splits import held_out

CHANNEL_SETS: dict[str, Channels] = {
    "Fpz-Cz + EOG": {"eeg": 0, "eog": 0},
    "Fpz-Cz": {"eeg": 0},
    "Pz-Oz": {"eeg": 1},
    "EOG": {"eog": 0},
}
"""By which derivations the held-out nights are staged."""


@dataclass(frozen=True)
class Judgement:
    """What is measured of a set of weights, but for raw recordings.

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
    encoder_error
        (5,) mean absolute error of the log band powers on real EEG it was not trained on; empty
        where there are no recordings of wake.
    n_parameters
        Of the network.
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
    encoder_error: tuple[float, ...]
    n_parameters: int
    temperature: float


def judge(stager: Stager, data: Path, *, progress: Progress = silent) -> Judgement:
    """Judge weights by the held-out nights that ``data`` holds.

    Parameters
    ----------
    stager
        Has the weights.
    data
        Holds ``sleepedf_features``, and maybe ``pz_oz_wake``: what is not there is not judged.

    Raises
    ------
    SleepScorerError
        If none of the people who judge is in the data.
    """
    network = stager.network_on_cpu()
    validation, test = _nights(network, data)
    progress(0.0, "held-out nights")
    sets = _sets(network)
    answers = []
    for index, part in enumerate((validation, test)):
        progress(index / 2, "held-out nights")
        answers.append(
            {
                name: answers_on(
                    network,
                    part,
                    channels,
                    stager.info.confidence,
                    recalibration=stager.info.recalibration,
                )
                for name, channels in sets.items()
            }
        )
    on_validation, on_test = (
        {name: metrics_of(found) for name, found in part.items()} for part in answers
    )
    main = pooled(next(iter(answers[1].values())))
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
        encoder_error=_encoder_error(network, data / "pz_oz_wake"),
        n_parameters=sum(each.numel() for each in network.parameters()),
        temperature=float(network.log_temperature.exp()),
    )


def judge_as_short(
    stager: Stager, data: Path, wanted: Sequence[NDArray[np.integer]]
) -> OnMatchedCrops | None:
    """Judge weights on stretches of the held-out nights with the stages of raw recordings.

    Parameters
    ----------
    stager
        Has the weights.
    data
        Holds ``sleepedf_features``.
    wanted
        (n_epochs,) each: the recordings' stages, negative where not scored.
    """
    network = stager.network_on_cpu()
    _, test = _nights(network, data)
    sets = {name: channels for name, channels in _sets(network).items() if "eeg" in channels}
    return judge_on_crops(
        network, test, wanted, sets, stager.info.confidence, stager.info.recalibration
    )


def _sets(network: StagingNetwork) -> dict[str, Channels]:
    kinds = set(network.config.kinds)
    return {name: channels for name, channels in CHANNEL_SETS.items() if set(channels) <= kinds}


def _nights(
    network: StagingNetwork, data: Path
) -> tuple[Sequence[TrainingNight], Sequence[TrainingNight]]:
    """Those who validate, and those who test."""
    nights = feature_nights(data / "sleepedf_features")
    if "emg" in network.config.kinds:
        nights = with_simulated_emg(nights, seed=2)
    _, validation, test = held_out(nights).parts(nights)
    if not test:
        raise SleepScorerError("none of its people is one of those who judge", path=data)
    return validation, test


def _encoder_error(network: StagingNetwork, folder: Path) -> tuple[float, ...]:
    new = tuple(wake_epochs(folder, skip=-N_CHECK_RECORDINGS).values())
    return tuple(encoder_error(network.encoder, np.concatenate(new)).tolist()) if new else ()
