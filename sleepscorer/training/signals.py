"""Signals for the encoder to measure: any signal will do, so they are drawn at random.

Nothing here is tied to a sleep stage. A network trained to stage invented signals learns the
inventor's habits; one trained to measure them learns to measure.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat

from sleepscorer.staging.preprocess import RATE_HZ, SAMPLES_PER_EPOCH, Band, band_passed

_PAD_S = 5.0
_EPOCH_S = SAMPLES_PER_EPOCH / RATE_HZ


def random_epochs(rng: np.random.Generator, n: int) -> NDArray[np.float32]:
    """Draw epochs of coloured noise with rhythms, bursts, transients and artefacts.

    Returns
    -------
    (n, 3000) float32 at 100 Hz, half of them filtered as EEG and half as EOG, any scale.
    """
    n_samples = round((_EPOCH_S + 2 * _PAD_S) * RATE_HZ)
    frequency_hz = np.fft.rfftfreq(n_samples, 1 / RATE_HZ).astype(np.float64)
    out = np.empty((n, SAMPLES_PER_EPOCH), dtype=np.float32)
    for i in range(n):
        raw = _noise(rng, frequency_hz, n_samples)
        if rng.random() < 0.5:
            # Two textures in one epoch, changing at some moment, as at a change of stage.
            mix = 1 / (1 + np.exp(-(np.arange(n_samples) - rng.uniform(0, n_samples)) / 50))
            raw = raw * mix + np.exp(rng.normal(0, 1)) * _noise(rng, frequency_hz, n_samples) * (
                1 - mix
            )
        raw += _transients(rng, n_samples)
        out[i] = cut_to_epoch(raw, "eeg" if i % 2 else "eog")
    return out


def cut_to_epoch(raw: NDArray[np.floating], band: Band) -> NDArray[np.float32]:
    """(3000,) the 30 s in the middle of (4000,) samples at 100 Hz, filtered."""
    passed = band_passed(raw, duration_s=raw.size / RATE_HZ, band=band)
    pad = round(_PAD_S * RATE_HZ)
    return passed[pad : pad + SAMPLES_PER_EPOCH].astype(np.float32)


def _noise(
    rng: np.random.Generator, frequency_hz: NDArray[np.float64], n_samples: int
) -> NDArray[np.float64]:
    """Unit-power noise: a bent power law with up to four rhythms on it."""
    safe_hz = np.maximum(frequency_hz, 0.1)
    knee_hz = np.exp(rng.uniform(np.log(0.3), np.log(10)))
    slope_low, slope_high = rng.uniform(-1.5, 1.0), rng.uniform(-4.0, 0.2)
    log_power = np.where(
        safe_hz < knee_hz,
        slope_low * np.log(safe_hz / knee_hz),
        slope_high * np.log(safe_hz / knee_hz),
    )
    for _ in range(rng.integers(0, 5)):
        peak_hz = np.exp(rng.uniform(np.log(0.4), np.log(32)))
        width = peak_hz * rng.uniform(0.03, 0.4)
        log_power = np.logaddexp(
            log_power,
            np.interp(peak_hz, frequency_hz, log_power)
            + rng.uniform(0, 4)
            - 0.5 * ((frequency_hz - peak_hz) / width) ** 2,
        )
    spectrum = np.exp(log_power / 2) * (
        rng.normal(size=frequency_hz.size) + 1j * rng.normal(size=frequency_hz.size)
    )
    noise: NDArray[np.float64] = np.fft.irfft(spectrum, n_samples)
    if rng.random() < 0.3:
        # Slow waxing and waning.
        envelope = np.interp(
            np.arange(n_samples),
            np.linspace(0, n_samples, 12),
            np.exp(rng.normal(0, 0.6, 12)),
        )
        noise = noise * envelope
    unit: NDArray[np.float64] = noise / noise.std()
    return unit


def _transients(rng: np.random.Generator, n_samples: int) -> NDArray[np.float64]:
    """Steps, blinks, bursts and movement at random times, in units of the noise."""
    raw = np.zeros(n_samples)
    if rng.random() < 0.4:
        return raw
    t = np.arange(n_samples) / RATE_HZ
    for _ in range(rng.poisson(3)):
        centre_s, size = rng.uniform(0, t[-1]), rng.normal(0, 1) * np.exp(rng.normal(0.7, 0.8))
        width_s = np.exp(rng.uniform(np.log(0.03), np.log(3)))
        bump = np.exp(-0.5 * ((t - centre_s) / width_s) ** 2)
        kind = rng.integers(4)
        if kind == 0:
            raw += size * bump
        elif kind == 1:
            raw += size * bump * np.sin(2 * np.pi * rng.uniform(0.5, 30) * (t - centre_s))
        elif kind == 2:
            raw += size * np.tanh((t - centre_s) / width_s)
        else:
            raw += size * bump * rng.normal(size=n_samples)
    return raw


def wake_epochs(folder: Path, *, skip: int) -> dict[str, NDArray[np.float32]]:
    """Real unlabelled EEG (Pz-Oz at 100 Hz) of recordings kept as MATLAB files of raw digits.

    Parameters
    ----------
    folder
        Holds ``*_edfm.mat``, each with ``val`` (1, n_samples).
    skip
        Leave out this many recordings, from the end: they check what the others taught.

    Returns
    -------
    For each recording's name, (n_epochs, 3000) float32.
    """
    paths = sorted(folder.glob("*_edfm.mat"))
    chosen = paths[: len(paths) - skip] if skip >= 0 else paths[skip:]
    result = {}
    for path in chosen:
        raw = loadmat(path)["val"].ravel().astype(np.float64)
        raw = raw[: raw.size // SAMPLES_PER_EPOCH * SAMPLES_PER_EPOCH]
        passed = band_passed(raw, duration_s=raw.size / RATE_HZ, band="eeg")
        result[path.name.split("-")[0]] = passed.reshape(-1, SAMPLES_PER_EPOCH).astype(np.float32)
    return result
