import numpy as np
import pytest
from planted_candidates import CALM, CONSENSUS, KEEN, answer, planted_nights
from scipy import stats

from sleepscorer.core.agreement import agreement
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.lights import LightsMarks
from sleepscorer.core.statistics import sleep_statistics
from sleepscorer.validation.candidates import JudgedNight
from sleepscorer.validation.compared import kappa_difference
from sleepscorer.validation.figures import figures_of, human_ceiling
from sleepscorer.validation.people_means import mean_over_people
from sleepscorer.validation.sleep_differences import METRICS

W, N1, N2, N3, R = range(5)


def night(reference, called=None, *, person="one", by=CALM, confidence=0.8, **more):
    answers = {} if called is None else {by: answer(called, confidence)}
    return JudgedNight("night.edf", person, np.array(reference, np.int8), answers, **more)


def kappa(reference, called):
    scorings = (Scoring(Hypnogram(np.array(one, np.int8))) for one in (reference, called))
    return agreement(*scorings).kappa


def test_a_mean_over_people_is_that_of_their_nights_with_students_t():
    found = mean_over_people([("a", 0.6), ("a", 0.8), ("b", 0.5), ("c", 0.9), ("c", None)])
    means = [0.7, 0.5, 0.9]
    low, high = stats.t.interval(0.95, 2, np.mean(means), stats.sem(means))
    assert found.estimate.value == pytest.approx(0.7)
    assert (found.estimate.low, found.estimate.high) == pytest.approx((low, high))
    assert (found.n_people, found.n_nights) == (3, 4)


def test_an_interval_of_another_level_is_as_wide_as_scipys():
    values = [("a", 0.1), ("b", 0.2), ("c", 0.25), ("d", 0.05), ("e", 0.0)]
    only = [value for _, value in values]
    found = mean_over_people(values, level=0.99).estimate
    expected = stats.t.interval(0.99, 4, np.mean(only), stats.sem(only))
    assert (found.low, found.high) == pytest.approx(expected)


def test_one_person_has_no_interval_and_nobody_no_mean():
    one = mean_over_people([("a", 0.6), ("a", 0.8)])
    assert (one.estimate.value, one.estimate.low, one.estimate.high) == (0.7, None, None)
    assert (one.n_people, one.n_nights) == (1, 2)
    none = mean_over_people([("a", None)])
    assert (none.estimate.value, none.n_people, none.n_nights) == (None, 0, 0)


def test_an_interval_ends_where_the_figure_does():
    found = mean_over_people([("a", 1.0), ("b", 0.8)], within=(0.0, 1.0)).estimate
    assert (found.low, found.high) == (0.0, 1.0)


def test_kappa_accuracy_and_f1_are_by_person():
    first, second = [W, N1, N2, N2, N3, R], [W, W, N2, N3, N3, R]
    third = [N2, N2, N2, N2, W, W]
    nights = [
        night(first, second, person="a"),
        night(second, first, person="a"),
        night(first, third, person="b"),
    ]
    found = figures_of(nights, CALM)
    assert (found.n_nights, found.n_people, found.n_epochs) == (3, 2, 18)
    by_a = (kappa(first, second) + kappa(second, first)) / 2
    assert found.kappa.value == pytest.approx((by_a + kappa(first, third)) / 2)
    # 4 of 6 in both nights of a, 2 of 6 in that of b.
    assert found.accuracy.value == pytest.approx((4 / 6 + 2 / 6) / 2)
    # N2: 2 hits of 2 + 1 in each night of a, 2 hits of 2 + 4 in that of b.
    assert found.f1[N2].value == pytest.approx((2 / 3 + 2 * 2 / 6) / 2)
    # N1: none hit, by anybody.
    assert found.f1[N1].value == 0


def test_the_confusion_counts_all_epochs_with_the_person_in_rows():
    nights = [night([W, W, N2], [W, N1, N2]), night([R, N2, N2], [N1, N2, N3], person="b")]
    found = figures_of(nights, CALM).confusion
    assert sum(map(sum, found)) == 6
    assert found[W][N1] == found[R][N1] == found[N2][N3] == found[W][W] == 1
    assert found[N2][N2] == 2


def test_what_has_no_value_is_left_out_of_the_mean():
    calm = [N2] * 4
    nights = [night(calm, calm, person="a"), night([W, N2, N2, N2], calm, person="b")]
    found = figures_of(nights, CALM)
    # Both scorings of a's night hold one and the same stage: no kappa.
    assert found.kappa.value == pytest.approx(kappa([W, N2, N2, N2], calm))
    assert found.kappa.low is None
    assert found.f1[R].value is None
    assert figures_of(nights[:1], CALM).kappa.value is None


def test_epochs_that_one_of_the_two_left_out_are_not_judged():
    found = figures_of([night([W, -1, N2, N2], [W, N2, -1, N2])], CALM)
    assert found.n_epochs == 2
    assert found.accuracy.value == 1
    assert figures_of([night([-1, W], [W, -1])], CALM) is None
    assert figures_of([night([W, W])], CALM) is None


def test_differences_are_paired_by_person_over_the_nights_of_both():
    reference = [W, N1, N2, N2, N3, R]
    good, bad = [W, N1, N2, N2, N3, N3], [W, W, N2, N2, N2, N3]
    both = {CALM: answer(good), CONSENSUS: answer(bad)}
    nights = [
        JudgedNight("1", "a", np.array(reference, np.int8), both),
        JudgedNight("2", "a", np.array(good, np.int8), both),
        JudgedNight("3", "b", np.array(reference, np.int8), {CALM: answer(good)}),
        JudgedNight("4", "c", np.array(reference, np.int8), dict.fromkeys(both, answer(good))),
    ]
    found = figures_of(nights, CALM, CONSENSUS)
    of_a = (kappa(reference, good) - kappa(reference, bad) + 1 - kappa(good, bad)) / 2
    assert found.difference.value == pytest.approx(of_a / 2)
    assert found.n_compared == 2
    assert found.n_people == 3
    low, high = stats.t.interval(0.95, 1, of_a / 2, stats.sem([of_a, 0]))
    assert (found.difference.low, found.difference.high) == pytest.approx((low, high))


def test_nobody_gains_by_passing_over_what_is_difficult():
    reference = [W, N2, N3, R, N1, N1]
    candid, choosy = [W, N2, N3, R, W, N2], [W, N2, N3, R, -1, -1]
    both = {CALM: answer(choosy), CONSENSUS: answer(candid)}
    of_one = JudgedNight("1", "a", np.array(reference, np.int8), both)
    assert kappa_difference([of_one], CALM, CONSENSUS).estimate.value == 0


def test_bias_and_limits_of_agreement_by_hand():
    # 2, 4 and 9 epochs of N3 too many: 1, 2 and 4.5 min.
    nights = [
        night([W] * 10 + [N2] * 20, [W] * 10 + [N2] * (20 - extra) + [N3] * extra, person=name)
        for name, extra in (("a", 2), ("b", 4), ("c", 9))
    ]
    found = {one.key: one for one in figures_of(nights, CALM).metrics}
    assert tuple(found) == METRICS
    minutes = np.array([1, 2, 4.5])
    n3 = found["n3_min"]
    assert (n3.n_nights, n3.bias) == (3, pytest.approx(2.5))
    assert n3.high - n3.bias == pytest.approx(1.96 * np.std(minutes, ddof=1))
    assert n3.bias - n3.low == pytest.approx(1.96 * np.std(minutes, ddof=1))
    assert found["n2_min"].bias == pytest.approx(-2.5)
    assert (found["tst_min"].bias, found["sl_min"].bias, found["waso_min"].bias) == (0, 0, 0)
    # No night holds R.
    assert found["rem_latency_min"].n_nights == 0
    assert found["rem_latency_min"].bias is None


def test_figures_of_sleep_are_of_the_time_between_the_marks():
    reference = [N2] * 4 + [W] * 4 + [N2] * 12
    called = [W] * 4 + [W] * 6 + [N2] * 10
    marks = LightsMarks(off_s=4 * 30.0, on_s=18 * 30.0)
    one = figures_of([night(reference, called, lights=marks)], CALM)
    found = {each.key: each for each in one.metrics}
    assert found["tst_min"].bias == -1
    assert found["sl_min"].bias == 1
    assert found["se_pct"].bias == pytest.approx(100 * -2 / 14)
    assert (found["tst_min"].low, found["tst_min"].high) == (None, None)


def test_what_the_person_left_out_is_no_sleep_of_the_machine():
    reference = [W] * 4 + [-1] * 6 + [N2] * 10
    found = figures_of([night(reference, [W] * 4 + [N2] * 16)], CALM).metrics
    assert [one.bias for one in found if one.key in ("tst_min", "se_pct", "sl_min")] == [0, 0, 0]


def test_a_mark_in_the_rest_after_the_last_epoch_is_the_end():
    marks = LightsMarks(on_s=20 * 30.0 + 12)
    found = figures_of([night([W] * 4 + [N2] * 16, [W] * 20, lights=marks)], CALM).metrics
    assert next(one.bias for one in found if one.key == "tst_min") == -8
    marks = LightsMarks(off_s=20 * 30.0 + 3, on_s=20 * 30.0 + 12)
    found = figures_of([night([W] * 4 + [N2] * 16, [W] * 20, lights=marks)], CALM).metrics
    assert {one.n_nights for one in found} == {0}


def test_simulated_nights_have_the_bias_of_their_statistics():
    nights = planted_nights({CALM: 0.0}, seed=1, n_nights=3)
    found = {one.key: one for one in figures_of(nights, CALM).metrics}
    differences = []
    for one in nights:
        marks = {"lights_off_s": one.lights.off_s, "lights_on_s": one.lights.on_s}
        called = one.answers[CALM].probabilities.argmax(axis=1)
        person, machine = (
            sleep_statistics(Hypnogram(stages.astype(np.int8), **marks))
            for stages in (one.reference, called)
        )
        differences.append(machine.rem_latency_min - person.rem_latency_min)
    assert found["rem_latency_min"].bias == pytest.approx(np.mean(differences))


def test_reliability_and_review_are_over_all_epochs():
    nights = [
        night([W, W, N2, N2], [W, N1, N2, N2], confidence=[0.9, 0.5, 0.9, 0.9]),
        night([W, R], [W, N1], confidence=[0.9, 0.7], person="b"),
    ]
    found = figures_of(nights, CALM)
    assert np.array(found.reliability) == pytest.approx(
        np.array([(0.5, 0, 1 / 6), (0.7, 0, 1 / 6), (0.9, 1, 4 / 6)]), abs=1e-6
    )
    assert found.calibration_error == pytest.approx(0.5 / 6 + 0.7 / 6 + 0.1 * 4 / 6, abs=1e-6)
    # Of 6 epochs the least certain is one of two errors, the next the other.
    reviewed, errors_found = np.array(found.review).T
    assert reviewed == pytest.approx(np.linspace(0, 1, 21))
    assert (errors_found[0], errors_found[3], errors_found[10]) == (0, 0.5, 1)


def test_without_errors_there_is_none_to_find():
    assert figures_of([night([W, N2], [W, N2])], CALM).review == ()


def test_two_scorers_are_compared_where_both_scored():
    first, second = [W, N1, N2, N2, -1, R], [W, N2, N2, N2, N3, -1]
    nights = [
        night(first, person="a", second_reference=np.array(second, np.int8)),
        night(first, person="b"),
        night(first, person="c", second_reference=np.array(first, np.int8)),
        night(first, person="d", second_reference=np.full(6, -1, np.int8)),
    ]
    found = human_ceiling(nights)
    assert (found.n_nights, found.n_people, found.n_epochs) == (2, 2, 9)
    assert found.accuracy.value == pytest.approx((3 / 4 + 1) / 2)
    assert found.kappa.value == pytest.approx((kappa(first, second) + 1) / 2)
    assert human_ceiling(nights[1:2]) is None


def test_equal_candidates_differ_by_nothing():
    nights = planted_nights({CONSENSUS: 0.0}, seed=2, n_nights=3)
    for one in nights:
        one.answers[KEEN] = one.answers[CONSENSUS]
    found = figures_of(nights, KEEN, CONSENSUS)
    assert (found.difference.value, found.difference.low, found.difference.high) == (0, 0, 0)
