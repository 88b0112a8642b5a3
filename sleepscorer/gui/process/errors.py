"""What nobody expected: one hook, one dialog, the log; the program goes on."""

import sys
import threading
from types import TracebackType

from PySide6.QtCore import (
    QMessageLogContext,
    QObject,
    Qt,
    QtMsgType,
    Signal,
    Slot,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication, QMessageBox

from sleepscorer.core.errors import SleepScorerError
from sleepscorer.gui.process.bug_reports import BUG_SENTENCE, error_trail, log_bug, log_place
from sleepscorer.logs import LOGGER

_SERIOUS = (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)


class ErrorHook(QObject):
    """Catches what was raised and not expected, on every thread, and tells the person once.

    While a dialog is open further errors go to the log only: a fault that returns with every
    movement of the mouse must not bury the window under dialogs.
    """

    _raised = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._dialog: QMessageBox | None = None
        self._raised.connect(self._on_raised, Qt.ConnectionType.QueuedConnection)

    @property
    def dialog(self) -> QMessageBox | None:
        """The dialog on the screen."""
        return self._dialog

    def install(self) -> None:
        """Catch from now on."""
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        qInstallMessageHandler(log_qt_message)

    def uninstall(self) -> None:
        """Leave errors to Python and Qt again."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        qInstallMessageHandler(None)

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if not isinstance(error, Exception):
            sys.__excepthook__(kind, error, trace)
            QApplication.quit()
            return
        if not isinstance(error, SleepScorerError):
            log_bug(error)
        self._raised.emit(error)

    def _on_thread_exception(self, raised: threading.ExceptHookArgs) -> None:
        if isinstance(raised.exc_value, Exception):
            self._on_exception(raised.exc_type, raised.exc_value, raised.exc_traceback)

    @Slot(object)
    def _on_raised(self, error: Exception) -> None:
        if self._dialog is not None:
            return
        is_bug = not isinstance(error, SleepScorerError)
        box = QMessageBox(QApplication.activeWindow())
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle("sleepscorer")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(BUG_SENTENCE if is_bug else str(error))
        if is_bug:
            box.setInformativeText(f"Log file: {log_place()}")
            box.setDetailedText(error_trail(error))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(self._on_dialog_finished)
        self._dialog = box
        box.open()

    @Slot(int)
    def _on_dialog_finished(self, _result: int) -> None:
        self._dialog = None


def log_qt_message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    """Write warnings of Qt to the log; a text that may hold a path is left out."""
    if kind in _SERIOUS:
        safe = "(left out)" if "/" in text or "\\" in text else text
        LOGGER.warning("Qt, %s: %s", context.category, safe)
