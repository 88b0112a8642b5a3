import numpy as np
import pytest

from sleepscorer.core.reliability import reliability, risk_coverage


def test_reliability_by_hand():
    found = reliability(np.array([0.9, 0.9, 0.6, 0.6]), np.array([True, False, True, True]))
    assert found.confidence == pytest.approx([0.6, 0.9])
    assert found.accuracy == pytest.approx([1.0, 0.5])
    assert found.share == pytest.approx([0.5, 0.5])
    assert found.error == pytest.approx(0.5 * 0.4 + 0.5 * 0.4)


def test_a_review_of_the_least_certain_finds_errors_by_hand():
    certainty = np.array([0.5, 0.6, 0.7, 0.8, 0.9])
    found = risk_coverage(certainty, np.array([0, 1, 0, 1, 1]).astype(bool), n_points=6)
    assert found.reviewed == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1])
    assert found.errors_found == pytest.approx([0, 0.5, 0.5, 1, 1, 1])
    assert found.accuracy == pytest.approx([0.6, 0.8, 0.8, 1, 1, 1])
    assert found.confidence == pytest.approx([0.5, 0.5, 0.6, 0.7, 0.8, 0.9])
    assert found.points[2] == (0.4, 0.6, 0.8)
