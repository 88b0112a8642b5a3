import numpy as np
import pytest

from sleepscorer.staging.scaling import around_main_sleep, log_scale, main_sleep, night_levels


def test_log_scale_is_the_log_of_the_mean_power():
    powers = np.array([[1.0, 2, 3, 4, 10], [2, 2, 2, 2, 2], [100, 100, 100, 100, 100]])
    scale = log_scale(np.log(powers).astype(np.float32), np.array([True, True, False]))
    assert scale == pytest.approx(np.log((20 + 10) / 2), rel=1e-6)
    assert log_scale(np.log(powers), np.zeros(3, dtype=bool)) == 0.0


def test_hours_of_wake_are_left_out_of_the_main_sleep():
    asleep = np.zeros(12 * 120 + 8 * 120)
    asleep[12 * 120 : 19 * 120] = 0.9
    asleep[300:304] = 0.9  # a doze in the afternoon
    around = around_main_sleep(asleep)
    found = np.flatnonzero(around)
    assert abs(found[0] - (12 * 120 - 60)) <= 31
    assert abs(found[-1] - (19 * 120 + 59)) <= 31


def test_a_long_awakening_does_not_cut_the_night():
    asleep = np.full(900, 0.9)
    asleep[400:480] = 0.1
    assert around_main_sleep(asleep).all()


@pytest.mark.parametrize("n_epochs", [1, 3, 59, 61])
def test_without_sleep_or_with_few_epochs_everything_counts(n_epochs):
    assert around_main_sleep(np.zeros(n_epochs)).all()
    assert around_main_sleep(np.full(n_epochs, np.nan)).all()
    assert around_main_sleep(np.ones(n_epochs)).all()


def test_an_epoch_counts_up_to_e_to_the_fourth_above_the_median():
    powers = np.zeros((5, 5), np.float32)
    powers[3], powers[4] = 3.9, 4.1
    scale = log_scale(powers, np.ones(5, dtype=bool))
    assert scale == pytest.approx(np.log(5 * (3 + np.exp(3.9)) / 4), rel=1e-6)


def test_the_levels_of_a_night_are_its_scale_the_median_and_two_percentiles():
    powers = np.tile(np.linspace(0, 1, 101)[:, None], (1, 5)) + np.arange(5)
    powers = np.concatenate([powers, np.full((1, 5), 99.0)]).astype(np.float32)
    usable = np.arange(102) < 101
    levels = night_levels(powers, usable)
    np.testing.assert_allclose(levels[0], [log_scale(powers, usable)] * 5, rtol=1e-6)
    for row, share in ((1, 0.5), (2, 0.05), (3, 0.95)):
        np.testing.assert_allclose(levels[row], np.arange(5) + share, rtol=1e-5)
    assert not night_levels(powers, np.zeros(102, bool)).any()


@pytest.mark.parametrize(("n_awake", "is_one"), [(120, True), (121, False)])
def test_up_to_an_hour_awake_does_not_end_the_main_sleep(n_awake, is_one):
    asleep = np.zeros(1000, bool)
    asleep[10:200] = True
    asleep[200 + n_awake : 600] = True
    assert main_sleep(asleep) == ((10, 600) if is_one else (200 + n_awake, 600))
    assert main_sleep(np.zeros(9, bool)) is None


def test_half_an_hour_on_both_sides_of_the_main_sleep_is_around_it():
    sleep = np.zeros(1000)
    sleep[400:700] = 1
    # More than half of the half hour around an epoch: the first is the one with 31 of 60.
    found = np.flatnonzero(around_main_sleep(sleep))
    assert (found[0], found[-1]) == (401 - 60, 699 + 60)
    assert found.size == found[-1] - found[0] + 1
    sleep[:] = 0
    sleep[10:990] = 1
    assert around_main_sleep(sleep).all()


def test_what_is_not_known_is_neither_wake_nor_sleep():
    sleep = np.zeros(1000)
    sleep[400:700] = 0.9
    known = around_main_sleep(sleep)
    holed = sleep.copy()
    holed[500:520] = np.nan
    np.testing.assert_array_equal(around_main_sleep(holed), known)
    # Of the epochs around that are known most are sleep.
    sleep[600:700] = np.nan
    sleep[700:] = 0
    assert np.flatnonzero(around_main_sleep(sleep))[-1] == 629 + 60
