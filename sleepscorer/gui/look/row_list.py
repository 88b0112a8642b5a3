"""Tables that are lists: a row is chosen, the arrows walk it, Tab leaves it."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QTableView


def as_row_list(table: QTableView, *, spare_px: int) -> None:
    """Let a table be read and walked as a list of rows.

    Parameters
    ----------
    table
        With its model or without.
    spare_px
        By which a row is higher than its text.
    """
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setTabKeyNavigation(False)
    table.setWordWrap(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + spare_px)


def heading(
    section: int,
    orientation: Qt.Orientation,
    role: int,
    *,
    names: Sequence[str],
    tips: Sequence[str],
) -> Any:
    """What a model says of the head of a column: its name and its tooltip."""
    if orientation == Qt.Orientation.Horizontal:
        if role == Qt.ItemDataRole.DisplayRole:
            return names[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return tips[section]
    return None
