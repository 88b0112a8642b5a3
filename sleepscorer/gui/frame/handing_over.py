"""Opens files that this program wrote with the programs that the desktop has for them."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from sleepscorer.core.progress import Progress
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner


class HandingOver(QObject):
    """Looks whether a file is still there, beside the window, and hands it over.

    Signals
    -------
    failed
        Why it could not be opened, as a sentence.
    """

    failed = Signal(str)

    def __init__(self, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._looking = Latest(tasks, self)

    def open(self, path: Path, *, again: str) -> None:
        """Open a file or folder.

        Parameters
        ----------
        path
            Its drive may be a slow one.
        again
            What makes it anew, where it is gone: ``"Export again."``.
        """
        self._looking.start(
            f"Looking for {path.name}",
            partial(_is_there, path),
            partial(self._hand_over, path, again),
            failed=self.failed.emit,
            quiet=True,
        )

    def _hand_over(self, path: Path, again: str, is_there: bool) -> None:
        if not is_there:
            why = f"it was moved or deleted since. {again}"
        elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            why = "no program that shows it is set up here. Start one yourself and open it there."
        else:
            return
        self.failed.emit(f"{path} could not be opened: {why}")


def _is_there(path: Path, _progress: Progress) -> bool:
    return path.exists()
