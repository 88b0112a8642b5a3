"""Welch band powers, as the published features of Sleep-EDF define them: the encoder's target."""

import numpy as np
from numpy.typing import NDArray
from scipy import integrate, signal

from sleepscorer.staging.bands import BANDS_HZ
from sleepscorer.staging.preprocess import RATE_HZ

_SEGMENT_SAMPLES = 400


def log_band_powers(epochs: NDArray[np.floating]) -> NDArray[np.float32]:
    """Natural log of the power in five bands.

    Welch (1967): 4-s Hamming segments with half overlap, median over segments, density integrated
    by the trapezoidal rule over each band's bins.

    Parameters
    ----------
    epochs
        (n, 3000) at 100 Hz.

    Returns
    -------
    (n, 5) float32
    """
    frequency_hz, density = signal.welch(
        epochs,
        fs=RATE_HZ,
        window="hamming",
        nperseg=_SEGMENT_SAMPLES,
        noverlap=_SEGMENT_SAMPLES // 2,
        detrend="constant",
        average="median",
        axis=-1,
    )
    powers = [
        integrate.trapezoid(density[:, inside], frequency_hz[inside], axis=-1)
        for inside in ((frequency_hz >= low) & (frequency_hz < high) for low, high in BANDS_HZ)
    ]
    return np.log(np.stack(powers, axis=-1) + 1e-10).astype(np.float32)
