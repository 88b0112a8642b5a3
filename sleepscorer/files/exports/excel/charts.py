"""The two charts of the Excel report, drawn by Excel itself from cells of the report."""

import math
from datetime import timedelta

from openpyxl.chart import BarChart, Reference, ScatterChart, Series
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.marker import DataPoint
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sleepscorer.core.stage_colours import colour_of
from sleepscorer.core.stages import Stage
from sleepscorer.files.exports.excel.cells import (
    FIRST_ROW,
    HEADING_ROW,
    put,
    put_headings,
)
from sleepscorer.files.exports.excel.columns import THOUSANDTHS, Column
from sleepscorer.files.exports.night import Night

# Wake on top and R next to it, as sleep laboratories draw hypnograms.
_FROM_THE_TOP = (Stage.W, Stage.R, Stage.N1, Stage.N2, Stage.N3, Stage.NREM)

# Beside the widest table of epochs; the levels of each stage alone come last, as many as there are.
_FIRST_COLUMN = 26
_TIME, _LEVEL, _LABEL_TIME, _LABEL_LEVEL, _FIRST_STAGE = range(_FIRST_COLUMN, _FIRST_COLUMN + 5)
_COLUMNS = (
    Column("Chart: time (days)", 12),
    Column("Chart: stage (level)", 12),
    Column("Chart: label time (days)", 14),
    Column("Chart: label (level)", 12),
)
_TIME_FORMAT = "hh:mm"
_SHOW_NOTHING = ";;;"
_MINUTES_BETWEEN_TICKS = (1, 2, 5, 10, 15, 30, 60, 120, 240, 480)
_MAX_TICKS = 13
_DAY_MIN = 24 * 60

_GREY, _PALE = "7F7F7F", "D9D9D9"
_STEPS_PT, _STAGE_PT, _R_PT = 0.75, 3.0, 4.5

_FIRST_CHART, _SECOND_CHART = "F3", "F22"
_WIDTH_CM, _HEIGHT_CM, _SECOND_HEIGHT_CM = 27.0, 9.0, 8.5
_BESIDE_THE_TABLE, _COLUMN_WIDTH = 5, 9.0
LAST_CHART_COLUMN, LAST_CHART_ROW = 21, 40
"""The charts end within these, counted from 1."""


def add_hypnogram_chart(summary: Worksheet, epochs: Worksheet, night: Night) -> None:
    """Draw the hypnogram on the summary, over clock time or hours from the start.

    The corners of the step line are cells beside the epochs' table, where a reader can check them.
    """
    first_day = _first_day(night)
    end_day = first_day + night.hypnogram.duration_s / 86_400
    axis_min, axis_max, tick = _time_axis(first_day, end_day)
    levels = _levels(night)
    each = (Column(f"Chart: {stage.text} (level)", 12) for stage in levels)
    put_headings(epochs, (*_COLUMNS, *each), first_column=_FIRST_COLUMN)
    n_corners = _put_corners(epochs, night, first_day)
    chart = ScatterChart()
    chart.style = None
    chart.scatterStyle = "lineMarker"
    chart.display_blanks = "gap"
    chart.title = "Hypnogram"
    chart.legend = None
    chart.width, chart.height = _WIDTH_CM, _HEIGHT_CM
    chart.layout = Layout(
        ManualLayout(
            layoutTarget="inner", xMode="edge", yMode="edge", x=0.05, y=0.13, w=0.93, h=0.68
        )
    )
    _set_axes(chart, night, (axis_min, axis_max, tick))
    last = FIRST_ROW + max(n_corners, 1) - 1
    rows = (FIRST_ROW, last)
    chart.series.append(_line("Stage", epochs, (_TIME, _LEVEL), rows, _GREY, _STEPS_PT))
    for column, stage in enumerate(levels, start=_FIRST_STAGE):
        width_pt = _R_PT if stage is Stage.R else _STAGE_PT
        colour = colour_of(stage)[1:]
        chart.series.append(_line(stage.text, epochs, (_TIME, column), rows, colour, width_pt))
    row = _add_stage_labels(chart, epochs, night, axis_min)
    _add_lights(chart, epochs, row, night, first_day)
    # Programs differ in the width of a column that has none of its own.
    for number in range(_BESIDE_THE_TABLE, LAST_CHART_COLUMN + 1):
        summary.column_dimensions[get_column_letter(number)].width = _COLUMN_WIDTH
    summary.add_chart(chart, _FIRST_CHART)


def add_stage_chart(summary: Worksheet, stages: Worksheet, night: Night) -> None:
    """Draw the minutes of each stage on the summary."""
    chart = BarChart()
    chart.type = "col"
    chart.style = None
    chart.title = "Minutes by stage, lights off to lights on"
    chart.legend = None
    chart.width, chart.height = _WIDTH_CM, _SECOND_HEIGHT_CM
    chart.gapWidth = 60
    last = FIRST_ROW + len(night.statistics.transition_stages) - 1
    chart.add_data(
        Reference(stages, min_col=3, min_row=HEADING_ROW, max_row=last), titles_from_data=True
    )
    chart.set_categories(Reference(stages, min_col=1, min_row=FIRST_ROW, max_row=last))
    (bars,) = chart.series
    for number, stage in enumerate(night.statistics.transition_stages):
        bar = DataPoint(idx=number)
        bar.graphicalProperties = GraphicalProperties(solidFill=colour_of(stage)[1:])
        bars.dPt.append(bar)
    chart.dataLabels = DataLabelList(
        showVal=True, showSerName=False, showCatName=False, showLegendKey=False, numFmt="0.0"
    )
    chart.x_axis.title, chart.y_axis.title = "Stage", "Duration (min)"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.scaling.min = 0
    chart.y_axis.number_format = "0"
    chart.y_axis.majorGridlines.spPr = _outline(_PALE, 0.75)
    summary.add_chart(chart, _SECOND_CHART)


def _levels(night: Night) -> dict[Stage, int]:
    """Heights of the stages in the hypnogram, from 1."""
    shown = [stage for stage in _FROM_THE_TOP if stage in night.hypnogram.stage_set]
    return {stage: len(shown) - place for place, stage in enumerate(shown)}


def _top(night: Night) -> int:
    return len(night.hypnogram.stage_set) + 1


def _first_day(night: Night) -> float:
    """Time of day of the start, in days; 0 where it is unknown and hours are shown instead."""
    if night.start is None:
        return 0.0
    midnight = night.start.replace(hour=0, minute=0, second=0, microsecond=0)
    return (night.start - midnight) / timedelta(days=1)


def _time_axis(first_day: float, end_day: float) -> tuple[float, float, float]:
    """Return the ends of the time axis and the distance of its ticks, in days."""
    span_min = (end_day - first_day) * _DAY_MIN
    tick_min = next(
        (t for t in _MINUTES_BETWEEN_TICKS if span_min / t <= _MAX_TICKS), math.ceil(span_min / 12)
    )
    first = math.floor(first_day * _DAY_MIN / tick_min + 1e-6)
    last = max(math.ceil(end_day * _DAY_MIN / tick_min - 1e-6), first + 1)
    return first * tick_min / _DAY_MIN, last * tick_min / _DAY_MIN, tick_min / _DAY_MIN


def _put_corners(sheet: Worksheet, night: Night, first_day: float) -> int:
    """Write both ends of every run of one stage; return the number of rows."""
    stages, levels = night.hypnogram.stages.tolist(), _levels(night)
    columns = {stage: column for column, stage in enumerate(levels, start=_FIRST_STAGE)}
    row = FIRST_ROW
    start = 0
    for stop in range(1, len(stages) + 1):
        if stop < len(stages) and stages[stop] == stages[start]:
            continue
        level = levels.get(Stage(stages[start]))
        for epoch in (start, stop):
            day = first_day + epoch * night.hypnogram.epoch_s / 86_400
            put(sheet.cell(row, _TIME), day, _TIME_FORMAT)
            put(sheet.cell(row, _LEVEL), level)
            if level is not None:
                put(sheet.cell(row, columns[Stage(stages[start])]), level)
            row += 1
        start = stop
    return row - FIRST_ROW


def _set_axes(chart: ScatterChart, night: Night, limits: tuple[float, float, float]) -> None:
    x_axis, y_axis = chart.x_axis, chart.y_axis
    x_axis.delete = y_axis.delete = False
    x_axis.scaling.min, x_axis.scaling.max, x_axis.majorUnit = limits
    x_axis.title = "Time from the start (h:mm)" if night.start is None else "Clock (hh:mm)"
    x_axis.number_format = "[h]:mm" if night.start is None else _TIME_FORMAT
    x_axis.majorTickMark = "out"
    x_axis.majorGridlines = None
    y_axis.scaling.min, y_axis.scaling.max, y_axis.majorUnit = 0, _top(night), 1
    # The levels mean nothing to a reader; labels with the stages' names stand in their place.
    y_axis.number_format = _SHOW_NOTHING
    y_axis.majorTickMark = "none"
    y_axis.majorGridlines.spPr = _outline(_PALE, 0.75)


def _line(
    name: str,
    sheet: Worksheet,
    columns: tuple[int, int],
    rows: tuple[int, int],
    colour: str,
    width_pt: float,
) -> Series:
    x, y = (
        Reference(sheet, min_col=column, min_row=rows[0], max_row=rows[1]) for column in columns
    )
    series = Series(y, x, title=None)
    series.tx = SeriesLabel(v=name)
    series.marker.symbol = "none"
    series.smooth = False
    series.graphicalProperties = _outline(colour, width_pt)
    return series


def _add_stage_labels(chart: ScatterChart, sheet: Worksheet, night: Night, axis_min: float) -> int:
    """Label the levels with invisible points that carry the stages' names; return the next row."""
    levels = _levels(night)
    for row, (stage, level) in enumerate(levels.items(), start=FIRST_ROW):
        _put_point(sheet, row, axis_min, level)
        chart.series.append(_named_points(sheet, (row, row), stage.text, position="l"))
    return FIRST_ROW + len(levels)


def _add_lights(
    chart: ScatterChart, sheet: Worksheet, row: int, night: Night, first_day: float
) -> None:
    hypnogram = night.hypnogram
    for mark_s, name in (
        (hypnogram.lights_off_s, "Lights off"),
        (hypnogram.lights_on_s, "Lights on"),
    ):
        if mark_s is None:
            continue
        day = first_day + mark_s / 86_400
        _put_point(sheet, row, day, 0)
        _put_point(sheet, row + 1, day, _top(night) - 0.4)
        line = _line(name, sheet, (_LABEL_TIME, _LABEL_LEVEL), (row, row + 1), _GREY, 1.0)
        line.graphicalProperties.line.dashStyle = "dash"
        chart.series.append(line)
        label = "r" if name == "Lights off" else "l"
        chart.series.append(_named_points(sheet, (row + 1, row + 1), name, position=label))
        row += 2


def _put_point(sheet: Worksheet, row: int, day: float, level: float) -> None:
    put(sheet.cell(row, _LABEL_TIME), day, _TIME_FORMAT)
    put(sheet.cell(row, _LABEL_LEVEL), level, THOUSANDTHS if level % 1 else "0")


def _named_points(sheet: Worksheet, rows: tuple[int, int], name: str, *, position: str) -> Series:
    series = _line(name, sheet, (_LABEL_TIME, _LABEL_LEVEL), rows, _GREY, 1.0)
    series.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
    series.dLbls = DataLabelList(
        showSerName=True,
        showVal=False,
        showCatName=False,
        showLegendKey=False,
        showPercent=False,
        dLblPos=position,
    )
    return series


def _outline(colour: str, width_pt: float) -> GraphicalProperties:
    emu_per_pt = 12_700
    return GraphicalProperties(ln=LineProperties(solidFill=colour, w=round(width_pt * emu_per_pt)))
