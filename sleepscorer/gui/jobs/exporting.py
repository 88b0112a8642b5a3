"""Writes exports beside the window, and keeps the document open until they are written."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from sleepscorer.core.errors import ExportError, OutputExists, OutputRefused
from sleepscorer.core.progress import Progress
from sleepscorer.gui.choices import ExportChoice
from sleepscorer.gui.frame.notices import Answer, NoticeBar
from sleepscorer.gui.process.tasks import Task, TaskRunner
from sleepscorer.session_documents import Document, export_document

_WAITING = "An export is running"
_HINTS = {
    OutputExists: "export again and check “Replace files that exist”, or choose another folder",
    OutputRefused: "export again into another folder",
}


class Exporter(QObject):
    """Runs one export at a time; its end is told in a notice.

    Parameters
    ----------
    tasks
        What it is run with.
    notices
        Where its end is told.

    Signals
    -------
    ended
        It was written, failed or was cancelled.
    """

    ended = Signal()

    def __init__(
        self, tasks: TaskRunner, notices: NoticeBar, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._tasks, self._notices = tasks, notices
        self._task: Task | None = None
        self._afterwards: Callable[[], object] | None = None

    @property
    def is_running(self) -> bool:
        """True from the start to the end."""
        return self._task is not None

    def start(
        self,
        document: Document,
        choice: ExportChoice,
        *,
        arousals_scored: bool,
        smooth: bool = False,
    ) -> None:
        """Write the files; the window goes on meanwhile."""
        if self._task is not None:
            self._notices.add(f"{_WAITING}; start the next one when it has ended.")
            return

        write = _work(document, choice, arousals_scored=arousals_scored, smooth=smooth)
        self._task = self._tasks.start("Exporting", write)
        self._task.finished.connect(self._on_exported)
        self._task.failed.connect(self._on_failed)
        self._task.cancelled.connect(self._on_cancelled)

    def postpone(self, what: str, action: Callable[[], object]) -> bool:
        """Do something that would end the export once it has ended by itself.

        Parameters
        ----------
        what
            What will be done then: "the window closes".
        action
            Only the last one asked for is done.

        Returns
        -------
        False if no export runs; nothing is then done.
        """
        if self._task is None:
            return False
        self._afterwards = action
        self._notices.remove(_WAITING)
        self._notices.add(
            f"{_WAITING}: {what} when it has ended.", Answer("Cancel the export", self.cancel)
        )
        return True

    @Slot()
    def cancel(self) -> None:
        """Stop; nothing is written then."""
        if self._task is not None:
            self._task.cancel()

    @Slot(object)
    def _on_exported(self, paths: tuple[Path, ...]) -> None:
        names = ", ".join(path.name for path in paths)
        self._notices.remove("Exported to ")
        self._end(f"Exported to {paths[0].parent}: {names}", passing=True)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._end(sentence)

    @Slot()
    def _on_cancelled(self) -> None:
        self._end("The export was cancelled; nothing was written.", passing=True)

    def _end(self, sentence: str, *, passing: bool = False) -> None:
        if self.sender() is not self._task:
            return
        self._task = None
        afterwards, self._afterwards = self._afterwards, None
        self._notices.remove(_WAITING)
        if afterwards is not None:
            afterwards()
        # Closing the recording puts its notices away; this one is still to be read.
        self._notices.add(sentence, passing=passing)
        self.ended.emit()


def _work(
    document: Document, choice: ExportChoice, *, arousals_scored: bool, smooth: bool
) -> Callable[[Progress], tuple[Path, ...]]:
    def write(progress: Progress) -> tuple[Path, ...]:
        try:
            return export_document(
                document,
                choice.folder,
                formats=choice.formats,
                force=choice.force,
                progress=progress,
                deidentify=choice.deidentify,
                arousals_scored=arousals_scored,
                smooth=smooth,
            )
        except ExportError as error:
            hint = error.hint or _HINTS.get(type(error), "")
            raise ExportError(error.what, path=error.path, hint=hint) from error

    return write
