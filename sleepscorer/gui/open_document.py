"""Keeps what the window shows of a document, and watches that the recording is the one scored."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from sleepscorer.core.errors import SleepScorerError
from sleepscorer.gui.dialogs.channels import ChannelChoice
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.gui.tasks import Task, TaskRunner
from sleepscorer.gui.view_state import view_of
from sleepscorer.session_documents import Document

CHECKING = "Checking the recording"

_SAVE_AFTER_MS = 2000
# The first pages come first: reading the whole file for its hash keeps the disk busy.
_CHECK_AFTER_MS = 3000


class OpenDocument(QObject):
    """A document as long as it is open.

    Parameters
    ----------
    document
        The recording and its session.
    model
        What is shown of it.
    tasks
        For reading the whole recording.
    channels
        What it is staged by, to begin with.

    Signals
    -------
    warned
        A sentence that must be seen.
    """

    warned = Signal(str)

    def __init__(
        self,
        document: Document,
        model: SessionModel,
        tasks: TaskRunner,
        *,
        channels: ChannelChoice,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.document = document
        self.channels = channels
        self._model, self._tasks = model, tasks
        self._checking: Task | None = None
        self._save_timer = self._timer(_SAVE_AFTER_MS, self._save_view)
        self._check_timer = self._timer(_CHECK_AFTER_MS, self._check_recording)
        self._check_timer.start()
        model.page_changed.connect(self.save_soon)
        model.epoch_selected.connect(self.save_soon)
        model.montage_changed.connect(self.save_soon)

    def is_at(self, path: Path) -> bool:
        """Tell whether this path leads to the recording or session, and nothing new behind it.

        What is read only here may have become writable or been found since.
        """
        document = self.document
        if document.session.read_only:
            return False
        own = (document.recording.path, document.session_path)
        return path.resolve() in [one.resolve() for one in own if one is not None]

    @Slot()
    def save_soon(self) -> None:
        """Keep what is shown, once it rests: nothing is written while somebody pages along."""
        self._save_timer.start()

    def set_channels(self, channels: ChannelChoice) -> None:
        """Stage by these channels from now on."""
        self.channels = channels
        self._save_timer.start()

    def close(self) -> None:
        """Keep the view and close the file."""
        self._save_timer.stop()
        self._check_timer.stop()
        self._save_view()
        self.document.close()

    def _timer(self, after_ms: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(after_ms)
        timer.timeout.connect(slot)
        return timer

    @Slot()
    def _save_view(self) -> None:
        try:
            self.document.save_view(view_of(self._model, self.channels))
        except SleepScorerError as error:
            self.warned.emit(str(error))

    @Slot()
    def _check_recording(self) -> None:
        self._checking = self._tasks.start(CHECKING, self.document.verify_fingerprint)
        self._checking.finished.connect(self._on_checked)
        self._checking.failed.connect(self.warned)

    @Slot(object)
    def _on_checked(self, sentence: str | None) -> None:
        if self.sender() is self._checking and sentence is not None:
            self.warned.emit(sentence)
