"""The events of the night as a table: those marked can be edited, those of the file only read."""

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
from PySide6.QtGui import QFont

from sleepscorer.core.arousals import arousal_warnings
from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.events import Event
from sleepscorer.gui.session_model import SessionModel

COLUMNS = ("Clock", "s", "Event", "Channel", "Note")
CLOCK, DURATION, TEXT, CHANNEL, NOTE = range(len(COLUMNS))
_EDITABLE = (CLOCK, DURATION, TEXT)
_TOOLTIPS = (
    "Onset: a clock time, or seconds from the start",
    "Duration, seconds; empty for none",
    "The event in its own words",
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
    def note(self) -> str:
        """A short mark for the table: one exclamation mark for each doubt."""
        return "!" * len(self.warnings) if self.is_own else "file"

    @property
    def explanation(self) -> str:
        """The event's words and channel, and the note in sentences."""
        origin = (
            "" if self.is_own else "Annotation of the recording, as stored; it can't be edited."
        )
        doubts = [f"Doubtful: {warning}." for warning in self.warnings]
        what = self.event.text + (f" on {self.event.channel}" if self.event.channel else "")
        return "\n".join(filter(None, [what, origin, *doubts]))


class EventTable(QAbstractTableModel):
    """Events in order of onset, less those that a filter hides.

    Signals
    -------
    misunderstood
        What was typed makes no sense; the sentence for people.
    """

    misunderstood = Signal(str)

    def __init__(self, model: SessionModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._filter = ""
        self._rows: list[EventRow] = []
        self.update_rows()

    @property
    def rows(self) -> tuple[EventRow, ...]:
        """The rows shown."""
        return tuple(self._rows)

    def set_filter(self, text: str) -> None:
        """Show only events whose words, channel or note contain this, whatever its case."""
        self._filter = text.strip().casefold()
        self.update_rows()

    def update_rows(self) -> None:
        """Take the events from the session."""
        state = self._model.session.state
        hypnogram = state.hypnogram
        rows = [EventRow(event, True, arousal_warnings(event, hypnogram)) for event in state.events]
        rows += [EventRow(event, False) for event in self._model.recording.events]
        rows = [row for row in rows if self._is_wanted(row)]
        rows.sort(key=lambda row: (row.event.onset_s, not row.is_own))
        if rows == self._rows:
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def _is_wanted(self, row: EventRow) -> bool:
        words = f"{row.event.text} {row.event.channel or ''} {row.note}".casefold()
        return self._filter in words

    def rowCount(self, parent: Index = _ROOT) -> int:  # noqa: N802, D102
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:  # noqa: N802, D102
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(  # noqa: N802, D102
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return COLUMNS[section]
            if role == Qt.ItemDataRole.ToolTipRole:
                return _TOOLTIPS[section]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:  # noqa: D102
        flags = super().flags(index)
        row = self._rows[index.row()]
        if row.is_own and index.column() in _EDITABLE and not self._model.session.read_only:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: D102
        row = self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return self._text(row, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.explanation
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
            return self._model.clock_text(event.onset_s)
        if column == DURATION:
            return "" if event.duration_s is None else f"{event.duration_s:.1f}".removesuffix(".0")
        return (event.text, event.channel or "", row.note)[column - TEXT]

    def setData(  # noqa: N802, D102
        self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        row, text = self._rows[index.row()], str(value).strip()
        # An untouched box must not round the onset to the whole second that it shows.
        if role != Qt.ItemDataRole.EditRole or text == self._text(row, index.column()):
            return False
        try:
            changed = self._changed(row.event, index.column(), text)
        except SleepScorerError as error:
            self.misunderstood.emit(str(error))
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
                f"{text!r} is no duration in seconds that ends within the recording."
            )
            return None
        return replace(event, duration_s=duration_s)
