"""The confidence against numbers worked by hand."""

import numpy as np
import pytest

from sleepscorer.core.staging_result import lowered
from sleepscorer.staging.confidence import ConfidenceModel

MODEL = ConfidenceModel(ranked=(2.0, -1.0, 0.5), by_stage=(0.1, 0.2, 0.3, -0.4, 0.5))


@pytest.mark.parametrize(
    ("probabilities", "confidence"),
    [
        # 2 ln 0.6001 - ln 0.2001 + 0.5 ln 0.1001 + 0.3 = -0.263173; 1 / (1 + e^0.263173)
        ((0.1, 0.2, 0.6, 0.05, 0.05), 0.434584),
        # 2 ln 1.0001 - ln 0.0001 + 0.5 ln 0.0001 + 0.1 = 4.705370
        ((1.0, 0.0, 0.0, 0.0, 0.0), 0.991034),
        # 2 ln 0.4001 - ln 0.3501 + 0.5 ln 0.1501 + 0.5 = -1.230772
        ((0.05, 0.35, 0.15, 0.05, 0.4), 0.226046),
    ],
)
def test_confidence_is_a_logistic_of_the_three_highest_and_the_stage(probabilities, confidence):
    nothing = (np.nan,) * 5
    found = MODEL.of(np.array([nothing, probabilities], dtype=np.float32))
    assert np.isnan(found[0])
    assert found[1] == pytest.approx(confidence, abs=2e-6)


def test_what_is_stored_is_the_model():
    stored = MODEL.as_dict()
    assert stored == {"ranked": (2.0, -1.0, 0.5), "by_stage": (0.1, 0.2, 0.3, -0.4, 0.5)}
    assert ConfidenceModel.from_dict(stored) == MODEL


@pytest.mark.parametrize(
    ("ranked", "by_stage"),
    [([1, 2], [0] * 5), ([1, 2, 3], [0] * 4), ([1, 2, float("nan")], [0] * 5)],
)
def test_damaged_coefficients_are_refused(ranked, by_stage):
    with pytest.raises(ValueError, match="coefficient"):
        ConfidenceModel.from_dict({"ranked": ranked, "by_stage": by_stage})


def test_a_bad_signal_lowers_the_confidence_towards_chance():
    confidence = np.array([0.9, 0.9, 0.9, 0.9, 0.1], dtype=np.float32)
    unsound = np.array([0.0, 0.25, 0.5, 1.0, 0.5], dtype=np.float32)
    # 0.9 * 0.75 + 0.2 * 0.25 and so on; what is below chance stays.
    expected = [0.9, 0.725, 0.55, 0.2, 0.1]
    np.testing.assert_allclose(lowered(confidence, unsound, 5), expected, atol=1e-6)
    np.testing.assert_allclose(lowered(confidence[1:2], unsound[1:2], 4), [0.7375], atol=1e-6)
