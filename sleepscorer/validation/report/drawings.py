"""The drawings of the report, as SVG inside the page."""

import math
from collections.abc import Callable, Sequence

from sleepscorer.core.wording import percent
from sleepscorer.validation.candidates import Candidate
from sleepscorer.validation.found import CandidateFigures, Estimate
from sleepscorer.validation.report.markup import Markup, element, joined
from sleepscorer.validation.report.words import interval, number

_Point = tuple[float, float]
_Place = Callable[[float], float]

# Places of the forest plot, in units of its viewBox: names, the axis, figures.
_WIDTH, _ROW, _TOP, _BOTTOM = 760.0, 22.0, 6.0, 40.0
_AXIS_LEFT, _AXIS_RIGHT = 220.0, 570.0
_LONGEST_NAME = 34
_LEAST_HALF_RANGE = 0.05
_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
_MOST_TICKS = 4

_SQUARE, _LEFT, _UNDER, _ABOVE = 200.0, 44.0, 40.0, 10.0
_LARGEST_PX, _SMALLEST_PX = 9.0, 2.0


def forest_plot(
    figures: Sequence[CandidateFigures], *, against: Candidate, chosen: CandidateFigures | None
) -> Markup:
    """Draw differences of kappa with their intervals, a row each, zero marked.

    Parameters
    ----------
    figures
        Those with a difference.
    against
        Who was subtracted.
    chosen
        The row that is set off.
    """
    rows = [(one, one.difference) for one in figures if one.difference is not None]
    half = _half_range([difference for _, difference in rows])
    height = _TOP + _ROW * len(rows) + _BOTTOM
    middle, scale = (_AXIS_LEFT + _AXIS_RIGHT) / 2, (_AXIS_RIGHT - _AXIS_LEFT) / 2 / half
    foot = _TOP + _ROW * len(rows) + 4
    parts = [*_forest_axis(half, middle, scale, foot, against.name)]
    for at, (one, difference) in enumerate(rows):
        y = _TOP + _ROW * (at + 0.5)
        name = one.candidate.name
        if one.candidate.stagers == against.stagers:
            name = one.candidate.montage.name
        parts += _forest_row(name, difference, y, lambda value: middle + scale * value)
        if one is chosen:
            parts.insert(0, element("rect", class_="chosen", x=0, y=y - _ROW / 2, width=_WIDTH,
                                    height=_ROW))  # fmt: skip
    return _drawing(f"Kappa minus that of {against.name}", _WIDTH, height, parts, "forest")


def _forest_row(name: str, difference: Estimate, y: float, place: _Place) -> list[Markup]:
    shown = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
    parts = [_text(shown, _AXIS_LEFT - 12, y + 4, "end")]
    if difference.value is None:
        return [*parts, _text("– no person judged by both", _AXIS_RIGHT + 12, y + 4, "start")]
    if difference.low is not None and difference.high is not None:
        low, high = (
            min(max(place(end), _AXIS_LEFT), _AXIS_RIGHT)
            for end in (difference.low, difference.high)
        )
        parts.append(element("line", class_="whisker", x1=low, x2=high, y1=y, y2=y))
    parts.append(element("rect", class_="mean", x=place(difference.value) - 4, y=y - 4, width=8,
                         height=8))  # fmt: skip
    bounds = interval(difference, 3, signed=True)
    written = f"{number(difference.value, 3, signed=True)} ({bounds})"
    return [*parts, _text(written, _AXIS_RIGHT + 12, y + 4, "start")]


def _forest_axis(
    half: float, middle: float, scale: float, foot: float, against: str
) -> list[Markup]:
    step = next((tick for tick in _TICKS if half / tick <= _MOST_TICKS), _TICKS[-1])
    n_ticks = math.floor(half / step + 1e-9)
    parts = []
    for tick in range(-n_ticks, n_ticks + 1):
        x = middle + scale * tick * step
        kind = "zero" if tick == 0 else "grid"
        parts.append(element("line", class_=kind, x1=x, x2=x, y1=_TOP - 4, y2=foot))
        parts.append(_text(number(tick * step, signed=True), x, foot + 13, "middle", "tick"))
    parts.append(_text(f"kappa minus that of {against}", middle, foot + 30, "middle", "axis"))
    parts.append(_text("← worse", _AXIS_LEFT, foot + 30, "start", "axis"))
    parts.append(_text("better →", _AXIS_RIGHT, foot + 30, "end", "axis"))
    return parts


def _half_range(differences: Sequence[Estimate]) -> float:
    ends = [
        abs(end) for one in differences for end in (one.value, one.low, one.high) if end is not None
    ]
    # Two people can have an interval wider than kappa itself.
    return min(max([_LEAST_HALF_RANGE, *ends]) * 1.08, 1.0)


def reliability_plot(figures: CandidateFigures) -> Markup:
    """Draw accuracy by confidence; the larger a point, the more epochs."""
    parts = _square_axes("confidence", "right")
    parts.append(_line([(0, 0), (1, 1)], "diagonal"))
    points = [(confidence, accuracy) for confidence, accuracy, _ in figures.reliability]
    parts.append(_line(points, "curve"))
    for confidence, accuracy, share in figures.reliability:
        x, y = _place((confidence, accuracy))
        radius = max(_SMALLEST_PX, _LARGEST_PX * math.sqrt(share))
        said = f"{percent(confidence)} sure, {percent(accuracy)} right, {percent(share)} of epochs"
        parts.append(element("circle", element("title", said), class_="bin", cx=x, cy=y, r=radius))
    return _square_drawing("How often it is right by how sure it is", parts)


def review_plot(figures: CandidateFigures) -> Markup:
    """Draw the share of errors that a review finds, least confident epochs first."""
    parts = _square_axes("reviewed", "errors found")
    parts.append(_line([(0, 0), (1, 1)], "diagonal"))
    parts.append(_line(figures.review, "curve"))
    return _square_drawing("Errors found by the share of epochs reviewed", parts)


def _square_axes(x_title: str, y_title: str) -> list[Markup]:
    parts = []
    for tick in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        (x, _), (_, y) = _place((tick, 0)), _place((0, tick))
        parts.append(element("line", class_="grid", x1=x, x2=x, y1=_ABOVE, y2=_ABOVE + _SQUARE))
        parts.append(element("line", class_="grid", x1=_LEFT, x2=_LEFT + _SQUARE, y1=y, y2=y))
        written = f"{100 * tick:.0f}"
        parts.append(_text(written, x, _ABOVE + _SQUARE + 14, "middle", "tick"))
        parts.append(_text(written, _LEFT - 6, y + 4, "end", "tick"))
    middle_x, middle_y = _LEFT + _SQUARE / 2, _ABOVE + _SQUARE / 2
    parts.append(_text(f"{x_title} (%)", middle_x, _ABOVE + _SQUARE + 31, "middle", "axis"))
    turned = f"rotate(-90 12 {middle_y:g})"
    parts.append(element("text", f"{y_title} (%)", class_="axis", x=12, y=middle_y,
                         text_anchor="middle", transform=turned))  # fmt: skip
    return parts


def _place(point: _Point) -> _Point:
    return _LEFT + _SQUARE * point[0], _ABOVE + _SQUARE * (1 - point[1])


def _line(points: Sequence[_Point], kind: str) -> Markup:
    written = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(_place, points))
    return element("polyline", class_=kind, points=written)


def _text(text: str, x: float, y: float, anchor: str, kind: str | None = None) -> Markup:
    return element("text", text, class_=kind, x=x, y=y, text_anchor=anchor)


def _square_drawing(title: str, parts: Sequence[Markup]) -> Markup:
    return _drawing(title, _LEFT + _SQUARE + 12, _ABOVE + _SQUARE + _UNDER, parts, "square")


def _drawing(title: str, width: float, height: float, parts: Sequence[Markup], kind: str) -> Markup:
    return element(
        "svg",
        element("title", title),
        joined(parts),
        class_=kind,
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
    )
