"""What is open: one recording with its panes and its document, or none."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.gui.frame.workspace import Workspace
from sleepscorer.gui.jobs.keeping import DocumentKeeper
from sleepscorer.gui.jobs.opening import OpenedRecording, OpenMeanwhile
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


@dataclass(frozen=True, eq=False)
class _Arrived:
    """What is about to be shown, and what is on the screen until then."""

    opened: OpenedRecording
    panes: Workspace
    before: Workspace | None

    def dispose(self) -> None:
        self.opened.document.close()
        self.panes.dispose()
        if self.before is not None:
            self.before.dispose()


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
        None is open any more; its panes are still on the screen, and stay there while the next one
        is arriving.
    """

    opened = Signal(object)
    closed = Signal()

    def __init__(
        self, settings: SettingsFile, tasks: TaskRunner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._settings, self._tasks = settings, tasks
        self._now: OpenRecording | None = None
        self._held: OpenedRecording | None = None
        self._arrived: _Arrived | None = None
        self._is_arriving = False

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

    @property
    def is_arriving(self) -> bool:
        """Whether the next one will be shown within a moment."""
        return self._is_arriving

    @property
    def holds_next(self) -> bool:
        """Whether one was opened that waits to be shown; see :meth:`hold`."""
        return self._held is not None

    @property
    def meanwhile(self) -> OpenMeanwhile:
        """What those must know who look at other files."""
        document = self.document
        opened = [one for one in (self._held, self._arrived and self._arrived.opened) if one]
        held = [document, *(one.document for one in opened)]
        sessions = (one.session_path for one in held if one is not None and one.holds_session)
        can_import = document is not None and not document.session.read_only
        return OpenMeanwhile(
            document.recording if document is not None and can_import else None,
            tuple(path for path in sessions if path is not None),
        )

    def with_panes(self, do: Callable[[Workspace], object]) -> Callable[[], None]:
        """Return what does this to the panes that are open then, and nothing where none are."""

        def do_if_open() -> None:
            if self._now is not None:
                do(self._now.panes)

        return do_if_open

    def with_model(self, do: Callable[[SessionModel], object]) -> Callable[[], None]:
        """As :meth:`with_panes`, to what they show."""
        return self.with_panes(lambda panes: do(panes.model))

    @Slot(object)
    def set_channels(self, channels: ChannelChoice) -> None:
        """Stage the open recording by these channels from now on."""
        if self._now is not None:
            self._now.keeping.set_channels(channels)

    def hold(self, opened: OpenedRecording) -> None:
        """Have this as the next one, in place of any other, until :meth:`show_held`."""
        self.let_held_go()
        self._held = opened

    def show_held(self) -> None:
        """Show what is held."""
        opened, self._held = self._held, None
        if opened is not None:
            self.show(opened)

    def let_held_go(self) -> None:
        """Show what is held never."""
        opened, self._held = self._held, None
        if opened is not None:
            opened.document.close()

    def show(self, opened: OpenedRecording) -> None:
        """Make the panes; showing them takes as long again, and is left to the next turn."""
        self._drop_arrived()
        self._is_arriving = True
        before = self._end()
        document, now = opened.document, self._settings.now
        model = SessionModel(
            document.recording,
            document.session,
            opened.montage,
            laboratory=now.laboratory,
            scorings=document.scorings,
        )
        show_view(model, document.view, page_s=now.page_length_s)
        panes = Workspace(model, theme_named(now.theme), self._tasks, document.kept_measures)
        model.setParent(panes)
        self._arrived = _Arrived(opened, panes, before)
        QTimer.singleShot(0, self._show_arrived)

    def close(self) -> None:
        """Close what is open and what was about to be; the tasks end within a second."""
        self.let_held_go()
        was_arriving = self._drop_arrived()
        panes = self._end()
        if panes is not None:
            panes.dispose()
        elif was_arriving:
            self.closed.emit()

    def _drop_arrived(self) -> bool:
        arrived, self._arrived = self._arrived, None
        self._is_arriving = False
        if arrived is None:
            return False
        arrived.dispose()
        return True

    def _end(self) -> Workspace | None:
        """Close what is open; return its panes, which are still on the screen."""
        if self._now is None:
            return None
        self._tasks.stop_all()
        now, self._now = self._now, None
        now.keeping.close()
        now.keeping.deleteLater()
        self.closed.emit()
        return now.panes

    @Slot()
    def _show_arrived(self) -> None:
        if self._arrived is None:
            return
        arrived, self._arrived = self._arrived, None
        self._is_arriving = False
        opened, panes = arrived.opened, arrived.panes
        keeping = DocumentKeeper(
            opened.document, panes.model, self._tasks, channels=opened.channels, parent=self
        )
        panes.statistics.scored_changed.connect(keeping.save_soon)
        self._now = OpenRecording(panes, keeping)
        self.opened.emit(opened)
        if arrived.before is not None:
            arrived.before.dispose()
