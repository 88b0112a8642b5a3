"""Tools that drag a stretch of time on a row: hold it ready, mark it, or measure it."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from sleepscorer.analysis.pages import TracePage
from sleepscorer.core.events import Event
from sleepscorer.gui.look.theme import Theme
from sleepscorer.gui.traces.event_spans import channel_label
from sleepscorer.gui.traces.geometry import amount_text
from sleepscorer.gui.traces.painter import duration_text
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

READY = "A stretch is chosen: the key of a kind of event marks it, Esc leaves it."
"""What can be done with a stretch."""


class RangeTool(Tool):
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
    def is_stretched(self) -> bool:
        """True where a stretch is dragged, or was and is still there."""
        return self._row is not None and self._is_drag

    def event(self, text: str) -> Event | None:
        """Return the stretch as an event on the row where it began; None without one."""
        if self._row is None or not self._is_drag:
            return None
        start_s, stop_s = self._range_s
        start_s = max(min(start_s, self._surface.duration_s - SHORTEST_EVENT_S), 0.0)
        duration_s = round(max(stop_s - start_s, SHORTEST_EVENT_S), TIME_DECIMALS)
        return Event(start_s, duration_s, text, channel_label(self._surface.row(self._row)[0]))

    @property
    def _range_s(self) -> tuple[float, float]:
        return min(self._from_s, self._to_s), max(self._from_s, self._to_s)

    @property
    def _is_drag(self) -> bool:
        return abs(self._to_s - self._from_s) * self._surface.axis.px_per_s >= SHORTEST_DRAG_PX

    def _rect(self, row: int) -> QRectF:
        axis, grid = self._surface.axis, self._surface.grid
        start_s, stop_s = self._range_s
        left, right = axis.x_px(start_s), axis.x_px(stop_s)
        return QRectF(left, grid.row_top_px(row), right - left, grid.height_px)


class MarkTool(RangeTool):
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
        event = self.event(self.text)
        if event is not None:
            self._surface.change_event(None, event)
        self._row = None

    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Draw the range and its duration."""
        event = self.event(self.text)
        if event is not None and self._row is not None:
            rect = self._rect(self._row)
            paint_band(painter, rect, theme.event_colour(self.text))
            paint_note(painter, theme, rect, event_note(event))


class Stretch(RangeTool):
    """A stretch held ready, until a key says what it is or another place is pressed."""

    def release(self, position: QPointF) -> None:
        """Hold the stretch ready, and say what can be done with it."""
        self.move(position)
        if self.is_stretched:
            self._surface.say(READY)
        else:
            self._row = None

    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Draw the stretch and its duration."""
        if self._row is not None and self._is_drag:
            start_s, stop_s = self._range_s
            rect = self._rect(self._row)
            paint_band(painter, rect, theme.chosen)
            paint_note(painter, theme, rect, duration_text(stop_s - start_s))


class MeasureTool(RangeTool):
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
