"""Lists the recordings of a folder to choose one."""

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.core.wording import counted
from sleepscorer.files.folder import FoundRecording
from sleepscorer.gui.look.appearance import described


class RecordingsDialog(QDialog):
    """Name, size and state of every recording; Enter opens the chosen one."""

    def __init__(
        self, folder: Path, found: tuple[FoundRecording, ...], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Recordings in a folder")
        self.resize(760, 480)
        self._found = found
        self._table = QTableWidget(len(found), 3)
        described(self._table, "Recordings", "Enter opens the chosen recording")
        self._table.setHorizontalHeaderLabels(["Recording", "MB", "Scoring"])
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._table.setTabKeyNavigation(False)
        self._table.verticalHeader().hide()
        self._table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for row, one in enumerate(found):
            size = QTableWidgetItem(f"{one.size_bytes / 1e6:.0f}")
            size.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._table.setItem(row, 0, QTableWidgetItem(one.path.name))
            self._table.setItem(row, 1, size)
            self._table.setItem(row, 2, QTableWidgetItem(one.scoring))
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        buttons.button(QDialogButtonBox.StandardButton.Open).setEnabled(bool(found))
        self._table.cellDoubleClicked.connect(self._on_double_clicked)
        layout = QVBoxLayout(self)
        layout.addWidget(QLabel(f"{counted(len(found), 'recording')} in {folder}"))
        layout.addWidget(self._table)
        layout.addWidget(buttons)
        if found:
            self._table.selectRow(0)
            self._table.setFocus()

    @property
    def chosen(self) -> Path | None:
        """The chosen recording."""
        row = self._table.currentRow()
        return self._found[row].path if 0 <= row < len(self._found) else None

    @Slot()
    def _on_double_clicked(self) -> None:
        self.accept()
