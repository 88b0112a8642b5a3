"""The events of the night as a table: those marked can be edited, those of the file only read."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont

from sleepscorer.core.edits import Change
from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.event_doubts import event_warnings
from sleepscorer.core.events import Event
from sleepscorer.gui.look.appearance import plain_tip
from sleepscorer.gui.look.row_list import heading
from sleepscorer.gui.look.theme import Theme
from sleepscorer.gui.session_model import SessionModel

COLUMNS = ("Clock", "s", "Event", "Channel", "Flag")
CLOCK, DURATION, TEXT, CHANNEL, FLAG = range(len(COLUMNS))
EDITABLE = (CLOCK, DURATION, TEXT)
"""The cells of an own event that can be edited."""
SCORED_HERE, FROM_FILE = "scored here", "from the file"
"""Origins of events, in words."""

# Beyond this many rows that come and go it is faster to begin anew.
_MOST_STEPS = 50
_TOOLTIPS = (
    "Onset: a clock time, or seconds from the start",
    "Duration, seconds; empty for none",
    "What kind it is: other words make it a comment",
    "The signal it belongs to; empty for the whole recording",
    "file: of the recording, read only; ! something is doubtful",
)

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


@dataclass(frozen=True)
class EventRow:
    """One row.

    Parameters
    ----------
    event
        What happened.
    is_own
        It was marked or imported in this session, and can be edited.
    warnings
        What is doubtful about it.
    """

    event: Event
    is_own: bool
    warnings: tuple[str, ...] = ()

    @property
    def flag(self) -> str:
        """A short mark for the table: one exclamation mark for each doubt."""
        return "!" * len(self.warnings) if self.is_own else "file"

    @property
    def explanation(self) -> str:
        """The event's words and channel, and the flag in sentences."""
        origin = (
            "" if self.is_own else "Annotation of the recording, as stored; it can't be edited."
        )
        doubts = [f"Doubtful: {warning}." for warning in self.warnings]
        what = self.event.text + (f" on {self.event.channel}" if self.event.channel else "")
        return "\n".join(filter(None, [what, origin, *doubts]))


class EventTable(QAbstractTableModel):
    """Events in order of onset, less those that a filter hides.

    Rows come, go and move one by one, so that the one chosen stays chosen and the cell being
    edited stays open.

    Signals
    -------
    misunderstood
        What was typed makes no sense; the sentence for people.
    """

    misunderstood = Signal(str)

    def __init__(self, model: SessionModel, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model, self._theme = model, theme
        self._filter = ""
        self._origin = ""
        self._edited: set[Event] = set()
        self._rows: list[EventRow] = []
        self.update_rows()

    @property
    def rows(self) -> tuple[EventRow, ...]:
        """The rows shown."""
        return tuple(self._rows)

    def set_theme(self, theme: Theme) -> None:
        """Show the families of events in other colours."""
        self._theme = theme
        last = self.index(len(self._rows) - 1, TEXT)
        self.dataChanged.emit(self.index(0, TEXT), last, [Qt.ItemDataRole.DecorationRole])

    def set_filter(self, text: str) -> None:
        """Show only events whose words or channel contain this, whatever its case."""
        self._filter = text.strip().casefold()
        self._edited.clear()
        self.update_rows()

    def set_origin(self, origin: str) -> None:
        """Show only events of this origin (SCORED_HERE, FROM_FILE), or ``""`` for all."""
        self._origin = origin
        self._edited.clear()
        self.update_rows()

    def row_of(self, event: Event) -> int | None:
        """The row of an event, if it is shown."""
        return next((i for i, row in enumerate(self._rows) if row.event == event), None)

    def row_at(self, time_s: float) -> int:
        """The first row at this time or later."""
        return bisect_left(self._rows, time_s, key=lambda row: row.event.onset_s)

    def follow(self, change: Change) -> None:
        """Take over an edit of events; one that was moved or renamed keeps its row's place."""
        if len(change.events_removed) == len(change.events_added) == 1:
            self._replace(change.events_removed[0], change.events_added[0])
        self.update_rows()

    def update_rows(self) -> None:
        """Take the events from the session."""
        state = self._model.session.state
        hypnogram = state.hypnogram
        rows = [EventRow(event, True, event_warnings(event, hypnogram)) for event in state.events]
        rows += [EventRow(event, False) for event in self._model.annotations]
        rows = sorted((row for row in rows if self._is_wanted(row)), key=_place)
        if rows != self._rows and not self._step_to(rows):
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def _is_wanted(self, row: EventRow) -> bool:
        if row.is_own and row.event in self._edited:
            # What was just edited must not vanish from under the hand.
            return True
        origin = SCORED_HERE if row.is_own else FROM_FILE
        words = f"{row.event.text} {row.event.channel or ''}".casefold()
        return self._origin in ("", origin) and self._filter in words

    def _replace(self, old: Event, new: Event) -> None:
        at = next((i for i, row in enumerate(self._rows) if row.is_own and row.event == old), None)
        if at is None:
            return
        self._edited.add(new)
        row = EventRow(new, True)
        others = self._rows[:at] + self._rows[at + 1 :]
        to = bisect_right(others, _place(row), key=_place)
        if to == at:
            self._rows[at] = row
        else:
            # Qt counts the place before the row has left its own.
            self.beginMoveRows(_ROOT, at, at, _ROOT, to + 1 if to > at else to)
            self._rows = [*others[:to], row, *others[to:]]
            self.endMoveRows()
        self.dataChanged.emit(self.index(to, 0), self.index(to, len(COLUMNS) - 1))

    def _step_to(self, rows: list[EventRow]) -> bool:
        """Come to these rows step by step; return False where that would take too many."""
        old, new = {_key(row) for row in self._rows}, {_key(row) for row in rows}
        if len(old ^ new) > _MOST_STEPS:
            return False
        for i in reversed(range(len(self._rows))):
            if _key(self._rows[i]) not in new:
                self.beginRemoveRows(_ROOT, i, i)
                del self._rows[i]
                self.endRemoveRows()
        for i, row in enumerate(rows):
            if _key(row) not in old:
                self.beginInsertRows(_ROOT, i, i)
                self._rows.insert(i, row)
                self.endInsertRows()
        if [_key(row) for row in self._rows] != [_key(row) for row in rows]:
            return False
        for i, row in enumerate(rows):
            if row != self._rows[i]:
                self._rows[i] = row
                # Only this cell: the box of another, being edited, would lose what was typed.
                self.dataChanged.emit(self.index(i, FLAG), self.index(i, FLAG))
        return True

    def rowCount(self, parent: Index = _ROOT) -> int:  # noqa: N802, D102
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:  # noqa: N802, D102
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(  # noqa: N802, D102
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        return heading(section, orientation, role, names=COLUMNS, tips=_TOOLTIPS)

    def flags(self, index: Index) -> Qt.ItemFlag:  # noqa: D102
        flags = super().flags(index)
        row = self._rows[index.row()]
        if row.is_own and index.column() in EDITABLE and self._model.is_editable:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: D102
        row = self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return self._text(row, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(row.explanation)
        if role == Qt.ItemDataRole.DecorationRole and index.column() == TEXT:
            return QColor(self._theme.event_colour(row.event.text))
        if role == Qt.ItemDataRole.FontRole and not row.is_own:
            font = QFont()
            font.setItalic(True)
            return font
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == DURATION:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _text(self, row: EventRow, column: int) -> str:
        event = row.event
        if column == CLOCK:
            return self._model.clock_text(event.onset_s, tenths=True)
        if column == DURATION:
            return "" if event.duration_s is None else f"{event.duration_s:.1f}"
        return (event.text, event.channel or "", row.flag)[column - TEXT]

    def setData(  # noqa: N802, D102
        self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        row, text = self._rows[index.row()], str(value).strip()
        # An untouched box must not round the onset to the tenth of a second that it shows.
        if role != Qt.ItemDataRole.EditRole or text == self._text(row, index.column()):
            return False
        try:
            changed = self._changed(row.event, index.column(), text)
        except SleepScorerError as error:
            self.misunderstood.emit(f"{error}.")
            return False
        return changed is not None and self._model.replace_event(row.event, changed)

    def _changed(self, event: Event, column: int, text: str) -> Event | None:
        if column == CLOCK:
            return replace(event, onset_s=self._model.time_of(text))
        if column == DURATION:
            return self._with_duration(event, text)
        if not text:
            self.misunderstood.emit("An event needs words; Delete removes it.")
            return None
        return replace(event, text=text)

    def _with_duration(self, event: Event, text: str) -> Event | None:
        if not text:
            return replace(event, duration_s=None)
        try:
            duration_s = float(text.replace(",", "."))
        except ValueError:
            duration_s = -1.0
        if not 0 <= duration_s <= self._model.recording.duration_s - event.onset_s:
            self.misunderstood.emit(
                f"{text} is no duration in seconds that ends within the recording."
            )
            return None
        return replace(event, duration_s=duration_s)


def _place(row: EventRow) -> tuple[float, bool]:
    return row.event.onset_s, not row.is_own


def _key(row: EventRow) -> tuple[Event, bool]:
    return row.event, row.is_own
