"""The real Fourier transform of several signals at once: scipy's, and numpy's until that is there.

scipy's takes half the time, but a seventh of a second to import, for which the first page of the
window would have to wait. Both are the same algorithm (pocketfft) and differ by rounding only.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.recording import FloatArray

_Spectra = NDArray[np.complex64]


class _Transform(NamedTuple):
    forwards: Callable[[FloatArray], _Spectra]
    back: Callable[[_Spectra, int], FloatArray]


# numpy keeps the precision, which its types don't know; nothing is copied.
_NUMPY = _Transform(
    lambda samples: np.asarray(np.fft.rfft(samples), np.complex64),
    lambda spectra, n_samples: np.asarray(np.fft.irfft(spectra, n_samples), np.float32),
)


class _InUse:
    """By all threads."""

    transform = _NUMPY


def transformed(samples: FloatArray) -> _Spectra:
    """Return the spectra of real signals, which may be overwritten.

    Parameters
    ----------
    samples
        (n_signals, n_samples) float32.

    Returns
    -------
    (n_signals, n_samples // 2 + 1) complex64.
    """
    return _InUse.transform.forwards(samples)


def transformed_back(spectra: _Spectra, n_samples: int) -> FloatArray:
    """Return the signals (n_signals, n_samples) of spectra, which may be overwritten."""
    return _InUse.transform.back(spectra, n_samples)


def use_faster() -> None:
    """Import scipy's transform and use it from now on; for any thread."""
    from scipy.fft import irfft, rfft

    # In one step: another thread may be amid a page.
    _InUse.transform = _Transform(
        lambda samples: rfft(samples, overwrite_x=True),
        lambda spectra, n_samples: irfft(spectra, n_samples, overwrite_x=True),
    )


@lru_cache(maxsize=64)
def fast_length(n_samples: int) -> int:
    """Return the least length from ``n_samples`` on that has no prime factor above 5."""
    best = 1 << max(n_samples - 1, 0).bit_length()
    fives = 1
    while fives < best:
        threes = fives
        while threes < best:
            quotient = -(-n_samples // threes)
            best = min(best, threes << max(quotient - 1, 0).bit_length())
            threes *= 3
        fives *= 5
    return best
