"""Tunes the heads of weights to a site's own nights, and says whether other people gain by it."""

import copy
import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.core.reliability import reliability, risk_coverage
from sleepscorer.core.wording import counted as n_of
from sleepscorer.staging.checkpoint import WeightsInfo
from sleepscorer.staging.confidence import ConfidenceModel
from sleepscorer.staging.networks.staging_network import StagingNetwork
from sleepscorer.staging.stager import load_network
from sleepscorer.training.calibration import calibrate, fit_confidence
from sleepscorer.training.comparison import Comparison, NightKappas
from sleepscorer.training.evaluate import (
    NightAnswers,
    agreement_of,
    answers_on,
    fitted_channels,
    mean_kappa,
    pooled,
)
from sleepscorer.training.figures import history_png, reliability_png
from sleepscorer.training.nights import TrainingNight, counted
from sleepscorer.training.runs import (
    Calibration,
    begin_run,
    calibrate_on,
    metrics_of,
    named,
    save_network,
    write_bytes,
    write_json,
    write_rows,
)
from sleepscorer.training.site_card import site_card
from sleepscorer.training.splits import Split, folds
from sleepscorer.training.trainer import Recipe, train

TUNING = Recipe(n_steps=300, learning_rate=3e-4, n_looks=12, patience=4)
"""Small steps: the heads know sleep already, and a site's few nights must not make them forget."""

_N_FOLDS = 5
_VALIDATION_SHARE = 0.25


@dataclass(frozen=True)
class Tuned:
    """What came of it.

    Parameters
    ----------
    comparison
        By cross-validation.
    reasons_against
        Keeping the new weights; empty where they are better.
    weights
        Folder of the new weights, tuned on all nights; kept for a look where they are not better.
    """

    comparison: Comparison
    reasons_against: tuple[str, ...]
    weights: Path


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
            "content": _digest(nights),
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
        former += tuning.answers(start, test, info.confidence)
    comparison = _compared(former, new)
    final = tuning.tuned(
        _everybody(splits[0]), folder / "final", part_of(progress, _N_FOLDS / (_N_FOLDS + 1), 1.0)
    )
    calibration = _calibrated(final, pooled(plain))
    reasons = comparison.reasons_against()
    if not reasons and _are_same(final, start):
        reasons = ("with all nights nothing better was found",)
    _write_figures(folder, comparison, reasons, new)
    sha256 = save_network(
        final,
        folder / "weights",
        summary=_summary(info, nights, comparison),
        calibration=calibration,
    )
    card = site_card(
        former=info, sha256=sha256, nights=counted(nights), network=final, compared=comparison
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
    ) -> list[NightAnswers]:
        """By all kinds of channel, the first of each."""
        return answers_on(network, nights, fitted_channels(network, nights)[0], confidence)


def _calibrated(network: StagingNetwork, held_out: NightAnswers) -> Calibration:
    """Set the temperature, and fit the confidence, by answers at temperature 1 to held-out nights.

    The answers are those of the networks of the folds: the one tuned on everybody has no people
    left to be judged by.
    """
    logs = np.log(held_out.probabilities + 1e-9)
    scaled = logs / calibrate(network, logs, held_out.labels)
    probabilities = np.exp(scaled - np.logaddexp.reduce(scaled, axis=1, keepdims=True))
    confidence = fit_confidence(probabilities, held_out.labels)
    curve = risk_coverage(confidence.of(probabilities), held_out.right)
    return Calibration(confidence, curve.points)


def _everybody(split: Split) -> Split:
    """Who tested trains; the same people decide when to stop."""
    return Split(split.train | split.test, split.validation, frozenset())


def _compared(former: Sequence[NightAnswers], new: Sequence[NightAnswers]) -> Comparison:
    nights = tuple(
        NightKappas(
            after.night, len(after.labels), agreement_of(before).kappa, agreement_of(after).kappa
        )
        for before, after in zip(former, new, strict=True)
    )
    return Comparison(metrics_of(former), metrics_of(new), nights)


def _are_same(one: StagingNetwork, other: StagingNetwork) -> bool:
    theirs = other.heads.state_dict()
    return all(torch.equal(tensor, theirs[name]) for name, tensor in one.heads.state_dict().items())


def _digest(nights: Sequence[TrainingNight]) -> str:
    """Tells whether a run goes on with the nights it was begun with."""
    digest = hashlib.sha256()
    for night in sorted(nights, key=lambda each: each.name):
        digest.update(f"{night.name} {night.subject} ".encode())
        digest.update(np.ascontiguousarray(night.labels).tobytes())
    return digest.hexdigest()


def _summary(info: WeightsInfo, nights: Sequence[TrainingNight], found: Comparison) -> str:
    return (
        f"{info.name} with heads tuned on reviewed sessions of this site, {counted(nights)};"
        f" kappa on held-out nights {found.new['kappa'] or 0:.3f},"
        f" before {found.former['kappa'] or 0:.3f}."
    )


def _write_figures(
    folder: Path, found: Comparison, reasons: Sequence[str], new: Sequence[NightAnswers]
) -> None:
    write_json(
        folder / "metrics.json",
        {"former": found.former, "new": found.new, "reasons_against": list(reasons)},
    )
    write_rows(
        folder / "nights.csv",
        [
            ("night", "epochs", "former_kappa", "new_kappa"),
            *((each.night, each.n_epochs, each.former, each.new) for each in found.nights),
        ],
    )
    together = pooled(new)
    png = reliability_png(
        reliability(together.confidence, together.right),
        f"new weights, {n_of(len(new), 'held-out night')}",
    )
    write_bytes(folder / "reliability.png", png)
