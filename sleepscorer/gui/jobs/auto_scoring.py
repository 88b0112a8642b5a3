"""Runs the auto-scorer beside the window and puts its answer into the session as one edit."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.progress import Progress, part_of
from sleepscorer.core.staging_result import Staging
from sleepscorer.gui.choices import AutoScoringChoice
from sleepscorer.gui.process.tasks import Task, TaskRunner
from sleepscorer.session_documents import Document, stage_document
from sleepscorer.staging.stagers import with_second_opinion

TITLE = "Auto-scoring"
_Answers = tuple[Staging, Staging | None]


class AutoScorer(QObject):
    """Stages one document at a time.

    Signals
    -------
    state_changed
        It started or ended.
    scored
        The number of epochs that changed, as a sentence.
    failed
        What failed, as a sentence: the staging, or the second opinion alone.
    """

    state_changed = Signal()
    scored = Signal(str)
    failed = Signal(str)

    def __init__(self, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._task: Task | None = None
        self._document: Document | None = None
        self._choice = AutoScoringChoice()

    @property
    def is_running(self) -> bool:
        """True from the start to the end."""
        return self._task is not None

    def start(self, document: Document, choice: AutoScoringChoice) -> None:
        """Stage the recording and fill the session, as chosen; the window goes on meanwhile."""
        if self.is_running:
            return
        self._document, self._choice = document, choice
        task = self._tasks.start(TITLE, _work(document, choice))
        self._task = task
        task.finished.connect(self._on_finished)
        task.failed.connect(self._on_failed)
        task.cancelled.connect(self._on_cancelled)
        self.state_changed.emit()

    def cancel(self) -> None:
        """Stop; nothing changes then."""
        if self._task is not None:
            self._task.cancel()

    def _is_current(self) -> bool:
        return self._task is not None and self.sender() is self._task

    def _end(self) -> None:
        self._task = self._document = None
        self.state_changed.emit()

    @Slot(object)
    def _on_finished(self, answers: _Answers) -> None:
        if not self._is_current() or self._document is None:
            return
        try:
            sentence = self._fill(self._document, answers)
        except SleepScorerError as error:
            self.failed.emit(str(error))
        else:
            self.scored.emit(sentence)
            if self._choice.second_opinion and answers[1] is None:
                self.failed.emit(answers[0].provenance.warnings[-1])
        finally:
            self._end()

    def _fill(self, document: Document, answers: _Answers) -> str:
        staging, second = answers
        session = document.session
        before = session.state
        session.fill(
            staging,
            self._choice.mode,
            chosen=self._choice.chosen,
            over_person=self._choice.over_person,
            second=second,
            smooth=self._choice.smooth,
        )
        filled = int((session.state.stages != before.stages).sum())
        if not filled:
            return "Auto-scored: no stage changed; the machine's answer stands beside yours"
        return f"Auto-scored: {filled} {'epoch' if filled == 1 else 'epochs'} changed"

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        if self._is_current():
            self._end()
            self.failed.emit(sentence)

    @Slot()
    def _on_cancelled(self) -> None:
        if self._is_current():
            self._end()
            self.scored.emit("Auto-scoring cancelled: nothing changed")


def _work(document: Document, choice: AutoScoringChoice) -> Callable[[Progress], _Answers]:
    def stage(progress: Progress) -> _Answers:
        from sleepscorer.staging.native_libraries import import_stager

        progress(0.0, "loading the network")
        import_stager()
        channels = choice.channels.resolve(document.recording)
        ours = part_of(progress, 0.0, 0.5 if choice.second_opinion else 1.0)
        staging = stage_document(
            document, choice.device, choice.weights or None, ours, channels=channels
        )
        if not choice.second_opinion:
            return staging, None
        return with_second_opinion(
            staging,
            choice.second_opinion,
            document.recording,
            channels=channels,
            progress=part_of(progress, 0.5, 1.0),
        )

    return stage
