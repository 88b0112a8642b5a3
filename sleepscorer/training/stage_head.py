"""Trains the head on band powers and expert stages of real nights."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from sleepscorer.core.progress import Progress, silent
from sleepscorer.staging.networks.cnn_lstm import N_STAGES, CnnLstm, CnnLstmConfig, StageHead
from sleepscorer.staging.scaling import log_scale
from sleepscorer.staging.windows import WINDOW_EPOCHS
from sleepscorer.training.nights import LabelledNight

NO_LABEL = -100
_BATCH_WINDOWS = 32
_MAX_LEARNING_RATE = 3e-3
_LABEL_SMOOTHING = 0.05
_GAIN_SD, _BAND_SD, _EPOCH_SD = 0.2, 0.15, 0.1
_SHARE_WITHOUT_EOG, _SHARE_WITHOUT_EEG = 0.5, 0.1
_SHARE_MISSING_EPOCHS = 0.02
_SHARE_EXCERPTS = 0.3
_MAX_EXCERPT_EPOCHS = 240

Batch = tuple[Tensor, Tensor, Tensor, Tensor]


def train_head(
    config: CnnLstmConfig,
    nights: Sequence[LabelledNight],
    *,
    seed: int,
    n_steps: int,
    progress: Progress = silent,
) -> StageHead:
    """Train one head.

    Each window draws its EEG as a random mix of the two derivations, drops the EOG half of the
    time, jitters gain, bands and epochs, and is sometimes scaled by an excerpt of the night, since
    not every recording is a whole night.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    head = StageHead(config)
    _standardise(head, [_draw_batch(rng, nights) for _ in range(20)])
    weights = _stage_weights(nights)
    optimiser = torch.optim.AdamW(head.parameters(), _MAX_LEARNING_RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _MAX_LEARNING_RATE, n_steps)
    head.train()
    for step in range(n_steps):
        eeg, eog, present, labels = _draw_batch(rng, nights)
        loss = functional.cross_entropy(
            head(eeg, eog, present).reshape(-1, N_STAGES),
            labels.reshape(-1),
            weight=weights,
            ignore_index=NO_LABEL,
            label_smoothing=_LABEL_SMOOTHING,
        )
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(head.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        progress((step + 1) / n_steps, f"head {seed}: loss {loss.item():.3f}")
    return head.eval()


def fit_temperature(
    network: CnnLstm, logits: NDArray[np.floating], labels: NDArray[np.int64]
) -> float:
    """Set the temperature that makes held-out probabilities most likely (Guo et al. 2017).

    Parameters
    ----------
    network
        Its temperature is set.
    logits
        (n, 5) log probabilities at temperature 1.
    labels
        (n,) 0 to 4.

    Returns
    -------
    The temperature.
    """
    candidates = np.linspace(0.4, 2.5, 211)
    losses = [
        float(functional.cross_entropy(torch.tensor(logits / t), torch.tensor(labels)))
        for t in candidates
    ]
    best = float(candidates[int(np.argmin(losses))])
    network.log_temperature.fill_(np.log(best))
    return best


def _stage_weights(nights: Sequence[LabelledNight]) -> Tensor:
    labels = np.concatenate([night.labels for night in nights])
    share = np.bincount(labels[labels >= 0], minlength=N_STAGES) / (labels >= 0).sum()
    weights = share**-0.5
    return torch.tensor(weights / weights.mean(), dtype=torch.float32)


def _standardise(head: StageHead, batches: Sequence[Batch]) -> None:
    """Centre the head's inputs by what it will be shown; presence flags stay 0 and 1."""
    described = torch.cat(
        [head.describe(eeg, eog, torch.ones_like(present)) for eeg, eog, present, _ in batches]
    )
    n_powers = described.shape[-1] - 2
    head.centre[:n_powers] = described[..., :n_powers].mean(dim=(0, 1))
    head.spread[:n_powers] = described[..., :n_powers].std(dim=(0, 1))


def _draw_batch(rng: np.random.Generator, nights: Sequence[LabelledNight]) -> Batch:
    windows = [
        _draw_window(rng, nights[int(rng.integers(len(nights)))]) for _ in range(_BATCH_WINDOWS)
    ]
    eeg, eog, present, labels = (np.stack(parts) for parts in zip(*windows, strict=True))
    return (
        torch.tensor(eeg, dtype=torch.float32),
        torch.tensor(eog, dtype=torch.float32),
        torch.tensor(present, dtype=torch.float32),
        torch.tensor(labels),
    )


def _draw_window(
    rng: np.random.Generator, night: LabelledNight
) -> tuple[NDArray[np.floating], NDArray[np.floating], NDArray[np.floating], NDArray[np.int64]]:
    n_epochs = len(night.labels)
    start = int(rng.integers(0, n_epochs - WINDOW_EPOCHS + 1))
    window = slice(start, start + WINDOW_EPOCHS)
    counted = _scaled_by(rng, start, n_epochs)
    # A third of the windows each: the first derivation, the second, a mix of their powers.
    share = float(np.clip(rng.uniform(-1, 2), 0, 1))
    mixed = np.log(
        share * np.exp(night.eeg[:, 0]) + (1 - share) * np.exp(night.eeg[:, 1]) + 1e-10
    ).astype(np.float32)
    present = np.ones((WINDOW_EPOCHS, 2))
    drawn = rng.random()
    if drawn < _SHARE_WITHOUT_EOG:
        present[:, 1] = 0
    elif drawn < _SHARE_WITHOUT_EOG + _SHARE_WITHOUT_EEG:
        present[:, 0] = 0
    present *= rng.random((WINDOW_EPOCHS, 1)) >= _SHARE_MISSING_EPOCHS
    eeg = _jittered(rng, mixed[window] - log_scale(mixed, counted))
    eog = _jittered(rng, night.eog[window] - log_scale(night.eog, counted))
    return eeg, eog, present, night.labels[window]


def _scaled_by(rng: np.random.Generator, start: int, n_epochs: int) -> NDArray[np.bool_]:
    """The epochs that set the scale: all, or an excerpt around the window."""
    counted = np.ones(n_epochs, dtype=bool)
    if rng.random() < _SHARE_EXCERPTS:
        length = int(rng.integers(WINDOW_EPOCHS, min(_MAX_EXCERPT_EPOCHS, n_epochs) + 1))
        first = start - int(rng.integers(0, length - WINDOW_EPOCHS + 1))
        first = int(np.clip(first, 0, n_epochs - length))
        counted[:] = False
        counted[first : first + length] = True
    return counted


def _jittered(rng: np.random.Generator, powers: NDArray[np.floating]) -> NDArray[np.floating]:
    n_bands = powers.shape[1]
    return (
        powers
        + rng.normal(0, _GAIN_SD)
        + rng.normal(0, _BAND_SD, n_bands)
        + rng.normal(0, _EPOCH_SD, powers.shape)
    )
