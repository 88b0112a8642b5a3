"""Whether a signal can be an EEG or an EOG at all: noise, tones and copies can not.

A network answers whatever it is shown. What tells a brain (or an eye) from a signal generator was
measured on real recordings, by channel: 8 with 30-min excerpts of DREAMS, 14 of a clinical
recording, nine of 10,000 s of Sleep-EDF wake, some 20 of short files; on simulated nights; and, as
far as their band powers tell, on all 153 Sleep-EDF nights ("nights of features").
Each limit below stands between their extremes and those of some 40 kinds of nonsense (white, pink,
brown and band-passed noise, tones, square waves, ramps, pulses, ECG, mains).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sleepscorer.staging.bands import BANDS_HZ
from sleepscorer.staging.measured_filters import profiles_of
from sleepscorer.staging.preprocess import RATE_HZ, SAMPLES_PER_EPOCH, Band

_HIGHEST_HZ: dict[str, float] = {"eeg": 28.0, "eog": 14.0}
"""Up to where the pass bands are flat."""
_SPECTRUM_S = 4
_N_BINS = int(max(_HIGHEST_HZ.values()) * _SPECTRUM_S)
_SLOPE_EDGES_HZ = (1.0, 2.0, 4.0, 8.0, 14.0, 28.0)
_FINE_BINS = 30
_SLOW_HZ = 8.0
_SLOW_SAMPLES = round(2 * _SLOW_HZ * SAMPLES_PER_EPOCH / RATE_HZ)

# Fewer epochs than these give no verdict.
_LEAST, _LEAST_STEADY = 4, 20
_PERIODIC_EPOCHS, _EVEN_EPOCHS, _STEADY_EPOCHS = 20, 60, 120
_STRIDES_A_WINDOW = 4

_PERIODIC_EVENNESS = 0.35
"""Within 1 Hz the fine spectrum (30 s) of anything irregular has a flatness (geometric over
arithmetic mean) of about e^-0.577 = 0.56. Medians over 20 epochs, weighted by power: EEG 0.53 to
0.62, EOG 0.48 to 0.61; a tone, a pulse, a square wave 0 to 0.12."""

_EVEN_SLOPE = {"eeg": -0.1, "eog": -0.3}
"""The power of EEG falls with frequency. Median slope over 60 epochs of log10 density on log10
frequency: EEG -2.8 to -0.28, EOG -2.6 to -1.0 (in the nights of features up to -0.11 and -0.39, in
tense wake); white noise -0.03 to 0.03, muscles -0.14 to 1.2."""

_STEADY_LOCALLY = 0.11
_STEADY_LIMITS = ((_LEAST_STEADY, 0.105), (60, 0.12), (120, 0.14))
"""By the number of epochs of the recording. Sleep and wake change from epoch to epoch; noise does
not, whatever its slope. Standard deviation of the natural log band powers about their mean: noise
0.07 to 0.10, that of the estimate itself (0.13 where the slope is -3). Whole recordings: EEG 0.2
and more, EOG 0.23 and more (nights of features: 0.18 and 0.21). An hour: EEG and EOG 0.19 and more
(nights of features: 0.113 and 0.121, but for the Pz-Oz of SC4572F0 with 0.099, which hardly changes
in seven hours)."""
_FAST_BAND, _OUT_OF_BAND = 3, 0.1
"""Sigma or beta with less than this of the density of the next slower band was filtered out: what
leaked into it says nothing."""

_EMPTY_SHARE = 1e-4
"""Of the stored amplitude in the pass band: 0.06 and more in EEG and EOG, drifts and hum included;
some 1e-6 of a ramp or of pure mains hum."""

_REPEATED_CORRELATION = 0.95
_CLIPPED_AT = 3.0
_COMPARED_EPOCHS = round(24 * 3600 / 30)
_ROWS = 256
"""Two epochs of one channel below 8 Hz, peaks cut: at most 0.73 in real and simulated recordings;
copies 0.98 to 1."""


class Doubt(StrEnum):
    """Why a signal can't be what its label says; the value is said to people."""

    EMPTY = "next to nothing from 0.5 to 30 Hz"
    PERIODIC = "a periodic signal, like a tone, a pulse or mains hum"
    EVEN = "fast rhythms as strong as slow ones, like noise or muscle"
    STEADY = "a spectrum that never changes, like noise or a test signal"
    REPEATED = "the same signal more than once"


@dataclass(frozen=True, eq=False)
class EpochTraits:
    """What is asked of some epochs of one channel.

    Parameters
    ----------
    spectrum
        (n, 112) power density from 0 to below 28 Hz in steps of 0.25 Hz (Welch 1967), of the epoch
        scaled to unit power.
    evenness
        (n,) flatness of the fine spectrum within 1 Hz, 0 to 1.
    slow
        (n, 480) the epoch below 8 Hz, peaks cut, of mean 0 and length 1.
    profile
        (n, 24) of :func:`~sleepscorer.staging.measured_filters.profiles_of`.
    """

    spectrum: NDArray[np.float32]
    evenness: NDArray[np.float32]
    slow: NDArray[np.float32]
    profile: NDArray[np.float32]

    @staticmethod
    def joined(parts: Sequence["EpochTraits"]) -> "EpochTraits":
        """The same of all epochs together."""
        columns = (column.name for column in fields(EpochTraits))
        return EpochTraits(
            *(np.concatenate([getattr(part, name) for part in parts]) for name in columns)
        )


def traits_of(epochs: NDArray[np.float32], kind: Band) -> EpochTraits:
    """Measure epochs as :func:`~sleepscorer.staging.preprocess.epoch_blocks` gives them.

    Parameters
    ----------
    epochs
        (n, 3000) filtered, at 100 Hz, of any unit.
    kind
        Which band was passed.
    """
    scale = np.sqrt(np.square(epochs, dtype=np.float64).mean(axis=1, keepdims=True))
    unit = epochs / np.where(scale > 0, scale, 1.0)
    fine = np.square(np.abs(np.fft.rfft(unit * np.hanning(SAMPLES_PER_EPOCH))))
    return EpochTraits(
        _welch(unit),
        _evenness(fine, _HIGHEST_HZ.get(kind, max(_HIGHEST_HZ.values()))).astype(np.float32),
        _slow(unit).astype(np.float32),
        profiles_of(fine, kind),
    )


def _welch(epochs: NDArray[np.float64]) -> NDArray[np.float32]:
    length = _SPECTRUM_S * RATE_HZ
    single = epochs.astype(np.float32)
    parts = np.lib.stride_tricks.sliding_window_view(single, length, axis=1)[:, :: length // 2]
    parts = (parts - parts.mean(axis=-1, keepdims=True)) * np.hanning(length).astype(np.float32)
    power: NDArray[np.float32] = np.square(np.abs(np.fft.rfft(parts)[..., :_N_BINS])).mean(axis=1)
    return power


def _evenness(fine: NDArray[np.float64], highest_hz: float) -> NDArray[np.float64]:
    first = _FINE_BINS // 2  # 0.5 Hz
    n_parts = int(highest_hz) - 1
    parts = fine[:, first : first + n_parts * _FINE_BINS].reshape(len(fine), n_parts, _FINE_BINS)
    mean = parts.mean(axis=2)
    tiny = np.finfo(float).tiny
    flatness = np.exp(np.log(parts + tiny).mean(axis=2)) / (mean + tiny)
    total = mean.sum(axis=1)
    result: NDArray[np.float64] = (flatness * mean).sum(axis=1) / np.where(total > 0, total, 1.0)
    return result


def _slow(epochs: NDArray[np.float64]) -> NDArray[np.float64]:
    slow = np.fft.irfft(np.fft.rfft(epochs), _SLOW_SAMPLES)
    # Two electrode pops are alike; what lies between them is not.
    usual = np.median(np.abs(slow), axis=1, keepdims=True)
    slow = np.clip(slow, -_CLIPPED_AT * usual, _CLIPPED_AT * usual)
    slow = slow - slow.mean(axis=1, keepdims=True)
    norm = np.linalg.norm(slow, axis=1, keepdims=True)
    result: NDArray[np.float64] = slow / np.where(norm > 0, norm, 1.0)
    return result


def doubts_about(
    traits: EpochTraits,
    in_band: NDArray[np.float32],
    usable: NDArray[np.bool_],
    kind: Band,
) -> Mapping[Doubt, NDArray[np.bool_]]:
    """Say of which epochs it is doubtful that they are an EEG or EOG, and why.

    Parameters
    ----------
    traits
        Of all epochs.
    in_band
        (n_epochs,) amplitude in the pass band over that as stored.
    usable
        (n_epochs,) the epochs that are judged; the others are never doubted.
    kind
        ``"eeg"`` or ``"eog"``; of a chin EMG nothing is doubted.

    Returns
    -------
    (n_epochs,) bool of each doubt that there is.
    """
    judged = np.flatnonzero(usable)
    if kind not in _HIGHEST_HZ or judged.size < _LEAST:
        return {}
    spectrum = traits.spectrum[judged].astype(np.float64)
    slopes, evenness = _slopes(spectrum, _HIGHEST_HZ[kind]), traits.evenness[judged]
    found = {
        Doubt.EMPTY: in_band[judged] < _EMPTY_SHARE,
        Doubt.PERIODIC: _within(
            _windows(judged.size, _PERIODIC_EPOCHS),
            lambda window: np.median(evenness[window]) < _PERIODIC_EVENNESS,
        ),
        Doubt.EVEN: _within(
            _windows(judged.size, _EVEN_EPOCHS),
            lambda window: np.median(slopes[window]) > _EVEN_SLOPE[kind],
        ),
        Doubt.STEADY: _steady(spectrum, _HIGHEST_HZ[kind]),
        Doubt.REPEATED: _repeated(traits.slow[judged]),
    }
    return {doubt: _spread(where, usable) for doubt, where in found.items() if where.any()}


def _spread(where: NDArray[np.bool_], usable: NDArray[np.bool_]) -> NDArray[np.bool_]:
    result = np.zeros(usable.size, dtype=bool)
    result[usable] = where
    return result


def _windows(n: int, length: int) -> list[slice]:
    """Overlapping windows of n epochs; one of all of them where there are fewer than ``length``."""
    last = max(n - length, 0)
    starts = sorted({*range(0, last, length // _STRIDES_A_WINDOW), last})
    return [slice(start, min(start + length, n)) for start in starts]


def _within(windows: list[slice], is_so: Callable[[slice], bool | np.bool_]) -> NDArray[np.bool_]:
    """The epochs of all windows of which something is so."""
    result = np.zeros(windows[-1].stop, dtype=bool)
    for window in windows:
        result[window] |= bool(is_so(window))
    return result


def _density(spectrum: NDArray[np.float64], low_hz: float, high_hz: float) -> NDArray[np.float64]:
    bins = spectrum[:, round(low_hz * _SPECTRUM_S) : round(high_hz * _SPECTRUM_S)]
    density: NDArray[np.float64] = bins.mean(axis=1) + np.finfo(float).tiny
    return density


def _slopes(spectrum: NDArray[np.float64], highest_hz: float) -> NDArray[np.float64]:
    """(n,) of the straight line through log10 density over log10 frequency."""
    edges = [edge for edge in _SLOPE_EDGES_HZ if edge <= highest_hz]
    pairs = list(pairwise(edges))
    y = np.log10(np.stack([_density(spectrum, *pair) for pair in pairs], axis=1))
    x = np.log10([np.sqrt(low * high) for low, high in pairs])
    x = x - x.mean()
    slopes: NDArray[np.float64] = y @ x / (x @ x)
    return slopes


def _steady(spectrum: NDArray[np.float64], highest_hz: float) -> NDArray[np.bool_]:
    n = len(spectrum)
    if n < _LEAST_STEADY:
        return np.zeros(n, dtype=bool)
    bands = [(low, min(high, highest_hz)) for low, high in BANDS_HZ if low < highest_hz]
    logs = np.log(np.stack([_density(spectrum, *band) for band in bands], axis=1))
    sizes, limits = zip(*_STEADY_LIMITS, strict=True)
    if _changes(logs) < float(np.interp(n, sizes, limits)):
        return np.ones(n, dtype=bool)
    if n < _STEADY_EPOCHS:
        return np.zeros(n, dtype=bool)
    return _within(
        _windows(n, _STEADY_EPOCHS), lambda window: _changes(logs[window]) < _STEADY_LOCALLY
    )


def _changes(logs: NDArray[np.float64]) -> float:
    """How much relative band powers change: root mean variance of (n, n_bands) natural logs."""
    falls = np.diff(np.median(logs, axis=0)) < np.log(_OUT_OF_BAND)
    # Deep sleep falls as steeply from delta to theta: only the fast bands are asked.
    falls[: _FAST_BAND - 1] = False
    kept = logs[:, : int(np.argmax(falls)) + 1] if falls.any() else logs
    return float(np.sqrt(np.var(kept - kept.mean(axis=1, keepdims=True), axis=0).mean()))


def _repeated(slow: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(n,) epochs that another one within a day is a copy of."""
    n = len(slow)
    result = np.zeros(n, dtype=bool)
    for first in range(0, n, _ROWS):
        rows = slice(first, min(first + _ROWS, n))
        others = slice(first, min(rows.stop + _COMPARED_EPOCHS, n))
        alike = slow[rows] @ slow[others].T > _REPEATED_CORRELATION
        np.fill_diagonal(alike, False)
        result[rows] |= alike.any(axis=1)
        result[others] |= alike.any(axis=0)
    return result
