"""The labels at the left of the traces: name, filter, scale bar; wheel and menu change a row."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from sleepscorer.analysis.display import DisplayTrace
from sleepscorer.analysis.filters import filter_text
from sleepscorer.core.derivation import plain_name
from sleepscorer.gui.look.appearance import sized
from sleepscorer.gui.look.measures import GUTTER_PX, NOTCH_DELTA, TextSize
from sleepscorer.gui.look.theme import Theme, trace_colour
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.gui.traces.canvas import TraceCanvas
from sleepscorer.gui.traces.changes import trace_turned, with_trace
from sleepscorer.gui.traces.geometry import (
    RowGrid,
    amount_text,
    bar_value,
    level_bar,
    row_grid,
    unit_text,
)
from sleepscorer.gui.traces.menu import TraceMenu

_NEGATIVE_UP = ", neg. up"
_TWO_LINES_PX = 28.0
_SMALLEST_TEXT_PX = 7.0


class TraceGutter(QWidget):
    """Labels that stand beside the rows of a canvas."""

    def __init__(
        self,
        model: SessionModel,
        canvas: TraceCanvas,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._canvas = canvas
        self._theme = theme
        self._row = 0
        self._turned = 0
        self._labelled: tuple[tuple[DisplayTrace, ...], tuple[float, ...]] = ((), ())
        self._px_per_mm: float | None = None
        self._is_measured = False
        self.setFixedWidth(GUTTER_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Labels of the traces")
        self.setAccessibleDescription(
            "Up and Down choose a row, Shift+Up and Shift+Down make it larger and smaller,"
            " Enter or the menu key opens its menu"
        )

    @property
    def grid(self) -> RowGrid:
        """Where the rows lie: where those of the canvas do."""
        return row_grid(len(self._canvas.traces), self.height())

    def follow_canvas(self) -> None:
        """Label what the canvas shows now; nothing is drawn where the labels stay the same."""
        labelled = self._canvas.traces, self._canvas.offsets
        if labelled != self._labelled:
            self._row = _followed(self._row, self._labelled[0], labelled[0])
            self._labelled = labelled
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.update()

    def set_px_per_mm(self, px_per_mm: float, *, is_measured: bool) -> None:
        """Give scales in µV/mm too, on a screen with so many logical pixels to a millimetre.

        What the screen says of itself is often wrong: labels give only what a person measured.
        """
        self._px_per_mm, self._is_measured = px_per_mm, is_measured
        self.update()

    def open_menu(self, row: int, where: QPoint) -> TraceMenu | None:
        """Open the menu of a row; ``where`` on the screen."""
        trace = self._trace(row)
        if trace is None:
            return None
        self._row = row
        row_mm = self.grid.height_px / self._px_per_mm if self._px_per_mm else None
        menu = TraceMenu(self._model, trace, row_mm=row_mm, parent=self)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(where)
        self.update()
        return menu

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as it stays."""
        return QSize(GUTTER_PX, 400)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the labels."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(self._theme.panel))
            grid = self.grid
            for row in range(grid.n_rows):
                self._paint_row(painter, row, grid)
            painter.setPen(QColor(self._theme.grid_five_seconds))
            painter.drawLine(self.width() - 1, 0, self.width() - 1, self.height())

    def _paint_row(self, painter: QPainter, row: int, grid: RowGrid) -> None:
        trace, offset = self._canvas.traces[row], self._canvas.offsets[row]
        box = QRectF(8, grid.row_top_px(row), self.width() - 20, grid.height_px)
        if self.hasFocus() and row == self._row:
            painter.fillRect(box.adjusted(-8, 0, 20, 0), QColor(self._theme.selection))
        self._paint_bar(painter, grid.centre_px(row), grid.height_px, trace, offset)
        scale = scale_text(trace, offset, grid.height_px)
        note = filter_text(trace.filter, trace.channel.sampling_rate_hz)
        if trace.inverted:
            note = f"{note}{_NEGATIVE_UP}"
        is_told = self._is_measured and trace.channel.unit == "uV"
        words = note, scale, self._per_mm(trace) if is_told else ""
        if grid.height_px >= _TWO_LINES_PX:
            self._paint_two_lines(painter, box, trace, words)
        else:
            self._paint_one_line(painter, box, trace, words[:2])

    def _paint_bar(
        self, painter: QPainter, centre: float, row_px: float, trace: DisplayTrace, offset: float
    ) -> None:
        """Draw the scale bar at the right edge, beside the trace."""
        x = self.width() - 6.0
        painter.setPen(QPen(QColor(self._theme.text), 1))
        up = row_px / trace.height_uv * (-1 if trace.inverted else 1)
        ends = (end - offset for end in _bar_ends(trace, offset, row_px))
        first, second = (centre - end * up for end in ends)
        painter.drawLine(QPointF(x, first), QPointF(x, second))
        for y in (first, second):
            painter.drawLine(QPointF(x - 3, y), QPointF(x + 2, y))

    def _paint_two_lines(
        self, painter: QPainter, box: QRectF, trace: DisplayTrace, words: tuple[str, str, str]
    ) -> None:
        small = self._font_that_fits(14, TextSize.SMALL)
        metrics = QFontMetricsF(small)
        middle = box.center().y()
        upper = QRectF(box.left(), middle - 15, box.width(), 16)
        lower = QRectF(box.left(), middle, box.width(), 14)
        name_font = self._name_font(16)
        place = upper.adjusted(0, 0, -metrics.horizontalAdvance(words[2]) - 6, 0)
        name = _name_in(self._name_of(trace), name_font, place.width())
        self._write_name(painter, place, trace, name=name, font=name_font)
        painter.setFont(small)
        self._write(painter, upper, words[2], right=True)
        room = box.width() - metrics.horizontalAdvance(words[1]) - 8
        self._write(painter, lower, words[1], right=True)
        note = metrics.elidedText(words[0], Qt.TextElideMode.ElideRight, room)
        self._write(painter, lower, note)

    def _paint_one_line(
        self, painter: QPainter, box: QRectF, trace: DisplayTrace, words: tuple[str, str]
    ) -> None:
        name_font, small = (
            self._name_font(box.height()),
            self._font_that_fits(box.height(), TextSize.SMALL),
        )
        metrics = QFontMetricsF(small)
        scale_width = metrics.horizontalAdvance(words[1])
        room = box.width() - scale_width - 8
        notes = _shorter_and_shorter(words[0])
        name = _name_in(
            self._name_of(trace), name_font, room - metrics.horizontalAdvance(notes[-1]) - 6
        )
        name_width = QFontMetricsF(name_font).horizontalAdvance(name)
        place = QRectF(box.left(), box.top(), room, box.height())
        self._write_name(painter, place, trace, name=name, font=name_font)
        painter.setFont(small)
        self._write(painter, box, words[1], right=True)
        left = box.left() + name_width + 6
        place = QRectF(left, box.top(), room - name_width - 6, box.height())
        for note in notes:
            if metrics.horizontalAdvance(note) <= place.width():
                self._write(painter, place, note)
                break

    def _name_of(self, trace: DisplayTrace) -> str:
        return self._canvas.words.channel(trace.channel.name)

    def _write_name(
        self, painter: QPainter, place: QRectF, trace: DisplayTrace, *, name: str, font: QFont
    ) -> None:
        painter.setFont(font)
        painter.setPen(QColor(trace.colour or trace_colour(self._theme, trace.channel.kind)))
        shown = QFontMetricsF(font).elidedText(name, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)

    def _write(self, painter: QPainter, place: QRectF, text: str, *, right: bool = False) -> None:
        painter.setPen(QColor(self._theme.faint_text))
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter, text)

    def _name_font(self, height: float) -> QFont:
        font = self._font_that_fits(height, TextSize.BODY)
        font.setBold(True)
        return font

    def _font_that_fits(self, height: float, size: TextSize) -> QFont:
        """The font of the labels, smaller in rows that are lower than a line."""
        font = sized(self.font(), size)
        if QFontMetricsF(font).height() > height:
            font.setPixelSize(round(max(height * 0.8, _SMALLEST_TEXT_PX)))
        return font

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Turn the sensitivity of the row under the pointer."""
        trace = self._trace(self.grid.row_at(event.position().y()))
        self._turned += event.angleDelta().y() or event.angleDelta().x()
        steps = int(self._turned / NOTCH_DELTA)
        self._turned -= steps * NOTCH_DELTA
        if steps:
            self._turn(trace, steps)
        event.accept()

    def _turn(self, trace: DisplayTrace | None, steps: int) -> None:
        """Make a row more (or, below 0, less) sensitive."""
        if trace is not None:
            changed = trace_turned(trace, steps)
            self._model.set_montage(with_trace(self._model.montage, trace, changed))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose the row under the pointer."""
        row = self.grid.row_at(event.position().y())
        if row is not None:
            self._row = row
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Open the menu of the row under the pointer."""
        row = self.grid.row_at(event.position().y())
        if row is not None and event.button() == Qt.MouseButton.LeftButton:
            self.open_menu(row, event.globalPosition().toPoint())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """Open a row's menu: where the pointer is, or of the chosen row by the menu key."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self._open_chosen()
            return
        row = self.grid.row_at(float(event.pos().y()))
        if row is not None:
            self.open_menu(row, event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Choose a row by Up and Down, with Shift turn its sensitivity; Enter opens its menu.

        Other keys are the window's.
        """
        key = event.key()
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(key))
        if step is not None and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._turn(self._trace(self._row), -step)
        elif step is not None and self.grid.n_rows:
            self._row = min(max(self._row + step, 0), self.grid.n_rows - 1)
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open_chosen()
        else:
            event.ignore()

    def event(self, event: QEvent) -> bool:
        """Say everything about the row under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            trace = self._trace(self.grid.row_at(float(event.pos().y())))
            QToolTip.showText(event.globalPos(), self._tip(trace) if trace else "", self)
            return True
        return super().event(event)

    def _open_chosen(self) -> None:
        grid = self.grid
        middle = QPoint(self.width() // 2, round(grid.centre_px(min(self._row, grid.n_rows - 1))))
        self.open_menu(self._row, self.mapToGlobal(middle))

    def _trace(self, row: int | None) -> DisplayTrace | None:
        """The row as the montage has it now; what is on the screen may lag behind."""
        visible = self._model.montage.visible
        return visible[row] if row is not None and row < len(visible) else None

    def _per_mm(self, trace: DisplayTrace) -> str:
        """The sensitivity, as on paper: ``"7 µV/mm"``."""
        if not self._px_per_mm:
            return ""
        per_mm = trace.height_uv / self.grid.height_px * self._px_per_mm
        return f"{amount_text(per_mm, trace.channel.unit)}/mm"

    def _tip(self, trace: DisplayTrace) -> str:
        channel = trace.channel
        passed = filter_text(trace.filter, channel.sampling_rate_hz)
        lines = [
            f"{channel.name}: {channel.formula}",
            f"{passed}, zero-phase, for the screen only",
            f"stored at {channel.sampling_rate_hz:g} Hz",
            f"{amount_text(trace.height_uv, channel.unit)} in the row's height",
        ]
        if self._px_per_mm:
            doubt = "" if self._is_measured else ", as the screen says; measure it in Preferences"
            lines[-1] += f" ({self._per_mm(trace)}{doubt})"
        prefilter = channel.parts[0][0].prefilter
        if prefilter:
            lines.insert(2, f"recorded with {prefilter}")
        lines.append("negative up" if trace.inverted else "positive up")
        lines.append("Wheel or Shift+Up, Shift+Down: sensitivity. Double click or Enter: menu.")
        return "\n".join(lines)


def _followed(row: int, before: Sequence[DisplayTrace], now: Sequence[DisplayTrace]) -> int:
    """Return where the trace of a row is after rows have moved; the nearest row if it is gone."""
    channel = before[row].channel if row < len(before) else None
    places = [place for place, trace in enumerate(now) if trace.channel is channel]
    return places[0] if places else min(row, max(len(now) - 1, 0))


def _name_in(name: str, font: QFont, width_px: float) -> str:
    """The name of a trace; without the remark behind it where there is no room for both."""
    fits = QFontMetricsF(font).horizontalAdvance(name) <= width_px
    return name if fits else plain_name(name)


def _bar_ends(trace: DisplayTrace, offset: float, row_px: float) -> tuple[float, float]:
    """What the ends of the scale bar stand for, in the channel's unit."""
    if offset:
        return level_bar(trace.height_uv, offset, row_px)
    half = bar_value(trace.height_uv, row_px) / 2
    return -half, half


def scale_text(trace: DisplayTrace, offset: float, row_px: float) -> str:
    """What stands beside the scale bar: its length, or its ends where there is a level."""
    low, high = _bar_ends(trace, offset, row_px)
    if not offset:
        return amount_text(high - low, trace.channel.unit)
    return f"{low:.4g}–{high:.4g} {unit_text(trace.channel.unit)}".rstrip()


def _shorter_and_shorter(note: str) -> tuple[str, ...]:
    """Ways to write a filter and polarity; the last says which way is up, if nothing else fits."""
    brief = note.replace(" Hz", "")
    arrow = brief.replace(_NEGATIVE_UP, " −↑")
    return (note, brief, arrow, "−↑") if _NEGATIVE_UP in note else (note, brief)
