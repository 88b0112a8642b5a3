import numpy as np
import pytest

from sleepscorer.core.site_calibration import calibrated


def test_a_temperature_divides_the_logit_and_keeps_nothing_as_nothing():
    found = calibrated(np.array([0.5, 0.8, np.nan, 0.2], np.float32), 2.0)
    # logit(.8) = ln 4, half of it is ln 2: 2/3.
    assert found == pytest.approx([0.5, 2 / 3, np.nan, 1 / 3], nan_ok=True)
    assert found.dtype == np.float32


def test_less_than_one_is_surer():
    assert calibrated(np.array([2 / 3]), 0.5) == pytest.approx([0.8])


def test_one_leaves_everything_and_changes_no_array():
    given = np.array([0.0, 0.3, 1.0, np.nan], np.float32)
    found = calibrated(given, 1.0)
    assert np.array_equal(found, given, equal_nan=True)
    found[0] = 0.9
    assert given[0] == 0


def test_what_is_certain_can_be_made_less_so():
    found = calibrated(np.array([0.0, 1.0]), 4.0)
    # logit(.9999) / 4 = 2.30254
    assert found == pytest.approx([0.0909, 0.9091], abs=1e-4)
