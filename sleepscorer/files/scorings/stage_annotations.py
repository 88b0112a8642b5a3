"""Stages among the annotations of an EDF+ file, merged or one an epoch."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.lights import (
    LightsMarks,
    is_lights_off,
    is_lights_on,
    lights_of_events,
)
from sleepscorer.core.recording import Recording
from sleepscorer.core.stages import EPOCH_S, STAGES, Stage
from sleepscorer.files.scorings.labels import (
    is_deep_r_and_k,
    is_movement_time,
    is_nrem,
    is_unscored_by_name,
    stage_of_annotation,
    stage_of_bare_annotation,
)

_MAX_EPOCHS = int(10 * 86_400 / EPOCH_S)
_MAX_SPANS = 4 * _MAX_EPOCHS
# How far a boundary may lie off the grid: sub-second starts and rounded times, not more.
_TOLERANCE_S = 0.5
_MAX_OFF_GRID = 0.2


@dataclass(frozen=True)
class _Span:
    """A stretch of one stage, seconds from the start of the file, and the words for it."""

    start_s: float
    stop_s: float
    stage: Stage
    text: str


def scoring_of_recording(recording: Recording) -> Scoring:
    """Read the stages, the lights marks and the other events of a recording's annotations.

    Epochs of 30 s count from the start of the file, or from the first boundary of a scoring that
    is shifted against it as a whole. An epoch has a stage where one stage covers all of it.

    Raises
    ------
    ScoringError
        If there are no stages, they don't follow epochs of 30 s, or they last more than ten days.
    """
    staged, others = _split(recording.events)
    if not staged:
        raise ScoringError(
            "the file holds no sleep stages",
            path=recording.path,
            hint="stages are annotations such as 'Sleep stage N2'",
        )
    try:
        return _scoring(recording, staged, others)
    except ScoringError as error:
        raise ScoringError(error.what, path=recording.path, hint=error.hint) from error


def _split(events: Sequence[Event]) -> tuple[list[tuple[Event, Stage]], list[Event]]:
    """Separate the stages from the other events.

    A bare "N2" or "R" is a stage only in a file that says "Sleep stage ..." nowhere.
    """
    for stage_of in (stage_of_annotation, stage_of_bare_annotation):
        found = [(event, stage_of(event.text)) for event in events]
        staged = [(event, stage) for event, stage in found if stage is not None]
        if staged:
            return staged, [event for event, stage in found if stage is None]
    return [], list(events)


def _scoring(
    recording: Recording, staged: list[tuple[Event, Stage]], others: list[Event]
) -> Scoring:
    if len(staged) > _MAX_SPANS:
        raise ScoringError(f"the file holds {len(staged)} stages, more than ten days have")
    if nrem := [event.text for event, _ in staged if is_nrem(event.text)]:
        # Taken as unscored, it would be time in bed without sleep.
        raise ScoringError(
            f"{nrem[0]!r} does not tell N1, N2 and N3 apart, which a scoring must"
            f" ({len(nrem)} times)"
        )
    notes = list(recording.warnings)
    spans = _spans(sorted(staged, key=lambda pair: pair[0].onset_s), notes)
    has_signals = bool(recording.signals or recording.quarantined)
    if not has_signals:
        spans = _without_tail(spans, notes)
    shift_s = _grid_shift(spans, notes)
    stop_s = recording.duration_s if has_signals else max(span.stop_s for span in spans)
    n_epochs = _n_epochs(stop_s - shift_s)
    _note_outside(spans, shift_s, shift_s + n_epochs * EPOCH_S, notes)
    _note_labels(spans, notes)
    stages = _stages(spans, shift_s, n_epochs, notes)
    others = [replace(event, onset_s=event.onset_s - shift_s) for event in others]
    lights = lights_of_events(others, n_epochs * EPOCH_S)
    start = recording.start
    return Scoring(
        Hypnogram(stages, EPOCH_S, lights.off_s, lights.on_s),
        start=None if start is None else start + timedelta(seconds=shift_s),
        events=tuple(e for e in others if not is_lights_off(e.text) and not is_lights_on(e.text)),
        notes=(*notes, *lights.notes, *_contradiction_notes(lights)),
        lights=lights,
    )


def _contradiction_notes(lights: LightsMarks) -> tuple[str, ...]:
    if not lights.contradiction:
        return ()
    return (f"{lights.contradiction}: none of its lights marks was taken",)


def _spans(staged: list[tuple[Event, Stage]], notes: list[str]) -> list[_Span]:
    """Give every stage an end, also where the file has none."""
    onsets = [event.onset_s for event, _ in staged]
    spacing_s = median([b - a for a, b in pairwise(onsets)] or [EPOCH_S])
    by_epoch = abs(spacing_s - EPOCH_S) <= _TOLERANCE_S
    spans, n_without = [], 0
    for (event, stage), next_s in zip(staged, [*onsets[1:], onsets[-1] + EPOCH_S], strict=True):
        stop_s = event.onset_s + (event.duration_s or 0.0)
        if stop_s <= event.onset_s:
            n_without += 1
            stop_s = event.onset_s + EPOCH_S if by_epoch else next_s
        spans.append(_Span(event.onset_s, stop_s, stage, event.text))
    if n_without:
        meaning = "one epoch each" if by_epoch else "lasting until the next"
        notes.append(
            f"stages without a duration were taken as {meaning} (annotations: {n_without})"
        )
    return spans


def _without_tail(spans: list[_Span], notes: list[str]) -> list[_Span]:
    """Drop a last stretch of "Sleep stage ?", which in Sleep-EDF runs past the recording's end."""
    last = spans[-1]
    is_tail = is_unscored_by_name(last.text) and last.stop_s - last.start_s > EPOCH_S * 1.5
    if not is_tail or all(is_unscored_by_name(span.text) for span in spans):
        return spans
    notes.append(
        f"the last {(last.stop_s - last.start_s) / 60:g} min, unscored in one piece, were left"
        " out: such a stretch may run past the end of the recording"
    )
    return spans[:-1]


def _grid_shift(spans: list[_Span], notes: list[str]) -> float:
    """Return where the first epoch starts: 0, unless all stages are shifted by the same time."""
    residues = Counter(round(span.start_s % EPOCH_S, 1) % EPOCH_S for span in spans)
    shift_s = residues.most_common(1)[0][0]
    if min(shift_s, EPOCH_S - shift_s) <= _TOLERANCE_S:
        shift_s = 0.0
    n_off = sum(abs(_off_grid(span.start_s - shift_s)) > _TOLERANCE_S for span in spans)
    if n_off > _MAX_OFF_GRID * len(spans):
        raise ScoringError(
            f"the stages don't follow epochs of 30 s: {n_off} of {len(spans)} start between epochs"
        )
    if shift_s:
        notes.append(
            f"the stages start {shift_s:g} s after the start of the file or whole epochs later:"
            " epochs are counted from there"
        )
    return shift_s


def _off_grid(time_s: float) -> float:
    return (time_s + EPOCH_S / 2) % EPOCH_S - EPOCH_S / 2


def _n_epochs(duration_s: float) -> int:
    n_epochs = int((duration_s + _TOLERANCE_S) // EPOCH_S)
    if n_epochs < 1:
        raise ScoringError("the stages cover less than one epoch of 30 s")
    if n_epochs > _MAX_EPOCHS:
        raise ScoringError(
            f"the stages last {duration_s / 86_400:.0f} days: their times are damaged"
        )
    return n_epochs


def _note_outside(spans: list[_Span], start_s: float, stop_s: float, notes: list[str]) -> None:
    for where, n_outside in (
        ("before the start", sum(span.start_s < start_s - _TOLERANCE_S for span in spans)),
        ("past the end", sum(span.stop_s > stop_s + _TOLERANCE_S for span in spans)),
    ):
        if n_outside:
            notes.append(f"what reaches {where} was left out (stage annotations: {n_outside})")


def _note_labels(spans: list[_Span], notes: list[str]) -> None:
    if any(is_deep_r_and_k(span.text) for span in spans):
        notes.append("stages 3 and 4 of Rechtschaffen & Kales were taken as N3")
    unscored = [span.text for span in spans if span.stage is Stage.UNSCORED]
    n_movement = sum(map(is_movement_time, unscored))
    if n_movement:
        notes.append(f"movement time was taken as unscored (annotations: {n_movement})")
    n_unknown = len(unscored) - n_movement - sum(map(is_unscored_by_name, unscored))
    if n_unknown:
        notes.append(
            f"sleep stages of unknown name were taken as unscored (annotations: {n_unknown})"
        )


def _stages(
    spans: list[_Span], start_s: float, n_epochs: int, notes: list[str]
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
    in_part = ~in_conflict & (n_marks > 0) & (stages == Stage.UNSCORED)
    unscored_s = _coverage([s for s in spans if s.stage is Stage.UNSCORED], start_s, n_epochs)
    in_part &= unscored_s < EPOCH_S - _TOLERANCE_S
    stages[in_conflict] = Stage.UNSCORED
    for epochs, why in (
        (in_conflict, "marked with two stages at once"),
        (in_part, "not covered by one stage throughout"),
    ):
        if epochs.any():
            notes.append(f"epochs {why} were taken as unscored: {int(epochs.sum())}")
    return stages


def _coverage(spans: list[_Span], start_s: float, n_epochs: int) -> NDArray[np.float64]:
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
