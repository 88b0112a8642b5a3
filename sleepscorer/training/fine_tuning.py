"""Tunes the heads of weights to a site's own nights, and says whether other people gain by it."""

import copy
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.staging.checkpoint import WeightsInfo
from sleepscorer.staging.confidence import ConfidenceModel
from sleepscorer.staging.loading import load_network
from sleepscorer.staging.networks.staging_network import StagingNetwork
from sleepscorer.staging.recalibration import Recalibration
from sleepscorer.training.calibration import calibrate
from sleepscorer.training.evaluate import (
    NightAnswers,
    answers_on,
    fitted_channels,
    mean_kappa,
    pooled,
)
from sleepscorer.training.figures import history_png
from sleepscorer.training.nights import TrainingNight, counted, eeg_of
from sleepscorer.training.runs import (
    Calibration,
    begin_run,
    calibrate_on,
    calibration_of,
    named,
    save_network,
    write_bytes,
)
from sleepscorer.training.site_card import heads_tuned, site_card
from sleepscorer.training.splits import Split, folds
from sleepscorer.training.trainer import Recipe, train
from sleepscorer.training.tuned import Tuned, compared, digest_of, summary_of, write_figures

TUNING = Recipe(n_steps=300, learning_rate=3e-4, n_looks=12, patience=4)
"""Small steps: the heads know sleep already, and a site's few nights must not make them forget."""

_N_FOLDS = 5
_VALIDATION_SHARE = 0.25


def fine_tune(
    info: WeightsInfo,
    nights: Sequence[TrainingNight],
    folder: Path,
    *,
    recipe: Recipe = TUNING,
    device: torch.device | None = None,
    progress: Progress = silent,
) -> Tuned:
    """Tune all heads of weights, the front-end as it is; judge by five folds of people.

    In each fold the people who test are seen by nothing; three quarters of the others train, the
    rest decide when to stop. The weights that come out are tuned in the same way on all
    people, with the temperature that suits the answers on the nights that were held out.

    Parameters
    ----------
    info
        The former weights; nothing of them changes.
    nights
        Measured by their front-end.
    folder
        Of the run: configuration, a folder for each fold, ``weights``, figures. What was killed
        goes on there.
    recipe
        How.
    device
        Where.

    Raises
    ------
    UsageError
        If another run was begun in the folder, or there are too few people.
    """
    start = load_network(info)
    splits = folds(nights, _N_FOLDS, seed=recipe.seed, validation_share=_VALIDATION_SHARE)
    begin_run(
        folder,
        {
            "data": f"reviewed sessions: {counted(nights)}",
            "content": digest_of(nights),
            "start": {"name": info.name, "sha256": info.sha256},
            "recipe": asdict(recipe),
            "device": (device or torch.device("cpu")).type,
            "splits": [named(split) for split in splits],
        },
    )
    tuning = _Tuning(start, nights, recipe, device)
    former: list[NightAnswers] = []
    new: list[NightAnswers] = []
    plain: list[NightAnswers] = []
    for index, split in enumerate(splits):
        part = part_of(progress, index / (_N_FOLDS + 1), (index + 1) / (_N_FOLDS + 1))
        network = tuning.tuned(split, folder / f"fold-{index + 1:02d}", part)
        _, validation, test = split.parts(nights)
        calibration = calibrate_on(network, validation)
        new += tuning.answers(network, test, calibration.confidence)
        network.log_temperature.zero_()
        plain += tuning.answers(network, test)
        former += tuning.answers(start, test, info.confidence, info.recalibration)
    comparison = compared(former, new)
    final = tuning.tuned(
        everybody(splits[0]), folder / "final", part_of(progress, _N_FOLDS / (_N_FOLDS + 1), 1.0)
    )
    calibration = _calibrated(final, pooled(plain))
    reasons = comparison.reasons_against()
    if not reasons and _are_same(final, start):
        reasons = ("with all nights nothing better was found",)
    write_figures(folder, comparison, reasons, new)
    sha256 = save_network(
        final,
        folder / "weights",
        summary=summary_of(info.name, "with heads tuned", nights, comparison),
        calibration=calibration,
        learned_eeg=tuple(dict.fromkeys((*info.learned_eeg, *eeg_of(nights)))),
    )
    card = site_card(
        former=info,
        sha256=sha256,
        nights=counted(nights),
        tuning=heads_tuned(float(final.log_temperature.exp())),
        compared=comparison,
    )
    write_bytes(folder / "weights" / "MODEL_CARD.md", card.encode())
    return Tuned(comparison, reasons, folder / "weights")


@dataclass(frozen=True)
class _Tuning:
    """What is the same in every fold."""

    start: StagingNetwork
    nights: Sequence[TrainingNight]
    recipe: Recipe
    device: torch.device | None

    def tuned(self, split: Split, folder: Path, progress: Progress) -> StagingNetwork:
        """The start, tuned on the people who train; itself where nothing better was found."""
        training, validation, _ = split.parts(self.nights)
        network = copy.deepcopy(self.start)
        history = train(
            network,
            training,
            self.recipe,
            lambda trained: mean_kappa(trained, validation),
            folder=folder,
            device=self.device,
            progress=progress,
        )
        write_bytes(folder / "curves.png", history_png(history))
        before = mean_kappa(self.start, validation)
        if max(each.kappa for each in history) <= before:
            network = copy.deepcopy(self.start)
        return network

    def answers(
        self,
        network: StagingNetwork,
        nights: Sequence[TrainingNight],
        confidence: ConfidenceModel | None = None,
        recalibration: Recalibration | None = None,
    ) -> list[NightAnswers]:
        """By all kinds of channel, the first of each."""
        channels = fitted_channels(network, nights)[0]
        return answers_on(network, nights, channels, confidence, recalibration=recalibration)


def _calibrated(network: StagingNetwork, held_out: NightAnswers) -> Calibration:
    """Set the temperature, and fit the confidence, by answers at temperature 1 to held-out nights.

    The answers are those of the networks of the folds: the one tuned on everybody has no people
    left to be judged by.
    """
    logs = np.log(held_out.probabilities + 1e-9)
    scaled = logs / calibrate(network, logs, held_out.labels)
    probabilities = np.exp(scaled - np.logaddexp.reduce(scaled, axis=1, keepdims=True))
    return calibration_of(probabilities, held_out.labels)


def everybody(split: Split) -> Split:
    """Who tested trains; the same people decide when to stop."""
    return Split(split.train | split.test, split.validation, frozenset())


def _are_same(one: StagingNetwork, other: StagingNetwork) -> bool:
    theirs = other.heads.state_dict()
    return all(torch.equal(tensor, theirs[name]) for name, tensor in one.heads.state_dict().items())
