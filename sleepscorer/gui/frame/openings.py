"""Puts what is opened in the place of what is open, which stays as it is until then."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from sleepscorer.gui.frame.centre import Centre
from sleepscorer.gui.frame.current_recording import CurrentRecording
from sleepscorer.gui.jobs.exporting import Exporter
from sleepscorer.gui.jobs.opening import (
    OpenedRecording,
    Opener,
    OpeningRequest,
    author_named,
    path_again,
)
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.settings import SettingsFile


class Openings(QObject):
    """Opens a recording beside what is open, and then shows it instead.

    Parameters
    ----------
    current
        What is open.
    settings
        The person's.
    tasks
        For looking at files.
    exporter
        What it exports of the recording is waited for.
    centre
        Shows what is awaited.

    Signals
    -------
    replacing
        What is open is about to go.
    open_already
        What was to be opened is what is open.
    scorings_found, folder_found, failed
        As of :class:`~sleepscorer.gui.jobs.opening.Opener`.
    """

    replacing = Signal()
    open_already = Signal()
    scorings_found = Signal(object)
    folder_found = Signal(object)
    failed = Signal(str)

    def __init__(
        self,
        current: CurrentRecording,
        settings: SettingsFile,
        tasks: TaskRunner,
        exporter: Exporter,
        centre: Centre,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._current, self._settings = current, settings
        self._exporter, self._centre = exporter, centre
        self._opener = Opener(tasks, self)
        self._opener.opened.connect(self._on_opened)
        self._opener.ended.connect(self._on_ended)
        self._opener.open_already.connect(self._on_open_already)
        self._opener.scorings_found.connect(self.scorings_found)
        self._opener.folder_found.connect(self.folder_found)
        self._opener.failed.connect(self.failed)
        settings.changed.connect(self._on_setting_changed)

    @Slot(object)
    def open(self, paths: tuple[Path, ...], *, as_recording: bool = False) -> None:
        """Open the recording among some files that go together; the last request counts.

        Parameters
        ----------
        paths
            At least one.
        as_recording
            Open it even where it is rather the scoring of what is open.
        """
        now = self._current.now
        if now is not None and len(paths) == 1 and now.keeping.is_at(paths[0]):
            self._opener.cancel()
            self.open_already.emit()
            return
        self._centre.await_panes(paths[0].name)
        settings, meanwhile = self._settings.now, self._current.meanwhile
        self._opener.open(
            OpeningRequest(paths, settings, meanwhile=meanwhile, as_recording=as_recording)
        )

    @Slot(object)
    def open_as_recording(self, path: Path) -> None:
        """Open a file though it is rather the scoring of what is open."""
        self.open((path,), as_recording=True)

    def cancel(self) -> None:
        """Open nothing; what was opened and not shown yet is let go."""
        self._opener.cancel()
        self._current.let_held_go()

    @Slot(object)
    def _on_opened(self, opened: OpenedRecording) -> None:
        """Show it once an export has ended."""
        self._current.hold(opened)
        name = opened.document.recording.path.name
        if not self._exporter.postpone(f"{name} opens", self._show_held):
            self._show_held()

    def _show_held(self) -> None:
        # What is being opened takes its place, or fails and lets it be shown.
        if self._current.holds_next and not self._opener.is_opening:
            self._centre.keep()
            self.replacing.emit()
            self._current.show_held()

    @Slot()
    def _on_ended(self) -> None:
        if not self._exporter.is_running:
            self._show_held()
        if self._current.now is None and not self._current.is_arriving:
            self._centre.show_start_page()

    @Slot(object)
    def _on_open_already(self, path: Path) -> None:
        """Show what is open; if that waits for its recording, open it again: this may be it."""
        document = self._current.document
        is_waiting = document is not None and document.session.read_only and document.holds_session
        if not is_waiting:
            self.open_already.emit()
        elif not self._exporter.postpone(f"{path.name} opens", partial(self._open_again, path)):
            self._open_again(path)

    @Slot(str)
    def _on_setting_changed(self, name: str) -> None:
        if name == "scorer":
            # The preferences, which go with what is open, are still about to close.
            QTimer.singleShot(0, self._open_for_scorer)

    @Slot()
    def _open_for_scorer(self) -> None:
        """Open what is open again where somebody else scores now, who may see and edit other."""
        document, settings = self._current.document, self._settings.now
        # What is being opened takes its place.
        if document is None or self._opener.is_opening:
            return
        if document.session.author == author_named(settings):
            return
        path = path_again(document, settings)
        again = partial(self._open_again, path)
        if not self._exporter.postpone(f"{path.name} opens for {settings.scorer}", again):
            again()

    def _open_again(self, path: Path) -> None:
        self.replacing.emit()
        self._current.close()
        self._centre.await_panes(path.name, at_once=True)
        self.open((path,))
