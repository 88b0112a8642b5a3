"""A confusion matrix whose cells lead to their epochs."""

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from sleepscorer.core.agreement import Agreement
from sleepscorer.core.stages import STAGES
from sleepscorer.core.wording import counted
from sleepscorer.gui.look.appearance import described
from sleepscorer.gui.look.own_keys import claims, is_plain
from sleepscorer.gui.look.theme import Theme

_OWN_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right)


class ConfusionTable(QTableWidget):
    """Rows are one scoring's stages, columns the other's; Enter goes through a cell's epochs.

    Signals
    -------
    cell_opened
        Stage of the row and of the column.
    """

    cell_opened = Signal(object, object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(len(STAGES), len(STAGES), parent)
        self._theme = theme
        described(self, "Confusion matrix", "Arrows choose a cell, Enter turns to its next epoch")
        names = [stage.text for stage in STAGES]
        self.setHorizontalHeaderLabels(names)
        self.setVerticalHeaderLabels(names)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setHighlightSections(False)
            header.setSectionsClickable(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        row_px = self.fontMetrics().height() + 8
        self.verticalHeader().setDefaultSectionSize(row_px)
        self.setFixedHeight(row_px * len(STAGES) + self.horizontalHeader().sizeHint().height() + 4)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.activated.connect(self._on_opened)

    def show_agreement(self, found: Agreement | None, rows: str, columns: str) -> None:
        """Show the counts of two scorings; nothing where they have no epoch in common.

        Parameters
        ----------
        found
            How they agree.
        rows, columns
            What the two are called.
        """
        for row, stage in enumerate(STAGES):
            for column, other in enumerate(STAGES):
                n = None if found is None else found.confusion[row][column]
                item = QTableWidgetItem("" if n is None else str(n))
                item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
                if n and row != column:
                    item.setForeground(QColor(self._theme.error))
                elif not n:
                    item.setForeground(QColor(self._theme.faint_text))
                item.setToolTip(
                    f"{counted(n or 0, 'epoch')}: {stage.text} by {rows}, {other.text} by {columns}"
                )
                self.setItem(row, column, item)

    def event(self, event: QEvent) -> bool:
        """Claim the arrows before the window takes them to turn to another epoch."""
        return claims(event, lambda key: is_plain(key, _OWN_KEYS)) or super().event(event)

    @Slot()
    def _on_opened(self) -> None:
        row, column = self.currentRow(), self.currentColumn()
        if row >= 0 and column >= 0:
            self.cell_opened.emit(STAGES[row], STAGES[column])
