import numpy as np
import pytest

from sleepscorer.staging.lights_suggestion import suggested_lights


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
