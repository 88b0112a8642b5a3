"""The spectrum of an epoch and the power in its bands."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.recording import FloatArray

BANDS_HZ: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "delta": (0.5, 4.0),
        "theta": (4.0, 8.0),
        "alpha": (8.0, 12.0),
        "sigma": (12.0, 16.0),
        "beta": (16.0, 30.0),
    }
)
"""Lower edge (included) and upper edge (not included) of each band."""

_WINDOW_S = 4.0


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Power density over frequency.

    Parameters
    ----------
    frequencies_hz
        (n_frequencies,) float64, from 0 in even steps.
    density
        (n_frequencies,) float64, the channel's unit squared a hertz; NaN throughout where no
        window was free of gaps.
    """

    frequencies_hz: NDArray[np.float64]
    density: NDArray[np.float64]


@dataclass(frozen=True)
class BandPower:
    """Power in one band.

    Parameters
    ----------
    absolute
        The density integrated over the band, the channel's unit squared; None where it is
        undefined (a gap, or a rate that does not reach the band's upper edge).
    relative
        Its share of the power of all bands, 0 to 1; None where that is undefined.
    """

    absolute: float | None
    relative: float | None


def epoch_spectrum(samples: FloatArray, rate_hz: float) -> Spectrum:
    """Estimate the power spectrum by Welch's method (IEEE Trans. Audio Electroacoust. 1967).

    Hann windows of 4 s that overlap by half, each less its mean; their periodograms, one-sided,
    are averaged. Windows with a gap are left out.

    Parameters
    ----------
    samples
        (n_samples,) float32, as stored: display filters would bend the spectrum.
    rate_hz
        Samples a second.
    """
    length = min(round(_WINDOW_S * rate_hz), samples.size)
    if length < 2:
        return Spectrum(np.zeros(1), np.full(1, np.nan))
    starts = range(0, samples.size - length + 1, max(length // 2, 1))
    windows = np.stack([samples[start : start + length] for start in starts]).astype(np.float64)
    windows = windows[np.isfinite(windows).all(axis=1)]
    frequencies_hz = np.arange(length // 2 + 1) * np.float64(rate_hz / length)
    if not windows.size:
        return Spectrum(frequencies_hz, np.full(frequencies_hz.shape, np.nan))
    # The periodic form of the window: half of it overlapping sums to a constant.
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    windows -= windows.mean(axis=1, keepdims=True)
    power = (np.abs(np.fft.rfft(windows * hann, axis=1)) ** 2).mean(axis=0)
    power /= rate_hz * (hann**2).sum()
    power[1 : -1 if length % 2 == 0 else None] *= 2
    return Spectrum(frequencies_hz, power)


def band_powers(spectrum: Spectrum) -> dict[str, BandPower]:
    """Return the power in each of :data:`BANDS_HZ`, absolute and as a share of all of them."""
    absolute = {name: _power(spectrum, *edges) for name, edges in BANDS_HZ.items()}
    known = [power for power in absolute.values() if power is not None]
    total = sum(known) if len(known) == len(absolute) else 0.0
    return {
        name: BandPower(power, power / total if power is not None and total > 0 else None)
        for name, power in absolute.items()
    }


def _power(spectrum: Spectrum, low_hz: float, high_hz: float) -> float | None:
    frequencies = spectrum.frequencies_hz
    if frequencies[-1] < high_hz or np.isnan(spectrum.density).any():
        return None
    inside = (frequencies >= low_hz) & (frequencies < high_hz)
    return float(spectrum.density[inside].sum() * (frequencies[1] - frequencies[0]))
