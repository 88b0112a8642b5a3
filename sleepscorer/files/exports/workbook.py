"""Workbooks of plain tables, for reports of other things than a night."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from sleepscorer.files.exports.excel.columns import Sheet
from sleepscorer.files.verified_write import Output


def workbook_output(path: Path, title: str, sheets: Sequence[Sheet]) -> Output:
    """Return the output that writes tables as an Excel workbook and reads every cell back.

    Headings and first column stay in view and come again on each printed page; a table can be
    filtered by its columns. Texts are never computed, and the same tables give the same bytes.
    """
    # openpyxl takes half a second to import.
    from sleepscorer.files.exports.excel.tables import workbook_of
    from sleepscorer.files.exports.excel.workbook_file import verify_workbook, write_workbook

    workbook = workbook_of(title, sheets)
    n_charts = sum(len(sheet.charts) for sheet in sheets)
    return Output(
        path,
        partial(write_workbook, workbook),
        partial(verify_workbook, workbook, n_charts=n_charts),
    )
