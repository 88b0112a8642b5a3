"""A hypnogram as small as a line of text or two: where a night's stages lie, at a glance."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.gui.look.theme import Theme, hypnogram_order

_LINE_PX = 3.0
_LEVELS = {int(stage): level for level, stage in enumerate(hypnogram_order(STAGES))}


def paint_hypnogram(
    painter: QPainter, place: QRectF, stages: NDArray[np.int8], theme: Theme
) -> None:
    """Draw each stage at its level, W on top, in its colour; nothing where there is none.

    Parameters
    ----------
    painter
        Of the widget.
    place
        All of it is the whole night.
    stages
        (n_epochs,) values of Stage.
    theme
        Of the colours.
    """
    if not stages.size:
        return
    edges = np.concatenate(([0], np.flatnonzero(np.diff(stages)) + 1, [stages.size]))
    step_px = (place.height() - _LINE_PX) / (len(_LEVELS) - 1)
    px_per_epoch = place.width() / stages.size
    joint = QColor(theme.grid_five_seconds)
    before_y: float | None = None
    for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        level = _LEVELS.get(int(stages[start]))
        if level is None:
            before_y = None
            continue
        x, y = place.left() + start * px_per_epoch, place.top() + level * step_px
        if before_y is not None:
            top, bottom = sorted((before_y, y))
            painter.fillRect(QRectF(x, top, 1, bottom - top + _LINE_PX), joint)
        colour = QColor(theme.stage_colour(Stage(int(stages[start]))))
        width = max((stop - start) * px_per_epoch, 1.0)
        painter.fillRect(QRectF(x, y, width, _LINE_PX), colour)
        before_y = y
