from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from planted_candidates import CALM, CONSENSUS, KEEN, planted_nights

from sleepscorer import __version__
from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.validation.candidates import Candidate, Montage, NotJudged
from sleepscorer.validation.judging import judged

FRONTAL = Montage("F4-M1", ChannelChoice(eeg=("F4-M1",), eog=("none",)))
KEEN_FRONTAL = Candidate(KEEN.stagers, FRONTAL)
GAPS = {KEEN_FRONTAL: 0.0, CALM: -0.1, KEEN: 0.2, CONSENSUS: 0.0}


@pytest.fixture(scope="module")
def nights():
    return tuple(planted_nights(GAPS, seed=3, n_nights=7, n_epochs=400))


def judge(nights, **more):
    return judged(Path("nights"), nights, (), stagers=(("keen", "keen (Keen 1.0)"),), **more)


def without(night, candidate, why="it broke"):
    answers = {one: answer for one, answer in night.answers.items() if one != candidate}
    return replace(night, answers=answers, failures={candidate: why})


def test_the_whole_of_a_validation(nights):
    other = NotJudged("notes.edf", "It holds no scoring.")
    stagers = (("keen", "keen (Keen 1.0)"),)
    found = judged(Path("nights"), list(nights), [other], stagers=stagers, notes=["One note."])
    assert found.folder == Path("nights")
    assert found.software == f"sleepscorer {__version__}"
    assert datetime.fromisoformat(found.created_utc).utcoffset().total_seconds() == 0
    assert (found.stagers, found.not_judged, found.notes) == (stagers, (other,), ("One note.",))
    assert found.nights == nights
    assert found.rule.startswith("7 nights of 7 people count")
    assert found.verdict.choice == KEEN
    assert found.ceiling is None
    assert found.calibration.measured_on.startswith("7 nights of 7 people of this site, ")


def test_figures_come_baseline_first_and_other_channels_last(nights):
    found = judge(nights).figures
    assert [one.candidate for one in found] == [CONSENSUS, CALM, KEEN, KEEN_FRONTAL]
    assert [one.compared_with for one in found] == [None, CONSENSUS, CONSENSUS, KEEN]
    assert found[0].difference is None
    assert found[2].difference.value == pytest.approx(0.2, abs=0.05)
    assert found[3].difference.value == pytest.approx(-0.2, abs=0.05)


def test_nights_that_are_left_out_count_for_nothing(nights):
    drafted = [replace(one, left_out="keen drafted it.") for one in nights[:2]]
    # They would have kept the consensus, and are of another scorer too.
    wronged = [
        replace(
            one,
            answers=one.answers | {KEEN: one.answers[CALM]},
            second_reference=one.reference,
        )
        for one in drafted
    ]
    found, expected = judge([*wronged, *nights[2:]]), judge(nights[2:])
    assert [one.left_out for one in found.nights[:3]] == ["keen drafted it."] * 2 + [""]
    assert found.figures == expected.figures
    assert found.verdict == expected.verdict
    assert found.calibration == expected.calibration
    assert found.ceiling is None
    assert found.rule == expected.rule
    assert found.rule.startswith("5 nights of 5 people")


def test_without_a_night_that_counts_there_is_no_verdict(nights):
    found = judge([replace(one, left_out="drafted") for one in nights])
    assert (found.figures, found.verdict, found.calibration, found.ceiling) == (
        (),
        None,
        None,
        None,
    )
    assert found.rule.startswith("0 nights of 0 people")
    assert len(found.nights) == 7
    assert judge(()).verdict is None


def test_a_night_that_nobody_scored_is_left_out_and_says_so(nights):
    empty = replace(nights[0], reference=np.full(400, -1, np.int8))
    found = judge([empty, *nights[1:]])
    assert found.nights[0].left_out == "Nobody scored an epoch of it."
    assert found.figures[0].n_nights == 6


def test_channels_that_failed_on_a_night_of_their_stager_are_named_and_left_out(nights):
    found = judge([without(nights[0], KEEN_FRONTAL), *nights[1:]])
    assert KEEN_FRONTAL not in [one.candidate for one in found.figures]
    assert found.notes == (
        "keen, F4-M1 is not compared: it gave no answer for 1 of 7 nights that its stager staged"
        " by the channels that the program chooses.",
    )
    # Where the stager itself gave none, nothing more is asked of other channels.
    both_failed = without(without(nights[0], KEEN), KEEN_FRONTAL)
    found = judge([both_failed, *nights[1:]])
    assert KEEN_FRONTAL in [one.candidate for one in found.figures]
    assert not found.notes


def test_a_stager_that_never_answered_is_named(nights):
    found = judge([without(one, CALM) for one in nights])
    assert CALM not in [one.candidate for one in found.figures]
    assert found.notes == ("calm has no figures: it staged none of the nights that count.",)
    assert found.verdict.choice == KEEN
    # The interval is not widened for who was never compared.
    assert "95 % interval" in found.verdict.sentences[0]


def test_second_scorings_tell_how_far_people_agree(nights):
    seconds = [replace(one, second_reference=one.reference) for one in nights[:2]]
    found = judge([*seconds, *nights[2:]]).ceiling
    assert (found.n_nights, found.n_people, found.n_epochs) == (2, 2, 800)
    assert (found.accuracy.value, found.kappa.value) == pytest.approx((1, 1))


def test_one_person_is_judged_without_intervals(nights):
    found = judge([replace(one, person="one") for one in nights])
    assert found.figures[0].kappa.value is not None
    assert found.figures[0].kappa.low is None
    assert (found.verdict.choice, found.verdict.is_decisive) == (CONSENSUS, False)
    assert found.calibration.temperature == 1
