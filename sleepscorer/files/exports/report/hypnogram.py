"""The hypnogram of a report: stages in their colours, probabilities, events and lights."""

import math
from collections.abc import Iterator
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable

from sleepscorer.core.event_kinds import EventFamily, family_of_text
from sleepscorer.core.events import Event
from sleepscorer.core.runs import runs_of
from sleepscorer.core.stage_colours import ON_LIGHT
from sleepscorer.core.stages import Stage
from sleepscorer.files.exports.night import Night
from sleepscorer.files.exports.report.content import FONT, GREY, INK, LINE, SHADE, Content

AXIS_LEFT = 22 * mm
"""Where the time axis of every drawing of the night begins, so that they stand in line."""

_ROW_HEIGHT, _DENSITY_HEIGHT, _EVENT_HEIGHT = 5.2 * mm, 8 * mm, 2.9 * mm
_LABEL_HEIGHT, _TICKS_HEIGHT, _GAP = 3.4 * mm, 4.2 * mm, 1.2 * mm
_TEXT_PT = 6.4
_MOST_TICKS = 13
_DAY_S = 24 * 3600
# A clock time, and room to the next.
_TICK_PT = 30.0
_TICK_STEPS_MIN = (1, 2, 5, 15, 30, 60, 120, 180, 240, 360, 720, 1440)
# From the top; R stands above N1, as in the AASM manual's figures.
_ORDER = (Stage.W, Stage.R, Stage.N1, Stage.N2, Stage.N3)
_ORDER_OF_THREE = (Stage.W, Stage.R, Stage.NREM)
# NREM has no colour of its own: it is drawn as what most of it is.
_MACHINE = HexColor("#b3b3b3")
_COLOURS = {**ON_LIGHT, Stage.NREM: ON_LIGHT[Stage.N2]}


def colour_of(stage: Stage) -> HexColor:
    """Return the colour of a stage on paper."""
    return HexColor(_COLOURS[stage])


def marked_events(night: Night) -> dict[EventFamily, list[Event]]:
    """Return what was marked by family; stages, lights and words of other kinds are left out."""
    found: dict[EventFamily, list[Event]] = {}
    for family in EventFamily:
        if family is EventFamily.OTHER:
            continue
        events = [event for event in night.events if family_of_text(event.text) is family]
        if events:
            found[family] = events
    return found


def draw_time_axis(flowable: Flowable, content: Content, width_pt: float, y: float) -> None:
    """Draw clock times below a drawing of the night that starts at :data:`AXIS_LEFT`."""
    canvas, night = flowable.canv, content.night
    canvas.setFont(FONT, _TEXT_PT)
    canvas.setFillColor(GREY)
    canvas.setStrokeColor(GREY)
    canvas.setLineWidth(0.4)
    most = min(_MOST_TICKS, max(int((width_pt - AXIS_LEFT) / _TICK_PT), 1))
    for time_s, text in _ticks(night, most):
        x = AXIS_LEFT + (width_pt - AXIS_LEFT) * time_s / night.hypnogram.duration_s
        canvas.line(x, y, x, y - 1.2)
        half = stringWidth(text, FONT, _TEXT_PT) / 2
        canvas.drawCentredString(min(x, width_pt - half), y - 1.8 - _TEXT_PT * 0.85, text)


def _ticks(night: Night, most: int) -> Iterator[tuple[float, str]]:
    duration_s = night.hypnogram.duration_s
    step_s = next(
        (60 * step for step in _TICK_STEPS_MIN if duration_s / (60 * step) <= most),
        60 * _TICK_STEPS_MIN[-1] * math.ceil(duration_s / (86400 * most)),
    )
    start = night.start
    if start is None:
        for time_s in np.arange(0, duration_s + 1e-6, step_s).tolist():
            yield time_s, f"{time_s / 3600:g} h"
        return
    into_day_s = timedelta(
        hours=start.hour, minutes=start.minute, seconds=start.second, microseconds=start.microsecond
    ).total_seconds()
    first_s = math.ceil(into_day_s / step_s) * step_s - into_day_s
    for time_s in np.arange(first_s, duration_s + 1e-6, step_s).tolist():
        yield time_s, f"{start + timedelta(seconds=time_s):%H:%M}"


class HypnogramDrawing(Flowable):  # type: ignore[misc]
    """The hypnogram over the full width.

    Parameters
    ----------
    content
        Of the report.
    """

    def __init__(self, content: Content) -> None:
        super().__init__()
        self._content, self._night = content, content.night
        hypnogram = self._night.hypnogram
        order = _ORDER if len(hypnogram.stage_set) > len(_ORDER_OF_THREE) else _ORDER_OF_THREE
        has_unscored = bool((hypnogram.stages == Stage.UNSCORED).any())
        self._order = (*((Stage.UNSCORED,) if has_unscored else ()), *order)
        self._events = marked_events(self._night)
        self.width = content.width_pt
        self._steps_height = _ROW_HEIGHT * len(order) + (4 * mm if has_unscored else 0)
        self._density_height = 0.0 if self._night.answer is None else _DENSITY_HEIGHT + _GAP
        self._events_height = _EVENT_HEIGHT * len(self._events)
        self.height = (
            _LABEL_HEIGHT
            + self._steps_height
            + self._density_height
            + self._events_height
            + _TICKS_HEIGHT
        )

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Take the full width and the height that the night needs."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw it, from the ground to what must be seen above all else."""
        bottom = self.height - _LABEL_HEIGHT - self._steps_height
        base = bottom - self._density_height - self._events_height
        top = self.height - _LABEL_HEIGHT
        self._draw_outside(base, top)
        self._draw_rows(bottom)
        self._draw_machine(bottom)
        self._draw_steps(self._night.hypnogram.stages, bottom)
        if self._density_height:
            self._draw_density(bottom - self._density_height)
        self._draw_events(base)
        self._draw_lights(base, top)
        draw_time_axis(self, self._content, self.width, base)

    def _x(self, time_s: float) -> float:
        share = min(max(time_s / self._night.hypnogram.duration_s, 0.0), 1.0)
        return float(AXIS_LEFT + (self.width - AXIS_LEFT) * share)

    def _y(self, stage: Stage, bottom: float) -> float:
        row = len(self._order) - 1 - self._order.index(stage)
        rows = self._steps_height / len(self._order)
        return float(bottom + rows * (row + 0.5))

    def _draw_outside(self, base: float, top: float) -> None:
        """Shade what lies outside lights off to lights on."""
        hypnogram, canvas = self._night.hypnogram, self.canv
        canvas.setFillColor(SHADE)
        if hypnogram.lights_off_s is not None:
            canvas.rect(
                AXIS_LEFT, base, self._x(hypnogram.lights_off_s) - AXIS_LEFT, top - base, 0, 1
            )
        if hypnogram.lights_on_s is not None:
            x = self._x(hypnogram.lights_on_s)
            canvas.rect(x, base, self.width - x, top - base, 0, 1)

    def _draw_rows(self, bottom: float) -> None:
        canvas = self.canv
        canvas.setFont(FONT, 7.4)
        canvas.setLineWidth(0.25)
        canvas.setStrokeColor(LINE)
        for stage in self._order:
            y = self._y(stage, bottom)
            canvas.line(AXIS_LEFT, y, self.width, y)
            canvas.setFillColor(INK)
            canvas.drawRightString(AXIS_LEFT - 2 * mm, y - 2.6, stage.text)

    def _draw_machine(self, bottom: float) -> None:
        """Draw what the machine said where people said otherwise."""
        answer, stages = self._night.answer, self._night.hypnogram.stages
        if not self._night.n_edited or answer is None:
            return
        canvas, epoch_s = self.canv, self._night.hypnogram.epoch_s
        canvas.setStrokeColor(_MACHINE)
        canvas.setLineWidth(2.0)
        for stage in answer.stage_set:
            differs = (answer.stages == stage) & (stages != stage)
            y = self._y(stage, bottom)
            for start, stop in runs_of(differs).tolist():
                canvas.line(self._x(start * epoch_s), y, self._x(stop * epoch_s), y)

    def _draw_steps(self, stages: NDArray[np.int8], bottom: float) -> None:
        canvas, epoch_s = self.canv, self._night.hypnogram.epoch_s
        runs = list(_stretches(stages))
        path = canvas.beginPath()
        for number, (stage, start, stop) in enumerate(runs):
            x, y = self._x(start * epoch_s), self._y(stage, bottom)
            if number:
                path.lineTo(x, y)
            else:
                path.moveTo(x, y)
            path.lineTo(self._x(stop * epoch_s), y)
        canvas.setLineJoin(1)
        canvas.setStrokeColor(GREY)
        canvas.setLineWidth(0.35)
        canvas.drawPath(path, stroke=1, fill=0)
        canvas.setLineCap(0)
        for stage, start, stop in runs:
            y = self._y(stage, bottom)
            canvas.setStrokeColor(colour_of(stage))
            canvas.setLineWidth(3.0 if stage is Stage.R else 2.0)
            canvas.line(self._x(start * epoch_s), y, self._x(stop * epoch_s), y)

    def _draw_density(self, bottom: float) -> None:
        answer, epoch_s = self._night.answer, self._night.hypnogram.epoch_s
        assert answer is not None
        canvas = self.canv
        # From the deepest stage at the bottom to wake at the top, each drawn over the sum above it.
        deepest_first = [
            s
            for s in (Stage.N3, Stage.N2, Stage.N1, Stage.NREM, Stage.R, Stage.W)
            if s in answer.stage_set
        ]
        columns = [answer.stage_set.index(stage) for stage in deepest_first]
        tops = np.cumsum(answer.probabilities[:, columns], axis=1)
        known = ~np.isnan(tops[:, 0])
        for stage, heights in reversed(list(zip(deepest_first, tops.T, strict=True))):
            canvas.setFillColor(colour_of(stage))
            for start, stop in runs_of(known).tolist():
                path = canvas.beginPath()
                path.moveTo(self._x(start * epoch_s), bottom)
                for epoch in range(start, stop):
                    y = bottom + _DENSITY_HEIGHT * float(heights[epoch])
                    path.lineTo(self._x(epoch * epoch_s), y)
                    path.lineTo(self._x((epoch + 1) * epoch_s), y)
                path.lineTo(self._x(stop * epoch_s), bottom)
                path.close()
                canvas.drawPath(path, stroke=0, fill=1)
        self._label(self._content.words("hypnogram.probabilities"), bottom + _DENSITY_HEIGHT / 2)

    def _draw_events(self, base: float) -> None:
        canvas = self.canv
        y = base + self._events_height
        for family, events in self._events.items():
            y -= _EVENT_HEIGHT
            name = self._content.words(f"events.{family.value}")
            self._label(f"{name} {len(events)}", y + _EVENT_HEIGHT / 2)
            canvas.setFillColor(INK)
            for event in events:
                if not 0 <= event.onset_s <= self._night.hypnogram.duration_s:
                    continue
                x = self._x(event.onset_s)
                length = self._x(event.onset_s + (event.duration_s or 0.0)) - x
                canvas.rect(x, y + 0.8, max(length, 0.4), _EVENT_HEIGHT - 1.8, 0, 1)

    def _label(self, text: str, middle: float) -> None:
        size = _TEXT_PT
        room = AXIS_LEFT - 1.5 * mm
        while stringWidth(text, FONT, size) > room and size > 4:
            size -= 0.2
        self.canv.setFont(FONT, size)
        self.canv.setFillColor(GREY)
        self.canv.drawRightString(AXIS_LEFT - 1.2 * mm, middle - size * 0.36, text)

    def _draw_lights(self, base: float, top: float) -> None:
        canvas, words, hypnogram = self.canv, self._content.words, self._night.hypnogram
        marks = (("lights_off", hypnogram.lights_off_s), ("lights_on", hypnogram.lights_on_s))
        end_of_last = 0.0
        for name, time_s in marks:
            if time_s is None:
                continue
            x = self._x(time_s)
            canvas.setStrokeColor(INK)
            canvas.setLineWidth(0.6)
            canvas.setDash(2, 1.4)
            canvas.line(x, base, x, top + 1)
            canvas.setDash()
            text = words(f"hypnogram.{name}", time=clock_or_elapsed(self._night, time_s))
            length = stringWidth(text, FONT, _TEXT_PT)
            left = min(max(x - length / 2, AXIS_LEFT), self.width - length)
            left = max(left, end_of_last)
            canvas.setFont(FONT, _TEXT_PT)
            canvas.setFillColor(INK)
            canvas.drawString(left, top + 2.4, text)
            end_of_last = left + length + 2 * mm


def clock_or_elapsed(night: Night, time_s: float) -> str:
    """Return a moment as a time of day, or as time from the start where that is not known.

    Where a time of day comes twice, how many days after the start it is goes with it.
    """
    moment = night.time_of(time_s)
    if moment is None or night.start is None:
        return hours_text(time_s)
    days = (moment.date() - night.start.date()).days
    day = f" (+{days} d)" if days and night.duration_s > _DAY_S else ""
    return f"{moment:%H:%M:%S}{day}"


def hours_text(time_s: float) -> str:
    """Return a duration as ``hh:mm:ss``."""
    seconds = round(time_s)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _stretches(stages: NDArray[np.int8]) -> Iterator[tuple[Stage, int, int]]:
    """Yield each run of one stage with its first epoch and the one after its last."""
    if not stages.size:
        return
    starts = np.flatnonzero(np.diff(stages, prepend=stages[0] - 1))
    for start, stop in zip(starts.tolist(), [*starts[1:].tolist(), stages.size], strict=True):
        yield Stage(int(stages[start])), start, stop
