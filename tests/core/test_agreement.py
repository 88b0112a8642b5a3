import json
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sleepscorer.core.agreement import agreement
from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.stages import THREE_STAGES, Stage

START = datetime(2024, 3, 1, 22, 30)

TOO_SHORT = "kappa has no interval: that takes 60 min scored in both, and here there are {:g}"

_BY_TEXT = {stage.text: stage for stage in Stage}


def scoring(text, start=None, epoch_s=30.0):
    stages = np.array([_BY_TEXT[word] for word in text.split()], dtype=np.int8)
    return Scoring(Hypnogram(stages, epoch_s), start=start)


def test_figures_by_hand():
    result = agreement(
        scoring("W W W N2 N2 N2 N2 R R ?"),
        scoring("W W N1 N2 N2 N2 R R W W"),
    )
    assert result.n_epochs == 9
    assert result.n_excluded == 1
    assert result.accuracy == pytest.approx(6 / 9)
    # Chance agreement: (3 x 3 + 0 x 1 + 4 x 3 + 2 x 2) / 81.
    assert result.kappa == pytest.approx((6 / 9 - 25 / 81) / (1 - 25 / 81))
    assert result.confusion == (
        (2, 1, 0, 0, 0),
        (0, 0, 0, 0, 0),
        (0, 0, 3, 0, 1),
        (0, 0, 0, 0, 0),
        (1, 0, 0, 0, 1),
    )
    assert result.support == (3, 0, 4, 0, 2)
    assert result.recall == pytest.approx((2 / 3, None, 3 / 4, None, 1 / 2))
    assert result.precision == pytest.approx((2 / 3, 0.0, 1.0, None, 1 / 2))
    assert result.specificity == pytest.approx((5 / 6, 8 / 9, 1.0, 1.0, 6 / 7))
    assert result.f1 == pytest.approx((2 / 3, 0.0, 6 / 7, None, 1 / 2))
    assert result.macro_f1 == pytest.approx((2 / 3 + 0 + 6 / 7 + 1 / 2) / 4)


def test_dictionary_is_ready_for_json():
    values = agreement(scoring("W N1 N2 N2 R"), scoring("W N1 N2 N1 R")).as_dict()
    assert json.loads(json.dumps(values, allow_nan=False)) == values
    assert values["recall"] == {"W": 1.0, "N1": 1.0, "N2": 0.5, "N3": None, "R": 1.0}
    assert values["support"] == {"W": 1, "N1": 1, "N2": 2, "N3": 0, "R": 1}
    assert values["confusion"][2] == [0, 1, 1, 0, 0]
    asked = "accuracy kappa kappa_low kappa_high macro_f1 f1 precision recall support"
    more = "kappa_by_stage confusion n_epochs n_excluded notes"
    assert list(values) == [*asked.split(), *more.split()]
    assert values["kappa_by_stage"]["N3"] is None
    assert values["kappa_by_stage"]["W"] == 1.0
    assert values["notes"] == [
        "aligned from the first epochs: at least one scoring has no start time",
        TOO_SHORT.format(2.5),
    ]


def night_pair(seed, n_epochs=960):
    """Two scorings of a night that differ in whole stretches, some epochs unscored."""
    rng = np.random.default_rng(seed)
    true = np.repeat(rng.integers(0, 5, n_epochs // 12), 12).astype(np.int8)
    judged = true.copy()
    for start in rng.integers(0, n_epochs - 30, 8):
        judged[start : start + 30] = rng.integers(0, 5)
    judged[rng.integers(0, n_epochs, 20)] = -1
    return Scoring(Hypnogram(true)), Scoring(Hypnogram(judged))


@pytest.mark.parametrize("seed", range(3))
def test_figures_are_those_of_scikit_learn(seed):
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(seed)
    true, judged = rng.integers(-1, 5, (2, 500)).astype(np.int8)
    judged = np.where(rng.random(500) < 0.6, true, judged)
    result = agreement(Scoring(Hypnogram(true)), Scoring(Hypnogram(judged)))
    both = (true >= 0) & (judged >= 0)
    pair = true[both], judged[both]
    assert result.accuracy == pytest.approx(metrics.accuracy_score(*pair))
    assert result.kappa == pytest.approx(metrics.cohen_kappa_score(*pair))
    assert result.macro_f1 == pytest.approx(metrics.f1_score(*pair, average="macro"))
    assert result.f1 == pytest.approx(metrics.f1_score(*pair, average=None))
    assert result.precision == pytest.approx(metrics.precision_score(*pair, average=None))
    assert result.recall == pytest.approx(metrics.recall_score(*pair, average=None))
    assert np.array_equal(result.confusion, metrics.confusion_matrix(*pair))
    by_stage = [metrics.cohen_kappa_score(*(one == stage for one in pair)) for stage in range(5)]
    assert result.kappa_by_stage == pytest.approx(by_stage)


def test_the_interval_holds_kappa_and_is_the_same_each_time():
    first, second = (agreement(*night_pair(1)) for _ in range(2))
    assert first.kappa_low < first.kappa < first.kappa_high
    assert (first.kappa_low, first.kappa_high) == (second.kappa_low, second.kappa_high)
    assert not any("interval" in note for note in first.notes)


def test_a_night_too_short_has_no_interval_and_says_so():
    stages = np.arange(119, dtype=np.int8) % 5
    short = agreement(Scoring(Hypnogram(stages)), Scoring(Hypnogram(np.roll(stages, 1))))
    assert (short.kappa_low, short.kappa_high) == (None, None)
    assert short.notes[-1] == TOO_SHORT.format(59.5)
    stages = np.arange(120, dtype=np.int8) % 5
    enough = agreement(Scoring(Hypnogram(stages)), Scoring(Hypnogram(np.roll(stages, 1))))
    assert enough.kappa_low is not None


def test_perfect_and_undefined_agreement():
    same = agreement(scoring("W N2 R"), scoring("W N2 R"))
    assert (same.accuracy, same.kappa) == (1, 1)
    assert same.macro_f1 == 1
    one_stage = agreement(scoring("N2 N2"), scoring("N2 N2"))
    assert (one_stage.accuracy, one_stage.kappa) == (1, None)
    assert (one_stage.kappa_low, one_stage.kappa_high) == (None, None)
    constant = agreement(scoring("N2 N2 W"), scoring("N2 N2 N2"))
    assert constant.kappa == 0
    assert agreement(scoring("N2 N2"), scoring("W W")).kappa == 0


def test_aligned_by_start_time():
    reference = scoring("W N1 N2 N3 R W", START)
    other = scoring("N2 N3 W", START + timedelta(seconds=60))
    result = agreement(reference, other)
    assert (result.n_epochs, result.accuracy) == (3, pytest.approx(2 / 3))
    assert (result.n_only_reference, result.n_only_other) == (3, 0)
    assert list(result.notes) == [
        "the other scoring starts 2 epochs later than the reference",
        "the reference has 6 epochs, the other scoring 3",
        "3 epochs are covered by both",
        TOO_SHORT.format(1.5),
    ]
    swapped = agreement(other, reference)
    assert (swapped.n_epochs, swapped.n_only_other) == (3, 3)
    assert swapped.confusion == tuple(zip(*result.confusion, strict=True))


def test_aligned_over_midnight_when_dates_were_removed():
    reference = scoring("W N1 N2 N3 R", datetime(2024, 3, 1, 23, 59, 30))
    other = scoring("N2 N3 R", datetime(1985, 1, 1, 0, 0, 30))
    result = agreement(reference, other)
    assert (result.n_epochs, result.accuracy) == (3, 1.0)
    assert result.notes[0] == (
        "the dates differ (2024-03-01 and 1985-01-01): aligned by time of day"
    )
    assert agreement(other, reference).n_epochs == 3


@pytest.mark.parametrize(("days", "date"), [(1, "2024-03-02"), (-1, "2024-02-29"), (366, None)])
def test_a_wrong_date_is_said_first(days, date):
    other = scoring("N2 N3 W", START + timedelta(days=days, seconds=60))
    result = agreement(scoring("W N1 N2 N3 R W", START), other)
    assert (result.n_epochs, result.accuracy) == (3, pytest.approx(2 / 3))
    assert result.notes[0] == (
        f"the dates differ (2024-03-01 and {date or '2025-03-02'}): aligned by time of day;"
        " make sure that both are scorings of the same night"
    )


def test_recordings_of_days_are_aligned_by_date():
    reference = scoring(" ".join(["W"] * 3000 + ["N2"] * 600), START)
    result = agreement(reference, scoring("N2 N2", START + timedelta(hours=25)))
    assert (result.accuracy, result.notes[0]) == (
        1.0,
        "the other scoring starts 3000 epochs later than the reference",
    )


def test_without_start_times_the_first_epochs_meet():
    result = agreement(scoring("W N1 N2", START), scoring("W N1"))
    assert (result.n_epochs, result.accuracy, result.n_only_reference) == (2, 1.0, 1)
    assert result.notes[0].startswith("aligned from the first epochs")


def test_a_removed_start_is_none():
    removed = scoring("W N1 N2", datetime(1985, 1, 1))
    result = agreement(scoring("W N1 N2", datetime(2024, 3, 1, 23, 0)), removed)
    assert (result.n_epochs, result.accuracy) == (3, 1.0)
    assert list(result.notes) == [
        "aligned from the first epochs: at least one scoring has no start time",
        TOO_SHORT.format(1.5),
    ]
    assert agreement(removed, removed).notes == (TOO_SHORT.format(1.5),)


def test_rounded_starts_still_align():
    result = agreement(scoring("W N1", START + timedelta(seconds=0.5)), scoring("W N1", START))
    assert result.accuracy == 1.0
    with pytest.raises(ScoringError, match="not a whole number of epochs"):
        agreement(scoring("W N1", START + timedelta(seconds=0.6)), scoring("W N1", START))


@pytest.mark.parametrize(
    ("reference", "other", "message"),
    [
        (
            scoring("W W", START),
            scoring("W W", START + timedelta(seconds=10)),
            r"starts \(22:30:00 and 22:30:10\) are 10 s apart, not a whole number of epochs",
        ),
        (
            scoring("W W", START),
            scoring("W W W", START + timedelta(hours=1)),
            r"no epoch in common: the reference starts on 2024-03-01 at 22:30:00 and lasts 1 min,"
            r" the other starts on 2024-03-01 at 23:30:00 and lasts 1\.5 min",
        ),
        (
            scoring("W W", START),
            scoring("W W", START + timedelta(days=300, seconds=70)),
            r"no epoch in common.* on 2024-12-26 at 22:31:10",
        ),
        (scoring("? W"), scoring("W ?"), "no epoch is scored in both"),
        (scoring("W"), scoring("W", epoch_s=20.0), "epochs last 30 s in the reference and 20 s"),
        (Scoring(Hypnogram(np.empty(0, np.int8))), scoring("W"), "no epoch is scored"),
    ],
)
def test_what_cannot_be_compared(reference, other, message):
    with pytest.raises(ScoringError, match=message):
        agreement(reference, other)


stages = st.lists(st.integers(-1, 4), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(true=stages, judged=stages, shift=st.integers(-20, 20))
def test_counts_add_up(true, judged, shift):
    reference = Scoring(Hypnogram(np.array(true, np.int8)), start=START)
    other = Scoring(
        Hypnogram(np.array(judged, np.int8)), start=START + timedelta(seconds=30 * shift)
    )
    pairs = [(true[i], judged[i - shift]) for i in range(len(true)) if 0 <= i - shift < len(judged)]
    scored = [(a, b) for a, b in pairs if a >= 0 and b >= 0]
    if not scored:
        with pytest.raises(ScoringError):
            agreement(reference, other)
        return
    result = agreement(reference, other)
    assert result.n_epochs == len(scored) == sum(map(sum, result.confusion))
    assert result.n_excluded == len(pairs) - len(scored)
    assert result.n_only_reference == len(true) - len(pairs)
    assert result.n_only_other == len(judged) - len(pairs)
    assert result.accuracy == pytest.approx(sum(a == b for a, b in scored) / len(scored))
    if result.kappa_low is not None:
        assert -1 <= result.kappa_low <= result.kappa + 1e-12
        assert result.kappa - 1e-12 <= result.kappa_high <= 1


def test_a_scoring_of_three_stages_is_compared_in_three():
    reference = scoring("W N1 N2 N3 R R")
    three = np.array([0, 5, 5, 4, 4, 0], np.int8)
    found = agreement(reference, Scoring(Hypnogram(three, stage_set=THREE_STAGES)))
    assert found.stage_set == THREE_STAGES
    assert found.confusion == ((1, 0, 0), (0, 2, 1), (1, 0, 1))
    assert found.accuracy == pytest.approx(4 / 6)
    assert found.as_dict()["recall"] == {"W": 1.0, "NREM": pytest.approx(2 / 3), "R": 0.5}
    assert "compared in three stages: N1, N2 and N3 count as NREM" in found.notes
