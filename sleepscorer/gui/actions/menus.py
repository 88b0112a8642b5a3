"""The menu bar and the toolbar, made from the table of actions."""

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QMenu, QToolBar, QToolButton

from sleepscorer.analysis.montage_presets import MontagePreset
from sleepscorer.gui.actions.action_set import ActionSet
from sleepscorer.gui.actions.table import ACTIONS, MENUS, PRESET_IDS, STAGE_OF
from sleepscorer.gui.look.appearance import shortened, stand_for_stage
from sleepscorer.gui.look.mnemonics import give_mnemonics
from sleepscorer.gui.settings import RECENT_FILES, SettingsFile

_TOOLBAR_TEXTS = {"score.paint": "Paint", "score.auto": "Auto-score", "file.open": "Open"}
_TOOLBAR_BREAKS = ("edit.undo", "score.w", "score.paint", "event.arousal")


class Menus(QObject):
    """Menus, toolbar, and what in them depends on the moment.

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
    """

    recent_chosen = Signal(object)

    def __init__(self, window: QMainWindow, actions: ActionSet, settings: SettingsFile) -> None:
        super().__init__(window)
        self._actions, self._settings = actions, settings
        self._recent = QMenu("Open recent", window)
        self._menus = {name: window.menuBar().addMenu(name) for name in MENUS}
        for name, menu in self._menus.items():
            self._fill(menu, name)
        give_mnemonics(window.menuBar())
        self._add_toolbar(window)
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
        for part in (*menu.findChildren(QMenu), menu):
            give_mnemonics(part)

    def _add_toolbar(self, window: QMainWindow) -> None:
        bar = QToolBar("Tools", window)
        bar.setObjectName("tools")
        bar.setMovable(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        # The View menu of Qt would hide it, and nothing would bring it back.
        bar.toggleViewAction().setVisible(False)
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        for spec in ACTIONS:
            if not spec.in_toolbar:
                continue
            if spec.id in _TOOLBAR_BREAKS:
                bar.addSeparator()
            action = self._actions[spec.id]
            action.setIconText(_toolbar_text(spec.id, spec.text))
            bar.addAction(action)
            button = bar.widgetForAction(action)
            if isinstance(button, QToolButton):
                button.setAccessibleName(spec.text.rstrip("…"))
                button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
                if spec.id in STAGE_OF:
                    stand_for_stage(button, STAGE_OF[spec.id])
        window.addToolBar(bar)

    @Slot(str)
    def _on_setting_changed(self, name: str) -> None:
        if name in RECENT_FILES:
            self._show_recent()

    @Slot()
    def _on_recent(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.recent_chosen.emit(Path(action.data()))


def _toolbar_text(action_id: str, text: str) -> str:
    if action_id in STAGE_OF:
        return STAGE_OF[action_id].text
    return _TOOLBAR_TEXTS.get(action_id, text.rstrip("…"))
