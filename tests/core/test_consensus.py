"""The consensus of several stagers, and where they are unanimous."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sleepscorer.core.consensus import (
    LEAST_PROBABILITY,
    STAGE_ALONE_PROBABILITY,
    consensus,
    consensus_probabilities,
)
from sleepscorer.core.signal_faults import SignalFault
from sleepscorer.core.stages import THREE_STAGES, Stage
from sleepscorer.core.staging_result import Staging, StagingProvenance
from sleepscorer.core.unanimity import (
    answers_text,
    compared,
    not_unanimous,
    own_answer,
    unanimous_epochs,
)

W, N1, N2, N3, R = range(5)
NOTHING = (np.nan,) * 5


def answer(name, *rows, **made):
    values = {"weights_name": "w", "weights_sha256": "", "eog": (), "emg": (), "device": "cpu"}
    values |= {"eeg": ("C4-M1",), "software": f"{name} 1", "created_utc": "", "stager": name}
    shares = np.array(rows, np.float32).reshape(-1, 5)
    return Staging(shares, StagingProvenance(**(values | made)))


@st.composite
def nights(draw, least=1):
    """Answers of 1 to 4 stagers for 1 to 6 epochs; some say nothing in some."""
    n_stagers, n_epochs = draw(st.integers(least, 4)), draw(st.integers(1, 6))
    weight = st.one_of(st.just(0.0), st.floats(0.001, 1.0))
    row = st.lists(weight, min_size=5, max_size=5).filter(lambda values: sum(values) > 0)
    rows = st.one_of(st.none(), row)
    night = np.full((n_stagers, n_epochs, 5), np.nan)
    for stager in range(n_stagers):
        for epoch in range(n_epochs):
            values = draw(rows)
            if values is not None:
                night[stager, epoch] = np.array(values) / np.sum(values)
    return night


def test_it_is_the_geometric_mean_made_to_sum_to_one():
    one, other, third = (0.1, 0.2, 0.5, 0.15, 0.05), (0.2, 0.4, 0.2, 0.1, 0.1), (0.05,) * 4 + (0.8,)
    product = np.array(one) * other * third
    expected = product ** (1 / 3) / (product ** (1 / 3)).sum()
    found = consensus_probabilities([np.array([row]) for row in (one, other, third)])
    np.testing.assert_allclose(found[0], expected, atol=1e-7)
    assert found.dtype == np.float32


@given(nights())
def test_rows_sum_to_one_and_are_nothing_where_nobody_answers(night):
    found = consensus_probabilities(list(night))
    is_answered = ~np.isnan(night[:, :, 0]).all(axis=0)
    np.testing.assert_array_equal(~np.isnan(found).any(axis=1), is_answered)
    np.testing.assert_allclose(found[is_answered].sum(axis=1), 1, atol=1e-5)
    assert (found[is_answered] >= 0).all()
    # What every output can hold.
    assert len(consensus([answer("a", *one) for one in night], software="x").stages) == len(found)


@given(nights(least=2), st.randoms())
def test_it_does_not_matter_who_is_named_first(night, chance):
    order = list(range(len(night)))
    chance.shuffle(order)
    found, turned = (consensus_probabilities(list(some)) for some in (night, night[order]))
    np.testing.assert_allclose(found, turned, atol=1e-6)


@given(nights(), st.permutations(range(5)))
def test_no_stage_counts_more_than_another(night, order):
    found = consensus_probabilities(list(night))[:, order]
    turned = consensus_probabilities(list(night[:, :, order]))
    np.testing.assert_allclose(found, turned, atol=1e-6)


@given(nights(least=2))
def test_what_says_nothing_in_an_epoch_does_not_count_there(night):
    found = consensus_probabilities(list(night))
    nobody = np.full_like(night[:1], np.nan)
    np.testing.assert_array_equal(consensus_probabilities([*night, *nobody]), found)


@given(nights())
def test_a_stage_that_all_hold_most_probable_is_that_of_the_consensus(night):
    found = consensus_probabilities(list(night))
    for epoch in range(night.shape[1]):
        rows = night[:, epoch][~np.isnan(night[:, epoch, 0])]
        if len(rows):
            is_best = (rows >= rows.max(axis=1, keepdims=True)).all(axis=0)
            if is_best.any():
                assert found[epoch, is_best].min() >= found[epoch].max() - 1e-6


@given(nights())
def test_stagers_that_say_the_same_or_one_alone_are_the_consensus(night):
    soft = 0.9 * night[0] + 0.02
    for n_alike in (1, 3):
        found = consensus_probabilities([soft] * n_alike)
        np.testing.assert_allclose(found, soft, atol=1e-6)


def test_nobody_rules_a_stage_out_against_all_others():
    sure = (0.0, 0.0, 0.3, 0.7, 0.0)
    rows = [np.array([row]) for row in (sure, (0.1, 0.8, 0.1, 0.0, 0.0), (0.1, 0.8, 0.1, 0.0, 0.0))]
    assert consensus_probabilities(rows)[0].argmax() == N2
    # Two that rule out what the other says: neither is nothing.
    against = [np.array([(1 - 1e-3, 1e-3, 0, 0, 0)]), np.array([(0, 0, 0, 1e-3, 1 - 1e-3)])]
    found = consensus_probabilities(against)[0]
    assert found[W] == pytest.approx(found[R])
    assert found[W] == pytest.approx(0.5, abs=0.1)
    assert LEAST_PROBABILITY < 0.01


def test_stages_without_probabilities_do_not_outvote_two_that_are_fairly_sure():
    stages_alone = np.eye(5)[[W, R]]
    fairly = np.array([(0.1, 0.1, 0.6, 0.1, 0.1), (0.1, 0.1, 0.1, 0.1, 0.6)])
    found = consensus_probabilities([stages_alone, fairly, fairly])
    assert found.argmax(axis=1).tolist() == [N2, R]
    alone = consensus_probabilities([stages_alone])
    assert alone[0] == pytest.approx([STAGE_ALONE_PROBABILITY, *[0.05] * 4])


def test_answers_of_different_nights_and_none_at_all_are_mistakes():
    with pytest.raises(ValueError, match="a consensus of"):
        consensus_probabilities([])
    with pytest.raises(ValueError, match=r"\(3, 5\)"):
        consensus_probabilities([np.full((2, 5), 0.2), np.full((3, 5), 0.2)])


OURS = answer("sleepscorer", (0, 0.1, 0.8, 0.1, 0), (0, 0.1, 0.8, 0.1, 0), NOTHING, NOTHING)
THEIRS = answer("yasa", (0, 0.3, 0.5, 0.2, 0), (0, 0, 0.1, 0.9, 0), (0.9, 0.1, 0, 0, 0), NOTHING)
THIRD = answer("calm", NOTHING, (0, 0, 0.2, 0.8, 0), (0, 0.1, 0.9, 0, 0), NOTHING)


def test_the_consensus_tells_whose_it_is_and_claims_no_confidence_beyond_its_probability():
    ours = answer(
        "sleepscorer", (0, 0.2, 0.8, 0, 0), eeg=("C4-M1", "F4-M1"), suggested_lights_s=(0.0, 30.0),
        warnings=("It is dark.",), review_curve=((0.0, 0.2, 0.75), (1.0, 1.0, 1.0)),
        created_utc="2026-01-01",
    )  # fmt: skip
    ours = Staging(
        ours.probabilities, ours.provenance, confidence=np.array([0.3], np.float32),
        faults=np.array([SignalFault.FLAT], np.uint8), unsound=np.array([1.0], np.float32),
    )  # fmt: skip
    theirs = answer("yasa", (0, 0.2, 0.8, 0, 0), notes=("No age.",))
    found = consensus([ours, theirs], software="sleepscorer 9", failure="calm failed.")
    made = found.provenance
    assert (found.name, made.consensus_of) == ("consensus", ("sleepscorer", "yasa"))
    assert (made.software, made.eeg, made.device) == ("sleepscorer 9", ("C4-M1", "F4-M1"), "cpu")
    assert made.warnings == ("calm failed.", "sleepscorer: It is dark.")
    assert made.notes == ("yasa: No age.",)
    assert made.second_opinion_failure == "calm failed."
    assert (made.suggested_lights_s, made.created_utc) == ((0.0, 30.0), "2026-01-01")
    assert found.confidence == pytest.approx(found.probabilities.max(axis=1))
    assert found.fault(0) == SignalFault.FLAT
    assert (ours.is_measured, theirs.is_measured, found.is_measured) == (True, False, False)


def test_epochs_are_unanimous_where_all_that_answer_say_one_stage():
    answers = (OURS, THEIRS, THIRD)
    assert not_unanimous(answers).tolist() == [False, True, True, False]
    assert unanimous_epochs(answers) == (True, False, False, None)
    # N2 and N3 are one in three stages.
    assert not_unanimous(answers, THREE_STAGES).tolist() == [False, False, True, False]
    assert answers_text(answers, 1) == "sleepscorer N2, yasa N3, calm N3"
    assert answers_text(answers, 2, THREE_STAGES) == "sleepscorer none, yasa W, calm NREM"


def test_one_alone_is_never_disputed():
    assert not not_unanimous((OURS,)).any()
    assert unanimous_epochs((OURS,)) == (None,) * 4
    assert not_unanimous((answer("a"), answer("b"))).shape == (0,)


def test_what_is_compared_are_the_stagers_and_never_their_consensus():
    joined = consensus([OURS, THEIRS], software="x")
    assert compared(joined, (OURS, THEIRS)) == (OURS, THEIRS)
    assert compared(OURS, (THEIRS,)) == (OURS, THEIRS)
    assert joined.stages.tolist() == [Stage.N2, Stage.N3, Stage.W, Stage.UNSCORED]


def test_our_own_answer_is_found_in_a_consensus_and_alone():
    joined = consensus([THEIRS, OURS], software="x")
    assert own_answer(joined, (THEIRS, OURS)) is OURS
    assert own_answer(OURS, (THEIRS,)) is OURS
    older = answer("", (0, 0, 1, 0, 0))
    assert own_answer(older, (THEIRS,)) is older
    assert own_answer(consensus([THEIRS, THIRD], software="x"), (THEIRS, THIRD)) is None
    assert own_answer(None, ()) is None
