"""Writes exports beside the window, and keeps the document open until they are written."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from sleepscorer.core.errors import ExportError, OutputExists, OutputRefused, SleepScorerError
from sleepscorer.core.progress import Progress
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.pipeline import Destination
from sleepscorer.session_documents import Document, Snapshot, export_document

_RUNNING = "An export is running"
# Keys of sentences.
_REFUSED, _WAITING, _WRITTEN = "export refused", "export awaited", "export written"
_HINTS = {
    OutputExists: "export again and check “Replace files that exist”, or choose another folder",
    OutputRefused: "export again into another folder",
}


class Exporter(QObject):
    """Runs one export at a time; sentences about it are told by a key that withdraws them.

    Parameters
    ----------
    tasks
        What it is run with.

    Signals
    -------
    told
        Key, a sentence, and whether it only says that all went well: its end, or why none starts.
    waiting
        Key and sentence of what waits for its end; :meth:`cancel` is the answer to that.
    withdrawn
        Key of the sentences that hold no more.
    ended
        It was written, failed or was cancelled.
    """

    told = Signal(str, str, bool)
    waiting = Signal(str, str)
    withdrawn = Signal(str)
    ended = Signal()

    def __init__(self, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._writing = Latest(tasks, self)
        self._afterwards: Callable[[], object] | None = None

    @property
    def is_running(self) -> bool:
        """True from the start to the end."""
        return self._writing.is_running

    def start(
        self,
        document: Document,
        to: Destination,
        *,
        arousals_scored: bool,
        smooth: bool = False,
    ) -> None:
        """Write the document as it is now; the window goes on meanwhile."""
        if self.is_running:
            sentence = f"{_RUNNING}; start the next one when it has ended."
            self.told.emit(_REFUSED, sentence, False)
            return
        try:
            snapshot = document.snapshot()
        except SleepScorerError as error:
            self.told.emit("", str(error), False)
            return
        self._writing.start(
            "Exporting",
            _export_of(snapshot, to, arousals_scored=arousals_scored, smooth=smooth),
            self._on_written,
            failed=self._on_failed,
            cancelled=self._on_cancelled,
        )

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
        if not self.is_running:
            return False
        self._afterwards = action
        self._withdraw()
        self.waiting.emit(_WAITING, f"{_RUNNING}: {what} when it has ended.")
        return True

    @Slot()
    def cancel(self) -> None:
        """Stop; nothing is written then."""
        self._writing.cancel()

    def _on_written(self, paths: tuple[Path, ...]) -> None:
        names = ", ".join(path.name for path in paths)
        self._end(f"Exported to {paths[0].parent}: {names}", key=_WRITTEN, passing=True)

    def _on_failed(self, sentence: str) -> None:
        self._end(sentence)

    def _on_cancelled(self) -> None:
        self._end("The export was cancelled; nothing was written.", passing=True)

    def _end(self, sentence: str, *, key: str = "", passing: bool = False) -> None:
        afterwards, self._afterwards = self._afterwards, None
        self._withdraw()
        if afterwards is not None:
            afterwards()
        # Closing the recording puts its notices away; this one is still to be read.
        self.told.emit(key, sentence, passing)
        self.ended.emit()

    def _withdraw(self) -> None:
        for key in (_REFUSED, _WAITING):
            self.withdrawn.emit(key)


def _export_of(
    snapshot: Snapshot, to: Destination, *, arousals_scored: bool, smooth: bool
) -> Callable[[Progress], tuple[Path, ...]]:
    def write(progress: Progress) -> tuple[Path, ...]:
        try:
            return export_document(
                snapshot, to, arousals_scored=arousals_scored, smooth=smooth, progress=progress
            )
        except ExportError as error:
            hint = error.hint or _HINTS.get(type(error), "")
            raise ExportError(error.what, path=error.path, hint=hint) from error

    return write
