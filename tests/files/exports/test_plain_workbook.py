"""Workbooks of plain tables: what a person sees of them, and that they are read back."""

from dataclasses import replace

import pytest
from openpyxl import load_workbook

from sleepscorer.core.errors import ExportError
from sleepscorer.files.exports import THOUSANDTHS, Column, Sheet, is_own_output, workbook_output
from sleepscorer.files.verified_write import write_verified

COLUMNS = (Column("Name", 12), Column("Kappa", 9, THOUSANDTHS), Column("Why", 20, wraps=True))
SHEET = Sheet(
    "Nights",
    "All nights",
    COLUMNS,
    [("=A1", 0.5, "a reason that is longer than its column is wide"), ("b", None, None)],
    ("A note below.",),
    pages_wide=2,
)


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "tables.xlsx"
    write_verified([workbook_output(path, "Tables", [SHEET])])
    assert is_own_output(path)
    return load_workbook(path)["Nights"]


def test_values_keep_their_kind_and_format(sheet):
    assert sheet["A1"].value == "All nights"
    assert [cell.value for cell in sheet[3]] == ["Name", "Kappa", "Why"]
    assert (sheet["A4"].value, sheet["A4"].data_type) == ("'=A1", "s")
    assert (sheet["B4"].value, sheet["B4"].number_format) == (0.5, THOUSANDTHS)
    assert sheet["B5"].value is None
    assert sheet["A7"].value == "A note below."


def test_a_long_text_gets_the_lines_it_needs(sheet):
    assert sheet["C4"].alignment.wrap_text
    # A number stays at the right, as in all other rows.
    assert sheet["B4"].alignment.horizontal is None
    assert sheet.row_dimensions[4].height > 30
    assert sheet.row_dimensions[5].height is None or sheet.row_dimensions[5].height < 20


def test_headings_stay_in_view_and_on_paper(sheet):
    assert sheet.freeze_panes == "B4"
    assert (sheet.print_title_rows, sheet.print_title_cols) == ("$1:$3", "$A:$A")
    assert sheet.print_area == "'Nights'!$A$1:$C$7"
    assert sheet.page_setup.fitToWidth == 2
    assert sheet.auto_filter.ref == "A3:C5"


def test_another_table_in_its_place_is_refused(tmp_path):
    path = tmp_path / "tables.xlsx"
    write_verified([workbook_output(path, "Tables", [SHEET])])
    changed = replace(SHEET, rows=[("=A1", 0.6, SHEET.rows[0][2]), ("b", None, None)])
    with pytest.raises(ExportError, match="row 4 of sheet Nights did not read back"):
        workbook_output(path, "Tables", [changed]).verify(path)
