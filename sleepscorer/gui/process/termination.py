"""Ends the program in good order when it is asked to: Ctrl+C in the terminal, shutting down."""

import signal
import socket
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot
from PySide6.QtWidgets import QApplication

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Termination(QObject):
    """Closes all windows when the process is asked to end.

    Python handles a signal only when Python code runs, and while Qt waits for events none does: the
    signal writes to a socket that Qt watches.

    Signals
    -------
    asked
        Before the windows close: whatever keeps them open is to end now.
    """

    asked = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_signal)
        self._handlers_before = [signal.signal(one, _leave_to_notifier) for one in _SIGNALS]
        self._fd_before = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)

    def stop(self) -> None:
        """Leave signals to whoever had them before."""
        signal.set_wakeup_fd(self._fd_before)
        for one, handler in zip(_SIGNALS, self._handlers_before, strict=True):
            signal.signal(one, handler)
        self._notifier.setEnabled(False)
        self._reader.close()
        self._writer.close()

    @Slot()
    def _on_signal(self) -> None:
        self._reader.recv(64)
        self.asked.emit()
        QApplication.closeAllWindows()
        QApplication.quit()


def _leave_to_notifier(_number: int, _frame: FrameType | None) -> None:
    """Keep Python from ending at once."""
