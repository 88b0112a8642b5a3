"""Events by keys: mark one, take one in hand, move and stretch it, put it down; delete, let go."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter

from sleepscorer.core.event_kinds import kind_of_text
from sleepscorer.core.events import Event
from sleepscorer.gui.look.theme import Theme
from sleepscorer.gui.traces.event_spans import LANE_PX, channel_label, row_of
from sleepscorer.gui.traces.range_tools import MarkTool
from sleepscorer.gui.traces.select_tool import SelectTool
from sleepscorer.gui.traces.tools import (
    SHORTEST_EVENT_S,
    TIME_DECIMALS,
    Surface,
    event_note,
    paint_band,
    paint_note,
)

HELD = "Arrows move it, Shift+arrows stretch it, Ctrl for seconds, Enter puts it, Esc lets go."
"""What can be done with an event in hand."""

_STEP_S, _LARGE_STEP_S = 0.1, 1.0
_SIDEWAYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_ROWS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_PUT = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_DELETE = Qt.Key.Key_Delete
_STEP_MODIFIERS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


@dataclass(frozen=True)
class _Held:
    """An event in hand: what it was in the session (None: not there yet), what it would be."""

    old: Event | None
    new: Event
    row: int | None


class EventKeys:
    """What keys do to the events on the traces.

    An event in hand is changed on the screen only; putting it down is one edit. Del is a key of the
    window, except that it deletes what is in hand.

    Parameters
    ----------
    surface
        The traces: their tool says what is marked, their selected event is what is deleted.
    """

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self._held: _Held | None = None

    @property
    def is_holding(self) -> bool:
        """True while an event is in hand."""
        return self._held is not None

    def hold(self, near_s: float) -> bool:
        """Take an event in hand: a new one around a time while marking, else the selected one.

        With one in hand already, put it down. Return False if there is none to take.
        """
        surface, event = self._surface, self._surface.selected_event
        if self._held is not None:
            self._put()
        elif isinstance(surface.tool, MarkTool) and surface.grid.n_rows:
            row = self._row_for(surface.tool.text)
            self._held = _Held(None, self._marked(surface.tool.text, near_s, row), row)
        elif event is not None and surface.is_own(event):
            self._held = _Held(event, event, row_of(event, surface.traces))
        surface.update()
        return self._held is not None

    def give(self, text: str) -> bool:
        """Let what stands ready be this: a stretch, or the event chosen or in hand.

        A stretch becomes an event, an event of the session gets these words, and of the recording
        it is said why it can't. Return False where nothing stands ready, or marking has begun.
        """
        surface, held, chosen = self._surface, self._held, self._surface.selected_event
        if not isinstance(surface.tool, SelectTool):
            return False
        stretched = surface.tool.stretch.event(text)
        if held is not None:
            self._held = replace(held, new=_as_kind(held.new, text))
        elif stretched is not None:
            surface.tool.cancel()
            surface.change_event(None, stretched)
        elif chosen is None:
            return False
        elif surface.is_own(chosen):
            surface.change_event(chosen, _as_kind(chosen, text))
        else:
            surface.refuse_change(chosen)
        surface.update()
        return True

    def remark(self, text: str) -> bool:
        """Put these words over the stretch, or over the event chosen, as an event of their own.

        Return False where there is neither.
        """
        surface, chosen = self._surface, self._surface.selected_event
        if not isinstance(surface.tool, SelectTool) or self._held is not None:
            return False
        remark = surface.tool.stretch.event(text)
        if remark is None and chosen is not None:
            remark = replace(chosen, text=text)
        surface.tool.cancel()
        if remark is not None:
            surface.change_event(None, remark)
        return remark is not None

    def put_at(self, text: str, onset_s: float, row: int) -> None:
        """Mark an event of usual length that begins at a time of a row."""
        kind = kind_of_text(text)
        duration_s = None if kind is None else kind.duration_s
        event = self._placed(text, onset_s, duration_s, row)
        self._surface.change_event(None, event)

    def let_go(self) -> None:
        """Leave the event in hand as it was."""
        self._held = None
        self._surface.update()

    def claims(self, event: QKeyEvent) -> bool:
        """True for keys that concern an event now and are not the window's therefore."""
        key = Qt.Key(event.key())
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if self._held is not None and key in _SIDEWAYS:
            return not modifiers & ~_STEP_MODIFIERS
        if modifiers:
            return False
        if self._held is not None and (key in _ROWS or key in _PUT or key == _DELETE):
            return True
        selected = self._surface.selected_event
        if key == Qt.Key.Key_Escape:
            tool = self._surface.tool
            # While marking and measuring, Esc is the window's, which ends that.
            is_selecting = isinstance(tool, SelectTool) and (tool.is_busy or selected is not None)
            return self._held is not None or is_selecting
        return False

    def press(self, event: QKeyEvent) -> None:
        """Do what a key that is claimed stands for."""
        key, held = Qt.Key(event.key()), self._held
        if held is not None and key in _SIDEWAYS:
            self._held = self._stepped(held, _SIDEWAYS[key], event.modifiers())
        elif held is not None and key in _ROWS:
            self._held = self._on_row(held, _ROWS[key])
        elif key in _PUT:
            self._put()
        elif held is not None and (held.old is None or key == Qt.Key.Key_Escape):
            # One that is not in the session yet is gone once it is let go.
            self._held = None
            self._surface.say("")
        elif key == _DELETE:
            self._held = None
            self._surface.delete_selected()
        elif self._surface.tool.is_busy:
            self._surface.tool.cancel()
        else:
            self._surface.select_event(None)
        self._surface.update()

    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Draw the event in hand where it would be put."""
        if self._held is None:
            return
        event, axis, grid = self._held.new, self._surface.axis, self._surface.grid
        row = self._held.row
        top, height = (
            (grid.top_px, LANE_PX) if row is None else (grid.row_top_px(row), grid.height_px)
        )
        width = max((event.duration_s or 0.0) * axis.px_per_s, 2.0)
        rect = QRectF(axis.x_px(event.onset_s), top, width, height)
        paint_band(painter, rect, theme.event_colour(event.text))
        paint_note(painter, theme, rect, event_note(event))

    def _row_for(self, text: str) -> int:
        kinds = [trace.channel.kind for trace in self._surface.traces]
        kind = kind_of_text(text)
        return kinds.index(kind.seen_on) if kind is not None and kind.seen_on in kinds else 0

    def _marked(self, text: str, near_s: float, row: int) -> Event:
        kind = kind_of_text(text)
        duration_s = None if kind is None else kind.duration_s
        return self._placed(text, near_s - (duration_s or 0.0) / 2, duration_s, row)

    def _placed(self, text: str, onset_s: float, duration_s: float | None, row: int) -> Event:
        """An event that lies within the recording."""
        end_s = max(self._surface.duration_s - (duration_s or 0.0), 0.0)
        onset_s = min(max(onset_s, 0.0), end_s)
        channel = channel_label(self._surface.traces[row])
        return Event(round(onset_s, TIME_DECIMALS), duration_s, text, channel)

    def _stepped(self, held: _Held, sign: int, modifiers: Qt.KeyboardModifier) -> _Held:
        is_large = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        step_s = sign * (_LARGE_STEP_S if is_large else _STEP_S)
        event, end_s = held.new, self._surface.duration_s
        duration_s = event.duration_s or 0.0
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            stretched_s = max(min(duration_s + step_s, end_s - event.onset_s), SHORTEST_EVENT_S)
            new = replace(event, duration_s=round(stretched_s, TIME_DECIMALS))
        else:
            # Not off the page: what is not seen is not placed.
            low_s, high_s = max(self._surface.axis.start_s, 0.0), self._surface.axis.stop_s
            high_s = max(min(high_s, end_s) - duration_s, low_s)
            onset_s = min(max(event.onset_s + step_s, low_s), high_s)
            new = replace(event, onset_s=round(onset_s, TIME_DECIMALS))
        return replace(held, new=new)

    def _on_row(self, held: _Held, step: int) -> _Held:
        last = self._surface.grid.n_rows - 1
        row = min(max((-1 if held.row is None else held.row) + step, 0), last)
        channel = channel_label(self._surface.traces[row])
        return replace(held, new=replace(held.new, channel=channel), row=row)

    def _put(self) -> None:
        held, self._held = self._held, None
        if held is not None and held.new != held.old:
            self._surface.change_event(held.old, held.new)


def _as_kind(event: Event, text: str) -> Event:
    """The same stretch as another kind; what had no duration gets the usual one."""
    kind = kind_of_text(text)
    if event.duration_s is None and kind is not None:
        return replace(event, text=text, duration_s=kind.duration_s)
    return replace(event, text=text)
