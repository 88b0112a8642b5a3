"""Every export of a night told in three stages, and of one whose stages are smoothed."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from example_nights import night, staging_of

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.machine_answer import machine_answer, smoothed_sentence
from sleepscorer.core.stages import STAGES, THREE_STAGES, Stage
from sleepscorer.core.staging_result import Staging
from sleepscorer.core.statistics import sleep_statistics
from sleepscorer.files.exports.annotations import scoring_annotations
from sleepscorer.files.exports.deidentification import deidentified
from sleepscorer.files.exports.epochs_csv import epochs_table
from sleepscorer.files.exports.excel.report import WorkbookReport
from sleepscorer.files.exports.formats import is_own_output, write_exports
from sleepscorer.files.exports.night import Night
from sleepscorer.files.exports.staging_json import read_stagings_json, stages_read_from
from sleepscorer.files.scorings import read_scoring

N = 20
DOUBTFUL = 8


def _staging() -> Any:
    """N2 but for W at both ends and epoch 8, which is N1 by a hair; NREM by the hierarchy."""
    stages = np.full(N, Stage.N2, np.int8)
    stages[[0, -1]] = Stage.W
    staging = staging_of(stages)
    rows = staging.probabilities.copy()
    rows[DOUBTFUL] = [0, 0.52, 0.48, 0, 0]
    hierarchy = np.tile(np.array([0.05, 0.9, 0.05], np.float32), (N, 1))
    hierarchy[[0, -1]] = [0.9, 0.05, 0.05]
    hierarchy[DOUBTFUL] = [0, 0.44, 0.56]
    return Staging(rows, staging.provenance, hierarchy)


def _night(told: Any = STAGES, *, smooth: bool = False, **changes: Any) -> Night:
    staging = changes.pop("staging", _staging())
    answer = machine_answer(staging, told)
    hypnogram = Hypnogram(answer.smoothed if smooth else answer.stages, stage_set=told)
    return night(
        N,
        hypnogram=hypnogram,
        statistics=sleep_statistics(hypnogram),
        staging=staging,
        smoothing=smoothed_sentence(answer) if smooth else "",
        is_smoothed=smooth,
        **changes,
    )


def _workbook(shown: Night) -> Any:
    file = io.BytesIO()
    WorkbookReport(shown).write(file)
    return openpyxl.load_workbook(file)


def _texts(shown: Night) -> list[str]:
    cells = (value for sheet in _workbook(shown) for row in sheet.values for value in row)
    return [value for value in cells if isinstance(value, str)]


def test_all_formats_are_written_and_read_back(tmp_path: Path) -> None:
    for told in (STAGES, THREE_STAGES):
        for smooth in (False, True):
            shown = _night(told, smooth=smooth)
            stem = f"n{len(told)}{smooth}"
            assert len(write_exports(shown, tmp_path, stem=stem)) == 4
            assert is_own_output(tmp_path / f"{stem}_epochs.csv")


def test_the_table_of_three_stages_has_both_probabilities_side_by_side() -> None:
    table = epochs_table(_night(THREE_STAGES))
    assert table.columns.tolist()[6:] == [
        "machine_stage", "confidence", "equivocal", "signal",
        "sum_w", "sum_nrem", "sum_r", "tree_w", "tree_nrem", "tree_r",
    ]  # fmt: skip
    assert table["stage"].tolist()[:2] == ["W", "NREM"]
    assert table["stage"][DOUBTFUL] == "R"
    row = table.iloc[DOUBTFUL]
    assert row[["sum_w", "sum_nrem", "sum_r"]].tolist() == [0, 1, 0]
    assert row[["tree_w", "tree_nrem", "tree_r"]].tolist() == pytest.approx([0, 0.44, 0.56])
    assert (row["confidence"], row["equivocal"]) == (pytest.approx(0.56), "yes")
    assert table["equivocal"].tolist().count("yes") == 1


def test_without_a_hierarchy_its_columns_are_empty_and_the_sums_decide() -> None:
    shown = _night(THREE_STAGES, staging=replace(_staging(), hierarchy=None))
    table = epochs_table(shown)
    assert table["stage"][DOUBTFUL] == "NREM"
    assert np.isnan(table["tree_nrem"]).all()
    assert "Three stages: W, NREM, R; probabilities of N1, N2 and N3 added up." in _texts(shown)


def test_smoothed_and_raw_stand_side_by_side() -> None:
    table = epochs_table(_night(smooth=True))
    columns = ["stage", "machine_stage", "smoothed_stage", "scored_by"]
    assert table.loc[DOUBTFUL, columns].tolist() == ["N2", "N1", "N2", "machine"]
    assert "smoothed_stage" not in epochs_table(_night())
    headings = [cell.value for cell in _workbook(_night(smooth=True))["Epochs"][3]]
    assert headings[7:11] == [
        "Machine's stage", "Smoothed stage", "Machine's confidence (0–1)", "Equivocal",
    ]  # fmt: skip
    row = [cell.value for cell in _workbook(_night(smooth=True))["Epochs"][4 + DOUBTFUL]]
    assert row[4:11] == ["N2", "machine", "no", "N1", "N2", pytest.approx(0.52), "yes"]


def test_a_report_of_three_stages_prints_nothing_of_n1_n2_n3() -> None:
    shown = _night(THREE_STAGES, smooth=True)
    workbook = _workbook(shown)
    stages = [row[0] for row in workbook["Stages"].iter_rows(min_row=4, values_only=True)]
    assert stages[:5] == ["W", "NREM", "R", "?", "TRT"]
    transitions = [cell.value for cell in workbook["Transitions"][3]][:5]
    assert transitions == ["From \\ to (n)", "W (n)", "NREM (n)", "R (n)", "? (n)"]
    summary = {row[0]: row[1] for row in workbook["Summary"].iter_rows(values_only=True)}
    assert summary["NREM duration"] == shown.statistics.nrem_min == 9.0
    assert "NREM-REM cycles (research)" not in summary
    named = [text for text in _texts(shown) if "N1" in text or "N2" in text]
    assert set(named) == {shown.statistics.notes[0]}


def test_the_report_names_what_was_done() -> None:
    sentence = _night(smooth=True).smoothing
    assert sentence.startswith("Smoothed stages: 1 of 20 epochs differ from the machine's own")
    sheet = _workbook(_night(THREE_STAGES, smooth=True))["Provenance"]
    notes = [row[1] for row in sheet.iter_rows(values_only=True) if row[0] == "Note"]
    assert notes[0].startswith("Three stages: W, NREM, R, by a hierarchy trained for them")
    assert notes[1].startswith("Smoothed stages: 1 of 20 epochs")


def test_the_annotations_hold_the_smoothed_stages_named_as_such() -> None:
    events = scoring_annotations(_night(smooth=True))
    assert events[DOUBTFUL].text == "Sleep stage N2"
    assert [e.text for e in events if e.text.startswith("sleepscorer note: Smoothed stages")]
    three = scoring_annotations(_night(THREE_STAGES))
    assert [e.text for e in three[:2]] == ["Sleep stage W", "Sleep stage NREM"]
    assert any(e.text.startswith("sleepscorer note: Three stages") for e in three)
    assert not any("note" in e.text for e in scoring_annotations(_night()))


def test_json_holds_everything(tmp_path: Path) -> None:
    shown = _night(THREE_STAGES, smooth=True)
    (path,) = write_exports(shown, tmp_path, stem="n", formats=("json",))
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["stages_told"] == ["W", "NREM", "R"]
    stages = ("stages", "machine_stages", "smoothed_stages")
    assert [document[key][DOUBTFUL] for key in stages] == ["NREM", "R", "NREM"]
    assert document["equivocal"].count(True) == 1
    assert document["smoothing"] == shown.smoothing
    assert document["summed"][DOUBTFUL] == [0.0, 1.0, 0.0]
    assert document["hierarchy"][DOUBTFUL] == [0.0, pytest.approx(0.44), pytest.approx(0.56)]
    assert "n2_min" not in document["statistics"]
    assert document["statistics"]["nrem_min"] == 9.0
    assert stages_read_from(path) == (True, True)
    np.testing.assert_array_equal(
        read_stagings_json(path)[0].probabilities, shown.staging.probabilities
    )
    (path,) = write_exports(_night(), tmp_path, stem="m", formats=("json",))
    document = json.loads(path.read_text(encoding="utf-8"))
    assert (document["smoothing"], document["smoothed_stages"]) == (None, None)
    assert stages_read_from(path) == (False, False)


def test_three_stages_are_no_scoring_of_five(tmp_path: Path) -> None:
    write_exports(_night(THREE_STAGES), tmp_path, stem="n", formats=("csv", "edf"))
    with pytest.raises(ScoringError, match="line 3: NREM does not tell N1, N2 and N3 apart"):
        read_scoring(tmp_path / "n_epochs.csv")
    with pytest.raises(ScoringError, match="stage NREM' does not tell N1, N2 and N3 apart") as no:
        read_scoring(tmp_path / "n_hypnogram.edf")
    assert no.value.path == tmp_path / "n_hypnogram.edf"


def test_de_identifying_keeps_the_hierarchy() -> None:
    shown = deidentified(_night(THREE_STAGES))
    np.testing.assert_array_equal(shown.staging.hierarchy, _staging().hierarchy)


def test_a_second_opinion_is_told_in_three_stages_as_well() -> None:
    second = staging_of(np.full(N, Stage.N3, np.int8))
    shown = _night(THREE_STAGES, others=(second,))
    table = epochs_table(shown)
    assert set(table["second_stage"]) == {"NREM"}
    assert table["stagers_agree"].tolist().count("yes") == N - 3
    assert shown.stagers_agreement.accuracy == pytest.approx((N - 3) / N)
    assert shown.stagers_agreement.stage_set == THREE_STAGES


def test_low_confidence_is_that_of_the_stages_told_apart() -> None:
    # Torn between N1 and N2, which are one stage of three.
    rows = np.tile(np.array([0.1, 0.4, 0.4, 0.05, 0.05], np.float32), (N, 1))
    staging = replace(_staging(), probabilities=rows, hierarchy=None, confidence=np.empty(0))
    assert _night(staging=staging).doubtful.share == 1
    assert _night(THREE_STAGES, staging=staging).doubtful.share == 0
