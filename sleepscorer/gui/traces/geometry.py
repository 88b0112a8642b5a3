"""Where times, rows and values lie in the trace view, in logical pixels."""

import math
from dataclasses import dataclass

import numpy as np

from sleepscorer.analysis.display import DisplayTrace
from sleepscorer.analysis.filters import effective
from sleepscorer.analysis.pages import TracePage

STRIP_PX = 20
"""Height of the strip of epochs above the traces."""
AXIS_PX = 20
"""Height of the clock times below the traces."""

_SHORTEST_BAR_PX, _LONGEST_BAR_SHARE = 7.0, 0.8
# Ten nearly even steps to a decade, in the numbers that montages and menus use.
_STEPS = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)


@dataclass(frozen=True)
class TimeAxis:
    """A page and its grey context along the width of the view.

    Parameters
    ----------
    start_s, stop_s
        What the view shows, context included; seconds from the start of the recording.
    page_start_s, page_stop_s
        The page itself.
    width_px
        Width of the view.
    """

    start_s: float
    stop_s: float
    page_start_s: float
    page_stop_s: float
    width_px: float

    @property
    def px_per_s(self) -> float:
        """Pixels to a second."""
        return self.width_px / (self.stop_s - self.start_s)

    def x_px(self, time_s: float) -> float:
        """Where a time lies; outside 0 to ``width_px`` if it is not shown."""
        return (time_s - self.start_s) * self.px_per_s

    def time_s(self, x_px: float) -> float:
        """The time at a place."""
        return self.start_s + x_px / self.px_per_s


@dataclass(frozen=True)
class RowGrid:
    """The rows of the traces, evenly spread.

    Parameters
    ----------
    n_rows
        How many.
    top_px, bottom_px
        Where the first begins and the last ends.
    """

    n_rows: int
    top_px: float
    bottom_px: float

    @property
    def all_px(self) -> float:
        """Height of all rows together."""
        return self.bottom_px - self.top_px

    @property
    def height_px(self) -> float:
        """Height of a row."""
        return self.all_px / max(self.n_rows, 1)

    def row_top_px(self, row: int) -> float:
        """Upper edge of a row."""
        return self.top_px + row * self.height_px

    def centre_px(self, row: int) -> float:
        """Middle of a row."""
        return self.top_px + (row + 0.5) * self.height_px

    def row_at(self, y_px: float) -> int | None:
        """The row at a height, or None above, below, or where there are no rows."""
        if not self.n_rows or not self.top_px <= y_px < self.bottom_px:
            return None
        return min(int((y_px - self.top_px) / self.height_px), self.n_rows - 1)


def row_grid(n_rows: int, height_px: float) -> RowGrid:
    """The rows in a view of this height, below the strip and above the axis."""
    return RowGrid(n_rows, STRIP_PX, max(height_px - AXIS_PX, STRIP_PX + 1.0))


def row_offset(trace: DisplayTrace, page: TracePage) -> float:
    """The value drawn in the middle of a trace's row.

    0 for what is high-pass filtered. What is read off (SpO2, position, temperature) has one scale
    for the whole night, so that a fall on one page looks like the same fall on the next: SpO2 ends
    at 100 %, other signals lie around their usual level. A voltage with a standing level (an
    unfiltered electrode) may drift by many rows in a night; its middle is the page's median in
    steps of half a row.
    """
    used = effective(trace.filter, trace.channel.sampling_rate_hz)
    if used.low_hz is not None:
        return 0.0
    unit, half = trace.channel.unit, trace.height_uv / 2
    if trace.channel.kind == "spo2" and unit == "%":
        return 100.0 - half
    step = half if unit == "uV" else half / 4
    level = _page_median(page) if unit == "uV" else page.level
    middle = round((level or 0.0) / step) * step
    # A row for percent ends at 100.
    return min(middle, 100.0 - half) if unit == "%" else middle


def _page_median(page: TracePage) -> float:
    values = page.samples if page.minima is None else page.minima
    if values is None:
        return 0.0
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if finite.size else 0.0


def bar_value(height_uv: float, row_height_px: float) -> float:
    """The round value of a row's scale bar: at most 0.8 of the row, and never too small to see."""
    largest = height_uv * _LONGEST_BAR_SHARE
    if row_height_px <= _SHORTEST_BAR_PX:
        return largest
    decade = 10.0 ** math.floor(math.log10(largest))
    return max(step * decade for step in (1.0, 2.0, 5.0) if step * decade <= largest * (1 + 1e-9))


def level_bar(height: float, offset: float, row_height_px: float) -> tuple[float, float]:
    """The ends of the scale bar of a row whose middle is ``offset``: round values within the row.

    It begins at the last round value up to the middle, so that it ends at 100 for SpO2.
    """
    bar = bar_value(height, row_height_px)
    low, high = offset - height / 2, offset + height / 2
    slack = 1e-9 * height
    while True:
        start = math.floor(offset / bar) * bar
        if low - slack <= start and start + bar <= high + slack:
            return start, start + bar
        bar = _next_smaller(bar)


def _next_smaller(bar: float) -> float:
    """The round value below 1, 2 or 5 times a power of ten."""
    decade = 10.0 ** math.floor(math.log10(bar * (1 - 1e-9)))
    return max(step * decade for step in (1.0, 2.0, 5.0) if step * decade < bar * (1 - 1e-9))


def stepped_height(height_uv: float, steps: int) -> float:
    """A row's height after turning the sensitivity by some tenths of a decade.

    As many steps back lead to the same height, also to one that is no round value.

    Parameters
    ----------
    height_uv
        What the row stands for now.
    steps
        More than 0 makes the trace larger.
    """
    position = round(10 * math.log10(height_uv))
    if not math.isclose(_round_height(position), height_uv, rel_tol=1e-6):
        return float(f"{height_uv * 10 ** (-steps / 10):.6g}")
    return _round_height(position - steps)


def _round_height(position: int) -> float:
    decade, step = divmod(position, 10)
    return float(f"{_STEPS[step] * 10.0**decade:.3g}")


def unit_text(unit: str) -> str:
    """A unit as people write it."""
    return "µV" if unit == "uV" else unit


def amount_text(value: float, unit: str) -> str:
    """A value to three digits with its unit: ``"75 µV"``, ``"1.5 mV"``, ``"2000"``."""
    if unit == "uV" and abs(value) >= 1000:
        value, unit = value / 1000, "mV"
    return f"{float(f'{value:.3g}'):.10g} {unit_text(unit)}".rstrip()
