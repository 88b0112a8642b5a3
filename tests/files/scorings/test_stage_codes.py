"""Numbers for stages: asked for, never guessed."""

import pytest

from sleepscorer.core.errors import CodesNeeded, ScoringError, UsageError
from sleepscorer.core.hypnogram import LabelCount
from sleepscorer.core.stages import Stage
from sleepscorer.files.scorings import read_scoring
from sleepscorer.files.scorings.stage_codes import STAGE_CODES, codes_named


def night(tmp_path, text):
    path = tmp_path / "scored.txt"
    path.write_text(text)
    return path


def test_numbers_are_counted_and_asked_for(tmp_path):
    with pytest.raises(CodesNeeded) as raised:
        read_scoring(night(tmp_path, "0\n0\n1\n5\n"))
    assert raised.value.counts == (("0", 2), ("1", 1), ("5", 1))
    assert raised.value.fitting == ("rk", "ucddb")


@pytest.mark.parametrize(
    ("name", "stages"),
    [
        ("aasm", [0, 1, 2, 3, 4]),
        ("rk", [0, 1, 2, 3, 3]),
        ("ucddb", [0, 4, 1, 2, 3]),
        ("physip", [3, 2, 1, 4, 0]),
        ("0=W, 1=R, 2=N1,3=N2,4=?", [0, 4, 1, 2, -1]),
    ],
)
def test_a_code_says_what_the_numbers_are(tmp_path, name, stages):
    found = read_scoring(night(tmp_path, "0\n1\n2\n3\n4\n"), codes=codes_named(name))
    assert found.hypnogram.stages.tolist() == stages


def test_what_was_taken_as_what_is_told(tmp_path):
    found = read_scoring(night(tmp_path, "0\n4\n4\n8\n"), codes=codes_named("rk"))
    assert found.format == "lines"
    assert found.labels == (
        LabelCount("4", Stage.N3, 2),
        LabelCount("0", Stage.W, 1),
        LabelCount("8", Stage.UNSCORED, 1),
    )
    assert found.notes == (
        "the file does not say how long its epochs are: 30 s were taken",
        "stages 3 and 4 of Rechtschaffen & Kales were taken as N3",
        "movement time was taken as unscored (once)",
    )


def test_a_number_that_the_code_lacks_is_named(tmp_path):
    with pytest.raises(ScoringError, match="line 2: 7 is no stage of the code aasm"):
        read_scoring(night(tmp_path, "0\n7\n"), codes=codes_named("aasm"))


@pytest.mark.parametrize("text", ["yasa!", "0=W,0=N1", "0=X", "=W", ""])
def test_what_spells_no_code_is_refused(text):
    with pytest.raises(UsageError):
        codes_named(text)


def test_no_code_takes_unscored_or_movement_for_a_stage():
    for codes in STAGE_CODES:
        assert {label.stage for label in codes.labels.values()} >= {0, 1, 2, 3, 4}
        assert all(label.stage == -1 for n, label in codes.labels.items() if n < 0)


def test_a_table_of_numbers_is_asked_for_as_well(tmp_path):
    path = night(tmp_path, "epoch,stage\n1,0\n2,4\n")
    with pytest.raises(CodesNeeded):
        read_scoring(path)
    found = read_scoring(path, codes=codes_named("aasm"))
    assert found.hypnogram.stages.tolist() == [0, 4]


def test_a_format_may_be_named_and_must_exist(tmp_path):
    path = night(tmp_path, "W\nR\n")
    assert read_scoring(path, form="lines").hypnogram.n_epochs == 2
    with pytest.raises(UsageError, match="there are edf, nsrr"):
        read_scoring(path, form="guess")
