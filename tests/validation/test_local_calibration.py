from datetime import datetime

import numpy as np
import pytest
from planted_candidates import CALM, answer
from scipy.special import expit, logit

from sleepscorer.core.reliability import reliability, risk_coverage
from sleepscorer.core.site_calibration import calibrated
from sleepscorer.validation.calibration import site_calibration
from sleepscorer.validation.candidates import JudgedNight

DAY = datetime(2026, 11, 30, 23, 59)


def overconfident_nights(temperature, *, n_people=5, nights_each=1, seed=1, n_epochs=4000):
    """Nights of a stager whose logits are this many times too large."""
    rng = np.random.default_rng(seed)
    nights = []
    for at in range(n_people * nights_each):
        true = rng.uniform(0.45, 0.98, n_epochs)
        reference = rng.integers(0, 5, n_epochs).astype(np.int8)
        called = np.where(rng.random(n_epochs) < true, reference, (reference + 1) % 5)
        given = expit(logit(true) * temperature)
        one = JudgedNight(f"{at}", f"{at % n_people}", reference, {CALM: answer(called, given)})
        nights.append(one)
    return nights


def pooled(nights):
    confidence = np.concatenate([one.answers[CALM].confidence for one in nights])
    called = [one.answers[CALM].probabilities.argmax(axis=1) for one in nights]
    return confidence, np.concatenate(called) == np.concatenate([one.reference for one in nights])


@pytest.mark.parametrize("temperature", [0.6, 1.8, 3.0])
def test_the_temperature_is_found_and_repairs_the_confidence(temperature):
    nights = overconfident_nights(temperature)
    found = site_calibration(nights, CALM, DAY)
    assert found.temperature == pytest.approx(temperature, rel=0.1)
    confidence, right = pooled(nights)
    before = reliability(confidence, right).error
    after = reliability(calibrated(confidence, found.temperature), right).error
    assert after < 0.02 < before


def test_the_temperature_is_the_most_likely_of_all():
    nights = overconfident_nights(1.5, n_epochs=300)
    found = site_calibration(nights, CALM, DAY).temperature
    confidence, right = pooled(nights)

    def loss(temperature):
        likely = expit(logit(confidence.astype(float)) / temperature)
        return -np.log(np.where(right, likely, 1 - likely)).mean()

    assert loss(found) <= min(loss(one) for one in np.geomspace(0.2, 5, 500)) + 1e-6


def test_the_review_curve_is_that_of_the_nights_by_the_recalibrated_confidence():
    nights = overconfident_nights(2.0)
    found = site_calibration(nights, CALM, DAY)
    confidence, right = pooled(nights)
    expected = risk_coverage(calibrated(confidence, found.temperature), right)
    assert found.review_curve == expected.points
    shares, highest, accuracy = np.array(found.review_curve).T
    assert (shares[0], shares[-1], accuracy[-1]) == (0, 1, 1)
    assert accuracy[0] == pytest.approx(right.mean(), abs=1e-5)
    assert highest[-1] == pytest.approx(0.98, abs=0.01)


def test_what_helps_nobody_else_is_not_done():
    """Fitted on the others the temperature is wrong for each: they are all different."""
    sure, unsure = (
        overconfident_nights(one, n_people=1, seed=seed, n_epochs=1500)[0]
        for one, seed in ((0.4, 3), (2.5, 4))
    )
    nights = [sure, JudgedNight("other", "other", unsure.reference, unsure.answers)]
    assert site_calibration(nights, CALM, DAY).temperature == 1


def test_one_person_cannot_be_cross_checked():
    nights = overconfident_nights(3.0, n_people=1, nights_each=3)
    found = site_calibration(nights, CALM, DAY)
    assert found.temperature == 1
    assert found.measured_on == "3 nights of 1 person of this site, 30 November 2026"


def test_it_says_what_it_was_measured_on():
    nights = overconfident_nights(2.0, n_people=4, nights_each=2, n_epochs=200)
    unscored = np.full(200, -1, np.int8)
    nights.append(JudgedNight("unscored", "5", unscored, {CALM: nights[0].answers[CALM]}))
    nights.append(JudgedNight("failed", "6", nights[0].reference, {}))
    found = site_calibration(nights, CALM, DAY)
    assert found.measured_on == "8 nights of 4 people of this site, 30 November 2026"
    assert site_calibration(nights[-2:], CALM, DAY) is None


def test_stages_without_probabilities_become_as_sure_as_they_are_right():
    nights = overconfident_nights(1.0)
    for one in nights:
        one.answers[CALM].confidence[:] = 1
    found = site_calibration(nights, CALM, DAY)
    confidence, right = pooled(nights)
    assert calibrated(confidence, found.temperature)[0] == pytest.approx(right.mean(), abs=0.01)
