"""The drawn part of the overview: strips on one time axis, moved, zoomed and painted by mouse."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QCursor,
    QFont,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from sleepscorer.core.edits import Change
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.gui.look.measures import GUTTER_PX
from sleepscorer.gui.look.theme import Theme
from sleepscorer.gui.overview.axis import HOUR_S, NightAxis
from sleepscorer.gui.overview.drag import Drag
from sleepscorer.gui.overview.layers import NightLayers, column_edges_s
from sleepscorer.gui.overview.strip_places import Strips
from sleepscorer.gui.overview.strips import StripPainter
from sleepscorer.gui.overview.wheel import Wheel
from sleepscorer.gui.session_model import SessionModel

_NEAR_MARK_PX = 5.0
_DRAG_PX = 3
_FONT_PX = 11
_STRETCHING: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_PAINTING = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class OverviewCanvas(QWidget):
    """Draws the night and turns mouse moves into pages, zooms and edits.

    Signals
    -------
    axis_changed
        Another stretch is shown.
    painting_changed
        Painting by plain dragging was switched on or off.
    menu_asked
        A menu is wanted, at this place of the screen and this time of the night.
    """

    menu_asked = Signal(QPoint, float)

    axis_changed = Signal()
    painting_changed = Signal(bool)

    def __init__(self, model: SessionModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self._theme = model, theme
        self._axis = NightAxis.whole(float(GUTTER_PX), 1.0, model.recording.duration_s)
        self._layers = NightLayers(model, theme)
        self._drag: Drag | None = None
        self._wheel = Wheel()
        self._is_painting = False
        font = QFont(self.font())
        font.setPixelSize(_FONT_PX)
        self.setFont(font)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Overview of the night")
        self.setAccessibleDescription(
            "Hypnodensity, hypnogram, confidence, events and spectrogram on one time axis. A click"
            " turns to a page, Shift and dragging paints stages, a double-click or the wheel zooms"
            " to an hour and back, the wheel with Shift or sideways scrolls the hour."
        )
        model.page_changed.connect(self._on_page_changed)
        model.epoch_selected.connect(self._on_page_changed)
        model.scoring_changed.connect(self._on_scoring_changed)
        model.painting_stage_changed.connect(self._on_painting_stage_changed)
        model.layers_changed.connect(self._redraw)

    @property
    def axis(self) -> NightAxis:
        """What is shown, and where."""
        return self._axis

    @property
    def strips(self) -> Strips:
        """Where the strips lie now."""
        return self._layers.strips(self._axis, self.height())

    @property
    def available(self) -> frozenset[str]:
        """Names of the strips for which there is something to show."""
        return self._layers.available()

    @property
    def chosen(self) -> tuple[str, ...]:
        """Names of the foldable strips to be shown, or as many as fit."""
        return self._layers.chosen

    def choose_strips(self, names: tuple[str, ...]) -> None:
        """Show these of the foldable strips, or as many as fit."""
        if names != self._layers.chosen:
            self._layers.chosen = names
            self._redraw()

    def set_coloured(self, coloured: bool) -> None:
        """Draw the hypnogram in the colours of the stages, or only R in colour."""
        if coloured != self._layers.is_coloured:
            self._layers.is_coloured = coloured
            self._redraw()

    @property
    def is_painting(self) -> bool:
        """Whether plain dragging paints."""
        return self._is_painting

    def set_painting(self, painting: bool) -> None:
        """Let plain dragging paint, as dragging with Shift always does."""
        if painting != self._is_painting:
            self._is_painting = painting
            if self._drag is not None and self._drag.by_keys:
                self._drag = None
            self._update_pointer(self.mapFromGlobal(QCursor.pos()))
            self.update()
            self.painting_changed.emit(painting)

    def redraw(self) -> None:
        """Draw the night anew."""
        self._redraw()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = self._layers.theme = theme
        self._redraw()

    def set_spectrogram(self, image: QImage | None) -> None:
        """Show an image over the columns of the axis; None while there is none."""
        self._layers.spectrogram = image
        self._redraw()

    def set_axis(self, axis: NightAxis) -> None:
        """Show another stretch."""
        if axis != self._axis:
            self._axis = axis
            self._redraw()
            self.axis_changed.emit()

    def zoom_to_hour(self, around_s: float) -> None:
        """Show an hour; the moment keeps its place."""
        self.set_axis(self._axis.zoomed(HOUR_S, around_s))

    def show_all(self) -> None:
        """Show the whole night."""
        self.set_axis(self._axis.zoomed(self._axis.duration_s, 0.0))

    def column_edges_s(self) -> NDArray[np.float64]:
        """Return where the columns of pixels start and end, (n_columns + 1,) seconds."""
        return column_edges_s(self._axis, self.devicePixelRatioF())

    # -- drawing ----------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802, D102
        painter = QPainter(self)
        self._layers.paint(painter, self._axis, self)
        self._draw_marks(StripPainter(painter, self._axis, self._theme))
        painter.end()

    def resizeEvent(self, _event: QResizeEvent) -> None:  # noqa: N802, D102
        self._axis = self._axis.placed(GUTTER_PX, self.width() - GUTTER_PX)
        self._redraw()
        self.axis_changed.emit()

    def _redraw(self) -> None:
        self._layers.forget()
        self.update()

    def _draw_marks(self, draw: StripPainter) -> None:
        model, strips = self._model, self.strips
        page_stop_s = model.page_start_s + model.page_s
        state = model.session.state
        marked = {"lights off": state.lights_off_s, "lights on": state.lights_on_s}
        for name, time_s in self._lights().items():
            is_set = marked[name] is not None or self._is_dragged(name)
            draw.lights_mark(strips.hypnogram, time_s, name, is_set=is_set)
        draw.cursor(strips.body, model.page_start_s, page_stop_s)
        if self._drag is not None and self._drag.moved:
            self._draw_preview(draw, self._drag)
        elif self._is_painting:
            text = f"drag, or arrows and Enter, paint {model.painting_stage.text}; Esc leaves"
            draw.note(strips.hypnogram, strips.hypnogram.center().x(), text)

    def _draw_preview(self, draw: StripPainter, drag: Drag) -> None:
        model, rect = self._model, self.strips.hypnogram
        if drag.kind == "paint":
            epochs, stage = drag.epochs(model.n_epochs), model.painting_stage
            first = model.clock_text(epochs.start * EPOCH_S)
            last = model.clock_text(epochs.stop * EPOCH_S)
            n = f"{len(epochs)} epoch" + ("s" if len(epochs) > 1 else "")
            what = "clear" if stage is Stage.UNSCORED else stage.text
            draw.painted_range(rect, epochs, stage, f"{what}: {first} to {last}, {n}")
        elif drag.is_edit:
            clock = model.clock_text(self._dragged_to_s(drag))
            draw.note(rect, drag.x, f"{drag.kind} {clock}")

    # -- what the mouse means ------------------------------------------------------------------

    def _lights(self) -> dict[str, float]:
        """Return where the marks are drawn; unset ones stand at the ends of the recording."""
        state, duration_s = self._model.session.state, self._axis.duration_s
        marks = {
            "lights off": state.lights_off_s or 0.0,
            "lights on": duration_s if state.lights_on_s is None else state.lights_on_s,
        }
        for name in marks:
            if self._drag is not None and self._is_dragged(name):
                marks[name] = self._dragged_to_s(self._drag)
        return marks

    def _is_dragged(self, kind: str) -> bool:
        return self._drag is not None and self._drag.moved and self._drag.kind == kind

    def _dragged_to_s(self, drag: Drag) -> float:
        """Whole seconds, as people write down when the lights went off, within whole epochs."""
        return float(min(round(self._axis.time_at(drag.x)), self._model.n_epochs * EPOCH_S))

    def _shown_time_s(self, x_px: float) -> float:
        """The moment under a pixel, held within what is shown."""
        return self._axis.time_at(min(max(x_px, self._axis.left_px), self._axis.right_px - 1))

    def _kind_of_drag(self, event: QMouseEvent) -> str | None:
        if event.button() == Qt.MouseButton.MiddleButton:
            return "pan"
        if event.button() != Qt.MouseButton.LeftButton:
            return None
        is_shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if (is_shifted or self._is_painting) and self._model.n_epochs:
            return "paint"
        return self._mark_at(event.position()) or "page"

    def _mark_at(self, place: QPointF) -> str | None:
        near = self.strips.hypnogram.adjusted(-_NEAR_MARK_PX, 0, _NEAR_MARK_PX, 0)
        if not near.contains(place):
            return None
        distance = {
            name: abs(self._axis.x_of(time_s) - place.x())
            for name, time_s in self._lights().items()
        }
        nearest = min(distance, key=lambda name: distance[name])
        return nearest if distance[nearest] <= _NEAR_MARK_PX else None

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802, D102
        time_s = self._model.epoch * EPOCH_S
        where = QPoint(round(self._axis.x_of(time_s)), self.height() // 2)
        if event.reason() != QContextMenuEvent.Reason.Keyboard:
            where = event.pos()
            time_s = self._axis.time_at(where.x())
        time_s = min(max(time_s, 0.0), self._model.recording.duration_s)
        self.menu_asked.emit(self.mapToGlobal(where), time_s)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102
        kind, x = self._kind_of_drag(event), event.position().x()
        if kind is None or (self._drag is not None and not self._drag.by_keys):
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if kind == "page" and x < self._axis.left_px:
            return
        time_s = self._axis.time_at(x)
        self._drag = Drag(kind, x, x, time_s, time_s)
        if kind == "page":
            self._model.show_time(self._drag.time_s)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102
        x = event.position().x()
        if self._kind_of_drag(event) != "page" or x < self._axis.left_px:
            # As a press: who paints or drags marks may be quick.
            self.mousePressEvent(event)
        elif self._axis.is_whole:
            self.zoom_to_hour(self._axis.time_at(x))
        else:
            self.show_all()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102
        drag = self._drag
        if drag is None or drag.by_keys:
            self._update_pointer(event.position().toPoint())
            return
        x = event.position().x()
        moved = drag.moved or abs(x - drag.start_x) >= _DRAG_PX
        self._drag = replace(drag, x=x, here_s=self._shown_time_s(x), moved=moved)
        if drag.kind == "pan":
            self.set_axis(self._axis.panned((drag.x - x) / self._axis.width_px * self._axis.span_s))
        elif drag.kind == "page" and moved:
            self._model.show_time(self._axis.time_at(x))
        elif moved:
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102
        drag, held = self._drag, {"pan": Qt.MouseButton.MiddleButton}
        if (
            drag is None
            or drag.by_keys
            or event.button() != held.get(drag.kind, Qt.MouseButton.LeftButton)
        ):
            return
        self._drag = None
        if drag.is_edit and drag.moved:
            self._finish(drag)
        elif drag.kind.startswith("lights"):
            self._model.show_time(drag.time_s)
        self._update_pointer(event.position().toPoint())
        self.update()

    def _finish(self, drag: Drag) -> None:
        model, state = self._model, self._model.session.state
        if drag.kind == "paint":
            model.score_epochs(drag.epochs(model.n_epochs), model.painting_stage)
        elif drag.kind == "lights off":
            model.set_lights(self._dragged_to_s(drag), state.lights_on_s)
        else:
            model.set_lights(state.lights_off_s, self._dragged_to_s(drag))

    def leave(self) -> bool:
        """End an unfinished drag without an edit, else painting; return whether there was one."""
        if self._drag is not None:
            self._drag = None
            self.update()
            return True
        if self._is_painting:
            self.set_painting(False)
            return True
        return False

    def event(self, event: QEvent) -> bool:  # noqa: D102
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            # These keys may belong to actions of the window: painting comes first.
            if self._is_meant(event.key()):
                event.accept()
                return True
        elif event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._told(event.pos().x()), self)
            return True
        return super().event(event)

    def _is_meant(self, key: int) -> bool:
        if key == Qt.Key.Key_Escape:
            return self._drag is not None or self._is_painting
        return self._is_painting and (key in _STRETCHING or key in _PAINTING)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102
        key = event.key()
        if not self._is_meant(key):
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Escape:
            self.leave()
        elif key in _STRETCHING:
            self._stretch(_STRETCHING[key])
        elif self._drag is not None and self._drag.by_keys:
            drag, self._drag = self._drag, None
            self._finish(drag)

    def _stretch(self, n_epochs: int) -> None:
        """Let the range to be painted, from the current epoch on, end later or earlier."""
        drag, model = self._drag, self._model
        if model.n_epochs and (drag is None or drag.by_keys):
            start_s = model.epoch * EPOCH_S
            last_s = (model.n_epochs - 1) * EPOCH_S
            here_s = start_s if drag is None else drag.here_s + n_epochs * EPOCH_S
            here_s = min(max(here_s, 0.0), last_s)
            time_s = start_s if drag is None else drag.time_s
            self._drag = Drag("paint", 0.0, 0.0, time_s, here_s, moved=True, by_keys=True)
            self.set_axis(self._axis.showing(here_s, here_s + EPOCH_S))
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802, D102
        share = self._wheel.panned(event, self._axis.width_px)
        zoom = self._wheel.zoomed(event)
        if share:
            self.set_axis(self._axis.panned(share * self._axis.span_s))
        elif zoom > 0:
            self.zoom_to_hour(self._zoom_centre_s(event.position().x()))
        elif zoom < 0:
            self.show_all()
        event.accept()

    def _zoom_centre_s(self, x_px: float) -> float:
        """The moment under the pointer; the page's beside the time axis."""
        if self._axis.left_px <= x_px <= self._axis.right_px:
            return self._axis.time_at(x_px)
        return self._model.page_start_s + self._model.page_s / 2

    def _update_pointer(self, place: QPoint) -> None:
        shape = Qt.CursorShape.ArrowCursor
        if self._is_painting:
            shape = Qt.CursorShape.CrossCursor
        elif self._mark_at(QPointF(place)):
            shape = Qt.CursorShape.SizeHorCursor
        self.setCursor(shape)

    def _described(self, x_px: float) -> str:
        if not self._axis.left_px <= x_px <= self._axis.right_px:
            return ""
        return self._layers.described(int(self._axis.time_at(x_px) // EPOCH_S))

    def _told(self, x_px: float) -> str:
        """The same, and where it was measured how sure the machine may be."""
        said, machine = self._described(x_px), self._model.session.machine
        return said if not said or machine is None else f"{said}\n{machine.measured_sentence}"

    # -- what happens elsewhere ------------------------------------------------------------------

    def _on_page_changed(self) -> None:
        start_s = self._model.page_start_s
        if not self._axis.is_whole and self._drag is None:
            self.set_axis(self._axis.showing(start_s, start_s + self._model.page_s))
        self.update()

    def _on_scoring_changed(self, change: Change) -> None:
        self._layers.forget_scoring()
        if len(change.epochs) != 1:
            # An automatic staging may have come: the strips above follow.
            self._layers.forget()
        self.update()

    def _on_painting_stage_changed(self) -> None:
        self.update()
