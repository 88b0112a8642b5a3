import math
import time

import numpy as np
import pytest

from sleepscorer.core.kappa import (
    asymptotic_interval,
    block_bootstrap_interval,
    kappa_against_rest,
    kappa_of,
)


def cells_of_night(seed, n_epochs=960, stretch=24):
    """The cell of each epoch where one scorer strays from the other for whole stretches."""
    rng = np.random.default_rng(seed)
    true = np.repeat(rng.integers(0, 5, n_epochs // stretch), stretch)
    judged = np.repeat(rng.integers(0, 5, n_epochs // stretch), stretch)
    strays = np.repeat(rng.random(n_epochs // stretch) < 0.3, stretch)
    return true * 5 + np.where(strays, judged, true)


def counts_of(cells):
    return np.bincount(cells[cells >= 0], minlength=25).reshape(5, 5)


def width(interval):
    low, high = interval
    return high - low


@pytest.mark.parametrize("counts", [[[5, 0], [0, 4]], [[0, 3], [3, 0]], [[2, 0], [1, 0]]])
def test_asymptotic_interval_without_width_where_the_variance_is_estimated_as_0(counts):
    counts = np.array(counts)
    kappa = kappa_of(counts)
    assert asymptotic_interval(counts) == pytest.approx((kappa, kappa), abs=1e-6)


def test_asymptotic_interval_is_cut_at_the_ends():
    kappa, (_, high) = kappa_of(top := np.array([[9, 1], [0, 3]])), asymptotic_interval(top)
    assert kappa < 1
    assert high == 1.0
    kappa, (low, high) = (
        kappa_of(bottom := np.array([[1, 9], [3, 0]])),
        asymptotic_interval(bottom),
    )
    assert -1 < kappa < 0
    assert low == -1.0
    assert kappa < high < 1


def standard_error(shares, n):
    """Delta method on the multinomial shares, derivatives taken numerically."""

    def kappa(p):
        expected = p.sum(axis=1) @ p.sum(axis=0)
        return (p.trace() - expected) / (1 - expected)

    gradient = np.zeros_like(shares)
    for at in np.ndindex(shares.shape):
        step = np.zeros_like(shares)
        step[at] = 1e-6
        gradient[at] = (kappa(shares + step) - kappa(shares - step)) / 2e-6
    mean = (shares * gradient).sum()
    return math.sqrt(((shares * gradient**2).sum() - mean**2) / n)


@pytest.mark.parametrize(
    "counts",
    [
        [[20, 5], [10, 15]],
        [[88, 14, 18], [10, 40, 10], [2, 6, 12]],
        [
            [50, 8, 2, 0, 3],
            [9, 20, 15, 0, 5],
            [1, 12, 160, 14, 4],
            [0, 0, 20, 60, 0],
            [2, 6, 9, 0, 70],
        ],
    ],
)
def test_asymptotic_interval_of_kappa(counts):
    counts = np.array(counts)
    kappa, error = kappa_of(counts), standard_error(counts / counts.sum(), counts.sum())
    half = 1.959964 * error
    assert asymptotic_interval(counts) == pytest.approx((kappa - half, kappa + half), abs=1e-6)


def test_blocks_are_wider_where_epochs_hang_together_and_alike_where_they_do_not():
    together = cells_of_night(3)
    apart = np.random.default_rng(0).permutation(together)
    asymptotic = width(asymptotic_interval(counts_of(together)))
    assert width(block_bootstrap_interval([together], 5)) > 1.8 * asymptotic
    assert width(block_bootstrap_interval([apart], 5)) == pytest.approx(asymptotic, rel=0.3)


def test_nights_are_resampled_each_by_itself():
    nights = [cells_of_night(seed) for seed in range(6)]
    one, all_of_them = (width(block_bootstrap_interval(some, 5)) for some in (nights[:1], nights))
    assert all_of_them < 0.6 * one
    assert block_bootstrap_interval(nights, 5) == block_bootstrap_interval(nights, 5)


def test_a_stretch_that_was_not_scored_counts_for_nothing():
    cells = cells_of_night(3)
    long = np.concatenate([np.full(5, -1), cells])
    low, high = block_bootstrap_interval([long], 5)
    assert low < kappa_of(counts_of(cells)) < high


def test_the_interval_lasts_no_longer_than_a_glance():
    cells = cells_of_night(1)
    block_bootstrap_interval([cells], 5)
    fastest = math.inf
    for _ in range(3):
        start = time.perf_counter()
        block_bootstrap_interval([cells], 5)
        fastest = min(fastest, time.perf_counter() - start)
    # Meant to be under 50 ms; a machine under load is given more.
    assert fastest < 0.5


def test_undefined():
    assert kappa_of(np.zeros((5, 5), int)) is None
    assert kappa_of(np.diag([0, 9, 0])) is None
    assert asymptotic_interval(np.diag([0, 9, 0])) == (None, None)
    assert block_bootstrap_interval([np.zeros(500, int)], 5) == (None, None)
    assert block_bootstrap_interval([np.arange(119) % 25], 5) == (None, None)
    assert block_bootstrap_interval([np.full(500, -1)], 5) == (None, None)
    assert kappa_against_rest(np.diag([3, 0, 4])) == (1.0, None, 1.0)
