"""How the machine's layer is shown: in five stages or three, its smoothed answer beside it or not.

The person's own scoring has five stages whatever is shown of the machine.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from sleepscorer.core.stages import STAGES, THREE_STAGES

if TYPE_CHECKING:
    from sleepscorer.gui.main_window import MainWindow

_SETTINGS = ("three_stages", "smooth_machine")


class MachineView(QObject):
    """Carries the person's settings to the open session and to the menu.

    Parameters
    ----------
    window
        Whose settings, actions and session they are.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        window.settings.changed.connect(self._on_setting_changed)
        self.show()

    def show(self) -> None:
        """Show the open session as set, and check in the menu what holds."""
        now, actions = self._window.settings.now, self._window.actions_of
        actions["view.stages_5"].setChecked(not now.three_stages)
        actions["view.stages_3"].setChecked(now.three_stages)
        actions["view.smooth"].setChecked(now.smooth_machine)
        if self._window.workspace is not None:
            told = THREE_STAGES if now.three_stages else STAGES
            self._window.workspace.model.show_machine(told, smooth=now.smooth_machine)

    @Slot(str)
    def _on_setting_changed(self, name: str) -> None:
        if name in _SETTINGS:
            self.show()
