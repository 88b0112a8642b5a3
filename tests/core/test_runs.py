import numpy as np
import pytest

from sleepscorer.core.runs import joined_runs, runs_of


@pytest.mark.parametrize(
    ("mask", "runs"),
    [
        ("", []),
        ("...", []),
        ("x", [[0, 1]]),
        ("xx.x..xxx", [[0, 2], [3, 4], [6, 9]]),
        (".x.", [[1, 2]]),
    ],
)
def test_runs(mask, runs):
    found = runs_of(np.array([letter == "x" for letter in mask], dtype=bool))
    assert found.shape == (len(runs), 2)
    assert found.tolist() == runs


@pytest.mark.parametrize(
    ("min_gap", "expected"),
    [
        (1, [[0, 2], [3, 4], [6, 9]]),
        (2, [[0, 4], [6, 9]]),
        (2.5, [[0, 9]]),
        (3, [[0, 9]]),
    ],
)
def test_runs_are_joined_over_shorter_gaps(min_gap, expected):
    assert joined_runs(np.array([[0, 2], [3, 4], [6, 9]]), min_gap).tolist() == expected


def test_nothing_to_join():
    none = runs_of(np.zeros(3, dtype=bool))
    assert joined_runs(none, 5).shape == (0, 2)
    assert joined_runs(np.array([[4, 5]]), 5).tolist() == [[4, 5]]
