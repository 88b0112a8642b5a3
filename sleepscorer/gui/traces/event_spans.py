"""Which events a page shows, and where on it they lie."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from sleepscorer.analysis.display import DisplayTrace
from sleepscorer.core.event_kinds import kind_of_text
from sleepscorer.core.events import Event
from sleepscorer.gui.traces.geometry import RowGrid, TimeAxis

LANE_PX = 14.0
"""Height of the bar of an event that belongs to no row."""

_MOST_LANES = 3
_GRIP_PX = 5.0
_MARK_PX = 3.0
# A label of an event without a row needs this much before the next may share its lane.
_LABEL_PX = 90.0


@dataclass(frozen=True)
class EventSpan:
    """An event on the screen.

    Parameters
    ----------
    event
        The event.
    row
        The row it belongs to; None for the whole recording, or a channel that is not shown.
    rect
        Where it is drawn, in logical pixels; may reach beyond the view.
    is_own
        True for an event of the session, which can be changed; False for an annotation of the
        recording.
    """

    event: Event
    row: int | None
    rect: QRectF
    is_own: bool

    @property
    def label(self) -> str:
        """What is written beside it."""
        if self.row is None and self.event.channel:
            return f"{self.event.text} ({self.event.channel}){self.flag}"
        return f"{self.event.text}{self.flag}"

    @property
    def flag(self) -> str:
        """An exclamation mark behind what is shorter or longer than its kind lasts by rule."""
        kind = kind_of_text(self.event.text) if self.is_own else None
        return " !" if kind is not None and kind.length_rule(self.event.duration_s) else ""

    def holds(self, position: QPointF) -> bool:
        """True if the pointer is on it, a few pixels more for the sake of short events."""
        grown = self.rect.adjusted(-_GRIP_PX, 0, _GRIP_PX, 0)
        return grown.contains(position)

    def edge_at(self, x_px: float) -> str | None:
        """``"start"`` or ``"stop"`` if the pointer can grip that edge, else None."""
        if self.event.duration_s is None:
            return None
        to_start, to_stop = abs(x_px - self.rect.left()), abs(x_px - self.rect.right())
        # The middle third always moves the event, however short it is.
        grip = min(_GRIP_PX, max(self.rect.width() / 3, 1.0))
        outside = x_px < self.rect.left() or x_px > self.rect.right()
        if min(to_start, to_stop) > (_GRIP_PX if outside else grip):
            return None
        return "start" if to_start < to_stop else "stop"


class EventFinder:
    """Finds the events of a stretch quickly, however many there are in the night.

    Parameters
    ----------
    events
        Any order.
    """

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = tuple(events)
        self._starts_s = np.array([e.onset_s for e in events], dtype=np.float64)
        durations_s = np.array([e.duration_s or 0.0 for e in events], dtype=np.float64)
        self._stops_s = self._starts_s + durations_s

    def between(self, start_s: float, stop_s: float) -> list[Event]:
        """Return the events of which any part lies there."""
        found = (self._starts_s <= stop_s) & (self._stops_s >= start_s)
        return [self._events[i] for i in np.flatnonzero(found)]


def row_of(event: Event, traces: Sequence[DisplayTrace]) -> int | None:
    """The first row that shows the event's channel, or None."""
    if not event.channel:
        return None
    for row, trace in enumerate(traces):
        if event.channel == trace.channel.name or event.channel in trace.channel.stored_labels:
            return row
    return None


def channel_label(trace: DisplayTrace) -> str:
    """The label that an event on this row belongs to: of a stored signal, as EDF+ wants it."""
    return trace.channel.stored_labels[0]


def event_spans(
    own: Sequence[Event],
    annotations: Sequence[Event],
    traces: Sequence[DisplayTrace],
    *,
    axis: TimeAxis,
    grid: RowGrid,
) -> list[EventSpan]:
    """Lay the events of a page out: on their row, or in lanes above all rows."""
    # The middle of the first row, which lies below the lanes, stays free.
    n_lanes = max(1, min(_MOST_LANES, int(grid.height_px / 2 // LANE_PX)))
    taken = [-np.inf] * n_lanes
    spans = []
    known = set(own)
    both = [(e, True) for e in own] + [(e, False) for e in annotations if e not in known]
    for event, is_own in sorted(both, key=lambda pair: pair[0].onset_s):
        left = axis.x_px(event.onset_s)
        width = (event.duration_s or 0.0) * axis.px_per_s
        row = row_of(event, traces)
        if row is None:
            lane = next((i for i in range(n_lanes) if taken[i] <= left), n_lanes - 1)
            taken[lane] = max(taken[lane], left + max(width, _LABEL_PX))
            rect = QRectF(left, grid.top_px + lane * LANE_PX, max(width, _MARK_PX), LANE_PX - 2)
        else:
            rect = QRectF(left, grid.row_top_px(row), max(width, _MARK_PX), grid.height_px)
        spans.append(EventSpan(event, row, rect, is_own))
    return spans


def span_at(spans: Sequence[EventSpan], position: QPointF) -> EventSpan | None:
    """The event under the pointer; of several the shortest, which the others would cover."""
    found = [span for span in spans if span.holds(position)]
    return min(found, key=lambda span: span.rect.width(), default=None)
