"""A table to read: rows of texts, walked through by the arrow keys."""

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from sleepscorer.core.wording import one_line
from sleepscorer.gui.look.appearance import described, plain_tip
from sleepscorer.gui.look.row_list import as_row_list

_LEAST_ROWS = 3


class ReadOnlyTable(QTableWidget):
    """Texts that nobody changes here; what has no room is in the tooltip.

    Parameters
    ----------
    name
        For screen readers.
    heads
        Of the columns.
    wide
        The column that gets the room that is left.
    """

    def __init__(
        self, name: str, heads: Sequence[str], *, wide: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(0, len(heads), parent)
        self.setHorizontalHeaderLabels(list(heads))
        described(self, name, name)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        as_row_list(self, spare_px=8)
        row_px = self.verticalHeader().defaultSectionSize()
        self.setMinimumHeight((_LEAST_ROWS + 1) * row_px + 4)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(wide, QHeaderView.ResizeMode.Stretch)

    def show_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Show these, in place of those before."""
        self.setRowCount(len(rows))
        for at, row in enumerate(rows):
            for column, text in enumerate(row):
                item = QTableWidgetItem(one_line(text))
                item.setToolTip(plain_tip(text))
                self.setItem(at, column, item)
        if rows:
            self.setCurrentCell(0, 0)

    def texts(self) -> list[list[str]]:
        """All that is shown, row by row."""
        items = (
            [self.item(row, column) for column in range(self.columnCount())]
            for row in range(self.rowCount())
        )
        return [["" if item is None else item.text() for item in row] for row in items]
