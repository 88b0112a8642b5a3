"""Which epochs are worth a person's look, and what looking at them promises."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.edits import ScoringState
from sleepscorer.core.second_opinion import shared_confidence
from sleepscorer.core.stages import Stage
from sleepscorer.core.staging_result import Staging
from sleepscorer.core.unanimity import compared, not_unanimous

USUAL_SHARE = 0.1
"""The share of all epochs that is reviewed unless a person wants another."""


class ReviewOrder(StrEnum):
    """What makes an epoch worth a look."""

    NOT_UNANIMOUS = "not unanimous"
    UNCERTAINTY = "uncertainty"
    STAGE_CHANGE = "stage change"
    DISAGREEMENT = "machine against person"
    EQUIVOCAL = "equivocal"


@dataclass(frozen=True)
class ReviewQueue:
    """The epochs to review, most urgent first.

    Parameters
    ----------
    order
        What ranked them.
    epochs
        Their indices; those already done stay in, so that "12 of 43" keeps its 43.
    done
        Whether each of ``epochs`` is reviewed. Disagreements with a person are never done: they
        leave the queue when the person changes the stage.
    n_found
        How many epochs the order finds in the night; more than ``epochs`` where the share left
        some out.
    expected_agreement
        Expected share of right epochs once all of ``epochs`` are reviewed, 0 to 1; None where
        nothing was staged, or where nobody measured how often such a stage is right.
    expected_agreement_now
        The same with what is reviewed so far.
    """

    order: ReviewOrder
    epochs: tuple[int, ...]
    done: tuple[bool, ...]
    n_found: int
    expected_agreement: float | None
    expected_agreement_now: float | None

    @property
    def n_done(self) -> int:
        """How many of the epochs are done."""
        return sum(self.done)

    @property
    def n_total(self) -> int:
        """How many epochs the queue holds."""
        return len(self.epochs)

    @property
    def pending(self) -> tuple[int, ...]:
        """The epochs not done, most urgent first."""
        return tuple(e for e, done in zip(self.epochs, self.done, strict=True) if not done)

    def next_after(self, epoch: int) -> int | None:
        """Return the epoch to look at next; None where nothing is left.

        From an epoch of the queue it is the next one not done, beginning again after the last;
        from anywhere else it is the most urgent.
        """
        pending = self.pending
        if epoch in self.epochs:
            place = self.epochs.index(epoch)
            left = set(pending)
            turned = self.epochs[place + 1 :] + self.epochs[:place]
            return next((e for e in turned if e in left), None)
        return pending[0] if pending else None


def usual_order(machine: Staging | None, others: Sequence[Staging]) -> ReviewOrder:
    """Return what to review first: where several stagers answered and differ, what they differ in.

    Where three stagers were not unanimous lay half of their errors in recordings of laboratories
    that none of them had learned from, more than where a measured confidence was low.
    """
    if machine is None or not not_unanimous(compared(machine, others)).any():
        return ReviewOrder.UNCERTAINTY
    return ReviewOrder.NOT_UNANIMOUS


def review_queue(
    state: ScoringState,
    machine: Staging | None,
    *,
    reviewed: NDArray[np.bool_],
    others: Sequence[Staging] = (),
    order: ReviewOrder = ReviewOrder.UNCERTAINTY,
    share: float = USUAL_SHARE,
) -> ReviewQueue:
    """Choose the epochs worth a look.

    By uncertainty: those the machine is least confident of, first those it could not stage. By
    stage change: the epochs on both sides of each change of stage, least confident first. By
    disagreement: all that a person scored otherwise than the machine, here or in a scoring that was
    imported, the most improbable first. By equivocality: those whose two most probable stages are
    nearly as probable, least confident first. By unanimity: those to which several stagers give
    different stages, least confident first.

    With a second opinion, what ranks is the mean of the machine's confidence and the probability
    that the other stager gives the machine's stage
    (:func:`~sleepscorer.core.second_opinion.shared_confidence`): of equally certain epochs those
    that the other doubts come first. With a consensus it is the probability of its stage.

    The expected agreement takes a reviewed epoch as right. Any other with the machine's stage, or
    unscored, is right as often as epochs of that confidence were on the nights that the weights
    were validated on (:func:`chance_right`); one with another stage as often as the machine's
    probability of it says: who scored it elsewhere tells nothing that was measured. Epochs that the
    machine could not stage count neither way unless reviewed.

    Parameters
    ----------
    state
        The scoring now.
    machine
        The machine's staging of the same epochs, or None.
    reviewed
        (n_epochs,) bool: :func:`~sleepscorer.core.reviewed.reviewed_epochs`.
    others
        What stands beside it: a second opinion, or the answers that it is the consensus of.
    order
        What ranks the epochs.
    share
        At most this share of all epochs is queued, 0 to 1; some part of an epoch counts as one.
        Disagreements with a person are queued whole: they are settled, not sampled.

    Raises
    ------
    ValueError
        If the share is none, or a staging is of another number of epochs.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"a share of {share}")
    n_epochs = state.stages.size
    for staging in (*others, *(() if machine is None else (machine,))):
        if len(staging.probabilities) != n_epochs:
            raise ValueError(f"{len(staging.probabilities)} epochs staged of {n_epochs}")
    ranked: NDArray[np.intp] = _RANKED[order](state, machine, others)
    is_whole = order is ReviewOrder.DISAGREEMENT
    # A share of 0.07 of 100 epochs is 7, though its binary product is a little more.
    chosen = ranked if is_whole else ranked[: int(np.ceil(share * n_epochs - 1e-9))]
    done = reviewed[chosen] & (not is_whole)
    afterwards = reviewed.copy()
    afterwards[chosen] = True
    return ReviewQueue(
        order,
        tuple(chosen.tolist()),
        tuple(done.tolist()),
        ranked.size,
        _expected(state, afterwards, machine),
        _expected(state, reviewed, machine),
    )


def _by_uncertainty(
    state: ScoringState, machine: Staging | None, others: Sequence[Staging]
) -> NDArray[np.intp]:
    if machine is None:
        return np.empty(0, np.intp)
    return _least_first(np.arange(state.stages.size), shared_confidence(machine, others))


def _by_stage_change(
    state: ScoringState, machine: Staging | None, others: Sequence[Staging]
) -> NDArray[np.intp]:
    stages = state.stages
    if machine is not None:
        stages = np.where(stages == Stage.UNSCORED, machine.stages, stages)
    changes = np.flatnonzero(np.diff(stages))
    beside = np.union1d(changes, changes + 1)
    scored: NDArray[np.intp] = beside[stages[beside] != Stage.UNSCORED]
    if machine is None:
        return scored
    return _least_first(scored, shared_confidence(machine, others))


def _by_disagreement(
    state: ScoringState, machine: Staging | None, _others: Sequence[Staging]
) -> NDArray[np.intp]:
    if machine is None:
        return np.empty(0, np.intp)
    both = (state.stages != Stage.UNSCORED) & (machine.stages != Stage.UNSCORED)
    differ = np.flatnonzero(state.by_person & both & (state.stages != machine.stages))
    probability = np.zeros(state.stages.size)
    probability[differ] = machine.probabilities[differ, state.stages[differ]]
    return _least_first(differ, probability)


def _by_equivocality(
    _state: ScoringState, machine: Staging | None, others: Sequence[Staging]
) -> NDArray[np.intp]:
    if machine is None:
        return np.empty(0, np.intp)
    return _least_first(np.flatnonzero(machine.equivocal), shared_confidence(machine, others))


def _by_unanimity(
    _state: ScoringState, machine: Staging | None, others: Sequence[Staging]
) -> NDArray[np.intp]:
    if machine is None:
        return np.empty(0, np.intp)
    differ = np.flatnonzero(not_unanimous(compared(machine, others)))
    return _least_first(differ, shared_confidence(machine, others))


_RANKED = {
    ReviewOrder.UNCERTAINTY: _by_uncertainty,
    ReviewOrder.STAGE_CHANGE: _by_stage_change,
    ReviewOrder.DISAGREEMENT: _by_disagreement,
    ReviewOrder.EQUIVOCAL: _by_equivocality,
    ReviewOrder.NOT_UNANIMOUS: _by_unanimity,
}


def _least_first(epochs: NDArray[np.intp], values: NDArray[np.floating]) -> NDArray[np.intp]:
    """Sort epochs by their values, unknown ones first, equal ones by time."""
    return epochs[np.argsort(np.nan_to_num(values[epochs], nan=-1.0), kind="stable")]


def _expected(
    state: ScoringState, reviewed: NDArray[np.bool_], machine: Staging | None
) -> float | None:
    if machine is None or not machine.is_measured:
        return None
    probability = chance_right(machine)
    # An earlier staging may have filled it: what counts is the stage that stands there.
    others = np.flatnonzero((state.stages != Stage.UNSCORED) & (state.stages != machine.stages))
    probability[others] = machine.probabilities[others, state.stages[others]]
    right = np.where(reviewed, 1.0, probability)
    known = ~np.isnan(right)
    return float(right[known].mean()) if known.any() else None


def chance_right(machine: Staging) -> NDArray[np.float64]:
    """How often epochs of each confidence were right on validation nights.

    Between two points of the review curve (:data:`~sleepscorer.core.staging_result.ReviewCurve`)
    the accuracy rises by the errors among the epochs reviewed between them. Without a curve the
    confidence itself is the chance.

    Returns
    -------
    (n_epochs,) NaN where nothing could be staged.
    """
    confidence = machine.confidence.astype(np.float64)
    curve = np.array(machine.provenance.review_curve)
    if len(curve) < 2:
        return confidence
    share, highest, accuracy = curve.T
    right = np.maximum.accumulate(1 - np.diff(accuracy) / np.diff(share))
    middle = (highest[:-1] + highest[1:]) / 2
    # From nothing at no confidence: bad signals may be less certain than any validated epoch.
    knots = (np.concatenate([[0], middle]), np.concatenate([[0], right]))
    return np.asarray(np.interp(confidence, *knots), dtype=np.float64)
