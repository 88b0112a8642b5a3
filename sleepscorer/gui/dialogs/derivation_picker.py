"""Chooses among what a recording can show: its signals and the derivations it provides."""

from collections.abc import Collection

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.core.derivation import ResolvedDerivation, resolve
from sleepscorer.core.errors import MontageError
from sleepscorer.core.possible_derivations import AASM_DERIVATIONS, possible_derivations
from sleepscorer.core.recording import Recording
from sleepscorer.gui.look.appearance import described, plain_tip

_COLUMNS = ("Signal or derivation", "From")
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_LIST_TIP = "Shift and Ctrl choose several; Enter adds them"
_TYPED_TIP = "Part of a name; Up and Down choose, Enter adds"


class DerivationPicker(QDialog):
    """Lists what is possible, and last, with the reasons, what of the AASM manual is not.

    Parameters
    ----------
    recording
        What is to be shown.
    shown
        Names of the rows there are already.

    Signals
    -------
    chosen
        A tuple of :class:`~sleepscorer.core.derivation.ResolvedDerivation`.
    """

    chosen = Signal(object)

    def __init__(
        self, recording: Recording, shown: Collection[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Add to the montage")
        self.resize(520, 520)
        self._recording, self._shown = recording, frozenset(shown)
        self._rows: list[ResolvedDerivation | None] = []
        self._search = QLineEdit()
        self._search.setPlaceholderText("type part of a name: C4, M1, SpO2")
        self._search.setClearButtonEnabled(True)
        described(self._search, "Find a signal or derivation", _TYPED_TIP)
        self._table = QTableWidget(0, len(_COLUMNS))
        described(self._table, "Signals and derivations", _LIST_TIP)
        self._message = QLabel()
        self._message.setObjectName("refusal")
        self._message.setWordWrap(True)
        self._lay_out()
        self._fill()
        self._search.textChanged.connect(self._on_search)
        self._table.itemDoubleClicked.connect(self.accept)
        self._on_search("")
        self._search.setFocus()

    @Slot()
    def accept(self) -> None:
        """Tell what was chosen."""
        rows = sorted({index.row() for index in self._table.selectedIndexes()})
        seen = [row for row in rows if not self._table.isRowHidden(row)]
        chosen = tuple(one for row in seen if (one := self._rows[row]) is not None)
        if chosen:
            self.chosen.emit(chosen)
            super().accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - a name of Qt
        """Let Up and Down choose without leaving the box for typing."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None or not self._search.hasFocus():
            super().keyPressEvent(event)
            return
        found = self._found()
        here = self._table.currentRow()
        place = found.index(here) + step if here in found else 0
        if 0 <= place < len(found):
            self._table.selectRow(found[place])

    def _lay_out(self) -> None:
        table = self._table
        table.setHorizontalHeaderLabels(list(_COLUMNS))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 6)
        header = table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._add = buttons.addButton("&Add", QDialogButtonBox.ButtonRole.AcceptRole)
        self._add.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self._search)
        layout.addWidget(table, 1)
        layout.addWidget(self._message)
        layout.addWidget(buttons)

    def _fill(self) -> None:
        possible = possible_derivations(self._recording)
        for one in possible:
            self._append(one.name, self._origin(one), one)
        for name in AASM_DERIVATIONS:
            try:
                resolve(self._recording, name)
            except MontageError as error:
                self._append(name, error.what.partition(": ")[2], None)
        # What is typed and stands not in the list has the last row.
        self._append("", "", None)

    def _origin(self, one: ResolvedDerivation) -> str:
        is_stored = one.name in one.stored_labels
        origin = "stored" if is_stored else one.formula
        return f"{origin}, shown already" if one.name in self._shown else origin

    def _append(self, name: str, origin: str, one: ResolvedDerivation | None) -> None:
        row = self._table.rowCount()
        self._table.insertRow(row)
        self._rows.append(one)
        self._set_row(row, name, origin, one)

    def _set_row(self, row: int, name: str, origin: str, one: ResolvedDerivation | None) -> None:
        self._rows[row] = one
        for column, text in enumerate((name, origin)):
            item = QTableWidgetItem(text)
            item.setToolTip(plain_tip(text))
            if one is None:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            self._table.setItem(row, column, item)

    def _found(self) -> list[int]:
        """The rows that are seen and can be chosen."""
        rows = range(self._table.rowCount())
        return [
            row for row in rows if not self._table.isRowHidden(row) and self._rows[row] is not None
        ]

    @Slot(str)
    def _on_search(self, text: str) -> None:
        """Show what holds all words, or what the text means where nothing does."""
        words, last = text.casefold().split(), self._table.rowCount() - 1
        for row in range(last):
            item = self._table.item(row, 0)
            name = "" if item is None else item.text().casefold()
            self._table.setRowHidden(row, not all(word in name for word in words))
        self._table.setRowHidden(last, True)
        self._message.setText("")
        if not self._found() and text.strip():
            self._show_typed(last, text.strip())
        self._table.clearSelection()
        found = self._found()
        self._add.setEnabled(bool(found))
        if found:
            self._table.selectRow(found[0])

    def _show_typed(self, row: int, text: str) -> None:
        """Another spelling or direction counts too; else say why there is none."""
        try:
            one = resolve(self._recording, text)
        except MontageError as error:
            # A row may say why already.
            if all(self._table.isRowHidden(other) for other in range(row)):
                self._message.setText(error.what)
            return
        self._set_row(row, one.name, self._origin(one), one)
        self._table.setRowHidden(row, False)
