"""Counts and names what looks like stages, by form or by place, and is not understood."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from sleepscorer.core.errors import ScoringError
from sleepscorer.files.scorings.labels import LabelKind
from sleepscorer.files.scorings.stage_spans import (
    MAX_EPOCHS,
    TOLERANCE_S,
    StageSpan,
    apart_s,
    counted_texts,
    residue_s,
)

# More than this share of what is staged not understood, or marked twice, is no scoring to go by.
_MAX_UNKNOWN = 0.2
# A calibration is no stage, though it fills its epochs: stages come again, or last.
_LEAST_REPEATS = 3


def like_epochs(like_stages: Iterable[StageSpan], moment_s: float) -> list[StageSpan]:
    """Give moments that may be stages the duration that those of known name have."""
    spans = (replace(s, duration_s=s.duration_s or moment_s) for s in like_stages)
    return [span for span in spans if span.duration_s > 0]


def filling(
    like_stages: Sequence[StageSpan],
    spans: Sequence[StageSpan],
    shift_s: float,
    n_epochs: int,
    epoch_s: float,
) -> list[StageSpan]:
    """Return those of whole epochs in which no stage is told, of texts that are seen so only."""
    # In a file without signals they may go on where the last known stage ends.
    ends_s = max((span.stop_s - shift_s for span in like_stages), default=0.0)
    n_epochs = min(max(n_epochs, int(ends_s // epoch_s)), MAX_EPOCHS)
    told = np.zeros(n_epochs, bool)
    for span in spans:
        first, stop = _epochs_of(span, shift_s, n_epochs, epoch_s)
        told[first:stop] = True
    by_text: dict[str, list[StageSpan]] = {}
    for span in like_stages:
        by_text.setdefault(span.text, []).append(span)
    found: list[StageSpan] = []
    for of_text in by_text.values():
        total_s = sum(span.duration_s for span in of_text)
        if len(of_text) < _LEAST_REPEATS and total_s < _LEAST_REPEATS * epoch_s:
            continue
        fills = []
        for span in of_text:
            first, stop = _epochs_of(span, shift_s, n_epochs, epoch_s)
            is_whole = (
                span.duration_s >= epoch_s - TOLERANCE_S
                and apart_s(residue_s(span, epoch_s), shift_s, epoch_s) <= TOLERANCE_S
                and apart_s(span.stop_s % epoch_s, shift_s, epoch_s) <= TOLERANCE_S
            )
            if is_whole and first < stop and not told[first:stop].any():
                fills.append(span)
        if len(fills) == len(of_text):
            found.extend(fills)
    return found


def note_unknown(
    spans: Sequence[StageSpan], filling: Sequence[StageSpan], notes: list[str]
) -> None:
    """Note what is not understood.

    Raises
    ------
    ScoringError
        If it is a good part of what is staged.
    """
    unknown = [span for span in spans if span.label.kind is LabelKind.UNKNOWN]
    known = [span for span in spans if span.label.kind is not LabelKind.UNKNOWN]
    if not unknown and not filling:
        return
    names = counted_texts(span.text for span in (*unknown, *filling))
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


def _epochs_of(span: StageSpan, shift_s: float, n_epochs: int, epoch_s: float) -> tuple[int, int]:
    """Return the first and past the last epoch that a stretch reaches into."""
    first, stop = span.epochs(shift_s, epoch_s)
    return min(max(first, 0), n_epochs), min(max(stop, 0), n_epochs)
