"""Starts the window."""

import logging
import os
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from sleepscorer import __version__
from sleepscorer.gui.look.appearance import apply_theme
from sleepscorer.gui.look.focus_frame import FocusFrames
from sleepscorer.gui.look.icons import icon
from sleepscorer.gui.look.screen_fit import show_fitting
from sleepscorer.gui.main_window import MainWindow
from sleepscorer.gui.process.errors import ErrorHook
from sleepscorer.gui.process.garbage import GarbageCollection
from sleepscorer.gui.process.tasks import wait_for_threads
from sleepscorer.gui.process.termination import Termination
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.logs import start_logging

# Whatever notices nothing for so long would keep the process for ever.
_EXIT_WITHIN_S = 10.0
# A paint lets go of Python's lock hundreds of times, and would each time wait for so long while a
# worker computes in Python (5 ms by default). Importing torch beside paging: 226 ms became 56.
_LOCK_CHANGES_HANDS_S = 2e-5


def run_window(path: Path | None = None) -> int:
    """Show the window until it is closed; return the exit code.

    Parameters
    ----------
    path
        A recording, a session file or a folder to open.
    """
    start_logging()
    sys.setswitchinterval(_LOCK_CHANGES_HANDS_S)
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("sleepscorer")
    application.setApplicationVersion(__version__)
    # Wayland finds the icon by this name, the others have it from here.
    application.setDesktopFileName("sleepscorer")
    application.setWindowIcon(icon("sleepscorer"))
    hook = ErrorHook(application)
    hook.install()
    garbage = GarbageCollection(application)
    settings = SettingsFile()
    window = MainWindow(settings)
    termination = Termination(application)
    termination.asked.connect(window.exporter.cancel)
    # A form that asks about what was typed would keep the window open.
    termination.asked.connect(window.dialogs.close_all)
    try:
        _show(application, window, path)
        code = application.exec()
    finally:
        termination.stop()
        hook.uninstall()
        window.exporter.cancel()
        window.tasks.stop_all()
        window.close_recording()
        has_ended = wait_for_threads(_EXIT_WITHIN_S)
    if not has_ended:
        # Python would destroy a thread that still runs, and Qt would then crash the program.
        logging.shutdown()
        os._exit(code)
    garbage.stop()
    return code


def _show(application: QApplication, window: MainWindow, path: Path | None) -> None:
    apply_theme(application, window.theme)
    FocusFrames(application)
    if path is not None:
        window.await_path(path)
    show_fitting(window)
    if path is not None:
        window.open_path(path)
    elif window.settings.now.show_help_at_start:
        window.settings.set(show_help_at_start=False)
        QTimer.singleShot(0, window.show_help)
    else:
        window.focus_traces()
