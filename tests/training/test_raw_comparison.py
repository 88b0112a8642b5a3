"""Stagers that say what they are told to, beside each other on made-up recordings."""

from types import SimpleNamespace

import numpy as np
import pytest
from told_stagers import EXPERT, UNSTAGED, told, write_recordings

from sleepscorer.core.consensus import CONSENSUS
from sleepscorer.core.errors import UsageError
from sleepscorer.training.raw_comparison import compare_on_raw


@pytest.fixture
def data(tmp_path):
    return write_recordings(tmp_path)


HALF = {1: [0, 0, 2, 1], 3: [2, 2, 2, 2], 5: [2, 3, 2, 0]}


def compared(data, *stagers, reference="ours"):
    found = compare_on_raw(stagers, data, reference=reference)
    return SimpleNamespace(raw=found, **{one.name: one for one in found.stagers})


def test_all_are_judged_on_the_same_epochs(data):
    gap = {**EXPERT, 3: [2, UNSTAGED, 1, 0]}
    found = compared(data, told("ours", HALF), told("gap", gap))
    for one in found.raw.stagers:
        assert [row.agreement.n_epochs for row in one.rows] == [4, 3, 4, 11]
        assert [row.recording for row in one.rows] == [*found.raw.recordings, "all together"]
        assert {row.channels for row in one.rows} == {"C3-M1", ""}
    assert found.gap.pooled.kappa == 1
    assert found.ours.pooled.accuracy == pytest.approx(7 / 11)


def test_differences_are_paired_by_person_with_students_t(data):
    # Kappa of the first: 4 epochs, W W N2 N2 against W W N2 N1, by hand (.75 - .375) / (1 - .375).
    found = compared(data, told("ours", HALF), told("right", EXPERT))
    kappas = [row.agreement.kappa for row in found.ours.rows[:3]]
    assert kappas[0] == pytest.approx(0.6)
    differences = [1 - kappa for kappa in kappas]
    assert found.right.differences == pytest.approx(differences)
    assert found.right.difference.n_people == 3
    estimate = found.right.difference.estimate
    assert estimate.value == pytest.approx(np.mean(differences))
    # Tables of Student's t: 4.3027 for 2 degrees of freedom and 95 %.
    half_width = 4.3027 * np.std(differences, ddof=1) / np.sqrt(3)
    assert estimate.high - estimate.value == pytest.approx(half_width, rel=1e-4)
    assert estimate.value - estimate.low == pytest.approx(half_width, rel=1e-4)
    assert found.ours.difference is None


def test_a_failure_is_a_row_that_says_so_and_gives_no_pooled_figure(data):
    found = compared(
        data, told("ours", HALF), told("dark", EXPERT, fails_on=("excerpt3", "SC4000E0-PSG_edfm"))
    )
    first, failed, third, pooled = found.dark.rows
    assert (first.agreement.kappa, third.agreement.kappa) == (1, 1)
    assert (failed.agreement, failed.failure) == (None, "it is too dark")
    assert (pooled.agreement, pooled.failure) == (None, "no answer on DREAMS, excerpt 3")
    assert found.dark.pooled is None
    assert found.dark.differences[1] is None
    assert found.dark.difference.n_people == 2
    # The others lose nothing by it.
    assert found.ours.pooled.n_epochs == 12
    wake = found.dark.wake
    assert (wake.n_called, wake.n_staged, wake.n_failed) == (1, 10, 1)


def test_who_stages_nothing_takes_no_epoch_from_the_others(data):
    nothing = {number: [UNSTAGED] * 4 for number in EXPERT}
    found = compared(data, told("ours", HALF), told("nothing", nothing))
    assert found.ours.pooled.n_epochs == 12
    assert found.nothing.rows[0].failure == "it staged no epoch that the expert scored"


def test_the_consensus_is_of_its_members_and_names_those_it_does_without(data):
    # By the geometric mean .8 and .9 for two stages: the surer one is taken.
    found = compared(
        data,
        told("ours", HALF, sure=0.8, in_consensus=True),
        told("sure", EXPERT, sure=0.9, in_consensus=True, fails_on=("excerpt5",)),
        told("outside", HALF, sure=0.99),
    )
    rows = found.consensus.rows
    assert [one.name for one in found.raw.stagers] == ["ours", "sure", "outside", CONSENSUS]
    assert found.consensus.title == "consensus of Ours, Sure"
    assert [row.agreement is None for row in rows] == [False, False, True, True]
    assert rows[2].failure == "fewer than two of its stagers answered"
    assert (rows[0].agreement.kappa, rows[1].agreement.kappa) == (1, 1)
    three = compared(
        data,
        told("ours", HALF, in_consensus=True),
        told("sure", EXPERT, sure=0.9, in_consensus=True),
        told("dark", HALF, in_consensus=True, fails_on=("excerpt5",)),
    )
    assert three.consensus.rows[2].failure == "without dark"
    assert three.consensus.rows[2].agreement.kappa == 1
    assert three.consensus.pooled.n_epochs == 12
    alone = compared(data, told("ours", HALF, in_consensus=True))
    assert [one.name for one in alone.raw.stagers] == ["ours"]


def test_wake_is_counted_on_central_eeg_and_sleep_on_recordings_of_wake(data):
    found = compared(data, told("ours", HALF), told("right", EXPERT))
    assert found.ours.wake_found == (3, 4)
    assert found.right.wake_found == (4, 4)
    assert (found.ours.wake.n_called, found.ours.wake.n_staged) == (2, 20)
    assert found.ours.wake.cpu_seconds_a_night > 0


def test_the_calibration_error_is_that_of_the_probability(data):
    found = compared(data, told("ours", HALF, sure=0.9), told("right", EXPERT, sure=0.9))
    # 8 of 12 right and all, at .9.
    assert found.ours.calibration_error == pytest.approx(0.9 - 8 / 12, abs=1e-6)
    assert found.right.calibration_error == pytest.approx(0.1, abs=1e-6)


def test_two_of_one_name_are_refused(data):
    for name in ("ours", CONSENSUS):
        with pytest.raises(UsageError, match="can't be told apart"):
            compared(data, told("ours", HALF), told(name, HALF))


def test_without_recordings_nothing_is_claimed(tmp_path):
    found = compared(tmp_path, told("ours", HALF), told("right", EXPERT))
    assert found.raw.recordings == ()
    assert found.ours.rows == ()
    assert (found.ours.pooled, found.ours.calibration_error) == (None, None)
    assert found.ours.wake.cpu_seconds_a_night is None
