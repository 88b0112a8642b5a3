"""Finds out on what the auto-scorer runs."""

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from sleepscorer.core.progress import Progress
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.session_documents import expected_device

# The first page comes first.
_LOOK_AFTER_MS = 1500


class DeviceLookup(QObject):
    """Looks for the device once the window is shown, and whenever another one is preferred.

    Signals
    -------
    found
        The device in words, such as "CPU" or "GPU: NVIDIA H100".
    """

    found = Signal(str)

    def __init__(
        self, tasks: TaskRunner, settings: SettingsFile, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._looking = Latest(tasks, self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_LOOK_AFTER_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        settings.changed.connect(self._on_setting_changed)

    def stop(self) -> None:
        """Look no more: the window is closed."""
        self._timer.stop()

    @Slot(str)
    def _on_setting_changed(self, name: str) -> None:
        if name == "device":
            self._timer.start()

    @Slot()
    def _look(self) -> None:
        look = partial(_device, self._settings.now.device)
        self._looking.start("Looking for a GPU", look, self.found.emit, quiet=True)


def _device(wanted: str, _progress: Progress) -> str:
    return expected_device(wanted)
