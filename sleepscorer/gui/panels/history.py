"""The history: who did what when, signatures among it; a way to where it was done."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QModelIndex, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.core.history import StepKind
from sleepscorer.core.wording import counted
from sleepscorer.gui.look.appearance import described, shortened
from sleepscorer.gui.look.own_keys import claims, is_plain
from sleepscorer.gui.look.row_list import as_row_list
from sleepscorer.gui.panels.history_table import (
    AFTER,
    BEFORE,
    EPOCHS,
    KIND,
    WHAT,
    WHEN,
    WHO,
    HistoryTable,
    sentence_of,
)
from sleepscorer.gui.session_model import SessionModel

_KINDS = (
    ("Everything", frozenset(StepKind)),
    ("By people", frozenset({StepKind.PERSON})),
    ("By the machine", frozenset({StepKind.MACHINE})),
    ("Imports", frozenset({StepKind.IMPORT})),
    ("Undo and redo", frozenset({StepKind.UNDO, StepKind.REDO})),
    ("Signatures", frozenset({StepKind.SIGNED, StepKind.UNLOCKED})),
    ("Report form", frozenset({StepKind.FORM})),
)
# The columns and their widest texts, by how much room there is; what was done has the rest. In a
# narrow panel its words tell who or what did it, and where: "Undo Score epoch 7 as N2".
_WIDTHS: tuple[Mapping[int, str], ...] = (
    {
        WHEN: "30 Nov 00:00",
        WHO: "technician",
        KIND: "unlocked",
        BEFORE: "off 22:30:00, on 06:30:00",
        AFTER: "off 22:30:00, on 06:30:00",
        EPOCHS: "1000–1001",
    },
    {
        WHEN: "30 Nov 00:00",
        WHO: "technician",
        KIND: "unlocked",
        BEFORE: "12 N2, 3 W",
        AFTER: "12 N2, 3 W",
        EPOCHS: "1000–1001",
    },
    {WHEN: "30 Nov 00:00", BEFORE: "From", AFTER: "N2, confirmed"},
)
_WHEN_TODAY = "00:00:00"
_LEAST_WHAT = "Redo Score 10 epochs from 100 as N2"
_UPDATE_AFTER_MS = 80
_OWN_KEYS = (
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
)


class _HistoryList(QTableView):
    """The rows; the keys that move act on them while they have the focus.

    Signals
    -------
    resized
        It got another size.
    """

    resized = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.resized.emit()

    def event(self, event: QEvent) -> bool:
        return claims(event, lambda key: is_plain(key, _OWN_KEYS)) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        last, key = self.model().rowCount() - 1, event.key()
        is_first = key == Qt.Key.Key_Down and not self.selectionModel().hasSelection()
        # Home and End go to the first and last column of a table where rows are meant.
        if last >= 0 and (is_first or key == Qt.Key.Key_Home):
            self.selectRow(0)
        elif last >= 0 and key == Qt.Key.Key_End:
            self.selectRow(last)
        else:
            super().keyPressEvent(event)


class HistoryPanel(QWidget):
    """Lists all that was done, the newest first, and turns to where it was done."""

    def __init__(self, model: SessionModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setAccessibleName("History")
        self._update_timer = QTimer(self)
        self._update_timer.setSingleShot(True)
        self._update_timer.setInterval(_UPDATE_AFTER_MS)
        self._update_timer.timeout.connect(self._update)
        self._build()
        model.scoring_changed.connect(self._on_scoring_changed)

    def _build(self) -> None:
        self._kind = QComboBox()
        for text, kinds in _KINDS:
            self._kind.addItem(text, kinds)
        described(self._kind, "What to list", "List everything, or one kind of step (Alt+L)")
        self._kind.currentIndexChanged.connect(self._on_kind_chosen)
        self._filter = QLineEdit()
        described(
            self._filter, "Filter of the history", "List only steps of which a column has this"
        )
        self._filter.setPlaceholderText("Filter by any word")
        self._filter.setClearButtonEnabled(True)
        self._filter.textChanged.connect(self._on_filter_typed)
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setAccessibleName("About the step")
        self._build_list()
        label = QLabel("&List")
        label.setBuddy(self._kind)
        row = QHBoxLayout()
        row.addWidget(label)
        row.addWidget(self._kind)
        row.addWidget(self._filter, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addLayout(row)
        layout.addWidget(self._view, 1)
        layout.addWidget(self._text)
        self.setFocusProxy(self._view)

    def _build_list(self) -> None:
        self._table = HistoryTable(self._model, self)
        self._view = _HistoryList()
        self._view.setModel(self._table)
        described(
            self._view,
            "History of the night",
            "The newest first; Up and Down choose, Enter turns to the epoch",
        )
        as_row_list(self._view, spare_px=6)
        self._view.setShowGrid(False)
        header = self._view.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(20)
        header.setSectionResizeMode(WHAT, QHeaderView.ResizeMode.Stretch)
        self._view.resized.connect(self._place_columns)
        self._view.activated.connect(self._on_row_opened)
        self._view.selectionModel().selectionChanged.connect(self._tell_about)
        self._table.modelReset.connect(self._tell_about)
        for changed in (self._table.modelReset, self._table.rowsInserted):
            changed.connect(self._spread_words)

    @Slot()
    def _on_scoring_changed(self) -> None:
        # Scoring keys come faster than anyone reads the list, and what is hidden reads it later.
        if self.isVisible():
            self._update_timer.start()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, D102
        super().showEvent(event)
        self._update()

    @Slot()
    def _update(self) -> None:
        is_at_top = self._view.verticalScrollBar().value() == 0
        self._table.read_on()
        self._place_columns()
        if is_at_top:
            self._view.scrollToTop()
        self._tell_about()

    @Slot()
    def _place_columns(self) -> None:
        for widths in map(self._as_short, _WIDTHS):
            left_px = self._view.viewport().width() - sum(map(self._width_of, widths.values()))
            if left_px >= self._width_of(_LEAST_WHAT):
                break
        for column in range(self._table.columnCount()):
            if column == WHAT:
                continue
            self._view.setColumnHidden(column, column not in widths)
            if column in widths:
                self._view.setColumnWidth(column, self._width_of(widths[column]))

    @Slot()
    def _spread_words(self) -> None:
        """Give the words of what changed nothing from one thing to another the room of both."""
        self._view.clearSpans()
        for row in range(self._table.rowCount()):
            step = self._table.step_at(row)
            if step is not None and not (step.before or step.after):
                self._view.setSpan(row, WHAT, 1, AFTER - WHAT + 1)

    def _as_short(self, widths: Mapping[int, str]) -> Mapping[int, str]:
        """Give what was done today no room for its day."""
        return {**widths, WHEN: _WHEN_TODAY} if self._table.is_of_today else widths

    def _width_of(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text) + 10

    @Slot()
    def _on_kind_chosen(self) -> None:
        self._table.set_kinds(self._kind.currentData())

    @Slot(str)
    def _on_filter_typed(self, text: str) -> None:
        self._table.set_filter(text)

    @Slot(QModelIndex)
    def _on_row_opened(self, index: QModelIndex) -> None:
        step = self._table.step_at(index.row())
        if step is None:
            return
        if step.epoch is None:
            self._text.setText(f"{shortened(sentence_of(step))} It concerns no epoch.")
        else:
            self._model.select_epoch(step.epoch)

    @Slot()
    def _tell_about(self) -> None:
        """Say below the list what the chosen row is, or how many there are."""
        rows = self._view.selectionModel().selectedRows()
        step = self._table.step_at(rows[0].row()) if rows else None
        if step is not None:
            self._text.setText(shortened(sentence_of(step)))
            return
        n_shown, n = self._table.rowCount(), self._table.n_steps
        said = counted(n, "step")
        self._text.setText(said if n_shown == n else f"{n_shown} of {said}")
