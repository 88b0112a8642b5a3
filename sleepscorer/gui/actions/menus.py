"""The menu bar, made from the table of actions."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QMenu

from sleepscorer.analysis.montage_presets import MontagePreset
from sleepscorer.core.layered_session import LayeredSession
from sleepscorer.core.layers import Layer
from sleepscorer.core.wording import of_counted
from sleepscorer.gui.actions.action_set import ActionSet
from sleepscorer.gui.actions.table import ACTIONS, MENUS, PRESET_IDS
from sleepscorer.gui.look.appearance import shortened
from sleepscorer.gui.look.mnemonics import give_mnemonics
from sleepscorer.gui.settings import RECENT_FILES, SettingsFile

_MOST_DIGITS = 9


class Menus(QObject):
    """Menus, and what in them depends on the moment.

    Parameters
    ----------
    window
        Whose they are.
    actions
        What is in them.
    settings
        Which recordings were opened.

    Signals
    -------
    recent_chosen
        The Path of a recent recording.
    scoring_chosen
        The number of a scoring of the session, to be shown.
    """

    recent_chosen = Signal(object)
    scoring_chosen = Signal(int)

    def __init__(self, window: QMainWindow, actions: ActionSet, settings: SettingsFile) -> None:
        super().__init__(window)
        self._actions, self._settings = actions, settings
        self._recent = QMenu("Open recent", window)
        self._scorings_of: LayeredSession | None = None
        self._scorings = QMenu("Switch to", window)
        self._menus = {name: window.menuBar().addMenu(name) for name in MENUS}
        for name, menu in self._menus.items():
            self._fill(menu, name)
        give_mnemonics(window.menuBar())
        self._menus["Score"].aboutToShow.connect(self._show_scorings)
        self._show_scorings()
        self.show_presets((), "")
        settings.changed.connect(self._on_setting_changed)
        self._show_recent()

    def _show_recent(self) -> None:
        paths = self._settings.now.recent_files
        self._recent.clear()
        for number, name in enumerate(paths, start=1):
            action = self._recent.addAction(f"&{number} {shortened(Path(name).name)}")
            action.setData(name)
            action.setToolTip(name)
            action.triggered.connect(self._on_recent)
        self._recent.setEnabled(bool(paths))

    def follow(self, scorings: LayeredSession | None) -> None:
        """List these scorings, or none."""
        self._scorings_of = scorings
        self._show_scorings()

    @Slot()
    def _show_scorings(self) -> None:
        """List whose scorings there are and how far each is; while one is blind, names alone."""
        self._scorings.clear()
        scorings = self._scorings_of
        listed = [] if scorings is None else [one for one in scorings.layers if not one.is_hidden]
        self._scorings.setEnabled(len(listed) > 1)
        if scorings is None:
            return
        active, is_blind = scorings.active, scorings.is_blind
        for place, layer in enumerate(listed, start=1):
            is_shown = layer.number == active.layer.number
            text = shortened(_scoring_text(scorings, layer, tells=is_shown or not is_blind))
            key = f"&{place} " if place <= _MOST_DIGITS else ""
            action = self._scorings.addAction(f"{key}{text.replace('&', '&&')}")
            action.setData(layer.number)
            action.setCheckable(True)
            action.setChecked(is_shown)
            action.setEnabled(is_shown or not (is_blind and active.is_own))
            action.triggered.connect(self._on_scoring)

    def show_presets(self, presets: tuple[MontagePreset, ...], current: str) -> None:
        """Name the presets, and check the one that is shown."""
        for index, action_id in enumerate(PRESET_IDS):
            action = self._actions[action_id]
            is_there = index < len(presets)
            action.setVisible(is_there)
            if is_there:
                name = presets[index].name
                action.setText(name.replace("&", "&&"))
                action.setChecked(name == current)
        give_mnemonics(self._menus["Montage"])

    def show_own_kinds(self) -> None:
        """Give the kinds of events of one's own letters, once they have their names."""
        give_mnemonics(self._menus["Event"])

    def _fill(self, menu: QMenu, name: str) -> None:
        group = 0
        for spec in ACTIONS:
            if spec.menu != name or not spec.in_menu:
                continue
            if spec.group != group:
                menu.addSeparator()
                group = spec.group
            place = menu
            if spec.submenu:
                known = menu.findChild(QMenu, spec.submenu)
                place = known or menu.addMenu(spec.submenu)
                place.setObjectName(spec.submenu)
            place.addAction(self._actions[spec.id])
            if spec.id == "file.open":
                menu.addMenu(self._recent)
            if spec.id == "scorers.next":
                place.addMenu(self._scorings)
        for part in (*menu.findChildren(QMenu), menu):
            give_mnemonics(part)

    @Slot(str)
    def _on_setting_changed(self, name: str) -> None:
        if name in RECENT_FILES:
            self._show_recent()

    @Slot()
    def _on_scoring(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.scoring_chosen.emit(action.data())

    @Slot()
    def _on_recent(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.recent_chosen.emit(Path(action.data()))


def _scoring_text(scorings: LayeredSession, layer: Layer, *, tells: bool) -> str:
    """Name a scoring: ``Anna, blind – anna, 312 of 960 epochs scored``."""
    blind = ", blind" if layer.hides_others else ""
    if not tells:
        return f"{layer.name}{blind}"
    told = [*scorings.scorers_of(layer)]
    n_epochs = scorings.active.n_epochs
    told.append(f"{of_counted(scorings.n_scored(layer.number), n_epochs, 'epoch')} scored")
    return f"{layer.name}{blind} – {', '.join(told)}"
