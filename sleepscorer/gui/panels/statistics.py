"""The statistics of the night as it is scored now."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.core.arousals import count_arousals
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.core.statistics import (
    DEFINITIONS,
    Definition,
    SleepStatistics,
    scoring_window,
    sleep_statistics,
)
from sleepscorer.core.wording import of_counted
from sleepscorer.gui.look.appearance import described
from sleepscorer.gui.session_model import SessionModel

_UPDATE_AFTER_MS = 150
_UNDEFINED = "–"
_NOT_ROWS = ("transitions",)
_NAME, _VALUE, _UNIT = range(3)
# Defined by the marks alone, whatever was scored.
_OF_THE_WINDOW = ("trt_min", "unscored_min")
_LACKING = {
    "lps_min": "no 10 min of uninterrupted sleep",
    "sol_5min_min": "no 5 min of uninterrupted sleep",
}


class StatisticsPanel(QWidget):
    """Shows the statistics between lights off and lights on, some moments after each change.

    Signals
    -------
    arousals_scored_changed
        Whether the person says that arousals were scored in the whole night.
    """

    arousals_scored_changed = Signal(bool)

    def __init__(self, model: SessionModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setAccessibleName("Statistics")
        self._definitions = tuple(d for d in DEFINITIONS if d.key not in _NOT_ROWS)
        self._update_timer = QTimer(self)
        self._update_timer.setSingleShot(True)
        self._update_timer.setInterval(_UPDATE_AFTER_MS)
        self._update_timer.timeout.connect(self._update)
        self._arousals = QCheckBox("Arousals were scored")
        described(
            self._arousals,
            "Arousals were scored",
            "The arousal index counts only once all arousals of the night were scored by hand.",
        )
        self._arousals.setChecked(model.arousals_scored)
        self._arousals.toggled.connect(self._on_arousals_toggled)
        self._scored = QLabel()
        self._notes = QLabel()
        for label in (self._scored, self._notes):
            label.setWordWrap(True)
        self._scored.setAccessibleName("What was scored")
        self._notes.setAccessibleName("Notes on the statistics")
        self._build_table()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self._scored)
        layout.addWidget(self._arousals)
        layout.addWidget(self._table, 1)
        layout.addWidget(self._notes)
        self.setFocusProxy(self._table)
        model.scoring_changed.connect(self._on_scoring_changed)
        self._update()

    @property
    def arousals_scored(self) -> bool:
        """Whether the person says that arousals were scored."""
        return self._arousals.isChecked()

    @property
    def n_arousals(self) -> int | None:
        """Arousals between lights off and lights on; None unless they were scored."""
        if not self.arousals_scored:
            return None
        state = self._model.session.state
        return count_arousals(state.events, state.hypnogram)

    def _build_table(self) -> None:
        self._table = QTableWidget(len(self._definitions), 3)
        self.setFocusProxy(self._table)
        self._table.setHorizontalHeaderLabels(["Between lights off and on", "Value", "Unit"])
        described(self._table, "Sleep statistics", "Up and Down choose a figure")
        self._table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._table.setTabKeyNavigation(False)
        self._table.setShowGrid(False)
        self._table.setAlternatingRowColors(True)
        self._table.verticalHeader().hide()
        self._table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 5)
        header = self._table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
        # The longest names take a second line in a narrow dock.
        self._table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for column, text in ((_VALUE, "0000.0"), (_UNIT, "Unit")):
            width = self.fontMetrics().horizontalAdvance(text) + 14
            self._table.setColumnWidth(column, width)
        self._values: dict[str, QTableWidgetItem] = {}
        for row, definition in enumerate(self._definitions):
            for column, text in ((_NAME, definition.label), (_VALUE, ""), (_UNIT, definition.unit)):
                item = QTableWidgetItem(_without_unit(text, definition))
                item.setToolTip(f"{definition.label}: {definition.text}")
                self._table.setItem(row, column, item)
                if column == _VALUE:
                    item.setTextAlignment(
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
                    self._values[definition.key] = item

    def _on_scoring_changed(self) -> None:
        # A scoring key must not wait for figures; they follow when it rests.
        if self.isVisible():
            self._update_timer.start()

    def _on_arousals_toggled(self, scored: bool) -> None:
        self._model.arousals_scored = scored
        self._update()
        self.arousals_scored_changed.emit(scored)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, D102
        super().showEvent(event)
        self._update()

    def _update(self) -> None:
        self._update_timer.stop()
        state = self._model.session.state
        statistics = sleep_statistics(state.hypnogram, self.n_arousals)
        for definition in self._definitions:
            self._show_figure(definition, statistics)
        first, stop = scoring_window(state.hypnogram)
        n_scored = int((state.stages[first:stop] != Stage.UNSCORED).sum())
        n_reviewed = int(self._model.session.reviewed[first:stop].sum())
        self._scored.setText(
            f"{of_counted(n_scored, max(stop - first, 0), 'epoch')} scored, {n_reviewed}"
            f" reviewed by a person"
        )
        notes = (*_lights_notes(state.lights_off_s, state.lights_on_s), *statistics.notes)
        self._notes.setText("\n".join(f"{note[:1].upper()}{note[1:]}." for note in notes))
        self._notes.setVisible(bool(notes))

    def _show_figure(self, definition: Definition, statistics: SleepStatistics) -> None:
        item = self._values[definition.key]
        reason = _why_undefined(definition.key, statistics, arousals_scored=self.arousals_scored)
        text = _UNDEFINED if reason else _value_text(statistics, definition.key)
        if text != item.text():
            item.setText(text)
        tip = f"{definition.label}: {definition.text}"
        tip = f"{tip}\n{_UNDEFINED} {reason[:1].upper()}{reason[1:]}." if reason else tip
        if tip != item.toolTip():
            item.setToolTip(tip)


def _without_unit(text: str, definition: Definition) -> str:
    """The number of cycles is a count; their minutes are in the exports."""
    return "n" if definition.key == "cycles" and text == definition.unit else text


def _value_text(statistics: SleepStatistics, key: str) -> str:
    value = getattr(statistics, key)
    if key == "cycles":
        return str(len(value))
    return str(value) if isinstance(value, int) else f"{value:.1f}"


def _lights_notes(off_s: float | None, on_s: float | None) -> tuple[str, ...]:
    """Say which ends of the recording stand for marks that nobody set."""
    if off_s is None and on_s is None:
        return ("lights off and lights on are not marked: the whole recording counts",)
    if off_s is None:
        return ("lights off is not marked: the start of the recording stands for it",)
    if on_s is None:
        return ("lights on is not marked: the end of the recording stands for it",)
    return ()


def _why_undefined(key: str, statistics: SleepStatistics, *, arousals_scored: bool) -> str:
    """Say why there is no figure; nothing where there is one."""
    if key in _OF_THE_WINDOW:
        return ""
    if statistics.trt_min == statistics.unscored_min:
        return "nothing was scored"
    if getattr(statistics, key) is not None:
        return ""
    if key == "arousal_index_per_h" and not arousals_scored:
        return "the box above is not checked: nobody says that arousals were scored"
    if not statistics.tst_min:
        return "no sleep was scored"
    return _LACKING.get(key) or f"no {_stage_in(key).text} was scored"


def _stage_in(key: str) -> Stage:
    """The stage whose lack leaves a figure undefined: REM latencies want R."""
    return next((stage for stage in STAGES if stage.name.lower() in key.split("_")), Stage.R)
