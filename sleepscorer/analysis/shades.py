"""The colours of power in a spectrogram, on the screen and on paper."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Nine points of viridis (S. van der Walt and N. Smith, CC0): even in lightness, safe for all eyes.
_HEAT = np.array(
    [
        (68, 1, 84),
        (71, 44, 122),
        (59, 81, 139),
        (44, 113, 142),
        (33, 144, 141),
        (39, 173, 129),
        (92, 200, 99),
        (170, 220, 50),
        (253, 231, 37),
    ],
    dtype=np.float64,
)
_N_SHADES = 256
_DARKEST_PERCENTILE, _BRIGHTEST_PERCENTILE = 5.0, 99.0


def shade_limits(power_db: NDArray[np.floating[Any]]) -> tuple[float, float]:
    """Return what the darkest and the brightest shade stand for, dB.

    They span the middle 94 % of the known values, so one artefact does not darken the rest; 0 and 1
    where nothing is known.
    """
    known = power_db[np.isfinite(power_db)]
    if not known.size:
        return 0.0, 1.0
    darkest, brightest = np.percentile(known, (_DARKEST_PERCENTILE, _BRIGHTEST_PERCENTILE)).tolist()
    return darkest, max(brightest, darkest + 1e-6)


def shaded(power_db: NDArray[np.floating[Any]], limits: tuple[float, float]) -> NDArray[np.uint8]:
    """Return (..., 3) red, green and blue of power between limits; NaN is as dark as the lower."""
    darkest, brightest = limits
    shade = (power_db - darkest) / (brightest - darkest) * (_N_SHADES - 1)
    index = np.nan_to_num(shade).clip(0, _N_SHADES - 1).astype(np.intp)
    return np.asarray(_SHADES[index])


def _shades() -> NDArray[np.uint8]:
    at = np.linspace(0, len(_HEAT) - 1, _N_SHADES)
    rgb = [np.interp(at, np.arange(len(_HEAT)), channel) for channel in _HEAT.T]
    return np.stack(rgb, axis=1).round().astype(np.uint8)


_SHADES = _shades()
