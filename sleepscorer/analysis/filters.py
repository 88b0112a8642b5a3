"""Filters for the screen: zero-phase, without edges, fast enough for a page at a keypress.

They are applied in the frequency domain. A zero-phase filter is nothing but a real gain for each
frequency, and the gain of a Butterworth filter run forwards and backwards is a short formula; a
page of 30 s at 500 Hz takes a third of a millisecond, and scipy (0.6 s to import) is not needed
before the first page is on the screen.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sleepscorer.analysis.display import DisplayFilter
from sleepscorer.core.recording import FloatArray

_EEG = DisplayFilter(0.3, 35.0)
_MUSCLE = DisplayFilter(10.0, 100.0)
_BREATHING = DisplayFilter(0.1, 15.0)

AASM_FILTERS: Mapping[str, DisplayFilter] = MappingProxyType(
    {
        "eeg": _EEG,
        "eog": _EEG,
        "reference": _EEG,
        "emg": _MUSCLE,
        "emg_leg": _MUSCLE,
        "emg_other": _MUSCLE,
        "ecg": DisplayFilter(0.3, 70.0),
        "flow": _BREATHING,
        "effort": _BREATHING,
        "pressure": DisplayFilter(None, 100.0),
        "snore": DisplayFilter(10.0, 100.0),
    }
)
"""Filter settings of the AASM manual by kind of channel; kinds that are not in it have none."""

# The order of each pass; two passes make it a slope of 24 dB an octave.
_ORDER = 2
# Two passes give half the power of one at the edges; moved outwards by this, the edges of both
# passes together lie at -3 dB, as those of an amplifier do.
_EDGE_SHIFT = (np.sqrt(2.0) - 1.0) ** (1.0 / (2 * _ORDER))
# A Butterworth high-pass of order 2 decays by e^-10 within three periods of its edge.
_PADDING_PERIODS = 3.0
# Width of the notch at -3 dB, and how long it rings.
_NOTCH_WIDTH_HZ = 2.0
_NOTCH_PADDING_S = 1.0
_NO_FILTER = DisplayFilter()


def filtered(
    samples: FloatArray, rate_hz: float, wanted: DisplayFilter, *, margin_s: float = 0.0
) -> FloatArray:
    """Filter a stretch of a signal.

    The gain is that of a Butterworth filter of order 2 run forwards and backwards, -3 dB at each
    edge; the notch that of a second-order one, 2 Hz wide. Each contiguous stretch, less the line
    through its ends, is continued by its mirror image, so that no offset, no drift and no wave cut
    off at an end makes an edge artefact.

    Parameters
    ----------
    samples
        (n_samples,) float32; not changed.
    rate_hz
        Samples a second.
    wanted
        The filter; edges that the rate can't hold are left open (:func:`effective`).
    margin_s
        Seconds at both ends that the caller will cut off, and that therefore need not be right.

    Returns
    -------
    (n_samples,) float32; NaN where, and only where, ``samples`` is not finite.
    """
    used = effective(wanted, rate_hz)
    if used == _NO_FILTER or not samples.size:
        return samples.astype(np.float32)
    inside_s = padding_s(used)
    at_ends_s = max(inside_s - margin_s, 0.0)
    result = np.full(samples.shape, np.nan, np.float32)
    for start, stop in _stretches(samples):
        before_s = at_ends_s if start == 0 else inside_s
        after_s = at_ends_s if stop == samples.size else inside_s
        padding = (round(before_s * rate_hz), round(after_s * rate_hz))
        result[start:stop] = _filtered_stretch(samples[start:stop], rate_hz, used, padding)
    return result


def effective(wanted: DisplayFilter, rate_hz: float) -> DisplayFilter:
    """Return the filter with those parts left out that the rate can't hold.

    A low-pass at or above half the rate has nothing to take away; a high-pass there would leave
    nothing (a rectified EMG at 1 Hz is shown as it is stored).
    """
    nyquist_hz = rate_hz / 2
    low, high, notch = (
        edge if edge is not None and 0 < edge < nyquist_hz else None
        for edge in (wanted.low_hz, wanted.high_hz, wanted.notch_hz)
    )
    return DisplayFilter(low, high, notch)


def padding_s(wanted: DisplayFilter) -> float:
    """Seconds before and after a stretch that its filtered samples depend on."""
    edges_hz = [edge for edge in (wanted.low_hz, wanted.high_hz) if edge]
    periods_s = max((_PADDING_PERIODS / edge for edge in edges_hz), default=0.0)
    return max(periods_s, _NOTCH_PADDING_S if wanted.notch_hz else 0.0)


def described(wanted: DisplayFilter, rate_hz: float) -> str:
    """Say what a trace holds: ``"0.3-35 Hz"``, ``"10-50 Hz, notch 50 Hz"``, ``"unfiltered"``.

    A low-pass above half the rate is named as half the rate: nothing above it was recorded.
    """
    used = effective(wanted, rate_hz)
    high_hz = used.high_hz
    if high_hz is None and wanted.high_hz is not None and used.low_hz is not None:
        high_hz = rate_hz / 2
    words = []
    if used.low_hz is not None and high_hz is not None:
        words.append(f"{used.low_hz:g}-{high_hz:g} Hz")
    elif used.low_hz is not None:
        words.append(f"from {used.low_hz:g} Hz")
    elif high_hz is not None:
        words.append(f"to {high_hz:g} Hz")
    if used.notch_hz is not None:
        words.append(f"notch {used.notch_hz:g} Hz")
    return ", ".join(words) or "unfiltered"


def gain(wanted: DisplayFilter, frequencies_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the gain of a filter, 0 to 1, at each frequency (n_frequencies,)."""
    result = np.ones(frequencies_hz.shape)
    with np.errstate(divide="ignore", over="ignore"):
        if wanted.low_hz is not None:
            ratio = wanted.low_hz * _EDGE_SHIFT / frequencies_hz
            result /= 1.0 + ratio ** (2 * _ORDER)
        if wanted.high_hz is not None:
            ratio = frequencies_hz * _EDGE_SHIFT / wanted.high_hz
            result /= 1.0 + ratio ** (2 * _ORDER)
    if wanted.notch_hz is not None:
        width = frequencies_hz * _NOTCH_WIDTH_HZ * _EDGE_SHIFT**2
        distance = (frequencies_hz**2 - wanted.notch_hz**2) ** 2
        result *= distance / (distance + width**2)
    return result


def _stretches(samples: FloatArray) -> Iterator[tuple[int, int]]:
    """Yield where each contiguous run of finite samples starts and stops."""
    finite = np.isfinite(samples)
    if finite.all():
        yield 0, samples.size
        return
    edges = np.flatnonzero(np.diff(np.concatenate(([False], finite, [False]))))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _filtered_stretch(
    samples: FloatArray, rate_hz: float, used: DisplayFilter, padding: tuple[int, int]
) -> FloatArray:
    """Filter samples that are all finite, continued by ``padding`` samples before and after."""
    before, after = (min(n, samples.size - 1) for n in padding)
    # A straight line passes a zero-phase filter unchanged, or not at all where there is a
    # high-pass. Taken out, it leaves both ends at zero, for the transform to join.
    line = np.linspace(samples[0], samples[-1], samples.size, dtype=np.float32)
    n_fft = _fast_length(before + samples.size + after)
    level = np.zeros(n_fft, np.float32)
    inner = level[before : before + samples.size]
    np.subtract(samples, line, out=inner)
    level[:before] = inner[before:0:-1]
    stop = before + samples.size
    level[stop : stop + after] = inner[-2 : -2 - after : -1]
    spectrum = np.fft.rfft(level)
    spectrum *= _gains(used, rate_hz, n_fft)
    result = np.fft.irfft(spectrum, n_fft)[before:stop]
    if used.low_hz is None:
        result = result + line
    return np.asarray(result, dtype=np.float32)


@lru_cache(maxsize=64)
def _gains(used: DisplayFilter, rate_hz: float, n_fft: int) -> FloatArray:
    return gain(used, np.arange(n_fft // 2 + 1) * np.float64(rate_hz / n_fft)).astype(np.float32)


@lru_cache(maxsize=256)
def _fast_length(at_least: int) -> int:
    """Smallest even number without prime factors above 5; the transform is slow at others."""
    best = 2 << at_least.bit_length()
    fives = 1
    while fives < best:
        threes = fives
        while threes < best:
            rest = -(-at_least // threes)
            best = min(best, threes * max(2, 1 << (rest - 1).bit_length()))
            threes *= 3
        fives *= 5
    return best
