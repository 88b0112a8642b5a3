import numpy as np
import pytest

from sleepscorer.staging.scaling import around_main_sleep, log_scale


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
