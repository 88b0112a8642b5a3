"""Filters for the screen: zero-phase, without edges, fast enough for a page at a keypress.

They are applied in the frequency domain. A zero-phase filter is nothing but a real gain for each
frequency, and the gain of a Butterworth filter run forwards and backwards is a short formula.
The transform takes half the time where it is given four signals at once, so signals of one rate go
through together, each with its own filter.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sleepscorer.analysis.display import DisplayFilter
from sleepscorer.analysis.transforms import fast_length, transformed, transformed_back
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

LOWEST_EDGE_HZ = 0.001
"""No filter has an edge below: a page needs several periods of it on both sides."""

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
    """Filter a stretch of a signal; see :func:`filtered_together`.

    Parameters
    ----------
    samples
        (n_samples,) float32.
    rate_hz, wanted, margin_s
        As there.

    Returns
    -------
    (n_samples,) float32.
    """
    rows = filtered_together(samples[np.newaxis], rate_hz, (wanted,), margin_s=margin_s)
    return np.asarray(rows[0], dtype=np.float32)


def filtered_together(
    samples: FloatArray,
    rate_hz: float,
    wanted: Sequence[DisplayFilter],
    *,
    margin_s: float = 0.0,
) -> FloatArray:
    """Filter the same stretch of several signals of one rate.

    The gain is that of a Butterworth filter of order 2 run forwards and backwards, -3 dB at each
    edge; the notch that of a second-order one, 2 Hz wide. Each contiguous stretch, less the line
    through its ends, is continued by its mirror image, so that no offset, no drift and no wave cut
    off at an end makes an edge artefact.

    Parameters
    ----------
    samples
        (n_signals, n_samples) float32; not changed.
    rate_hz
        Samples a second.
    wanted
        The filter of each; edges that the rate can't hold are left open (:func:`effective`).
    margin_s
        Seconds at both ends that the caller will cut off, and that therefore need not be right.

    Returns
    -------
    float32 of the same shape; NaN where, and only where, ``samples`` is not finite.
    """
    used = tuple(effective(each, rate_hz) for each in wanted)
    if not samples.size or set(used) <= {_NO_FILTER}:
        return samples.astype(np.float32)
    finite = np.isfinite(samples)
    if not (finite == finite[0]).all():
        rows = zip(samples, used, strict=True)
        return np.stack([filtered(row, rate_hz, each, margin_s=margin_s) for row, each in rows])
    inside_s = max(padding_s(each) for each in used)
    at_ends_s = max(inside_s - margin_s, 0.0)
    result = np.full(samples.shape, np.nan, np.float32)
    for start, stop in _stretches(finite[0]):
        before_s = at_ends_s if start == 0 else inside_s
        after_s = at_ends_s if stop == samples.shape[1] else inside_s
        padding = (round(before_s * rate_hz), round(after_s * rate_hz))
        stretch = samples[:, start:stop]
        result[:, start:stop] = _filtered_stretch(stretch, rate_hz, used, padding)
    return result


def effective(wanted: DisplayFilter, rate_hz: float) -> DisplayFilter:
    """Return the filter with those parts left out that the rate or a night can't hold.

    A low-pass at or above half the rate has nothing to take away; a high-pass there would leave
    nothing (a rectified EMG at 1 Hz is shown as it is stored). What lies below
    :data:`LOWEST_EDGE_HZ` would need more around a page than was recorded.
    """
    nyquist_hz = rate_hz / 2
    low, high, notch = (
        edge if edge is not None and LOWEST_EDGE_HZ <= edge < nyquist_hz else None
        for edge in (wanted.low_hz, wanted.high_hz, wanted.notch_hz)
    )
    return DisplayFilter(low, high, notch)


def padding_s(wanted: DisplayFilter) -> float:
    """Seconds before and after a stretch that its filtered samples depend on."""
    edges_hz = [edge for edge in (wanted.low_hz, wanted.high_hz) if edge]
    periods_s = max((_PADDING_PERIODS / edge for edge in edges_hz), default=0.0)
    return max(periods_s, _NOTCH_PADDING_S if wanted.notch_hz else 0.0)


def filter_text(wanted: DisplayFilter, rate_hz: float) -> str:
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


def _stretches(finite: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield where each contiguous run of finite samples starts and stops."""
    if finite.all():
        yield 0, finite.size
        return
    edges = np.flatnonzero(np.diff(np.concatenate(([False], finite, [False]))))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _filtered_stretch(
    samples: FloatArray, rate_hz: float, used: tuple[DisplayFilter, ...], padding: tuple[int, int]
) -> FloatArray:
    """Filter samples that are all finite, continued by ``padding`` samples before and after."""
    n_signals, n_samples = samples.shape
    before, after = (min(n, n_samples - 1) for n in padding)
    stop = before + n_samples
    n_fft = fast_length(stop + after)
    # A straight line passes a zero-phase filter unchanged, or not at all where there is a
    # high-pass. Taken out, it leaves both ends at zero, for the transform to join.
    level = np.empty((n_signals, n_fft), np.float32)
    inner = level[:, before:stop]
    start, rise = samples[:, :1], samples[:, -1:] - samples[:, :1]
    np.multiply(_ramp(n_samples), rise, out=inner)
    inner += start
    np.subtract(samples, inner, out=inner)
    level[:, :before] = inner[:, before:0:-1]
    level[:, stop : stop + after] = inner[:, -2 : -2 - after : -1]
    level[:, stop + after :] = 0.0
    spectra = transformed(level)
    parts = spectra.view(np.float32)
    for row, each in enumerate(used):
        parts[row] *= _gains(each, rate_hz, n_fft)
    result = transformed_back(spectra, n_fft)[:, before:stop]
    for row, each in enumerate(used):
        if each.low_hz is None:
            result[row] += _ramp(n_samples) * rise[row] + start[row]
    return np.asarray(result, dtype=np.float32)


@lru_cache(maxsize=8)
def _ramp(n_samples: int) -> FloatArray:
    return np.linspace(0.0, 1.0, n_samples, dtype=np.float32)


@lru_cache(maxsize=32)
def _gains(used: DisplayFilter, rate_hz: float, n_fft: int) -> FloatArray:
    """The gain twice for each frequency: for the real and the imaginary part."""
    frequencies_hz = np.arange(n_fft // 2 + 1) * np.float64(rate_hz / n_fft)
    return np.repeat(gain(used, frequencies_hz).astype(np.float32), 2)
