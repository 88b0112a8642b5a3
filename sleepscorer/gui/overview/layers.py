"""What the overview shows of a night, kept as pictures until something of it changes."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from sleepscorer.core.events import Event
from sleepscorer.core.machine_answer import MachineAnswer, machine_answer
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.files.scorings import is_stage
from sleepscorer.gui.look.theme import HYPNOGRAM_ORDER, Theme, hypnogram_order
from sleepscorer.gui.overview.axis import NightAxis
from sleepscorer.gui.overview.images import hypnodensity_image
from sleepscorer.gui.overview.strip_places import Strips, fitting
from sleepscorer.gui.overview.strips import MARK_PX, StripPainter
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.gui.strip_names import AS_MANY_AS_FIT, FOLDABLE

_TICK_PX = 58.0
_MOST_EVENTS_TOLD = 4


def column_edges_s(axis: NightAxis, pixel_ratio: float) -> NDArray[np.float64]:
    """Return where the columns of device pixels start and end, (n_columns + 1,) seconds."""
    n_columns = max(round(axis.width_px * pixel_ratio), 1)
    return np.linspace(axis.start_s, axis.stop_s, n_columns + 1)


class NightLayers:
    """Two pictures: what only a new staging or another stretch changes, and the scoring.

    Scoring an epoch then draws a thousand lines anew but no image, and turning a page neither.

    Parameters
    ----------
    model
        The open session.
    theme
        The colours.

    Attributes
    ----------
    theme, spectrogram
        What is drawn with; None for no spectrogram yet.
    chosen
        Names of the foldable strips to be shown, or as many as fit.
    is_coloured
        Whether the hypnogram has the colours of the stages.

    All may be replaced, followed by :meth:`forget`.
    """

    def __init__(self, model: SessionModel, theme: Theme) -> None:
        self._model = model
        self.theme = theme
        self.spectrogram: QImage | None = None
        self.chosen: tuple[str, ...] = AS_MANY_AS_FIT
        self.is_coloured = True
        self._ground: QPixmap | None = None
        self._scoring: QPixmap | None = None
        self._of_recording: tuple[Event, ...] | None = None
        self._file_events: tuple[Event, ...] = ()

    def forget(self) -> None:
        """Draw everything anew next time."""
        self._ground = self._scoring = None

    def forget_scoring(self) -> None:
        """Draw the scoring anew next time."""
        self._scoring = None

    def strips(self, axis: NightAxis, height_px: float) -> Strips:
        """Return where the strips lie."""
        return Strips.laid_out(axis, height_px, self.shown(height_px))

    def available(self) -> frozenset[str]:
        """Return the strips for which there is something to show."""
        model, session = self._model, self._model.session
        names = {"events", "spectrogram"}
        if session.machine is not None:
            names |= {"hypnodensity", "confidence"}
            names |= {"machine", "smoothed"} if model.shows_smoothed else set()
        if session.others and model.shows_second_opinion:
            names.add("answers" if model.is_consensus else "second")
        return frozenset(names)

    def shown(self, height_px: float) -> frozenset[str]:
        """Return the strips that are shown in an overview of this height."""
        available = self.available()
        if self.chosen == AS_MANY_AS_FIT:
            return fitting(height_px, available)
        return available - (FOLDABLE.keys() - set(self.chosen))

    def paint(self, painter: QPainter, axis: NightAxis, widget: QWidget) -> None:
        """Paint both pictures for a widget of this size and font."""
        if self._ground is None:
            self._ground = _empty(widget)
            self._draw_ground(self._ground, axis, widget)
        if self._scoring is None:
            self._scoring = _empty(widget)
            self._draw_scoring(self._scoring, axis, widget)
        painter.drawPixmap(0, 0, self._ground)
        painter.drawPixmap(0, 0, self._scoring)

    def described(self, epoch: int) -> str:
        """Return epoch, clock, stage, the machine's answer and events of an epoch, in one line."""
        model, session = self._model, self._model.session
        if not 0 <= epoch < model.n_epochs:
            return ""
        parts = [f"epoch {epoch + 1}", model.clock_text(epoch * EPOCH_S)]
        parts += [text] if (text := self._scored_text(epoch)) else []
        answer = model.machine_answer
        if answer is not None and answer.stages[epoch] >= 0:
            parts.append(f"machine {answer.sure_text(epoch)}")
            parts += [text] if (text := answer.equivocal_text(epoch)) else []
            if model.shows_smoothed:
                parts.append(f"smoothed {Stage(int(answer.smoothed[epoch])).text}")
        parts += [text] if (text := model.others_text(epoch)) else []
        if session.machine is not None and session.machine.faults[epoch]:
            parts.append(f"signal: {session.machine.fault(epoch).text}")
        return " · ".join((*parts, *self._event_texts(epoch)[:_MOST_EVENTS_TOLD]))

    def _scored_text(self, epoch: int) -> str:
        """Its stage in the scoring, and from whom; empty where that is what the machine says."""
        state, answer = self._model.session.state, self._model.machine_answer
        stage = Stage(int(state.stages[epoch]))
        if stage is Stage.UNSCORED:
            return "unscored"
        if state.by_person[epoch]:
            return f"scored {stage.text} by a person"
        is_told = answer is not None and answer.stages[epoch] == stage
        return "" if is_told else f"scored {stage.text} by the machine"

    def _event_texts(self, epoch: int) -> list[str]:
        start_s = epoch * EPOCH_S
        return [
            event.text
            for event in (*self._model.session.state.events, *self._events_of_file())
            if event.onset_s < start_s + EPOCH_S
            and event.onset_s + (event.duration_s or 0.0) >= start_s
        ]

    def _events_of_file(self) -> tuple[Event, ...]:
        """The recording's own events, which the hypnogram does not show already."""
        of_recording = self._model.annotations
        if of_recording is not self._of_recording:
            self._of_recording = of_recording
            self._file_events = tuple(e for e in of_recording if not is_stage(e.text))
        return self._file_events

    def _draw_ground(self, layer: QPixmap, axis: NightAxis, widget: QWidget) -> None:
        strips, recording = self.strips(axis, widget.height()), self._model.recording
        painter = QPainter(layer)
        painter.setFont(widget.font())
        painter.fillRect(QRect(0, 0, widget.width(), widget.height()), QColor(self.theme.window))
        draw = StripPainter(painter, axis, self.theme)
        draw.frame(strips.hypnogram, recording.gaps)
        self._draw_machine(draw, strips, widget.devicePixelRatioF())
        self._draw_second(draw, strips)
        self._draw_answers(draw, strips)
        if strips.is_shown("spectrogram"):
            draw.frame(strips.spectrogram, recording.gaps)
            if self.spectrogram is not None:
                draw.image(strips.spectrogram, self.spectrogram)
            draw.outline(strips.spectrogram)
        draw.clock(strips.clock, axis.ticks(recording.start, _TICK_PX), strips.body)
        painter.end()

    def _draw_machine(self, draw: StripPainter, strips: Strips, pixel_ratio: float) -> None:
        machine, answer = self._model.session.machine, self._model.machine_answer
        if machine is None or answer is None:
            return
        if strips.is_shown("hypnodensity"):
            self._draw_hypnodensity(draw, strips.hypnodensity, answer, pixel_ratio)
        if strips.is_shown("confidence"):
            draw.frame(strips.confidence)
            draw.confidence(strips.confidence, answer.confidence, machine.faults != 0)
            draw.epoch_marks(strips.confidence, answer.equivocal)
        if self._model.shows_smoothed:
            _draw_bands(draw, strips, answer)

    def _draw_hypnodensity(
        self, draw: StripPainter, rect: QRectF, answer: MachineAnswer, pixel_ratio: float
    ) -> None:
        draw.frame(rect, self._model.recording.gaps)
        n_rows = max(round(rect.height() * pixel_ratio), 1)
        edges_s = column_edges_s(draw.axis, pixel_ratio)
        order = hypnogram_order(answer.stage_set)
        image = hypnodensity_image(
            answer.probabilities[:, [answer.stage_set.index(stage) for stage in order]],
            edges_s,
            n_rows,
            colours=[self.theme.stage_colour(stage) for stage in order],
        )
        draw.image(rect, image)
        draw.outline(rect)
        # The rows of the hypnogram tell the colours of the five stages.
        draw.stage_legend(rect, [stage for stage in order if stage not in HYPNOGRAM_ORDER])

    def _draw_second(self, draw: StripPainter, strips: Strips) -> None:
        model, second = self._model, self._model.second
        if second is None or not strips.is_shown("second"):
            return
        draw.frame(strips.second)
        stages = machine_answer(second, model.machine_stage_set).stages
        draw.second_hypnogram(strips.second, stages, model.not_unanimous)
        draw.outline(strips.second)

    def _draw_answers(self, draw: StripPainter, strips: Strips) -> None:
        """The answers that the machine's is the consensus of, a band each; ticks where they differ.

        Their names share the gutter with nothing else.
        """
        model = self._model
        if not strips.is_shown("answers"):
            return
        whole, answers = strips.answers, model.session.others
        draw.frame(whole)
        height = (whole.height() - MARK_PX) / len(answers)
        for place, answer in enumerate(answers):
            top = whole.top() + MARK_PX + place * height
            band = QRectF(whole.left(), top, whole.width(), height - 1)
            draw.stage_band(band, machine_answer(answer, model.machine_stage_set).stages)
            draw.label(band, answer.name)
        draw.epoch_marks(whole, model.not_unanimous)
        draw.outline(whole)

    def _draw_scoring(self, layer: QPixmap, axis: NightAxis, widget: QWidget) -> None:
        strips, session = self.strips(axis, widget.height()), self._model.session
        state = session.state
        painter = QPainter(layer)
        painter.setFont(widget.font())
        painter.setClipRect(QRectF(0, 0, axis.right_px, widget.height()))
        draw = StripPainter(painter, axis, self.theme)
        draw.outside_lights(strips.hypnogram, state.lights_off_s, state.lights_on_s)
        draw.hypnogram_rows(strips.hypnogram)
        answer = self._model.machine_answer
        if answer is not None:
            draw.machine_hypnogram(strips.hypnogram, answer.stages)
        draw.hypnogram(strips.hypnogram, state, is_coloured=self.is_coloured)
        draw.outline(strips.hypnogram)
        if strips.is_shown("events"):
            draw.event_ticks(strips.events, self._events_of_file(), own=False)
            draw.event_ticks(strips.events, state.events, own=True)
        painter.end()


def _draw_bands(draw: StripPainter, strips: Strips, answer: MachineAnswer) -> None:
    """The machine's own answer and the smoothed one, one below the other."""
    for rect, stages, name in (
        (strips.machine, answer.stages, "Machine"),
        (strips.smoothed, answer.smoothed, "Smoothed"),
    ):
        draw.frame(rect)
        draw.stage_band(rect, stages)
        draw.outline(rect)
        draw.label(rect, name)


def _empty(widget: QWidget) -> QPixmap:
    ratio = widget.devicePixelRatioF()
    layer = QPixmap(round(widget.width() * ratio), round(widget.height() * ratio))
    layer.setDevicePixelRatio(ratio)
    layer.fill(Qt.GlobalColor.transparent)
    return layer
