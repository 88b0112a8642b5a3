"""Fits a recalibration to a site's nights, and says whether other people gain by it.

Thirty-five numbers, held towards changing nothing, can be learned from nights of five people, where
the heads, a million, would learn those people by heart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from sleepscorer.core.progress import Progress, silent
from sleepscorer.staging.checkpoint import WeightsInfo, read_info, read_verified, weights_files
from sleepscorer.staging.loading import load_network
from sleepscorer.staging.networks.staging_network import N_STAGES
from sleepscorer.staging.recalibration import N_INPUTS, Recalibration
from sleepscorer.training.evaluate import (
    NightAnswers,
    answers_on,
    fitted_channels,
    recalibrated,
)
from sleepscorer.training.nights import TrainingNight, counted, eeg_of, of_subjects
from sleepscorer.training.runs import Calibration, begin_run, calibration_of, write_bytes
from sleepscorer.training.site_card import numbers_fitted, site_card
from sleepscorer.training.trainer import WEIGHT_EXPONENT
from sleepscorer.training.tuned import (
    Tuned,
    compared,
    digest_of,
    summary_of,
    write_figures,
)

RIDGES = (1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001)
"""Strongest first: of two that are as good the one that changes less is taken."""

_MOST_GROUPS = 5
_DECIMALS = 5
_SMALLEST = 1e-6
_MOST_STEPS = 50
_IDENTITY = Recalibration.identity().array


@dataclass(frozen=True, eq=False)
class PersonAnswers:
    """What the heads say of the nights of a person."""

    nights: tuple[NightAnswers, ...]

    @cached_property
    def inputs(self) -> NDArray[np.float64]:
        """(n, 7) of :meth:`Recalibration.inputs`."""
        return np.concatenate(
            [Recalibration.inputs(one.probabilities, one.hierarchy) for one in self.nights]
        )

    @cached_property
    def labels(self) -> NDArray[np.int64]:
        """(n,) 0 to 4."""
        return np.concatenate([one.labels for one in self.nights])


@dataclass(frozen=True)
class Fitted:
    """A recalibration, how strongly it was held, and how sure it may be of other people."""

    recalibration: Recalibration
    ridge: float
    calibration: Calibration


def recalibrate(
    info: WeightsInfo,
    nights: Sequence[TrainingNight],
    folder: Path,
    *,
    device: torch.device | None = None,
    progress: Progress = silent,
) -> Tuned:
    """Fit a recalibration of weights; judge it by leaving out one person after the other.

    Parameters
    ----------
    info
        The former weights; nothing of them changes. A recalibration that they have is replaced.
    nights
        Measured by their front-end.
    folder
        Of the run: configuration, ``weights``, figures.
    device
        Where.

    Raises
    ------
    UsageError
        If another run was begun in the folder.
    """
    begin_run(
        folder,
        {
            "data": f"reviewed sessions: {counted(nights)}",
            "content": digest_of(nights),
            "start": {"name": info.name, "sha256": info.sha256},
            "recipe": {"ridges": list(RIDGES)},
            "device": (device or torch.device("cpu")).type,
        },
    )
    former, people = _answered(info, nights, device)
    new: list[NightAnswers] = []
    for index, person in enumerate(people):
        progress(index / (len(people) + 1), f"without person {index + 1} of {len(people)}")
        new += _of(person, fit_recalibration([one for one in people if one is not person]))
    progress(len(people) / (len(people) + 1), "with everybody")
    comparison = compared(former, new)
    reasons = comparison.reasons_against()
    fitted = fit_recalibration(people)
    summary = summary_of(info.name, "recalibrated", nights, comparison)
    write_figures(folder, comparison, reasons, new)
    _write_weights(info, nights, folder / "weights", fitted, summary)
    card = site_card(
        former=info,
        sha256=read_info(folder / "weights").sha256,
        nights=counted(nights),
        tuning=numbers_fitted(fitted.ridge),
        compared=comparison,
    )
    write_bytes(folder / "weights" / "MODEL_CARD.md", card.encode())
    progress(1.0, "recalibrated")
    return Tuned(comparison, reasons, folder / "weights")


def fit_recalibration(people: Sequence[PersonAnswers]) -> Fitted:
    """Fit a recalibration; how strongly it is held is chosen by cross-validation among the people.

    The confidence, and what a review would gain, are those of the answers on held-out people.

    Parameters
    ----------
    people
        At least two.
    """
    groups = [people[first::_MOST_GROUPS] for first in range(min(_MOST_GROUPS, len(people)))]
    tried = []
    for ridge in RIDGES:
        probabilities, labels = [], []
        for group in groups:
            found = _least_loss([one for one in people if one not in group], ridge)
            probabilities += [found.of_inputs(one.inputs) for one in group]
            labels += [one.labels for one in group]
        tried.append((np.concatenate(probabilities), np.concatenate(labels)))
    losses = [_cross_entropy(*each) for each in tried]
    best = int(np.argmin(losses))
    return Fitted(_least_loss(people, RIDGES[best]), RIDGES[best], calibration_of(*tried[best]))


def _least_loss(
    people: Sequence[PersonAnswers], ridge: float, start: Recalibration | None = None
) -> Recalibration:
    """Multinomial logistic regression by Newton's method; the ridge pulls towards the identity."""
    inputs = np.concatenate([one.inputs for one in people])
    labels = np.concatenate([one.labels for one in people])
    problem = _Problem(inputs, np.eye(N_STAGES)[labels], _weights(labels), ridge)
    rows = (start or Recalibration.identity()).array
    loss = problem.loss(rows)
    for _ in range(_MOST_STEPS):
        step = problem.newton_step(rows)
        # The loss is convex: a short enough step lowers it.
        while (lower := problem.loss(rows - step)) > loss and np.abs(step).max() > _SMALLEST:
            step = step / 2
        if loss - lower < _SMALLEST:
            break
        rows, loss = rows - step, lower
    return Recalibration.from_array(np.round(rows, _DECIMALS))


@dataclass(frozen=True, eq=False)
class _Problem:
    """A ridge regression: (n, 7) inputs, (n, 5) wanted, (n,) weights that sum to 1."""

    inputs: NDArray[np.float64]
    wanted: NDArray[np.float64]
    weights: NDArray[np.float64]
    ridge: float

    def loss(self, rows: NDArray[np.float64]) -> float:
        """Of (5, 7)."""
        logs = self._logs(rows)
        misfit = -float(self.weights @ (self.wanted * logs).sum(axis=1))
        return misfit + 0.5 * self.ridge * float(np.square(rows - _IDENTITY).sum())

    def newton_step(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """(5, 7) to take away from the rows."""
        p = np.exp(self._logs(rows))
        weighed = self.weights[:, None] * self.inputs
        slope = (p - self.wanted).T @ weighed + self.ridge * (rows - _IDENTITY)
        curvature = np.empty((N_STAGES, N_INPUTS, N_STAGES, N_INPUTS))
        for i, j in np.ndindex(N_STAGES, N_STAGES):
            together = p[:, i] * ((i == j) - p[:, j])
            curvature[i, :, j] = (together[:, None] * weighed).T @ self.inputs
        square = curvature.reshape(rows.size, rows.size) + self.ridge * np.eye(rows.size)
        return np.asarray(np.linalg.solve(square, slope.ravel()).reshape(rows.shape))

    def _logs(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        logits = self.inputs @ rows.T
        return np.asarray(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))


def _weights(labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """(n,) that sum to 1, the rarer the stage the larger, as in training.

    Where a site is like the training nights, the identity is best so. Unweighed, four raw excerpts
    of other people went from kappa .42 to .43, and to .51 with the weights.
    """
    n_labels: NDArray[np.float64] = np.bincount(labels, minlength=N_STAGES)[labels].astype(float)
    weights = n_labels**WEIGHT_EXPONENT
    return np.asarray(weights / weights.sum())


def _cross_entropy(probabilities: NDArray[np.floating], labels: NDArray[np.int64]) -> float:
    right = probabilities[np.arange(len(labels)), labels]
    return float(-_weights(labels) @ np.log(np.maximum(right, _SMALLEST)))


def _answered(
    info: WeightsInfo, nights: Sequence[TrainingNight], device: torch.device | None
) -> tuple[list[NightAnswers], list[PersonAnswers]]:
    """What the former weights say of every night, person by person; and what their heads alone."""
    network = load_network(info).to(device or torch.device("cpu"))
    channels = fitted_channels(network, nights)[0]
    former: list[NightAnswers] = []
    people = []
    for subject in sorted({night.subject for night in nights}):
        own = of_subjects(nights, frozenset({subject}))
        plain = answers_on(network, own, channels)
        if plain:
            people.append(PersonAnswers(tuple(plain)))
        former += answers_on(
            network, own, channels, info.confidence, recalibration=info.recalibration
        )
    return former, people


def _of(person: PersonAnswers, fitted: Fitted) -> list[NightAnswers]:
    confidence = fitted.calibration.confidence
    return [recalibrated(night, fitted.recalibration, confidence) for night in person.nights]


def _write_weights(
    info: WeightsInfo,
    nights: Sequence[TrainingNight],
    folder: Path,
    fitted: Fitted,
    summary: str,
) -> None:
    """The same tensors with another configuration."""
    files = weights_files(
        read_verified(info),
        architecture=info.architecture,
        network=info.network,
        summary=summary,
        confidence=fitted.calibration.confidence,
        review_curve=fitted.calibration.review_curve,
        learned_eeg=tuple(dict.fromkeys((*info.learned_eeg, *eeg_of(nights)))),
        recalibration=fitted.recalibration,
    )
    for name, content in files.items():
        write_bytes(folder / name, content)
