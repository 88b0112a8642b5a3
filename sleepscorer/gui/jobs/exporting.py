"""Writes exports beside the window, and keeps the document open until they are written."""

from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from sleepscorer.core.errors import (
    ExportError,
    NotAnnotated,
    OutputExists,
    OutputRefused,
    SleepScorerError,
)
from sleepscorer.core.event_kinds import EventFamily
from sleepscorer.core.progress import Progress
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.pipeline import AnnotatedCopy, CopySurvey, Destination, WrittenCopy, write_copy
from sleepscorer.session_documents import Document, Snapshot, annotate_document, export_document

_T = TypeVar("_T")
_RUNNING = "An export is running"
_HINTS = {
    OutputExists: "export again and check “Replace files that exist”, or choose another folder",
    OutputRefused: "export again into another folder",
}


EXPORTED_INSTEAD = "Export… writes the annotations alone"
"""What helps where a recording has no annotated copy."""


class Exporter(QObject):
    """Runs one export at a time.

    Parameters
    ----------
    tasks
        What it is run with.

    Signals
    -------
    refused
        The sentence why none starts while another runs.
    waiting
        The sentence of what waits for its end; :meth:`cancel` is the answer to that.
    ended
        It was written, failed or was cancelled; none of those sentences holds any more.
    written
        The paths of the files, after ``ended``.
    remarked
        What is to be known of what was written, as sentences, after ``written``.
    failed
        The sentence for people: none starts, or it has ended without a file.
    cancelled
        Nothing was written, after ``ended``.
    """

    refused = Signal(str)
    waiting = Signal(str)
    ended = Signal()
    written = Signal(object)
    remarked = Signal(object)
    failed = Signal(str)
    cancelled = Signal()

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
        scored: Collection[EventFamily] = (),
        smooth: bool = False,
    ) -> None:
        """Write the document as it is now; the window goes on meanwhile."""
        snapshot = self._snapshot_of(document)
        if snapshot is not None:
            export = _export_of(snapshot, to, scored=scored, smooth=smooth)
            self._run("Exporting", export, self._on_written)

    @Slot(object, object)
    def start_copy(self, survey: CopySurvey, out: Path) -> None:
        """Write the de-identified copy of a recording of which the texts were listed."""
        if not self._refuses():
            self._run("Writing the copy", partial(_copied, survey, out), self._on_written)

    @Slot(object, object)
    def start_annotated(self, document: Document, copy: AnnotatedCopy) -> None:
        """Write a copy of the recording with the scoring as it is now."""
        snapshot = self._snapshot_of(document)
        if snapshot is not None:
            self._run("Writing the copy", partial(_annotated, snapshot, copy), self._on_annotated)

    def _snapshot_of(self, document: Document) -> Snapshot | None:
        """Return the document as it is now; say why nothing starts where that is so."""
        if self._refuses():
            return None
        try:
            return document.snapshot()
        except SleepScorerError as error:
            self.failed.emit(str(error))
            return None

    def _refuses(self) -> bool:
        """Say that one runs already, if so."""
        if self.is_running:
            self.refused.emit(f"{_RUNNING}; start the next one when it has ended.")
        return self.is_running

    def _run(
        self, title: str, work: Callable[[Progress], _T], then: Callable[[_T], object]
    ) -> None:
        self._writing.start(
            title,
            work,
            then,
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
        self.waiting.emit(f"{_RUNNING}: {what} when it has ended.")
        return True

    @Slot()
    def cancel(self) -> None:
        """Stop; nothing is written then."""
        self._writing.cancel()

    def _on_written(self, paths: tuple[Path, ...]) -> None:
        self._end()
        self.written.emit(paths)

    def _on_annotated(self, copy: WrittenCopy) -> None:
        self._on_written((copy.path,))
        if copy.warnings:
            self.remarked.emit(copy.warnings)

    def _on_failed(self, sentence: str) -> None:
        self._end()
        self.failed.emit(sentence)

    def _on_cancelled(self) -> None:
        self._end()
        self.cancelled.emit()

    def _end(self) -> None:
        afterwards, self._afterwards = self._afterwards, None
        self.ended.emit()
        if afterwards is not None:
            afterwards()


def _copied(survey: CopySurvey, out: Path, progress: Progress) -> tuple[Path, ...]:
    return (write_copy(survey, out, progress),)


def _annotated(snapshot: Snapshot, copy: AnnotatedCopy, progress: Progress) -> WrittenCopy:
    try:
        return annotate_document(snapshot, copy, progress=progress)
    except NotAnnotated as error:
        error.hint = EXPORTED_INSTEAD
        raise


def _export_of(
    snapshot: Snapshot, to: Destination, *, scored: Collection[EventFamily], smooth: bool
) -> Callable[[Progress], tuple[Path, ...]]:
    def write(progress: Progress) -> tuple[Path, ...]:
        try:
            return export_document(snapshot, to, scored=scored, smooth=smooth, progress=progress)
        except ExportError as error:
            hint = error.hint or _HINTS.get(type(error), "")
            raise ExportError(error.what, path=error.path, hint=hint) from error

    return write
