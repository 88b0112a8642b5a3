"""Runs the auto-scorer beside the window and puts its answer into the session as one edit."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from sleepscorer.core.consensus import CONSENSUS
from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.progress import Progress
from sleepscorer.core.session import ScoringSession
from sleepscorer.gui.choices import AutoScoringChoice, StagerChoice
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.pipeline import Answers, AskedStagers
from sleepscorer.session_documents import Document, stage_document

TITLE = "Auto-scoring"


class AutoScorer(QObject):
    """Stages one document at a time.

    Signals
    -------
    state_changed
        It started or ended.
    scored
        The number of epochs that changed, as a sentence.
    answered
        The :class:`~sleepscorer.pipeline.Answers` that the session was filled from.
    failed
        What failed, as a sentence: the staging, or another stager alone.
    """

    state_changed = Signal()
    scored = Signal(str)
    answered = Signal(object)
    failed = Signal(str)

    def __init__(self, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._staging = Latest(tasks, self)

    @property
    def is_running(self) -> bool:
        """True from the start to the end."""
        return self._staging.is_running

    def start(self, document: Document, choice: AutoScoringChoice) -> None:
        """Stage the recording and fill the session, as chosen; the window goes on meanwhile."""
        if self.is_running:
            return
        session = document.session
        try:
            session.layer.check_edited_by(session.author)
            session.layer.check_sees_others()
            session.signing.check_unlocked()
        except SleepScorerError as error:
            # Before the minutes that a staging takes, which could not be kept.
            self.failed.emit(str(error))
            return
        self._staging.start(
            TITLE,
            _staging_of(document, choice),
            partial(self._on_staged, session, choice),
            failed=self._on_failed,
            cancelled=self._on_cancelled,
        )
        self.state_changed.emit()

    def cancel(self) -> None:
        """Stop; nothing changes then."""
        self._staging.cancel()

    def _on_staged(
        self, session: ScoringSession, choice: AutoScoringChoice, answers: Answers
    ) -> None:
        try:
            sentence = _fill(session, choice, answers)
        except SleepScorerError as error:
            self.failed.emit(str(error))
        else:
            self.scored.emit(sentence)
            self.answered.emit(answers)
            failure = answers.staging.provenance.second_opinion_failure
            if failure:
                self.failed.emit(failure)
        finally:
            self.state_changed.emit()

    def _on_failed(self, sentence: str) -> None:
        self.state_changed.emit()
        self.failed.emit(sentence)

    def _on_cancelled(self) -> None:
        self.state_changed.emit()
        self.scored.emit("Auto-scoring cancelled: nothing changed")


def _staging_of(document: Document, choice: AutoScoringChoice) -> Callable[[Progress], Answers]:
    def stage(progress: Progress) -> Answers:
        site = choice.site
        if site is not None:
            return stage_document(
                document,
                device=choice.device,
                weights=site.own_weights or None,
                asked=AskedStagers.as_validated(site),
                progress=progress,
            )
        return stage_document(
            document,
            device=choice.device,
            weights=choice.weights or None,
            channels=choice.channels,
            asked=asked_stagers(choice.stagers),
            progress=progress,
        )

    return stage


def asked_stagers(choice: StagerChoice) -> AskedStagers:
    """Return who is asked; looks which stagers are installed, which takes its time."""
    if choice.stager != CONSENSUS:
        second = (choice.second_opinion,) if choice.second_opinion else ()
        return AskedStagers((choice.stager, *second))
    if choice.consensus_of:
        return AskedStagers(choice.consensus_of, is_consensus=True)
    return AskedStagers.consensus_of_all()


def _fill(session: ScoringSession, choice: AutoScoringChoice, answers: Answers) -> str:
    """Fill a scoring from the answers; return what that changed, as a sentence.

    It is the one that was on the screen when that was asked for, whichever is now.
    """
    before = session.state
    session.fill(
        answers.staging,
        choice.mode,
        chosen=choice.chosen,
        over_person=choice.over_person,
        others=answers.others,
        smooth=choice.smooth,
    )
    filled = int((session.state.stages != before.stages).sum())
    if not filled:
        return "Auto-scored: no stage changed; the machine's answer stands beside yours"
    return f"Auto-scored: {filled} {'epoch' if filled == 1 else 'epochs'} changed"
