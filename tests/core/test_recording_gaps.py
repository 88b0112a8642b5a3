"""Which epochs gaps cost."""

import numpy as np
import pytest

from sleepscorer.core.recording import Gap, epochs_with_gaps


@pytest.mark.parametrize(
    ("gaps", "cost"),
    [
        ((), []),
        ((Gap(45.0, 45.05),), []),
        ((Gap(45.0, 45.49),), []),
        ((Gap(45.0, 45.5),), [1]),
        # Of a gap across an edge each epoch bears its part.
        ((Gap(59.7, 60.3),), []),
        ((Gap(59.5, 60.3),), [1]),
        ((Gap(59.9, 150.1),), [2, 3, 4]),
        ((Gap(60.0, 90.0),), [2]),
        # Short ones add up.
        ((Gap(31.0, 31.2), Gap(40.0, 40.2)), []),
        ((Gap(31.0, 31.2), Gap(40.0, 40.2), Gap(50.0, 50.2)), [1]),
        # How long a gap of none lasted, nobody knows.
        ((Gap(45.0, 45.0),), [1]),
        ((Gap(60.0, 60.0),), []),
        ((Gap(10.0, 10.0), Gap(75.0, 200.0)), [0, 2, 3, 4, 5, 6]),
        ((Gap(290.0, 400.0),), [9]),
        ((Gap(300.0, 400.0), Gap(410.0, 410.0)), []),
    ],
)
def test_half_a_second_without_samples_costs_an_epoch(gaps, cost):
    found = epochs_with_gaps(gaps, 10)
    assert found.dtype == bool
    assert found.shape == (10,)
    assert np.flatnonzero(found).tolist() == cost


def test_a_pause_after_each_second_costs_every_epoch():
    gaps = tuple(Gap(1.2 * i + 1.0, 1.2 * i + 1.2) for i in range(500))
    assert epochs_with_gaps(gaps, 20).all()


def test_half_a_second_made_of_decimals_costs_an_epoch():
    gaps = tuple(Gap(60 + 0.7 * i, 60 + 0.7 * i + 0.1) for i in range(5))
    assert np.flatnonzero(epochs_with_gaps(gaps, 5)).tolist() == [2]
