"""What is open: one recording with its panes and its document, or none."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.gui.frame.workspace import Workspace
from sleepscorer.gui.jobs.keeping import DocumentKeeper
from sleepscorer.gui.jobs.opening import OpenedRecording
from sleepscorer.gui.look.theme import theme_named
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.gui.view_state import show_view
from sleepscorer.session_documents import Document


@dataclass(frozen=True, eq=False)
class OpenRecording:
    """A recording that is on the screen.

    Parameters
    ----------
    panes
        All that shows it.
    keeping
        What keeps its document.
    """

    panes: Workspace
    keeping: DocumentKeeper

    @property
    def document(self) -> Document:
        """The recording and its session."""
        return self.keeping.document

    @property
    def model(self) -> SessionModel:
        """What is shown of it."""
        return self.panes.model


class CurrentRecording(QObject):
    """Holds what is open, and nothing where nothing is.

    Parameters
    ----------
    settings
        Colours and page length of the panes.
    tasks
        For what the panes compute; all of them end with the recording.

    Signals
    -------
    opened
        Another recording is open; the :class:`~sleepscorer.gui.jobs.opening.OpenedRecording`.
    closed
        None is open any more; its panes are still on the screen.
    """

    opened = Signal(object)
    closed = Signal()

    def __init__(
        self, settings: SettingsFile, tasks: TaskRunner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._settings, self._tasks = settings, tasks
        self._now: OpenRecording | None = None
        self._arrived: tuple[OpenedRecording, Workspace] | None = None

    @property
    def now(self) -> OpenRecording | None:
        """What is open."""
        return self._now

    @property
    def document(self) -> Document | None:
        """The open document."""
        return None if self._now is None else self._now.document

    @property
    def channels(self) -> ChannelChoice:
        """What the open recording is staged by."""
        return ChannelChoice() if self._now is None else self._now.keeping.channels

    @Slot(object)
    def set_channels(self, channels: ChannelChoice) -> None:
        """Stage the open recording by these channels from now on."""
        if self._now is not None:
            self._now.keeping.set_channels(channels)

    def show(self, opened: OpenedRecording) -> None:
        """Make the panes; showing them takes as long again, and is left to the next turn."""
        self.close()
        document, now = opened.document, self._settings.now
        model = SessionModel(
            document.recording, document.session, opened.montage, laboratory=now.laboratory
        )
        show_view(model, document.view, page_s=now.page_length_s)
        panes = Workspace(model, theme_named(now.theme), self._tasks)
        model.setParent(panes)
        self._arrived = opened, panes
        QTimer.singleShot(0, self._show_arrived)

    def close(self) -> None:
        """Close what is open and what was about to be; the tasks end within a second."""
        if self._arrived is not None:
            (opened, panes), self._arrived = self._arrived, None
            opened.document.close()
            panes.dispose()
        if self._now is None:
            return
        self._tasks.stop_all()
        now, self._now = self._now, None
        now.keeping.close()
        now.keeping.deleteLater()
        self.closed.emit()
        now.panes.dispose()

    @Slot()
    def _show_arrived(self) -> None:
        if self._arrived is None:
            return
        (opened, panes), self._arrived = self._arrived, None
        keeping = DocumentKeeper(
            opened.document, panes.model, self._tasks, channels=opened.channels, parent=self
        )
        panes.statistics.arousals_scored_changed.connect(keeping.save_soon)
        self._now = OpenRecording(panes, keeping)
        self.opened.emit(opened)
