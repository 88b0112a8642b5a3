"""Saves the settings that a laboratory shares to a file, and loads them from one."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from sleepscorer.gui.jobs.montage_presets import Presets
from sleepscorer.gui.jobs.shared_settings import (
    SharedSettings,
    keep_presets,
    read_shared,
    write_shared,
)
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.settings import SettingsFile

_FILES = "Settings (*.json);;All files (*)"


class SettingsExchange(QObject):
    """Asks for files, and has them written and read beside the window.

    Parameters
    ----------
    settings
        What is saved, and changed by loading.
    tasks
        The drive may be a slow one.
    presets
        Read again when montages were loaded.
    ask
        Opens a dialog, and calls its second argument when that is accepted.
    parent
        The widget over which files are asked for.

    Signals
    -------
    said
        A sentence for the status line.
    failed
        A sentence that must be seen.
    left
        A file was chosen, or none.
    """

    said = Signal(str)
    failed = Signal(str)
    left = Signal()

    def __init__(
        self,
        settings: SettingsFile,
        tasks: TaskRunner,
        presets: Presets,
        *,
        ask: Callable[[QDialog, Callable[[], None]], None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._settings, self._presets = settings, presets
        self._ask, self._over = ask, parent
        self._work = Latest(tasks, self)
        self._read: SharedSettings | None = None

    def save(self) -> None:
        """Ask for a file, and write the settings to it."""
        name, _ = QFileDialog.getSaveFileName(
            self._over,
            "Save settings to a file",
            str(Path.home() / "sleepscorer-settings.json"),
            _FILES,
        )
        self.left.emit()
        if name:
            # The file dialog has asked about this name, not about one with an ending.
            path, asked = Path(name), bool(Path(name).suffix)
            path = path if asked else path.with_name(f"{path.name}.json")
            self._work.start(
                "Saving the settings",
                partial(write_shared, path, self._settings.now, force=asked),
                lambda _: self.said.emit(f"The settings are saved in {path.name}"),
                failed=self.failed.emit,
            )

    def load(self) -> None:
        """Ask for a file of settings, and whether what it would change is to be changed."""
        name, _ = QFileDialog.getOpenFileName(
            self._over, "Load settings from a file", str(Path.home()), _FILES
        )
        self.left.emit()
        if name:
            self._work.start(
                "Reading the settings",
                partial(read_shared, Path(name)),
                self._show_changes,
                failed=self.failed.emit,
            )

    def _show_changes(self, shared: SharedSettings) -> None:
        from sleepscorer.gui.dialogs.settings_loading import SettingsLoadingDialog

        self._read = shared
        dialog = SettingsLoadingDialog(shared, self._settings.now, self._over)
        self._ask(dialog, self._on_accepted)

    @Slot()
    def _on_accepted(self) -> None:
        if self._read is not None:
            self._work.start(
                "Loading the settings",
                partial(keep_presets, self._read),
                partial(self._take_over, self._read),
                failed=self.failed.emit,
            )

    def _take_over(self, shared: SharedSettings, _kept: None) -> None:
        """Set them; montages that could not be written would have ended it before."""
        self._settings.set(**shared.values)
        self._presets.read_again()
        self.said.emit(f"The settings of {shared.name} are in force")
