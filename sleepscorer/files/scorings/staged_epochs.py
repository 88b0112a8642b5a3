"""From stretches of stages to epochs: the one set of rules for every format that has times.

EDF+ annotations, NSRR's XML and tables with onsets all come as stretches of a label. An epoch of
30 s has a stage where one stage covers all of it; whatever is left out or taken as unscored is
counted in the notes, and what can't be a scoring of this kind is refused.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.stages import EPOCH_S, STAGES, Stage
from sleepscorer.files.scorings.labels import LabelKind
from sleepscorer.files.scorings.remarks import without_contradicting, without_remarks
from sleepscorer.files.scorings.stage_spans import (
    MAX_DAYS,
    MAX_EPOCHS,
    MAX_OFF_GRID,
    TOLERANCE_S,
    StageSpan,
    apart_s,
    check_n_epochs,
    counted_texts,
    residue_s,
    times,
)
from sleepscorer.files.scorings.unknown_labels import filling, like_epochs, note_unknown

# Epochs of 5 s and a scoring by a second person are still fewer.
_MAX_SPANS = 12 * MAX_EPOCHS
_MAX_CONFLICT = 1 / 3


@dataclass(frozen=True)
class StagedEpochs:
    """The epochs that stretches of stages come to.

    Parameters
    ----------
    stages
        (n_epochs,) int8, of 30 s.
    shift_s
        Where the first epoch starts, seconds from the start of the file.
    notes
        What had to be decided, one sentence each.
    left_out
        The stretches that were remarks, not stages.
    """

    stages: NDArray[np.int8]
    shift_s: float
    notes: tuple[str, ...]
    left_out: tuple[StageSpan, ...] = ()


def epochs_of_spans(
    spans: Iterable[StageSpan],
    *,
    duration_s: float | None = None,
    like_stages: Iterable[StageSpan] = (),
) -> StagedEpochs:
    """Return the epochs that these stretches cover.

    Epochs count from the start of the file, or from the first boundary of a scoring that is
    shifted against it as a whole.

    Parameters
    ----------
    spans
        In any order.
    duration_s
        Of the recording, seconds; None where the stages themselves say how long it is.
    like_stages
        Stretches of texts that may be stages nobody knows the names of: those that fill epochs
        without a stage are counted and named.

    Raises
    ------
    ScoringError
        If they are none, don't follow epochs of 30 s, last more than ten days, don't tell N1, N2
        and N3 apart, contradict each other in a good part, or a good part is not understood.
    """
    spans = sorted(spans, key=lambda span: span.start_s)
    if len(spans) > _MAX_SPANS:
        raise ScoringError(f"the file holds {len(spans)} stages, more than {MAX_DAYS} days have")
    notes: list[str] = []
    spans, remarks = without_remarks(spans, notes)
    if not spans:
        raise ScoringError(
            "the file holds no sleep stages, only remarks that name one"
            f" ({counted_texts(span.text for span in remarks)})"
        )
    _refuse_undivided(spans)
    spans, moment_s = _with_durations(spans, notes)
    like_stages = like_epochs(like_stages, moment_s)
    spans, others = without_contradicting(spans, notes)
    if duration_s is None:
        spans = _without_tail(spans, notes)
    runs = _joined(spans)
    shift_s = _grid_shift(runs, spans, notes)
    stop_s = max(span.stop_s for span in spans) if duration_s is None else duration_s
    n_epochs = _n_epochs(stop_s - shift_s)
    _note_outside(spans, shift_s, shift_s + n_epochs * EPOCH_S, notes)
    _note_labels(spans, notes)
    stages = _stages(spans, shift_s, n_epochs, notes)
    note_unknown(spans, filling(like_stages, spans, shift_s, n_epochs), notes)
    return StagedEpochs(stages, shift_s, tuple(notes), (*remarks, *others))


def _refuse_undivided(spans: Sequence[StageSpan]) -> None:
    undivided = [span.text for span in spans if span.label.kind is LabelKind.UNDIVIDED]
    if undivided:
        # Taken as unscored, it would be time in bed without sleep.
        raise ScoringError(
            f"{undivided[0]!r} does not tell N1, N2 and N3 apart, which a scoring must"
            f" ({times(len(undivided))})"
        )


def _with_durations(spans: list[StageSpan], notes: list[str]) -> tuple[list[StageSpan], float]:
    """Give every stage an end, also where the file has none.

    Returns
    -------
    The stages, and the seconds that a moment stands for: 0 where the file gives durations, or a
    moment lasts until the next.
    """
    onsets = [span.start_s for span in spans]
    spacing_s = median([b - a for a, b in pairwise(onsets)] or [EPOCH_S])
    by_epoch = abs(spacing_s - EPOCH_S) <= TOLERANCE_S
    ended, n_without = [], 0
    for span, next_s in zip(spans, [*onsets[1:], onsets[-1] + EPOCH_S], strict=True):
        if span.duration_s > 0:
            ended.append(span)
            continue
        n_without += 1
        ended.append(replace(span, duration_s=EPOCH_S if by_epoch else next_s - span.start_s))
    if n_without:
        meaning = "one epoch each" if by_epoch else "lasting until the next"
        notes.append(f"stages without a duration were taken as {meaning} ({times(n_without)})")
    return ended, EPOCH_S if by_epoch and 2 * n_without > len(spans) else 0.0


def _without_tail(spans: list[StageSpan], notes: list[str]) -> list[StageSpan]:
    """Drop a last stretch of "Sleep stage ?", which in Sleep-EDF runs past the recording's end."""
    last = spans[-1]
    is_tail = last.label.kind is LabelKind.UNSCORED and last.duration_s > EPOCH_S * 1.5
    if not is_tail or all(span.label.kind is LabelKind.UNSCORED for span in spans):
        return spans
    notes.append(
        f"the last {last.duration_s / 60:g} min, unscored in one piece, were left out: such a"
        " stretch may run past the end of the recording"
    )
    return spans[:-1]


def _joined(spans: Sequence[StageSpan]) -> list[StageSpan]:
    """Join neighbours of one stage: epochs of 10 s that change on every third are of 30 s."""
    runs: list[StageSpan] = []
    for span in spans:
        if (
            runs
            and runs[-1].stage is span.stage
            and abs(runs[-1].stop_s - span.start_s) <= TOLERANCE_S
        ):
            runs[-1] = replace(runs[-1], duration_s=span.stop_s - runs[-1].start_s)
        else:
            runs.append(span)
    return runs


def _grid_shift(runs: Sequence[StageSpan], spans: Sequence[StageSpan], notes: list[str]) -> float:
    """Return where the first epoch starts: 0, unless all stages are shifted by the same time."""
    residues = Counter(residue_s(run) for run in runs)
    shift_s = residues.most_common(1)[0][0]
    if min(shift_s, EPOCH_S - shift_s) <= TOLERANCE_S:
        shift_s = 0.0
    off = [run for run in runs if apart_s(residue_s(run), shift_s) > TOLERANCE_S]
    if len(off) > MAX_OFF_GRID * len(runs):
        each_s = median(span.duration_s for span in spans)
        length = f"most stages last {each_s:g} s, and " if each_s < EPOCH_S - TOLERANCE_S else ""
        raise ScoringError(
            f"the stages don't follow epochs of 30 s: {length}{len(off)} of {len(runs)} start"
            " between epochs"
        )
    if shift_s:
        notes.append(
            f"the stages start {shift_s:g} s after the start of the file or whole epochs later:"
            " epochs are counted from there"
        )
    return shift_s


def _n_epochs(duration_s: float) -> int:
    n_epochs = int((duration_s + TOLERANCE_S) // EPOCH_S)
    if n_epochs < 1:
        raise ScoringError("the stages cover less than one epoch of 30 s")
    check_n_epochs(n_epochs)
    return n_epochs


def _note_outside(
    spans: Sequence[StageSpan], start_s: float, stop_s: float, notes: list[str]
) -> None:
    for where, n_outside in (
        ("before the start", sum(span.start_s < start_s - TOLERANCE_S for span in spans)),
        ("past the end", sum(span.stop_s > stop_s + TOLERANCE_S for span in spans)),
    ):
        if n_outside:
            notes.append(f"what reaches {where} was left out (stages: {n_outside})")


def _note_labels(spans: Sequence[StageSpan], notes: list[str]) -> None:
    kinds = Counter(span.label.kind for span in spans)
    if kinds[LabelKind.DEEP_R_AND_K]:
        notes.append("stages 3 and 4 of Rechtschaffen & Kales were taken as N3")
    if n_movement := kinds[LabelKind.MOVEMENT_TIME]:
        notes.append(f"movement time was taken as unscored ({times(n_movement)})")


def _stages(
    spans: Sequence[StageSpan], start_s: float, n_epochs: int, notes: list[str]
) -> NDArray[np.int8]:
    """Return the stage that covers each epoch."""
    stages = np.full(n_epochs, Stage.UNSCORED, dtype=np.int8)
    n_marks = np.zeros(n_epochs, dtype=int)
    covered_s = np.zeros(n_epochs)
    for stage in (*STAGES, Stage.UNSCORED):
        seconds = _coverage([s for s in spans if s.stage is stage], start_s, n_epochs)
        stages[seconds >= EPOCH_S - TOLERANCE_S] = stage
        n_marks += seconds > TOLERANCE_S
        covered_s += seconds
    in_conflict = covered_s > EPOCH_S + TOLERANCE_S
    if in_conflict.sum() > max(1, _MAX_CONFLICT * (n_marks > 0).sum()):
        raise ScoringError(
            f"{int(in_conflict.sum())} of {int((n_marks > 0).sum())} epochs are marked with two"
            " stages at once: the file may hold two scorings",
            hint="save each scoring in a file of its own",
        )
    in_part = ~in_conflict & (n_marks > 0) & (stages == Stage.UNSCORED)
    unscored_s = _coverage([s for s in spans if s.stage is Stage.UNSCORED], start_s, n_epochs)
    in_part &= unscored_s < EPOCH_S - TOLERANCE_S
    if (in_part | in_conflict).any() and not (stages[~in_conflict] != Stage.UNSCORED).any():
        each_s = median(span.duration_s for span in spans)
        raise ScoringError(
            f"no epoch of 30 s is covered by one stage: most stages last {each_s:g} s",
            hint="save the scoring with epochs of 30 s, or without durations",
        )
    stages[in_conflict] = Stage.UNSCORED
    for epochs, why in (
        (in_conflict, "marked with two stages at once"),
        (in_part, "not covered by one stage throughout"),
    ):
        if epochs.any():
            notes.append(f"epochs {why} were taken as unscored: {int(epochs.sum())}")
    return stages


def _coverage(spans: Sequence[StageSpan], start_s: float, n_epochs: int) -> NDArray[np.float64]:
    """Return the (n_epochs,) seconds of each epoch that the spans of one stage cover."""
    seconds = np.zeros(n_epochs)
    end_s = start_s
    for span in spans:
        # Spans come in order of onset: what an earlier one covers is not counted again.
        first = (max(span.start_s, end_s) - start_s) / EPOCH_S
        stop = min((span.stop_s - start_s) / EPOCH_S, n_epochs)
        if stop <= first:
            continue
        end_s = span.stop_s
        i, j = int(first), int(stop)
        seconds[i:j] += EPOCH_S
        seconds[i] -= (first - i) * EPOCH_S
        if j < n_epochs:
            seconds[j] += (stop - j) * EPOCH_S
    return seconds
