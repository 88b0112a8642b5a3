"""The Excel report, opened again with openpyxl."""

import io
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from example_nights import night, staging_of
from openpyxl.chart import BarChart, ScatterChart

from sleepscorer.core.errors import ExportError
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.stages import Stage
from sleepscorer.core.statistics import DEFINITIONS, sleep_statistics
from sleepscorer.files.exports import write_exports
from sleepscorer.files.exports.excel import report
from sleepscorer.files.exports.excel.cells import safe_text
from sleepscorer.files.exports.excel.report import WorkbookReport
from sleepscorer.files.exports.night import INTENDED_USE, Night

SHEETS = [
    *("Summary", "Stages", "Epochs", "Transitions", "Cycles", "Events", "Edits"),
    *("Provenance", "Definitions"),
]


def _bytes(shown: Night) -> bytes:
    file = io.BytesIO()
    WorkbookReport(shown).write(file)
    return file.getvalue()


def _opened(shown: Night) -> Any:
    return openpyxl.load_workbook(io.BytesIO(_bytes(shown)))


def _table(sheet: Any) -> list[tuple[Any, ...]]:
    return [row for row in sheet.iter_rows(min_row=4, values_only=True) if row[0] is not None]


def _by_name(sheet: Any) -> dict[str, Any]:
    return {row[0]: row[1] for row in _table(sheet)}


def _texts(workbook: Any) -> list[str]:
    cells = (value for sheet in workbook for row in sheet.values for value in row)
    return [value for value in cells if isinstance(value, str)]


def _column_a(shown: Night, sheet: str) -> list[object]:
    return [row[0] for row in _opened(shown)[sheet].iter_rows(values_only=True)]


def test_summary_says_by_what_the_night_was_staged() -> None:
    rows = {row[0]: row[1] for row in _opened(night())["Summary"].iter_rows(values_only=True)}
    assert rows["EEG used"] == "C4-M1 (derived)"
    assert rows["EOG used"] == "E1-M2"
    assert rows["Weights"] == "cnn_lstm_v1"
    assert "EEG used" not in _column_a(night(staging=None), "Summary")


def test_summary_is_one_page() -> None:
    assert _opened(night())["Summary"].page_setup.fitToHeight == 1


@pytest.mark.parametrize(
    ("marks", "words"),
    [
        ((75.0, 3555.0), "lights off to lights on"),
        ((None, 3555.0), "start of the recording to lights on"),
        ((75.0, None), "lights off to end of the recording"),
        ((None, None), "whole recording"),
    ],
)
def test_headings_say_which_part_of_the_night_counts(
    marks: tuple[float | None, float | None], words: str
) -> None:
    hypnogram = Hypnogram(night().hypnogram.stages, 30.0, *marks)
    shown = night(hypnogram=hypnogram, statistics=sleep_statistics(hypnogram))
    assert f"Sleep statistics, {words}" in _column_a(shown, "Summary")
    assert _column_a(shown, "Stages")[0] == f"Stages, {words}"
    assert _column_a(shown, "Transitions")[0] == (
        f"Transitions from each epoch to the next, {words}"
    )


def test_sheets_with_intended_use_frozen_headings_and_page_set_up() -> None:
    workbook = _opened(night())
    assert workbook.sheetnames == SHEETS
    for sheet in workbook:
        assert sheet["A2"].value == INTENDED_USE
        assert sheet.freeze_panes == "A4"
        assert sheet["A3"].font.bold
        assert sheet.print_title_rows == "$1:$3"
        assert sheet.page_setup.fitToWidth == 1
        assert INTENDED_USE in sheet.oddFooter.left.text


def test_properties_name_no_person_and_no_date() -> None:
    properties = _opened(night()).properties
    assert properties.creator == "sleepscorer"
    assert properties.lastModifiedBy == "sleepscorer"
    assert properties.created == properties.modified == datetime(1985, 1, 1)


def test_same_night_same_bytes() -> None:
    content = _bytes(night())
    assert _bytes(night()) == content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


def test_statistics_are_numbers_and_empty_where_undefined() -> None:
    shown = night(960)
    sheet = _opened(shown)["Summary"]
    rows = {row[0]: row for row in sheet.iter_rows(min_row=4, max_col=4, values_only=True)}
    for definition in DEFINITIONS:
        if definition.key in ("cycles", "transitions"):
            continue
        _, value, unit, duration = rows[definition.label]
        meant = getattr(shown.statistics, definition.key)
        assert unit == definition.unit
        assert value == (None if meant is None else pytest.approx(meant, rel=1e-12))
        assert duration == (timedelta(minutes=meant) if unit == "min" and meant else duration)
    assert rows["Arousal index"][1:] == (None, "1/h", None)
    # A value under "%" is a percentage.
    assert rows["Sleep efficiency (SE)"][1] == pytest.approx(shown.statistics.se_pct)
    assert rows["Sleep efficiency (SE)"][1] > 50
    assert rows["Start"][1] == datetime(2019, 3, 4, 22, 40, 0)
    assert rows["Lights off"][1] == datetime(2019, 3, 4, 22, 41, 15)
    # Lights off falls into epoch 3, which is N1.
    assert rows["Sleep onset"][1] == datetime(2019, 3, 4, 22, 41, 0)
    assert rows["NREM-REM cycles (research)"][1] == len(shown.statistics.cycles)


def test_stage_minutes_add_up_to_trt() -> None:
    shown = night(960)
    rows = {row[0]: row[1:] for row in _table(_opened(shown)["Stages"])}
    assert list(rows) == ["W", "N1", "N2", "N3", "R", "?", "TRT"]
    stages = [rows[stage] for stage in ("W", "N1", "N2", "N3", "R", "?")]
    assert sum(row[1] for row in stages) == rows["TRT"][1] == shown.statistics.trt_min
    assert sum(row[0] for row in stages) == rows["TRT"][0] == shown.statistics.trt_min * 2
    assert rows["TRT"][2] == timedelta(minutes=shown.statistics.trt_min)
    assert sum(rows[s][3] for s in ("N1", "N2", "N3", "R")) == pytest.approx(100)
    assert sum(row[4] for row in stages) == pytest.approx(100)
    assert rows["?"][3] is None
    assert rows["R"][5] == shown.statistics.latency_r_min


def test_epochs() -> None:
    shown = night()
    sheet = _opened(shown)["Epochs"]
    headings = [cell.value for cell in sheet[3]][:16]
    assert headings == [
        "Epoch (n)",
        "Start (s)",
        "Start (hh:mm:ss)",
        "Clock (local time)",
        "Stage",
        "Scored by",
        "Reviewed",
        "Machine's stage",
        "Machine's confidence (0–1)",
        "Equivocal",
        "Signal",
        "P(W) (0–1)",
        "P(N1) (0–1)",
        "P(N2) (0–1)",
        "P(N3) (0–1)",
        "P(R) (0–1)",
    ]
    rows = [row[:16] for row in _table(sheet)]
    assert len(rows) == 120
    assert [row[4] for row in rows] == [Stage(s).text for s in shown.hypnogram.stages.tolist()]
    assert rows[9][:4] == (10, 270, timedelta(seconds=270), datetime(2019, 3, 4, 22, 44, 30))
    np.testing.assert_allclose(
        np.array([row[11:16] for row in rows[:10]], float),
        shown.staging.probabilities[:10],
        atol=1e-6,
    )
    assert rows[2][4:8] == ("N1", "machine", "no", "N1")
    assert rows[10][5:] == ("none", "no", "?", *(None,) * 8)


def test_transitions() -> None:
    shown = night(960)
    sheet = _opened(shown)["Transitions"]
    rows = list(sheet.iter_rows(min_row=4, max_row=9, values_only=True))
    assert [row[0] for row in rows] == ["W", "N1", "N2", "N3", "R", "?"] == [row[8] for row in rows]
    assert tuple(row[1:7] for row in rows) == shown.statistics.transitions
    assert sum(rows[2][9:15]) == pytest.approx(1)
    assert rows[2][11] == shown.statistics.transitions[2][2] / sum(shown.statistics.transitions[2])


def test_cycles() -> None:
    stages = np.array([0] * 10 + [2] * 60 + [4] * 20 + [2] * 60 + [4] * 20 + [0] * 10, np.int8)
    hypnogram = Hypnogram(stages)
    shown = night(
        len(stages),
        hypnogram=hypnogram,
        staging=staging_of(stages),
        statistics=sleep_statistics(hypnogram),
    )
    rows = _table(_opened(shown)["Cycles"])
    assert rows[0][:4] == (1, 5, 45, 40)
    assert rows[1][:4] == (2, 45, 85, 40)
    assert rows[0][4] == timedelta(minutes=40)
    assert rows[2][0].startswith("Rule: ")
    assert _table(_opened(night(4))["Cycles"])[0][0] == "No cycle was found."


def test_provenance() -> None:
    rows = _by_name(_opened(night())["Provenance"])
    assert rows["Software"] == "sleepscorer 0.1.0"
    assert rows["Weights"] == "cnn_lstm_v1"
    assert rows["Weights SHA-256"] == "ab" * 32
    assert rows["Device"] == "cpu"
    assert rows["EEG used"] == "C4-M1 (derived)"
    assert rows["EMG used"] == "none"
    assert rows["Lights marks from"] == "lights off = annotation, lights on = annotation"
    assert rows["Lights off (s from the start)"] == 75
    assert rows["Source file"] == "psg_0042.edf"
    assert rows["Source SHA-256"] == "0f" * 32
    assert rows["Scoring"] == "automatic, none of 120 epochs edited"
    assert "First epoch of any sleep" in rows["Sleep onset rule"]
    assert "Epochs of 30 s" in rows["Epoch grid"]
    assert "floor(lights off" in rows["Window of the statistics"]


def test_the_facts_stand_in_order() -> None:
    made = {"eeg": (), "eog": (), "emg": ("Chin",), "created_utc": ""}
    plain = staging_of(night().hypnogram.stages, **made)
    workbook = _opened(night(staging=plain, patient_id="", recording_id="", sha256=None))
    items = [(row[0], row[1]) for row in _table(workbook["Provenance"])]
    assert [name for name, _ in items] == [
        "Software",
        "Staged with",
        "Staged at (UTC)",
        "Weights",
        "Weights SHA-256",
        "Device",
        "EEG used",
        "EOG used",
        "EMG used",
        "Epochs of which the machine is under 70 % sure (%)",
        "Those of them that no person reviewed (n)",
        "Staging note",
        "Scoring",
        "Signature",
        "Lights marks from",
        "Lights off (s from the start)",
        "Lights on (s from the start)",
        "Sleep onset rule",
        "Epoch grid",
        "Window of the statistics",
        "Clock times",
        "Source file",
        "Source SHA-256",
        "Source format",
        "Duration of the recording (s)",
        "Patient field",
        "Recording field",
        "De-identified",
        "Warning",
        "Note",
        "Note",
    ]
    assert ("Note", plain.measured_sentence) in items
    values = dict(items)
    assert [values[f"{name} used"] for name in ("EEG", "EOG", "EMG")] == ["none", "none", "Chin"]
    empty = [name for name, value in items if value is None]
    assert empty == ["Staged at (UTC)", "Source SHA-256", "Patient field", "Recording field"]
    assert (values["De-identified"], values["Staged with"]) == ("no", "sleepscorer 0.1.0")
    assert (values["Source format"], values["Duration of the recording (s)"]) == ("EDF+C", 3604.5)
    assert (values["Warning"], values["Note"]) == (
        "C4-M1 was clipped in 12 % of the night", "the last 4.5 s are no whole epoch",
    )  # fmt: skip
    summary = [row[:2] for row in _table(workbook["Summary"])]
    begin = summary.index(("Recording", None))
    assert dict(summary)["Duration of the recording (hh:mm:ss)"] == timedelta(seconds=3604.5)
    assert [name for name, _ in summary[begin + 1 : begin + 14]] == [
        "File",
        "Patient",
        "Start",
        "Duration of the recording (hh:mm:ss)",
        "Scoring",
        "Signature",
        "EEG used",
        "EOG used",
        "Weights",
        "Lights off",
        "Lights on",
        "Lights marks from",
        "Sleep onset",
    ]
    assert ("EOG used", "none") in summary
    assert ("Lights marks from", "lights off = annotation, lights on = annotation") in summary


def test_marks_that_are_not_there_are_said_not_to_be() -> None:
    hypnogram = Hypnogram(night().hypnogram.stages)
    shown = night(hypnogram=hypnogram, statistics=sleep_statistics(hypnogram), start=None)
    summary = _by_name(_opened(shown)["Summary"])
    assert (summary["Lights off"], summary["Lights on"]) == ("not marked", "not marked")
    assert summary["Start"] is None
    assert summary["Sleep onset"] == timedelta(minutes=1)


def test_edited_epochs_are_counted_and_people_named_as_scorers() -> None:
    stages = night().hypnogram.stages.copy()
    stages[:3] = Stage.N3
    edited = night(hypnogram=Hypnogram(stages), n_edited=3)
    assert _by_name(_opened(edited)["Provenance"])["Scoring"] == (
        "automatic, 3 of 120 epochs edited"
    )
    assert _by_name(_opened(night(staging=None))["Provenance"])["Scoring"] == "scored by people"
    # Where every stage is a person's, none is automatic.
    theirs = replace(edited, by_person=np.ones(120, bool))
    assert _by_name(_opened(theirs)["Provenance"])["Scoring"] == (
        "scored or confirmed by people, 3 of 120 epochs otherwise than by the machine"
    )


def test_definitions_are_complete() -> None:
    rows = _table(_opened(night())["Definitions"])
    assert [row[0] for row in rows] == [definition.key for definition in DEFINITIONS]
    assert [row[3] for row in rows] == [definition.text for definition in DEFINITIONS]


def test_warnings_come_first_on_the_summary() -> None:
    staging = staging_of(night().hypnogram.stages, warnings=("EOG was flat", "C4-M1 was clipped"))
    shown = night(warnings=("C4-M1 was clipped",), staging=staging)
    rows = [row[0] for row in _opened(shown)["Summary"].iter_rows(min_row=4, values_only=True)]
    assert rows[:4] == ["Warnings", "C4-M1 was clipped", "EOG was flat", "Notes"]


def test_low_confidence_is_a_warning() -> None:
    shown = night()
    doubtful = staging_of(shown.hypnogram.stages)
    probabilities = np.where(np.isnan(doubtful.probabilities), np.nan, 0.2)
    probabilities[:40] = doubtful.probabilities[:40]
    staging = type(doubtful)(probabilities, doubtful.provenance)
    texts = _texts(_opened(night(staging=staging)))
    assert any(t.startswith("66 % of the staged epochs are doubtful") for t in texts)
    assert not any("are doubtful" in t for t in _texts(_opened(shown)))


def test_charts_are_native_and_complete() -> None:
    workbook = _opened(night())
    hypnogram, minutes = workbook["Summary"]._charts
    assert isinstance(hypnogram, ScatterChart)
    assert isinstance(minutes, BarChart)
    for chart in (hypnogram, minutes):
        assert chart.x_axis.delete is False
        assert chart.y_axis.delete is False
    # 22:40 to 23:40 on an axis from 22:40 in steps of 5 min.
    assert hypnogram.x_axis.scaling.min * 24 * 60 == pytest.approx(22 * 60 + 40)
    assert hypnogram.x_axis.scaling.max * 24 * 60 == pytest.approx(23 * 60 + 45)
    assert hypnogram.x_axis.number_format.formatCode == "hh:mm"
    names = [series.tx.v for series in hypnogram.series]
    assert names[0] == "Stage"
    assert names[1:6] == names[6:11] == ["W", "R", "N1", "N2", "N3"]
    assert names[11:] == ["Lights off", "Lights off", "Lights on", "Lights on"]
    epochs = workbook["Epochs"]
    levels = [_cells(workbook, series.yVal.numRef.f)[0] for series in hypnogram.series[6:11]]
    assert levels == [5, 4, 3, 2, 1]
    assert epochs["Z4"].number_format == "hh:mm"
    assert _cells(workbook, minutes.series[0].cat.numRef.f) == ["W", "N1", "N2", "N3", "R", "?"]
    assert _cells(workbook, minutes.series[0].val.numRef.f) == [
        row[2] for row in _table(workbook["Stages"])[:6]
    ]


def _cells(workbook: Any, reference: str) -> list[Any]:
    sheet, _, cells = reference.replace("$", "").rpartition("!")
    found = workbook[sheet.strip("'")][cells]
    rows = found if isinstance(found, tuple) else ((found,),)
    return [cell.value for row in rows for cell in row]


def test_step_line_has_the_corners_of_the_hypnogram() -> None:
    stages = np.array([0, 0, 2, 4, -1, 3], np.int8)
    hypnogram = Hypnogram(stages)
    shown = night(
        6,
        hypnogram=hypnogram,
        staging=staging_of(stages),
        statistics=sleep_statistics(hypnogram),
        start=None,
    )
    workbook = _opened(shown)
    chart = workbook["Summary"]._charts[0]
    line, w_line, r_line = chart.series[:3]
    times = [
        round((t - datetime(1899, 12, 30)).total_seconds())
        if isinstance(t, datetime)
        else t.hour * 3600 + t.minute * 60 + t.second
        for t in _cells(workbook, line.xVal.numRef.f)
    ]
    assert times == [0, 60, 60, 90, 90, 120, 120, 150, 150, 180]
    assert _cells(workbook, line.yVal.numRef.f) == [5, 5, 2, 2, 4, 4, None, None, 1, 1]
    r_levels = _cells(workbook, r_line.yVal.numRef.f)
    assert r_levels == [None, None, None, None, 4, 4, None, None, None, None]
    assert _cells(workbook, w_line.yVal.numRef.f) == [5, 5, *(None,) * 8]
    assert chart.x_axis.number_format.formatCode == "[h]:mm"
    assert chart.display_blanks == "gap"


DANGEROUS = [
    "=cmd|'/c calc'!A1",
    "+1+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "＝1",
    "#N/A",
    "#REF!",
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_from_outside_is_ever_a_formula(text: str) -> None:
    shown = night(
        path=Path(f"/nowhere/{text.replace('/', '')}"),
        patient_id=text,
        recording_id=text,
        format_name=text,
        lights_source=text,
        notes=(text,),
        warnings=(text,),
        events=(Event(0.0, None, text),),
        staging=staging_of(night().hypnogram.stages, eeg=(text,), notes=(text,), device=text),
    )
    workbook = _opened(shown)
    kinds = {cell.data_type for sheet in workbook for row in sheet for cell in row}
    # Times are d, empty cells n; no formulas (f), no errors (e).
    assert kinds <= {"s", "n", "d"}
    hidden = [t for t in _texts(workbook) if t.lstrip(" \t\r").startswith(("=", "+", "-", "@"))]
    assert hidden == []
    raw = zipfile.ZipFile(io.BytesIO(_bytes(shown)))
    sheets = [n for n in raw.namelist() if n.startswith("xl/worksheets/")]
    assert not any(b"<f>" in raw.read(name) or b't="e"' in raw.read(name) for name in sheets)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("=1+1", "'=1+1"),
        ("  @x", "'  @x"),
        ("\tx", "'\tx"),
        ("C4-M1", "C4-M1"),
        ("a\x00b\x0bc\ud800d\uffff", "abcd"),
        ("\x00=1", "'=1"),
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("é" * 40_000, "é" * 32_000),
        ("", ""),
    ],
)
def test_safe_text(text: str, stored: str) -> None:
    assert safe_text(text) == stored


@pytest.mark.parametrize(
    "shown",
    [
        night(1),
        night(1500),
        night(start=None),
        night(start=datetime(1850, 1, 1)),
        night(staging=None, sha256=None, notes=(), warnings=()),
        night(1, staging=staging_of(np.array([-1], np.int8))),
        night(lights_source="", notes=("",)),
        night(path=Path("a\rb\x1b.edf"), patient_id="X\rX", notes=("\r\n\t",)),
    ],
    ids=[
        *("1 epoch", "12.5 h", "no start", "before Excel", "by people", "unstaged"),
        *("empty texts", "control characters"),
    ],
)
def test_every_night_makes_a_report_that_verifies(tmp_path: Path, shown: Night) -> None:
    path = tmp_path / "n.xlsx"
    path.write_bytes(_bytes(shown))
    WorkbookReport(shown).verify(path)


def test_a_report_is_built_once_to_be_written_and_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = []
    build = report.add_epochs
    monkeypatch.setattr(report, "add_epochs", lambda *given: built.append(given) or build(*given))
    write_exports(night(), tmp_path, stem="n", formats=("xlsx",))
    assert len(built) == 1


def test_verification_notices_a_changed_cell(tmp_path: Path) -> None:
    path = tmp_path / "n.xlsx"
    workbook = _opened(night())
    workbook["Epochs"]["E9"] = "N1"
    workbook.save(path)
    with pytest.raises(ExportError, match="row 9 of sheet Epochs"):
        WorkbookReport(night()).verify(path)


def test_verification_notices_a_missing_row(tmp_path: Path) -> None:
    path = tmp_path / "n.xlsx"
    path.write_bytes(_bytes(night(119)))
    with pytest.raises(ExportError, match="sheet"):
        WorkbookReport(night()).verify(path)


def test_a_second_opinion_stands_beside_with_its_agreement(tmp_path: Path) -> None:
    # W W N1 N2 N2 N3 N3 N2 R R ? N2 for ours
    theirs = np.array([0, 1, 1, 2, 2, 3, 2, 2, 4, -1, 4, 2], np.int8)
    shown = night(12, others=(staging_of(theirs, software="Calm 1.2"),))
    workbook = _opened(shown)
    rows = _table(workbook["Epochs"])
    assert workbook["Epochs"].print_area.endswith("$T$15")
    headings = [cell.value for cell in workbook["Epochs"][3]]
    assert headings[16] == "Second stager"
    assert headings[20:26] == [None] * 5 + ["Chart: time (days)"]
    assert [row[17] for row in rows[:3]] == ["W", "N1", "N1"]
    assert [row[19] for row in rows] == [
        *("yes", "no", "yes", "yes", "yes", "yes", "no", "yes", "yes"), None, None, "yes",
    ]  # fmt: skip
    assert rows[9][16:19] == ("Calm 1.2", "?", None)
    summary = {row[0]: row[1] for row in workbook["Summary"].iter_rows(values_only=True)}
    assert summary["Second opinion"].startswith(
        "Calm 1.2, agrees with the machine in 80.0 % of 10 epochs, kappa 0."
    )
    made = _by_name(workbook["Provenance"])
    assert made["Second opinion by"] == "Calm 1.2"
    assert (made["Agreement of both stagers (%)"], made["Epochs staged by both"]) == (80, 10)
    assert 0.5 < made["Kappa of both stagers"] < 0.8
    path = tmp_path / "n.xlsx"
    path.write_bytes(_bytes(shown))
    WorkbookReport(shown).verify(path)


def test_without_a_second_opinion_nothing_tells_of_one() -> None:
    assert not any("econd" in text for text in _texts(_opened(night())))


def test_times_between_two_milliseconds_read_back(tmp_path: Path) -> None:
    stages = night().hypnogram.stages
    shown = night(start=None, hypnogram=Hypnogram(stages, 30.0, 75.0004, 3555.0004))
    path = tmp_path / "n.xlsx"
    path.write_bytes(_bytes(shown))
    WorkbookReport(shown).verify(path)
    # A whole millisecond is another time.
    later = night(start=None, hypnogram=Hypnogram(stages, 30.0, 75.0014, 3555.0004))
    with pytest.raises(ExportError, match="did not read back as written"):
        WorkbookReport(later).verify(path)
