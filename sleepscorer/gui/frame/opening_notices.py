"""What has to be known or asked when a recording was opened."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from sleepscorer.core.progress import Progress
from sleepscorer.core.session import ScoringSession
from sleepscorer.core.stages import Stage
from sleepscorer.gui.frame.current_recording import CurrentRecording
from sleepscorer.gui.frame.notices import Answer, NoticeBar, NoticeKind
from sleepscorer.gui.frame.scoring_import import ScoringImport
from sleepscorer.gui.jobs.opening import OpenedRecording
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.session_documents import (
    MISSING,
    Document,
    FoundScoring,
)

# So many names of files can be read at a glance.
_MOST_NAMES = 6


class OpeningNotices(QObject):
    """Shows notices over the traces; what they offer is done on the open document.

    Parameters
    ----------
    current
        What is open.
    settings
        Whether to stage what nobody scored yet.
    tasks
        For looking at recordings.
    notices
        Where they are shown.
    scorings
        What offers scorings.
    parent
        Over which files are asked for.

    Signals
    -------
    channels_asked
        The person is to say by which channels the recording is staged.
    scoring_asked
        The Document is to be staged at once.
    paths_chosen
        A tuple of Paths that are to be opened in place of what is open.
    """

    channels_asked = Signal()
    scoring_asked = Signal(object)
    paths_chosen = Signal(object)

    def __init__(
        self,
        current: CurrentRecording,
        settings: SettingsFile,
        tasks: TaskRunner,
        notices: NoticeBar,
        scorings: ScoringImport,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._current, self._settings = current, settings
        self._notices, self._scorings, self._over = notices, scorings, parent
        self._work = Latest(tasks, self)
        current.closed.connect(self._work.drop)

    def show(self, opened: OpenedRecording) -> None:
        """Say what has to be known; ask one thing at most."""
        document, notices = opened.document, self._notices
        self._ask_to_locate(document)
        self._ask_about_copy(document)
        for sentence in (*document.problems, *document.recording.warnings):
            notices.add(sentence, kind=NoticeKind.WARNING)
        for sentence in document.remarks:
            notices.add(sentence, kind=NoticeKind.INFORMATION)
        if document.held_by:
            notices.add(
                f"Read only: this session is held by {document.held_by}. What you press here is"
                " not stored.",
                Answer("Try again", self._open_again),
                kind=NoticeKind.WARNING,
            )
        if opened.left:
            self._tell_left(opened)
        if not document.needs_locating:
            self._ask(opened)

    def _ask(self, opened: OpenedRecording) -> None:
        document, notices = opened.document, self._notices
        if document.session.n_epochs == 0:
            notices.add(
                "The recording is shorter than one epoch of 30 s: it can be looked at, not scored.",
                kind=NoticeKind.WARNING,
            )
        elif opened.scorings:
            self._scorings.offer(tuple(map(FoundScoring, opened.scorings)))
        elif document.importable is not None:
            self._scorings.offer_beside(document, document.importable)
        elif opened.is_unsure:
            self.channels_asked.emit()
        elif self._settings.now.score_on_opening and _may_be_staged(document.session):
            self.scoring_asked.emit(document)

    def _open_again(self) -> None:
        """Open the same recording once more: whoever held the session may have closed it."""
        document = self._current.document
        if document is not None:
            self.paths_chosen.emit((document.session_path or document.recording.path,))

    def _tell_left(self, opened: OpenedRecording) -> None:
        """Say what of several recordings was not opened, and list them where they lie together."""
        left, own = opened.left, opened.document.recording.path
        folders = {path.parent for path in (own, *left)}
        names = ", ".join(path.name for path in left[:_MOST_NAMES])
        more = ", …" if len(left) > _MOST_NAMES else ""
        answers = (Answer("List the folder", partial(self.paths_chosen.emit, tuple(folders))),)
        self._notices.add(
            f"One recording is open at a time. Not opened: {names}{more}",
            *(answers if len(folders) == 1 else ()),
            kind=NoticeKind.WARNING,
        )

    def _on_failed(self, sentence: str) -> None:
        document = self._current.document
        if document is not None:
            self._ask_to_locate(document)
            self._ask_about_copy(document)
            self._notices.add(sentence, kind=NoticeKind.ERROR)

    # -- a damaged session ----------------------------------------------------------------------

    def _ask_about_copy(self, document: Document) -> None:
        if document.copy_problem:
            self._notices.add(
                document.copy_problem,
                Answer("Use this copy", partial(self._replace_session, document.use_copy)),
                Answer("Begin anew", partial(self._replace_session, document.begin_anew)),
                kind=NoticeKind.QUESTION,
            )

    def _replace_session(self, replace: Callable[[], None]) -> None:
        """Decide what stands in for a session that is damaged or gone, and open that."""
        document = self._current.document
        if document is None:
            return
        is_there = document.recording.format_name != MISSING
        path = document.recording.path if is_there else document.session_path

        def replaced(_nothing: None) -> None:
            self.paths_chosen.emit((path,))

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
        self._notices.add(document.problems[0], *answers, kind=NoticeKind.QUESTION)

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
                kind=NoticeKind.QUESTION,
            )
            return
        self.paths_chosen.emit((session_path,))

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


def _may_be_staged(session: ScoringSession) -> bool:
    """Tell whether nobody scored or signed anything yet, the machine neither, and it may do so."""
    if not session.is_own or session.layer.hides_others:
        return False
    is_signed, is_scored = session.is_locked, (session.state.stages != Stage.UNSCORED).any()
    return session.machine is None and not (is_signed or is_scored)
