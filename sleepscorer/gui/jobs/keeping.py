"""Keeps what the window shows of a document, and watches that the recording is the one scored."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from sleepscorer.core.progress import Progress
from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.gui.view_state import view_of
from sleepscorer.session_documents import Document

_STORING = "Storing the place"
_BACKING_UP = "Backing up"
_SAVE_AFTER_MS = 2000
# The first pages come first: reading the whole file for its hash keeps the disk busy.
_CHECK_AFTER_MS = 3000


class DocumentKeeper(QObject):
    """Stores what is shown of a document while it is open, and closes it.

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
        self._checking, self._storing = Latest(tasks, self), Latest(tasks, self)
        self._save_timer = self._timer(_SAVE_AFTER_MS, self._save_view)
        self._check_timer = self._timer(_CHECK_AFTER_MS, self._check_recording)
        self._check_timer.start()
        model.page_changed.connect(self.save_soon)
        model.epoch_selected.connect(self.save_soon)
        model.montage_changed.connect(self.save_soon)
        model.derivation_chosen.connect(self.save_soon)
        model.panel_changed.connect(self.save_soon)
        model.layers_changed.connect(self.save_soon)
        model.scorings_changed.connect(self.save_soon)

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
        is_stored = view == document.view
        document.end_editing()

        def close(_progress: Progress) -> None:
            try:
                if not is_stored:
                    document.save_view(view)
            finally:
                document.close(back_up=False)

        self._tasks.start(_STORING, close, quiet=True)
        self._tasks.stop_all()
        # Nobody waits for that.
        self._tasks.start(_BACKING_UP, lambda _progress: document.back_up(), quiet=True)

    def _timer(self, after_ms: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(after_ms)
        timer.timeout.connect(slot)
        return timer

    @Slot()
    def _save_view(self) -> None:
        document, view = self.document, view_of(self._model, self.channels)
        # The newest view waits for the one before: both would be stored at a time.
        if self._storing.is_running:
            self.save_soon()
        elif view != document.view:
            document.view = view
            self._storing.start(
                _STORING, partial(_store, document, view), failed=self.warned.emit, quiet=True
            )

    @Slot()
    def _check_recording(self) -> None:
        self._checking.start(
            "Checking the recording",
            self.document.verify_fingerprint,
            self._on_checked,
            failed=self.warned.emit,
            quiet=True,
        )

    def _on_checked(self, sentence: str | None) -> None:
        if sentence is not None:
            self.warned.emit(sentence)


def _store(document: Document, view: dict[str, Any], _progress: Progress) -> None:
    document.save_view(view)
