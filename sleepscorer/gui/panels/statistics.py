"""The statistics of the night as it is scored now."""

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from sleepscorer.core.arousals import count_arousals
from sleepscorer.core.errors import UsageError
from sleepscorer.core.event_kinds import EventFamily
from sleepscorer.core.event_statistics import (
    EVENT_FIGURES,
    EventRules,
    EventStatistics,
    event_statistics,
    reason_text,
)
from sleepscorer.core.stages import Stage
from sleepscorer.core.statistics import (
    DEFINITIONS,
    Definition,
    FigureGroup,
    SleepStatistics,
    scoring_window,
    sleep_statistics,
)
from sleepscorer.core.undefined import Reason, figure_of, why_undefined
from sleepscorer.core.wording import counted, of_counted, rounded
from sleepscorer.files.event_rules import event_rules, shipped_event_rules
from sleepscorer.gui.look.theme import LIGHT, Theme
from sleepscorer.gui.panels.figure_tree import FigureTree
from sleepscorer.gui.panels.main_figures import MainFigures
from sleepscorer.gui.panels.scored_boxes import ScoredBoxes
from sleepscorer.gui.session_model import SessionModel

_UPDATE_AFTER_MS = 150
_UNDEFINED = "—"
# A table, and what is shown already: the latency of R from sleep onset is the REM latency.
_NOT_SHOWN = ("transitions", "latency_r_onset_min")
_UNITS = {"min": " min", "%": " %", "1/h": "/h", "n": ""}
_WHY_NONE = {
    Reason.NO_WINDOW: "no whole epoch lies between lights off and lights on",
    Reason.NOTHING_SCORED: "nothing was scored",
    Reason.NO_SLEEP: "no sleep was scored",
    Reason.NO_STAGE: "no {stage} was scored",
    Reason.NO_PERSISTENT_SLEEP: "no {minutes} min of uninterrupted sleep",
    Reason.AROUSALS_NOT_SCORED: (
        "the box above is not checked: nobody says that arousals were scored"
    ),
}


# Exports have those of channels as well.
EVENT_DEFINITIONS = tuple(one.definition for one in EVENT_FIGURES if one.source is None)


def rules_of_events() -> tuple[EventRules, str]:
    """Return the laboratory's rules; where its file is wrong the shipped ones, and a sentence."""
    try:
        return event_rules(), ""
    except UsageError as error:
        return shipped_event_rules(), f"events are counted by the program's own rules: {error}"


class StatisticsPanel(QWidget):
    """Shows the statistics between lights off and lights on, some moments after each change.

    Parameters
    ----------
    model
        The open session.
    theme
        The colours.

    Signals
    -------
    scored_changed
        The person says otherwise what was scored in the whole night.
    open_groups_changed
        Names of the groups of figures that are open now, a tuple.
    message
        What was copied, in a sentence.
    """

    scored_changed = Signal()
    open_groups_changed = Signal(object)
    message = Signal(str)

    def __init__(
        self, model: SessionModel, theme: Theme = LIGHT, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self.setAccessibleName("Statistics")
        self._of_sleep = tuple(d for d in DEFINITIONS if d.key not in _NOT_SHOWN)
        self._definitions = (*self._of_sleep, *EVENT_DEFINITIONS)
        self._rules, self._rules_problem = rules_of_events()
        self._shown: dict[str, str] = {}
        self._build_figures(theme)
        self._update_timer = QTimer(self)
        self._update_timer.setSingleShot(True)
        self._update_timer.setInterval(_UPDATE_AFTER_MS)
        self._update_timer.timeout.connect(self._update)
        self._boxes = ScoredBoxes(model)
        self._arousals = self._boxes.boxes[EventFamily.AROUSAL]
        self._boxes.changed.connect(self._on_scored_changed)
        self._scored = QLabel()
        self._notes = QLabel()
        for label in (self._scored, self._notes):
            label.setWordWrap(True)
        self._scored.setAccessibleName("What was scored")
        self._notes.setAccessibleName("Notes on the statistics")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self._main)
        layout.addWidget(self._scored)
        layout.addWidget(self._boxes)
        layout.addWidget(self._tree, 1)
        layout.addWidget(self._notes)
        self.setFocusProxy(self._tree)
        model.scoring_changed.connect(self._on_scoring_changed)
        model.scorings_changed.connect(self._on_scorings_changed)
        self._update()

    @property
    def arousals_scored(self) -> bool:
        """Whether the person says that arousals were scored."""
        return self._model.arousals_scored

    @property
    def n_arousals(self) -> int | None:
        """Arousals between lights off and on, also the recording's; None unless scored."""
        if not self.arousals_scored:
            return None
        hypnogram = self._model.session.state.hypnogram
        return count_arousals(self._model.events_of_night(), hypnogram)

    def set_theme(self, theme: Theme) -> None:
        """Show the stages in other colours."""
        self._tree.set_theme(theme)

    def show_open_groups(self, names: tuple[str, ...]) -> None:
        """Open the groups of figures of these names and no others."""
        self._tree.show_open(names)

    def _build_figures(self, theme: Theme) -> None:
        main = [d for d in self._definitions if d.group is FigureGroup.MAIN]
        order = list(FigureGroup)
        rest = sorted(
            (d for d in self._definitions if d.group is not FigureGroup.MAIN),
            # The table of single stages stands below the other figures of its group.
            key=lambda d: (order.index(d.group), d.stage is not None),
        )
        self._main, self._tree = MainFigures(main), FigureTree(rest, theme)
        self._tree.open_groups_changed.connect(self.open_groups_changed)
        self._tree.copy_asked.connect(self._on_copy_asked)

    @Slot()
    def _on_copy_asked(self) -> None:
        """Put all figures on the clipboard: a line each, name and figure apart by a tab."""
        lines = [f"{d.label}\t{self._shown[d.key]}" for d in self._definitions]
        QGuiApplication.clipboard().setText("\n".join(lines))
        self.message.emit(f"{counted(len(lines), 'figure')} copied")

    @Slot()
    def _on_scorings_changed(self) -> None:
        self._boxes.show_scored()

    def _on_scoring_changed(self) -> None:
        # A scoring key must not wait for figures; they follow when it rests.
        if self.isVisible():
            self._update_timer.start()

    def _on_scored_changed(self) -> None:
        self._update()
        self.scored_changed.emit()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, D102
        super().showEvent(event)
        self._update()

    def _update(self) -> None:
        self._update_timer.stop()
        state = self._model.session.state
        statistics = sleep_statistics(state.hypnogram, self.n_arousals)
        for definition in self._of_sleep:
            self._show_figure(definition, statistics)
        counted = self._show_events()
        first, stop = scoring_window(state.hypnogram)
        n_scored = int((state.stages[first:stop] != Stage.UNSCORED).sum())
        n_reviewed = int(self._model.session.reviewed[first:stop].sum())
        self._scored.setText(
            f"{of_counted(n_scored, max(stop - first, 0), 'epoch')} scored, {n_reviewed}"
            f" reviewed by a person"
        )
        notes = (
            *_lights_notes(state.lights_off_s, state.lights_on_s),
            *statistics.notes,
            *counted.notes,
            *_rule_notes(counted, self._rules_problem),
        )
        self._notes.setText("\n".join(f"{note[:1].upper()}{note[1:]}." for note in notes))
        self._notes.setVisible(bool(notes))

    def _show_events(self) -> EventStatistics:
        """Show the figures of events, without those of channels: exports read them."""
        scored = self._model.scored
        found = event_statistics(
            self._model.session.state.hypnogram,
            self._model.events_of_night() if scored else (),
            scored=scored,
            rules=self._rules,
        )
        for definition in EVENT_DEFINITIONS:
            key, value = definition.key, found.values[definition.key]
            why = found.reasons.get(key)
            text = _UNDEFINED if value is None else _number_text(value, definition.unit)
            tip = f"{definition.label}: {definition.text}"
            if why is not None:
                reason = reason_text(key, why)
                tip = f"{tip}\n{_UNDEFINED} {reason[:1].upper()}{reason[1:]}."
            self._shown[key] = text
            self._tree.show_figure(key, text, tip)
        return found

    def _show_figure(self, definition: Definition, statistics: SleepStatistics) -> None:
        key = definition.key
        reason = _why_none(key, statistics)
        text = _UNDEFINED if reason else _figure_text(statistics, definition)
        tip = f"{definition.label}: {definition.text}"
        if reason:
            tip = f"{tip}\n{_UNDEFINED} {reason[:1].upper()}{reason[1:]}."
        self._shown[key] = text
        if key in self._main.keys:
            self._main.show_figure(key, text, tip, why_none=reason)
        else:
            self._tree.show_figure(key, text, tip)


def _figure_text(statistics: SleepStatistics, definition: Definition) -> str:
    value = figure_of(statistics, definition.key)
    if definition.key == "cycles":
        # How many; their minutes are in the exports.
        return str(value)
    return _number_text(value, definition.unit)


def _number_text(value: float, unit: str) -> str:
    number = str(value) if isinstance(value, int) else rounded(value)
    return f"{number}{_UNITS[unit]}"


def _rule_notes(counted: EventStatistics, problem: str) -> tuple[str, ...]:
    """Name the rule of hypopneas wherever they are counted, and say why it is the shipped one."""
    is_counted = EventFamily.RESPIRATORY in counted.scored
    rule = (f"hypopneas by rule {counted.rules.hypopnea_text}",) if is_counted else ()
    return (*rule, *((problem,) if counted.scored and problem else ()))


def _lights_notes(off_s: float | None, on_s: float | None) -> tuple[str, ...]:
    """Say which ends of the recording stand for marks that nobody set."""
    if off_s is None and on_s is None:
        return ("lights off and lights on are not marked: the whole recording counts",)
    if off_s is None:
        return ("lights off is not marked: the start of the recording stands for it",)
    if on_s is None:
        return ("lights on is not marked: the end of the recording stands for it",)
    return ()


def _why_none(key: str, statistics: SleepStatistics) -> str:
    """Say why there is no figure; nothing where there is one."""
    why = why_undefined(statistics, key)
    if why is None:
        return ""
    stage = "" if why.stage is None else why.stage.text
    return _WHY_NONE[why.reason].format(stage=stage, minutes=why.minutes)
