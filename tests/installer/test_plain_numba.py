"""What stands in for numba runs functions as they are written."""

import numpy as np
from plain_numba import jit, types


@jit((types.Array(types.float64, 1, "C", readonly=True), types.int32), nopython=True)
def lengths(x, k):
    """Sum of steps of k."""
    total = 0
    for j in range(k, x.size, k):
        total += abs(x[j] - x[j - k])
    return total


@jit("UniTuple(float64, 2)(float64[:], float64[:])", nopython=True)
def products(x, y):
    return sum(x[j] * y[j] for j in range(len(x))), np.mean(y)


def test_the_numbers_are_those_of_the_arrays():
    x = np.random.default_rng(1).normal(0, 1, 300)
    assert lengths(x, 2) == sum(abs(x[j] - x[j - 2]) for j in range(2, 300, 2))
    assert products(x, x)[1] == x.mean()
    assert lengths.__doc__ == "Sum of steps of k."
