"""Sheets of one table each, made of plain values."""

from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter

from sleepscorer.files.exports.excel.cells import (
    FIRST_ROW,
    HEADING_ROW,
    new_sheet,
    put_rows,
    put_sentence,
    wrap,
)
from sleepscorer.files.exports.excel.columns import Sheet
from sleepscorer.files.exports.excel.table_charts import add_chart
from sleepscorer.files.exports.excel.workbook_file import empty_workbook


def workbook_of(title: str, sheets: Sequence[Sheet]) -> Workbook:
    """Return a workbook of these sheets, ready to be printed on A4."""
    workbook = empty_workbook(title)
    for sheet in sheets:
        _add(workbook, sheet)
    return workbook


def _add(workbook: Workbook, table: Sheet) -> None:
    sheet = new_sheet(workbook, table.name, table.title, table.columns)
    # What a row is of stays in view and comes again on each page, like the headings.
    sheet.freeze_panes = f"B{FIRST_ROW}"
    sheet.print_title_cols = "A:A"
    sheet.page_setup.fitToWidth = table.pages_wide
    put_rows(sheet, table.columns, table.rows)
    stop = FIRST_ROW + len(table.rows)
    for number, column in enumerate(table.columns, start=1):
        if column.wraps:
            for row in range(FIRST_ROW, stop):
                cell = sheet.cell(row, number)
                wrap(cell, column.width)
                # Else it touches the number at its left.
                cell.alignment += Alignment(indent=1)
    n_columns = len(table.columns)
    for row, sentence in enumerate(table.notes, start=stop + 1):
        put_sentence(sheet, row, sentence, n_columns)
    last = get_column_letter(n_columns)
    below = max(stop, sheet.max_row)
    for chart in table.charts:
        below = add_chart(sheet, chart, table.columns, below + 2)
    sheet.print_area = f"A1:{last}{below}"
    if table.rows:
        sheet.auto_filter.ref = f"A{HEADING_ROW}:{last}{stop - 1}"
