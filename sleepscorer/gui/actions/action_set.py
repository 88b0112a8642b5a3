"""The actions of the table as Qt objects: keys, tooltips, what is enabled and what is on."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from sleepscorer.core.event_kinds import kinds
from sleepscorer.core.stages import Stage
from sleepscorer.gui.actions.table import (
    ACTIONS,
    BY_ID,
    OWN_KIND_IDS,
    STAGE_OF,
    WindowState,
    own_kind_texts,
)
from sleepscorer.gui.keys import Keys, shown
from sleepscorer.gui.look.mnemonics import without_mnemonic
from sleepscorer.gui.tool_names import MEASURE, SELECT, marked_text, marking


class ActionSet(QObject):
    """The actions as Qt objects of one window.

    Parameters
    ----------
    window
        They work while this window is the active one, whichever of its parts has the focus. Text
        boxes take the keys they can use for themselves.

    Signals
    -------
    begun
        Something is about to be done.
    triggered
        The id of what is to be done; and, of what is on or off, whether it is to be on.
    """

    begun = Signal()
    triggered = Signal(str, bool)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._by_id: dict[str, QAction] = {}
        self._stage: Stage | None = None
        for spec in ACTIONS:
            action = QAction(spec.text, window)
            action.setObjectName(spec.id)
            action.setCheckable(spec.checkable)
            action.setAutoRepeat(spec.repeats)
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            action.triggered.connect(self._on_triggered)
            window.addAction(action)
            self._by_id[spec.id] = action

    def __getitem__(self, action_id: str) -> QAction:
        return self._by_id[action_id]

    def set_keys(self, keys: Mapping[str, Keys]) -> None:
        """Give every action its keys."""
        for action_id, action in self._by_id.items():
            own = keys.get(action_id, ())
            action.setShortcuts([QKeySequence.fromString(key) for key in own])
            text = without_mnemonic(action.text())
            action.setToolTip(f"{text} ({', '.join(shown(key) for key in own)})" if own else text)

    def show_stage(self, stage: Stage | None) -> None:
        """Show the action as on that gives the stage of the current epoch; None where none is."""
        self._stage = stage
        for action_id, given in STAGE_OF.items():
            self._by_id[action_id].setChecked(given is stage)

    @Slot(str)
    def show_tool(self, tool: str) -> None:
        """Show the action as on whose tool the traces have: ``"measure"``, ``"mark:<text>"``."""
        by_tool = {marking(kind.text): f"event.{kind.name}" for kind in kinds()}
        own_words = "event.comment" if marked_text(tool) else "tool.select"
        used = "tool.measure" if tool == MEASURE else by_tool.get(tool, own_words)
        for action_id in ("tool.measure", "event.comment", *by_tool.values()):
            self._by_id[action_id].setChecked(action_id == used)

    def show_own_kinds(self) -> None:
        """Name the actions of one's own kinds of events; those of empty places do nothing."""
        texts = own_kind_texts()
        for action_id in OWN_KIND_IDS:
            action = self._by_id[action_id]
            action.setVisible(action_id in texts)
            if action_id in texts:
                action.setText(texts[action_id].replace("&", "&&"))

    @Slot(str)
    def switch_off(self, action_id: str) -> None:
        """Show an action as off."""
        self._by_id[action_id].setChecked(False)

    def end_tools(self) -> None:
        """Show none as on of what works on the panes of one recording: they are gone."""
        for action_id in ("score.paint", "view.explanation", "view.crosshair"):
            self.switch_off(action_id)
        self.show_tool(SELECT)

    def update_to(self, state: WindowState) -> None:
        """Enable what makes sense, and name the steps that undo and redo would concern."""
        for spec in ACTIONS:
            self._by_id[spec.id].setEnabled(spec.enabled(state))
        for name, label in (("undo", state.undo_label), ("redo", state.redo_label)):
            text = BY_ID[f"edit.{name}"].text
            step = f" {label}".replace("&", "&&") if label else ""
            self._by_id[f"edit.{name}"].setText(f"&{text}{step}")

    @Slot(bool)
    def _on_triggered(self, checked: bool) -> None:
        sender = self.sender()
        if isinstance(sender, QAction):
            if sender.objectName() in STAGE_OF:
                # Qt has switched it; whether the stage is stored is not known yet.
                self.show_stage(self._stage)
            self.begun.emit()
            self.triggered.emit(sender.objectName(), checked)
