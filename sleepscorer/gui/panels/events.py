"""Events: choose what to mark, list, filter, jump, edit, delete; lights off and on."""

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.core.edits import Change
from sleepscorer.core.event_doubts import event_warnings
from sleepscorer.core.event_kinds import EventFamily, EventKind, kind_of_text, kinds
from sleepscorer.core.events import Event
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.gui.look.appearance import described
from sleepscorer.gui.look.theme import LIGHT, Theme
from sleepscorer.gui.panels.event_list import EventList
from sleepscorer.gui.panels.event_table import (
    CHANNEL,
    CLOCK,
    COLUMNS,
    DURATION,
    FLAG,
    FROM_FILE,
    SCORED_HERE,
    TEXT,
    EventRow,
    EventTable,
)
from sleepscorer.gui.panels.lights_row import LightsRow
from sleepscorer.gui.panels.not_own_row import NotOwnRow
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.gui.tool_names import SELECT, marked_text, marking

_UPDATE_AFTER_MS = 80
_CHIP_PX = 9
_LEAST_NAME = 4
_MOST_CHANNEL_PX = 90
_LEAST_WITH_CHANNEL_PX = 400
_COMMENT = "Comment"
_ORIGINS = (("All", ""), ("Scored here", SCORED_HERE), ("From the file", FROM_FILE))
_LIST_TIP = (
    "Up, Down, PgUp, PgDn, Home and End move in this list; Enter turns to the event; F2 edits its"
    " time, or the cell chosen with Left and Right; Del deletes it. {tool.select} goes back to the"
    " traces"
)


class EventsPanel(QWidget):
    """Marks and lists events.

    Signals
    -------
    tool_chosen
        ``"mark:<event text>"`` when dragging on a channel shall mark that, ``"select"`` when not.
    message
        A sentence for the status line; empty to take the last one back.
    adoption_asked
        Events of the recording are to be taken as one's own.
    """

    tool_chosen = Signal(str)
    adoption_asked = Signal()
    message = Signal(str)

    def __init__(
        self, model: SessionModel, theme: Theme = LIGHT, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self.setAccessibleName("Events")
        self._update_timer = QTimer(self)
        self._update_timer.setSingleShot(True)
        self._update_timer.setInterval(_UPDATE_AFTER_MS)
        self._build_marking()
        self._build_list(theme)
        self._lights = LightsRow(model)
        self._lights.misunderstood.connect(model.refused)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        self._not_own = NotOwnRow(model, self)
        self._not_own.asked.connect(self.adoption_asked)
        upper = (self._marking_row(), self._comment, self._lights)
        for row in (*upper, self._not_own, self._listing_row()):
            layout.addWidget(row)
        layout.addWidget(self._view, 1)
        below = QHBoxLayout()
        below.addWidget(self._text, 1)
        below.addWidget(self._delete, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(below)
        self._update_timer.timeout.connect(self._table.update_rows)
        model.scoring_changed.connect(self._on_scoring_changed)
        model.event_chosen.connect(self._follow)
        model.page_changed.connect(self._on_page_changed)
        self.setFocusProxy(self._view)
        self._on_rows_changed()

    def set_theme(self, theme: Theme) -> None:
        """Show the families of events in other colours."""
        self._table.set_theme(theme)

    def set_tool(self, tool: str) -> None:
        """Show the tool that the trace view has: ``"mark:<event text>"``, or any other."""
        text = marked_text(tool)
        if text:
            self._choose(text)
        self._mark.setChecked(bool(text))

    # -- marking ------------------------------------------------------------------------------

    def _build_marking(self) -> None:
        self._type = QComboBox()
        self._fill_types()
        # A narrow panel cuts the longest name here, not in the list that opens.
        self._type.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._type.setMinimumContentsLength(_LEAST_NAME)
        self._type.view().setMinimumWidth(self._type.view().sizeHintForColumn(0))
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
            "Then drag on a trace to mark this event; {tool.select} leaves",
        )
        self._mark.clicked.connect(self._tell_tool)
        self._add = QPushButton("Add here")
        described(
            self._add,
            "Add the event at the start of the current epoch",
            "Add it at the start of the current epoch; edit its time in the list",
        )
        self._add.clicked.connect(self._on_add)

    def _fill_types(self) -> None:
        self._type.clear()
        for kind in kinds():
            self._type.addItem(kind.label, kind)
        self._type.addItem(_COMMENT)

    def show_kinds(self) -> None:
        """Offer the kinds there are now, and judge what is listed by them."""
        text = self._kind().text
        self._type.blockSignals(True)
        self._fill_types()
        self._type.blockSignals(False)
        self._choose(text)
        self._type.view().setMinimumWidth(self._type.view().sizeHintForColumn(0))
        self._table.update_rows()
        self._not_own.show_how_many()

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
        text = self._comment.text().strip() or _COMMENT
        return EventKind("comment", _COMMENT, text, EventFamily.OTHER, None)

    def _choose(self, text: str) -> None:
        """Choose the type with this text, else a comment of these words."""
        places = [i for i, kind in enumerate(kinds()) if kind.text == text]
        self._type.blockSignals(True)
        self._type.setCurrentIndex(places[0] if places else len(kinds()))
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
        self.tool_chosen.emit(marking(self._kind().text) if is_marking else SELECT)

    def _on_add(self) -> None:
        kind, start_s = self._kind(), self._model.epoch * EPOCH_S
        left_s = self._model.recording.duration_s - start_s
        duration_s = None if kind.duration_s is None else min(kind.duration_s, left_s)
        event = Event(start_s, duration_s, kind.text)
        if self._model.replace_event(None, event):
            self._model.choose_event(event)
            self.message.emit(self._model.event_text(event))

    # -- the list -------------------------------------------------------------------------------

    def _build_list(self, theme: Theme) -> None:
        self._origin = QComboBox()
        for label, origin in _ORIGINS:
            self._origin.addItem(label, origin)
        described(
            self._origin,
            "Events to list",
            "List all events, those scored here, or those that came with the recording (Alt+L)",
        )
        self._filter = QLineEdit()
        described(
            self._filter,
            "Filter of the events",
            "List only events whose words or channel contain this",
        )
        self._filter.setPlaceholderText("Filter by words or channel")
        self._filter.setClearButtonEnabled(True)
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setAccessibleName("About the event")
        self._delete = QPushButton("Delete")
        described(self._delete, "Delete the event", "Delete the chosen event (Del in the list)")
        self._delete.clicked.connect(self._on_delete)
        self._table = EventTable(self._model, theme, self)
        self._view = EventList(self._table)
        self._view.setIconSize(QSize(_CHIP_PX, _CHIP_PX))
        described(self._view, "Events of the night", _LIST_TIP)
        self._place_columns()
        self._connect_list()

    def _connect_list(self) -> None:
        self._origin.currentIndexChanged.connect(self._on_origin_chosen)
        self._filter.textChanged.connect(self._table.set_filter)
        self._view.opened.connect(self._on_row_opened)
        self._view.clicked.connect(self._on_row_opened)
        self._view.delete_asked.connect(self._on_delete)
        self._view.edit_refused.connect(self._on_edit_refused)
        self._view.left.connect(self._tell_about)
        self._view.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self._table.misunderstood.connect(self._refuse)
        for rows_changed in (
            self._table.modelReset,
            self._table.rowsInserted,
            self._table.rowsRemoved,
        ):
            rows_changed.connect(self._on_rows_changed)

    def _listing_row(self) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        label = QLabel("&List")
        label.setBuddy(self._origin)
        layout.addWidget(label)
        layout.addWidget(self._origin)
        layout.addWidget(self._filter, 1)
        return row

    def _place_columns(self) -> None:
        header = self._view.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(20)
        for column, text in {CLOCK: "00:00:00.0", DURATION: "000.0", FLAG: "Flag"}.items():
            self._view.setColumnWidth(column, self._width_of(text))
        header.setSectionResizeMode(TEXT, QHeaderView.ResizeMode.Stretch)

    def _width_of(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text) + 10

    def _on_rows_changed(self) -> None:
        self._place_channel()
        self._tell_about()

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

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, D102
        super().showEvent(event)
        self._follow()

    def _on_origin_chosen(self) -> None:
        self._table.set_origin(self._origin.currentData())
        self._follow()

    def _follow(self) -> None:
        """Show the event chosen on the traces, or else where the page is."""
        if not self.isVisible():
            return
        chosen = self._model.chosen_event
        row = None if chosen is None else self._table.row_of(chosen)
        if row is not None:
            self._view.choose_row(row)
        # While the list has the focus it stays where the person went in it.
        elif not self._view.holds_focus:
            self._view.show_place(self._table.row_at(self._model.page_start_s))

    def _on_page_changed(self) -> None:
        self._follow()
        self._tell_about()

    def _on_row_opened(self) -> None:
        row = self._chosen()
        if row is not None:
            self._model.show_time(row.event.onset_s)
            self._model.choose_event(row.event)
            self.message.emit(self._model.event_text(row.event))

    def _chosen(self) -> EventRow | None:
        """The row chosen in the list."""
        row = self._view.chosen_row
        return None if row is None else self._table.rows[row]

    def _on_selection_changed(self) -> None:
        self._tell_about()
        row = self._chosen()
        is_doubtful = row is not None and row.warnings
        self.message.emit(self._model.event_text(row.event) if row and is_doubtful else "")

    def _on_edit_refused(self) -> None:
        row = self._chosen()
        if row is None:
            return
        if row.is_own and self._model.session.is_locked:
            self._model.refused_signed.emit()
        elif row.is_own:
            self._refuse("This session is open for reading only.")
        else:
            self._refuse(row.explanation)

    def _on_delete(self) -> None:
        chosen, row = self._view.chosen_row, self._chosen()
        if chosen is None or row is None:
            self._refuse("Choose the event to delete.")
        elif not row.is_own:
            self._tell_about()
            self._refuse(row.explanation)
        elif self._model.replace_event(row.event, None):
            if self._table.rowCount():
                self._view.choose_row(min(chosen, self._table.rowCount() - 1))
            clock = self._model.clock_text(row.event.onset_s, tenths=True)
            self.message.emit(f"{row.event.text} at {clock} deleted")

    def _tell_about(self) -> None:
        """Say below the list what the chosen row is, or how many there are."""
        row = self._chosen()
        is_deletable = row is not None and row.is_own and not self._model.session.read_only
        if self._delete.hasFocus() and not is_deletable:
            # A button that is switched off would let the focus fall to whatever comes next.
            self._view.setFocus()
        self._delete.setEnabled(is_deletable)
        n_own = sum(row.is_own for row in self._table.rows)
        counted = f"{n_own} scored here, {len(self._table.rows) - n_own} from the file"
        self._say(counted if row is None else row.explanation, "")

    def _refuse(self, sentence: str) -> None:
        self._say(sentence, "refusal")

    def _say(self, sentence: str, style: str) -> None:
        self._text.setObjectName(style)
        self._text.style().polish(self._text)
        self._text.setText(sentence)

    def _on_scoring_changed(self, change: Change) -> None:
        if not change.events_added and not change.events_removed:
            # Stages matter too: an arousal after an epoch of W is doubtful.
            self._update_timer.start()
            return
        self._table.follow(change)
        self._not_own.show_how_many()
        self._tell_about()
        doubtful = [
            event
            for event in change.events_added
            if event_warnings(event, self._model.session.state.hypnogram)
        ]
        doubt = self._model.event_text(doubtful[-1]) if doubtful else ""
        self.message.emit(_kind_lost(change) or doubt)


def _kind_lost(change: Change) -> str:
    """Say that an event was given words that are no kind: it is in no count any more."""
    if not len(change.events_removed) == len(change.events_added) == 1:
        return ""
    before, now = change.events_removed[0].text, change.events_added[0].text
    if before == now or kind_of_text(before) is None or kind_of_text(now) is not None:
        return ""
    return f"{before} is now “{now}”: its words were its kind, and it counts as none any more"
