"""Draws a plot on paper."""

import math
from collections.abc import Sequence
from itertools import pairwise

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable

from sleepscorer.core.wording import one_line
from sleepscorer.files.exports.pages.parts import Level, Plot, Points
from sleepscorer.files.exports.report.content import BOLD, FONT, GREY, INK, LINE, SHADE

_TEXT_PT, _TITLE_PT = 6.2, 7.2
_LEFT, _RIGHT, _TOP, _BOTTOM = 11 * mm, 17 * mm, 8 * mm, 9 * mm
_POINT_PT = 1.5
_MOST_TICKS = 6
# Told apart without colours as well: by the marks.
_COLOURS = tuple(HexColor(one) for one in ("#305496", "#c55a11", "#2e7d32", "#7b1fa2", "#00838f"))
_ROOM = 0.06


class PlotDrawing(Flowable):  # type: ignore[misc]
    """A plot of a given size, points."""

    def __init__(self, plot: Plot, width_pt: float, height_pt: float) -> None:
        super().__init__()
        self._plot, self.width, self.height = plot, width_pt, height_pt
        xs = [x for one in plot.series for x, _ in one.xy] + [x for x, _ in plot.x_ticks]
        ys = [y for one in plot.series for _, y in one.xy]
        for level in plot.levels:
            ys += [y for y in (level.y, level.low, level.high) if y is not None]
        self._x_range, self._y_range = _range(xs), plot.y_range or _range(ys)
        has_names = any(level.name for level in plot.levels)
        self._right = width_pt - (_RIGHT if has_names else 3 * mm)

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Take what it was given."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw it, the ground first."""
        self._draw_axes()
        for level in self._plot.levels:
            self._draw_interval(level)
        for level in self._plot.levels:
            self._draw_level(level)
        for number, series in enumerate(self._plot.series):
            self._draw_points(series, number)
        self._draw_texts()

    def _x(self, value: float) -> float:
        low, high = self._x_range
        return float(_LEFT + (self._right - _LEFT) * (value - low) / (high - low))

    def _y(self, value: float) -> float:
        low, high = self._y_range
        share = min(max((value - low) / (high - low), 0.0), 1.0)
        return float(_BOTTOM + (self.height - _TOP - _BOTTOM) * share)

    def _draw_axes(self) -> None:
        canvas = self.canv
        canvas.setFont(FONT, _TEXT_PT)
        canvas.setLineWidth(0.3)
        for y in _ticks(*self._y_range):
            canvas.setStrokeColor(LINE)
            canvas.line(_LEFT, self._y(y), self._right, self._y(y))
            canvas.setFillColor(GREY)
            canvas.drawRightString(_LEFT - 1.2 * mm, self._y(y) - 2.2, f"{y:g}".replace("-", "−"))
        ticks = self._plot.x_ticks or [(x, f"{x:g}") for x in _ticks(*self._x_range)]
        end = 0.0
        for x, text in ticks:
            half = stringWidth(text, FONT, _TEXT_PT) / 2
            if self._x(x) - half < end:
                continue
            end = self._x(x) + half + 3
            canvas.drawCentredString(self._x(x), _BOTTOM - 8, text.replace("-", "−"))
        canvas.setStrokeColor(GREY)
        canvas.line(_LEFT, _BOTTOM, self._right, _BOTTOM)

    def _draw_interval(self, level: Level) -> None:
        if level.low is None or level.high is None:
            return
        canvas = self.canv
        canvas.setFillColor(SHADE)
        low, high = self._y(level.low), self._y(level.high)
        canvas.rect(_LEFT, low, self._right - _LEFT, high - low, 0, 1)

    def _draw_level(self, level: Level) -> None:
        canvas = self.canv
        canvas.setStrokeColor(GREY)
        canvas.setLineWidth(0.7)
        if level.is_dashed:
            canvas.setDash(2.5, 1.6)
        canvas.line(_LEFT, self._y(level.y), self._right, self._y(level.y))
        canvas.setDash()
        canvas.setFillColor(GREY)
        canvas.setFont(FONT, _TEXT_PT)
        canvas.drawString(self._right + 1.2 * mm, self._y(level.y) - 2.2, level.name)

    def _draw_points(self, series: Points, number: int) -> None:
        canvas = self.canv
        colour = _COLOURS[number % len(_COLOURS)]
        canvas.setStrokeColor(colour)
        canvas.setFillColor(colour)
        canvas.setLineWidth(0.9)
        places = [(self._x(x), self._y(y)) for x, y in series.xy]
        if series.is_joined:
            for (x, y), (to_x, to_y) in pairwise(places):
                canvas.line(x, y, to_x, to_y)
        for x, y in places:
            self._draw_mark(x, y, number)

    def _draw_mark(self, x: float, y: float, number: int) -> None:
        r = _POINT_PT
        if number % 3 == 0:
            self.canv.circle(x, y, r, 0, 1)
        elif number % 3 == 1:
            self.canv.rect(x - r, y - r, 2 * r, 2 * r, 0, 1)
        else:
            path = self.canv.beginPath()
            path.moveTo(x, y + 1.3 * r)
            path.lineTo(x - 1.2 * r, y - r)
            path.lineTo(x + 1.2 * r, y - r)
            path.close()
            self.canv.drawPath(path, 0, 1)

    def _draw_texts(self) -> None:
        canvas, plot = self.canv, self._plot
        canvas.setFillColor(INK)
        canvas.setFont(BOLD, _TITLE_PT)
        canvas.drawString(_LEFT, self.height - 3.2 * mm, one_line(plot.title))
        canvas.setFont(FONT, _TEXT_PT)
        canvas.setFillColor(GREY)
        canvas.drawString(_LEFT, self.height - 6.4 * mm, one_line(plot.y_label))
        canvas.drawRightString(self._right, _BOTTOM - 16, one_line(plot.x_label))
        x = _LEFT
        for number, series in enumerate(plot.series):
            if series.name:
                canvas.setFillColor(_COLOURS[number % len(_COLOURS)])
                self._draw_mark(x + 2, _BOTTOM - 14, number)
                canvas.drawString(x + 6, _BOTTOM - 16, one_line(series.name))
                x += stringWidth(series.name, FONT, _TEXT_PT) + 14


def _range(values: Sequence[float]) -> tuple[float, float]:
    """Return ends that leave some room around the values."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    room = _ROOM * (high - low) or max(abs(high) * _ROOM, 0.5)
    return low - room, high + room


def _ticks(low: float, high: float) -> list[float]:
    """Return round numbers between the ends."""
    rough = (high - low) / _MOST_TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]
