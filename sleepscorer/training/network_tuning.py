"""Trains the whole of a network of RobustSleepNet further, on nights of a new cohort.

As published (Guillot and Thorey 2021): all weights, cross-entropy in which wake counts half and N1
twice, Adam with AMSGrad, half of what layers give dropped, another set of channels in every window,
and an early stop by people who do not train. The learning rate is a tenth of the published one for
a network that begins anew: it knows sleep already.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from sleepscorer.core.progress import Progress, silent
from sleepscorer.files.verified_write import make_folder, write_state
from sleepscorer.staging.robust_sleep_net.network import RobustSleepNet
from sleepscorer.staging.robust_sleep_net.windows import (
    WINDOW_EPOCHS,
    stage_epochs,
    window_inputs,
)
from sleepscorer.training.calibration import best_temperature
from sleepscorer.training.evaluate import NightAnswers, agreement_of, pooled
from sleepscorer.training.nights import NO_LABEL
from sleepscorer.training.spectral_nights import SpectralNight
from sleepscorer.training.trainer import reading_state

_STAGE_WEIGHTS = (0.5, 2.0, 1.0, 1.0, 1.0)
_MAX_NORM = 5.0
_STATE_NAME = "state.pt"


@dataclass(frozen=True)
class NetworkRecipe:
    """How a network is tuned.

    Parameters
    ----------
    n_passes
        Over the nights, at most.
    patience
        Passes without a better kappa on the validation nights before it ends.
    learning_rate
        Of Adam.
    batch_windows
        Windows of a batch, 21 epochs each.
    n_steps
        Batches at most; None sets no limit but the passes.
    seed
        Decides what is drawn.
    """

    n_passes: int = 10
    patience: int = 3
    learning_rate: float = 1e-4
    batch_windows: int = 16
    n_steps: int | None = None
    seed: int = 1


def answers_of(
    networks: Sequence[RobustSleepNet], nights: Sequence[SpectralNight]
) -> list[NightAnswers]:
    """What the networks say together of the labelled epochs, as on scoring."""
    answers = []
    for night in nights:
        staged = stage_epochs(networks, night.epochs, night.good)
        known = night.labels != NO_LABEL
        p = staged[known].astype(np.float64)
        three = np.stack([p[:, 0], p[:, 1:4].sum(axis=1), p[:, 4]], axis=1)
        answers.append(NightAnswers(night.name, p, three, night.labels[known], p.max(axis=1)))
    return answers


def tune_network(
    network: RobustSleepNet,
    training: Sequence[SpectralNight],
    validation: Sequence[SpectralNight],
    recipe: NetworkRecipe,
    *,
    folder: Path | None = None,
    progress: Progress = silent,
) -> list[float]:
    """Train a network in place; it is left as it was best on the validation nights, and calibrated.

    Parameters
    ----------
    network
        Starts as it is, and stays so where nothing is better.
    training
        To learn from.
    validation
        Decide when to stop, and the temperature.
    recipe
        How.
    folder
        Where the state is kept after each pass; what was killed goes on from there.
    progress
        Called for every batch; may raise Cancelled, and the state stays.

    Returns
    -------
    Kappa on the validation nights, before and after each pass.

    Raises
    ------
    SleepScorerError
        If the state in the folder can't be read.
    """
    return _NetworkTuning(network, training, validation, recipe, folder).run(progress)


class _NetworkTuning:
    """A tuning under way."""

    def __init__(
        self,
        network: RobustSleepNet,
        training: Sequence[SpectralNight],
        validation: Sequence[SpectralNight],
        recipe: NetworkRecipe,
        folder: Path | None,
    ) -> None:
        self._network, self._recipe, self._folder = network, recipe, folder
        self._training, self._validation = training, validation
        self._optimiser = torch.optim.Adam(network.parameters(), recipe.learning_rate, amsgrad=True)
        self._kappas: list[float] = []
        self._best = _copied(network)
        self._n_steps = 0

    def run(self, progress: Progress) -> list[float]:
        if not self._resumed():
            self._look()
        while not self._is_over():
            self._pass(progress)
            self._look()
        self._network.load_state_dict(self._best)
        self._network.eval()
        if np.argmax(self._kappas) > 0:
            self._calibrate()
        return self._kappas

    def _is_over(self) -> bool:
        n_passes = len(self._kappas) - 1
        stuck = n_passes - int(np.argmax(self._kappas)) >= self._recipe.patience
        return stuck or n_passes >= self._recipe.n_passes or self._n_left() == 0

    def _n_left(self) -> int | None:
        return None if self._recipe.n_steps is None else self._recipe.n_steps - self._n_steps

    def _pass(self, progress: Progress) -> None:
        done = len(self._kappas) - 1
        # Of its number alone, so that what goes on draws what it would have drawn.
        rng = np.random.default_rng((self._recipe.seed, done))
        torch.manual_seed(self._recipe.seed + done)
        windows = _windows(self._training, rng)
        starts = range(0, len(windows), self._recipe.batch_windows)[: self._n_left()]
        self._network.train()
        for index, first in enumerate(starts):
            loss = self._learn(windows[first : first + self._recipe.batch_windows], rng)
            fraction = (done + (index + 1) / len(starts)) / self._recipe.n_passes
            text = f"pass {done + 1}: loss {loss:.3f}, kappa {self._kappas[-1]:.3f}"
            progress(fraction, text)
        self._n_steps += len(starts)

    def _learn(
        self, windows: Sequence[tuple[SpectralNight, int]], rng: np.random.Generator
    ) -> float:
        inputs, present, labels = _batch(windows, rng)
        logits = self._network(inputs, present).flatten(0, 1)
        loss = functional.cross_entropy(
            logits, labels.flatten(), torch.tensor(_STAGE_WEIGHTS), ignore_index=NO_LABEL
        )
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._network.parameters(), _MAX_NORM)
        self._optimiser.step()
        return loss.item()

    def _look(self) -> None:
        self._network.eval()
        kappa = agreement_of(pooled(answers_of([self._network], self._validation))).kappa or 0.0
        if not self._kappas or kappa > max(self._kappas):
            self._best = _copied(self._network)
        self._kappas.append(kappa)
        self._keep()

    def _calibrate(self) -> None:
        """Make the network as sure as the validation nights show; no stage changes by it.

        The temperature goes into the last layer: what stages by the weights need not know of it.
        """
        held_out = pooled(answers_of([self._network], self._validation))
        temperature = best_temperature(np.log(held_out.probabilities + 1e-9), held_out.labels)
        with torch.no_grad():
            for parameter in self._network.classifier.parameters():
                parameter.div_(temperature)

    # -- going on after a kill -------------------------------------------------------------------

    def _keep(self) -> None:
        if self._folder is None:
            return
        make_folder(self._folder, 0o700)
        state = {
            "recipe": json.dumps(asdict(self._recipe)),
            "network": self._network.state_dict(),
            "best": self._best,
            "optimiser": self._optimiser.state_dict(),
            "kappas": self._kappas,
            "n_steps": self._n_steps,
        }
        write_state(self._folder / _STATE_NAME, partial(torch.save, state))

    def _resumed(self) -> bool:
        path = None if self._folder is None else self._folder / _STATE_NAME
        if path is None or not path.exists():
            return False
        with reading_state(path):
            # Tensors and plain values only: a state from elsewhere can't run anything.
            state: dict[str, Any] = torch.load(path, weights_only=True)
            if json.loads(state["recipe"]) != asdict(self._recipe):
                raise ValueError("of another recipe")
            self._network.load_state_dict(state["network"])
            self._optimiser.load_state_dict(state["optimiser"])
            self._best, self._kappas = state["best"], state["kappas"]
            self._n_steps = state["n_steps"]
        return True


def _windows(
    nights: Sequence[SpectralNight], rng: np.random.Generator
) -> list[tuple[SpectralNight, int]]:
    """Every night once, cut from a random epoch on; windows without a label are left out."""
    found: list[tuple[SpectralNight, int]] = []
    for night in nights:
        n_epochs = len(night.labels)
        last = max(n_epochs - WINDOW_EPOCHS, 0)
        first = int(rng.integers(min(WINDOW_EPOCHS, last + 1)))
        found += [
            (night, start)
            for start in range(first, last + 1, WINDOW_EPOCHS)
            if (night.labels[start : start + WINDOW_EPOCHS] != NO_LABEL).any()
        ]
    return [found[i] for i in rng.permutation(len(found))]


def _batch(
    windows: Sequence[tuple[SpectralNight, int]], rng: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Inputs, where there is a signal, and (n_windows, 21) labels.

    Windows of fewer channels, or epochs, are filled up with such as hold no signal.
    """
    made = [_window(night, start, rng) for night, start in windows]
    n_channels = max(present.shape[1] for _, present, _ in made)
    n_epochs = max(len(labels) for _, _, labels in made)
    inputs = torch.zeros(len(made), n_epochs, n_channels, *made[0][0].shape[2:])
    present = torch.zeros(len(made), n_epochs, n_channels, dtype=torch.bool)
    labels = torch.full((len(made), n_epochs), NO_LABEL)
    for index, (its_inputs, its_present, its_labels) in enumerate(made):
        held = (index, slice(len(its_labels)))
        inputs[*held, : its_inputs.shape[1]] = its_inputs
        present[*held, : its_present.shape[1]] = its_present
        labels[held] = torch.from_numpy(its_labels)
    return inputs, present, labels


def _window(
    night: SpectralNight, start: int, rng: np.random.Generator
) -> tuple[Tensor, Tensor, NDArray[np.int64]]:
    """(n_epochs, n_channels, 65, 28), (n_epochs, n_channels), (n_epochs,) of some channels."""
    n_channels = night.epochs.shape[1]
    chosen = np.sort(rng.permutation(n_channels)[: rng.integers(1, n_channels + 1)])
    rows = slice(start, start + WINDOW_EPOCHS)
    labels = night.labels[rows]
    good = night.good[rows][:, chosen]
    if not good.any():
        chosen, good = np.arange(n_channels), night.good[rows]
    inputs, present = window_inputs(
        np.ascontiguousarray(night.epochs[rows][:, chosen]), good, np.arange(len(labels))[None]
    )
    return inputs[0], present[0], labels


def _copied(network: RobustSleepNet) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}
