"""Lists the recordings of a folder to choose one."""

from pathlib import Path

from PySide6.QtCore import QSortFilterProxyModel, Qt, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.core.wording import counted
from sleepscorer.files.folder import FoundRecording
from sleepscorer.gui.dialogs.found_nights import (
    DATE,
    LENGTH,
    NAME,
    SCORER,
    SORT_ROLE,
    STATE,
    FoundNights,
)
from sleepscorer.gui.jobs.night_facts import NightFacts
from sleepscorer.gui.look.appearance import described
from sleepscorer.gui.look.row_list import as_row_list

_ORDERS = {
    NAME: "Name",
    DATE: "Date, newest first",
    LENGTH: "Length, shortest first",
    STATE: "State, least done first",
    SCORER: "Scorer",
}
_WIDEST = {
    DATE: "2024-03-01 22:50",
    LENGTH: "10 h 00 min",
    STATE: "Drafted by machine, 00 of 00 reviewed",
    SCORER: "Somebody",
}


class RecordingsDialog(QDialog):
    """Name, date, length and state of every recording; Enter opens the chosen one.

    What is known of a recording is filled in as it is read.

    Parameters
    ----------
    folder
        Where they lie.
    found
        The recordings by name.
    facts
        What reads the rest; it becomes the dialog's own.
    """

    def __init__(
        self,
        folder: Path,
        found: tuple[FoundRecording, ...],
        facts: NightFacts,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Recordings in a folder")
        self.resize(900, 520)
        facts.setParent(self)
        self._nights = FoundNights(found, self)
        facts.found.connect(self._nights.tell)
        self.finished.connect(facts.drop)
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSortRole(SORT_ROLE)
        self._sorted.setSourceModel(self._nights)
        self._make_table()
        self._order = QComboBox()
        for column, text in _ORDERS.items():
            self._order.addItem(text, column)
        described(self._order, "Order of the recordings", "A click on the head of a column as well")
        self._order.currentIndexChanged.connect(self._sort)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        buttons.button(QDialogButtonBox.StandardButton.Open).setEnabled(bool(found))
        by = QLabel("&Sort by")
        by.setBuddy(self._order)
        where = QLabel(f"{counted(len(found), 'recording')} in {folder}")
        where.setTextFormat(Qt.TextFormat.PlainText)
        where.setWordWrap(True)
        top = QHBoxLayout()
        top.addWidget(where, 1)
        top.addWidget(by)
        top.addWidget(self._order)
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addWidget(self._table)
        layout.addWidget(buttons)
        self._sort()
        if found:
            self._table.selectRow(0)
            self._table.setFocus()
        facts.read(one.path for one in found)

    @property
    def chosen(self) -> Path | None:
        """The chosen recording."""
        return self._nights.path_at(self._sorted.mapToSource(self._table.currentIndex()))

    def _make_table(self) -> None:
        table = self._table = QTableView()
        table.setModel(self._sorted)
        described(table, "Recordings", "Enter opens the chosen recording")
        as_row_list(table, spare_px=8)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column, text in _WIDEST.items():
            table.setColumnWidth(column, self.fontMetrics().horizontalAdvance(text) + 16)
        header.sectionClicked.connect(self._on_header_clicked)
        table.doubleClicked.connect(self._on_double_clicked)

    @Slot()
    def _sort(self) -> None:
        column = self._order.currentData()
        # By name first: equal ones then stand in that order.
        self._sorted.sort(NAME)
        self._sorted.sort(column)
        self._table.horizontalHeader().setSortIndicator(column, Qt.SortOrder.AscendingOrder)
        self._table.scrollTo(self._table.currentIndex())

    @Slot(int)
    def _on_header_clicked(self, column: int) -> None:
        self._order.setCurrentIndex(self._order.findData(column))

    @Slot()
    def _on_double_clicked(self) -> None:
        self.accept()
