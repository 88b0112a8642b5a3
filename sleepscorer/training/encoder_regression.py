"""Teaches an encoder to measure band powers, on signals that carry no stages."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from sleepscorer.core.progress import Progress, silent
from sleepscorer.staging.networks.front_ends import EpochEncoder
from sleepscorer.staging.networks.staging_network import FRONT_ENDS
from sleepscorer.training.band_powers import log_band_powers
from sleepscorer.training.signals import random_epochs, wake_epochs

N_CHECK_RECORDINGS = 2
"""Recordings of real EEG that only check the encoder."""

_N_RANDOM_EPOCHS = 12_000
_BATCH_EPOCHS = 96
_MAX_LEARNING_RATE = 3e-3


def regression_signals(
    eeg_folder: Path, *, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Signals to measure: drawn at random, and real unlabelled EEG.

    Returns
    -------
    (n, 3000) epochs at 100 Hz, and (n, 5) exact natural log band powers of each.
    """
    rng = np.random.default_rng(seed)
    real = wake_epochs(eeg_folder, skip=N_CHECK_RECORDINGS)
    epochs = np.concatenate([random_epochs(rng, _N_RANDOM_EPOCHS), *real.values()])
    epochs = epochs[epochs.std(axis=1) > 0]
    return epochs, log_band_powers(epochs)


def train_encoder(
    front_end: str,
    signals: tuple[NDArray[np.float32], NDArray[np.float32]],
    *,
    seed: int,
    n_steps: int,
    progress: Progress = silent,
) -> EpochEncoder:
    """Regress exact Welch band powers from raw epochs.

    Parameters
    ----------
    front_end
        One of :data:`~sleepscorer.staging.networks.staging_network.FRONT_ENDS`.
    signals
        (n, 3000) epochs and (n, 5) log band powers, of :func:`regression_signals`.
    seed
        Decides where the weights start and the order of training.
    n_steps
        Batches of 96 epochs, each turned upside down half of the time.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    inputs, targets = map(torch.from_numpy, signals)
    encoder = EpochEncoder(FRONT_ENDS[front_end]())
    optimiser = torch.optim.AdamW(encoder.parameters(), _MAX_LEARNING_RATE, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _MAX_LEARNING_RATE, n_steps)
    for step in range(n_steps):
        batch = torch.from_numpy(rng.integers(0, len(inputs), _BATCH_EPOCHS))
        sign = torch.from_numpy(rng.choice([-1.0, 1.0], (_BATCH_EPOCHS, 1)).astype(np.float32))
        error = functional.smooth_l1_loss(encoder(sign * inputs[batch]), targets[batch], beta=0.1)
        optimiser.zero_grad()
        error.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(encoder.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        progress((step + 1) / n_steps, f"{front_end}: error {error.item():.3f}")
    return encoder.eval()


def encoder_error(encoder: EpochEncoder, epochs: NDArray[np.float32]) -> NDArray[np.float64]:
    """(5,) mean absolute error of each log band power on these (n, 3000) epochs."""
    with torch.inference_mode():
        measured = encoder(torch.from_numpy(epochs)).numpy()[:, :5]
    error: NDArray[np.float64] = np.abs(measured - log_band_powers(epochs)).mean(axis=0)
    return error
