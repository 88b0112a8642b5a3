"""Charts of points below a table, drawn by Excel from its cells."""

import math
from collections.abc import Sequence

from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.worksheet.worksheet import Worksheet

from sleepscorer.files.exports.excel.cells import FIRST_ROW
from sleepscorer.files.exports.excel.columns import Chart, Column

_WIDTH_CM, _HEIGHT_CM = 22.0, 9.0
_ROW_CM = 0.53
_MARKS = ("circle", "square", "triangle", "diamond")
_COLOURS = ("305496", "C55A11", "2E7D32", "7B1FA2", "00838F")
_MARK_SIZE = 6


def add_chart(sheet: Worksheet, chart: Chart, columns: Sequence[Column], row: int) -> int:
    """Draw a chart whose upper left corner lies in a row; return the row below it."""
    drawn = ScatterChart()
    drawn.style, drawn.scatterStyle = None, "lineMarker"
    drawn.title = chart.title
    drawn.width, drawn.height = _WIDTH_CM, _HEIGHT_CM
    drawn.x_axis.title, drawn.y_axis.title = chart.x_title, chart.y_title
    drawn.x_axis.delete = drawn.y_axis.delete = False
    drawn.x_axis.number_format = columns[chart.x_column].number_format
    drawn.y_axis.number_format = "0"
    drawn.x_axis.majorGridlines = None
    if chart.y_range is not None:
        drawn.y_axis.scaling.min, drawn.y_axis.scaling.max = chart.y_range
    drawn.legend.position = "b"
    for number, (name, first, stop) in enumerate(chart.series):
        rows = FIRST_ROW + first, FIRST_ROW + stop - 1
        x, y = (
            Reference(sheet, min_col=column + 1, min_row=rows[0], max_row=rows[1])
            for column in (chart.x_column, chart.y_column)
        )
        series = Series(y, x, title=None)
        series.tx = SeriesLabel(v=name)
        colour = _COLOURS[number % len(_COLOURS)]
        series.marker.symbol, series.marker.size = _MARKS[number % len(_MARKS)], _MARK_SIZE
        series.marker.graphicalProperties = GraphicalProperties(solidFill=colour)
        series.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
        drawn.series.append(series)
    sheet.add_chart(drawn, f"A{row}")
    return row + math.ceil(_HEIGHT_CM / _ROW_CM)
