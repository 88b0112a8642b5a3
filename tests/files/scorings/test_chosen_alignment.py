"""Scorings whose epochs are not those of the recording, aligned by choice."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from sleepscorer.core.errors import AlignmentNeeded, EpochLengthNeeded, ScoringError
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.recording import Recording
from sleepscorer.files.scorings import Alignment, fitted, read_scoring

START = datetime(2024, 3, 1, 22, 30)
RECORDING = Recording("night.edf", "EDF", START, 155.0, signals=())
W, N1, N2, N3, R, UNSCORED = 0, 1, 2, 3, 4, -1


def scoring(stages, epoch_s=30.0, offset_s=0.0, **more):
    start = START + timedelta(seconds=offset_s)
    return Scoring(Hypnogram(np.array(stages), epoch_s), start, **more)


def fit(theirs, *choice):
    found = fitted(theirs, RECORDING, Alignment(*choice) if choice else None)
    assert found.start == START
    assert found.hypnogram.epoch_s == 30.0
    return found


def stages_of(found):
    return found.hypnogram.stages.tolist()


def test_seconds_of_whole_epochs_are_fitted_without_a_choice():
    found = fit(scoring(np.repeat([W, N1, N2, R], 30), 1.0, 30.0))
    assert stages_of(found) == [UNSCORED, W, N1, N2, R]
    assert found.notes == (
        "its epochs of 1 s were told to epochs of 30 s, each of one stage",
        "the scoring covers epochs 2 to 5 of 5",
    )


def test_what_fills_no_epoch_at_the_ends_is_left_out_and_told():
    found = fit(scoring([W] * 10 + [N2] * 30 + [R] * 19, 1.0, 20.0))
    assert stages_of(found) == [UNSCORED, N2, UNSCORED, UNSCORED, UNSCORED]
    assert "its first 10 s fill no epoch and were left out" in found.notes
    assert "its last 19 s fill no epoch and were left out" in found.notes


def test_a_shifted_grid_needs_a_choice():
    theirs = scoring(
        [W, N1, N2, R], offset_s=37.0, events=(Event(5.0, 3.0, "Hypopnea"),),
        probabilities=np.eye(5)[[0, 1, 2, 4]],
    )  # fmt: skip
    with pytest.raises(AlignmentNeeded, match="starts 37 s after the recording, not a whole") as at:
        fit(theirs)
    assert (at.value.offset_s, at.value.epoch_s) == (37.0, 30.0)
    assert at.value.choices == ("nearest", "majority")
    nearest = fit(theirs, None, "nearest")
    assert stages_of(nearest) == [UNSCORED, W, N1, N2, R]
    assert nearest.events == (Event(42.0, 3.0, "Hypopnea"),)
    assert nearest.notes[0].startswith("its epochs start +7 s from those of the recording")
    assert nearest.probabilities[2].tolist() == [0, 1, 0, 0, 0]
    majority = fit(theirs, None, "majority")
    assert stages_of(majority) == [UNSCORED, W, N1, N2, R]
    assert "were told to those of the recording" in majority.notes[0]
    assert np.allclose(majority.probabilities[2], [7 / 30, 23 / 30, 0, 0, 0])
    assert np.isnan(majority.probabilities[0]).all()


def test_half_an_epoch_later_the_first_of_two_equal_parts_is_taken():
    found = fit(scoring([W, N1, N2], offset_s=15.0), None, "majority")
    assert stages_of(found) == [W, W, N1, N2, UNSCORED]
    assert "of equal parts the first was taken: 2" in found.notes[0]


def test_epochs_of_20_s_need_the_majority():
    theirs = scoring([W, W, W, N1, N1, R], 20.0)
    with pytest.raises(AlignmentNeeded, match="its epochs last 20 s, not 30 s") as raised:
        fit(theirs)
    assert raised.value.choices == ("majority",)
    with pytest.raises(AlignmentNeeded):
        fit(theirs, None, "nearest")
    assert stages_of(fit(theirs, None, "majority")) == [W, W, N1, R, UNSCORED]


def test_seconds_of_shifted_epochs_can_be_moved_as_a_whole():
    theirs = scoring(np.repeat([W, N1, N2], 30), 1.0, -8.0)
    with pytest.raises(AlignmentNeeded) as raised:
        fit(theirs)
    assert raised.value.choices == ("nearest", "majority")
    found = fit(theirs, None, "nearest")
    assert stages_of(found) == [W, N1, N2, UNSCORED, UNSCORED]
    assert found.notes[:2] == (
        "its epochs of 1 s were told to epochs of 30 s, each of one stage",
        "its epochs start -8 s from those of the recording and were moved to the nearest; marks"
        " and events kept their time",
    )


def test_where_it_starts_may_be_said():
    theirs = Scoring(Hypnogram([W, N1, N2], 30.0, 10.0, 80.0))
    found = fit(theirs, 60.0)
    assert stages_of(found) == [UNSCORED, UNSCORED, W, N1, N2]
    assert (found.hypnogram.lights_off_s, found.hypnogram.lights_on_s) == (70.0, 140.0)
    assert found.notes[0] == "as was said, the scoring was placed 60 s after the recording"
    assert stages_of(fit(scoring([W, N1, N2], offset_s=7.0), -30.0)) == [N1, N2] + [UNSCORED] * 3
    with pytest.raises(AlignmentNeeded):
        fit(theirs, 40.0)
    assert stages_of(fit(theirs, 40.0, "nearest"))[1] == W


@pytest.mark.parametrize("epochs", ["exact", "nearest", "majority"])
def test_what_coincides_is_the_same_by_every_choice(epochs):
    theirs = scoring([W, N1, UNSCORED, N2], offset_s=30.4)
    assert stages_of(fit(theirs, None, epochs)) == [UNSCORED, W, N1, UNSCORED, N2]


@pytest.mark.parametrize("offset_s", [200.0, -200.0, 1e300, -1e300])
@pytest.mark.parametrize("epochs", ["exact", "nearest", "majority"])
@pytest.mark.parametrize("epoch_s", [30.0, 20.0])
def test_what_lies_elsewhere_has_no_epoch_in_common(offset_s, epochs, epoch_s):
    with pytest.raises(ScoringError, match="no epoch in common"):
        fit(scoring([W, N1], epoch_s), offset_s, epochs)


def test_a_list_of_far_more_stages_than_epochs_is_asked_how_long_each_lasts(tmp_path):
    path = tmp_path / "night.txt"
    path.write_text("W\n" * 6 + "N2\n" * 4)
    with pytest.raises(EpochLengthNeeded, match=r"lists 10 stages .* recording has 5 epochs of 30"):
        fitted(read_scoring(path), RECORDING)
    found = fitted(read_scoring(path, epoch_s=15.0), RECORDING)
    assert stages_of(found) == [W, W, W, N2, N2]
    as_said = fitted(read_scoring(path, epoch_s=30.0), RECORDING)
    assert stages_of(as_said) == [W] * 5
    path.write_text("W\n" * 6)
    assert stages_of(fitted(read_scoring(path), RECORDING)) == [W] * 5
