"""Has the machine's stage of the current epoch explained, beside the window, while somebody looks.

The night is measured once, and what was measured is kept beside the session for the next opening.
"""

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from sleepscorer.core.progress import Progress
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.core.staging_result import Staging
from sleepscorer.core.unanimity import own_answer
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.pipeline import Answers, ExplainedNight, Explanation, measure_to_explain
from sleepscorer.session_documents import KeptMeasures

MEASURING = "Measuring the night to explain its stages"
EXPLAINING = "Explaining an epoch"

NO_STAGING = "No auto-scoring yet: there is no stage of the machine to explain."

# Epochs fly past while a key is held, and the first pages of a recording come first.
_ASK_AFTER_MS, _MEASURE_AFTER_MS = 120, 1000


class Explainer(QObject):
    """Follows the current epoch of one document.

    Nothing is computed unless a panel looks (:meth:`set_watched`) or the traces show it
    (:meth:`set_shown`). What was cancelled or failed is not tried again before :meth:`start`.

    Parameters
    ----------
    model
        The open session.
    tasks
        For what takes time.
    kept
        Where what is measured of the night is kept from one opening to the next.

    Signals
    -------
    changed
        Another explanation, or another state of things.
    shown_changed
        Whether the traces show where the network looked.
    """

    changed = Signal()
    shown_changed = Signal(bool)

    def __init__(
        self,
        model: SessionModel,
        tasks: TaskRunner,
        kept: KeptMeasures | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model, self._tasks, self._kept = model, tasks, kept
        self._night: ExplainedNight | None = None
        self._answers: Answers | None = None
        self._explanation: Explanation | None = None
        self._computing = Latest(tasks, self)
        self._chosen: Stage | None = None
        self._is_watched = self._is_shown = False
        self._why_not = self._progress = ""
        self._staging = model.own_answer
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go_on)
        model.epoch_selected.connect(self._on_wish_changed)
        model.montage_changed.connect(self.changed)
        model.scoring_changed.connect(self._on_scoring_changed)

    @property
    def explanation(self) -> Explanation | None:
        """Of the current epoch and the stage asked about; None while there is none."""
        return self._explanation

    @property
    def traces_of_maps(self) -> dict[str, tuple[str, ...]]:
        """For each channel of the explanation the traces on the screen that are tinted by it."""
        shown = [trace.channel for trace in self._model.montage.visible]
        return {} if self._explanation is None else self._explanation.traces_of(shown)

    @property
    def stage(self) -> Stage:
        """What is explained: the stage chosen, else the machine's; UNSCORED where it gave none."""
        staging, epoch = self._staging, self._model.epoch
        if self._chosen is not None or staging is None:
            return Stage.UNSCORED if self._chosen is None else self._chosen
        stages = staging.stages
        return Stage(int(stages[epoch])) if epoch < stages.size else Stage.UNSCORED

    @property
    def has_staging(self) -> bool:
        """True once the machine has staged the night."""
        return self._staging is not None

    @property
    def is_measuring(self) -> bool:
        """True while the night is being measured, which can be cancelled."""
        return self._computing.is_running and self._night is None

    @property
    def can_start(self) -> bool:
        """True where it was cancelled, or failed, and may be tried again."""
        return self._staging is not None and bool(self._why_not)

    @property
    def is_shown(self) -> bool:
        """True while the traces are to show where the network looked."""
        return self._is_shown

    @property
    def status(self) -> str:
        """The sentence where there is no explanation, and why; empty where there is one."""
        if self._staging is None:
            return self._model.blind_sentence or NO_STAGING
        if self._why_not:
            return self._why_not
        if self._night is None:
            return f"Computing: {self._progress or 'the night is measured first'} …"
        if self.stage not in STAGES:
            return "The machine could not stage this epoch: choose the stage to ask about."
        return "" if self._explanation is not None else "Computing …"

    def set_watched(self, watched: bool) -> None:
        """Say whether a panel looks at the explanation."""
        self._is_watched = watched
        self._on_wish_changed()

    def take_answers(self, answers: Answers) -> None:
        """Spare the measuring of what the stager measured for the stages that are explained."""
        if own_answer(answers.staging, answers.others) is self._staging:
            self._answers = answers

    def set_shown(self, shown: bool) -> None:
        """Show on the traces where the network looked, or no more."""
        if shown != self._is_shown:
            self._is_shown = shown
            self.shown_changed.emit(shown)
            self._on_wish_changed()

    def choose_stage(self, stage: Stage | None) -> None:
        """Explain this stage of every epoch, or with None the machine's."""
        self._chosen = stage
        self._on_wish_changed()

    def start(self) -> None:
        """Try again after it was cancelled or failed."""
        self._why_not = ""
        self._go_on()

    def cancel(self) -> None:
        """Stop measuring."""
        if self.is_measuring:
            self._computing.cancel()

    def stop(self) -> None:
        """Let go of all that was measured; nothing is computed afterwards."""
        self._model.disconnect(self)
        self._is_watched = False
        self.set_shown(False)
        self._timer.stop()
        self._let_go()
        self._staging = None

    @Slot()
    def _on_wish_changed(self) -> None:
        known = self._explanation
        if known is not None and (known.epoch, known.stage) != self._wish:
            self._explanation = None
        if (self._is_watched or self._is_shown) and self._explanation is None:
            is_first = self._night is None and not self._is_shown
            self._timer.start(_MEASURE_AFTER_MS if is_first else _ASK_AFTER_MS)
        self.changed.emit()

    @Slot(object)
    def _on_scoring_changed(self) -> None:
        staging = self._model.own_answer
        if staging is self._staging:
            return
        if _source(staging) != _source(self._staging):
            self._let_go()
        self._staging, self._why_not = staging, ""
        self._on_wish_changed()

    @property
    def _wish(self) -> tuple[int, Stage]:
        return self._model.epoch, self.stage

    def _let_go(self) -> None:
        self._computing.drop()
        self._night, self._answers, self._progress = None, None, ""
        self._explanation = None

    @Slot()
    def _go_on(self) -> None:
        """Do what comes next: measure the night, then explain the epoch."""
        is_wanted = self._is_watched or self._is_shown
        must_wait = self._computing.is_running or bool(self._why_not) or not is_wanted
        if must_wait or self._staging is None:
            self.changed.emit()
        elif self._night is None and not self._is_shown and self._must_yield():
            self._timer.start(_MEASURE_AFTER_MS)
        elif self._night is None:
            self._measure(self._staging)
        elif self._explanation is None and self.stage in STAGES:
            self._explain_epoch(self._night)

    def _must_yield(self) -> bool:
        """True while something else is computed that somebody waits for, as on opening."""
        return any(not task.is_quiet for task in self._tasks.running)

    def _measure(self, staging: Staging) -> None:
        night = None if self._answers is None else self._answers.night
        measure = partial(
            measure_to_explain,
            self._model.recording,
            staging.provenance,
            kept=self._kept,
            night=night,
        )
        self._computing.start(
            MEASURING,
            measure,
            self._on_measured,
            failed=self._on_failed,
            cancelled=self._on_cancelled,
            progressed=self._on_progressed,
        )
        self.changed.emit()

    def _explain_epoch(self, night: ExplainedNight) -> None:
        epoch, stage = self._wish

        def explain(progress: Progress) -> Explanation:
            progress(0.0, EXPLAINING)
            return night.explain(epoch, stage)

        self._computing.start(
            EXPLAINING,
            explain,
            self._on_explained,
            failed=self._on_failed,
            cancelled=self._on_cancelled,
            quiet=True,
        )
        self.changed.emit()

    def _on_progressed(self, fraction: float, text: str) -> None:
        self._progress = f"{text}, {100 * fraction:.0f} %"
        self.changed.emit()

    def _on_measured(self, night: ExplainedNight) -> None:
        self._night, self._answers = night, None
        self.changed.emit()
        self._go_on()

    def _on_explained(self, explanation: Explanation) -> None:
        # The person may have gone on to another epoch meanwhile.
        if (explanation.epoch, explanation.stage) == self._wish:
            self._explanation = explanation
        self.changed.emit()
        self._go_on()

    def _on_failed(self, sentence: str) -> None:
        self._end_without(f"Not possible: {sentence}")

    def _on_cancelled(self) -> None:
        self._end_without("Cancelled: the night was not measured, and no stage is explained.")

    def _end_without(self, why_not: str) -> None:
        self._progress, self._why_not = "", why_not
        self.changed.emit()


def _source(staging: Staging | None) -> tuple[object, ...]:
    """What a measured night depends on: two stagings that agree in it share one."""
    if staging is None:
        return ()
    made_by = staging.provenance
    return made_by.weights_sha256, made_by.eeg, made_by.eog, made_by.emg
