"""The table of the recordings of a folder: what is known of each, and how they are ordered."""

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from sleepscorer.core.wording import one_line
from sleepscorer.files.folder import FoundRecording
from sleepscorer.gui.look.appearance import plain_tip
from sleepscorer.session_documents.night_summary import NightState, NightSummary

_Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Recording", "Date", "Length", "State", "Scorer")
"""What the table tells."""
NAME, DATE, LENGTH, STATE, SCORER = range(len(COLUMNS))
"""Its columns."""

SORT_ROLE = Qt.ItemDataRole.UserRole
"""Of what a column is ordered by: least first."""

_NIGHTS_BY_STATE = {state: place for place, state in enumerate(NightState)}


class FoundNights(QAbstractTableModel):
    """A recording a row, by name; what is known of it comes later."""

    def __init__(self, found: Sequence[FoundRecording], parent: QObject) -> None:
        super().__init__(parent)
        self._found = tuple(found)
        self._rows = {one.path: row for row, one in enumerate(self._found)}
        self._known: dict[Path, NightSummary] = {}

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008 - as Qt has it
        """One a recording."""
        return 0 if parent.isValid() else len(self._found)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Those of :data:`COLUMNS`."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(  # noqa: N802 - a name of Qt
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Name the columns."""
        is_name = role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal
        return COLUMNS[section] if is_name else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Texts, and what orders them."""
        if not index.isValid():
            return None
        found = self._found[index.row()]
        known = self._known.get(found.path)
        if role == Qt.ItemDataRole.DisplayRole:
            return _texts(found, known)[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(_texts(found, known)[index.column()]) or None
        if role == SORT_ROLE:
            return _ranks(found, known)[index.column()]
        return None

    def path_at(self, index: _Index) -> Path | None:
        """Return the recording of a row; None where there is none."""
        return self._found[index.row()].path if index.isValid() else None

    def tell(self, path: Path, summary: NightSummary) -> None:
        """Take in what is known of a recording."""
        row = self._rows.get(path)
        if row is not None:
            self._known[path] = summary
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))


def _texts(found: FoundRecording, known: NightSummary | None) -> tuple[str, ...]:
    name = one_line(found.path.name)
    if known is None:
        return (name, "", "", found.scoring, "")
    state = known.state_text
    if known.problem:
        state += f": {one_line(known.problem)}"
    if known.state is NightState.NOT_SCORED and found.scoring:
        state += f" ({found.scoring} beside)"
    return (name, known.date_text, known.length_text, state, one_line(known.scorer))


def _ranks(found: FoundRecording, known: NightSummary | None) -> tuple[float | str, ...]:
    """Return what each column is ordered by; what is not known comes last."""
    name, last, last_name = found.path.name.casefold(), float("inf"), "\U0010ffff"
    if known is None:
        return (name, last, last, last, last_name)
    newest_first = last
    if known.start is not None:
        newest_first = -known.start.replace(tzinfo=UTC).timestamp()
    done = known.n_done / known.n_total if known.n_total else 0.0
    return (
        name,
        newest_first,
        last if known.duration_s is None else known.duration_s,
        _NIGHTS_BY_STATE[known.state] + min(done, 0.999),
        known.scorer.casefold() or last_name,
    )
