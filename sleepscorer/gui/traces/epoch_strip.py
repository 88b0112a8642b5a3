"""The stages of the epochs in view, in a strip above the traces; the frame of the current one."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.gui.look.theme import Theme, ink_on
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.gui.traces.geometry import STRIP_PX, RowGrid, TimeAxis
from sleepscorer.gui.traces.painter import epochs_in_view

_NARROWEST_LETTER_PX = 16.0
_EDGE_PX = 3.0


def paint_epochs(painter: QPainter, model: SessionModel, axis: TimeAxis, *, theme: Theme) -> None:
    """Draw the stages of the epochs in view, the current one in full colour."""
    stages = model.session.state.stages
    painter.fillRect(QRectF(0, 0, axis.width_px, STRIP_PX), QColor(theme.window))
    for epoch in epochs_in_view(axis, model.n_epochs):
        left = max(axis.x_px(epoch * EPOCH_S), 0.0)
        right = min(axis.x_px((epoch + 1) * EPOCH_S), axis.width_px)
        block = QRectF(left, 0, right - left - 1, STRIP_PX - 2)
        stage = Stage(int(stages[epoch]))
        colour = theme.stages[stage]
        ink = theme.text
        if epoch == model.epoch:
            ink = ink_on(colour)
            painter.fillRect(block, QColor(colour))
        else:
            edge = block.adjusted(0, block.height() - _EDGE_PX, 0, 0)
            painter.fillRect(edge, QColor(colour))
        if block.width() >= _NARROWEST_LETTER_PX:
            painter.setPen(QColor(ink))
            painter.drawText(block, Qt.AlignmentFlag.AlignCenter, stage.text)


def paint_current_epoch(
    painter: QPainter, model: SessionModel, axis: TimeAxis, *, grid: RowGrid, theme: Theme
) -> None:
    """Frame the current epoch where the page holds several, or only part of one."""
    if not model.n_epochs or axis.page_stop_s - axis.page_start_s == EPOCH_S:
        return
    left = axis.x_px(model.epoch * EPOCH_S)
    right = axis.x_px((model.epoch + 1) * EPOCH_S)
    painter.setPen(QPen(QColor(theme.cursor), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(left, STRIP_PX, right - left, grid.bottom_px - STRIP_PX - 1))
