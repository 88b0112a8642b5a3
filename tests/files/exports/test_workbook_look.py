"""How the Excel report looks: headings, formats, widths, colours, pages and charts."""

import io
from datetime import datetime
from typing import Any

import numpy as np
import openpyxl
import pytest
from example_nights import night, staging_of
from openpyxl.utils import get_column_letter

from sleepscorer.core.edits import Author, Change, Edit, EditKind
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.stage_colours import ON_LIGHT
from sleepscorer.core.stages import Stage
from sleepscorer.core.statistics import sleep_statistics
from sleepscorer.files.exports.excel.cells import cell_values, safe_text
from sleepscorer.files.exports.excel.report import WorkbookReport
from sleepscorer.files.exports.night import Night

BLUE, GREY = "305496", "7F7F7F"

SCORED = Edit(
    *(1, "2026-03-01T22:10:05.250+00:00", Author("anna", "lab-3"), EditKind.MANUAL),
    *("Score epoch 3 as N2", Change((2,), (-1,), (2,), (False,), (True,))),
)

# Width in characters, number format (- where it holds text), heading.
COLUMNS = {
    "Summary": """
        46  -           Quantity
        22  0.0         Value
        8   -           Unit
        13  [h]:mm:ss   Duration (hh:mm:ss)
    """,
    "Stages": """
        9   -           Stage
        10  0           Epochs (n)
        11  0.0         Duration (min)
        13  [h]:mm:ss   Duration (hh:mm:ss)
        11  0.0         Share of TST (%)
        11  0.0         Share of TRT (%)
        16  0.0         Latency from lights off (min)
        16  0.0         Latency from sleep onset (min)
    """,
    "Epochs": """
        9   0           Epoch (n)
        10  General     Start (s)
        11  [h]:mm:ss   Start (hh:mm:ss)
        20  yyyy-mm-dd_hh:mm:ss  Clock (local time)
        8   -           Stage
        10  -           Scored by
        10  -           Reviewed
        10  -           Machine's stage
        13  0.000       Machine's confidence (0–1)
        10  -           Equivocal
        12  -           Signal
        12  0.000       P(W) (0–1)
        12  0.000       P(N1) (0–1)
        12  0.000       P(N2) (0–1)
        12  0.000       P(N3) (0–1)
        12  0.000       P(R) (0–1)
        12  hh:mm       Chart: time (days)
        12  General     Chart: stage (level)
        14  hh:mm       Chart: label time (days)
        12  0           Chart: label (level)
        12  General     Chart: W (level)
        12  General     Chart: R (level)
        12  General     Chart: N1 (level)
        12  General     Chart: N2 (level)
        12  General     Chart: N3 (level)
    """,
    "Transitions": """
        13  -           From \\ to (n)
        9   0           W (n)
        9   0           N1 (n)
        9   0           N2 (n)
        9   0           N3 (n)
        9   0           R (n)
        9   0           ? (n)
        16  -           From \\ to (0–1)
        9   0.000       W (0–1)
        9   0.000       N1 (0–1)
        9   0.000       N2 (0–1)
        9   0.000       N3 (0–1)
        9   0.000       R (0–1)
        9   0.000       ? (0–1)
    """,
    "Cycles": """
        10  0           Cycle (n)
        16  0.0         Start (min from lights off)
        16  0.0         End (min from lights off)
        11  0.0         Duration (min)
        13  [h]:mm:ss   Duration (hh:mm:ss)
        10  0.0         NREM (min)
        10  0.0         REM (min)
    """,
    "Events": """
        11  General     Onset (s)
        11  [h]:mm:ss   Onset (hh:mm:ss)
        20  yyyy-mm-dd_hh:mm:ss  Clock (local time)
        9   0           Epoch (n)
        11  General     Duration (s)
        50  -           Event
        20  -           Channel
        13  -           From
    """,
    "Edits": """
        8   0           Edit (n)
        20  yyyy-mm-dd_hh:mm:ss  Time (UTC)
        16  -           Who
        16  -           Workstation
        10  -           Kind
        50  -           What
        13  General     Epochs
        28  -           From
        28  -           To
    """,
    "Provenance": """
        32  -           Item
        100 General     Value
    """,
    "Definitions": """
        28  -           Key
        46  -           Quantity
        8   -           Unit
        90  -           Definition
    """,
}


def a_cycle(**changes: Any) -> Night:
    """Wake, 20 min of N1 to N3, 6 min of R and wake; the first half minute is before lights off."""
    stages = np.repeat(np.array([0, 1, 2, 3, 4, 0], np.int8), (4, 2, 20, 18, 12, 4))
    hypnogram = Hypnogram(stages, 30.0, 30.0, 1770.0)
    facts = {
        "hypnogram": hypnogram,
        "staging": staging_of(stages),
        "statistics": sleep_statistics(hypnogram),
        "warnings": (),
        "edits": (SCORED,),
    }
    return night(len(stages), **(facts | changes))


def opened(shown: Night) -> Any:
    file = io.BytesIO()
    WorkbookReport(shown).write(file)
    return openpyxl.load_workbook(file)


def _format_of(sheet: Any, column: int, skip: int) -> str:
    cells = (sheet.cell(row, column) for row in range(4 + skip, sheet.max_row + 1))
    cell = next((c for c in cells if c.value is not None and c.data_type != "s"), None)
    return "-" if cell is None else cell.number_format.replace(" ", "_")


@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_has_its_heading_width_and_format(name: str) -> None:
    sheet = opened(a_cycle())[name]
    # Above the statistics of the summary stand times and texts.
    skip = next(
        (r[0].row - 4 for r in sheet.iter_rows(max_col=1) if str(r[0].value)[:8] == "Sleep st"), 0
    )
    found = [
        (
            str(round(sheet.column_dimensions[get_column_letter(cell.column)].width)),
            _format_of(sheet, cell.column, skip),
            cell.value,
        )
        for cell in sheet[3]
        if cell.value is not None
    ]
    assert found == [tuple(line.split(maxsplit=2)) for line in COLUMNS[name].strip().splitlines()]


def test_places_of_tables_beside_others() -> None:
    workbook = opened(a_cycle())
    assert workbook["Epochs"]["Z3"].value == "Chart: time (days)"
    assert workbook["Transitions"]["I3"].value == "From \\ to (0–1)"
    assert workbook["Epochs"].print_area == "'Epochs'!$A$1:$P$63"
    assert {sheet.title: sheet.page_setup.orientation for sheet in workbook} == {
        name: "portrait" if name == "Epochs" else "landscape" for name in COLUMNS
    }
    assert [sheet.page_setup.fitToHeight for sheet in workbook] == [1, 1, 0, 0, 0, 0, 0, 0, 0]
    for sheet in workbook:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.paperSize == 9
        assert sheet.oddFooter.right.text == "&A, page &P of &N"
        assert (sheet.oddFooter.left.size, sheet.oddFooter.right.size) == (7, 7)
        assert sheet.row_dimensions[3].height == 30


def _style(cell: Any) -> tuple[Any, ...]:
    font, where = cell.font, cell.alignment
    fill = cell.fill.fgColor.rgb[2:] if cell.fill.fill_type else ""
    return (
        (font.name, font.sz, font.b, font.i, font.color.rgb if font.color else None),
        fill,
        (where.horizontal, where.vertical, bool(where.wrap_text)),
    )


def test_titles_headings_sections_and_warnings_are_told_apart() -> None:
    sheet = opened(a_cycle(warnings=("Two words. " * 14,)))["Summary"]
    rows = {row[0].value: row for row in sheet.iter_rows() if row[0].value}
    plain = (None, None, False)
    title, use = _style(sheet["A1"]), _style(sheet["A2"])
    assert (title[0][1:4], title[1:]) == ((14, True, False), ("", plain))
    assert use[0][3:] == (True, "009C0006")
    assert _style(sheet["D3"]) == (
        ("Calibri", None, True, False, "00FFFFFF"), BLUE, ("center", "center", True),
    )  # fmt: skip
    for cell in rows["Warnings"][:4]:
        assert (cell.font.b, cell.fill.fgColor.rgb) == (True, "00D9E1F2")
        assert (cell.border.bottom.style, cell.border.bottom.color.rgb) == ("thin", "00305496")
    assert sheet.cell(rows["Warnings"][0].row, 5).fill.fill_type is None
    warning = rows["Two words. " * 14][0]
    assert _style(warning)[1:] == ("FFE699", ("left", "top", True))
    # 154 letters, and a tenth more for the ends of lines, on 46 + 22 + 8 + 13 a line.
    assert sheet.row_dimensions[warning.row].height == 30
    merged = [str(area) for area in sheet.merged_cells.ranges]
    assert f"A{warning.row}:D{warning.row}" in merged
    notes = next(cell for cell in opened(night())["Summary"]["A"] if cell.value == "Notes")
    assert _style(notes.offset(1))[1:] == ("", ("left", "top", True))
    rule = next(c for c in opened(night())["Cycles"]["A"] if str(c.value).startswith("Rule: "))
    assert _style(rule)[1:] == ("", ("left", "top", True))
    onset = rows["Sleep onset"][1]
    assert (onset.value, onset.number_format) == (
        datetime(2019, 3, 4, 22, 42), "yyyy-mm-dd hh:mm:ss",
    )  # fmt: skip
    assert (onset.alignment.horizontal, onset.alignment.indent) == ("left", 1)
    assert rows["Total sleep time (TST)"][2].alignment.horizontal == "left"
    assert rows["Awakenings"][1].number_format == "0"
    assert rows["NREM-REM cycles (research)"][1].value == 1
    assert rows["Duration of the recording (hh:mm:ss)"][1].number_format == "[h]:mm:ss"


def test_long_texts_of_provenance_and_definitions_run_over_lines() -> None:
    workbook = opened(a_cycle(notes=("x" * 250,)))
    sheet = workbook["Provenance"]
    row = next(row for row in sheet.iter_rows() if row[1].value == "x" * 250)
    assert sheet.row_dimensions[row[0].row].height == 45
    assert [cell.alignment.wrap_text for cell in row] == [True, True]
    sheet = workbook["Definitions"]
    assert sheet["A4"].alignment.vertical == "top"
    assert sheet.row_dimensions[4].height == 60
    assert sheet.row_dimensions[5].height == 15


def test_a_deidentified_report_has_clock_times_without_dates() -> None:
    workbook = opened(a_cycle(deidentify=True, patient_id=""))
    epochs, summary = workbook["Epochs"], workbook["Summary"]
    assert (epochs["D3"].value, epochs["D4"].number_format) == ("Clock (hh:mm:ss)", "hh:mm:ss")
    start = next(row for row in summary.iter_rows() if row[0].value == "Start")[1]
    assert start.number_format == "hh:mm:ss"
    assert (start.value.hour, start.value.minute) == (22, 40)


@pytest.mark.parametrize(("year", "is_text"), [(1900, True), (1901, False)])
def test_years_that_excel_does_not_count_are_written_in_words(year: int, is_text: bool) -> None:
    start = datetime(year, 2, 3, 22, 40)
    found = opened(a_cycle(start=start))["Epochs"]["D5"].value
    assert found == (f"{year}-02-03T22:40:30" if is_text else start.replace(second=30))


def _size_cm(chart: Any) -> tuple[float, float]:
    return (chart.anchor.ext.width / 360_000, chart.anchor.ext.height / 360_000)


def _axis(axis: Any) -> tuple[Any, ...]:
    title = axis.title.tx.rich.p[0].r[0].t if axis.title else None
    return (title, axis.numFmt and axis.numFmt.formatCode, axis.majorGridlines is not None)


def test_the_hypnogram_chart() -> None:
    chart = opened(a_cycle())["Summary"]._charts[0]
    assert (chart.anchor._from.row, chart.anchor._from.col) == (2, 5)
    assert _size_cm(chart) == (27.0, 9.0)
    assert (chart.scatterStyle, chart.legend) == ("lineMarker", None)
    assert _axis(chart.x_axis) == ("Clock (hh:mm)", "hh:mm", False)
    assert _axis(chart.y_axis) == (None, ";;;", True)
    assert (chart.x_axis.majorTickMark, chart.y_axis.majorUnit) == ("out", 1)
    assert (chart.y_axis.scaling.min, chart.y_axis.scaling.max) == (0, 6)
    assert chart.y_axis.majorGridlines.spPr.ln.solidFill.srgbClr == "D9D9D9"
    place = chart.layout.manualLayout
    assert (place.layoutTarget, place.xMode, place.yMode) == ("inner", "edge", "edge")
    assert (place.x, place.y, place.w, place.h) == (0.05, 0.13, 0.93, 0.68)


def test_the_lines_and_labels_of_the_hypnogram() -> None:
    workbook = opened(a_cycle())
    lines, labels = [], []
    for series in workbook["Summary"]._charts[0].series:
        assert (series.smooth, series.marker.symbol) == (False, None)
        line = series.graphicalProperties.line
        if series.dLbls is None:
            colour = line.solidFill.srgbClr
            lines.append((series.tx.v, colour, line.w / 12_700, line.dashStyle))
        else:
            told = series.dLbls
            assert line.noFill
            assert told.showSerName
            others = (told.showVal, told.showCatName, told.showLegendKey, told.showPercent)
            assert not any(others)
            labels.append((series.tx.v, told.dLblPos))
    assert lines == [
        ("Stage", GREY, 0.75, "solid"),
        ("W", ON_LIGHT[Stage.W][1:], 3, "solid"),
        ("R", ON_LIGHT[Stage.R][1:], 4.5, "solid"),
        ("N1", ON_LIGHT[Stage.N1][1:], 3, "solid"),
        ("N2", ON_LIGHT[Stage.N2][1:], 3, "solid"),
        ("N3", ON_LIGHT[Stage.N3][1:], 3, "solid"),
        ("Lights off", GREY, 1, "dash"),
        ("Lights on", GREY, 1, "dash"),
    ]
    assert [name for name, _ in labels] == ["W", "R", "N1", "N2", "N3", "Lights off", "Lights on"]
    assert [place for _, place in labels] == ["l", "l", "l", "l", "l", "r", "l"]
    epochs = workbook["Epochs"]
    heights = [epochs.cell(row, 29).value for row in range(4, 13)]
    assert heights == [5, 4, 3, 2, 1, 0, 5.6, 0, 5.6]
    assert epochs["AC10"].number_format == "0.000"
    times_s = [
        t.hour * 3600 + t.minute * 60 + t.second
        for t in (epochs.cell(row, 28).value for row in range(9, 13))
    ]
    clock = 22 * 3600 + 40 * 60
    assert times_s == pytest.approx([clock + 30, clock + 30, clock + 1770, clock + 1770], abs=1)


def test_the_chart_of_minutes() -> None:
    chart = opened(a_cycle())["Summary"]._charts[1]
    assert (chart.anchor._from.row, chart.anchor._from.col) == (21, 5)
    assert _size_cm(chart) == (27.0, 8.5)
    assert (chart.type, chart.gapWidth) == ("col", 60)
    assert chart.legend is None
    assert _axis(chart.x_axis)[0] == "Stage"
    assert _axis(chart.y_axis) == ("Duration (min)", "0", True)
    assert chart.y_axis.scaling.min == 0
    told = chart.dLbls
    assert (told.showVal, told.numFmt) == (True, "0.0")
    assert not any((told.showSerName, told.showCatName, told.showLegendKey))
    (bars,) = chart.series
    shown = (Stage.W, Stage.N1, Stage.N2, Stage.N3, Stage.R, Stage.UNSCORED)
    colours = {bar.idx: bar.graphicalProperties.solidFill.srgbClr for bar in bars.dPt}
    assert colours == {place: ON_LIGHT[stage][1:] for place, stage in enumerate(shown)}
    assert bars.tx.strRef.f == "'Stages'!C3"


@pytest.mark.parametrize(
    ("n_epochs", "minutes", "first", "last"),
    [
        (2, 1, 0, 1),
        (26, 1, 0, 13),
        (27, 2, 0, 14),
        (53, 5, 0, 30),
        (131, 10, 0, 70),
        (261, 15, 0, 135),
        (391, 30, 0, 210),
        (781, 60, 0, 420),
        (1561, 120, 0, 840),
        (3121, 240, 0, 1680),
        (6241, 480, 0, 3360),
        (12481, 521, 0, 6252),
    ],
)
def test_the_axis_of_time_has_13_round_steps_at_most(
    n_epochs: int, minutes: int, first: int, last: int
) -> None:
    stages = np.zeros(n_epochs, np.int8)
    hypnogram = Hypnogram(stages)
    shown = night(
        n_epochs,
        hypnogram=hypnogram,
        staging=None,
        statistics=sleep_statistics(hypnogram),
        start=None,
    )
    axis = opened(shown)["Summary"]._charts[0].x_axis
    found = [
        round(day * 24 * 60, 3) for day in (axis.scaling.min, axis.scaling.max, axis.majorUnit)
    ]
    assert found == [first, last, minutes]
    assert _axis(axis)[:2] == ("Time from the start (h:mm)", "[h]:mm")


def test_texts_are_cut_where_excel_would_not_take_them() -> None:
    assert safe_text("x" * 32_000) == "x" * 32_000
    assert safe_text("x" * 32_001) == "x" * 32_000


def test_values_of_a_sheet_end_with_the_last_cell_that_holds_any() -> None:
    sheet = openpyxl.Workbook().active
    sheet["B2"], sheet["C2"], sheet["A4"], sheet["A5"] = "x", "", "", None
    assert cell_values(sheet) == [(), (None, "x")]
