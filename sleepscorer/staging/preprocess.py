"""From a stored signal to clean 30-s epochs at 100 Hz: the same code trains and scores.

Everything is done in one pass in the frequency domain, block by block with margins: cutting the
spectrum at 50 Hz resamples, and multiplying it filters, at any stored rate and without a delay.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.recording import Gap, epochs_with_gaps
from sleepscorer.core.runs import runs_of
from sleepscorer.core.stages import EPOCH_S

RATE_HZ = 100
SAMPLES_PER_EPOCH = int(EPOCH_S) * RATE_HZ

Band = Literal["eeg", "eog", "emg"]
PASS_BANDS_HZ: dict[Band, tuple[float, float]] = {
    "eeg": (0.5, 30.0),
    "eog": (0.5, 15.0),
    "emg": (10.0, 40.0),
}
"""Pass bands of EEG and EOG in the published Sleep-EDF features that the weights learned from; of
the chin EMG what is left of it at 100 Hz."""

_BLOCK_EPOCHS = 20
_MARGIN_S = 10.0
_FLAT_S = 1.0
_RAIL_RUN_SAMPLES = 3
_RAIL_FRACTION = 0.002
_MIN_USABLE_FRACTION = 0.5
_HUM_LENGTH_S = 10.0
_HUM_HZ, _SIGNAL_HZ = (45.0, 65.0), (0.5, 35.0)
_LOWEST_MAINS_HZ = 52.0


@dataclass(frozen=True, eq=False)
class EpochQuality:
    """How much of some epochs of one channel is a signal.

    Parameters
    ----------
    missing, flat, clipped
        (n,) fraction of each epoch's stored samples that are so.
    in_gap
        (n,) bool: gaps of the recording cost the epoch.
    rms
        (n,) root mean square of the filtered epoch, in the channel's unit.
    hum
        (n,) power from 45 to 65 Hz over that from 0.5 to 35 Hz, as stored; 0 where the rate is
        too low to tell.
    in_band
        (n,) root mean square of the filtered epoch over the standard deviation of the stored one,
        its bad samples left out; 1 where that is zero.
    """

    missing: NDArray[np.float32]
    flat: NDArray[np.float32]
    clipped: NDArray[np.float32]
    in_gap: NDArray[np.bool_]
    rms: NDArray[np.float32]
    hum: NDArray[np.float32]
    in_band: NDArray[np.float32]

    @property
    def unusable_share(self) -> NDArray[np.float32]:
        """(n,) how much of each epoch is no signal, 0 to 1."""
        share: NDArray[np.float32] = np.minimum(self.missing + self.flat + self.clipped, 1.0)
        return share

    @property
    def usable(self) -> NDArray[np.bool_]:
        """(n,) True where no gap costs the epoch and at least half of the epoch is a signal."""
        return ~self.in_gap & (self.unusable_share <= 1 - _MIN_USABLE_FRACTION)

    @staticmethod
    def joined(parts: Sequence["EpochQuality"]) -> "EpochQuality":
        """The same of all epochs together."""
        return EpochQuality(
            *(
                np.concatenate([getattr(part, column.name) for part in parts])
                for column in fields(EpochQuality)
            )
        )


@dataclass(frozen=True, eq=False)
class EpochBlock:
    """Consecutive epochs of one channel, filtered, at 100 Hz.

    Parameters
    ----------
    first_epoch
        Index of the first.
    epochs
        (n, 3000) float32 in the channel's unit. Where a part is missing, flat or clipped the rest
        of the epoch is repeated in its place: a straight line would have no power.
    quality
        Of the same epochs.
    """

    first_epoch: int
    epochs: NDArray[np.float32]
    quality: EpochQuality


def epoch_blocks(
    channel: ResolvedDerivation,
    n_epochs: int,
    *,
    band: Band,
    gaps: tuple[Gap, ...] = (),
    first_epoch: int = 0,
) -> Iterator[EpochBlock]:
    """Read a derivation's epochs in order, 10 minutes at a time.

    Parameters
    ----------
    channel
        What to read. Each stored signal of a difference is checked by itself: a flat reference
        does not show in the difference.
    n_epochs
        Where to stop; whole epochs of the recording for all of it.
    band
        Which of :data:`PASS_BANDS_HZ` is passed.
    gaps
        Gaps of the recording: an epoch of which they take half a second is not usable.
    first_epoch
        Where to begin.
    """
    for first in range(first_epoch, n_epochs, _BLOCK_EPOCHS):
        stop = min(first + _BLOCK_EPOCHS, n_epochs)
        yield _read_block(channel, first, stop, band, gaps)


def _read_block(
    channel: ResolvedDerivation, first: int, stop: int, band: Band, gaps: tuple[Gap, ...]
) -> EpochBlock:
    start_s, stop_s = first * EPOCH_S, stop * EPOCH_S
    n_epochs = stop - first
    stored, missing, flat, clipped = checked_samples(
        channel, start_s - _MARGIN_S, stop_s + _MARGIN_S
    )
    bad = missing | flat | clipped
    duration_s = stop_s - start_s + 2 * _MARGIN_S
    resampled = band_passed(bridged(stored, bad), duration_s=duration_s, band=band)
    margin = round(_MARGIN_S * RATE_HZ)
    inner = slice(margin, margin + n_epochs * SAMPLES_PER_EPOCH)
    epochs = resampled[inner].reshape(n_epochs, SAMPLES_PER_EPOCH).astype(np.float32)
    if bad.any():
        nearest = (np.arange(resampled.size) * bad.size) // resampled.size
        _fill_from_rest(epochs, bad[nearest][inner].reshape(epochs.shape))
    rate_hz = channel.sampling_rate_hz
    rms = np.sqrt(np.square(epochs).mean(axis=1))
    quality = EpochQuality(
        missing=_by_epoch(missing, n_epochs, rate_hz),
        flat=_by_epoch(flat, n_epochs, rate_hz),
        clipped=_by_epoch(clipped, n_epochs, rate_hz),
        in_gap=epochs_with_gaps(gaps, stop)[first:],
        rms=rms,
        hum=_hum(stored, n_epochs, rate_hz),
        in_band=_in_band(rms, stored, bad, rate_hz),
    )
    return EpochBlock(first, epochs, quality)


def _in_band(
    rms: NDArray[np.float32], stored: NDArray[np.float32], bad: NDArray[np.bool_], rate_hz: float
) -> NDArray[np.float32]:
    """(n_epochs,) how much of the stored amplitude is left in the filtered epochs."""
    result = np.ones(rms.size, dtype=np.float32)
    edges = _epoch_edges(rms.size, rate_hz)
    for epoch, (start, stop) in enumerate(pairwise(edges)):
        good = stored[start:stop][~bad[start:stop]]
        spread = float(good.std(dtype=np.float64)) if good.size else 0.0
        if spread > 0:
            result[epoch] = rms[epoch] / spread
    return result


def _hum(stored: NDArray[np.float32], n_epochs: int, rate_hz: float) -> NDArray[np.float32]:
    """(n_epochs,) power of mains hum against that of the signal, in the middle of each epoch."""
    # Of the mains' 50 Hz and 60 Hz the lower one must be there: many records have 128 Hz.
    if rate_hz / 2 <= _LOWEST_MAINS_HZ:
        return np.zeros(n_epochs, dtype=np.float32)
    length = int(_HUM_LENGTH_S * rate_hz)
    first_s = _MARGIN_S + (EPOCH_S - _HUM_LENGTH_S) / 2
    starts = np.round((first_s + EPOCH_S * np.arange(n_epochs)) * rate_hz).astype(int)
    epochs = np.nan_to_num(np.stack([stored[start : start + length] for start in starts]))
    spectrum = np.fft.rfft(epochs)
    hum, signal = (
        np.square(
            np.abs(spectrum[:, round(low * _HUM_LENGTH_S) : round(high * _HUM_LENGTH_S)])
        ).sum(axis=1)
        for low, high in (_HUM_HZ, _SIGNAL_HZ)
    )
    ratio: NDArray[np.float32] = np.divide(hum, signal, out=np.zeros_like(hum), where=signal > 0)
    return ratio.astype(np.float32)


def checked_samples(
    channel: ResolvedDerivation, start_s: float, stop_s: float
) -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Samples of a derivation, and which of them are missing, flat or clipped in any part of it."""
    total = missing = flat = clipped = None
    for signal, weight in channel.parts:
        stored = signal.read(start_s, stop_s)
        is_missing = ~np.isfinite(stored)
        # What is infinite would make NaN of its neighbours.
        stored = np.where(is_missing, np.float32(np.nan), stored)
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
    passed: NDArray[np.float64] = np.fft.irfft(kept * pass_gain(n_bins, duration_s, band), n_out)
    return passed * (n_out / samples.size)


# Blocks are all of one length but the last.
@lru_cache(maxsize=16)
def pass_gain(n_bins: int, duration_s: float, band: Band) -> NDArray[np.float64]:
    """(n_bins,) what :func:`band_passed` multiplies the amplitudes 1 / ``duration_s`` apart by."""
    low_hz, high_hz = PASS_BANDS_HZ[band]
    frequency_hz = np.arange(n_bins) / duration_s
    rising = np.clip(frequency_hz / low_hz, 0, 1)
    falling = np.clip((high_hz * 1.25 - frequency_hz) / (high_hz * 0.25), 0, 1)
    gain: NDArray[np.float64] = np.sin(np.pi / 2 * rising) ** 2 * np.sin(np.pi / 2 * falling) ** 2
    gain.flags.writeable = False
    return gain


def _long_runs(mask: NDArray[np.bool_], min_length: int) -> NDArray[np.bool_]:
    """Members of runs of at least ``min_length`` true values."""
    result = np.zeros(mask.size, dtype=bool)
    runs = runs_of(mask)
    for start, stop in runs[runs[:, 1] - runs[:, 0] >= min_length]:
        result[start:stop] = True
    return result


def _flat_samples(samples: NDArray[np.float32], rate_hz: float) -> NDArray[np.bool_]:
    """Samples within a second or more of exactly one value."""
    unchanged = np.diff(samples) == 0
    if not unchanged.any():
        return np.zeros(samples.size, dtype=bool)
    run = _long_runs(unchanged, max(2, round(_FLAT_S * rate_hz) - 1))
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
            result |= _long_runs(at_extreme, _RAIL_RUN_SAMPLES)
    return result


def bridged(samples: NDArray[np.float32], bad: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Straight lines across the bad samples, the nearest good value before and after all."""
    values = samples.astype(np.float64)
    if not bad.any():
        return values
    good = np.flatnonzero(~bad)
    if good.size == 0:
        return np.zeros(samples.size)
    values[bad] = np.interp(np.flatnonzero(bad), good, values[good])
    return values


def _fill_from_rest(epochs: NDArray[np.float32], bad: NDArray[np.bool_]) -> None:
    """Put an epoch's good samples, repeated, in the place of its bad ones."""
    for epoch, is_bad in zip(epochs, bad, strict=True):
        if is_bad.any() and not is_bad.all():
            epoch[:] = np.resize(epoch[~is_bad], epoch.size)


def _by_epoch(what: NDArray[np.bool_], n_epochs: int, rate_hz: float) -> NDArray[np.float32]:
    """Fraction of each epoch's samples that are true, margins left out."""
    if not what.any():
        return np.zeros(n_epochs, dtype=np.float32)
    edges = _epoch_edges(n_epochs, rate_hz)
    counts = np.concatenate(([0], np.cumsum(what)))
    share: NDArray[np.float32] = (np.diff(counts[edges]) / np.diff(edges)).astype(np.float32)
    return share


def _epoch_edges(n_epochs: int, rate_hz: float) -> NDArray[np.int_]:
    """(n_epochs + 1,) indices in a block's stored samples where its epochs begin and end."""
    edges = np.round((_MARGIN_S + EPOCH_S * np.arange(n_epochs + 1)) * rate_hz)
    return np.asarray(edges, dtype=np.int_)
