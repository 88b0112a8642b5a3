"""Offers scorings for import into the open recording, and imports them."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from sleepscorer.core.errors import ScoringUndecided, SleepScorerError
from sleepscorer.core.layers import LayerKind
from sleepscorer.core.progress import Progress
from sleepscorer.core.recording import Recording
from sleepscorer.core.stages import Stage
from sleepscorer.core.wording import of_counted
from sleepscorer.gui.frame.current_recording import CurrentRecording
from sleepscorer.gui.frame.notices import Answer, NoticeBar, NoticeKind
from sleepscorer.gui.keys import keys_of, with_keys
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.session_documents import (
    Document,
    FoundScoring,
    ImportableScoring,
    ImportChoice,
    read_importable,
)

# Keys of sentences.
_BESIDE, _NO_RECORDING = "scoring beside", "scoring alone"


ScoringFileAnswer = ImportableScoring | ScoringUndecided
"""What was read of a file, or what somebody must say before it can be."""


@dataclass(frozen=True, eq=False)
class ReadScoringFile:
    """A file that is to be imported into what is open, and what was read of it.

    ``as_layer`` means beside the scoring that is open, as another scorer's.
    """

    document: Document
    path: Path
    answer: ScoringFileAnswer
    as_layer: bool = False


def read_or_asked(path: Path, recording: Recording, choice: ImportChoice) -> ScoringFileAnswer:
    """Read a scoring, or return what somebody must say of it first; for any thread."""
    try:
        return read_importable(path, recording, choice)
    except ScoringUndecided as asked:
        return asked


class ScoringImport(QObject):
    """Imports a scoring into what is open, in one edit, once somebody saw what it holds.

    Parameters
    ----------
    current
        What is open.
    settings
        The keys that are named.
    tasks
        For reading scorings.
    notices
        Where they are offered.

    Signals
    -------
    paths_chosen
        A tuple of Paths that are to be opened: a recording, and scorings for it.
    recording_chosen
        The Path of what was taken for a scoring, and is to be opened.
    read
        The :class:`ReadScoringFile` that somebody is to look at before anything is taken over.
    said
        What was done, as a sentence.
    """

    paths_chosen = Signal(object)
    recording_chosen = Signal(object)
    read = Signal(object)
    said = Signal(str)

    def __init__(
        self,
        current: CurrentRecording,
        settings: SettingsFile,
        tasks: TaskRunner,
        notices: NoticeBar,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._current, self._settings, self._notices = current, settings, notices
        self._work = Latest(tasks, self)
        current.closed.connect(self._work.drop)

    def offer_beside(self, document: Document, path: Path) -> None:
        """Offer what lies beside the recording, or in it."""
        is_itself = path == document.recording.path
        self._notices.add(
            f"The recording holds a scoring itself: {path.name}"
            if is_itself
            else f"A scoring lies beside the recording: {path.name}",
            Answer("Import it…", partial(self._read, document, path)),
            kind=NoticeKind.QUESTION,
            key=_BESIDE,
        )

    @Slot(object)
    def offer(self, scorings: tuple[FoundScoring, ...]) -> None:
        """Offer scorings that were to be opened for import into what is open."""
        document = self._current.document
        if document is None:
            self._tell_what_it_is(scorings)
            return
        for found in scorings:
            self._offer_import(document, found)

    @Slot(object)
    def import_scoring(self, path: Path) -> None:
        """Import a scoring into what is open."""
        document = self._current.document
        if document is not None:
            self._read(document, path)

    @Slot(object)
    def import_as_layer(self, path: Path) -> None:
        """Import a scoring as another scorer's, beside what is open."""
        document = self._current.document
        if document is not None:
            self._read(document, path, as_layer=True)

    def _tell_what_it_is(self, scorings: tuple[FoundScoring, ...]) -> None:
        found = scorings[0]
        paths = tuple(one.path for one in scorings)
        answers: tuple[Answer, ...] = ()
        if found.recording is not None:
            both = partial(self.paths_chosen.emit, (found.recording, *paths))
            answers = (Answer(f"Open {found.recording.name}", both),)
        self._notices.add(
            f"{found.path.name} is a scoring and no recording. Open the recording it belongs to,"
            " and then import it.",
            *answers,
            kind=NoticeKind.QUESTION if answers else NoticeKind.ERROR,
            key=_NO_RECORDING,
        )

    def _offer_import(self, document: Document, found: FoundScoring) -> None:
        name, path = found.path.name, found.path
        if path == document.importable:
            self._notices.remove(_BESIDE)
        answers = []
        if document.session.read_only:
            text = f"{name} is a scoring. It can't be imported: what is open is for reading only."
        elif document.session.is_locked:
            text = f"{name} is a scoring. It can't be imported: what is open is signed and locked."
        else:
            text = f"{name} is a scoring. Import it into {document.recording.path.name}?"
            if (document.session.state.stages != Stage.UNSCORED).any():
                text += " Its stages replace those that are there; one undo takes that back."
            answers.append(Answer("Import it…", partial(self._read, document, path)))
        if found.has_signals:
            as_recording = partial(self.recording_chosen.emit, path)
            answers.append(Answer("Open it as a recording", as_recording))
        kind = NoticeKind.QUESTION if answers else NoticeKind.ERROR
        self._notices.add(text, *answers, kind=kind, key=f"scoring {path}")

    @Slot(object, object)
    def take(self, file: ReadScoringFile, read: ImportableScoring) -> None:
        """Take over what somebody looked at."""
        document, path = file.document, file.path
        if self._current.document is not document:
            return
        if file.as_layer:
            self._add_layer(file, read)
            return
        try:
            is_new = document.import_scoring(read)
        except SleepScorerError as error:
            self._tell_failure(str(error))
            return
        for key in (_BESIDE, f"scoring {path}"):
            self._notices.remove(key)
        if not is_new:
            self.said.emit(f"All that {read.name} holds is there already: nothing was changed")
            return
        if notes := read.scoring.notes:
            self._notices.add(f"{read.name}: {'; '.join(notes)}.", kind=NoticeKind.WARNING)
        n_stages = int((read.scoring.hypnogram.stages != Stage.UNSCORED).sum())
        epochs = of_counted(n_stages, document.session.n_epochs, "epoch")
        how = with_keys("{edit.undo} takes that back", keys_of(self._settings.now))
        self.said.emit(f"{read.name} imported, {epochs}; {how}")

    def _add_layer(self, file: ReadScoringFile, read: ImportableScoring) -> None:
        document = file.document
        name = document.scorings.free_name(read.scorer or file.path.stem)
        try:
            document.add_layer(name, LayerKind.IMPORT, read=read)
        except SleepScorerError as error:
            self._tell_failure(str(error))
            return
        self._notices.remove(f"scoring {file.path}")
        if notes := read.scoring.notes:
            self._notices.add(f"{read.name}: {'; '.join(notes)}.", kind=NoticeKind.WARNING)
        how = with_keys("{scorers.next} shows the next scoring", keys_of(self._settings.now))
        self.said.emit(f"{read.name} imported as the scoring {name}; {how}")

    def _read(self, document: Document, path: Path, *, as_layer: bool = False) -> None:
        if self._current.document is not document:
            return
        try:
            if document.session.is_own:
                # What is shown before it is imported are stages of this night.
                document.session.layer.check_sees_others()
        except SleepScorerError as error:
            self._tell_failure(str(error))
            return
        recording = document.recording

        def read(_progress: Progress) -> ScoringFileAnswer:
            return read_or_asked(path, recording, ImportChoice())

        def done(answer: ScoringFileAnswer) -> None:
            self.read.emit(ReadScoringFile(document, path, answer, as_layer))

        self._work.start("Reading the scoring", read, done, failed=self._tell_failure)

    def _tell_failure(self, sentence: str) -> None:
        self._notices.add(sentence, kind=NoticeKind.ERROR)
