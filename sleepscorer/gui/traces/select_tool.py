"""The tool that chooses: events are moved and resized, and a stretch beside them is held ready."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from sleepscorer.core.events import Event
from sleepscorer.gui.look.theme import Theme
from sleepscorer.gui.traces.event_spans import EventSpan
from sleepscorer.gui.traces.range_tools import Stretch
from sleepscorer.gui.traces.tools import (
    SHORTEST_DRAG_PX,
    SHORTEST_EVENT_S,
    TIME_DECIMALS,
    Surface,
    Tool,
    event_note,
    paint_band,
    paint_note,
)


@dataclass(frozen=True)
class _Grip:
    """An event held by its body or an edge."""

    span: EventSpan
    part: str
    from_px: QPointF
    to_px: QPointF


class SelectTool(Tool):
    """Selects events, moves them by their body and resizes them by their edges.

    Dragging beside events chooses a stretch, which a key then marks.
    """

    def __init__(self, surface: Surface) -> None:
        super().__init__(surface)
        self._grip: _Grip | None = None
        self.stretch = Stretch(surface)

    @property
    def is_busy(self) -> bool:
        """True while an event is held, or a stretch is there."""
        return self._grip is not None or self.stretch.is_stretched

    def cursor_at(self, position: QPointF) -> Qt.CursorShape:
        """Show what a press would grip."""
        span = self._surface.span_at(position)
        if span is None or not span.is_own:
            return self.cursor
        if span.edge_at(position.x()) is not None:
            return Qt.CursorShape.SizeHorCursor
        return Qt.CursorShape.SizeAllCursor

    def press(self, position: QPointF) -> None:
        """Select the event there, or none, and hold it."""
        span = self._surface.span_at(position)
        self._surface.select_event(span.event if span else None)
        self.stretch.cancel()
        if span is None:
            self.stretch.press(position)
        else:
            part = span.edge_at(position.x()) or "body"
            self._grip = _Grip(span, part, position, position)

    def move(self, position: QPointF) -> None:
        """Drag what is held."""
        if self._grip is not None:
            self._grip = replace(self._grip, to_px=position)
        else:
            self.stretch.move(position)

    def release(self, position: QPointF) -> None:
        """Let go: the event is changed if it can be, unless it was only clicked."""
        self.move(position)
        grip, self._grip = self._grip, None
        if grip is None:
            self.stretch.release(position)
        if grip is None or not _is_drag(grip):
            return
        if grip.span.is_own:
            self._surface.change_event(grip.span.event, self._dragged(grip))
        else:
            self._surface.refuse_change(grip.span.event)

    def cancel(self) -> None:
        """Leave the event as it was, and no stretch."""
        self._grip = None
        self.stretch.cancel()

    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Draw the event where it would be dropped, or the stretch."""
        self.stretch.paint(painter, theme)
        grip = self._grip
        if grip is None or not grip.span.is_own or not _is_drag(grip):
            return
        event, rect = self._dragged(grip), QRectF(grip.span.rect)
        rect.setLeft(self._surface.axis.x_px(event.onset_s))
        rect.setWidth(max((event.duration_s or 0.0) * self._surface.axis.px_per_s, 2.0))
        paint_band(painter, rect, theme.event_colour(event.text))
        paint_note(painter, theme, rect, event_note(event))

    def _dragged(self, grip: _Grip) -> Event:
        """The event as it would be dropped."""
        event, axis = grip.span.event, self._surface.axis
        shift_s = (grip.to_px.x() - grip.from_px.x()) / axis.px_per_s
        duration_s, end_s = event.duration_s or 0.0, self._surface.duration_s
        start_s, stop_s = event.onset_s, event.onset_s + duration_s
        if grip.part == "body":
            start_s = min(max(start_s + shift_s, 0.0), max(end_s - duration_s, 0.0))
            return replace(event, onset_s=round(start_s, TIME_DECIMALS))
        if grip.part == "start":
            start_s = max(min(start_s + shift_s, stop_s - SHORTEST_EVENT_S), 0.0)
        else:
            stop_s = min(max(stop_s + shift_s, start_s + SHORTEST_EVENT_S), end_s)
        return replace(
            event,
            onset_s=round(start_s, TIME_DECIMALS),
            duration_s=round(stop_s - start_s, TIME_DECIMALS),
        )


def _is_drag(grip: _Grip) -> bool:
    return abs(grip.to_px.x() - grip.from_px.x()) >= SHORTEST_DRAG_PX
