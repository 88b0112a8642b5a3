"""The one trainer, for every network: from band powers or end to end from signals."""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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
from sleepscorer.staging.bands import N_BANDS
from sleepscorer.staging.networks.staging_network import N_STAGES, StagingNetwork
from sleepscorer.training.batch_loading import batches
from sleepscorer.training.nights import NO_LABEL, TrainingNight
from sleepscorer.training.standardising import Measured, standardise
from sleepscorer.training.weight_average import WeightAverage
from sleepscorer.training.window_sampler import Batch, WindowSampler

WEIGHT_EXPONENT = -0.5
"""Of how common a stage is: what its epochs count in training."""

# What reading the state of a training raises where it is torn or something else.
_UNREADABLE = (OSError, RuntimeError, LookupError, ValueError, EOFError, UnpicklingError)

_log = logging.getLogger(__name__)
_LABEL_SMOOTHING = 0.05
_HIERARCHY_SHARE = 0.3
_POWER_SHARE = 0.3
_MAX_NORM = 5.0
_STANDARDISED_BY = 20
# The weights are averaged over the last fiftieth of a training.
_AVERAGED_SHARE = 0.02
# Where nothing gets better any more, the rest of the annealing goes so many times as fast.
_HASTE = 4
_STATE_NAME, _HISTORY_NAME = "state.pt", "history.json"


@dataclass(frozen=True)
class Recipe:
    """How a network is trained.

    Parameters
    ----------
    n_steps
        At most so many batches; looks, patience, annealing and average go with it.
    batch_windows
        Windows of a batch; how long they are is the network's.
    learning_rate
        The highest; it rises and falls once (Smith and Topin 2019).
    weight_decay
        Of AdamW.
    n_looks
        At the validation nights, evenly over the training.
    patience
        Looks without a better kappa before it hurries to its end: the learning rate falls as it
        would have, in a quarter of the batches that are left.
    seed
        Decides what is drawn and where the weights start.
    raw
        Train end to end from signals, and judge and keep the average over the last weights; else
        the heads alone from what is known of the epochs.
    """

    n_steps: int = 3000
    batch_windows: int = 16
    learning_rate: float = 1e-3
    weight_decay: float = 1e-3
    n_looks: int = 12
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
    n_workers: int = 0,
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
    n_workers
        Processes that draw batches; they change nothing but how long it takes.
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
    return _Training(network, nights, recipe, check, folder, device).run(n_workers, progress)


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
            network.config.window_epochs,
            recipe.batch_windows,
            raw=recipe.raw,
        )
        self._weights = _stage_weights(nights).to(self._device)
        network.config = replace(network.config, stage_weights=tuple(self._weights.tolist()))
        self._history: list[Checked] = []
        self._best: dict[str, Tensor] = _copied(network)
        self._average: WeightAverage | None = None
        # Batches learned from, and how far along the schedule they led.
        self._step = self._position = 0
        network.to(self._device)
        trained = network.parameters() if recipe.raw else network.heads.parameters()
        self._optimiser = torch.optim.AdamW(
            trained, recipe.learning_rate, weight_decay=recipe.weight_decay
        )
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(
            self._optimiser, recipe.learning_rate, recipe.n_steps
        )

    def run(self, n_workers: int, progress: Progress) -> list[Checked]:
        if not self._resumed():
            standardise(self._network, self._first_measures())
            self._average = self._averaged()
        numbers = range(self._step, self._recipe.n_steps)
        drawn = batches(
            self._sampler,
            numbers,
            seed=self._recipe.seed,
            n_workers=n_workers,
            pinned=self._device.type == "cuda",
        )
        losses: list[float] = []
        while self._position < self._recipe.n_steps:
            self._network.train()
            losses.append(self._learn(next(drawn).to(self._device)))
            self._step += 1
            kappa = f", kappa {self._history[-1].kappa:.3f}" if self._history else ""
            text = f"batch {self._step}: loss {losses[-1]:.3f}{kappa}"
            if self._moved_on():
                self._look(float(np.mean(losses)))
                losses = []
            progress(self._position / self._recipe.n_steps, text)
        self._network.load_state_dict(self._best)
        self._network.cpu().eval()
        return self._history

    def _learn(self, batch: Batch) -> float:
        with half_precision(self._device):
            measures = self._measures(batch)
            logits = self._network.logits(measures, batch.levels, batch.present)
        loss = _loss(logits.float(), batch.labels, self._weights)
        if self._recipe.raw:
            loss = loss + _POWER_SHARE * _power_error(measures.float(), batch)
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._network.parameters(), _MAX_NORM)
        self._optimiser.step()
        if self._average is not None:
            self._average.update(self._network)
        return loss.item()

    def _measures(self, batch: Batch) -> Tensor:
        """(batch, n_epochs, n_kinds, 5 + n_learned)."""
        if self._recipe.raw:
            return self._network.measured(batch.signals, batch.present)
        return batch.measures

    def _first_measures(self) -> Iterator[Measured]:
        """What heads will be shown: exact powers, which the encoder is held to, and what it learns.

        Learned features have a size that nobody knows before the encoder has given them.
        """
        rng = np.random.default_rng((self._recipe.seed, 1 << 20))
        self._network.train()
        for index in range(_STANDARDISED_BY):
            batch = self._sampler.draw(rng).to(self._device)
            self._network.encoder.average_norm(index)
            with torch.no_grad(), half_precision(self._device):
                learned = self._measures(batch)[..., N_BANDS:]
            yield batch, torch.cat([batch.measures[..., :N_BANDS], learned.float()], dim=-1)
        self._network.encoder.average_norm(None)

    def _averaged(self) -> WeightAverage | None:
        if not self._recipe.raw:
            return None
        return WeightAverage(self._network, _AVERAGED_SHARE * self._recipe.n_steps)

    def _moved_on(self) -> bool:
        """Go on along the schedule; say whether that led to a look at the validation nights."""
        n_steps, n_looks = self._recipe.n_steps, self._recipe.n_looks
        before = self._position
        self._position = min(before + (_HASTE if self._is_stuck() else 1), n_steps)
        for _ in range(before, self._position):
            self._schedule.step()
        return self._position * n_looks // n_steps > before * n_looks // n_steps

    def _look(self, loss: float) -> None:
        judged = self._network if self._average is None else self._average.network
        judged.eval()
        kappa = self._check(judged)
        if not self._history or kappa > max(each.kappa for each in self._history):
            self._best = _copied(judged)
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
            "position": self._position,
            "network": self._network.state_dict(),
            "average": None if self._average is None else self._average.network.state_dict(),
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
        with reading_state(path):
            # Tensors and plain values only: a state from elsewhere can't run anything.
            state = torch.load(path, map_location=self._device, weights_only=True)
            described = json.loads(state["described"])
        if described != self._described():
            raise SleepScorerError(
                "a training of another network or recipe was begun here",
                path=path,
                hint="give another --out, or delete the file to begin anew",
            )
        self._network.load_state_dict(state["network"])
        self._average = self._averaged()
        if self._average is not None:
            self._average.network.load_state_dict(state["average"])
        self._best = state["best"]
        self._optimiser.load_state_dict(state["optimiser"])
        self._schedule.load_state_dict(state["schedule"])
        self._history = [Checked(**each) for each in state["history"]]
        self._step, self._position = state["step"], state["position"]
        torch.set_rng_state(state["torch"].cpu())
        _log.info("training goes on after batch %d", self._step)
        return True


@contextmanager
def reading_state(path: Path) -> Iterator[None]:
    """Read the state of a training that is to go on.

    Raises
    ------
    SleepScorerError
        If the file is torn, or holds something else.
    """
    try:
        yield
    except _UNREADABLE as error:
        raise SleepScorerError(
            "the state of this training can't be read",
            path=path,
            hint="delete it to begin anew",
        ) from error


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
    weights = (n_labels / n_labels.sum()) ** WEIGHT_EXPONENT
    return torch.tensor(weights / weights.mean(), dtype=torch.float32)


def _power_error(measures: Tensor, batch: Batch) -> Tensor:
    """Mean squared error of the log band powers, where there is a signal.

    It keeps what else is learned from moving them: levels, gate and lights read them as powers.
    """
    error = (measures[..., :N_BANDS] - batch.measures[..., :N_BANDS]).square().mean(dim=-1)
    return (error * batch.present).sum() / batch.present.sum().clamp(min=1)


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
