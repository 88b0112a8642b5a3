import numpy as np
import pytest

from sleepscorer.scorers.bland_altman import bland_altman


def test_the_peak_flow_meters_of_1986():
    # Bland & Altman 1986, table 1, first readings of both meters, l/min.
    wright = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
    mini = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
    found = bland_altman(list(zip(mini, wright, strict=True)))
    # As published: mean difference -2.1, SD 38.8; its interval -22.0 to 17.8.
    assert found.n_nights == 17
    assert found.bias == pytest.approx(-2.1, abs=0.05)
    assert found.sd == pytest.approx(38.8, abs=0.05)
    assert found.bias_interval == pytest.approx((-22.0, 17.8), abs=0.1)
    assert (found.low, found.high) == pytest.approx((-78.1, 73.9), abs=0.1)
    # By the 1999 variance, a little narrower than by that of 1986, 3 sd**2 / n.
    assert found.high_interval == pytest.approx((39, 109), abs=1.5)


def test_nights_without_a_value_are_counted():
    found = bland_altman([(1.0, 2.0), (None, 3.0), (4.0, None), (5.0, 5.0)])
    assert (found.n_nights, found.n_left_out, found.bias) == (2, 2, 0.5)
    assert found.means == (1.5, 5.0)


def test_one_night_and_none():
    one = bland_altman([(10.0, 8.0)])
    assert (one.bias, one.sd, one.low, one.bias_interval) == (-2.0, None, None, None)
    none = bland_altman([(None, None)])
    assert (none.n_nights, none.n_left_out, none.bias) == (0, 1, None)


def test_same_differences_have_no_spread():
    found = bland_altman([(value, value + 1.0) for value in np.arange(4.0)])
    assert (found.sd, found.low, found.high) == (0, 1, 1)
