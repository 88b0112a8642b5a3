"""What dragging over the traces does: change events, mark one, or measure."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from sleepscorer.analysis.display import DisplayTrace
from sleepscorer.analysis.pages import TracePage
from sleepscorer.core.event_kinds import kind_of_text
from sleepscorer.core.events import Event
from sleepscorer.gui.look.theme import Theme
from sleepscorer.gui.traces.event_spans import EventSpan, channel_label
from sleepscorer.gui.traces.geometry import RowGrid, TimeAxis, amount_text
from sleepscorer.gui.traces.painter import duration_text

SHORTEST_EVENT_S = 0.1
"""No event is drawn or stretched shorter than this."""
TIME_DECIMALS = 3
"""Events begin and end at whole milliseconds."""

_SHORTEST_DRAG_PX = 4.0


class Surface(Protocol):
    """What the tools and the keys of events see of the traces, and may ask of them."""

    @property
    def axis(self) -> TimeAxis:
        """Where times lie."""
        ...

    @property
    def grid(self) -> RowGrid:
        """Where rows lie."""
        ...

    @property
    def duration_s(self) -> float:
        """Length of the recording."""
        ...

    @property
    def traces(self) -> tuple[DisplayTrace, ...]:
        """The rows, from the top."""
        ...

    @property
    def tool(self) -> "Tool":
        """What dragging does."""
        ...

    @property
    def selected_event(self) -> Event | None:
        """The event that Delete would delete."""
        ...

    def row(self, row: int) -> tuple[DisplayTrace, TracePage]:
        """Return what is drawn in a row."""
        ...

    def span_at(self, position: QPointF) -> EventSpan | None:
        """Return the event there."""
        ...

    def is_own(self, event: Event) -> bool:
        """Tell whether it is an event of the session, which can be changed."""
        ...

    def select_event(self, event: Event | None) -> None:
        """Select an event, or none."""
        ...

    def delete_selected(self) -> bool:
        """Delete the selected event, or say why not; return False where none is selected."""
        ...

    def change_event(self, old: Event | None, new: Event) -> None:
        """Ask the session for a new or changed event."""
        ...

    def refuse_change(self, event: Event) -> None:
        """Say why an event stays as it is."""
        ...

    def say(self, sentence: str) -> None:
        """Show a sentence; an empty one takes back what was said."""
        ...

    def update(self) -> None:
        """Draw anew what the tool and the keys draw."""
        ...


class Tool(ABC):
    """One way of using the mouse; between press and release it is busy."""

    cursor = Qt.CursorShape.ArrowCursor

    def __init__(self, surface: Surface) -> None:
        self._surface = surface

    @property
    def is_busy(self) -> bool:
        """True while Esc has something to take back."""
        return False

    def cursor_at(self, _position: QPointF) -> Qt.CursorShape:
        """Return the pointer's shape there."""
        return self.cursor

    @abstractmethod
    def press(self, position: QPointF) -> None:
        """Begin at this place."""

    @abstractmethod
    def move(self, position: QPointF) -> None:
        """Go on to this place."""

    @abstractmethod
    def release(self, position: QPointF) -> None:
        """End at this place."""

    @abstractmethod
    def cancel(self) -> None:
        """Forget what was begun."""

    @abstractmethod
    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Draw what is going on."""


@dataclass(frozen=True)
class _Grip:
    """An event held by its body or an edge."""

    span: EventSpan
    part: str
    from_px: QPointF
    to_px: QPointF


class SelectTool(Tool):
    """Selects events, moves them by their body and resizes them by their edges."""

    def __init__(self, surface: Surface) -> None:
        super().__init__(surface)
        self._grip: _Grip | None = None

    @property
    def is_busy(self) -> bool:
        """True while an event is held."""
        return self._grip is not None

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
        if span is not None:
            part = span.edge_at(position.x()) or "body"
            self._grip = _Grip(span, part, position, position)

    def move(self, position: QPointF) -> None:
        """Drag what is held."""
        if self._grip is not None:
            self._grip = replace(self._grip, to_px=position)

    def release(self, position: QPointF) -> None:
        """Let go: the event is changed if it can be, unless it was only clicked."""
        self.move(position)
        grip, self._grip = self._grip, None
        if grip is None or not _is_drag(grip):
            return
        if grip.span.is_own:
            self._surface.change_event(grip.span.event, self._dragged(grip))
        else:
            self._surface.refuse_change(grip.span.event)

    def cancel(self) -> None:
        """Leave the event as it was."""
        self._grip = None

    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Draw the event where it would be dropped."""
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


class _RangeTool(Tool):
    """Drags a range of time on the row where it began."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, surface: Surface) -> None:
        super().__init__(surface)
        self._row: int | None = None
        self._from_s = 0.0
        self._to_s = 0.0

    def press(self, position: QPointF) -> None:
        """Begin on the row there."""
        self._row = self._surface.grid.row_at(position.y())
        self._from_s = self._to_s = self._time_s(position)

    def move(self, position: QPointF) -> None:
        """Extend the range."""
        self._to_s = self._time_s(position)

    def cancel(self) -> None:
        """Forget the range."""
        self._row = None

    def _time_s(self, position: QPointF) -> float:
        time_s = self._surface.axis.time_s(position.x())
        return round(min(max(time_s, 0.0), self._surface.duration_s), TIME_DECIMALS)

    @property
    def _range_s(self) -> tuple[float, float]:
        return min(self._from_s, self._to_s), max(self._from_s, self._to_s)

    @property
    def _is_drag(self) -> bool:
        return abs(self._to_s - self._from_s) * self._surface.axis.px_per_s >= _SHORTEST_DRAG_PX

    def _rect(self, row: int) -> QRectF:
        axis, grid = self._surface.axis, self._surface.grid
        start_s, stop_s = self._range_s
        left, right = axis.x_px(start_s), axis.x_px(stop_s)
        return QRectF(left, grid.row_top_px(row), right - left, grid.height_px)


class MarkTool(_RangeTool):
    """Marks events of one kind; a click without a drag marks nothing.

    Parameters
    ----------
    text
        The events' text.
    """

    def __init__(self, surface: Surface, text: str) -> None:
        super().__init__(surface)
        self.text = text

    def release(self, position: QPointF) -> None:
        """Mark the range."""
        self.move(position)
        if self._row is not None and self._is_drag:
            self._surface.change_event(None, self._event(self._row))
        self._row = None

    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Draw the range and its duration."""
        if self._row is not None and self._is_drag:
            rect = self._rect(self._row)
            paint_band(painter, rect, theme.event_colour(self.text))
            paint_note(painter, theme, rect, event_note(self._event(self._row)))

    def _event(self, row: int) -> Event:
        start_s, stop_s = self._range_s
        start_s = max(min(start_s, self._surface.duration_s - SHORTEST_EVENT_S), 0.0)
        duration_s = round(max(stop_s - start_s, SHORTEST_EVENT_S), TIME_DECIMALS)
        return Event(start_s, duration_s, self.text, channel_label(self._surface.row(row)[0]))


class MeasureTool(_RangeTool):
    """Measures time, amplitude and frequency; the answer stays until the next press."""

    def release(self, position: QPointF) -> None:
        """Keep the answer on the screen."""
        self.move(position)
        if not self._is_drag:
            self._row = None

    def measurement(self) -> str | None:
        """The answer in words: ``"0.50 s · 82.4 µV p-p · 2.00 Hz"``; None without a range."""
        if self._row is None or not self._is_drag:
            return None
        trace, page = self._surface.row(self._row)
        start_s, stop_s = self._range_s
        words = [duration_text(stop_s - start_s)]
        ends = value_range(page, start_s, stop_s)
        if ends is not None:
            words.append(f"{amount_text(ends[1] - ends[0], trace.channel.unit)} p-p")
        words.append(f"{1 / (stop_s - start_s):.3g} Hz")
        return " · ".join(words)

    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Draw the range with its answer."""
        answer = self.measurement()
        if self._row is not None and answer is not None:
            rect = self._rect(self._row)
            paint_band(painter, rect, theme.chosen)
            paint_note(painter, theme, rect, answer)


def value_range(page: TracePage, start_s: float, stop_s: float) -> tuple[float, float] | None:
    """The least and the greatest value painted between two times, or None in a gap."""
    if page.envelope is not None:
        minima, maxima = page.envelope
        n_columns = minima.size
        per_s = n_columns / (page.stop_s - page.start_s)
        first = max(int((start_s - page.start_s) * per_s), 0)
        stop = min(int(np.ceil((stop_s - page.start_s) * per_s)), n_columns)
        low, high = minima[first:stop], maxima[first:stop]
    elif page.curve is not None:
        samples, times_s = page.curve
        low = high = samples[(times_s >= start_s) & (times_s <= stop_s)]
    else:
        return None
    low, high = low[np.isfinite(low)], high[np.isfinite(high)]
    if not low.size or not high.size:
        return None
    return float(low.min()), float(high.max())


def _is_drag(grip: _Grip) -> bool:
    return abs(grip.to_px.x() - grip.from_px.x()) >= _SHORTEST_DRAG_PX


def event_note(event: Event) -> str:
    """What is shown while an event is dragged."""
    if event.duration_s is None:
        return event.text
    kind = kind_of_text(event.text)
    rule = "" if kind is None else kind.length_rule(event.duration_s)
    note = f"{event.text} · {duration_text(event.duration_s)}"
    return f"{note}, {rule}" if rule else note


def paint_band(painter: QPainter, rect: QRectF, colour: str) -> None:
    """Draw a stretch of a row."""
    ground = QColor(colour)
    ground.setAlpha(60)
    painter.fillRect(rect, ground)
    painter.setPen(QPen(QColor(colour), 1))
    painter.drawLine(QLineF(rect.topLeft(), rect.bottomLeft()))
    painter.drawLine(QLineF(rect.topRight(), rect.bottomRight()))


def paint_note(painter: QPainter, theme: Theme, rect: QRectF, text: str) -> None:
    """Write beside a band, inside the view."""
    metrics = QFontMetricsF(painter.font())
    width, height = metrics.horizontalAdvance(text) + 12, metrics.height() + 4
    view = QRectF(painter.viewport())
    left = min(max(rect.left(), 2.0), max(view.width() - width - 2, 2.0))
    top = rect.top() - height - 2
    if top < 0:
        top = rect.bottom() + 2
    chip = QRectF(left, top, width, height)
    painter.fillRect(chip, QColor(theme.text))
    painter.setPen(QColor(theme.background))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
