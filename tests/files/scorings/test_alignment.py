"""Epochs of one length told to epochs of another, without a recording."""

import numpy as np
import pytest

from sleepscorer.core.errors import AlignmentNeeded, ScoringError, UsageError
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.stages import THREE_STAGES, Stage
from sleepscorer.files.scorings import Alignment, in_epochs

W, N1, N2, N3, R, UNSCORED = 0, 1, 2, 3, 4, -1


def scoring(stages, epoch_s, **more):
    return Scoring(Hypnogram(np.array(stages), epoch_s), **more)


def stages_of(found):
    return found.hypnogram.stages.tolist()


@pytest.mark.parametrize(
    ("stages", "epoch_s", "expected"),
    [
        ([W] * 30 + [N2] * 30 + [UNSCORED] * 30, 1.0, [W, N2, UNSCORED]),
        ([W, W, W, R, R, R], 10.0, [W, R]),
        ([W, W, N1, N1], 15.0, [W, N1]),
        ([W, R], 60.0, [W, W, R, R]),
        ([W, W, W], 20.0, [W, W]),
        ([N2] * 300, 0.1, [N2]),
    ],
)
def test_epochs_of_one_stage_are_exact_and_need_no_choice(stages, epoch_s, expected):
    found = in_epochs(scoring(stages, epoch_s))
    assert stages_of(found) == expected
    assert found.hypnogram.epoch_s == 30.0
    assert found.notes == (
        f"its epochs of {epoch_s:g} s were told to epochs of 30 s, each of one stage",
    )


def test_epochs_of_several_stages_need_a_choice():
    mixed = scoring([W, N1, N1, N2, N2, N2], 20.0)
    with pytest.raises(AlignmentNeeded, match="1 of 4 epochs would hold several stages") as raised:
        in_epochs(mixed)
    assert (raised.value.epoch_s, raised.value.choices) == (20.0, ("majority",))
    found = in_epochs(mixed, epochs="majority")
    assert stages_of(found) == [W, N1, N2, N2]
    assert found.notes[0].endswith(
        "epochs that hold several stages have that of the greatest part: 1"
    )


def test_the_greatest_part_of_what_is_scored_decides_from_half_an_epoch_on():
    parts = [
        *[W] * 14, *[R] * 16,  # the greater part
        *[N1] * 15, *[W] * 15,  # a tie: the first
        *[R] * 10, *[N2] * 10, *[R] * 1, *[N3] * 9,  # the greatest of three, in pieces
        *[N2] * 15, *[UNSCORED] * 15,  # half of it
        *[W] * 14, *[UNSCORED] * 16,  # less than half of it
        *[UNSCORED] * 30,
    ]  # fmt: skip
    found = in_epochs(scoring(parts, 1.0), epochs="majority")
    assert stages_of(found) == [R, N1, R, N2, UNSCORED, UNSCORED]
    assert found.notes == (
        "its epochs of 1 s were told to epochs of 30 s: epochs that hold several stages have that"
        " of the greatest part: 4, of equal parts the first was taken: 1, left unscored, less than"
        " half of them being scored: 1",
    )


def test_events_marks_and_probabilities_follow():
    rows = np.array([[1.0, 0, 0, 0, 0], [0, 1.0, 0, 0, 0], [np.nan] * 5] * 2 + [[0, 0, 1.0, 0, 0]])
    theirs = Scoring(
        Hypnogram([W, W, W, W, W, W, N2], 10.0, 5.0, 70.0),
        events=(Event(12.5, 3.0, "EEG arousal"), Event(65.0, 3.0, "EEG arousal")),
        probabilities=rows,
    )
    found = in_epochs(theirs)
    assert stages_of(found) == [W, W]
    assert (found.hypnogram.lights_off_s, found.hypnogram.lights_on_s) == (5.0, 60.0)
    assert found.events == (Event(12.5, 3.0, "EEG arousal"),)
    assert found.probabilities.tolist() == [[0.5, 0.5, 0, 0, 0]] * 2
    assert found.notes[-1] == "the last 10 s fill no epoch of 30 s and were left out"


def test_the_length_may_be_another_and_must_be_one():
    same = scoring([W, N2], 30.0)
    assert in_epochs(same) is same
    assert stages_of(in_epochs(same, 10.0)) == [W] * 3 + [N2] * 3
    with pytest.raises(UsageError, match=r"epochs last 0\.5 to 600 s, not nan s"):
        in_epochs(same, float("nan"))
    with pytest.raises(UsageError, match="no way to change"):
        in_epochs(same, 10.0, epochs="nearest")
    with pytest.raises(ScoringError, match="less than one epoch of 120 s"):
        in_epochs(same, 120.0)


def test_three_stages_stay_three():
    three = Scoring(Hypnogram([W, Stage.NREM, Stage.NREM], 10.0, stage_set=THREE_STAGES))
    found = in_epochs(three, epochs="majority")
    assert stages_of(found) == [Stage.NREM]
    assert found.hypnogram.stage_set == THREE_STAGES


def test_an_alignment_is_one_of_three():
    for epochs, offset_s in (("best", None), ("exact", float("inf"))):
        with pytest.raises(UsageError):
            Alignment(offset_s, epochs)
