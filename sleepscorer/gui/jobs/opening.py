"""Opens recordings beside the window."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from sleepscorer.analysis.display import DisplayMontage
from sleepscorer.analysis.laboratory import Laboratory
from sleepscorer.analysis.montage_presets import MontagePreset
from sleepscorer.core.edits import Author
from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.progress import Progress
from sleepscorer.core.recording import Recording
from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.files.montages import default_montage, load_presets
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import Task, TaskRunner
from sleepscorer.gui.settings import Settings
from sleepscorer.gui.view_state import channels_of, montage_of
from sleepscorer.session_documents import (
    Document,
    SessionPlaces,
    current_author,
    open_document,
    path_to_reopen,
)


@dataclass(frozen=True, eq=False)
class OpenedRecording:
    """An open document and how it is to be shown.

    Parameters
    ----------
    document
        The recording with its session.
    montage
        What is shown of it.
    presets
        The montages to choose from.
    channels
        What it is to be staged by.
    is_unsure
        Nobody chose the channels yet, and the program is not sure of its own choice.
    recent_path
        What leads here again: the session where it lies elsewhere than new ones would.
    """

    document: Document
    montage: DisplayMontage
    presets: tuple[MontagePreset, ...]
    channels: ChannelChoice
    is_unsure: bool
    recent_path: Path


class Opener(QObject):
    """Opens one recording at a time; the last one asked for is the one that counts.

    The next is begun when the thread of the one before has ended, and not as soon as that was
    cancelled: two openings at a time could hold the same session against each other.

    Signals
    -------
    opened
        An :class:`OpenedRecording`.
    failed
        The sentence for people.
    file_found, folder_found
        The Path, after :meth:`look_at`.
    """

    opened = Signal(object)
    failed = Signal(str)
    file_found = Signal(object)
    folder_found = Signal(object)

    def __init__(self, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._look = Latest(tasks, self)
        self._task: Task | None = None
        self._next: tuple[Path, Settings] | None = None

    def look_at(self, path: Path) -> None:
        """Find out whether this is a file or a folder: the drive may be a slow one."""
        self._look.start(
            "Looking at the path",
            partial(_is_folder, path),
            partial(self._on_looked, path),
            failed=self.failed.emit,
            quiet=True,
        )

    def open(self, path: Path, settings: Settings) -> None:
        """Open a recording or a session file, once an opening under way was cancelled."""
        self._next = (path, settings)
        if self._task is None:
            self._start_next()
        else:
            self._task.cancel()

    def cancel(self) -> None:
        """Open nothing."""
        self._next = None
        self._look.drop()
        if self._task is not None:
            self._task.cancel()

    def _on_looked(self, path: Path, is_folder: bool) -> None:
        (self.folder_found if is_folder else self.file_found).emit(path)

    def _start_next(self) -> None:
        if self._next is None:
            return
        (path, settings), self._next = self._next, None
        self._task = self._tasks.start("Opening", partial(_open, path, settings), discard=_close)
        self._task.finished.connect(self.opened)
        self._task.failed.connect(self.failed)
        self._task.settled.connect(self._on_settled)

    @Slot()
    def _on_settled(self) -> None:
        self._task = None
        self._start_next()


def _is_folder(path: Path, _progress: Progress) -> bool:
    try:
        return path.is_dir()
    except OSError:
        # Opening it says why that can't be done.
        return False


def _close(opened: OpenedRecording) -> None:
    opened.document.close()


def author_named(settings: Settings) -> Author:
    """Return who scores: the name in the preferences, else that of the account."""
    author = current_author()
    return replace(author, user=settings.scorer) if settings.scorer else author


def chosen_montage(
    recording: Recording, presets: tuple[MontagePreset, ...], name: str, laboratory: Laboratory
) -> DisplayMontage:
    """Return the montage of this name, or what suits the recording."""
    for preset in presets:
        if preset.name == name:
            montage = preset.resolve(recording, laboratory)
            if montage.traces:
                return montage
    return default_montage(recording, laboratory)


def _open(path: Path, settings: Settings, progress: Progress) -> OpenedRecording:
    progress(0.0, path.name)
    places = SessionPlaces()
    if not settings.keep_recent_files:
        places.forget()
    document = open_document(
        path,
        author=author_named(settings),
        session_folder=_session_folder(settings),
        places=places if settings.keep_recent_files else None,
    )
    try:
        progress(0.5, path.name)
        opened = _prepared(document, settings)
        progress(1.0, path.name)
    except BaseException:
        document.close()
        raise
    return opened


def _prepared(document: Document, settings: Settings) -> OpenedRecording:
    presets = tuple(load_presets())
    recording, laboratory = document.recording, settings.laboratory
    montage = montage_of(document.view, recording, laboratory)
    if montage is None:
        montage = chosen_montage(recording, presets, settings.montage, laboratory)
    channels = channels_of(document.view)
    return OpenedRecording(
        document=document,
        montage=montage,
        presets=presets,
        channels=channels,
        is_unsure="channels" not in document.view and _is_unsure(recording),
        recent_path=path_to_reopen(document, _session_folder(settings)),
    )


def _session_folder(settings: Settings) -> Path | None:
    return Path(settings.session_folder) if settings.session_folder else None


def _is_unsure(recording: Recording) -> bool:
    if not recording.signals:
        return False
    try:
        return bool(ChannelChoice().resolve(recording).warnings)
    except SleepScorerError:
        return True
