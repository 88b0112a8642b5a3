"""Figures in groups that fold; those of single stages are rows of a table within their group."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from sleepscorer.core.stages import Stage
from sleepscorer.core.statistics import Definition, FigureGroup
from sleepscorer.gui.look.appearance import described, sized
from sleepscorer.gui.look.measures import TextSize
from sleepscorer.gui.look.own_keys import claims
from sleepscorer.gui.look.theme import Theme

_NAME, _FIRST, _SECOND = range(3)
_CHIP_PX, _INDENT_PX, _PADDING_PX = 9, 12, 6
_HEADINGS: Mapping[FigureGroup, tuple[str, str]] = {
    FigureGroup.LATENCIES: ("from\nlights off", "from\nonset"),
    FigureGroup.STAGES: ("in all", "of TST"),
}
"""Of the two columns, where a group has figures of single stages."""
_TOGGLES = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class FigureTree(QTreeWidget):
    """Groups open and close by a click, by Enter and by the space bar.

    Parameters
    ----------
    definitions
        Those of the figures.
    theme
        The colours.

    Signals
    -------
    open_groups_changed
        Names of the groups that are open now, a tuple.
    copy_asked
        The figures are to be copied.
    """

    open_groups_changed = Signal(object)
    copy_asked = Signal()

    def __init__(
        self, definitions: Iterable[Definition], theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._groups: dict[FigureGroup, QTreeWidgetItem] = {}
        self._places: dict[str, tuple[QTreeWidgetItem, int]] = {}
        self._of_stages: dict[tuple[FigureGroup, Stage], QTreeWidgetItem] = {}
        self._headings: list[QTreeWidgetItem] = []
        self._set_up()
        for definition in definitions:
            self._add(definition)
        self.set_theme(theme)
        self.header().sectionResized.connect(self._give_lines)
        self.itemClicked.connect(self._on_clicked)
        self.itemExpanded.connect(self._on_toggled)
        self.itemCollapsed.connect(self._on_toggled)

    def _set_up(self) -> None:
        described(
            self,
            "Sleep statistics",
            "Up and Down choose a figure; Enter opens or closes a group; Ctrl+C copies all figures",
        )
        self.setColumnCount(3)
        self.setHeaderHidden(True)
        self.setIndentation(_INDENT_PX)
        self.setIconSize(QSize(_CHIP_PX, _CHIP_PX))
        self.setExpandsOnDoubleClick(False)
        self.setWordWrap(True)
        self.setTabKeyNavigation(False)
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(20)
        header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
        for column in (_FIRST, _SECOND):
            self.setColumnWidth(
                column, self.fontMetrics().horizontalAdvance("0000.0 min") + _PADDING_PX
            )

    @property
    def keys(self) -> tuple[str, ...]:
        """Those of the figures."""
        return tuple(self._places)

    @property
    def open_groups(self) -> tuple[str, ...]:
        """Names of the groups that are open."""
        return tuple(group.name for group, item in self._groups.items() if item.isExpanded())

    def show_open(self, names: Iterable[str]) -> None:
        """Open these groups and no others."""
        wanted = set(names)
        self.blockSignals(True)
        for group, item in self._groups.items():
            item.setExpanded(group.name in wanted)
        self.blockSignals(False)

    def show_figure(self, key: str, text: str, tip: str) -> None:
        """Show a figure with its unit, and say in the tooltip what it is."""
        item, column = self._places[key]
        if text != item.text(column):
            item.setText(column, text)
        if tip != item.toolTip(column):
            item.setToolTip(column, tip)
            if item.parent() is not None and column == _FIRST:
                item.setToolTip(_NAME, tip)

    def set_theme(self, theme: Theme) -> None:
        """Show the stages in other colours."""
        for (_, stage), item in self._of_stages.items():
            item.setData(_NAME, Qt.ItemDataRole.DecorationRole, QColor(theme.stage_colour(stage)))
        for row in self._headings:
            for column in (_FIRST, _SECOND):
                row.setForeground(column, QBrush(QColor(theme.faint_text)))

    # -- rows -----------------------------------------------------------------------------------

    def _add(self, definition: Definition) -> None:
        group = self._group(definition.group)
        if definition.stage is None:
            self._places[definition.key] = self._row(group, definition.label), _FIRST
            return
        row = self._of_stages.get((definition.group, definition.stage))
        if row is not None:
            self._places[definition.key] = row, _SECOND
            return
        if not any(of == definition.group for of, _ in self._of_stages):
            self._add_headings(group, _HEADINGS[definition.group])
        is_stage = definition.stage is not Stage.UNSCORED
        row = self._row(group, definition.stage.text if is_stage else definition.label)
        self._of_stages[definition.group, definition.stage] = row
        self._places[definition.key] = row, _FIRST

    def _group(self, group: FigureGroup) -> QTreeWidgetItem:
        if group not in self._groups:
            item = QTreeWidgetItem(self, [group.value])
            font = sized(self.font(), TextSize.HEADING)
            font.setBold(True)
            item.setFont(_NAME, font)
            height = QFontMetrics(font).height() + 2 * _PADDING_PX
            item.setSizeHint(_NAME, QSize(0, height))
            item.setFirstColumnSpanned(True)
            self._groups[group] = item
        return self._groups[group]

    def _row(self, group: QTreeWidgetItem, name: str) -> QTreeWidgetItem:
        row = QTreeWidgetItem(group, [name])
        for column in (_FIRST, _SECOND):
            row.setTextAlignment(column, _RIGHT)
        return row

    def _add_headings(self, group: QTreeWidgetItem, headings: tuple[str, str]) -> None:
        row = self._row(group, "")
        row.setFlags(Qt.ItemFlag.ItemIsEnabled)
        self._headings.append(row)
        for column, heading in zip((_FIRST, _SECOND), headings, strict=True):
            row.setText(column, heading)

    @Slot(int, int, int)
    def _give_lines(self, column: int, _before_px: int, width_px: int) -> None:
        """Let long names take a second line: a tree of Qt wraps words but makes no room."""
        if column != _NAME:
            return
        # Rows within a group are indented twice.
        room = QRect(0, 0, width_px - 2 * _INDENT_PX - 2 * _PADDING_PX, 1000)
        for item, place in self._places.values():
            if place == _FIRST:
                words = self.fontMetrics().boundingRect(
                    room, Qt.TextFlag.TextWordWrap, item.text(_NAME)
                )
                item.setSizeHint(_NAME, QSize(0, words.height() + _PADDING_PX))

    # -- keys and mouse -------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Claim the key that copies before the window takes it as a shortcut."""
        return claims(event, _is_copying) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102
        item = self.currentItem()
        if _is_copying(event):
            self.copy_asked.emit()
        elif event.key() in _TOGGLES and item is not None:
            self._on_clicked(item)
        else:
            super().keyPressEvent(event)

    @Slot(QTreeWidgetItem)
    def _on_clicked(self, item: QTreeWidgetItem) -> None:
        if item.parent() is None:
            item.setExpanded(not item.isExpanded())

    @Slot(QTreeWidgetItem)
    def _on_toggled(self, _item: QTreeWidgetItem) -> None:
        self.open_groups_changed.emit(self.open_groups)


def _is_copying(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Copy)
