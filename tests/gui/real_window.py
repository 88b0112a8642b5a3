"""The real window on a simulated night, opened and worked as a person does."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from sleepscorer.gui.look.appearance import apply_theme
from sleepscorer.gui.main_window import MainWindow
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.simulated_files import scoring_path, write_simulated_night
from sleepscorer.simulation.channels import STANDARD_MONTAGE, derivations
from sleepscorer.simulation.night import simulate_night

PLAIN = Qt.KeyboardModifier.NoModifier
_OPEN_WITHIN_MS = 20_000


def write_night(
    path: Path,
    *names: str,
    hours: float,
    sampling_rate_hz: float = 100,
    keep_scoring: bool = False,
) -> Path:
    """Write a night of these derivations; its true scoring would be offered beside it."""
    channels = derivations(*names, sampling_rate_hz=sampling_rate_hz)
    write_simulated_night(simulate_night(hours=hours, seed=5, channels=channels), path)
    if not keep_scoring:
        scoring_path(path).unlink()
    return path


def write_full_night(path: Path) -> Path:
    """Write a quarter of an hour of everything that a laboratory records."""
    write_simulated_night(simulate_night(hours=0.25, seed=5, channels=STANDARD_MONTAGE), path)
    scoring_path(path).unlink()
    return path


def settings_in(folder: Path) -> SettingsFile:
    """Settings of their own, with which sessions are kept in the folder too."""
    settings = SettingsFile(folder / "settings.json")
    sessions = folder / "sessions"
    sessions.mkdir()
    settings.set(session_folder=str(sessions))
    return settings


def show_window(qtbot, settings: SettingsFile) -> MainWindow:
    window = MainWindow(settings)
    apply_theme(QApplication.instance(), window.theme)
    # A window that waits for an export does not close.
    qtbot.addWidget(window, before_close_func=lambda window: window.tasks.stop_all())
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def wait_for(qtbot, window: MainWindow, path: Path) -> None:
    """Until a recording that is being opened is there with its traces."""
    qtbot.waitUntil(
        lambda: window.document is not None and window.document.recording.path == path,
        timeout=_OPEN_WITHIN_MS,
    )
    qtbot.waitUntil(lambda: window.workspace.traces.is_current, timeout=_OPEN_WITHIN_MS)


def open_in(qtbot, window: MainWindow, path: Path) -> MainWindow:
    window.open_path(path)
    wait_for(qtbot, window, path)
    return window


def press(qtbot, window, key, modifier=PLAIN) -> None:
    """Press a key where the keyboard is: in an open menu, else at the focus."""
    target = QApplication.activePopupWidget() or QApplication.focusWidget() or window
    qtbot.keyClick(target, key, modifier)


def dialog_of(qtbot, window: MainWindow, kind):
    """Wait for a dialog of the window; it is then the active one."""
    qtbot.waitUntil(lambda: isinstance(window.dialogs.dialog, kind))
    window.dialogs.dialog.activateWindow()
    qtbot.waitUntil(window.dialogs.dialog.isActiveWindow)
    return window.dialogs.dialog
