"""What is said of a doubtful night follows its review."""

import numpy as np
import pytest

from sleepscorer.core.doubtful import doubtful_epochs
from sleepscorer.core.machine_answer import MachineAnswer
from sleepscorer.core.stages import STAGES


def found(confidence, reviewed=(), *, is_measured=True):
    is_reviewed = np.zeros(len(confidence), bool)
    is_reviewed[list(reviewed)] = True
    given = np.array(confidence, np.float32)
    answer = MachineAnswer(STAGES, np.empty((len(given), 5), np.float32), given, is_measured)
    return doubtful_epochs(answer, is_reviewed)


@pytest.mark.parametrize(
    ("confidence", "share", "is_warned"),
    [
        ([0.69] * 2 + [0.7] * 8, 0.2, True),
        ([0.69] * 1 + [0.7] * 9, 0.1, False),
        # Of the staged epochs alone.
        ([0.5] + [0.9] * 4 + [np.nan] * 5, 0.2, True),
        ([0.5] + [0.9] * 5 + [np.nan] * 4, 1 / 6, False),
        ([np.nan] * 10, None, False),
    ],
)
def test_a_night_is_doubtful_from_a_fifth_of_its_epochs(confidence, share, is_warned):
    doubtful = found(confidence)
    assert doubtful.share == share
    assert bool(doubtful.warning) is is_warned
    assert doubtful.note == ""


def test_the_warning_counts_what_is_still_to_be_reviewed():
    night = [0.3, 0.4, 0.5, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9]
    said = "30 % of the staged epochs are doubtful (the machine is less than 70 % sure): "
    assert found(night).warning == f"{said}review this night with care"
    # What the machine was sure of was reviewed too; that settles no doubt.
    assert found(night, [8, 9]).warning == f"{said}review this night with care"
    some = found(night, [0, 9])
    assert some.warning == f"{said}a person reviewed 1 of these 3; review the other 2 with care"
    assert some.note == ""


def test_once_all_doubtful_epochs_were_reviewed_it_is_a_note_and_no_warning():
    doubtful = found([0.3, 0.4, 0.5, 0.9, 0.9], [0, 1, 2])
    assert doubtful.warning == ""
    assert doubtful.note == (
        "60 % of the staged epochs are doubtful (the machine is less than 70 % sure):"
        " a person reviewed all 3."
    )


def test_of_a_night_that_is_not_doubtful_as_a_whole_nothing_is_said():
    doubtful = found([0.3] + [0.9] * 9, [0])
    assert (doubtful.warning, doubtful.note, doubtful.n_open) == ("", "", 0)


def test_of_a_probability_that_nobody_measured_no_one_is_said_to_be_sure():
    said = found([0.3] * 10, is_measured=False).warning
    assert "(the machine gives their stage a probability under 70 %)" in said
    assert "sure" not in said
