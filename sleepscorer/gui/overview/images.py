"""Hypnodensity and spectrogram as images: one column of pixels a column of the screen."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from sleepscorer.analysis.shades import shade_limits, shaded
from sleepscorer.core.stages import EPOCH_S

Rgb = NDArray[np.uint8]


def column_means(
    values: NDArray[np.floating[Any]], edges: NDArray[np.float64], column_s: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Average stretches of time over columns of the screen, exactly.

    Parameters
    ----------
    values
        (n, k): k values for each of n stretches; NaN counts for nothing.
    edges
        (n + 1,) where the stretches start and end, seconds.
    column_s
        (n_columns + 1,) where the columns start and end, seconds.

    Returns
    -------
    (n_columns, k) means over the time of a column that has values; NaN where none has.
    """
    known = ~np.isnan(values[:, 0])
    weight_s = np.diff(edges) * known
    total = np.zeros((len(values) + 1, values.shape[1] + 1))
    np.cumsum(np.nan_to_num(values) * weight_s[:, None], axis=0, out=total[1:, :-1])
    np.cumsum(weight_s, out=total[1:, -1])
    at = [np.diff(np.interp(column_s, edges, column)) for column in total.T]
    seconds = np.where(at[-1] > 1e-9, at[-1], np.nan)
    return np.stack(at[:-1], axis=1) / seconds[:, None]


def hypnodensity_image(
    probabilities: NDArray[np.float32],
    column_s: NDArray[np.float64],
    height_px: int,
    *,
    colours: Sequence[str],
) -> QImage:
    """Draw stage probabilities stacked, the first column on top.

    Parameters
    ----------
    probabilities
        (n_epochs, n_stages) in the order of the hypnogram; NaN rows stay transparent.
    column_s
        (n_columns + 1,) where the columns of the image start and end, seconds.
    height_px
        Rows of the image.
    colours
        Of the columns, ``"#rrggbb"``.
    """
    edges = np.arange(len(probabilities) + 1, dtype=np.float64) * EPOCH_S
    means = column_means(probabilities, edges, column_s)
    tops = np.cumsum(means, axis=1)
    level = (np.arange(height_px) + 0.5)[:, None] / height_px
    index = np.zeros((height_px, len(means)), dtype=np.intp)
    for boundary in tops.T[:-1]:
        index += level > boundary
    rgba = np.array([_rgba(colour) for colour in colours], dtype=np.uint8)
    pixels = rgba[index]
    pixels[:, np.isnan(means[:, 0])] = 0
    return _image(pixels)


def spectrogram_image(
    power_db: NDArray[np.float32],
    times_s: NDArray[np.float64],
    column_s: NDArray[np.float64],
) -> QImage:
    """Draw a spectrogram in shades of viridis, low frequencies at the bottom.

    Parameters
    ----------
    power_db
        (n_frequencies, n_times), NaN where nothing was recorded.
    times_s
        (n_times,) starts of its columns, an epoch long each.
    column_s
        (n_columns + 1,) where the columns of the image start and end, seconds.

    Returns
    -------
    An image with one row a frequency; shades span the middle 94 % of the night's values, so one
    artefact does not darken the rest.
    """
    edges = np.concatenate((times_s, times_s[-1:] + EPOCH_S))
    means = column_means(power_db.T, edges, column_s).T[::-1]
    pixels = np.full((*means.shape, 4), 255, np.uint8)
    pixels[..., :3] = shaded(means, shade_limits(power_db))
    pixels[np.isnan(means)] = 0
    return _image(pixels)


def _rgba(name: str) -> tuple[int, int, int, int]:
    colour = QColor(name)
    return colour.red(), colour.green(), colour.blue(), 255


def _image(pixels: Rgb) -> QImage:
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    # The copy owns its memory; the array may go.
    return QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
