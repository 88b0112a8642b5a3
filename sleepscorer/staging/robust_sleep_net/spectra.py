"""Spectra of epochs, and their standardisation within a window of them."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sleepscorer.staging.robust_sleep_net.network import N_FRAMES

FRAME_SAMPLES = 128
HOP_SAMPLES = 60
_CLAMP = 20.0
_SMALLEST_POWER, _LARGEST_POWER = 1e-20, 1e32
_SMALLEST_SPREAD = 1e-15


def log_spectra(epochs: NDArray[np.float32]) -> Tensor:
    """Log10 power of every frame of every epoch by itself.

    Parameters
    ----------
    epochs
        (..., 1800) scaled samples at 60 Hz.

    Returns
    -------
    (..., 65, 28) float32: bins of 0.469 Hz, then frames of 2.1 s, one a second.
    """
    clamped = torch.from_numpy(epochs).clamp(-_CLAMP, _CLAMP) / _CLAMP
    window = np.hanning(FRAME_SAMPLES)
    frames = clamped.unfold(-1, FRAME_SAMPLES, HOP_SAMPLES)[..., :N_FRAMES, :]
    spectrum = torch.fft.rfft(frames * torch.from_numpy((window / window.sum()).astype(np.float32)))
    power = spectrum.real.square() + spectrum.imag.square()
    log_power: Tensor = power.clamp(_SMALLEST_POWER, _LARGEST_POWER).log10()
    return log_power.transpose(-1, -2)


def with_bad_frames_filled(spectra: Tensor, good: NDArray[np.bool_]) -> Tensor:
    """Repeat the good frames of an epoch in the place of its bad ones.

    Parameters
    ----------
    spectra
        (n_epochs, n_channels, 65, 28).
    good
        (n_epochs, n_channels, 28).
    """
    filled = spectra.clone()
    for epoch, channel in np.argwhere(good.any(axis=2) & ~good.all(axis=2)):
        source = np.resize(np.flatnonzero(good[epoch, channel]), N_FRAMES)
        filled[epoch, channel] = spectra[epoch, channel][:, source]
    return filled


def standardised(spectra: Tensor, good: Tensor) -> Tensor:
    """Make every bin of every channel have mean 0 and spread 1 in each window.

    Parameters
    ----------
    spectra
        (n_windows, n_epochs, n_channels, 65, 28).
    good
        (n_windows, n_epochs, n_channels, 28) bool: the frames that are counted.

    Returns
    -------
    Like ``spectra``; 0 where a channel has no good frame in the whole window.
    """
    counts = good[:, :, :, None].to(spectra.dtype)
    n = counts.sum(dim=(1, 4), keepdim=True)
    mean = (spectra * counts).sum(dim=(1, 4), keepdim=True) / n.clamp(min=1)
    centred = spectra - mean
    squares = (centred.square() * counts).sum(dim=(1, 4), keepdim=True)
    spread = (squares / (n - 1).clamp(min=1)).sqrt()
    return torch.where(n > 0, centred / (spread + _SMALLEST_SPREAD), torch.zeros_like(centred))
