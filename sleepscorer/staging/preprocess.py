"""From a stored signal to clean 30-s epochs at 100 Hz: the same code trains and scores.

Everything is done in one pass in the frequency domain, block by block with margins: cutting the
spectrum at 50 Hz resamples, and multiplying it filters, at any stored rate and without a delay.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.recording import Gap
from sleepscorer.core.stages import EPOCH_S

RATE_HZ = 100
SAMPLES_PER_EPOCH = int(EPOCH_S) * RATE_HZ

Band = Literal["eeg", "eog"]
_PASS_HZ: dict[Band, tuple[float, float]] = {"eeg": (0.5, 30.0), "eog": (0.5, 15.0)}
"""Pass bands of the published Sleep-EDF features that the first weights learned from."""

_BLOCK_EPOCHS = 20
_MARGIN_S = 10.0
_FLAT_S = 1.0
_RAIL_RUN_SAMPLES = 3
_RAIL_FRACTION = 0.002
_MIN_USABLE_FRACTION = 0.5


@dataclass(frozen=True, eq=False)
class EpochBlock:
    """Consecutive epochs of one signal, filtered, at 100 Hz.

    Parameters
    ----------
    first_epoch
        Index of the first.
    epochs
        (n, 3000) float32 in the signal's unit; bad samples are bridged by straight lines.
    missing, flat, clipped
        (n,) fraction of each epoch's stored samples that are so.
    usable
        (n,) True where at least half of the epoch is none of these and no gap touches it.
    """

    first_epoch: int
    epochs: NDArray[np.float32]
    missing: NDArray[np.float32]
    flat: NDArray[np.float32]
    clipped: NDArray[np.float32]
    usable: NDArray[np.bool_]


def epoch_blocks(
    channel: ResolvedDerivation, n_epochs: int, *, band: Band, gaps: tuple[Gap, ...] = ()
) -> Iterator[EpochBlock]:
    """Read a derivation's epochs in order, 10 minutes at a time.

    Parameters
    ----------
    channel
        What to read. Each stored signal of a difference is checked by itself: a flat reference
        does not show in the difference.
    n_epochs
        Whole epochs of the recording.
    band
        ``"eeg"`` passes 0.5 to 30 Hz, ``"eog"`` 0.5 to 15 Hz.
    gaps
        Gaps of the recording: an epoch that touches one is not usable.
    """
    for first in range(0, n_epochs, _BLOCK_EPOCHS):
        stop = min(first + _BLOCK_EPOCHS, n_epochs)
        yield _read_block(channel, first, stop, band, gaps)


def _read_block(
    channel: ResolvedDerivation, first: int, stop: int, band: Band, gaps: tuple[Gap, ...]
) -> EpochBlock:
    start_s, stop_s = first * EPOCH_S, stop * EPOCH_S
    n_epochs = stop - first
    stored, missing, flat, clipped = _checked(channel, start_s - _MARGIN_S, stop_s + _MARGIN_S)
    resampled = band_passed(
        _bridged(stored, missing | flat | clipped),
        duration_s=stop_s - start_s + 2 * _MARGIN_S,
        band=band,
    )
    margin = round(_MARGIN_S * RATE_HZ)
    epochs = resampled[margin : margin + n_epochs * SAMPLES_PER_EPOCH]
    rate_hz = channel.sampling_rate_hz
    shares = [_by_epoch(what, n_epochs, rate_hz) for what in (missing, flat, clipped)]
    usable = shares[0] + shares[1] + shares[2] <= 1 - _MIN_USABLE_FRACTION
    for gap in gaps:
        touched_first = int(gap.start_s // EPOCH_S) - first
        touched_stop = int(-(-gap.stop_s // EPOCH_S)) - first
        usable[max(touched_first, 0) : max(touched_stop, 0)] = False
    return EpochBlock(
        first_epoch=first,
        epochs=epochs.reshape(n_epochs, SAMPLES_PER_EPOCH).astype(np.float32),
        missing=shares[0],
        flat=shares[1],
        clipped=shares[2],
        usable=usable,
    )


def _checked(
    channel: ResolvedDerivation, start_s: float, stop_s: float
) -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Samples of a derivation, and which of them are missing, flat or clipped in any part of it."""
    total = missing = flat = clipped = None
    for signal, weight in channel.parts:
        stored = signal.read(start_s, stop_s)
        is_missing = ~np.isfinite(stored)
        is_flat = _flat_samples(stored, signal.sampling_rate_hz) & ~is_missing
        is_clipped = _clipped_samples(stored, signal.physical_range) & ~is_flat
        if total is None or missing is None or flat is None or clipped is None:
            total, missing, flat, clipped = weight * stored, is_missing, is_flat, is_clipped
        else:
            total = total + weight * stored
            missing, flat, clipped = missing | is_missing, flat | is_flat, clipped | is_clipped
    if total is None or missing is None or flat is None or clipped is None:
        raise ValueError(f"the derivation {channel.name} has no signal")
    flat &= ~missing
    return total.astype(np.float32), missing, flat, clipped & ~missing & ~flat


def band_passed(
    samples: NDArray[np.floating], *, duration_s: float, band: Band
) -> NDArray[np.float64]:
    """Resample to 100 Hz and band-pass, without delay.

    The transition bands have the widths that mne-python's defaults give for these edges, so that
    the spectrum is that of the published features: half amplitude at 0.25 Hz and at 33.75 (EEG)
    or 16.9 Hz (EOG).

    Parameters
    ----------
    samples
        (n,) finite, evenly spaced over ``duration_s``.

    Returns
    -------
    (round(duration_s * 100),)
    """
    n_out = round(duration_s * RATE_HZ)
    if samples.size == 0:
        return np.zeros(n_out)
    # A straight line through both ends keeps the circular transform from seeing a step.
    line = np.linspace(samples[0], samples[-1], samples.size)
    spectrum = np.fft.rfft(samples - line)
    n_bins = n_out // 2 + 1
    kept = np.zeros(n_bins, dtype=np.complex128)
    n_shared = min(n_bins, spectrum.size)
    kept[:n_shared] = spectrum[:n_shared]
    frequency_hz = np.arange(n_bins) / duration_s
    passed: NDArray[np.float64] = np.fft.irfft(kept * _gain(frequency_hz, band), n_out)
    return passed * (n_out / samples.size)


def _gain(frequency_hz: NDArray[np.float64], band: Band) -> NDArray[np.float64]:
    low_hz, high_hz = _PASS_HZ[band]
    rising = np.clip(frequency_hz / low_hz, 0, 1)
    falling = np.clip((high_hz * 1.25 - frequency_hz) / (high_hz * 0.25), 0, 1)
    gain: NDArray[np.float64] = np.sin(np.pi / 2 * rising) ** 2 * np.sin(np.pi / 2 * falling) ** 2
    return gain


def _runs(same: NDArray[np.bool_], min_length: int) -> NDArray[np.bool_]:
    """Members of runs of at least ``min_length`` true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], same, [False])).astype(np.int8)))
    result = np.zeros(same.size, dtype=bool)
    for start, stop in edges.reshape(-1, 2):
        if stop - start >= min_length:
            result[start:stop] = True
    return result


def _flat_samples(samples: NDArray[np.float32], rate_hz: float) -> NDArray[np.bool_]:
    """Samples within a second or more of exactly one value."""
    unchanged = np.diff(samples) == 0
    if not unchanged.any():
        return np.zeros(samples.size, dtype=bool)
    run = _runs(unchanged, max(2, round(_FLAT_S * rate_hz) - 1))
    # A run of n equal differences lies between n + 1 equal samples.
    return np.concatenate((run, [False])) | np.concatenate(([False], run))


def _clipped_samples(
    samples: NDArray[np.float32], physical_range: tuple[float, float] | None
) -> NDArray[np.bool_]:
    """Samples pressed against the end of the range, three or more in a row.

    The end is the file's own, or the block's extreme where so many samples share it that an
    amplifier must have been saturated.
    """
    result = np.zeros(samples.size, dtype=bool)
    finite = samples[np.isfinite(samples)]
    if finite.size == 0:
        return result
    low, high = float(finite.min()), float(finite.max())
    if low == high:
        return result
    for extreme, limit in ((low, 0), (high, 1)):
        at_extreme = samples == np.float32(extreme)
        at_limit = physical_range is not None and (
            abs(extreme - physical_range[limit])
            <= 1e-4 * abs(physical_range[1] - physical_range[0])
        )
        if at_limit or at_extreme.sum() > _RAIL_FRACTION * samples.size:
            result |= _runs(at_extreme, _RAIL_RUN_SAMPLES)
    return result


def _bridged(samples: NDArray[np.float32], bad: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Straight lines across the bad samples, the nearest good value before and after all."""
    values = samples.astype(np.float64)
    if not bad.any():
        return values
    good = np.flatnonzero(~bad)
    if good.size == 0:
        return np.zeros(samples.size)
    values[bad] = np.interp(np.flatnonzero(bad), good, values[good])
    return values


def _by_epoch(what: NDArray[np.bool_], n_epochs: int, rate_hz: float) -> NDArray[np.float32]:
    """Fraction of each epoch's samples that are true, margins left out."""
    if not what.any():
        return np.zeros(n_epochs, dtype=np.float32)
    edges = np.round((_MARGIN_S + EPOCH_S * np.arange(n_epochs + 1)) * rate_hz).astype(int)
    counts = np.concatenate(([0], np.cumsum(what)))
    edges = np.minimum(edges, what.size)
    total = np.maximum(np.diff(edges), 1)
    share: NDArray[np.float32] = (np.diff(counts[edges]) / total).astype(np.float32)
    return share
