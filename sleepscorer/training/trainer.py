"""The one trainer, for every network: from band powers or end to end from signals."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.progress import Progress, silent
from sleepscorer.files.verified_write import make_folder, write_state
from sleepscorer.staging.networks.staging_network import (
    N_STAGES,
    StageHead,
    StagingNetwork,
    night_features,
)
from sleepscorer.training.nights import NO_LABEL, TrainingNight
from sleepscorer.training.window_sampler import Batch, WindowSampler

_log = logging.getLogger(__name__)
_LABEL_SMOOTHING = 0.05
_HIERARCHY_SHARE = 0.3
_WEIGHT_EXPONENT = -0.5
_MAX_NORM = 5.0
_STANDARDISED_BY = 20
_UNREADABLE = (OSError, RuntimeError, KeyError, ValueError, EOFError, UnpicklingError)
_STATE_NAME, _HISTORY_NAME = "state.pt", "history.json"


@dataclass(frozen=True)
class Recipe:
    """How a network is trained.

    Parameters
    ----------
    n_steps
        At most so many batches.
    window_epochs, batch_windows
        Length and number of the windows of a batch.
    learning_rate
        The highest; it rises and falls once (Smith and Topin 2019).
    weight_decay
        Of AdamW.
    check_every
        Batches between two looks at the validation nights.
    patience
        Looks without a better kappa before it stops.
    seed
        Decides what is drawn and where the weights start.
    raw
        Train end to end from signals; else the heads alone from band powers.
    """

    n_steps: int = 3000
    window_epochs: int = 100
    batch_windows: int = 16
    learning_rate: float = 1e-3
    weight_decay: float = 1e-3
    check_every: int = 250
    patience: int = 6
    seed: int = 1
    raw: bool = False


@dataclass(frozen=True)
class Checked:
    """A look at the validation nights: after how many batches, mean loss since, kappa there."""

    step: int
    loss: float
    kappa: float


Check = Callable[[StagingNetwork], float]
"""Gives kappa on the validation nights."""


def train(
    network: StagingNetwork,
    nights: Sequence[TrainingNight],
    recipe: Recipe,
    check: Check,
    *,
    folder: Path | None = None,
    device: torch.device | None = None,
    progress: Progress = silent,
) -> list[Checked]:
    """Train a network in place and leave it as it was when it did best on the validation nights.

    Parameters
    ----------
    network
        Starts as it is; its heads' inputs are standardised first, unless they are already.
    nights
        To learn from.
    recipe
        How.
    check
        Judges on the validation nights; the trainer sees no other night.
    folder
        Where the state is kept at each look; what was killed goes on from there.
    device
        Where to compute; bfloat16 is used on a GPU.
    progress
        Called for every batch; may raise Cancelled, and the state stays.

    Returns
    -------
    Every look at the validation nights.

    Raises
    ------
    SleepScorerError
        If the state in the folder is of another network or recipe.
    """
    return _Training(network, nights, recipe, check, folder, device).run(progress)


class _Training:
    """A training under way."""

    def __init__(
        self,
        network: StagingNetwork,
        nights: Sequence[TrainingNight],
        recipe: Recipe,
        check: Check,
        folder: Path | None,
        device: torch.device | None,
    ) -> None:
        torch.manual_seed(recipe.seed)
        self._network, self._recipe, self._check, self._folder = network, recipe, check, folder
        self._device = device or torch.device("cpu")
        self._sampler = WindowSampler(
            nights,
            network.config.kinds,
            recipe.window_epochs,
            recipe.batch_windows,
            raw=recipe.raw,
        )
        self._weights = _stage_weights(nights).to(self._device)
        self._history: list[Checked] = []
        self._best: dict[str, Tensor] = _copied(network)
        self._step = 0
        network.to(self._device)
        trained = network.parameters() if recipe.raw else network.heads.parameters()
        self._optimiser = torch.optim.AdamW(
            trained, recipe.learning_rate, weight_decay=recipe.weight_decay
        )
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(
            self._optimiser, recipe.learning_rate, recipe.n_steps
        )

    def run(self, progress: Progress) -> list[Checked]:
        if not self._resumed():
            _standardise(self._network, replace(self._sampler, raw=False), self._recipe.seed)
        losses: list[float] = []
        while self._step < self._recipe.n_steps and not self._is_stuck():
            self._network.train()
            losses.append(self._learn())
            self._step += 1
            kappa = f", kappa {self._history[-1].kappa:.3f}" if self._history else ""
            text = f"batch {self._step}: loss {losses[-1]:.3f}{kappa}"
            if self._step % self._recipe.check_every == 0 or self._step == self._recipe.n_steps:
                self._look(float(np.mean(losses)))
                losses = []
            progress(self._step / self._recipe.n_steps, text)
        self._network.load_state_dict(self._best)
        self._network.cpu().eval()
        return self._history

    def _learn(self) -> float:
        # The step is part of the seed: what was killed draws the same again.
        batch = self._sampler.draw(np.random.default_rng((self._recipe.seed, self._step)))
        batch = batch.to(self._device)
        with half_precision(self._device):
            logits = self._logits(batch)
        loss = _loss(logits.float(), batch.labels, self._weights)
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._network.parameters(), _MAX_NORM)
        self._optimiser.step()
        self._schedule.step()
        return loss.item()

    def _logits(self, batch: Batch) -> Tensor:
        """(n_heads, batch, n_epochs, 7)."""
        if self._recipe.raw:
            logits: Tensor = self._network(batch.inputs, batch.levels, batch.present)
            return logits
        features = night_features(batch.inputs, batch.levels[:, None])
        return torch.stack([head(features, batch.present) for head in self._network.stage_heads])

    def _look(self, loss: float) -> None:
        self._network.eval()
        kappa = self._check(self._network)
        if not self._history or kappa > max(each.kappa for each in self._history):
            self._best = _copied(self._network)
        self._history.append(Checked(self._step, loss, kappa))
        self._keep()

    def _is_stuck(self) -> bool:
        kappas = [each.kappa for each in self._history]
        return bool(kappas) and len(kappas) - 1 - int(np.argmax(kappas)) >= self._recipe.patience

    # -- going on after a kill -------------------------------------------------------------------

    def _described(self) -> dict[str, Any]:
        described = {"network": self._network.config.as_dict(), "recipe": asdict(self._recipe)}
        plain: dict[str, Any] = json.loads(json.dumps(described))
        return plain

    def _keep(self) -> None:
        if self._folder is None:
            return
        make_folder(self._folder, 0o700)
        state = {
            "described": json.dumps(self._described()),
            "step": self._step,
            "network": self._network.state_dict(),
            "best": self._best,
            "optimiser": self._optimiser.state_dict(),
            "schedule": self._schedule.state_dict(),
            "history": [asdict(each) for each in self._history],
            "torch": torch.get_rng_state(),
        }
        write_state(self._folder / _STATE_NAME, partial(torch.save, state))
        history = json.dumps(state["history"], indent=1)
        write_state(
            self._folder / _HISTORY_NAME, lambda file: file.write((history + "\n").encode())
        )

    def _resumed(self) -> bool:
        path = self._folder / _STATE_NAME if self._folder is not None else None
        if path is None or not path.exists():
            return False
        try:
            # Tensors and plain values only: a state from elsewhere can't run anything.
            state = torch.load(path, map_location=self._device, weights_only=True)
            described = json.loads(state["described"])
        except _UNREADABLE as error:
            raise SleepScorerError(
                "the state of this training can't be read",
                path=path,
                hint="delete it to begin anew",
            ) from error
        if described != self._described():
            raise SleepScorerError(
                "a training of another network or recipe was begun here",
                path=path,
                hint="give another --out, or delete the file to begin anew",
            )
        self._network.load_state_dict(state["network"])
        self._best = state["best"]
        self._optimiser.load_state_dict(state["optimiser"])
        self._schedule.load_state_dict(state["schedule"])
        self._history = [Checked(**each) for each in state["history"]]
        self._step = state["step"]
        torch.set_rng_state(state["torch"].cpu())
        _log.info("training goes on after batch %d", self._step)
        return True


def half_precision(device: torch.device) -> torch.autocast:
    """Compute in bfloat16 on a GPU, which halves the time; a CPU would only round."""
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda")


def _copied(network: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.detach().cpu().clone() for name, tensor in network.state_dict().items()}


def _stage_weights(nights: Sequence[TrainingNight]) -> Tensor:
    """(5,) the rarer the heavier; a stage that nobody has counts like the most common one."""
    labels = np.concatenate([night.labels for night in nights])
    n_labels = np.bincount(labels[labels >= 0], minlength=N_STAGES).astype(float)
    if not n_labels.any():
        raise SleepScorerError(
            "no epoch of these nights has a stage", hint="see: sleepscorer train --help"
        )
    n_labels[n_labels == 0] = n_labels.max()
    weights = (n_labels / n_labels.sum()) ** _WEIGHT_EXPONENT
    return torch.tensor(weights / weights.mean(), dtype=torch.float32)


def _standardise(network: StagingNetwork, sampler: WindowSampler, seed: int) -> None:
    """Centre the heads' inputs by what they will be shown, unless they come from a training."""
    rng = np.random.default_rng((seed, 1 << 20))
    batches = [sampler.draw(rng) for _ in range(_STANDARDISED_BY)]
    for head in network.stage_heads:
        if bool((head.centre != 0).any()):
            continue
        n_learned = network.config.n_learned
        described = torch.cat(
            [_described(head, batch, n_learned)[batch.labels != NO_LABEL] for batch in batches]
        )
        head.centre.copy_(described.mean(dim=0))
        # What never varies, being absent from all nights, must not be divided by nothing.
        head.spread.copy_(described.std(dim=0).clamp(min=1e-3))


def _described(head: StageHead, batch: Batch, n_learned: int) -> Tensor:
    features = night_features(batch.inputs, batch.levels[:, None])
    features = functional.pad(features, (0, n_learned))
    described: Tensor = head.describe(features)
    return described


def _loss(logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """Weighted cross-entropy of the stages, and of the hierarchy beside it; mean over heads."""
    n_heads = logits.shape[0]
    repeated = labels.expand(n_heads, *labels.shape).reshape(-1)
    known = repeated != NO_LABEL
    if not known.any():
        # The mean of nothing is NaN, and would be the end of all weights.
        return logits.sum() * 0.0
    flat, repeated = logits.reshape(-1, logits.shape[-1])[known], repeated[known]
    stages = functional.cross_entropy(
        flat[:, :N_STAGES], repeated, weight=weights, label_smoothing=_LABEL_SMOOTHING
    )
    asleep = repeated > 0
    sleep = functional.binary_cross_entropy_with_logits(flat[:, N_STAGES], asleep.float())
    is_rem = (repeated == N_STAGES - 1).float()
    rem = functional.binary_cross_entropy_with_logits(
        flat[:, N_STAGES + 1], is_rem, weight=asleep.float()
    )
    return stages + _HIERARCHY_SHARE * (sleep + rem)
