"""What has to be known or asked when a recording was opened."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.progress import Progress
from sleepscorer.core.session import ScoringSession
from sleepscorer.core.stages import Stage
from sleepscorer.gui.frame.notices import Answer
from sleepscorer.gui.jobs.opening import OpenedRecording
from sleepscorer.gui.process.tasks import Task, Work
from sleepscorer.session_documents import MISSING, Document, ScoringBeside, read_beside

if TYPE_CHECKING:
    from sleepscorer.gui.main_window import MainWindow


class OpeningNotices(QObject):
    """Shows notices above the traces; what they offer is done on the open document.

    Parameters
    ----------
    window
        The window with the document.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._task: Task | None = None
        self._asked_for: Document | None = None
        self._place = Path()

    def show(self, opened: OpenedRecording) -> None:
        """Say what has to be known; ask one thing at most."""
        document, notices = opened.document, self._window.notices
        self._ask_to_locate(document)
        for sentence in (*document.problems, *document.recording.warnings):
            notices.add(sentence)
        if document.held_by:
            notices.add(
                f"Read only: this session is held by {document.held_by}. What you press here is"
                " not stored.",
                Answer("Try again", self._open_again),
            )
        if document.needs_locating:
            return
        if document.session.n_epochs == 0:
            notices.add(
                "The recording is shorter than one epoch of 30 s: it can be looked at, not scored."
            )
        elif document.importable is not None:
            notices.add(
                f"A scoring lies beside the recording: {document.importable.name}",
                Answer("Import it", self._import_beside),
            )
        elif opened.is_unsure:
            self._window.dialogs.choose_channels()
        elif self._window.settings.now.score_on_opening and _is_untouched(document.session):
            self._window.dialogs.score_at_once(document)

    def _open_again(self) -> None:
        """Open the same recording once more: whoever held the session may have closed it."""
        document = self._window.document
        if document is not None:
            self._window.open_path(document.session_path or document.recording.path)

    def _start(self, title: str, work: Work, document: Document) -> Task:
        """Begin what is done for this document; only the newest of such tasks counts."""
        self._asked_for = document
        self._task = self._window.tasks.start(title, work)
        self._task.failed.connect(self._on_failed)
        return self._task

    def _document_of_sender(self) -> Document | None:
        """The document that a task was started for, if that is still open and waited for."""
        document = self._window.document
        is_current = self.sender() is self._task and document is self._asked_for
        return document if is_current else None

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        document = self._document_of_sender()
        if document is not None:
            self._ask_to_locate(document)
            self._window.tell(sentence)

    # -- locating -------------------------------------------------------------------------------

    def _ask_to_locate(self, document: Document) -> None:
        if not document.needs_locating:
            return
        recording = document.recording
        answers = [Answer("Locate…", self._ask_for_place)]
        if recording.format_name != MISSING:
            answers.append(Answer("Accept it as it is", partial(self._accept, recording.path)))
        # The first problem of a recording that is not the one scored is just that.
        self._window.notices.add(document.problems[0], *answers)

    def locate(self, path: Path, *, accept_changes: bool = False) -> None:
        """Take this file for the recording of the open session, and open both anew."""
        document = self._window.document
        if document is None or document.session_path is None:
            return

        def locate(_progress: Progress) -> str | None:
            return document.locate(path, accept_changes=accept_changes)

        self._place = path
        self._start("Looking at the recording", locate, document).finished.connect(self._on_located)

    @Slot(object)
    def _on_located(self, difference: str | None) -> None:
        document = self._document_of_sender()
        if document is None or document.session_path is None:
            return
        if difference is not None:
            self._window.notices.add(
                difference,
                Answer("Locate another…", self._ask_for_place),
                Answer("Accept it as it is", partial(self._accept, self._place)),
            )
            return
        session_path = document.session_path
        self._window.close_recording()
        self._window.open_path(session_path)

    def _ask_for_place(self) -> None:
        document = self._window.document
        if document is None:
            return
        recording = document.recording.path
        name, _ = QFileDialog.getOpenFileName(
            self._window, f"Locate {recording.name}", str(recording.parent)
        )
        if self._window.document is not document:
            return
        if name:
            self.locate(Path(name))
        else:
            self._ask_to_locate(document)

    def _accept(self, path: Path) -> None:
        self.locate(path, accept_changes=True)

    # -- importing ------------------------------------------------------------------------------

    def _import_beside(self) -> None:
        document = self._window.document
        if document is None or document.importable is None:
            return
        path, recording = document.importable, document.recording

        def read(_progress: Progress) -> ScoringBeside:
            return read_beside(path, recording)

        self._start("Reading the scoring", read, document).finished.connect(self._on_read)

    @Slot(object)
    def _on_read(self, read: ScoringBeside) -> None:
        document = self._document_of_sender()
        if document is None:
            return
        try:
            document.import_scoring(read)
        except SleepScorerError as error:
            self._window.tell(str(error))
            return
        for note in read.scoring.notes:
            self._window.tell(note)


def _is_untouched(session: ScoringSession) -> bool:
    """Tell whether neither a person nor the machine scored anything yet."""
    return session.machine is None and not (session.state.stages != Stage.UNSCORED).any()
