from types import SimpleNamespace

import numpy as np
import pytest

from sleepscorer.staging.lights_suggestion import restlessness, suggested_lights


def night(*parts):
    """(n_epochs, probability of sleep, restlessness) of each part, one after the other."""
    sleep = np.concatenate([np.full(n, float(p)) for n, p, _ in parts])
    rng = np.random.default_rng(0)
    restless = np.concatenate([np.full(n, float(r)) for n, _, r in parts])
    return sleep, restless + rng.normal(0, 0.3, len(restless))


def test_the_restless_stretches_around_the_main_sleep_give_the_times():
    found = suggested_lights(
        *night((60, 0, 2.0), (20, 0, 0.0), (600, 1, -0.5), (10, 0, 0), (40, 0, 2.0))
    )
    assert found == pytest.approx((60 * 30.0, 690 * 30.0), abs=30)


def test_a_movement_in_bed_is_not_lights():
    found = suggested_lights(
        *night(
            (60, 0, 2.0), (10, 0, -0.5), (2, 0, 5.0), (10, 0, -0.5), (600, 1, -0.5), (40, 0, 2.0)
        )
    )
    assert found == pytest.approx((60 * 30.0, 682 * 30.0), abs=30)


def test_where_nothing_was_restless_nothing_is_suggested():
    assert suggested_lights(*night((20, 0, 0.0), (600, 1, 0.0), (20, 0, 0.0))) == ()
    assert suggested_lights(*night((200, 0, 2.0), (60, 1, 0.0), (200, 0, 2.0))) == ()
    assert suggested_lights(np.empty(0), np.empty(0)) == ()


def test_one_side_alone_takes_the_end_of_the_recording_for_the_other():
    assert suggested_lights(*night((20, 0, 0.0), (600, 1, 0.0), (40, 0, 3.0))) == (0.0, 620 * 30.0)


def test_epochs_without_a_signal_tell_nothing():
    sleep, restless = night((60, 0, 2.0), (20, 0, 0.0), (600, 1, -0.5), (40, 0, 2.0))
    for hole in (slice(60, 80), slice(300, 400)):
        sleep[hole], restless[hole] = np.nan, np.nan
    assert suggested_lights(sleep, restless) == (60 * 30.0, 680 * 30.0)


@pytest.mark.parametrize(("n_asleep", "is_told"), [(119, False), (120, True)])
def test_a_main_sleep_lasts_an_hour(n_asleep, is_told):
    sleep = np.zeros(300)
    sleep[100 : 100 + n_asleep] = 1
    restless = np.where(sleep > 0, 0.0, 5.0)
    expected = (100 * 30.0, (100 + n_asleep) * 30.0)
    assert suggested_lights(sleep, restless) == (expected if is_told else ())


@pytest.mark.parametrize(("height", "is_told"), [(2.9, False), (3.1, True)])
def test_restless_is_three_standard_deviations_above_the_sleep(height, is_told):
    sleep = np.zeros(400)
    sleep[100:300] = 1
    # Quartiles of 1 and 2 about a median of 1.5: as of a standard deviation of 1 / 1.35.
    restless = np.zeros(400)
    restless[100:300] = np.tile([1, 1, 2, 2], 50)
    restless[:60] = 1.5 + height / 1.35
    expected = (60 * 30.0, 400 * 30.0)
    assert suggested_lights(sleep, restless) == (expected if is_told else ())


@pytest.mark.parametrize(("n_restless", "is_told"), [(2, False), (3, True)])
def test_most_of_five_epochs_make_a_restless_stretch(n_restless, is_told):
    sleep = np.zeros(400)
    sleep[100:300] = 1
    restless = np.zeros(400)
    restless[50 : 50 + n_restless] = 9
    expected = (53 * 30.0, 400 * 30.0)
    assert suggested_lights(sleep, restless) == (expected if is_told else ())


def channel(usable, **bands):
    log_powers = np.zeros((len(usable), 5), np.float32)
    for band, values in bands.items():
        log_powers[:, int(band[1:])] = values
    quality = SimpleNamespace(usable=np.array(usable, bool))
    return SimpleNamespace(quality=quality, log_powers=log_powers)


def test_restlessness_is_the_mean_of_fast_eeg_and_slow_eog_against_their_medians():
    eeg = channel([1, 1, 1, 0, 0], b4=[1, 2, 6, 99, 9], b0=7)
    eog = channel([1, 0, 1, 1, 0], b0=[3, 99, 5, 11, 9], b4=[8, 6, 4, 2, 0])
    off = channel([0] * 5, b4=5)
    night = SimpleNamespace(channels={"eeg": [eeg, off], "eog": [eog]})
    # The medians are 2 and 5.
    expected = [(-1 - 2) / 2, 0, (4 + 0) / 2, 6, np.nan]
    np.testing.assert_allclose(restlessness(night), expected)
