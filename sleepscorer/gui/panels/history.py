"""The history: who did what when, signatures among it; a way to where it was done."""

from PySide6.QtCore import QEvent, QModelIndex, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
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
_WIDEST = {
    WHEN: "30 Nov 00:00:00",
    WHO: "technician",
    KIND: "unlocked",
    BEFORE: "12 N2, 3 W",
    AFTER: "12 N2, 3 W",
    EPOCHS: "1000–1001",
}
# In a narrow panel these say less than the words of what was done, which name the epochs too.
_FIRST_TO_GO = (WHO, EPOCHS)
_LEAST_WHAT_PX = 150
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
    """The rows; the keys that move act on them while they have the focus."""

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in _OWN_KEYS
            and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        # These go to the first and last column of a table where rows are meant.
        last = self.model().rowCount() - 1
        if event.key() == Qt.Key.Key_Home and last >= 0:
            self.selectRow(0)
        elif event.key() == Qt.Key.Key_End and last >= 0:
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
        self._view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._view.setTabKeyNavigation(False)
        self._view.setShowGrid(False)
        self._view.setWordWrap(False)
        self._view.verticalHeader().hide()
        self._view.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 6)
        header = self._view.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(20)
        wide = self.fontMetrics().horizontalAdvance
        self._widths_px = {column: wide(text) + 10 for column, text in _WIDEST.items()}
        for column, width_px in self._widths_px.items():
            self._view.setColumnWidth(column, width_px)
        header.setSectionResizeMode(WHAT, QHeaderView.ResizeMode.Stretch)
        self._view.activated.connect(self._on_row_opened)
        self._view.selectionModel().selectionChanged.connect(self._tell_about)
        self._table.modelReset.connect(self._tell_about)

    @Slot()
    def _on_scoring_changed(self) -> None:
        # Scoring keys come faster than anyone reads the list, and what is hidden reads it later.
        if self.isVisible():
            self._update_timer.start()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, D102
        super().showEvent(event)
        self._update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102
        super().resizeEvent(event)
        self._place_columns()

    @Slot()
    def _update(self) -> None:
        is_at_top = self._view.verticalScrollBar().value() == 0
        self._table.read_on()
        if is_at_top:
            self._view.scrollToTop()
        self._tell_about()

    def _place_columns(self) -> None:
        """Leave room for what was done: the sentence below the list tells the rest of a row."""
        left_px = self._view.viewport().width() - sum(self._widths_px.values())
        for column in _FIRST_TO_GO:
            is_narrow = left_px < _LEAST_WHAT_PX
            self._view.setColumnHidden(column, is_narrow)
            if is_narrow:
                left_px += self._widths_px[column]

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
