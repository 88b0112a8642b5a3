"""The multitaper spectrogram of a night, one column an epoch.

Multitaper after Thomson (Proc. IEEE 1982), as Prerau et al. (Physiology 2017) use it on sleep.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.errors import MontageError
from sleepscorer.core.progress import Progress, silent
from sleepscorer.core.recording import COSTS_EPOCH_S, FloatArray
from sleepscorer.core.stages import EPOCH_S

LOWEST_HZ, HIGHEST_HZ = 0.5, 30.0
_ROW_HZ = 0.25
_FIRST_CHOICE = ("F4-", "C4-", "F3-", "C3-", "Fpz-", "Cz-", "Fz-")
# Half a bandwidth of 8/30 Hz: bands half a hertz wide hold apart what the eye holds apart, and 15
# tapers average the noise of the estimate down to 1 dB.
_TIME_HALF_BANDWIDTH = 8.0
_N_TAPERS = 15
_MIN_RATE_HZ = 10.0
# What is above 30 Hz is not shown; a rate of at least 80 Hz leaves room for the slope to it.
_REDUCED_RATE_HZ = 80.0
_BLOCK_EPOCHS = 10
_PADDING_S = 2.0
_LEAST_DENSITY = 1e-6


@dataclass(frozen=True, eq=False)
class Spectrogram:
    """Power over frequency and time.

    Parameters
    ----------
    power_db
        (n_frequencies, n_columns) float32, decibels of 1 µV² a hertz; a column is NaN where its
        30 s were not wholly recorded.
    frequencies_hz
        (n_frequencies,) float64, the middle of each row, ascending.
    times_s
        (n_columns,) float64, the start of each column, seconds from the start of the recording;
        each is an epoch long.
    """

    power_db: FloatArray
    frequencies_hz: NDArray[np.float64]
    times_s: NDArray[np.float64]


def multitaper_spectrogram(
    channel: ResolvedDerivation, duration_s: float, progress: Progress = silent
) -> Spectrogram:
    """Compute the spectrogram of a whole recording, 0.5 to 30 Hz in rows of 0.25 Hz.

    Parameters
    ----------
    channel
        What to show; read in blocks of five minutes.
    duration_s
        Length of the recording; a rest shorter than an epoch has no column.
    progress
        Called after each block; may raise Cancelled.

    Raises
    ------
    MontageError
        If the channel is sampled below 10 Hz.
    RecordingError
        If the file can't be read any more.
    """
    rate_hz = channel.sampling_rate_hz
    if rate_hz < _MIN_RATE_HZ:
        raise MontageError(
            f"{channel.name!r} is sampled at {rate_hz:g} Hz, too slowly for a spectrogram",
            hint="choose an EEG derivation",
        )
    progress(0.0, "Computing the spectrogram")
    n_columns = int((duration_s + 1e-3) // EPOCH_S)
    factor = max(1, int(rate_hz / _REDUCED_RATE_HZ))
    tapers = _tapers(round(EPOCH_S * rate_hz / factor))
    rows = _Rows(tapers.shape[1], rate_hz / factor)
    power_db = np.full((rows.frequencies_hz.size, n_columns), np.nan, np.float32)
    for first in range(0, n_columns, _BLOCK_EPOCHS):
        stop = min(first + _BLOCK_EPOCHS, n_columns)
        windows = _windows(channel, first, stop, factor, tapers.shape[1])
        for column, window in enumerate(windows, first):
            if window is not None:
                power_db[:, column] = rows.decibels(window, tapers)
        progress(stop / n_columns, "Computing the spectrogram")
    return Spectrogram(power_db, rows.frequencies_hz, np.arange(n_columns) * np.float64(EPOCH_S))


def preferred_channel(channels: Mapping[str, ResolvedDerivation]) -> str:
    """Return the name of the one that shows most of sleep; empty where there is none.

    A frontal or central derivation shows slow waves and spindles best; else it is the first EEG.
    """
    for start in _FIRST_CHOICE:
        for name in channels:
            if name.startswith(start):
                return name
    eeg = [name for name, channel in channels.items() if channel.kind == "eeg"]
    return next(iter([*eeg, *channels]), "")


class _Rows:
    """Averages the bins of the transform to the rows of the picture."""

    def __init__(self, n_samples: int, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        bins_hz = np.arange(n_samples // 2 + 1) * (rate_hz / n_samples)
        highest_hz = min(HIGHEST_HZ, rate_hz / 2)
        n_rows = int((highest_hz - LOWEST_HZ) / _ROW_HZ)
        edges_hz = LOWEST_HZ + _ROW_HZ * np.arange(n_rows + 1)
        # Edges and bins that are equal in decimals may differ in their last binary digit.
        edges = np.searchsorted(bins_hz, edges_hz - 1e-9)
        self._starts, self._stop = edges[:-1], edges[-1]
        self._n_bins = np.diff(edges)
        self.frequencies_hz = (edges_hz[:-1] + edges_hz[1:]) / 2

    def decibels(self, window: FloatArray, tapers: FloatArray) -> FloatArray:
        """(n_rows,) decibels of (n_samples,), by tapers of (n_tapers, n_samples)."""
        spectra = np.fft.rfft(window * tapers, axis=1)[:, : self._stop]
        # One-sided density: the tapers have unit energy, so only the rate remains.
        density = (spectra.real**2 + spectra.imag**2).mean(axis=0) * (2 / self._rate_hz)
        rows = np.add.reduceat(density, self._starts) / self._n_bins
        return np.asarray(10 * np.log10(np.maximum(rows, _LEAST_DENSITY)), dtype=np.float32)


def _tapers(n_samples: int) -> FloatArray:
    """(n_tapers, n_samples) discrete prolate spheroidal sequences of unit energy, of either sign.

    Eigenvectors of a tridiagonal matrix: Slepian (Bell System Technical Journal 1978), section 2.1;
    ``scipy.signal.windows.dpss`` gives the same, but takes half a second and 30 MiB to import.
    """
    from scipy.linalg import eigh_tridiagonal

    n = np.arange(n_samples, dtype=np.float64)
    bandwidth = _TIME_HALF_BANDWIDTH / n_samples
    diagonal = ((n_samples - 1 - 2 * n) / 2) ** 2 * np.cos(2 * np.pi * bandwidth)
    beside = n[1:] * (n_samples - n[1:]) / 2
    # The largest eigenvalues come last; the concentration falls with them.
    wanted = (n_samples - _N_TAPERS, n_samples - 1)
    _, vectors = eigh_tridiagonal(diagonal, beside, select="i", select_range=wanted)
    return np.ascontiguousarray(vectors.T[::-1], dtype=np.float32)


def _windows(
    channel: ResolvedDerivation, first: int, stop: int, factor: int, n_samples: int
) -> Iterator[FloatArray | None]:
    """Yield the samples of each epoch at the reduced rate, less their mean; None for gaps."""
    rate_hz = channel.sampling_rate_hz
    padding = round(_PADDING_S * rate_hz / factor) * factor
    start = round(first * EPOCH_S * rate_hz)
    n_read = -(-round((stop - first) * EPOCH_S * rate_hz) // factor) * factor + 2 * padding
    samples = channel.read((start - padding) / rate_hz, (start - padding + n_read) / rate_hz)
    is_finite = np.isfinite(samples)
    if not is_finite.any():
        yield from [None] * (stop - first)
        return
    reduced = _reduced(samples, is_finite, rate_hz, factor)
    for epoch in range(stop - first):
        at = padding + round(epoch * EPOCH_S * rate_hz)
        n_missing = np.count_nonzero(~is_finite[at : at + round(EPOCH_S * rate_hz)])
        whole = n_missing < max(COSTS_EPOCH_S * rate_hz, 1)
        window = reduced[at // factor : at // factor + n_samples]
        yield window - window.mean() if whole else None


def _reduced(
    samples: FloatArray, is_finite: NDArray[np.bool_], rate_hz: float, factor: int
) -> FloatArray:
    """Sample at a ``factor`` lower rate what lies below 30 Hz; gaps are bridged by lines."""
    if not is_finite.all():
        places = np.arange(samples.size)
        known = np.flatnonzero(is_finite)
        samples = np.interp(places, known, samples[known]).astype(np.float32)
    if factor == 1:
        return samples
    n_reduced = samples.size // factor
    spectrum = np.fft.rfft(samples)[: n_reduced // 2 + 1]
    frequencies_hz = np.arange(spectrum.size) * (rate_hz / samples.size)
    # Falling from 1 to 0 in a cosine, the cut rings for tenths of a second only.
    top_hz = rate_hz / factor / 2
    fall = np.clip((frequencies_hz - HIGHEST_HZ) / (top_hz - HIGHEST_HZ), 0, 1)
    spectrum *= (0.5 + 0.5 * np.cos(np.pi * fall)) / factor
    return np.fft.irfft(spectrum, n_reduced).astype(np.float32)
