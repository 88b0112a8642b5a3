"""A channel as RobustSleepNet reads it: filtered, at 60 Hz, scaled by its own spread.

The steps and their order are the published ones (Guillot and Thorey 2021, section on
preprocessing; details by the weights' configuration). What is new is that samples which hold no
signal take no part in the statistics, and that a night is filtered piece by piece.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.signal import filtfilt, iirfilter, resample_poly

from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.progress import Progress, silent
from sleepscorer.core.recording import Recording
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.staging.preprocess import bridged, checked_samples
from sleepscorer.staging.robust_sleep_net.network import N_FRAMES
from sleepscorer.staging.robust_sleep_net.spectra import FRAME_SAMPLES, HOP_SAMPLES

RATE_HZ = 60
SAMPLES_PER_EPOCH = int(EPOCH_S) * RATE_HZ
_BAND_HZ = (0.2, 30.0)
_SLOW_TO_HZ = 100
_CLIP_SPREADS = 40.0
_SMALLEST_SPREAD = 1e-5

_BLOCK_EPOCHS = 60
# The filter forgets in a second.
_MARGIN_S = 30.0
# As input_gate has it: no epoch of a person is this far below the usual power, a lost lead is.
_DEAD_LOG_POWER = -6.0
_MIN_USABLE_FRACTION = 0.5


@dataclass(frozen=True, eq=False)
class PreparedChannel:
    """The epochs of a channel.

    Parameters
    ----------
    epochs
        (n_epochs, 1800) float32, scaled.
    good
        (n_epochs, 28) bool: frames in which every sample is a signal; none in an epoch in which
        less than half of them are.
    """

    epochs: NDArray[np.float32]
    good: NDArray[np.bool_]


def prepare(
    channel: ResolvedDerivation, recording: Recording, progress: Progress = silent
) -> PreparedChannel:
    """Read a channel from beginning to end, half an hour at a time.

    Parameters
    ----------
    channel
        What to read; at least 50 Hz.
    recording
        Whose channel it is. What follows the last whole epoch takes part in the statistics.
    progress
        Called for every half hour.
    """
    parts, bad_parts = [], []
    n_epochs = recording.n_epochs
    duration_s = max(recording.duration_s, n_epochs * EPOCH_S)
    step_s = _BLOCK_EPOCHS * EPOCH_S
    n_blocks = max(1, math.ceil(duration_s / step_s))
    for block in range(n_blocks):
        progress(block / n_blocks, channel.name)
        start_s, stop_s = block * step_s, min((block + 1) * step_s, duration_s)
        samples, bad = _filtered_block(channel, start_s, stop_s, duration_s)
        parts.append(samples)
        bad_parts.append(bad)
    return _scaled(np.concatenate(parts), np.concatenate(bad_parts), n_epochs)


def filtered(samples: NDArray[np.float64], rate_hz: float) -> NDArray[np.float64]:
    """Pass 0.2 to 30 Hz forwards and backwards, and resample to 60 Hz."""
    if rate_hz <= RATE_HZ or rate_hz != int(rate_hz):
        # The filter needs more than twice its upper edge, and resampling a whole number.
        ratio = Fraction(_SLOW_TO_HZ / rate_hz).limit_denominator(20_000)
        samples = resample_poly(samples, ratio.numerator, ratio.denominator, padtype="line")
        rate_hz = _SLOW_TO_HZ
    low_hz, high_hz = _BAND_HZ
    numerator, denominator = iirfilter(2, [low_hz / (rate_hz / 2), high_hz / (rate_hz / 2)])
    passed = filtfilt(numerator, denominator, samples)
    return np.asarray(resample_poly(passed, RATE_HZ, int(rate_hz)), dtype=np.float64)


def _filtered_block(
    channel: ResolvedDerivation, start_s: float, stop_s: float, duration_s: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Samples at 60 Hz, and which of them are no signal; with margins, but none outside."""
    from_s, to_s = max(start_s - _MARGIN_S, 0.0), min(stop_s + _MARGIN_S, duration_s)
    stored, missing, flat, _clipped = checked_samples(channel, from_s, to_s)
    bad = missing | flat
    passed = filtered(bridged(stored, bad), channel.sampling_rate_hz)
    # A sample at 60 Hz is bad where any of those stored in its time is.
    edges = np.arange(passed.size + 1) * bad.size // passed.size
    counted = np.concatenate(([0], np.cumsum(bad)))
    is_bad = counted[np.maximum(edges[1:], edges[:-1] + 1).clip(max=bad.size)] > counted[edges[:-1]]
    first = round((start_s - from_s) * RATE_HZ)
    stop = passed.size if to_s == stop_s else first + round((stop_s - start_s) * RATE_HZ)
    return passed[first:stop], is_bad[first:stop]


def _scaled(samples: NDArray[np.float64], bad: NDArray[np.bool_], n_epochs: int) -> PreparedChannel:
    whole = n_epochs * SAMPLES_PER_EPOCH
    # Resampling from an odd rate may end a sample early.
    lacking = max(whole - samples.size, 0)
    samples = np.pad(samples, (0, lacking), mode="edge")
    bad = np.pad(bad, (0, lacking), mode="edge")
    dead = _dead_epochs(samples[:whole].reshape(n_epochs, -1), bad[:whole].reshape(n_epochs, -1))
    bad[:whole] |= np.repeat(dead, SAMPLES_PER_EPOCH)
    alive = samples[~bad] if not bad.all() else samples
    low, middle, high = np.quantile(alive, (0.25, 0.5, 0.75))
    bounds = (-_CLIP_SPREADS * (middle - low), _CLIP_SPREADS * (high - middle))
    low, middle, high = np.quantile(np.clip(alive, *bounds), (0.25, 0.5, 0.75))
    scaled = (np.clip(samples, *bounds) - middle) / ((high - low) or _SMALLEST_SPREAD)
    epochs = scaled[:whole].reshape(n_epochs, -1).astype(np.float32)
    return PreparedChannel(epochs, _good_frames(bad[:whole].reshape(n_epochs, -1)))


def _dead_epochs(epochs: NDArray[np.float64], bad: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n_epochs,) True where next to nothing is left of the channel's usual power."""
    seconds = np.square(epochs).reshape(len(epochs), -1, RATE_HZ).mean(axis=2)
    seconds[bad.reshape(len(epochs), -1, RATE_HZ).any(axis=2)] = np.nan
    seconds[np.isnan(seconds).all(axis=1)] = 0.0
    # The jump with which a lead is lost fills a few seconds, and not the median.
    power = np.nanmedian(seconds, axis=1)
    has_signal = power > 0
    if not has_signal.any():
        return np.ones(len(epochs), dtype=bool)
    usual = float(np.median(power[has_signal]))
    return np.asarray(power < usual * math.exp(_DEAD_LOG_POWER), dtype=bool)


def _good_frames(bad: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n_epochs, 28) of (n_epochs, 1800)."""
    counted = np.pad(np.cumsum(bad, axis=1), ((0, 0), (1, 0)))
    starts = HOP_SAMPLES * np.arange(N_FRAMES)
    good: NDArray[np.bool_] = counted[:, starts + FRAME_SAMPLES] == counted[:, starts]
    enough = good.mean(axis=1, keepdims=True) >= _MIN_USABLE_FRACTION
    return np.asarray(good & enough, dtype=bool)
