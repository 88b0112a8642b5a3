"""A staging read in three stages, smoothed, and where it is equivocal."""

from dataclasses import replace

import numpy as np
import pytest

from sleepscorer.core.machine_answer import in_three, machine_answer, smoothed_sentence
from sleepscorer.core.stages import THREE_STAGES, Stage
from sleepscorer.core.staging_result import Staging, StagingProvenance

PROVENANCE = StagingProvenance("w", "0", (), (), (), "cpu", "test", "2024-01-01T00:00:00Z")
_CODES = {"W": 0, "1": 1, "2": 2, "3": 3, "R": 4, "?": -1, "N": 5}


def staging(text, doubtful=None):
    """Epochs by their letters at 0.9; ``doubtful``: epoch to (second stage, its probability)."""
    rows = np.full((len(text), 5), 0.025, np.float32)
    for epoch, letter in enumerate(text):
        if letter == "?":
            rows[epoch] = np.nan
        elif epoch in (doubtful or {}):
            second, probability = doubtful[epoch]
            rows[epoch] = 0
            rows[epoch, _CODES[letter]] = 1 - probability
            rows[epoch, _CODES[second]] = probability
        else:
            rows[epoch, _CODES[letter]] = 0.9
    return Staging(rows, PROVENANCE)


def letters(stages):
    names = {code: letter for letter, code in _CODES.items()}
    return "".join(names[stage] for stage in stages.tolist())


def smoothed(text, doubtful=None):
    return letters(machine_answer(staging(text, doubtful)).smoothed)


CLOSE = ("2", 0.45)


def test_a_single_equivocal_epoch_takes_the_stage_around_it():
    assert smoothed("W221222", {3: CLOSE}) == "W222222"
    assert smoothed("22R22", {2: CLOSE}) == "22222"
    assert smoothed("221223RR2RR", {2: CLOSE, 8: ("R", 0.43)}) == "222223RRRRR"


@pytest.mark.parametrize(
    ("apart", "becomes"),
    [
        (0.15, "22222"),
        (0.15 + 7e-7, "22222"),  # what float32 can't tell from 0.15
        (0.15 + 1.4e-6, "22122"),
        (0.15 - 1e-5, "22222"),
    ],
)
def test_the_doubt_that_smoothing_heeds_is_15_hundredths_and_no_more(apart, becomes):
    rows = staging("22122").probabilities.copy()
    rows[2] = 0
    rows[2, [1, 2]] = 0.5 + apart / 2, 0.5 - apart / 2
    assert letters(machine_answer(Staging(rows, PROVENANCE)).smoothed) == becomes


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [
        ("22122", {}),  # the machine is sure
        ("22122", {2: ("2", 0.42)}),  # 0.58 against 0.42
        ("22122", {2: ("R", 0.45)}),  # torn towards another stage
        ("22W22", {2: CLOSE}),  # an awakening counts in the report
        ("WW1WW", {2: ("W", 0.45)}),
        ("221122", {2: CLOSE, 3: CLOSE}),  # two epochs
        ("22133", {2: CLOSE}),  # a transition
        ("R2122", {2: CLOSE}),  # the stretch before is one epoch
        ("2R122", {2: CLOSE}),
        ("221R2", {2: CLOSE}),
        ("2212?", {2: CLOSE}),
        ("?2122", {2: CLOSE}),
        ("22?22", {}),
        ("212", {1: CLOSE}),
        ("", {}),
    ],
)
def test_nothing_else_changes(text, doubtful):
    assert smoothed(text, doubtful) == text


def test_stages_that_alternate_do_not_change_places():
    doubtful = {epoch: CLOSE if epoch % 2 else ("1", 0.45) for epoch in range(7)}
    assert smoothed("2121212", doubtful) == "2121212"


def test_smoothing_leaves_the_staging_as_it_is():
    given = staging("22122", {2: CLOSE})
    before = given.probabilities.copy()
    assert letters(machine_answer(given).smoothed) == "22222"
    assert letters(given.stages) == "22122"
    np.testing.assert_array_equal(given.probabilities, before)


def test_three_stages_by_sums_where_there_is_no_hierarchy():
    rows = np.array([[0.3, 0.25, 0.2, 0.15, 0.1], [0.5, 0, 0, 0, 0.5], [np.nan] * 5], np.float32)
    given = Staging(rows, PROVENANCE)
    np.testing.assert_allclose(given.summed[:2], [[0.3, 0.6, 0.1], [0.5, 0, 0.5]], atol=1e-6)
    answer = machine_answer(given, THREE_STAGES)
    assert answer.stage_set == (Stage.W, Stage.NREM, Stage.R)
    assert letters(answer.stages) == "NW?"
    np.testing.assert_allclose(answer.confidence, [0.6, 0.5, np.nan], atol=1e-6)
    assert letters(given.stages) == "WW?"


def test_three_stages_by_the_hierarchy_where_there_is_one():
    hierarchy = np.array([[0.1, 0.2, 0.7], [0.2, 0.7, 0.1]], np.float32)
    given = replace(staging("2W"), hierarchy=hierarchy)
    answer = machine_answer(given, THREE_STAGES)
    assert letters(answer.stages) == "RN"
    assert answer.ranked(0) == (
        (Stage.R, pytest.approx(0.7)),
        (Stage.NREM, pytest.approx(0.2)),
        (Stage.W, pytest.approx(0.1)),
    )


def test_three_stages_are_smoothed_by_the_same_rule():
    hierarchy = np.array([[0.1, 0.8, 0.1]] * 5, np.float32)
    hierarchy[2] = [0, 0.46, 0.54]
    answer = machine_answer(replace(staging("22222"), hierarchy=hierarchy), THREE_STAGES)
    assert letters(answer.stages) == "NNRNN"
    assert letters(answer.smoothed) == "NNNNN"


def test_equivocal_where_two_stages_are_within_15_hundredths():
    rows = np.array(
        [[0.5, 0.35, 0.15, 0, 0], [0.52, 0.36, 0.12, 0, 0], [0.1, 0, 0, 0, 0.9], [np.nan] * 5],
        np.float32,
    )
    given = Staging(rows, PROVENANCE)
    assert given.equivocal.tolist() == [True, False, False, False]
    answer = machine_answer(given)
    assert [answer.equivocal_text(epoch) for epoch in range(4)] == ["W/N1 equivocal", "", "", ""]
    assert answer.ranked(3) == ()


def test_what_is_equivocal_among_five_may_be_clear_among_three():
    given = staging("1", {0: CLOSE})
    assert given.equivocal.tolist() == [True]
    assert machine_answer(given, THREE_STAGES).equivocal.tolist() == [False]


def test_five_stages_told_as_three():
    stages = np.array([0, 1, 2, 3, 4, -1], np.int8)
    assert letters(in_three(stages)) == "WNNNR?"


def test_smoothed_is_told_with_how_many_epochs_that_changed():
    answer = machine_answer(staging("2212211", {2: CLOSE}))
    assert "1 of 7 epochs differ" in smoothed_sentence(answer)
    assert "0 of 3 epochs differ" in smoothed_sentence(machine_answer(staging("22W")))
