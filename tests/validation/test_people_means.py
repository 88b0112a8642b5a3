import math

import pytest

from sleepscorer.validation.people_means import t_half_width


@pytest.mark.parametrize(
    ("probability", "n_freedom", "value"),
    # Abramowitz & Stegun, table 26.10.
    [(0.975, 1, 12.706), (0.975, 2, 4.303), (0.975, 7, 2.365), (0.975, 30, 2.042), (0.5, 4, 0)],
)
def test_quantiles_of_t(probability, n_freedom, value):
    n = n_freedom + 1
    found = t_half_width(math.sqrt(n), n, 2 * probability - 1)
    assert found == pytest.approx(value, abs=6e-4)


@pytest.mark.parametrize(("level", "n"), [(-1, 4), (1, 4), (0.8, 1)])
def test_no_interval(level, n):
    with pytest.raises(ValueError, match="no interval"):
        t_half_width(1.0, n, level)
