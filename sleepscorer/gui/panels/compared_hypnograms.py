"""Hypnograms of several scorers below each other on one axis, and where they differ."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from sleepscorer.core.layers import LayerStages
from sleepscorer.gui.look.appearance import described
from sleepscorer.gui.look.mini_hypnogram import paint_hypnogram
from sleepscorer.gui.look.theme import Theme

_LANE_PX, _GAP_PX, _DIFFERENCES_PX, _MARGIN_PX = 40, 6, 10, 2


class ComparedHypnograms(QWidget):
    """Draws them; a click turns to the epoch.

    Signals
    -------
    epoch_chosen
        The epoch that was clicked on.
    """

    epoch_chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._scorings: tuple[LayerStages, ...] = ()
        self._differing: tuple[int, ...] = ()
        self._epoch = 0
        described(self, "Hypnograms below each other", "A click turns to the epoch")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_scorings(self, scorings: tuple[LayerStages, ...], differing: tuple[int, ...]) -> None:
        """Draw these scorings, and mark the epochs, from 0, on which they differ."""
        is_resized = len(scorings) != len(self._scorings)
        self._scorings, self._differing = scorings, differing
        if is_resized:
            self.updateGeometry()
        self.update()

    def show_epoch(self, epoch: int) -> None:
        """Mark the epoch on the screen."""
        self._epoch = epoch
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802, D102
        lane_px = self._title_px + _LANE_PX + _GAP_PX
        height_px = len(self._scorings) * lane_px + _DIFFERENCES_PX + 2 * _MARGIN_PX
        return QSize(240, height_px)

    def minimumSizeHint(self) -> QSize:  # noqa: N802, D102
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802, D102
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.background))
        if not self._n_epochs:
            return
        left_px, width_px = float(_MARGIN_PX), self.width() - 2.0 * _MARGIN_PX
        y = float(_MARGIN_PX)
        for one in self._scorings:
            painter.setPen(QColor(self._theme.text if one.is_active else self._theme.faint_text))
            title = self.fontMetrics().elidedText(
                one.title, Qt.TextElideMode.ElideRight, int(width_px)
            )
            place = QRectF(left_px, y, width_px, self._title_px)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft, title)
            y += self._title_px
            paint_hypnogram(
                painter, QRectF(left_px, y, width_px, _LANE_PX), one.stages, self._theme
            )
            y += _LANE_PX + _GAP_PX
        self._paint_differences(painter, QRectF(left_px, y, width_px, _DIFFERENCES_PX))
        x = left_px + (self._epoch + 0.5) * width_px / self._n_epochs
        painter.fillRect(QRectF(x - 0.5, 0, 1, self.height()), QColor(self._theme.cursor))

    def _paint_differences(self, painter: QPainter, place: QRectF) -> None:
        painter.fillRect(place, QColor(self._theme.context))
        px_per_epoch = place.width() / self._n_epochs
        colour = QColor(self._theme.error)
        for epoch in self._differing:
            x = place.left() + epoch * px_per_epoch
            painter.fillRect(QRectF(x, place.top(), max(px_per_epoch, 1.0), place.height()), colour)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102
        n_epochs = self._n_epochs
        if n_epochs and event.button() == Qt.MouseButton.LeftButton:
            share = (event.position().x() - _MARGIN_PX) / max(self.width() - 2 * _MARGIN_PX, 1)
            self.epoch_chosen.emit(min(max(int(share * n_epochs), 0), n_epochs - 1))

    @property
    def _n_epochs(self) -> int:
        return int(self._scorings[0].stages.size) if self._scorings else 0

    @property
    def _title_px(self) -> int:
        return int(self.fontMetrics().height())
