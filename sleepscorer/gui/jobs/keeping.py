"""Keeps what the window shows of a document, and watches that the recording is the one scored."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from sleepscorer.core.progress import Progress
from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.gui.process.tasks import Task, TaskRunner
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.gui.view_state import view_of
from sleepscorer.session_documents import Document

CHECKING = "Checking the recording"
SAVING = "Storing the place"

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
        self._saving: Task | None = None
        self._stored = document.view
        self._save_timer = self._timer(_SAVE_AFTER_MS, self._save_view)
        self._check_timer = self._timer(_CHECK_AFTER_MS, self._check_recording)
        self._check_timer.start()
        model.page_changed.connect(self.save_soon)
        model.epoch_selected.connect(self.save_soon)
        model.montage_changed.connect(self.save_soon)
        model.derivation_chosen.connect(self.save_soon)
        model.panel_changed.connect(self.save_soon)
        model.layers_changed.connect(self.save_soon)

    def is_at(self, path: Path) -> bool:
        """Tell whether this path leads to the recording or session, and nothing new behind it.

        What is read only here may have become writable or been found since.
        """
        document = self.document
        if document.session.read_only:
            return False
        own = (document.recording.path, document.session_path)
        # Following links would wait for the drive.
        return path.absolute() in [one.absolute() for one in own if one is not None]

    @Slot()
    def save_soon(self) -> None:
        """Keep what is shown, every few seconds while it changes."""
        if not self._save_timer.isActive():
            self._save_timer.start()

    def set_channels(self, channels: ChannelChoice) -> None:
        """Stage by these channels from now on."""
        self.channels = channels
        self.save_soon()

    def close(self) -> None:
        """Keep the view and close the file; a slow disk finishes that by itself."""
        self._save_timer.stop()
        self._check_timer.stop()
        self._model.disconnect(self)
        document, view = self.document, view_of(self._model, self.channels)
        is_stored = view == self._stored

        def close(_progress: Progress) -> None:
            try:
                if not is_stored:
                    document.save_view(view)
            finally:
                document.close()

        self._tasks.start(SAVING, close)
        self._tasks.stop_all()

    def _timer(self, after_ms: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(after_ms)
        timer.timeout.connect(slot)
        return timer

    @Slot()
    def _save_view(self) -> None:
        view = view_of(self._model, self.channels)
        if self._saving is not None:
            self.save_soon()
        elif view != self._stored:
            self._stored = view
            self._saving = self._tasks.start(SAVING, _saving(self.document, view))
            self._saving.failed.connect(self.warned)
            self._saving.settled.connect(self._on_saved)

    @Slot()
    def _on_saved(self) -> None:
        self._saving = None

    @Slot()
    def _check_recording(self) -> None:
        self._checking = self._tasks.start(CHECKING, self.document.verify_fingerprint)
        self._checking.finished.connect(self._on_checked)
        self._checking.failed.connect(self.warned)

    @Slot(object)
    def _on_checked(self, sentence: str | None) -> None:
        if self.sender() is self._checking and sentence is not None:
            self.warned.emit(sentence)


def _saving(document: Document, view: dict[str, Any]) -> Callable[[Progress], None]:
    def save(_progress: Progress) -> None:
        document.save_view(view)

    return save
