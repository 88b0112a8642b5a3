"""Hypnograms of DREAMS: a number for every 5 s, of a code of their own."""

import numpy as np
import pytest

from sleepscorer.core.errors import ScoringError
from sleepscorer.files.scorings import in_epochs, read_scoring


def read(tmp_path, text):
    path = tmp_path / "HypnogramR&K_subject1.txt"
    path.write_text(text)
    return read_scoring(path)


def test_every_number_of_the_code(tmp_path):
    found = read(tmp_path, "[hypnogram]\r\n5\n4\n3\n2\n1\n0\n-1\n-2\n\n")
    assert (found.format, found.hypnogram.epoch_s) == ("dreams", 5.0)
    assert found.hypnogram.stages.tolist() == [0, 4, 1, 2, 3, 3, -1, -1]
    assert found.notes == (
        "stages 3 and 4 of Rechtschaffen & Kales were taken as N3",
        "movement time was taken as unscored (once)",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [("[hypnogram]\n", "holds no sleep stages"), ("[hypnogram]\n5\n7\n", "line 3: 7 is no stage")],
)
def test_what_is_none_is_said(tmp_path, text, said):
    with pytest.raises(ScoringError, match=said):
        read(tmp_path, text)


@pytest.mark.data
@pytest.mark.parametrize("number", [1, 3, 5])
def test_real_excerpts_are_told_to_epochs_as_others_told_them(real_data, number):
    folder = real_data / "dreams"
    found = in_epochs(read_scoring(folder / f"Hypnogram_excerpt{number}.txt"), epochs="majority")
    theirs = np.load(folder / f"dreams_sp{number}.npz")
    pure = theirs["purity"] == 1
    np.testing.assert_array_equal(found.hypnogram.stages[pure], theirs["y"][pure])
