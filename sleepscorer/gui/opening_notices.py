"""What has to be known or asked when a recording was opened."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.session import ScoringSession
from sleepscorer.core.stages import Stage
from sleepscorer.gui.notices import Answer
from sleepscorer.gui.opening import OpenedRecording

if TYPE_CHECKING:
    from sleepscorer.gui.main_window import MainWindow


class OpeningNotices:
    """Shows notices above the traces; what they offer is done on the open document.

    Parameters
    ----------
    window
        The window with the document.
    """

    def __init__(self, window: "MainWindow") -> None:
        self._window = window
        self._refused = Path()

    def show(self, opened: OpenedRecording) -> None:
        """Say what has to be known; ask one thing at most."""
        document, notices = opened.document, self._window.notices
        for sentence in (*document.problems, *document.recording.warnings):
            notices.add(sentence)
        if document.held_by:
            notices.add(
                f"Read only: this session is held by {document.held_by}. What you press here is"
                " not stored.",
                Answer("Try again", self._open_again),
            )
        if document.needs_locating:
            notices.add(
                "The recording of this session has to be located before it can be shown or edited.",
                Answer("Locate…", self._ask_for_place),
            )
        elif document.session.n_epochs == 0:
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

    def locate(self, path: Path, *, accept_changes: bool = False) -> None:
        """Take this file for the recording of the open session, and open both anew."""
        document = self._window.document
        if document is None or document.session_path is None:
            return
        try:
            document.locate(path, accept_changes=accept_changes)
        except SleepScorerError as error:
            self._refused = path
            self._window.notices.add(
                str(error),
                Answer("Locate another…", self._ask_for_place),
                Answer("Accept it as it is", self._accept_refused),
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
        if name and self._window.document is document:
            self.locate(Path(name))

    def _accept_refused(self) -> None:
        self.locate(self._refused, accept_changes=True)

    def _import_beside(self) -> None:
        document = self._window.document
        if document is None:
            return
        try:
            notes = document.import_beside()
        except SleepScorerError as error:
            self._window.tell(str(error))
            return
        for note in notes:
            self._window.tell(note)


def _is_untouched(session: ScoringSession) -> bool:
    """Tell whether neither a person nor the machine scored anything yet."""
    return session.machine is None and not (session.state.stages != Stage.UNSCORED).any()
