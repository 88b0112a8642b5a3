"""Simulated nights are plausible: bounds from Ohayon 2004 and from Sleep-EDF's 153 nights."""

import numpy as np
import pytest

from sleepscorer.core.stages import Stage
from sleepscorer.simulation.hypnogram import simulate_hypnogram

SEEDS = range(50)
N_EPOCHS = 960


def bouts(stages):
    """First epochs and lengths of the runs of one stage."""
    starts = np.concatenate([[0], np.flatnonzero(np.diff(stages)) + 1])
    return stages[starts], np.diff(np.concatenate([starts, [stages.size]]))


def rem_periods(stages):
    """REM periods, those under 15 min apart merged."""
    epochs = np.flatnonzero(stages == Stage.R)
    return 1 + int((np.diff(epochs) > 30).sum())


@pytest.fixture(scope="module")
def nights():
    return [simulate_hypnogram(n_epochs=N_EPOCHS, seed=seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def slept(nights):
    """Stages from the first to the last epoch of sleep."""
    cut = []
    for night in nights:
        sleep = np.flatnonzero(night.stages > 0)
        cut.append(night.stages[sleep[0] : sleep[-1] + 1])
    return cut


def test_the_same_seed_gives_the_same_night():
    first, again = (simulate_hypnogram(n_epochs=N_EPOCHS, seed=7) for _ in range(2))
    assert np.array_equal(first.stages, again.stages)
    assert (first.lights_off_s, first.lights_on_s) == (again.lights_off_s, again.lights_on_s)


def test_seeds_differ(nights):
    assert len({night.stages.tobytes() for night in nights}) == len(nights)


def test_wake_fills_the_time_with_lights_on(nights):
    for night in nights:
        assert 0 < night.lights_off_s < night.lights_on_s < night.duration_s
        assert (night.stages[: int(night.lights_off_s // 30)] == Stage.W).all()
        assert (night.stages[int(night.lights_on_s // 30) :] == Stage.W).all()


def test_sleep_time_efficiency_and_latency_are_a_sleepers(nights):
    tst = np.array([(n.stages > 0).sum() / 2 for n in nights])
    in_bed = np.array([(n.lights_on_s - n.lights_off_s) / 60 for n in nights])
    latency = np.array([np.flatnonzero(n.stages > 0)[0] / 2 - n.lights_off_s / 60 for n in nights])
    efficiency = tst / in_bed
    assert tst.min() > 280
    assert 390 < np.median(tst) < 450
    assert 0.82 < np.median(efficiency) < 0.95
    assert efficiency.max() < 0.99
    assert np.ptp(efficiency) > 0.08
    assert latency.min() >= -0.5
    assert 6 < np.median(latency) < 20


@pytest.mark.parametrize(
    ("stage", "median_pct", "any_pct"),
    [
        (Stage.N1, (5, 14), (1, 30)),
        (Stage.N2, (45, 62), (30, 78)),
        (Stage.N3, (8, 22), (0, 40)),
        (Stage.R, (15, 25), (6, 38)),
    ],
)
def test_stages_take_their_share_of_sleep(slept, stage, median_pct, any_pct):
    share = np.array([100 * (s == stage).sum() / (s > 0).sum() for s in slept])
    assert median_pct[0] < np.median(share) < median_pct[1]
    assert any_pct[0] <= share.min()
    assert share.max() < any_pct[1]
    assert share.std() > 1


def test_cycles_are_about_ninety_minutes_long(slept):
    periods = np.array([rem_periods(s) for s in slept])
    latency = np.array([np.flatnonzero(s == Stage.R)[0] / 2 for s in slept])
    assert periods.min() >= 3
    assert periods.max() <= 7
    assert np.median(periods) in (4, 4.5, 5)
    assert 60 < np.median(latency) < 110
    assert latency.min() > 35


def test_n3_is_early_and_rem_is_late(slept):
    thirds = [np.array_split(s, 3) for s in slept]
    share = {
        stage: [np.mean([(t[i] == stage).mean() for t in thirds]) for i in range(3)]
        for stage in (Stage.N3, Stage.R)
    }
    assert share[Stage.N3][0] > 1.7 * share[Stage.N3][1] > 1.7 * share[Stage.N3][2]
    assert share[Stage.R][0] < 0.6 * share[Stage.R][1] < 0.6 * 1.6 * share[Stage.R][2]


def test_bouts_last_as_long_as_in_sleep_edf(slept):
    """Sleep-EDF, epochs: N1 3.6, N2 10.8, N3 4.9, R 16.2; its sleepers are older."""
    stages, lengths = (np.concatenate(x) for x in zip(*map(bouts, slept), strict=True))
    means = [lengths[stages == s].mean() for s in (Stage.N1, Stage.N2, Stage.N3, Stage.R)]
    assert 2 < means[0] < 4
    assert 8 < means[1] < 15
    assert 4 < means[2] < 9
    assert 12 < means[3] < 22


def test_sleep_starts_in_n1_and_n3_is_entered_from_n2(slept):
    assert all(s[0] == Stage.N1 for s in slept)
    for s in slept:
        before_n3 = s[:-1][(s[1:] == Stage.N3) & (s[:-1] != Stage.N3)]
        assert (before_n3 == Stage.N2).all()


@pytest.mark.parametrize("n_epochs", [1, 2, 7, 19, 20, 21, 40, 120, 2880])
def test_any_length(n_epochs):
    for seed in range(20):
        night = simulate_hypnogram(n_epochs=n_epochs, seed=seed)
        assert night.n_epochs == n_epochs
        assert night.stages.min() >= 0
        assert (night.lights_off_s is None) == (n_epochs < 20)


def test_nobody_sleeps_round_the_clock():
    night = simulate_hypnogram(n_epochs=2880, seed=3)
    assert 300 < (night.stages > 0).sum() / 2 < 660
    assert (night.stages[1800:] == Stage.W).all()
