"""From stretches of stages to epochs: the one set of rules for every format that has times.

EDF+ annotations, NSRR's XML and tables with onsets all come as stretches of a label. An epoch of
30 s has a stage where one stage covers all of it; whatever is left out or taken as unscored is
counted in the notes, and what can't be a scoring of this kind is refused.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.stages import EPOCH_S, STAGES, Stage
from sleepscorer.files.scorings.labels import Label, LabelKind

MAX_DAYS = 10
MAX_EPOCHS = int(MAX_DAYS * 86_400 / EPOCH_S)
# Epochs of 5 s and a scoring by a second person are still fewer.
_MAX_SPANS = 12 * MAX_EPOCHS
# How far a boundary may lie off the grid: sub-second starts and rounded times, not more.
_TOLERANCE_S = 0.5
_MAX_OFF_GRID = 0.2
# More than this share of what is staged not understood, or marked twice, is no scoring to go by.
_MAX_UNKNOWN = 0.2
_MAX_CONFLICT = 1 / 3
_SHOWN = 4
# A calibration is no stage, though it fills its epochs: stages come again, or last.
_LEAST_REPEATS = 3
# Beside so many times as many stages with a duration, moments are remarks wherever they stand.
_REMARKS_PER_STAGE = 1 / 20
# Moments of one text that follow each other so fast are heart beats or triggers: no epoch is as
# short in a scoring that gives no durations.
_RAPID_S = 5.0
_LEAST_RAPID = 10
# So many labels for each one of another spelling are the scoring, whatever the times.
_LEAST_LABELS = 10


@dataclass(frozen=True)
class StageSpan:
    """A stretch of one label.

    Parameters
    ----------
    start_s
        From the start of the file, seconds.
    duration_s
        Seconds; 0 where the file gives none.
    label
        What it says.
    text
        The words for it in the file.
    """

    start_s: float
    duration_s: float
    label: Label
    text: str

    @property
    def stop_s(self) -> float:
        """Where it ends, seconds from the start of the file."""
        return self.start_s + self.duration_s

    @property
    def stage(self) -> Stage:
        """The stage it stands for."""
        return self.label.stage


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


def are_rapid(onsets_s: Sequence[float]) -> bool:
    """Tell whether moments of one text, in order, come too fast to be stages, seconds."""
    return len(onsets_s) >= _LEAST_RAPID and median(b - a for a, b in pairwise(onsets_s)) < _RAPID_S


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
    spans, remarks = _without_remarks(spans, notes)
    if not spans:
        raise ScoringError(
            "the file holds no sleep stages, only remarks that name one"
            f" ({_counted(span.text for span in remarks)})"
        )
    _refuse_undivided(spans)
    spans, moment_s = _with_durations(spans, notes)
    like_stages = _like_epochs(like_stages, moment_s)
    spans, others = _without_contradicting(spans, notes)
    if duration_s is None:
        spans = _without_tail(spans, notes)
    runs = _joined(spans)
    shift_s = _grid_shift(runs, spans, notes)
    stop_s = max(span.stop_s for span in spans) if duration_s is None else duration_s
    n_epochs = _n_epochs(stop_s - shift_s)
    _note_outside(spans, shift_s, shift_s + n_epochs * EPOCH_S, notes)
    _note_labels(spans, notes)
    stages = _stages(spans, shift_s, n_epochs, notes)
    _note_unknown(spans, _filling(like_stages, spans, shift_s, n_epochs), notes)
    return StagedEpochs(stages, shift_s, tuple(notes), (*remarks, *others))


def _without_remarks(
    spans: list[StageSpan], notes: list[str]
) -> tuple[list[StageSpan], list[StageSpan]]:
    """Tell moments that only mention a stage from the stages themselves."""
    timed = [span for span in spans if span.duration_s > 0]
    moments = [span for span in spans if span.duration_s <= 0]
    rapid = _rapid(moments)
    moments = [span for span in moments if span.text not in rapid]
    if len(timed) > len(moments):
        _refuse_rapid(rapid, [])
        are_few = len(moments) <= _REMARKS_PER_STAGE * len(timed)
        remarks = moments if are_few else _within(moments, timed)
    else:
        _refuse_rapid(rapid, moments)
        remarks = _off_grid(moments)
    remarks = [*remarks, *(span for of_text in rapid.values() for span in of_text)]
    if not remarks:
        return spans, []
    notes.append(
        f"remarks that name a stage, amid stages, were not taken as stages"
        f" ({_counted(span.text for span in remarks)})"
    )
    out = set(map(id, remarks))
    return [span for span in spans if id(span) not in out], remarks


def _within(moments: Sequence[StageSpan], timed: Sequence[StageSpan]) -> list[StageSpan]:
    """Return the moments that lie in a stretch."""
    starts = np.array([span.start_s for span in timed])
    stops = np.maximum.accumulate([span.stop_s for span in timed])
    n_before = np.searchsorted(starts, [moment.start_s for moment in moments], side="right")
    return [m for m, n in zip(moments, n_before, strict=True) if n and stops[n - 1] > m.start_s]


def _rapid(moments: Sequence[StageSpan]) -> dict[str, list[StageSpan]]:
    """Return by their text the moments that come too fast to be stages."""
    by_text: defaultdict[str, list[StageSpan]] = defaultdict(list)
    for moment in moments:
        by_text[moment.text].append(moment)
    return {
        text: of_text
        for text, of_text in by_text.items()
        if are_rapid([moment.start_s for moment in of_text])
    }


def _refuse_rapid(rapid: dict[str, list[StageSpan]], moments: Sequence[StageSpan]) -> None:
    """Refuse stages among marks of the same spelling, which nothing tells apart."""
    spellings = {span.label.spelling for span in moments}
    for text, of_text in rapid.items():
        if of_text[0].label.spelling in spellings:
            raise ScoringError(
                f"{text!r} stands {_times(len(of_text))} without a duration, most less than"
                f" {_RAPID_S:g} s apart: they may be heart beats, triggers or times in"
                " another unit",
                hint="save the stages with their durations, or without those marks",
            )


def _off_grid(moments: Sequence[StageSpan]) -> list[StageSpan]:
    """Return the moments that lie between the epochs of the others."""
    residues = Counter(_residue(span) for span in moments)
    usual, n_usual = residues.most_common(1)[0] if residues else (0.0, 0)
    odd = [m for m in moments if _apart(_residue(m), usual) > _TOLERANCE_S]
    if len(odd) <= _MAX_OFF_GRID * n_usual:
        return odd
    # A spelling that keeps the epochs is a scoring, one that does not is triggers beside it.
    n_odd = Counter(span.label.spelling for span in odd)
    n_all = Counter(span.label.spelling for span in moments)
    keeping = {s for s in n_all if n_odd[s] <= _MAX_OFF_GRID * (n_all[s] - n_odd[s])}
    if not keeping or max(n_all[s] for s in keeping) < _LEAST_RAPID:
        return []
    is_odd = set(map(id, odd))
    return [m for m in moments if id(m) in is_odd or m.label.spelling not in keeping]


def _refuse_undivided(spans: Sequence[StageSpan]) -> None:
    undivided = [span.text for span in spans if span.label.kind is LabelKind.UNDIVIDED]
    if undivided:
        # Taken as unscored, it would be time in bed without sleep.
        raise ScoringError(
            f"{undivided[0]!r} does not tell N1, N2 and N3 apart, which a scoring must"
            f" ({_times(len(undivided))})"
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
    by_epoch = abs(spacing_s - EPOCH_S) <= _TOLERANCE_S
    ended, n_without = [], 0
    for span, next_s in zip(spans, [*onsets[1:], onsets[-1] + EPOCH_S], strict=True):
        if span.duration_s > 0:
            ended.append(span)
            continue
        n_without += 1
        ended.append(replace(span, duration_s=EPOCH_S if by_epoch else next_s - span.start_s))
    if n_without:
        meaning = "one epoch each" if by_epoch else "lasting until the next"
        notes.append(f"stages without a duration were taken as {meaning} ({_times(n_without)})")
    return ended, EPOCH_S if by_epoch and 2 * n_without > len(spans) else 0.0


def _like_epochs(like_stages: Iterable[StageSpan], moment_s: float) -> list[StageSpan]:
    """Give moments that may be stages the duration that those of known name have."""
    spans = (replace(s, duration_s=s.duration_s or moment_s) for s in like_stages)
    return [span for span in spans if span.duration_s > 0]


def _without_contradicting(
    spans: list[StageSpan], notes: list[str]
) -> tuple[list[StageSpan], list[StageSpan]]:
    """Where two spellings contradict each other, the one that tells most of the night holds.

    "N2" and "R" beside "Sleep stage N2" may be another scorer's, or no stages at all.
    """
    told_s: defaultdict[str, float] = defaultdict(float)
    for span in spans:
        if span.stage is not Stage.UNSCORED:
            told_s[span.label.spelling] += span.duration_s
    if len(told_s) < 2:
        return spans, []
    n_told = Counter(span.label.spelling for span in spans if span.stage is not Stage.UNSCORED)
    # However long it is, a lone note does not win over a night of labels.
    is_lone = {
        spelling: n_told[spelling] * _LEAST_LABELS <= max(n_told.values()) for spelling in told_s
    }
    main = max(told_s, key=lambda spelling: (not is_lone[spelling], told_s[spelling]))
    held = [s for s in spans if s.label.spelling == main and s.stage is not Stage.UNSCORED]
    starts = np.array([span.start_s for span in held])
    stops = np.maximum.accumulate([span.stop_s for span in held])
    out: list[StageSpan] = []
    for span in spans:
        if span.label.spelling == main:
            continue
        # Held spans that begin before this one ends, of which one reaches into it.
        n_before = int(np.searchsorted(starts, span.stop_s - _TOLERANCE_S))
        if n_before and stops[n_before - 1] > span.start_s + _TOLERANCE_S:
            out.append(span)
    if not out:
        return spans, []
    notes.append(
        "stages in another spelling than most, at times that those tell as well, were left out"
        f" ({_counted(span.text for span in out)})"
    )
    gone = set(map(id, out))
    return [span for span in spans if id(span) not in gone], out


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
            and abs(runs[-1].stop_s - span.start_s) <= _TOLERANCE_S
        ):
            runs[-1] = replace(runs[-1], duration_s=span.stop_s - runs[-1].start_s)
        else:
            runs.append(span)
    return runs


def _grid_shift(runs: Sequence[StageSpan], spans: Sequence[StageSpan], notes: list[str]) -> float:
    """Return where the first epoch starts: 0, unless all stages are shifted by the same time."""
    residues = Counter(_residue(run) for run in runs)
    shift_s = residues.most_common(1)[0][0]
    if min(shift_s, EPOCH_S - shift_s) <= _TOLERANCE_S:
        shift_s = 0.0
    off = [run for run in runs if _apart(_residue(run), shift_s) > _TOLERANCE_S]
    if len(off) > _MAX_OFF_GRID * len(runs):
        each_s = median(span.duration_s for span in spans)
        length = f"most stages last {each_s:g} s, and " if each_s < EPOCH_S - _TOLERANCE_S else ""
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


def _residue(span: StageSpan) -> float:
    return round(span.start_s % EPOCH_S, 1) % EPOCH_S


def _apart(a_s: float, b_s: float) -> float:
    """Return the distance of two times on the circle of an epoch, seconds."""
    apart_s = abs(a_s - b_s) % EPOCH_S
    return min(apart_s, EPOCH_S - apart_s)


def _n_epochs(duration_s: float) -> int:
    n_epochs = int((duration_s + _TOLERANCE_S) // EPOCH_S)
    if n_epochs < 1:
        raise ScoringError("the stages cover less than one epoch of 30 s")
    check_n_epochs(n_epochs)
    return n_epochs


def check_n_epochs(n_epochs: int) -> None:
    """Refuse a scoring of more than ten days: no night, and no array to be made of it.

    Raises
    ------
    ScoringError
        If there are more epochs.
    """
    if n_epochs > MAX_EPOCHS:
        raise ScoringError(
            f"the stages last {n_epochs * EPOCH_S / 86_400:.0f} days, more than {MAX_DAYS}:"
            " their times are damaged, or it is not the scoring of one recording"
        )


def _note_outside(
    spans: Sequence[StageSpan], start_s: float, stop_s: float, notes: list[str]
) -> None:
    for where, n_outside in (
        ("before the start", sum(span.start_s < start_s - _TOLERANCE_S for span in spans)),
        ("past the end", sum(span.stop_s > stop_s + _TOLERANCE_S for span in spans)),
    ):
        if n_outside:
            notes.append(f"what reaches {where} was left out (stages: {n_outside})")


def _note_labels(spans: Sequence[StageSpan], notes: list[str]) -> None:
    kinds = Counter(span.label.kind for span in spans)
    if kinds[LabelKind.DEEP_R_AND_K]:
        notes.append("stages 3 and 4 of Rechtschaffen & Kales were taken as N3")
    if n_movement := kinds[LabelKind.MOVEMENT_TIME]:
        notes.append(f"movement time was taken as unscored ({_times(n_movement)})")


def _note_unknown(
    spans: Sequence[StageSpan], filling: Sequence[StageSpan], notes: list[str]
) -> None:
    unknown = [span for span in spans if span.label.kind is LabelKind.UNKNOWN]
    known = [span for span in spans if span.label.kind is not LabelKind.UNKNOWN]
    if not unknown and not filling:
        return
    names = _counted(span.text for span in (*unknown, *filling))
    understood_s = sum(
        span.duration_s for span in known if span.label.kind is not LabelKind.UNSCORED
    )
    unknown_s = sum(span.duration_s for span in (*unknown, *_amid(filling, known)))
    if unknown_s > _MAX_UNKNOWN * (unknown_s + understood_s):
        raise ScoringError(
            f"{100 * unknown_s / (unknown_s + understood_s):.0f} % of what looks like sleep stages"
            f" is not understood: {names}",
            hint="stages are W, N1, N2, N3 and R, such as 'Sleep stage N2'",
        )
    notes.append(
        f"what looks like sleep stages and is not understood was taken as unscored ({names})"
    )


def _amid(filling: Sequence[StageSpan], known: Sequence[StageSpan]) -> list[StageSpan]:
    """Return what can only be a stage: the rest may stand before or after the scoring."""
    n_of_text = Counter(span.text for span in filling)
    first_s = min((span.start_s for span in known), default=0.0)
    last_s = max((span.stop_s for span in known), default=0.0)
    return [
        span
        for span in filling
        if n_of_text[span.text] >= _LEAST_REPEATS or first_s <= span.start_s < last_s
    ]


def _filling(
    like_stages: Sequence[StageSpan],
    spans: Sequence[StageSpan],
    shift_s: float,
    n_epochs: int,
) -> list[StageSpan]:
    """Return those of whole epochs in which no stage is told, of texts that are seen so only."""
    # In a file without signals they may go on where the last known stage ends.
    ends_s = max((span.stop_s - shift_s for span in like_stages), default=0.0)
    n_epochs = min(max(n_epochs, int(ends_s // EPOCH_S)), MAX_EPOCHS)
    told = np.zeros(n_epochs, bool)
    for span in spans:
        first, stop = _epochs_of(span, shift_s, n_epochs)
        told[first:stop] = True
    by_text: dict[str, list[StageSpan]] = {}
    for span in like_stages:
        by_text.setdefault(span.text, []).append(span)
    found: list[StageSpan] = []
    for of_text in by_text.values():
        total_s = sum(span.duration_s for span in of_text)
        if len(of_text) < _LEAST_REPEATS and total_s < _LEAST_REPEATS * EPOCH_S:
            continue
        fills = []
        for span in of_text:
            first, stop = _epochs_of(span, shift_s, n_epochs)
            is_whole = (
                span.duration_s >= EPOCH_S - _TOLERANCE_S
                and _apart(_residue(span), shift_s) <= _TOLERANCE_S
                and _apart(span.stop_s % EPOCH_S, shift_s) <= _TOLERANCE_S
            )
            if is_whole and first < stop and not told[first:stop].any():
                fills.append(span)
        if len(fills) == len(of_text):
            found.extend(fills)
    return found


def _epochs_of(span: StageSpan, shift_s: float, n_epochs: int) -> tuple[int, int]:
    """Return the first and past the last epoch that a stretch reaches into."""
    first = int((span.start_s - shift_s + _TOLERANCE_S) // EPOCH_S)
    stop = -int(-(span.stop_s - shift_s - _TOLERANCE_S) // EPOCH_S)
    return min(max(first, 0), n_epochs), min(max(stop, 0), n_epochs)


def _stages(
    spans: Sequence[StageSpan], start_s: float, n_epochs: int, notes: list[str]
) -> NDArray[np.int8]:
    """Return the stage that covers each epoch."""
    stages = np.full(n_epochs, Stage.UNSCORED, dtype=np.int8)
    n_marks = np.zeros(n_epochs, dtype=int)
    covered_s = np.zeros(n_epochs)
    for stage in (*STAGES, Stage.UNSCORED):
        seconds = _coverage([s for s in spans if s.stage is stage], start_s, n_epochs)
        stages[seconds >= EPOCH_S - _TOLERANCE_S] = stage
        n_marks += seconds > _TOLERANCE_S
        covered_s += seconds
    in_conflict = covered_s > EPOCH_S + _TOLERANCE_S
    if in_conflict.sum() > max(1, _MAX_CONFLICT * (n_marks > 0).sum()):
        raise ScoringError(
            f"{int(in_conflict.sum())} of {int((n_marks > 0).sum())} epochs are marked with two"
            " stages at once: the file may hold two scorings",
            hint="save each scoring in a file of its own",
        )
    in_part = ~in_conflict & (n_marks > 0) & (stages == Stage.UNSCORED)
    unscored_s = _coverage([s for s in spans if s.stage is Stage.UNSCORED], start_s, n_epochs)
    in_part &= unscored_s < EPOCH_S - _TOLERANCE_S
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


def _counted(texts: Iterable[str]) -> str:
    """Return texts with how often they stand, the most frequent first."""
    counts = Counter(" ".join(text.split())[:40] for text in texts)
    shown = [f"{text!r} {_times(n)}" for text, n in counts.most_common(_SHOWN)]
    if len(counts) > _SHOWN:
        shown.append(f"{len(counts) - _SHOWN} more")
    return ", ".join(shown)


def _times(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{n} times")
