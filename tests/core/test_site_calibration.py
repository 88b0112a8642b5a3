"""A site's measurement changes how sure a staging is, says so, and changes nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from sleepscorer.core.machine_answer import machine_answer
from sleepscorer.core.review import chance_right
from sleepscorer.core.site_calibration import SiteCalibration, calibrated, with_calibration
from sleepscorer.core.stages import THREE_STAGES
from sleepscorer.core.staging_result import Staging, StagingProvenance

CURVE = ((0.0, 0.1, 0.8), (0.5, 0.6, 0.95), (1.0, 1.0, 1.0))
SITE = SiteCalibration(2.0, CURVE, "9 nights of 9 people of this site, 30 November 2026")
CONSENSUS = StagingProvenance(
    "consensus", "", (), (), (), "cpu", "sleepscorer 1", "",
    stager="consensus", consensus_of=("a", "b"),
)  # fmt: skip
ROWS = np.array(
    [[0.8, 0.05, 0.05, 0.05, 0.05], [np.nan] * 5, [0.1, 0.2, 0.3, 0.2, 0.2]], np.float32
)


@pytest.fixture
def staging():
    return Staging(ROWS, CONSENSUS, unsound=np.array([0.0, 0.0, 0.5], np.float32))


def test_the_confidence_follows_the_temperature_and_nothing_else_changes(staging):
    made = with_calibration(staging, SITE)
    # The logit of 0.8 is ln 4: halved it is ln 2, which is 2 of 3.
    assert made.confidence[0] == pytest.approx(2 / 3, abs=1e-6)
    assert np.isnan(made.confidence[1])
    assert np.array_equal(made.probabilities, staging.probabilities, equal_nan=True)
    assert made.stages.tolist() == staging.stages.tolist()
    assert made.unsound.tolist() == staging.unsound.tolist()
    same = replace(
        made.provenance, review_curve=(), confidence_measured_on="", confidence_temperature=1.0
    )
    assert same == staging.provenance


def test_three_stages_follow_it_too(staging):
    before = machine_answer(staging, THREE_STAGES).confidence
    after = machine_answer(with_calibration(staging, SITE), THREE_STAGES).confidence
    assert before[0] == pytest.approx(0.8)
    assert after[0] == pytest.approx(2 / 3, abs=1e-6)
    # What bad signals took is taken before: nothing is seen in half of the epoch.
    assert before[2] == pytest.approx(0.7 / 2 + 1 / 6, abs=1e-6)
    assert after[2] == pytest.approx(calibrated(before, 2.0)[2])
    assert after[2] < before[2]


def test_a_consensus_is_as_sure_as_was_measured_and_its_review_curve_holds(staging):
    assert not staging.is_measured
    assert machine_answer(staging).certainty_text(0) == "probability 80 %"
    made = with_calibration(staging, SITE)
    assert made.is_measured
    assert machine_answer(made).certainty_text(0) == "67 % sure"
    assert chance_right(made)[0] == pytest.approx(np.interp(2 / 3, [0, 0.35, 0.8], [0, 0.7, 0.9]))


def test_a_temperature_of_one_leaves_every_bit():
    values = np.array([0.0, 1e-6, 0.3, 1.0, np.nan], np.float32)
    assert calibrated(values, 1.0).tobytes() == values.tobytes()


@pytest.mark.parametrize("temperature", [0.05, 0.5, 3.0, 20.0])
def test_the_order_of_certainty_stays(temperature):
    values = np.linspace(0, 1, 401, dtype=np.float32)
    found = calibrated(values, temperature)
    assert (np.diff(found) >= 0).all()
    assert ((found >= 0) & (found <= 1)).all()
    assert found[200] == pytest.approx(0.5, abs=1e-6)
