"""What has to be known or asked when a recording was opened."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from sleepscorer.core.errors import SeveralScorers, SleepScorerError
from sleepscorer.core.progress import Progress
from sleepscorer.core.session import ScoringSession
from sleepscorer.core.stages import Stage
from sleepscorer.gui.frame.current_recording import CurrentRecording
from sleepscorer.gui.frame.notices import Answer, NoticeBar
from sleepscorer.gui.jobs.opening import OpenedRecording
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.session_documents import MISSING, Document, ImportableScoring, read_importable

# More names than that would leave no room for the sentence.
_MOST_ANSWERS = 6


class OpeningNotices(QObject):
    """Shows notices above the traces; what they offer is done on the open document.

    Parameters
    ----------
    current
        What is open.
    settings
        Whether to stage what nobody scored yet.
    tasks
        For reading what lies beside a recording, and looking at recordings.
    notices
        Where they are shown.
    parent
        Over which files are asked for.

    Signals
    -------
    channels_asked
        The person is to say by which channels the recording is staged.
    scoring_asked
        The Document is to be staged at once.
    path_chosen
        The Path of a session or recording that is to be opened in place of what is open.
    closing_asked
        What is open is to be closed first.
    """

    channels_asked = Signal()
    scoring_asked = Signal(object)
    path_chosen = Signal(object)
    closing_asked = Signal()

    def __init__(
        self,
        current: CurrentRecording,
        settings: SettingsFile,
        tasks: TaskRunner,
        notices: NoticeBar,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._current, self._settings = current, settings
        self._notices, self._over = notices, parent
        self._work = Latest(tasks, self)
        current.closed.connect(self._work.drop)

    def show(self, opened: OpenedRecording) -> None:
        """Say what has to be known; ask one thing at most."""
        document, notices = opened.document, self._notices
        self._ask_to_locate(document)
        self._ask_about_copy(document)
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
                Answer("Import it", partial(self._import_beside, None)),
            )
        elif opened.is_unsure:
            self.channels_asked.emit()
        elif self._settings.now.score_on_opening and _is_untouched(document.session):
            self.scoring_asked.emit(document)

    def _open_again(self) -> None:
        """Open the same recording once more: whoever held the session may have closed it."""
        document = self._current.document
        if document is not None:
            self.path_chosen.emit(document.session_path or document.recording.path)

    def _on_failed(self, sentence: str) -> None:
        document = self._current.document
        if document is not None:
            self._ask_to_locate(document)
            self._ask_about_copy(document)
            self._notices.add(sentence)

    # -- a damaged session ----------------------------------------------------------------------

    def _ask_about_copy(self, document: Document) -> None:
        if document.copy_problem:
            self._notices.add(
                document.copy_problem,
                Answer("Use this copy", partial(self._replace_session, document.use_copy)),
                Answer("Begin anew", partial(self._replace_session, document.begin_anew)),
            )

    def _replace_session(self, replace: Callable[[], None]) -> None:
        """Decide what stands in for a session that is damaged or gone, and open that."""
        document = self._current.document
        if document is None:
            return
        is_there = document.recording.format_name != MISSING
        path = document.recording.path if is_there else document.session_path

        def replaced(_nothing: None) -> None:
            self.closing_asked.emit()
            self.path_chosen.emit(path)

        def work(_progress: Progress) -> None:
            replace()

        self._work.start("Replacing the session", work, replaced, failed=self._on_failed)

    # -- locating -------------------------------------------------------------------------------

    def _ask_to_locate(self, document: Document) -> None:
        if not document.needs_locating:
            return
        recording = document.recording
        answers = [Answer("Locate…", self._ask_for_place)]
        if recording.format_name != MISSING:
            answers.append(Answer("Accept it as it is", partial(self._accept, recording.path)))
        # The first problem of a recording that is not the one scored is just that.
        self._notices.add(document.problems[0], *answers)

    def locate(self, path: Path, *, accept_changes: bool = False) -> None:
        """Take this file for the recording of the open session, and open both anew."""
        document = self._current.document
        session_path = None if document is None else document.session_path
        if document is None or session_path is None:
            return

        def locate(_progress: Progress) -> str | None:
            return document.locate(path, accept_changes=accept_changes)

        def located(difference: str | None) -> None:
            self._on_located(path, session_path, difference)

        title = "Looking at the recording"
        self._work.start(title, locate, located, failed=self._on_failed)

    def _on_located(self, path: Path, session_path: Path, difference: str | None) -> None:
        if difference is not None:
            self._notices.add(
                difference,
                Answer("Locate another…", self._ask_for_place),
                Answer("Accept it as it is", partial(self._accept, path)),
            )
            return
        self.closing_asked.emit()
        self.path_chosen.emit(session_path)

    def _ask_for_place(self) -> None:
        document = self._current.document
        if document is None:
            return
        recording = document.recording.path
        name, _ = QFileDialog.getOpenFileName(
            self._over, f"Locate {recording.name}", str(recording.parent)
        )
        if self._current.document is not document:
            return
        if name:
            self.locate(Path(name))
        else:
            self._ask_to_locate(document)

    def _accept(self, path: Path) -> None:
        self.locate(path, accept_changes=True)

    # -- importing ------------------------------------------------------------------------------

    def _import_beside(self, scorer: str | None) -> None:
        document = self._current.document
        if document is None or document.importable is None:
            return
        path, recording = document.importable, document.recording

        def read(_progress: Progress) -> ImportableScoring | SeveralScorers:
            try:
                return read_importable(path, recording, scorer=scorer)
            except SeveralScorers as several:
                return several

        done = partial(self._on_read, document)
        self._work.start("Reading the scoring", read, done, failed=self._on_failed)

    def _on_read(self, document: Document, read: ImportableScoring | SeveralScorers) -> None:
        if isinstance(read, SeveralScorers):
            self._ask_whose(read)
            return
        try:
            document.import_scoring(read)
        except SleepScorerError as error:
            self._notices.add(str(error))
            return
        for note in read.scoring.notes:
            self._notices.add(note)

    def _ask_whose(self, several: SeveralScorers) -> None:
        answers = [Answer(name, partial(self._import_beside, name)) for name in several.scorers]
        self._notices.add(f"{several}. Whose are to be imported?", *answers[:_MOST_ANSWERS])


def _is_untouched(session: ScoringSession) -> bool:
    """Tell whether neither a person nor the machine scored anything yet."""
    return session.machine is None and not (session.state.stages != Stage.UNSCORED).any()
