"""Looks at files beside the window, and opens what is a recording."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from sleepscorer.analysis.display import DisplayMontage
from sleepscorer.analysis.laboratory import Laboratory
from sleepscorer.analysis.montage_presets import MontagePreset
from sleepscorer.core.edits import Author
from sleepscorer.core.errors import RecordingError, SleepScorerError
from sleepscorer.core.progress import Progress
from sleepscorer.core.recording import Recording
from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.core.wording import one_line
from sleepscorer.files.montages import default_montage, load_presets
from sleepscorer.files.sessions import SUFFIX
from sleepscorer.gui.jobs.asked_files import AskedFiles, sorted_out
from sleepscorer.gui.look.appearance import shortened
from sleepscorer.gui.process.tasks import Task, TaskRunner
from sleepscorer.gui.settings import Settings
from sleepscorer.gui.view_state import channels_of, montage_of
from sleepscorer.session_documents import (
    Document,
    FoundScoring,
    SessionPlaces,
    current_author,
    open_document,
    path_to_reopen,
    scores,
    scoring_instead,
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
    scorings
        What was asked for with it, to be offered for import.
    left
        Other recordings that were asked for with it: one is open at a time.
    """

    document: Document
    montage: DisplayMontage
    presets: tuple[MontagePreset, ...]
    channels: ChannelChoice
    is_unsure: bool
    recent_path: Path
    scorings: tuple[Path, ...] = ()
    left: tuple[Path, ...] = ()


@dataclass(frozen=True)
class OpenMeanwhile:
    """What the window has while it looks at other files.

    Parameters
    ----------
    night
        What a scoring can be imported into; None where nothing is open, or for reading only.
    sessions
        What it holds for writing.
    """

    night: Recording | None = None
    sessions: tuple[Path, ...] = ()


@dataclass(frozen=True, eq=False)
class OpeningRequest:
    """What is to be opened.

    Parameters
    ----------
    paths
        One file or folder, or several that were dropped together.
    settings
        The person's.
    meanwhile
        What is open.
    as_recording
        Open it even where it is rather the scoring of what is open.
    """

    paths: tuple[Path, ...]
    settings: Settings
    meanwhile: OpenMeanwhile = OpenMeanwhile()
    as_recording: bool = False


@dataclass(frozen=True)
class _Folder:
    path: Path


@dataclass(frozen=True)
class _OpenAlready:
    path: Path


@dataclass(frozen=True)
class _Scorings:
    found: tuple[FoundScoring, ...]


class _Instead(Exception):
    """Ends an opening before anything is taken, with what it gives instead."""

    def __init__(self, result: _OpenAlready | _Scorings) -> None:
        self.result = result
        super().__init__()


class Opener(QObject):
    """Opens one recording at a time; the last one asked for is the one that counts.

    Nothing that is open is touched: it is for others to show what was opened in its place.

    The next is begun when the thread of the one before has ended, and not as soon as that was
    cancelled: two openings at a time could hold the same session against each other. Only a thread
    that a drive keeps for good is not waited for, where the next path is another.

    Signals
    -------
    opened
        An :class:`OpenedRecording`.
    scorings_found
        A tuple of :class:`~sleepscorer.session_documents.FoundScoring`: it was no recording.
    folder_found
        The Path: it was a folder.
    open_already
        The Path: this window holds the session it leads to.
    failed
        The sentence for people.
    ended
        After any of those but ``opened``, or when it was cancelled: nothing is being opened.
    """

    opened = Signal(object)
    scorings_found = Signal(object)
    folder_found = Signal(object)
    open_already = Signal(object)
    failed = Signal(str)
    ended = Signal()

    def __init__(self, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._task: Task | None = None
        self._paths: tuple[Path, ...] = ()
        self._next: OpeningRequest | None = None

    @property
    def is_opening(self) -> bool:
        """From the request to its end."""
        return self._next is not None or (self._task is not None and self._task.is_running)

    def open(self, request: OpeningRequest) -> None:
        """Look at files and open what is a recording, once an opening under way was cancelled."""
        self._next = request
        if self._task is not None:
            self._task.cancel()
        self._start_next()

    def cancel(self) -> None:
        """Open nothing."""
        self._next = None
        if self._task is not None:
            self._task.cancel()

    @Slot()
    def _start_next(self) -> None:
        request, task = self._next, self._task
        if request is None:
            return
        if task is not None and (task.is_running or request.paths == self._paths):
            return
        self._next, self._paths = None, request.paths
        title = f"Opening {shortened(one_line(request.paths[0].name))}"
        self._task = self._tasks.start(title, partial(_look, request), discard=_close)
        self._task.finished.connect(self._on_finished)
        self._task.failed.connect(self._on_failed)
        self._task.cancelled.connect(self._on_cancelled)
        self._task.settled.connect(self._on_settled)

    @Slot(object)
    def _on_finished(self, result: object) -> None:
        if isinstance(result, OpenedRecording):
            self.opened.emit(result)
            return
        if isinstance(result, _Folder):
            self.folder_found.emit(result.path)
        elif isinstance(result, _OpenAlready):
            self.open_already.emit(result.path)
        elif isinstance(result, _Scorings):
            self.scorings_found.emit(result.found)
        self._end()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self.failed.emit(sentence)
        self._end()

    @Slot()
    def _on_cancelled(self) -> None:
        self._end()
        # By then it is settled, unless a drive keeps its thread.
        QTimer.singleShot(0, self._start_next)

    def _end(self) -> None:
        if not self.is_opening:
            self.ended.emit()

    @Slot(object)
    def _on_settled(self, task: Task) -> None:
        if task is self._task:
            self._task = None
            self._start_next()


def _close(result: object) -> None:
    if isinstance(result, OpenedRecording):
        result.document.close()


def _look(
    request: OpeningRequest, progress: Progress
) -> OpenedRecording | _Folder | _OpenAlready | _Scorings:
    """Find out what the files are, and open the recording among them; for any thread."""
    progress(0.0, request.paths[0].name)
    asked = sorted_out(request.paths, progress)
    if asked.is_folder:
        return _Folder(asked.path)
    before = partial(_check, asked, request)
    try:
        opened = _open(asked.path, request.settings, before, progress)
    except _Instead as instead:
        return instead.result
    except RecordingError as refused:
        if asked.path.suffix.lower() == SUFFIX:
            raise
        return _scorings(scoring_instead(asked.path, refused), asked)
    return replace(opened, scorings=asked.scorings, left=asked.left)


def _check(
    asked: AskedFiles, request: OpeningRequest, recording: Recording | None, session_path: Path
) -> None:
    """Open neither what this window has open, nor the scoring of that."""
    meanwhile = request.meanwhile
    if any(_is_same(session_path, one) for one in meanwhile.sessions):
        raise _Instead(_OpenAlready(asked.path))
    if recording is None or meanwhile.night is None or request.as_recording:
        return
    if scores(recording, meanwhile.night):
        raise _Instead(_scorings(FoundScoring(asked.path, has_signals=True), asked))


def _scorings(first: FoundScoring, asked: AskedFiles) -> _Scorings:
    return _Scorings((first, *map(FoundScoring, asked.scorings)))


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return one.absolute() == other.absolute()


def author_named(settings: Settings) -> Author:
    """Return who scores: the name in the preferences, else that of the account."""
    author = current_author()
    return replace(author, user=settings.scorer) if settings.scorer else author


def path_again(document: Document, settings: Settings) -> Path:
    """Return what leads to an open document again; see :func:`path_to_reopen`."""
    return path_to_reopen(document, _session_folder(settings))


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


def _open(
    path: Path,
    settings: Settings,
    before: Callable[[Recording | None, Path], None],
    progress: Progress,
) -> OpenedRecording:
    progress(0.1, path.name)
    places = SessionPlaces()
    if not settings.keep_recent_files:
        places.forget()
    document = open_document(
        path,
        author=author_named(settings),
        session_folder=_session_folder(settings),
        places=places if settings.keep_recent_files else None,
        before=before,
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
        recent_path=path_again(document, settings),
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
