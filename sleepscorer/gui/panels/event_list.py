"""The list of events as it answers keys: rows, the cell to edit, and never a lost focus."""

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QApplication,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from sleepscorer.gui.look.own_keys import claims, is_plain, modifiers_of
from sleepscorer.gui.look.row_list import as_row_list
from sleepscorer.gui.panels.event_table import CLOCK, EDITABLE, EventTable

_Index = QModelIndex | QPersistentModelIndex
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_SIDEWAYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_ROWS = (
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
)
_OWN_KEYS = frozenset({*_ROWS, *_SIDEWAYS, Qt.Key.Key_Delete, Qt.Key.Key_F2})
_STEPS = {
    QAbstractItemDelegate.EndEditHint.EditNextItem: 1,
    QAbstractItemDelegate.EndEditHint.EditPreviousItem: -1,
}


class _CellFrame(QStyledItemDelegate):
    """Frames the cell that F2 would edit."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        super().paint(painter, option, index)
        state = option.state
        wanted = QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_Selected
        if state & wanted == wanted and index.column() in EDITABLE:
            painter.save()
            painter.setPen(option.palette.color(QPalette.ColorRole.Accent))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
            painter.restore()


class EventList(QTableView):
    """Shows an :class:`EventTable`.

    The keys that move, F2 and Del act on the list while it has the focus; all others are the
    window's. Tab goes round the cells of a row that can be edited: a digit typed after the last
    one would score an epoch.

    Signals
    -------
    opened
        Enter was pressed on a row.
    delete_asked
        Del was pressed.
    edit_refused
        F2 was pressed on a row that can't be edited.
    left
        The focus went elsewhere.
    """

    opened = Signal()
    delete_asked = Signal()
    edit_refused = Signal()
    left = Signal()

    def __init__(self, table: EventTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._was_refused = False
        self.setModel(table)
        self.setItemDelegate(_CellFrame(self))
        as_row_list(self, spare_px=6)
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        self.setShowGrid(False)
        table.misunderstood.connect(self._on_refused)
        table.modelAboutToBeReset.connect(self._keep_focus)

    @property
    def chosen_row(self) -> int | None:
        """The row chosen in the list."""
        rows = self.selectionModel().selectedRows()
        return rows[0].row() if rows else None

    @property
    def holds_focus(self) -> bool:
        """True while the list, or the box of one of its cells, has the focus."""
        focus = QApplication.focusWidget()
        return focus is not None and (focus is self or self.isAncestorOf(focus))

    def choose_row(self, row: int) -> None:
        """Choose a row and bring it into sight."""
        if row != self.chosen_row:
            self.setCurrentIndex(self.model().index(row, CLOCK))
        self.scrollTo(self.model().index(row, CLOCK))

    def show_place(self, row: int) -> None:
        """Choose no row, and bring this one into sight; the Down key chooses it."""
        self.clearSelection()
        model = self.model()
        self.selectionModel().setCurrentIndex(
            model.index(row - 1, CLOCK), self.selectionModel().SelectionFlag.NoUpdate
        )
        nearest = model.index(min(row, model.rowCount() - 1), CLOCK)
        self.scrollTo(nearest, QAbstractItemView.ScrollHint.PositionAtCenter)

    def event(self, event: QEvent) -> bool:
        """Claim the list's own keys before the window takes them as shortcuts."""
        return claims(event, self._is_own) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102
        if not self.hasFocus():
            # Of the box of a cell, which has no use for it: the row must not change under it.
            return
        key = Qt.Key(event.key())
        if modifiers_of(event):
            super().keyPressEvent(event)
        elif key in _ENTER:
            self.opened.emit()
        elif key == Qt.Key.Key_Delete:
            self.delete_asked.emit()
        elif key == Qt.Key.Key_F2:
            self._edit()
        elif key in _SIDEWAYS:
            self._choose_column(_SIDEWAYS[key])
        elif key in _ROWS:
            self._move(key)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802, D102
        super().focusOutEvent(event)
        self._tell_if_left()

    def closeEditor(  # noqa: N802, D102
        self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint
    ) -> None:
        step = _STEPS.get(hint)
        if step is None:
            super().closeEditor(editor, hint)
            self._tell_if_left()
            return
        super().closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)
        index = self.currentIndex()
        # What was refused is to be mended first.
        column = index.column() if self._was_refused else _next_column(index.column(), step)
        self.setCurrentIndex(index.siblingAtColumn(column))
        self._edit()

    def _is_own(self, event: QKeyEvent) -> bool:
        if event.key() in _SIDEWAYS and self.chosen_row is None:
            # Without a row there is no cell to choose: the window goes to another epoch.
            return False
        return is_plain(event, _OWN_KEYS)

    def _edit(self) -> None:
        index = self.currentIndex()
        if self.chosen_row is None or not index.isValid():
            return
        if index.column() not in EDITABLE:
            index = index.siblingAtColumn(CLOCK)
            self.setCurrentIndex(index)
        if index.flags() & Qt.ItemFlag.ItemIsEditable:
            self._was_refused = False
            self.edit(index)
        else:
            self.edit_refused.emit()

    def _choose_column(self, step: int) -> None:
        index = self.currentIndex()
        if self.chosen_row is None or not index.isValid():
            return
        column = index.column() + step
        if index.column() not in EDITABLE:
            column = CLOCK
        if column in EDITABLE:
            self.setCurrentIndex(index.siblingAtColumn(column))

    def _move(self, key: Qt.Key) -> None:
        n_rows = self.model().rowCount()
        if not n_rows:
            return
        n_seen = max(self.viewport().height() // max(self.rowHeight(0), 1) - 1, 1)
        chosen, here = self.chosen_row, self.currentIndex().row()
        # Without a row chosen the place is between two rows.
        above = here + 1 if chosen is None else chosen
        row = {
            Qt.Key.Key_Up: above - 1,
            Qt.Key.Key_Down: here + 1,
            Qt.Key.Key_PageUp: above - n_seen,
            Qt.Key.Key_PageDown: here + n_seen,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: n_rows - 1,
        }[key]
        self.choose_row(min(max(row, 0), n_rows - 1))

    def _on_refused(self, _sentence: str) -> None:
        self._was_refused = True

    def _tell_if_left(self) -> None:
        if not self.holds_focus:
            self.left.emit()

    def _keep_focus(self) -> None:
        """Take the focus from the box of a cell that is about to go: it would fall anywhere."""
        if self.holds_focus:
            self.setFocus()


def _next_column(column: int, step: int) -> int:
    """The cell that follows in a row, round and round."""
    at = EDITABLE.index(column) if column in EDITABLE else 0
    return EDITABLE[(at + step) % len(EDITABLE)]
