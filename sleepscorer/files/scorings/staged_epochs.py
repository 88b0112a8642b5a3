"""From stretches of stages to epochs: the one set of rules for every format that has times.

EDF+ annotations, NSRR's XML and tables with onsets all come as stretches of a label. An epoch
has a stage where one stage covers all of it; whatever is left out or taken as unscored is
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
from sleepscorer.core.hypnogram import LabelCount
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
# Vocabularies have a dozen words; a table of more would tell nobody anything.
_MOST_LABELS = 50


@dataclass(frozen=True)
class StagedEpochs:
    """The epochs that stretches of stages come to.

    Parameters
    ----------
    stages
        (n_epochs,) int8.
    shift_s
        Where the first epoch starts, seconds from the start of the file.
    notes
        What had to be decided, one sentence each.
    left_out
        The stretches that were remarks, not stages.
    labels
        What the file calls the stages, the most frequent first.
    """

    stages: NDArray[np.int8]
    shift_s: float
    notes: tuple[str, ...]
    left_out: tuple[StageSpan, ...] = ()
    labels: tuple[LabelCount, ...] = ()


def epochs_of_spans(
    spans: Iterable[StageSpan],
    *,
    duration_s: float | None = None,
    like_stages: Iterable[StageSpan] = (),
    epoch_s: float = EPOCH_S,
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
    epoch_s
        Length of its epochs, seconds.

    Raises
    ------
    ScoringError
        If they are none, don't follow such epochs, last more than ten days, don't tell N1, N2
        and N3 apart, contradict each other in a good part, or a good part is not understood.
    """
    spans = sorted(spans, key=lambda span: span.start_s)
    if len(spans) > _MAX_SPANS:
        raise ScoringError(f"the file holds {len(spans)} stages, more than {MAX_DAYS} days have")
    notes: list[str] = []
    spans, remarks = without_remarks(spans, notes, epoch_s)
    if not spans:
        raise ScoringError(
            "the file holds no sleep stages, only remarks that name one"
            f" ({counted_texts(span.text for span in remarks)})"
        )
    refuse_undivided(spans)
    spans, moment_s = _with_durations(spans, notes, epoch_s)
    like_stages = like_epochs(like_stages, moment_s)
    spans, others = without_contradicting(spans, notes)
    if duration_s is None:
        spans = _without_tail(spans, notes, epoch_s)
    runs = _joined(spans)
    shift_s = _grid_shift(runs, spans, notes, epoch_s)
    stop_s = max(span.stop_s for span in spans) if duration_s is None else duration_s
    n_epochs = _n_epochs(stop_s - shift_s, epoch_s)
    _note_outside(spans, shift_s, shift_s + n_epochs * epoch_s, notes)
    notes += label_notes(spans)
    stages = _stages(spans, shift_s, n_epochs, notes, epoch_s)
    note_unknown(spans, filling(like_stages, spans, shift_s, n_epochs, epoch_s), notes)
    left_out, labels = (*remarks, *others), label_counts(spans, epoch_s)
    return StagedEpochs(stages, shift_s, tuple(notes), left_out, labels)


def label_counts(spans: Iterable[StageSpan], epoch_s: float) -> tuple[LabelCount, ...]:
    """Return what stretches call the stages, the most frequent first."""
    told_s: Counter[tuple[str, Stage]] = Counter()
    for span in spans:
        told_s[(span.text, span.stage)] += span.duration_s  # type: ignore[assignment]
    return tuple(
        LabelCount(text, stage, round(seconds / epoch_s, 3))
        for (text, stage), seconds in told_s.most_common(_MOST_LABELS)
    )


def refuse_undivided(spans: Sequence[StageSpan]) -> None:
    """Refuse sleep of which nobody tells whether it is N1, N2 or N3."""
    undivided = [span.text for span in spans if span.label.kind is LabelKind.UNDIVIDED]
    if undivided:
        # Taken as unscored, it would be time in bed without sleep.
        raise ScoringError(
            f"{undivided[0]!r} does not tell N1, N2 and N3 apart, which a scoring must"
            f" ({times(len(undivided))})"
        )


def _with_durations(
    spans: list[StageSpan], notes: list[str], epoch_s: float
) -> tuple[list[StageSpan], float]:
    """Give every stage an end, also where the file has none.

    Returns
    -------
    The stages, and the seconds that a moment stands for: 0 where the file gives durations, or a
    moment lasts until the next.
    """
    onsets = [span.start_s for span in spans]
    spacing_s = median([b - a for a, b in pairwise(onsets)] or [epoch_s])
    by_epoch = abs(spacing_s - epoch_s) <= TOLERANCE_S
    ended, n_without = [], 0
    for span, next_s in zip(spans, [*onsets[1:], onsets[-1] + epoch_s], strict=True):
        if span.duration_s > 0:
            ended.append(span)
            continue
        n_without += 1
        ended.append(replace(span, duration_s=epoch_s if by_epoch else next_s - span.start_s))
    if n_without:
        meaning = "one epoch each" if by_epoch else "lasting until the next"
        notes.append(f"stages without a duration were taken as {meaning} ({times(n_without)})")
    return ended, epoch_s if by_epoch and 2 * n_without > len(spans) else 0.0


def _without_tail(spans: list[StageSpan], notes: list[str], epoch_s: float) -> list[StageSpan]:
    """Drop a last stretch of "Sleep stage ?", which in Sleep-EDF runs past the recording's end."""
    last = spans[-1]
    is_tail = last.label.kind is LabelKind.UNSCORED and last.duration_s > epoch_s * 1.5
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


def _grid_shift(
    runs: Sequence[StageSpan], spans: Sequence[StageSpan], notes: list[str], epoch_s: float
) -> float:
    """Return where the first epoch starts: 0, unless all stages are shifted by the same time."""
    residues = Counter(residue_s(run, epoch_s) for run in runs)
    shift_s = residues.most_common(1)[0][0]
    if min(shift_s, epoch_s - shift_s) <= TOLERANCE_S:
        shift_s = 0.0
    off = [run for run in runs if apart_s(residue_s(run, epoch_s), shift_s, epoch_s) > TOLERANCE_S]
    if len(off) > MAX_OFF_GRID * len(runs):
        each_s = median(span.duration_s for span in spans)
        length = f"most stages last {each_s:g} s, and " if each_s < epoch_s - TOLERANCE_S else ""
        raise ScoringError(
            f"the stages don't follow epochs of {epoch_s:g} s: {length}{len(off)} of {len(runs)}"
            " start between epochs"
        )
    if shift_s:
        notes.append(
            f"the stages start {shift_s:g} s after the start of the file or whole epochs later:"
            " epochs are counted from there"
        )
    return shift_s


def _n_epochs(duration_s: float, epoch_s: float) -> int:
    n_epochs = int((duration_s + TOLERANCE_S) // epoch_s)
    if n_epochs < 1:
        raise ScoringError(f"the stages cover less than one epoch of {epoch_s:g} s")
    check_n_epochs(n_epochs, epoch_s)
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


def label_notes(spans: Iterable[StageSpan]) -> list[str]:
    """Say of what is no stage of the AASM manual what it was taken as."""
    kinds = Counter(span.label.kind for span in spans)
    notes = []
    if kinds[LabelKind.DEEP_R_AND_K]:
        notes.append("stages 3 and 4 of Rechtschaffen & Kales were taken as N3")
    if n_movement := kinds[LabelKind.MOVEMENT_TIME]:
        notes.append(f"movement time was taken as unscored ({times(n_movement)})")
    return notes


def _stages(
    spans: Sequence[StageSpan], start_s: float, n_epochs: int, notes: list[str], epoch_s: float
) -> NDArray[np.int8]:
    """Return the stage that covers each epoch."""
    stages = np.full(n_epochs, Stage.UNSCORED, dtype=np.int8)
    n_marks = np.zeros(n_epochs, dtype=int)
    covered_s = np.zeros(n_epochs)
    for stage in (*STAGES, Stage.UNSCORED):
        seconds = _coverage([s for s in spans if s.stage is stage], start_s, n_epochs, epoch_s)
        stages[seconds >= epoch_s - TOLERANCE_S] = stage
        n_marks += seconds > TOLERANCE_S
        covered_s += seconds
    in_conflict = covered_s > epoch_s + TOLERANCE_S
    if in_conflict.sum() > max(1, _MAX_CONFLICT * (n_marks > 0).sum()):
        raise ScoringError(
            f"{int(in_conflict.sum())} of {int((n_marks > 0).sum())} epochs are marked with two"
            " stages at once: the file may hold two scorings",
            hint="save each scoring in a file of its own",
        )
    in_part = ~in_conflict & (n_marks > 0) & (stages == Stage.UNSCORED)
    unscored = [span for span in spans if span.stage is Stage.UNSCORED]
    unscored_s = _coverage(unscored, start_s, n_epochs, epoch_s)
    in_part &= unscored_s < epoch_s - TOLERANCE_S
    if (in_part | in_conflict).any() and not (stages[~in_conflict] != Stage.UNSCORED).any():
        each_s = median(span.duration_s for span in spans)
        raise ScoringError(
            f"no epoch of {epoch_s:g} s is covered by one stage: most stages last {each_s:g} s",
            hint=f"save the scoring with epochs of {epoch_s:g} s, or without durations",
        )
    stages[in_conflict] = Stage.UNSCORED
    for epochs, why in (
        (in_conflict, "marked with two stages at once"),
        (in_part, "not covered by one stage throughout"),
    ):
        if epochs.any():
            notes.append(f"epochs {why} were taken as unscored: {int(epochs.sum())}")
    return stages


def _coverage(
    spans: Sequence[StageSpan], start_s: float, n_epochs: int, epoch_s: float
) -> NDArray[np.float64]:
    """Return the (n_epochs,) seconds of each epoch that the spans of one stage cover."""
    seconds = np.zeros(n_epochs)
    end_s = start_s
    for span in spans:
        # Spans come in order of onset: what an earlier one covers is not counted again.
        first = (max(span.start_s, end_s) - start_s) / epoch_s
        stop = min((span.stop_s - start_s) / epoch_s, n_epochs)
        if stop <= first:
            continue
        end_s = span.stop_s
        i, j = int(first), int(stop)
        seconds[i:j] += epoch_s
        seconds[i] -= (first - i) * epoch_s
        if j < n_epochs:
            seconds[j] += (stop - j) * epoch_s
    return seconds
