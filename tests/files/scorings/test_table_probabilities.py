"""The probabilities that a table of stages holds beside them."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from sleepscorer.core.recording import Recording
from sleepscorer.files.scorings import fitted, read_scoring

START = datetime(2024, 3, 1, 22)
NAN = np.nan


def read(tmp_path, text):
    path = tmp_path / "stages.csv"
    path.write_text(text, encoding="utf-8")
    return read_scoring(path)


@pytest.mark.parametrize(
    "heads",
    ["p_w,p_n1,p_n2,p_n3,p_r", "W,N1,N2,N3,R", "prob Wake,prob N1,prob N2,prob N3,prob REM"],
)
def test_five_columns_headed_by_the_stages_are_probabilities_in_our_order(tmp_path, heads):
    found = read(tmp_path, f"epoch,stage,{heads}\n1,W,.6,.1,.1,.1,.1\n2,R,0,0,0.25,0,.75\n")
    meant = [[0.6, 0.1, 0.1, 0.1, 0.1], [0, 0, 0.25, 0, 0.75]]
    np.testing.assert_array_equal(found.probabilities, meant)


def test_the_order_of_the_columns_does_not_matter_nor_does_a_decimal_comma(tmp_path):
    found = read(tmp_path, "p_r;p_n3;p_n2;p_n1;p_w;stage\n0,5;0,2;0,1;0,1;0,1;R\n")
    np.testing.assert_array_equal(found.probabilities, [[0.1, 0.1, 0.1, 0.2, 0.5]])


def test_they_lie_where_their_rows_lie(tmp_path):
    rows = "60,60,N2,0,0,1,0,0\n120,30,R,0,0,0,0,1\n"
    found = read(tmp_path, "onset,duration,stage,p_w,p_n1,p_n2,p_n3,p_r\n" + rows)
    meant = [[NAN] * 5] * 2 + [[0, 0, 1, 0, 0]] * 2 + [[0, 0, 0, 0, 1]]
    np.testing.assert_array_equal(found.probabilities, meant)


def test_what_is_no_number_is_missing_and_sums_are_for_the_caller(tmp_path):
    rows = "1,W,much,,.1,.1,.1\n2,R,2,0,0,0,9\n"
    found = read(tmp_path, "epoch,stage,p_w,p_n1,p_n2,p_n3,p_r\n" + rows)
    np.testing.assert_array_equal(found.probabilities, [[NAN, NAN, 0.1, 0.1, 0.1], [2, 0, 0, 0, 9]])


@pytest.mark.parametrize(
    "text",
    [
        "epoch,stage\n1,W\n2,R\n",
        "epoch,stage,p_w,p_n1,p_n2,p_n3\n1,W,1,0,0,0\n",
        "epoch,stage,sum_w,sum_nrem,sum_r\n1,W,1,0,0\n",
        # Two that may be meant for one stage.
        "epoch,stage,p_w,W,p_n1,p_n2,p_n3,p_r\n1,W,1,1,0,0,0,0\n",
        # Three rows share an epoch.
        "onset,duration,stage,p_w,p_n1,p_n2,p_n3,p_r\n"
        + "".join(f"{10 * n},10,W,1,0,0,0,0\n" for n in range(6)),
    ],
)
def test_without_one_column_a_stage_or_a_row_an_epoch_there_are_none(tmp_path, text):
    assert read(tmp_path, text).probabilities is None


def test_they_are_fitted_to_a_recording_with_the_stages(tmp_path):
    text = "clock,stage,p_w,p_n1,p_n2,p_n3,p_r\n"
    for n, stage in enumerate("WR"):
        clock = START + timedelta(seconds=30 * (n + 1))
        text += f"{clock.isoformat()},{stage},{int(stage == 'W')},0,0,0,{int(stage == 'R')}\n"
    recording = Recording(tmp_path / "night.edf", "EDF", START, 120.0, ())
    found = fitted(read(tmp_path, text), recording)
    assert found.hypnogram.stages.tolist() == [-1, 0, 4, -1]
    meant = [[NAN] * 5, [1, 0, 0, 0, 0], [0, 0, 0, 0, 1], [NAN] * 5]
    np.testing.assert_array_equal(found.probabilities, meant)
