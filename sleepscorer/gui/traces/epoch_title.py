"""The line above the traces: which epoch, when, which stage, how sure, and who says so."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from sleepscorer.core.edits import EditKind
from sleepscorer.core.machine_answer import MachineAnswer, machine_answer
from sleepscorer.core.session import ScoringSession
from sleepscorer.core.stages import EPOCH_S, STAGES, Stage
from sleepscorer.core.wording import percent
from sleepscorer.gui.look.appearance import plain_tip, sized
from sleepscorer.gui.look.measures import TextSize
from sleepscorer.gui.look.theme import Theme, ink_on
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.gui.traces.page_words import PERSON

MACHINE = "machine"
SYNTHETIC = "synthetic"
UNSCORED = "unscored"

_HEIGHT_PX = 28
_MARGIN_PX = 10.0
_DOT = " · "


@dataclass(frozen=True)
class EpochTitle:
    """What the line says.

    Parameters
    ----------
    before
        Epoch and clock time; first of all that nobody slept the night, where that is so.
    stage
        In its colour block.
    after
        Who scored, and how sure the machine is.
    measured
        Where that was measured, a sentence; empty where it is not told.
    """

    before: str
    stage: Stage
    after: str
    measured: str = ""

    @property
    def text(self) -> str:
        """The line as words only."""
        stage = () if self.stage is Stage.UNSCORED else (self.stage.text,)
        return _DOT.join((self.before, *stage, self.after))


def epoch_title(model: SessionModel, *, names_people: bool = True) -> EpochTitle:
    """Write the line of the current epoch.

    A machine's stage stands with how sure it is. Where a person scored, the machine's answer is
    named after the person, for it is not the person's certainty. A scorer who is not to be named is
    a person.
    """
    epoch, state = model.epoch, model.session.state
    if not model.n_epochs:
        return EpochTitle("no whole epoch", Stage.UNSCORED, UNSCORED)
    clock = model.clock_text(epoch * EPOCH_S)
    origin = f"{SYNTHETIC}{_DOT}" if model.recording.is_synthetic else ""
    before = f"{origin}epoch {epoch + 1}/{model.n_epochs}{_DOT}{clock}"
    stage = Stage(int(state.stages[epoch]))
    machine = _machine_answer(model, epoch)
    if stage is Stage.UNSCORED:
        after = UNSCORED if machine is None else f"{UNSCORED}{_DOT}{MACHINE} {machine}"
    elif state.by_person[epoch]:
        scorer = scorer_of(model.session, epoch) if names_people else PERSON
        after = scorer if machine is None else f"{scorer}{_DOT}{MACHINE} {machine}"
    else:
        after = _of_machine(model, epoch, stage)
    staging = model.session.machine
    measured = "" if staging is None or machine is None else staging.measured_sentence
    return EpochTitle(before, stage, after + _fault(model.session, epoch), measured)


def _fault(session: ScoringSession, epoch: int) -> str:
    """What is wrong with the signal that the machine read, if anything is."""
    text = "" if session.machine is None else session.machine.fault(epoch).text
    return f"{_DOT}signal: {text}" if text else ""


def scorer_of(session: ScoringSession, epoch: int) -> str:
    """Who gave an epoch the stage it has: a user, ``"machine"``, or the import's name.

    Undo restores what was before the edit it concerns, so the search goes on from there.
    """
    edits = session.edits
    number = len(edits)
    while number > 0:
        edit = edits[number - 1]
        if epoch not in edit.change.epochs:
            number -= 1
        elif edit.kind is EditKind.UNDO and edit.of is not None:
            number = edit.of - 1
        elif edit.kind is EditKind.REDO and edit.of is not None:
            number = edit.of
        elif edit.kind is EditKind.AUTO:
            return MACHINE
        elif edit.kind is EditKind.IMPORT:
            return edit.label.replace("Import", "imported from", 1)
        else:
            return edit.author.user
    return UNSCORED


def _of_machine(model: SessionModel, epoch: int, stage: Stage) -> str:
    """What stands behind a stage that the machine gave: how sure it is, and what it doubts."""
    answer, machine = model.machine_answer, model.session.machine
    if answer is None or machine is None or np.isnan(machine.confidence[epoch]):
        return MACHINE
    own = Stage(int(machine.stages[epoch]))
    if own is stage:
        text = f"{MACHINE}, {machine_answer(machine).certainty_text(epoch)}"
    else:
        # Of a stage that the machine has not chosen there is a probability only.
        smoothed = f", smoothed from {own.text}" if model.session.holds_smoothed else ""
        share = percent(float(machine.probabilities[epoch, stage]))
        text = f"{MACHINE}{smoothed}{_DOT}probability of {stage.text} {share}"
    told = _machine_answer(model, epoch)
    if answer.stage_set != STAGES and told is not None:
        return f"{text}{_DOT}{MACHINE} {told}"
    return _DOT.join((text, *_remarks(model, answer, epoch)))


def _machine_answer(model: SessionModel, epoch: int) -> str | None:
    answer = model.machine_answer
    if answer is None or not (said := answer.sure_text(epoch)):
        return None
    return _DOT.join((said, *_remarks(model, answer, epoch)))


def _remarks(model: SessionModel, answer: MachineAnswer, epoch: int) -> list[str]:
    """Between which stages the machine is torn, and which one smoothing takes instead."""
    remarks = [text] if (text := answer.equivocal_text(epoch)) else []
    smoothed = Stage(int(answer.smoothed[epoch]))
    if model.shows_smoothed and smoothed != answer.stages[epoch]:
        remarks.append(f"smoothed {smoothed.text}")
    return remarks


class TitleLine(QWidget):
    """Paints an :class:`EpochTitle`, and at the right end a note such as the page's length."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = EpochTitle("", Stage.UNSCORED, "")
        self._note = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Current epoch")

    @property
    def note(self) -> str:
        """What stands at the right end."""
        return self._note

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A line's height."""
        return QSize(400, _HEIGHT_PX)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.update()

    def show_title(self, title: EpochTitle, note: str) -> None:
        """Show this."""
        if (title, note) != (self._title, self._note):
            self._title, self._note = title, note
            self.setAccessibleDescription(title.text)
            self.setToolTip(plain_tip("\n".join(filter(None, (title.text, title.measured)))))
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the line."""
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        theme, box = self._theme, QRectF(self.rect())
        painter.fillRect(box, QColor(theme.panel))
        font = sized(self.font(), TextSize.HEADING)
        painter.setFont(font)
        x = self._write(painter, _MARGIN_PX, self._title.before + _DOT, theme.text)
        x = self._paint_stage(painter, x)
        note_px = self.fontMetrics().horizontalAdvance(self._note) + 3 * _MARGIN_PX
        room_px = max(box.width() - x - note_px, 0.0)
        after = QFontMetricsF(font).elidedText(
            _DOT + self._title.after, Qt.TextElideMode.ElideRight, room_px
        )
        self._write(painter, x, after, theme.text)
        painter.setFont(self.font())
        painter.setPen(QColor(theme.faint_text))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box.adjusted(0, 0, -_MARGIN_PX, 0), right, self._note)

    def _write(self, painter: QPainter, x: float, text: str, colour: str) -> float:
        width = QFontMetricsF(painter.font()).horizontalAdvance(text)
        painter.setPen(QColor(colour))
        place = QRectF(x, 0, width + 2, self.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
        return x + width

    def _paint_stage(self, painter: QPainter, x: float) -> float:
        """Draw the stage's letters in their colour block; return where it ends."""
        colour = self._theme.stages[self._title.stage]
        block = QRectF(x, 4, 34, self.height() - 8)
        painter.fillRect(block, QColor(colour))
        font, bold = painter.font(), QFont(painter.font())
        bold.setBold(True)
        painter.setFont(bold)
        painter.setPen(QColor(ink_on(colour)))
        painter.drawText(block, Qt.AlignmentFlag.AlignCenter, self._title.stage.text)
        painter.setFont(font)
        return block.right()
