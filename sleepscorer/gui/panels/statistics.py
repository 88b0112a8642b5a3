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
from sleepscorer.core.stages import Stage
from sleepscorer.core.statistics import (
    DEFINITIONS,
    Definition,
    SleepStatistics,
    scoring_window,
    sleep_statistics,
)
from sleepscorer.gui.session_model import SessionModel

_UPDATE_AFTER_MS = 150
_UNDEFINED = "–"
_NOT_ROWS = ("transitions",)
_NAME, _VALUE, _UNIT = range(3)


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
        self._arousals.setToolTip(
            "The arousal index counts only once all arousals of the night were scored by hand."
        )
        self._arousals.setAccessibleName("Arousals were scored")
        self._arousals.setChecked(model.arousals_scored)
        self._arousals.toggled.connect(self._on_arousals_toggled)
        self._scored = QLabel()
        self._notes = QLabel()
        for label in (self._scored, self._notes):
            label.setWordWrap(True)
        self._notes.setAccessibleName("Notes on the statistics")
        self._build_table()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self._scored)
        layout.addWidget(self._arousals)
        layout.addWidget(self._table, 1)
        layout.addWidget(self._notes)
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

    def set_arousals_scored(self, scored: bool) -> None:
        """Say whether arousals were scored."""
        self._arousals.setChecked(scored)

    def _build_table(self) -> None:
        self._table = QTableWidget(len(self._definitions), 3)
        self._table.setHorizontalHeaderLabels(["Between lights off and on", "Value", "Unit"])
        self._table.setAccessibleName("Sleep statistics")
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
        for key, item in self._values.items():
            item.setText(_value_text(statistics, key))
        first, stop = scoring_window(state.hypnogram)
        n_scored = int((state.stages[first:stop] != Stage.UNSCORED).sum())
        n_by_person = int(state.by_person[first:stop].sum())
        self._scored.setText(
            f"{n_scored} of {max(stop - first, 0)} epochs scored, {n_by_person} by a person"
        )
        self._notes.setText(
            "\n".join(f"{note[:1].upper()}{note[1:]}." for note in statistics.notes)
        )
        self._notes.setVisible(bool(statistics.notes))


def _without_unit(text: str, definition: Definition) -> str:
    """The number of cycles is a count; their minutes are in the exports."""
    return "n" if definition.key == "cycles" and text == definition.unit else text


def _value_text(statistics: SleepStatistics, key: str) -> str:
    value = getattr(statistics, key)
    if value is None:
        return _UNDEFINED
    if key == "cycles":
        return str(len(value))
    return str(value) if isinstance(value, int) else f"{value:.1f}"
