"""Events: choose what to mark, list, filter, jump, edit, delete; lights off and on."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.core.arousals import arousal_warnings
from sleepscorer.core.edits import Change
from sleepscorer.core.events import Event
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.gui.appearance import described
from sleepscorer.gui.event_kinds import EVENT_KINDS, EventKind
from sleepscorer.gui.panels.event_table import (
    CHANNEL,
    CLOCK,
    COLUMNS,
    DURATION,
    NOTE,
    TEXT,
    EventTable,
)
from sleepscorer.gui.panels.lights_row import LightsRow
from sleepscorer.gui.session_model import SessionModel

_UPDATE_AFTER_MS = 80
_MOST_CHANNEL_PX = 90
_LEAST_WITH_CHANNEL_PX = 400
_COMMENT = "Comment"
_OWN_KEYS = (Qt.Key.Key_Delete, Qt.Key.Key_F2)
SELECT_TOOL = "select"


class EventsPanel(QWidget):
    """Marks and lists events.

    Signals
    -------
    tool_chosen
        ``"mark:<event text>"`` when dragging on a channel shall mark that, ``"select"`` when not.
    doubted
        What is doubtful about the event just marked or chosen; the sentence for people.
    """

    tool_chosen = Signal(str)
    doubted = Signal(str)

    def __init__(self, model: SessionModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setAccessibleName("Events")
        self._update_timer = QTimer(self)
        self._update_timer.setSingleShot(True)
        self._update_timer.setInterval(_UPDATE_AFTER_MS)
        self._build_marking()
        self._build_list()
        self._lights = LightsRow(model)
        self._lights.misunderstood.connect(self._say)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        for row in (self._marking_row(), self._comment, self._lights, self._filter):
            layout.addWidget(row)
        layout.addWidget(self._view, 1)
        below = QHBoxLayout()
        below.addWidget(self._text, 1)
        below.addWidget(self._delete, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(below)
        self._update_timer.timeout.connect(self._table.update_rows)
        model.scoring_changed.connect(self._on_scoring_changed)
        self.setFocusProxy(self._view)
        self._on_rows_changed()

    def set_tool(self, tool: str) -> None:
        """Show the tool that the trace view has: ``"mark:<event text>"``, or any other."""
        is_marking = tool.startswith("mark:")
        if is_marking:
            self._choose(tool.removeprefix("mark:"))
        self._mark.setChecked(is_marking)

    # -- marking ------------------------------------------------------------------------------

    def _build_marking(self) -> None:
        self._type = QComboBox()
        for kind in EVENT_KINDS:
            self._type.addItem(kind.label, kind)
        self._type.addItem(_COMMENT)
        described(self._type, "Event to mark")
        self._type.currentIndexChanged.connect(self._on_type_chosen)
        self._comment = QLineEdit()
        described(self._comment, "Words of the comment")
        self._comment.setPlaceholderText("Words of the comment")
        self._comment.textChanged.connect(self._on_comment_typed)
        self._comment.hide()
        self._mark = QPushButton("Draw")
        self._mark.setCheckable(True)
        described(
            self._mark,
            "Mark by dragging on a trace",
            "Then drag on a trace to mark this event; Esc leaves",
        )
        self._mark.clicked.connect(self._tell_tool)
        self._add = QPushButton("Add here")
        described(
            self._add,
            "Add the event at the start of the current epoch",
            "Add it at the start of the current epoch; edit its time in the list",
        )
        self._add.clicked.connect(self._on_add)

    def _marking_row(self) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._type, 1)
        layout.addWidget(self._mark)
        layout.addWidget(self._add)
        return row

    def _kind(self) -> EventKind:
        kind = self._type.currentData()
        if isinstance(kind, EventKind):
            return kind
        return EventKind("comment", _COMMENT, self._comment.text().strip() or _COMMENT, None)

    def _choose(self, text: str) -> None:
        """Choose the type with this text, else a comment of these words."""
        places = [i for i, kind in enumerate(EVENT_KINDS) if kind.text == text]
        self._type.blockSignals(True)
        self._type.setCurrentIndex(places[0] if places else len(EVENT_KINDS))
        self._type.blockSignals(False)
        self._comment.setVisible(not places)
        if not places and text != _COMMENT and text != self._comment.text().strip():
            self._comment.blockSignals(True)
            self._comment.setText(text)
            self._comment.blockSignals(False)

    def _on_type_chosen(self) -> None:
        is_comment = self._type.currentText() == _COMMENT
        self._comment.setVisible(is_comment)
        if is_comment:
            self._comment.setFocus()
        if self._mark.isChecked():
            self._tell_tool()

    def _on_comment_typed(self) -> None:
        if self._mark.isChecked():
            self._tell_tool()

    def _tell_tool(self) -> None:
        is_marking = self._mark.isChecked()
        self.tool_chosen.emit(f"mark:{self._kind().text}" if is_marking else SELECT_TOOL)

    def _on_add(self) -> None:
        kind, start_s = self._kind(), self._model.epoch * EPOCH_S
        left_s = self._model.recording.duration_s - start_s
        duration_s = None if kind.duration_s is None else min(kind.duration_s, left_s)
        event = Event(start_s, duration_s, kind.text)
        if self._model.replace_event(None, event):
            self._update_timer.stop()
            self._table.update_rows()
            self._select(event)

    # -- the list -------------------------------------------------------------------------------

    def _build_list(self) -> None:
        self._filter = QLineEdit()
        described(
            self._filter,
            "Filter of the events",
            "Show only events whose words, channel or note contain this",
        )
        self._filter.setPlaceholderText("Filter: arousal, C4, file …")
        self._filter.setClearButtonEnabled(True)
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setAccessibleName("About the event")
        self._delete = QPushButton("Delete")
        described(self._delete, "Delete the event", "Delete the chosen event (Del in the list)")
        self._delete.clicked.connect(self._on_delete)
        self._table = EventTable(self._model, self)
        self._table.misunderstood.connect(self._say)
        self._filter.textChanged.connect(self._table.set_filter)
        self._view = QTableView()
        self._view.setModel(self._table)
        described(
            self._view,
            "Events of the night",
            "Enter turns to the event, F2 edits a cell, Del deletes",
        )
        self._view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        triggers = QAbstractItemView.EditTrigger
        self._view.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed)
        self._view.setTabKeyNavigation(False)
        self._view.setShowGrid(False)
        self._view.setWordWrap(False)
        self._view.verticalHeader().hide()
        self._view.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 6)
        self._place_columns()
        self._view.installEventFilter(self)
        self._view.clicked.connect(self._on_row_chosen)
        self._view.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self._table.modelReset.connect(self._on_rows_changed)

    def _place_columns(self) -> None:
        header = self._view.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(20)
        for column, text in {CLOCK: "00:00:00", DURATION: "000.0", NOTE: "Note"}.items():
            self._view.setColumnWidth(column, self._width_of(text))
        header.setSectionResizeMode(TEXT, QHeaderView.ResizeMode.Stretch)

    def _width_of(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text) + 10

    def _on_rows_changed(self) -> None:
        self._place_channel()
        self._on_selection_changed()

    def _place_channel(self) -> None:
        """Few events name a channel, and below the list it is said anyway: the words come first."""
        channels = {row.event.channel or "" for row in self._table.rows}
        widest_px = max(self._width_of(name) for name in (*channels, COLUMNS[CHANNEL]))
        self._view.setColumnWidth(CHANNEL, min(widest_px, _MOST_CHANNEL_PX))
        is_narrow = self._view.width() < _LEAST_WITH_CHANNEL_PX
        self._view.setColumnHidden(CHANNEL, is_narrow or channels <= {""})

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102
        super().resizeEvent(event)
        self._place_channel()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802, D102
        if watched is not self._view or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in _OWN_KEYS:
            # The window's Del clears the epoch and its F2 shows a montage; here an event is meant.
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._on_row_chosen(self._view.currentIndex())
                return True
            if event.key() == Qt.Key.Key_Delete:
                self._on_delete()
                return True
        return super().eventFilter(watched, event)

    def _select(self, event: Event) -> None:
        for i, row in enumerate(self._table.rows):
            if row.is_own and row.event == event:
                self._view.selectRow(i)
                self._view.scrollTo(self._table.index(i, TEXT))

    def _on_row_chosen(self, index: QModelIndex) -> None:
        if index.isValid():
            self._model.show_time(self._table.rows[index.row()].event.onset_s)

    def _chosen_row(self) -> int | None:
        rows = self._view.selectionModel().selectedRows()
        return rows[0].row() if rows else None

    def _on_selection_changed(self) -> None:
        chosen = self._chosen_row()
        row = None if chosen is None else self._table.rows[chosen]
        self._delete.setEnabled(
            row is not None and row.is_own and not self._model.session.read_only
        )
        n_own = sum(row.is_own for row in self._table.rows)
        counted = f"{n_own} marked, {len(self._table.rows) - n_own} of the file"
        self._say(counted if row is None else row.explanation)
        if row is not None and row.warnings:
            self.doubted.emit(self._doubt(row.event, row.warnings))

    def _doubt(self, event: Event, warnings: tuple[str, ...]) -> str:
        return f"{event.text} at {self._model.clock_text(event.onset_s)}: {'; '.join(warnings)}."

    def _on_delete(self) -> None:
        chosen = self._chosen_row()
        if chosen is None:
            self._say("Choose the event to delete.")
        elif not self._table.rows[chosen].is_own:
            self._say(self._table.rows[chosen].explanation)
        elif self._model.replace_event(self._table.rows[chosen].event, None):
            self._update_timer.stop()
            self._table.update_rows()
            self._view.selectRow(min(chosen, self._table.rowCount() - 1))

    def _say(self, sentence: str) -> None:
        self._text.setText(sentence)

    def _on_scoring_changed(self, change: Change) -> None:
        # Stages matter too: an arousal after an epoch of W is doubtful.
        self._update_timer.start()
        hypnogram = self._model.session.state.hypnogram
        for event in change.events_added:
            warnings = arousal_warnings(event, hypnogram)
            if warnings:
                self.doubted.emit(self._doubt(event, warnings))
