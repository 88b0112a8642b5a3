from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sleepscorer.core.consensus import consensus
from sleepscorer.core.edits import ScoringState
from sleepscorer.core.review import ReviewOrder, chance_right, review_queue, usual_order
from sleepscorer.core.stages import Stage
from sleepscorer.core.staging_result import Staging, StagingProvenance

W, N1, N2, N3, R, NONE = (int(s) for s in (*list(Stage)[:5], Stage.UNSCORED))
PROVENANCE = StagingProvenance("w", "0", (), (), (), "cpu", "test", "2024-01-01T00:00:00Z")


def staging(*answers):
    """Staging of (stage, confidence) pairs; the rest goes to the next stage. None is a gap."""
    rows = np.full((len(answers), 5), np.nan, np.float32)
    for row, answer in zip(rows, answers, strict=True):
        if answer is not None:
            stage, confidence = answer
            row[:] = 0
            row[stage], row[(stage + 1) % 5] = confidence, 1 - confidence
    return Staging(rows, PROVENANCE)


def state(stages, reviewed=()):
    by_person = np.zeros(len(stages), bool)
    by_person[list(reviewed)] = True
    return ScoringState(np.array(stages, np.int8), by_person)


def queue_of(scored, machine, **options):
    """Here what a person scored is reviewed, unless said otherwise."""
    return review_queue(
        scored, machine, reviewed=options.pop("reviewed", scored.by_person), **options
    )


MACHINE = staging((W, 0.9), (N1, 0.6), (N2, 0.8), (N2, 0.95), (N3, 0.7))


def test_the_least_certain_come_first():
    queue = queue_of(state(MACHINE.stages), MACHINE, share=0.6)
    assert queue.order is ReviewOrder.UNCERTAINTY
    assert queue.epochs == (1, 4, 2)
    assert queue.done == (False, False, False)
    assert (queue.n_done, queue.n_total) == (0, 3)


def test_the_expected_agreement_is_one_for_reviewed_epochs_and_the_confidence_for_others():
    queue = queue_of(state(MACHINE.stages, [0]), MACHINE, share=0.4)
    assert queue.epochs == (1, 4)
    assert queue.expected_agreement == pytest.approx((1 + 1 + 0.8 + 0.95 + 1) / 5)
    assert queue.expected_agreement_now == pytest.approx((1 + 0.6 + 0.8 + 0.95 + 0.7) / 5)


def test_an_epoch_that_an_earlier_staging_filled_counts_by_the_stage_it_has():
    # The machine gives W 0.9, and N1, which stands there, 0.1; nobody scored the last two.
    scored = state([N1, N1, N2, NONE, NONE])
    queue = queue_of(scored, MACHINE, share=0)
    expected = (0.1 + 0.6 + 0.8 + 0.95 + 0.7) / 5
    assert queue.expected_agreement_now == pytest.approx(expected)


def test_the_expected_agreement_follows_the_curve_of_the_validation_nights():
    # A half of the validation epochs had confidences to .6: four of ten wrong. The other half, to
    # 1: one of ten.
    curve = ((0.0, 0.2, 0.75), (0.5, 0.6, 0.95), (1.0, 1.0, 1.0))
    machine = replace(MACHINE, provenance=replace(PROVENANCE, review_curve=curve))
    # Middles .4 and .8; between them by a straight line, below .4 down to nothing at 0.
    expected = [0.9, 0.75, 0.9, 0.9, 0.825]
    assert chance_right(machine) == pytest.approx(expected, abs=1e-6)
    queue = queue_of(state(MACHINE.stages, [0]), machine, share=0.4)
    assert queue.expected_agreement == pytest.approx((1 + 1 + 0.9 + 0.9 + 1) / 5)
    lowered = replace(machine, confidence=np.full(5, 0.2, np.float32))
    assert chance_right(lowered) == pytest.approx([0.3] * 5, abs=1e-6)
    unstaged = staging((W, 0.8), None)
    unstaged = replace(unstaged, provenance=machine.provenance)
    assert chance_right(unstaged) == pytest.approx([0.9, np.nan], nan_ok=True)


def test_a_curve_of_one_point_says_nothing_and_of_two_one_chance():
    def chances(*curve):
        given = replace(MACHINE, provenance=replace(PROVENANCE, review_curve=curve))
        return chance_right(given)

    assert chances((0.0, 0.2, 0.75)) == pytest.approx(MACHINE.confidence)
    # A quarter of all epochs wrong, and up to the middle of their confidences a straight line.
    of_two = chances((0.0, 0.2, 0.75), (1.0, 1.0, 1.0))
    assert of_two == pytest.approx([0.75, 0.75, 0.75, 0.75, 0.75])
    assert chances((0.0, 0.8, 0.75), (1.0, 1.0, 1.0))[1] == pytest.approx(0.75 * 0.6 / 0.9)


def test_a_higher_confidence_never_promises_less():
    # Among the surest validation epochs more were wrong than among the next.
    curve = ((0.0, 0.2, 0.7), (0.5, 0.6, 0.8), (1.0, 1.0, 1.0))
    machine = replace(MACHINE, provenance=replace(PROVENANCE, review_curve=curve))
    assert chance_right(machine) == pytest.approx([0.8] * 5)


def test_equivocal_epochs_come_the_least_certain_first():
    machine = staging((W, 0.55), (N1, 0.52), (N2, 0.8), (N2, 0.57), (N3, 0.58))
    queue = queue_of(state(machine.stages), machine, order=ReviewOrder.EQUIVOCAL, share=1)
    assert queue.epochs == (1, 0, 3)
    # Of all five epochs at most two.
    queue = queue_of(state(machine.stages), machine, order=ReviewOrder.EQUIVOCAL, share=0.4)
    assert queue.epochs == (1, 0)


def test_a_curve_of_two_points_is_one_and_a_single_point_is_none():
    # Half of all epochs reviewed mends every error: of those, .4 were wrong.
    two = replace(PROVENANCE, review_curve=((0.0, 0.2, 0.8), (0.5, 0.6, 1.0)))
    assert chance_right(replace(MACHINE, provenance=two)) == pytest.approx([0.6] * 5)
    one = replace(PROVENANCE, review_curve=((0.0, 0.2, 0.8),))
    assert chance_right(replace(MACHINE, provenance=one)) == pytest.approx(MACHINE.confidence)


def test_nothing_and_everything():
    nothing = queue_of(state(MACHINE.stages), MACHINE, share=0)
    assert nothing.epochs == ()
    assert nothing.expected_agreement == pytest.approx(0.79)
    assert nothing.next_after(0) is None
    everything = queue_of(state(MACHINE.stages), MACHINE, share=1)
    assert everything.epochs == (1, 4, 2, 0, 3)
    assert everything.expected_agreement == 1.0


@pytest.mark.parametrize(("share", "n_epochs"), [(0.07, 7), (0.071, 8), (0.001, 1), (0.29, 29)])
def test_part_of_an_epoch_counts_as_one(share, n_epochs):
    machine = staging(*[(N2, 0.8)] * 100)
    assert queue_of(state(machine.stages), machine, share=share).n_total == n_epochs


def test_done_epochs_stay_in_the_count_and_are_passed_over():
    queue = queue_of(state(MACHINE.stages, [1]), MACHINE, share=0.6)
    assert queue.epochs == (1, 4, 2)
    assert queue.done == (True, False, False)
    assert (queue.n_done, queue.n_total) == (1, 3)
    assert queue.pending == (4, 2)
    assert queue.next_after(1) == 4


def test_next_goes_down_the_queue_and_begins_again():
    queue = queue_of(state(MACHINE.stages), MACHINE, share=0.6)
    assert queue.next_after(1) == 4
    assert queue.next_after(4) == 2
    assert queue.next_after(2) == 1
    # From elsewhere, for one after scoring has gone on to the next epoch.
    assert queue.next_after(3) == 1


def test_next_from_the_only_pending_epoch_is_nothing():
    queue = queue_of(state(MACHINE.stages, [4, 2]), MACHINE, share=0.6)
    assert queue.next_after(1) is None
    assert queue.next_after(0) == 1


def test_epochs_that_could_not_be_staged_come_first_and_count_neither_way():
    machine = staging((N2, 0.8), None, (N2, 0.6))
    queue = queue_of(state([N2, NONE, N2]), machine, share=2 / 3)
    assert queue.epochs == (1, 2)
    none = queue_of(state([N2, NONE, N2]), machine, share=0)
    assert none.expected_agreement == pytest.approx(0.7)


def test_both_sides_of_a_stage_change():
    machine = staging(*[(N2, c) for c in (0.9, 0.6, 0.8, 0.7, 0.55, 0.95)])
    by_hand = state([W, W, N2, N2, N2, R])
    queue = queue_of(by_hand, machine, order=ReviewOrder.STAGE_CHANGE, share=1)
    assert queue.epochs == (4, 1, 2, 5)


def test_stage_changes_of_the_machine_where_nobody_scored():
    machine = staging((W, 0.9), (W, 0.9), (N1, 0.8), (N1, 0.7))
    queue = queue_of(state([NONE] * 4), machine, order=ReviewOrder.STAGE_CHANGE, share=1)
    assert queue.epochs == (2, 1)


def test_stage_changes_without_a_machine_are_in_order_of_time():
    queue = queue_of(
        state([W, N1, N1, N1, N2, NONE]), None, order=ReviewOrder.STAGE_CHANGE, share=1
    )
    assert queue.epochs == (0, 1, 3, 4)
    assert queue.expected_agreement is None


def test_disagreements_with_a_person_are_never_done():
    by_hand = state([W, N2, N2, N3, N3], [1, 2, 3, 4])
    queue = queue_of(by_hand, MACHINE, order=ReviewOrder.DISAGREEMENT, share=1)
    # The machine gave N2 in epoch 1 a probability of 0.4, N3 in epoch 3 one of 0.05.
    assert queue.epochs == (3, 1)
    assert queue.done == (False, False)
    assert queue.next_after(3) == 1


def test_every_disagreement_is_listed_whatever_the_share():
    by_hand = state([N2, N2, N3, N3, W], [0, 1, 2, 3, 4])
    for share in (0, 0.1, 1):
        queue = queue_of(by_hand, MACHINE, order=ReviewOrder.DISAGREEMENT, share=share)
        assert (queue.n_total, queue.n_found) == (5, 5)


def test_an_imported_scoring_is_nobody_s_review_and_promises_no_more_than_the_machine():
    imported = state(MACHINE.stages, [0, 1, 2, 3, 4])
    nobody = np.zeros(5, bool)
    queue = queue_of(imported, MACHINE, reviewed=nobody, share=0.6)
    assert (queue.n_done, queue.n_total) == (0, 3)
    assert queue.expected_agreement_now == pytest.approx(0.79)
    # It is a person's all the same, and where it differs from the machine both stand side by side.
    other = state([W, N2, N2, N2, N3], [0, 1, 2, 3, 4])
    differ = queue_of(other, MACHINE, reviewed=nobody, order=ReviewOrder.DISAGREEMENT)
    assert differ.epochs == (1,)


def test_what_the_share_leaves_out_is_counted():
    machine = staging((W, 0.55), (N1, 0.52), (N2, 0.8), (N2, 0.57), (N3, 0.58))
    queue = queue_of(state(machine.stages), machine, order=ReviewOrder.EQUIVOCAL, share=0.2)
    assert (queue.n_total, queue.n_found) == (1, 3)


def test_a_stage_the_machine_gave_is_no_disagreement_with_a_person():
    filled = state([W, N2, N2, N3, N3])
    assert queue_of(filled, MACHINE, order=ReviewOrder.DISAGREEMENT, share=1).epochs == ()


def test_without_a_machine_nothing_is_uncertain():
    for order in {*ReviewOrder} - {ReviewOrder.STAGE_CHANGE}:
        queue = queue_of(state([W, N2], [0, 1]), None, order=order, share=1)
        assert queue.epochs == ()
        assert queue.expected_agreement is None


def test_an_empty_recording():
    empty = Staging(np.empty((0, 5), np.float32), PROVENANCE)
    for order in ReviewOrder:
        queue = queue_of(ScoringState.unscored(0), empty, order=order, share=1)
        assert queue.epochs == ()
        assert queue.expected_agreement is None


def test_mistakes_of_the_caller():
    with pytest.raises(ValueError, match="share"):
        queue_of(state([W]), None, share=1.5)
    with pytest.raises(ValueError, match="5 epochs staged of 1"):
        queue_of(state([W]), MACHINE)


@given(
    answers=st.lists(
        st.one_of(st.none(), st.tuples(st.integers(0, 4), st.floats(0.5, 1.0))),
        min_size=1,
        max_size=30,
    ),
    data=st.data(),
)
def test_more_review_never_promises_less(answers, data):
    machine = staging(*answers)
    reviewed = data.draw(st.sets(st.integers(0, len(answers) - 1)))
    order = data.draw(st.sampled_from(ReviewOrder))
    scored = state(machine.stages, reviewed)
    promises, sizes = [], []
    for share in (0.0, 0.25, 0.5, 1.0):
        queue = queue_of(scored, machine, order=order, share=share)
        assert len(set(queue.epochs)) == queue.n_total
        assert len(queue.pending) + queue.n_done == queue.n_total
        promises.append(queue.expected_agreement or 0.0)
        sizes.append(queue.n_total)
    assert all(a <= b + 1e-6 for a, b in pairwise(promises))
    assert sizes == sorted(sizes)
    assert all(0 <= promise <= 1 for promise in promises)


@given(n_epochs=st.integers(1, 20), data=st.data())
def test_reviewing_what_n_shows_ends(n_epochs, data):
    confidences = data.draw(st.lists(st.floats(0.5, 1), min_size=n_epochs, max_size=n_epochs))
    machine = staging(*[(N2, confidence) for confidence in confidences])
    reviewed, epoch = set(), 0
    for _ in range(n_epochs):
        queue = queue_of(state(machine.stages, reviewed), machine, share=1)
        epoch = queue.epochs[0] if not reviewed else queue.next_after(epoch)
        reviewed.add(epoch)
    queue = queue_of(state(machine.stages, reviewed), machine, share=1)
    assert queue.n_done == queue.n_total == n_epochs
    assert queue.next_after(epoch) is None


def both(rows, other):
    made = StagingProvenance("w", "", (), (), (), "cpu", "x", "")
    return tuple(Staging(np.array(given, np.float32), made) for given in (rows, other))


OURS = [(0, 0, 0.7, 0.3, 0)] * 4
THEIRS = [
    (0, 0, 0.9, 0.1, 0),  # agrees, surely
    (0, 0, 0.2, 0.8, 0),  # another stage
    (0, 0, 0.6, 0.4, 0),  # agrees, less surely
    (np.nan,) * 5,  # no answer
]


def test_of_equally_certain_epochs_those_come_first_that_the_other_stager_doubts():
    machine, second = both(OURS, THEIRS)
    state = ScoringState.unscored(4)
    assert queue_of(state, machine, share=1).epochs == (0, 1, 2, 3)
    assert queue_of(state, machine, others=(second,), share=1).epochs == (1, 2, 3, 0)


def test_the_queue_of_stagers_holds_where_they_disagree_until_a_person_says():
    machine, second = both(OURS, THEIRS)
    queue = queue_of(
        ScoringState.unscored(4),
        machine,
        others=(second,),
        order=ReviewOrder.NOT_UNANIMOUS,
        share=1,
    )
    assert (queue.epochs, queue.done) == ((1,), (False,))
    reviewed = ScoringState(np.array([-1, 3, -1, -1], np.int8), np.array([0, 1, 0, 0], bool))
    queue = queue_of(reviewed, machine, others=(second,), order=ReviewOrder.NOT_UNANIMOUS, share=1)
    assert (queue.epochs, queue.done) == ((1,), (True,))
    assert queue_of(reviewed, machine, order=ReviewOrder.NOT_UNANIMOUS, share=1).epochs == ()


def test_a_second_opinion_of_another_night_is_a_mistake():
    machine, second = both(OURS, THEIRS[:3])
    with pytest.raises(ValueError, match="3 epochs staged of 4"):
        queue_of(ScoringState.unscored(4), machine, others=(second,))


def by(name, rows, **made):
    values = StagingProvenance("w", "", (), (), (), "cpu", f"{name} 1", "", stager=name, **made)
    return Staging(np.array(rows, np.float32), values)


def test_the_queue_of_a_consensus_begins_with_what_is_not_unanimous():
    answers = (
        by("sleepscorer", [(0, 0, 0.7, 0.3, 0)] * 4),
        by("yasa", [(0, 0, 0.9, 0.1, 0), (0, 0, 0.2, 0.8, 0), (0, 0.9, 0.1, 0, 0), (np.nan,) * 5]),
        by("calm", [(0, 0, 0.9, 0.1, 0), (0, 0, 0.1, 0.9, 0), (0, 0, 0.9, 0.1, 0), (np.nan,) * 5]),
    )
    machine = consensus(answers, software="x")
    assert usual_order(machine, answers) is ReviewOrder.NOT_UNANIMOUS
    queue = queue_of(
        state(machine.stages), machine, others=answers, order=ReviewOrder.NOT_UNANIMOUS, share=1
    )
    least_first = sorted((1, 2), key=lambda epoch: machine.confidence[epoch])
    assert queue.epochs == tuple(least_first)
    # Nobody measured how often a consensus is right.
    assert (queue.expected_agreement, queue.expected_agreement_now) == (None, None)
    # Its own probability ranks, which holds what all of them say.
    by_probability = queue_of(state(machine.stages), machine, others=answers, share=1).epochs
    assert by_probability == tuple(np.argsort(machine.confidence, kind="stable"))


def test_what_comes_first_follows_from_who_answered():
    ours, same = by("sleepscorer", [(0, 0, 0.7, 0.3, 0)] * 2), by("yasa", [(0, 0, 1, 0, 0)] * 2)
    other = by("yasa", [(0, 0, 0.7, 0.3, 0), (0, 1, 0, 0, 0)])
    assert usual_order(None, ()) is ReviewOrder.UNCERTAINTY
    assert usual_order(ours, ()) is ReviewOrder.UNCERTAINTY
    assert usual_order(ours, (same,)) is ReviewOrder.UNCERTAINTY
    assert usual_order(ours, (other,)) is ReviewOrder.NOT_UNANIMOUS


def test_with_a_measured_review_curve_any_staging_promises_an_agreement():
    curve = ((0.0, 0.2, 0.75), (0.5, 0.6, 0.95), (1.0, 1.0, 1.0))
    rows = [(0, 0, 0.8, 0.2, 0)] * 2
    unmeasured, measured = by("yasa", rows), by("yasa", rows, review_curve=curve)
    assert queue_of(state([N2, N2]), unmeasured, share=0).expected_agreement is None
    assert queue_of(state([N2, N2]), measured, share=0).expected_agreement == pytest.approx(0.9)
