"""Says in the status line on what the auto-scorer runs."""

from PySide6.QtCore import QObject, QTimer, Slot

from sleepscorer.core.progress import Progress
from sleepscorer.gui.frame.status_line import LOOKING_FOR_DEVICE, StatusLine
from sleepscorer.gui.process.tasks import Task, TaskRunner
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.session_documents import expected_device

# The first page comes first.
_LOOK_AFTER_MS = 1500


class DeviceStatus(QObject):
    """Looks for the device once the window is shown, and whenever another one is preferred."""

    def __init__(self, status: StatusLine, tasks: TaskRunner, settings: SettingsFile) -> None:
        super().__init__(status)
        self._status, self._tasks, self._settings = status, tasks, settings
        self._task: Task | None = None
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
        wanted = self._settings.now.device

        def look(_progress: Progress) -> str:
            return expected_device(wanted)

        self._task = self._tasks.start(LOOKING_FOR_DEVICE, look)
        self._task.finished.connect(self._on_found)

    @Slot(object)
    def _on_found(self, text: str) -> None:
        if self.sender() is self._task:
            self._task = None
            self._status.set_part("device", f"Auto-scorer: {text}", "What it runs on")
