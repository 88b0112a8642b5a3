"""Cells, headings and page set-up of the Excel report; the only place that puts text in a cell."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sleepscorer.core.contrast import ink_on
from sleepscorer.core.stage_colours import ON_LIGHT, colour_of
from sleepscorer.core.stages import Stage
from sleepscorer.files.exports.excel.columns import PLAIN, Column, Value
from sleepscorer.files.exports.formulas import without_formula
from sleepscorer.files.exports.night import INTENDED_USE

HEADING_ROW = 3
FIRST_ROW = HEADING_ROW + 1

_MAX_CELL_TEXT = 32_000
_LINE_PT = 15.0
# Excel knows no higher rows.
_MAX_HEIGHT_PT = 409.0
# XML 1.0 forbids these; lone surrogates have no UTF-8 form.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n?")

_FONT = "Calibri"
_TITLE = Font(name=_FONT, bold=True, size=14)
_INTENDED_USE = Font(name=_FONT, italic=True, color="9C0006")
_HEADING = Font(name=_FONT, bold=True, color="FFFFFF")
_SECTION = Font(name=_FONT, bold=True)
_HEADING_FILL = PatternFill("solid", fgColor="305496")
_SECTION_FILL = PatternFill("solid", fgColor="D9E1F2")
_WARNING_FILL = PatternFill("solid", fgColor="FFE699")
_OF_STAGE = {
    stage.text: (
        PatternFill("solid", fgColor=colour_of(stage)[1:]),
        Font(name=_FONT, bold=True, color=ink_on(colour_of(stage))[1:]),
    )
    for stage in (*ON_LIGHT, Stage.NREM)
}
_UNDERLINE = Border(bottom=Side(style="thin", color="305496"))
_WRAPPED = Alignment(wrap_text=True, vertical="top", horizontal="left")
_ON_TOP = Alignment(vertical="top")
_LEFT = Alignment(horizontal="left", indent=1)
_CENTRED = Alignment(wrap_text=True, vertical="center", horizontal="center")


def safe_text(text: str) -> str:
    """Return ``text`` such that no spreadsheet program computes it, also after a detour over CSV.

    What begins like a formula gets a leading apostrophe; characters that XML forbids go, and line
    ends become the only one that XML reads back.
    """
    return without_formula(_LINE_ENDS.sub("\n", _ILLEGAL.sub("", text))[:_MAX_CELL_TEXT])


def put(cell: Cell, value: Value, number_format: str = PLAIN) -> None:
    """Set a cell; text is always stored as text, None leaves the cell empty."""
    if isinstance(value, str):
        cell.value = safe_text(value)
        # openpyxl takes texts such as "#N/A" for error values.
        cell.data_type = "s"
    elif value is not None:
        cell.value = value
        cell.number_format = number_format


def new_sheet(workbook: Workbook, name: str, title: str, columns: Sequence[Column]) -> Worksheet:
    """Add a sheet with title, intended use, column headings that stay in view, and page set-up."""
    sheet = workbook.create_sheet(name)
    put(sheet["A1"], title)
    sheet["A1"].font = _TITLE
    put(sheet["A2"], INTENDED_USE)
    sheet["A2"].font = _INTENDED_USE
    put_headings(sheet, columns)
    sheet.freeze_panes = f"A{FIRST_ROW}"
    _set_up_pages(sheet)
    return sheet


def put_headings(sheet: Worksheet, columns: Sequence[Column], *, first_column: int = 1) -> None:
    """Write the headings of a table into the heading row and set the columns' widths."""
    for number, column in enumerate(columns, start=first_column):
        cell = sheet.cell(HEADING_ROW, number)
        put(cell, column.heading)
        cell.font, cell.fill, cell.alignment = _HEADING, _HEADING_FILL, _CENTRED
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.row_dimensions[HEADING_ROW].height = 2 * _LINE_PT


def put_rows(
    sheet: Worksheet,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    *,
    first_column: int = 1,
) -> None:
    """Write the rows of a table below the headings, each value in its column's format.

    Stages stand in their colours, the same as on the screen.
    """
    for number, row in enumerate(rows, start=FIRST_ROW):
        for offset, (column, value) in enumerate(zip(columns, row, strict=True)):
            if value is not None:
                cell = sheet.cell(number, first_column + offset)
                put(cell, value, column.number_format)
                if column.is_stage and isinstance(value, str) and value in _OF_STAGE:
                    cell.fill, cell.font = _OF_STAGE[value]
                    cell.alignment = _CENTRED
                elif column.is_set_off:
                    cell.alignment = _LEFT


def put_section(sheet: Worksheet, row: int, text: str, n_columns: int) -> None:
    """Write a heading within a table over some columns."""
    put(sheet.cell(row, 1), text)
    for number in range(1, n_columns + 1):
        cell = sheet.cell(row, number)
        cell.font, cell.fill, cell.border = _SECTION, _SECTION_FILL, _UNDERLINE


def put_sentence(
    sheet: Worksheet, row: int, text: str, n_columns: int, *, is_warning: bool = False
) -> None:
    """Write a sentence across some columns, in as many lines as it needs."""
    put(sheet.cell(row, 1), text)
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=n_columns)
    sheet.cell(row, 1).alignment = _WRAPPED
    if is_warning:
        sheet.cell(row, 1).fill = _WARNING_FILL
    widths = (sheet.column_dimensions[get_column_letter(n + 1)].width for n in range(n_columns))
    sheet.row_dimensions[row].height = _height_pt(text, sum(widths))


def wrap(cell: Cell, width: float) -> None:
    """Let a cell's text run over several lines of ``width`` characters, its row aligned on top.

    It begins at the left even where it is a number; other numbers of the row stay at the right.
    """
    for other in cell.parent[cell.row]:
        is_text = isinstance(other.value, str) or other.coordinate == cell.coordinate
        other.alignment = _WRAPPED if is_text else _ON_TOP
    height = _height_pt(str(cell.value), width)
    dimension = cell.parent.row_dimensions[cell.row]
    dimension.height = max(height, dimension.height or 0)


def align_left(cell: Cell) -> None:
    """Set a cell's value off from the number at its left."""
    cell.alignment = _LEFT


def _height_pt(text: str, width: float) -> float:
    # Excel sets no height for merged cells, and words that move to the next line leave space.
    lines = sum(1 + int(len(line) * 1.1 / width) for line in text.splitlines() or [""])
    return min(_LINE_PT * lines, _MAX_HEIGHT_PT)


def set_print_area(
    sheet: Worksheet, n_columns: int, *, n_rows: int = 0, is_one_page: bool = False
) -> None:
    """Print these columns of a sheet, at least ``n_rows`` of it, on one page where asked for."""
    last = max(sheet.max_row, FIRST_ROW, n_rows)
    sheet.print_area = f"A1:{get_column_letter(n_columns)}{last}"
    if is_one_page:
        sheet.page_setup.fitToHeight = 1


def _set_up_pages(sheet: Worksheet) -> None:
    sheet.print_title_rows = f"1:{HEADING_ROW}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.left.text = INTENDED_USE
    sheet.oddFooter.left.size = 7
    sheet.oddFooter.right.text = "&A, page &P of &N"
    sheet.oddFooter.right.size = 7


def cell_values(sheet: Any) -> list[tuple[Any, ...]]:
    """Return the values of a sheet's rows, written or read, without empty cells at the ends."""
    # An empty text is stored as no text.
    rows = [
        _trimmed([None if value == "" else value for value in row])
        for row in sheet.iter_rows(values_only=True)
    ]
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _trimmed(row: Sequence[Any]) -> tuple[Any, ...]:
    n_used = len(row)
    while n_used and row[n_used - 1] is None:
        n_used -= 1
    return tuple(row[:n_used])
