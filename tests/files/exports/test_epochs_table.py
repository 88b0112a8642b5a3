"""The epochs as DataFrame and CSV."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from example_nights import night, staging_of

from sleepscorer.core.errors import ExportError
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.staging_result import Staging
from sleepscorer.files.exports.epochs_csv import SECOND_COLUMNS, epochs_table, verify_csv, write_csv
from sleepscorer.files.exports.formats import is_own_output
from sleepscorer.files.exports.night import Night
from sleepscorer.files.scorings import read_scoring

HEADING = (
    "epoch,start_s,clock,stage,scored_by,reviewed,machine_stage,confidence,equivocal,signal,"
    "p_w,p_n1,p_n2,p_n3,p_r"
)


def _csv(shown: Night) -> str:
    file = io.BytesIO()
    write_csv(shown, file)
    return file.getvalue().decode("utf-8")


def test_columns_and_rows() -> None:
    lines = _csv(night()).split("\n")
    assert lines[0] == HEADING
    assert len(lines) == 122
    assert lines[-1] == ""
    assert "\r" not in "".join(lines)
    # 22:40:00.25 and 4 epochs; clock times are rounded to the second.
    assert lines[5].startswith("5,120,2019-03-04T22:42:00,N2,machine,no,N2,0.")
    assert lines[11] == "11,300,2019-03-04T22:45:00,?,none,no,?,,,,,,,,"


def test_a_row_tells_whose_stage_it_is_and_how_sure_the_machine_was_of_its_own() -> None:
    shown = night(6)  # W W N1 N2 N2 N3 for the machine
    stages = np.array([0, 4, 1, 2, -1, 3], np.int8)
    by_person = np.array([False, True, True, False, True, False])
    # What came with another scoring is a person's and was reviewed by nobody here.
    reviewed = np.array([False, True, False, False, False, False])
    edited = replace(shown, hypnogram=Hypnogram(stages), by_person=by_person, reviewed=reviewed)
    table = epochs_table(edited)
    assert table["stage"].tolist() == ["W", "R", "N1", "N2", "?", "N3"]
    whose = ["machine", "person", "person", "machine", "none", "machine"]
    assert table["scored_by"].tolist() == whose
    assert table["reviewed"].tolist() == ["no", "yes", "no", "no", "no", "no"]
    assert table["machine_stage"].tolist() == ["W", "W", "N1", "N2", "N2", "N3"]
    np.testing.assert_allclose(table["confidence"], shown.staging.confidence, atol=1e-6)
    with pytest.raises(ValueError, match="6 scored"):
        replace(shown, by_person=by_person[:5])
    with pytest.raises(ValueError, match="5,\\) epochs reviewed"):
        replace(shown, reviewed=reviewed[:5])


def test_clock_is_rounded_and_passes_midnight() -> None:
    start = night().start.replace(hour=23, minute=59, second=29, microsecond=600_000)
    clocks = epochs_table(night(4, start=start))["clock"].tolist()
    assert clocks == [
        "2019-03-04T23:59:30",
        "2019-03-05T00:00:00",
        "2019-03-05T00:00:30",
        "2019-03-05T00:01:00",
    ]


def test_clock_without_date_and_without_start() -> None:
    assert epochs_table(night(1, deidentify=True))["clock"].tolist() == ["22:40:00"]
    assert epochs_table(night(2, start=None))["clock"].tolist() == ["", ""]
    assert _csv(night(1, start=None)).split("\n")[1].startswith("1,0,,W,machine,no,W,0.")


def test_probabilities_sum_to_one_after_rounding() -> None:
    rng = np.random.default_rng(3)
    probabilities = rng.dirichlet(np.full(5, 0.1), 2000).astype(np.float32)
    shown = night(2000)
    staging = Staging(probabilities, shown.staging.provenance)
    table = pd.read_csv(io.StringIO(_csv(night(2000, staging=staging))))
    read = table[["p_w", "p_n1", "p_n2", "p_n3", "p_r"]].to_numpy()
    np.testing.assert_allclose(read, probabilities, atol=5.1e-7)
    np.testing.assert_allclose(read.sum(axis=1), 1, atol=4e-6)
    np.testing.assert_array_equal(table["confidence"], read.max(axis=1))
    assert "e-" not in _csv(night(2000, staging=staging))


def test_without_staging_the_probabilities_are_empty() -> None:
    line = _csv(night(1, staging=None)).split("\n")[1]
    assert line == "1,0,2019-03-04T22:40:00,W,person,no,,,,,,,,,"


def test_types_of_the_frame() -> None:
    table = epochs_table(night())
    assert table.columns.tolist() == HEADING.split(",")
    assert table["epoch"].tolist() == list(range(1, 121))
    assert table["start_s"].dtype == np.int64
    assert table["p_r"].dtype == np.float64
    assert np.isnan(table["confidence"][10])


def test_our_reader_reads_it(tmp_path: Path) -> None:
    shown = night()
    path = tmp_path / "n.csv"
    path.write_text(_csv(shown), encoding="utf-8", newline="")
    np.testing.assert_array_equal(read_scoring(path).hypnogram.stages, shown.hypnogram.stages)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (",N3,", ",N2,", "epoch 6 read back"),
        (",machine,no", ",person,no", "epoch 1 read back"),
        (",machine,no", ",machine,yes", "epoch 1 read back"),
        ("120,", "121,", "read back as"),
        (HEADING, HEADING.upper(), "epochs read back"),
        ("\n120,", "\n", "epoch 120"),
    ],
)
def test_damage_is_noticed(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = tmp_path / "n.csv"
    text = _csv(night())
    verify_csv(night(), _saved(path, text))
    with pytest.raises(ExportError, match=words):
        verify_csv(night(), _saved(path, text.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("heading", "is_own"),
    [
        (HEADING, True),
        (HEADING.replace("equivocal,signal,", ""), True),
        ("epoch,start_s,clock,stage,p_w,p_n1,p_n2,p_n3,p_r,confidence", True),
        ("epoch,start_s,clock,stage", False),
    ],
)
def test_tables_of_before_are_known_as_ours(tmp_path: Path, heading: str, is_own: bool) -> None:
    assert is_own_output(_saved(tmp_path / "n_epochs.csv", f"{heading}\n")) is is_own


def _saved(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


def test_a_second_opinion_stands_beside_with_its_name_and_whether_both_agree(
    tmp_path: Path,
) -> None:
    shown = night(12)  # W W N1 N2 N2 N3 N3 N2 R R ? N2
    theirs = np.array([0, 1, 1, 2, 2, 3, 2, 2, 4, -1, 4, 2], np.int8)
    second = staging_of(theirs, software="Calm 1.2")
    told = replace(shown, others=(second,))
    table = epochs_table(told)
    assert list(table.columns) == [*HEADING.split(","), *SECOND_COLUMNS]
    assert set(table["second_stager"]) == {"Calm 1.2"}
    assert "".join(table["second_stage"]) == "WN1N1N2N2N3N2N2R?RN2"
    agree = ["yes", "no", *["yes"] * 4, "no", "yes", "yes", "", "", "yes"]
    assert table["stagers_agree"].tolist() == agree
    np.testing.assert_allclose(table["second_confidence"], second.confidence, atol=1e-6)
    path = tmp_path / "n_epochs.csv"
    path.write_text(_csv(told), encoding="utf-8")
    verify_csv(told, path)
    assert is_own_output(path)
    assert read_scoring(path).hypnogram.stages.tolist() == shown.hypnogram.stages.tolist()
    path.write_text(_csv(told).replace(",no\n", ",yes\n", 1), encoding="utf-8")
    with pytest.raises(ExportError, match="epoch 2"):
        verify_csv(told, path)
