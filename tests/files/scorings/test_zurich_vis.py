"""Zurich's scorings: epochs of 20 s, run lengths, excluded parts of 4 s."""

import pytest

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.files.scorings import read_scoring

ROWS = "1 0                 Track  1: Excluded 4-s-FFTs\n2 1\n4 2 F\n5 m\n6 4\n7 r _\n9 r\n10 e\n"
FOOT = """0

     0     1     2     3     4     r     m  else TOTAL    SL    RL  WASO
     2     2     1     0     1     3     1     0    10     2     5     0

   Track  1:     2 20-s-epochs contain     7 Excluded 4-s-FFTs
"""


def read(tmp_path, text):
    path = tmp_path / "night.vis"
    path.write_text(text)
    return read_scoring(path)


def test_runs_parts_and_sums(tmp_path):
    found = read(tmp_path, "0\n" + ROWS + FOOT)
    assert (found.format, found.hypnogram.epoch_s) == ("vis", 20.0)
    assert found.hypnogram.stages.tolist() == [0, 0, 1, 1, 2, -1, 3, 4, 4, 4]
    title = "Excluded 4-s-FFTs"
    # F is 2 + 4: the second and the third part; _ is all five.
    assert found.events == (Event(84.0, 8.0, title), Event(140.0, 20.0, title))
    assert found.notes == (
        "epochs of which parts are excluded keep their stage: 2",
        "stages 3 and 4 of Rechtschaffen & Kales were taken as N3",
        "movement time was taken as unscored (once)",
    )


def test_sums_that_are_others_are_told(tmp_path):
    found = read(tmp_path, "0\n" + ROWS + FOOT.replace("     2     2     1", "     3     1     1"))
    assert "the sums at its foot are others than those of its epochs" in " ".join(found.notes)


def test_epochs_before_lights_off_are_unscored(tmp_path):
    found = read(tmp_path, "3\n0 0\n2 2 A\n4 e\n")
    assert found.hypnogram.stages.tolist() == [-1, -1, -1, 0, 0, 2, 2]
    assert found.hypnogram.lights_off_s == 60.0
    assert found.events == (Event(100.0, 4.0, "Excluded"),)


def test_a_line_an_epoch_counts_from_1(tmp_path):
    found = read(tmp_path, "0\n1 0\n2 1\n3 2\n4 r\n")
    assert found.hypnogram.stages.tolist() == [0, 1, 2, 4]
    assert "were taken to count from 1" in found.notes[0]


def test_symbols_that_are_no_stages_are_unscored_never_wake(tmp_path):
    found = read(tmp_path, "0\n0 0\n1 a\n2\n3 x\n4 3\n5 e\n")
    assert found.hypnogram.stages.tolist() == [0, -1, -1, -1, 3]
    assert "what is no stage was taken as unscored" in found.notes[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0\n1 0\nhello\n9 e\n", "line 3: 'hello' is not an epoch and its stage"),
        ("0\n1 0\n1 2\n9 e\n", "line 3: epoch 1 stands there twice"),
        ("0\n1 0 many letters\n9 e\n", "line 2: 'many letters' is no letter"),
        ("0\n1 0\n999999 e\n", "more than 10"),
        ("-1\n1 0\n9 e\n", "line 1 is not how many"),
        ("0\n3 e\n5 0\n", "holds no sleep stages"),
    ],
)
def test_what_can_not_be_true_is_said(tmp_path, text, words):
    with pytest.raises(ScoringError, match=words):
        read(tmp_path, text)
