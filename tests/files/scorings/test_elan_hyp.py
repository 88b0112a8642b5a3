"""Elan's hypnograms."""

import pytest

from sleepscorer.core.errors import ScoringError
from sleepscorer.files.scorings import in_epochs, read_scoring


def read(tmp_path, codes, *, head="time_base 1.000000\nsampling_period 0.001\n", n=None, end="\n"):
    path = tmp_path / "night.hyp"
    lines = [f"epoch_nb {len(codes) if n is None else n}", "epoch_list", *map(str, codes)]
    path.write_text(head + end.join(lines) + end)
    return read_scoring(path)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_format_fixes_the_code_and_the_length(tmp_path, end):
    found = read(tmp_path, [0, 1, 2, 3, 4, 5, -1, -2], end=end)
    assert (found.format, found.hypnogram.epoch_s) == ("elan", 1.0)
    assert found.hypnogram.stages.tolist() == [0, 1, 2, 3, 3, 4, -1, -1]
    assert found.notes == ("stages 3 and 4 of Rechtschaffen & Kales were taken as N3",)


def test_more_or_fewer_codes_than_the_head_says_are_told(tmp_path):
    more = read(tmp_path, [0, 5, 5], n=2)
    assert more.hypnogram.n_epochs == 3
    assert more.notes == ("the head says 2 epochs and 3 follow: all were kept",)
    fewer = read(tmp_path, [0, 5, 5], n=4)
    assert fewer.notes == ("the head says 4 epochs and 3 follow: the file may have been cut",)


def test_seconds_fold_to_epochs_of_30_s(tmp_path):
    folded = in_epochs(read(tmp_path, [0] * 30 + [5] * 30))
    assert folded.hypnogram.stages.tolist() == [0, 4]


@pytest.mark.parametrize(
    ("head", "codes", "words"),
    [
        ("time_base 0\n", [0], "time_base is '0'"),
        ("time_base 1e308\n", [0], "time_base is '1e308'"),
        ("time_base\n", [0], "time_base is ''"),
        ("time_base 1.0\n", [0, 12], "line 5: 12 is no stage"),
        ("time_base 1.0\n", [0, "", 2], "no stage"),
        ("time_base 1.0\n", [], "holds no sleep stages"),
        ("time_base 30\n", [0] * 30_000, "more than 10"),
    ],
)
def test_what_can_not_be_true_is_said(tmp_path, head, codes, words):
    with pytest.raises(ScoringError, match=words):
        read(tmp_path, codes, head=head)
