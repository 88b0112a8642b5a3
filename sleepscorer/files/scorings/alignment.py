"""Stages of epochs of one length or grid, told to epochs of another: exactly, or by choice."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import AlignmentNeeded, ScoringError, UsageError
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.core.wording import counted
from sleepscorer.files.scorings.stage_spans import check_n_epochs

HowAligned = Literal["exact", "nearest", "majority"]
EXACT: Final = "exact"
NEAREST: Final = "nearest"
MAJORITY: Final = "majority"
SHORTEST_EPOCH_S, LONGEST_EPOCH_S = 0.5, 600.0
# Times of files are rounded to as much; what is less than that is no stage of its own.
_TOLERANCE_S = 0.5
_N = max(Stage) + 1


@dataclass(frozen=True)
class Alignment:
    """What a person chooses where the epochs of a scoring are not those of the recording.

    Parameters
    ----------
    offset_s
        How long after the recording the scoring starts, seconds, negative before; None takes it
        from the start times.
    epochs
        ``"exact"`` refuses what does not coincide. ``"nearest"`` moves every epoch, as a whole, to
        the nearest of the recording. ``"majority"`` gives an epoch of the recording the stage that
        covers most of it, see :func:`told_to`.
    """

    offset_s: float | None = None
    epochs: HowAligned = EXACT

    def __post_init__(self) -> None:
        if self.epochs not in (EXACT, NEAREST, MAJORITY):
            raise UsageError(
                f"{self.epochs!r} is no way to align epochs",
                hint=f"there are {EXACT}, {NEAREST} and {MAJORITY}",
            )
        if self.offset_s is not None and not np.isfinite(self.offset_s):
            raise UsageError("how long after the recording a scoring starts is a number of seconds")


@dataclass(frozen=True, eq=False)
class ToldEpochs:
    """What the epochs of a scoring say of other epochs.

    Parameters
    ----------
    stages
        (n_epochs,) int8, of each the stage that covers most of what is scored of it; unscored
        where less than half of it is scored.
    is_mixed
        (n_epochs,) more than one stage covers it, or a stage and what is unscored.
    is_tied
        (n_epochs,) two stages cover as much of it: that which comes first was taken.
    probabilities
        (n_epochs, 5) means of those of the scoring, by the time they cover; None where it has none.
    """

    stages: NDArray[np.int8]
    is_mixed: NDArray[np.bool_]
    is_tied: NDArray[np.bool_]
    probabilities: NDArray[np.float64] | None


def told_to(scoring: Scoring, n_epochs: int, epoch_s: float, offset_s: float) -> ToldEpochs:
    """Tell the stages of a scoring to ``n_epochs`` epochs of ``epoch_s`` seconds.

    An epoch gets the stage that comprises the greatest part of it (the AASM manual's rule for an
    epoch of several stages), of those parts that are scored, if they are at least half of it. Of
    two stages with equal parts that which comes first is taken, a rule of our own: the manual has
    none. What is unscored never counts as a stage.

    Parameters
    ----------
    scoring
        The scoring.
    n_epochs, epoch_s
        The epochs that are told, and their length, seconds.
    offset_s
        How long after the first of them the scoring starts, seconds.
    """
    theirs = scoring.hypnogram
    end_s = n_epochs * epoch_s
    starts_s = np.round(offset_s + theirs.epoch_s * np.arange(theirs.n_epochs + 1), 6)
    edges = np.unique(np.concatenate([starts_s, np.round(epoch_s * np.arange(n_epochs + 1), 6)]))
    edges = edges[(edges >= 0) & (edges <= end_s)]
    lengths, middles = np.diff(edges), (edges[:-1] + edges[1:]) / 2
    of_theirs = np.searchsorted(starts_s, middles, side="right") - 1
    of_ours = np.minimum((middles / epoch_s).astype(int), n_epochs - 1)
    is_told = (of_theirs >= 0) & (of_theirs < theirs.n_epochs)
    lengths, of_theirs, of_ours = lengths[is_told], of_theirs[is_told], of_ours[is_told]
    stages = theirs.stages[of_theirs].astype(int)
    is_scored = stages != Stage.UNSCORED
    covered_s = np.zeros((n_epochs, _N))
    np.add.at(covered_s, (of_ours[is_scored], stages[is_scored]), lengths[is_scored])
    first = np.full((n_epochs, _N), len(stages))
    np.minimum.at(first, (of_ours[is_scored], stages[is_scored]), np.flatnonzero(is_scored))
    scored_s, most_s = covered_s.sum(axis=1), covered_s.max(axis=1)
    is_most = covered_s >= most_s[:, None] - 1e-6
    chosen = np.where(is_most, first, len(stages) + 1).argmin(axis=1)
    is_staged = (scored_s > 0) & (scored_s >= epoch_s / 2 - 1e-6)
    others_s = np.where(is_staged, epoch_s - most_s, scored_s)
    return ToldEpochs(
        np.where(is_staged, chosen, Stage.UNSCORED).astype(np.int8),
        others_s > _TOLERANCE_S,
        is_staged & (is_most.sum(axis=1) > 1),
        _means(scoring.probabilities, of_theirs, of_ours, lengths, n_epochs),
    )


def in_epochs(scoring: Scoring, epoch_s: float = EPOCH_S, *, epochs: HowAligned = EXACT) -> Scoring:
    """Return a scoring in epochs of another length, counted from its own start.

    A last epoch that the scoring does not fill is left out, with a note. Events, lights marks and
    the start stay as they are; probabilities are means by time, and labels count epochs of the new
    length, also in what is left out.

    Parameters
    ----------
    scoring
        The scoring.
    epoch_s
        The length, seconds.
    epochs
        ``"exact"`` takes only epochs of one stage each; ``"majority"`` as :func:`told_to`.

    Raises
    ------
    UsageError
        If epochs can't be so long, or ``epochs`` is neither.
    AlignmentNeeded
        If an epoch holds more than one stage, and ``epochs`` is exact.
    ScoringError
        If the scoring is shorter than one epoch.
    """
    check_epoch_s(epoch_s)
    if epochs not in (EXACT, MAJORITY):
        raise UsageError(f"{epochs!r} is no way to change the length of epochs")
    theirs = scoring.hypnogram
    if theirs.epoch_s == epoch_s:
        return scoring
    n_epochs = int((theirs.duration_s + 1e-6) // epoch_s)
    if n_epochs < 1:
        raise ScoringError(
            f"the scoring lasts {theirs.duration_s:g} s, less than one epoch of {epoch_s:g} s"
        )
    check_n_epochs(n_epochs, epoch_s)
    told = told_to(scoring, n_epochs, epoch_s, 0.0)
    if epochs == EXACT and told.is_mixed.any():
        raise AlignmentNeeded(
            f"its epochs last {theirs.epoch_s:g} s, not {epoch_s:g} s, and"
            f" {int(told.is_mixed.sum())} of {counted(n_epochs, 'epoch')} would hold several"
            " stages",
            offset_s=0.0,
            epoch_s=theirs.epoch_s,
            choices=(MAJORITY,),
        )
    notes = [length_note(theirs.epoch_s, epoch_s, told)]
    left_s = theirs.duration_s - n_epochs * epoch_s
    if left_s > 1e-6:
        notes.append(f"the last {left_s:g} s fill no epoch of {epoch_s:g} s and were left out")
    end_s = n_epochs * epoch_s
    off_s, on_s = (
        None if mark is None else min(mark, end_s)
        for mark in (theirs.lights_off_s, theirs.lights_on_s)
    )
    if off_s is not None and off_s >= (end_s if on_s is None else on_s):
        off_s = None
    share = theirs.epoch_s / epoch_s
    return replace(
        scoring,
        hypnogram=Hypnogram(told.stages, epoch_s, off_s, on_s, theirs.stage_set),
        labels=tuple(
            replace(one, n_epochs=round(one.n_epochs * share, 2)) for one in scoring.labels
        ),
        events=tuple(event for event in scoring.events if event.onset_s <= end_s),
        notes=(*scoring.notes, *notes),
        probabilities=told.probabilities,
    )


def folded(scoring: Scoring, epoch_s: float = EPOCH_S) -> Scoring | None:
    """Return a scoring in epochs of another length where that is exact, else None."""
    try:
        return in_epochs(scoring, epoch_s)
    except ScoringError:
        return None


def check_epoch_s(epoch_s: float) -> None:
    """Refuse a length that no epoch has.

    Raises
    ------
    UsageError
        If it is none.
    """
    if not SHORTEST_EPOCH_S <= epoch_s <= LONGEST_EPOCH_S:
        raise UsageError(
            f"epochs last {SHORTEST_EPOCH_S:g} to {LONGEST_EPOCH_S:g} s, not {epoch_s:g} s"
        )


def length_note(theirs_s: float, epoch_s: float, told: ToldEpochs) -> str:
    """Say how epochs of one length came to those of another."""
    what = f"its epochs of {theirs_s:g} s were told to epochs of {epoch_s:g} s"
    if not told.is_mixed.any():
        return f"{what}, each of one stage"
    return f"{what}: {mixed_words(told)}"


def mixed_words(told: ToldEpochs) -> str:
    """Say how many epochs were decided by the greater part."""
    n_mixed, n_tied = int(told.is_mixed.sum()), int(told.is_tied.sum())
    n_left = int((told.is_mixed & (told.stages == Stage.UNSCORED)).sum())
    words = f"epochs that hold several stages have that of the greatest part: {n_mixed - n_left}"
    more: Iterable[tuple[int, str]] = (
        (n_tied, "of equal parts the first was taken"),
        (n_left, "left unscored, less than half of them being scored"),
    )
    return ", ".join([words, *(f"{why}: {n}" for n, why in more if n)])


def _means(
    probabilities: NDArray[np.float64] | None,
    of_theirs: NDArray[np.intp],
    of_ours: NDArray[np.intp],
    lengths: NDArray[np.float64],
    n_epochs: int,
) -> NDArray[np.float64] | None:
    if probabilities is None:
        return None
    rows = probabilities[of_theirs]
    is_known = np.isfinite(rows).all(axis=1)
    sums = np.zeros((n_epochs, probabilities.shape[1]))
    np.add.at(sums, of_ours[is_known], rows[is_known] * lengths[is_known, None])
    seconds = np.bincount(of_ours[is_known], lengths[is_known], n_epochs)
    with np.errstate(invalid="ignore"):
        return sums / np.where(seconds > 0, seconds, np.nan)[:, None]
