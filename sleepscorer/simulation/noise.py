"""Gaussian noise of any spectrum, made in overlapping segments that join without a seam.

Each page starts a 40-s segment of noise; the last ten seconds of one fade out while the next
fades in, their powers summing to one. The numbers are drawn by frequency bin (1/40 Hz apart),
low frequencies first, so a channel at 100 Hz holds the same noise as one at 500 Hz.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.recording import FloatArray
from sleepscorer.simulation.timeline import PAGE_S, Window

SEGMENT_S = 40
_FADE_S = SEGMENT_S - PAGE_S
_BLOCK_BINS = 1024

ComplexArray = NDArray[np.complex64]


def bin_frequencies(rate_hz: float, highest_hz: float) -> NDArray[np.float64]:
    """(n_bins,) frequencies, Hz, under ``highest_hz`` and nine tenths of Nyquist, without 0 Hz.

    The anti-aliasing filter of a real amplifier leaves little above that either.
    """
    last = int(min(highest_hz, 0.45 * rate_hz) * SEGMENT_S)
    return np.arange(1, last + 1) / SEGMENT_S


def random_bins(rng: np.random.Generator, n_rows: int, n_bins: int) -> ComplexArray:
    """(n_rows, n_bins) complex Gaussians; more bins leave the first ones as they were."""
    blocks = [
        rng.standard_normal((n_rows, _BLOCK_BINS, 2), dtype=np.float32)
        for _ in range(-(-n_bins // _BLOCK_BINS))
    ]
    if not blocks:
        return np.zeros((n_rows, 0), dtype=np.complex64)
    return np.concatenate(blocks, axis=1).view(np.complex64)[:, :n_bins, 0]


def amplitude(psd: NDArray[np.float64], rate_hz: float) -> FloatArray:
    """Factor that turns :func:`random_bins` into noise with this density.

    Parameters
    ----------
    psd
        (..., n_bins) one-sided power density, unit²/Hz, at :func:`bin_frequencies`.
    rate_hz
        Samples a second.
    """
    n_samples = round(SEGMENT_S * rate_hz)
    return np.asarray(0.5 * n_samples * np.sqrt(psd / SEGMENT_S), dtype=np.float32)


def from_bins(bins: ComplexArray, rate_hz: float) -> FloatArray:
    """(n_rows, n_samples) a segment of noise from (n_rows, n_bins) shaped bins."""
    n_samples = round(SEGMENT_S * rate_hz)
    spectrum = np.zeros((bins.shape[0], n_samples // 2 + 1), dtype=np.complex64)
    spectrum[:, 1 : bins.shape[1] + 1] = bins
    return np.fft.irfft(spectrum, n=n_samples, axis=1).astype(np.float32, copy=False)


class FadedNoise:
    """Joins the segments of one process.

    Parameters
    ----------
    segment
        Makes the segment that starts with a page: (n_rows, 40 s of samples) float32.
    rate_hz
        Samples a second.
    """

    def __init__(self, segment: Callable[[int], FloatArray], rate_hz: float) -> None:
        self._segment = segment
        n_fade = Window(0, rate_hz, _FADE_S).n_samples
        angle = (np.arange(n_fade) + 0.5) * (np.pi / 2 / max(n_fade, 1))
        self._fade_in = np.sin(angle).astype(np.float32)
        self._fade_out = np.cos(angle).astype(np.float32)
        self._n_page = Window(0, rate_hz).n_samples
        # The end of one segment, kept for the next page: nights are mostly read forwards.
        self._tail: tuple[int, FloatArray] | None = None

    def page(self, page: int) -> FloatArray:
        """(n_rows, n_samples) of a page."""
        kept = self._tail
        before = (
            kept[1]
            if kept is not None and kept[0] == page - 1
            else (self._segment(page - 1)[:, self._n_page :])
        )
        segment = self._segment(page)
        self._tail = (page, segment[:, self._n_page :].copy())
        made = segment[:, : self._n_page].copy()
        made[:, : self._fade_in.size] *= self._fade_in
        made[:, : self._fade_in.size] += before * self._fade_out
        return made
