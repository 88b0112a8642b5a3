"""A cross at the pointer over the traces: when it is there, and what the trace says then."""

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QObject, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QCursor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from sleepscorer.analysis.pages import TracePage
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.gui.look.theme import Theme
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.gui.traces.canvas import TraceCanvas
from sleepscorer.gui.traces.geometry import amount_text

_NO_DATA = "no data"
_FROM_POINTER_PX = 12.0
_MARGIN_PX = 6.0


class Crosshair(QWidget):
    """Lies over a canvas and takes no mouse; the traces below are not painted anew as it moves.

    Parameters
    ----------
    model
        What is shown.
    canvas
        Over which it lies.
    theme
        Colours.
    """

    def __init__(self, model: SessionModel, canvas: TraceCanvas, theme: Theme) -> None:
        super().__init__(canvas)
        self._model, self._canvas, self._theme = model, canvas, theme
        self._place = QPointF()
        self._is_set = False
        self._lines: tuple[str, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Crosshair")
        self.hide()
        canvas.page_painted.connect(self._follow_page)

    @property
    def text(self) -> str:
        """What its label says, in lines."""
        return "\n".join(self._lines)

    @property
    def place(self) -> tuple[float, int] | None:
        """The time and the row that keys brought it to; None while it is off or at the pointer."""
        row = self._canvas.grid.row_at(self._place.y())
        if self.isHidden() or row is None or not self._is_set:
            return None
        return self._canvas.axis.time_s(self._place.x()), row

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.update()

    def set_shown(self, shown: bool) -> None:
        """Show it at the pointer, or in the middle where that is elsewhere; or show it no more."""
        self._is_set = False
        if not shown:
            self._canvas.removeEventFilter(self)
            self.hide()
            return
        self.setGeometry(self._canvas.rect())
        pointer = self._canvas.mapFromGlobal(QCursor.pos())
        is_inside = self._canvas.underMouse() and self.rect().contains(pointer)
        self._move_to(QPointF(pointer if is_inside else self.rect().center()))
        self._canvas.installEventFilter(self)
        self.show()
        self.raise_()

    def step(self, *, columns: int = 0, seconds: float = 0.0, rows: int = 0) -> None:
        """Move it by columns of pixels or by a time, or to another trace; it stays in the view.

        What was chosen is let go: the key of a kind then marks another event, where it stands.
        """
        x = self._place.x() + columns + seconds * self._canvas.axis.px_per_s
        y, grid = self._place.y(), self._canvas.grid
        if rows and grid.n_rows:
            at = grid.row_at(y)
            beside = (0 if y < grid.row_top_px(0) else grid.n_rows - 1) if at is None else at + rows
            y = grid.centre_px(min(max(beside, 0), grid.n_rows - 1))
        self._move_to(QPointF(min(max(x, 0.0), self.width() - 1.0), y))
        self._is_set = True
        self._model.choose_event(None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Follow the pointer and the size of the canvas."""
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseMove:
            self._is_set = False
            self._move_to(event.position())
        elif event.type() == QEvent.Type.Resize:
            self.setGeometry(self._canvas.rect())
        return super().eventFilter(watched, event)

    def _move_to(self, place: QPointF) -> None:
        # What it leaves, and where it comes: the rest of the view stays as it is.
        for rect in self._covered():
            self.update(rect)
        self._place = place
        self._lines = readout(self._model, self._canvas, place)
        self.setAccessibleDescription(self.text)
        for rect in self._covered():
            self.update(rect)

    def _follow_page(self) -> None:
        if self.isVisible():
            self._move_to(self._place)

    def _covered(self) -> tuple[QRect, QRect, QRect]:
        x, y = round(self._place.x()), round(self._place.y())
        label = self._label().toAlignedRect()
        return QRect(x - 1, 0, 3, self.height()), QRect(0, y - 1, self.width(), 3), label

    def _label(self) -> QRectF:
        """Beside the pointer, on the side where there is room."""
        metrics = QFontMetricsF(self.font())
        width = max((metrics.horizontalAdvance(line) for line in self._lines), default=0.0)
        width += 2 * _MARGIN_PX
        height = len(self._lines) * metrics.height() + _MARGIN_PX
        x, y = self._place.x() + _FROM_POINTER_PX, self._place.y() + _FROM_POINTER_PX
        if x + width > self.width():
            x = self._place.x() - _FROM_POINTER_PX - width
        if y + height > self.height():
            y = self._place.y() - _FROM_POINTER_PX - height
        return QRectF(x, y, width, height)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the cross and its label."""
        if self._canvas.words.are_neutral:
            # A picture that names nobody is being made.
            return
        with QPainter(self) as painter:
            painter.setPen(QPen(QColor(self._theme.text), 1, Qt.PenStyle.DotLine))
            x, y = self._place.x(), self._place.y()
            painter.drawLine(QLineF(x, 0, x, self.height()))
            painter.drawLine(QLineF(0, y, self.width(), y))
            label = self._label()
            painter.fillRect(label, QColor(self._theme.text))
            painter.setPen(QColor(self._theme.background))
            inner = label.adjusted(_MARGIN_PX, _MARGIN_PX / 2, 0, 0)
            painter.drawText(inner, Qt.AlignmentFlag.AlignLeft, self.text)


def readout(model: SessionModel, canvas: TraceCanvas, place: QPointF) -> tuple[str, ...]:
    """Say when a place of a canvas is, and what its trace says there, as filtered for the screen.

    Returns
    -------
    Clock time and seconds of the epoch; beside a trace a second line, its value then, and the one
    at the height of the place.
    """
    time_s = canvas.axis.time_s(place.x())
    when = model.clock_text(time_s, tenths=True)
    epoch = int(time_s // EPOCH_S)
    if 0 <= epoch < model.n_epochs:
        when += f" · {time_s - epoch * EPOCH_S:.2f} s of epoch {epoch + 1}"
    grid = canvas.grid
    row = grid.row_at(place.y())
    if row is None:
        return (when,)
    trace, page = canvas.row(row)
    unit = trace.channel.unit
    per_px = trace.height_uv / grid.height_px * (-1 if trace.inverted else 1)
    height = canvas.offsets[row] + (grid.centre_px(row) - place.y()) * per_px
    value = value_text(page, time_s, unit)
    return when, f"{trace.channel.name}: {value} · line at {amount_text(height, unit)}"


def value_text(page: TracePage, time_s: float, unit: str) -> str:
    """Say what a trace is at a time: its nearest sample, or the range that a column stands for."""
    if not page.start_s <= time_s <= page.stop_s:
        # Its nearest sample would be another time's: the page was turned, or ends there.
        return _NO_DATA
    if page.curve is not None:
        samples, times_s = page.curve
        values = samples[[int(np.abs(times_s - time_s).argmin())]] if samples.size else samples
    elif page.envelope is not None:
        minima, maxima = page.envelope
        share = (time_s - page.start_s) / (page.stop_s - page.start_s)
        column = min(max(int(share * minima.size), 0), minima.size - 1)
        values = np.array([minima[column], maxima[column]])
    else:
        return _NO_DATA
    if not values.size or not np.isfinite(values).all():
        return _NO_DATA
    texts = dict.fromkeys(amount_text(float(value), unit) for value in values)
    return " to ".join(texts)
