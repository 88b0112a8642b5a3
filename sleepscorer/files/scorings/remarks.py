"""Tells stages from what only names one: remarks, heart beats, triggers, another spelling."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

import numpy as np

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.stages import Stage
from sleepscorer.files.scorings.stage_spans import (
    MAX_OFF_GRID,
    TOLERANCE_S,
    StageSpan,
    apart_s,
    counted_texts,
    residue_s,
    times,
)

# Beside so many times as many stages with a duration, moments are remarks wherever they stand.
_REMARKS_PER_STAGE = 1 / 20
# Moments of one text that follow each other so fast are heart beats or triggers: no epoch is as
# short in a scoring that gives no durations.
_RAPID_S = 5.0
_LEAST_RAPID = 10
# So many labels for each one of another spelling are the scoring, whatever the times.
_LEAST_LABELS = 10


def are_rapid(onsets_s: Sequence[float]) -> bool:
    """Tell whether moments of one text, in order, come too fast to be stages, seconds."""
    return len(onsets_s) >= _LEAST_RAPID and median(b - a for a, b in pairwise(onsets_s)) < _RAPID_S


def without_remarks(
    spans: list[StageSpan], notes: list[str], epoch_s: float
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
        remarks = _off_grid(moments, epoch_s)
    remarks = [*remarks, *(span for of_text in rapid.values() for span in of_text)]
    if not remarks:
        return spans, []
    notes.append(
        f"remarks that name a stage, amid stages, were not taken as stages"
        f" ({counted_texts(span.text for span in remarks)})"
    )
    out = set(map(id, remarks))
    return [span for span in spans if id(span) not in out], remarks


def without_contradicting(
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
        n_before = int(np.searchsorted(starts, span.stop_s - TOLERANCE_S))
        if n_before and stops[n_before - 1] > span.start_s + TOLERANCE_S:
            out.append(span)
    if not out:
        return spans, []
    notes.append(
        "stages in another spelling than most, at times that those tell as well, were left out"
        f" ({counted_texts(span.text for span in out)})"
    )
    gone = set(map(id, out))
    return [span for span in spans if id(span) not in gone], out


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
                f"{text!r} stands {times(len(of_text))} without a duration, most less than"
                f" {_RAPID_S:g} s apart: they may be heart beats, triggers or times in"
                " another unit",
                hint="save the stages with their durations, or without those marks",
            )


def _off_grid(moments: Sequence[StageSpan], epoch_s: float) -> list[StageSpan]:
    """Return the moments that lie between the epochs of the others."""
    residues = Counter(residue_s(span, epoch_s) for span in moments)
    usual, n_usual = residues.most_common(1)[0] if residues else (0.0, 0)
    odd = [m for m in moments if apart_s(residue_s(m, epoch_s), usual, epoch_s) > TOLERANCE_S]
    if len(odd) <= MAX_OFF_GRID * n_usual:
        return odd
    # A spelling that keeps the epochs is a scoring, one that does not is triggers beside it.
    n_odd = Counter(span.label.spelling for span in odd)
    n_all = Counter(span.label.spelling for span in moments)
    keeping = {s for s in n_all if n_odd[s] <= MAX_OFF_GRID * (n_all[s] - n_odd[s])}
    if not keeping or max(n_all[s] for s in keeping) < _LEAST_RAPID:
        return []
    is_odd = set(map(id, odd))
    return [m for m in moments if id(m) in is_odd or m.label.spelling not in keeping]
