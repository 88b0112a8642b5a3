"""Fits a scoring to the epochs of a recording."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import AlignmentNeeded, EpochLengthNeeded, ScoringError
from sleepscorer.core.events import Event, is_remark
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.recording import Recording
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.core.wording import counted
from sleepscorer.files.edf import UNKNOWN_START
from sleepscorer.files.scorings.alignment import (
    MAJORITY,
    NEAREST,
    Alignment,
    folded,
    in_epochs,
    length_note,
    mixed_words,
    told_to,
)

_DAY = timedelta(days=1)
_TOLERANCE_S = 0.5
_SAME_TIME_S = 1e-3
_FAR_MORE = 1.5


@dataclass(frozen=True, eq=False)
class _Placed:
    """A scoring on the epochs of a recording, and how far its marks and events move."""

    stages: NDArray[np.int8]
    probabilities: NDArray[np.float64] | None
    moved_s: float
    notes: tuple[str, ...] = ()


def fitted(scoring: Scoring, recording: Recording, alignment: Alignment | None = None) -> Scoring:
    """Return the scoring on the epochs of a recording.

    The starts decide which epoch is which; a scoring without one, or whose start was removed,
    begins with the recording. Dates that are a day or more apart count as removed and the times of
    day decide, with a note. Events that the recording itself has are left out.

    Epochs of another length become those of the recording where each of those is of one stage:
    codes of every second do, that were made of epochs of 30 s.

    Parameters
    ----------
    scoring
        The scoring.
    recording
        The recording.
    alignment
        What a person chose for epochs that don't coincide; None refuses them.

    Raises
    ------
    AlignmentNeeded
        If the epochs of the two don't coincide, and nothing that was chosen makes them.
    EpochLengthNeeded
        If a file that does not say how long its epochs are lists far more than the recording has.
    ScoringError
        If the two have no epoch in common.
    """
    alignment = alignment or Alignment()
    n_epochs = recording.n_epochs
    _refuse_too_many(scoring, n_epochs, alignment)
    offset_s, notes = _offset_s(scoring, recording, alignment)
    placed = _placed(scoring, n_epochs, offset_s, alignment)
    if scoring.lights is not None and scoring.lights.contradiction:
        notes.append(f"its lights marks were left out: {scoring.lights.contradiction}")
    off_s, on_s = _marks(scoring.hypnogram, placed.moved_s, n_epochs * EPOCH_S)
    return replace(
        scoring,
        hypnogram=Hypnogram(placed.stages, EPOCH_S, off_s, on_s),
        start=recording.start,
        events=tuple(_new_events(scoring, placed.moved_s, recording)),
        notes=(*scoring.notes, *notes[:1], *placed.notes, *notes[1:]),
        probabilities=placed.probabilities,
    )


def _refuse_too_many(scoring: Scoring, n_epochs: int, alignment: Alignment) -> None:
    """Refuse a list that is rather one of shorter epochs than one of a longer recording."""
    n_listed = scoring.hypnogram.n_epochs
    is_placed = scoring.start is not None or alignment.offset_s is not None
    if scoring.is_length_assumed and not is_placed and n_listed >= _FAR_MORE * n_epochs:
        raise EpochLengthNeeded(
            f"it lists {n_listed} stages and does not say how long each lasts, and the recording"
            f" has {counted(n_epochs, 'epoch')} of {EPOCH_S:g} s",
            n_epochs=n_listed,
        )


def _offset_s(
    scoring: Scoring, recording: Recording, alignment: Alignment
) -> tuple[float, list[str]]:
    """Return how many seconds after the recording the scoring starts, and what to say on it."""
    if alignment.offset_s is not None:
        told = f"as was said, the scoring was placed {alignment.offset_s:g} s after the recording"
        return alignment.offset_s, [told]
    theirs, ours = scoring.start, recording.start
    if theirs is None or ours is None or (theirs != ours and UNKNOWN_START in (theirs, ours)):
        return 0.0, ["no start time to compare: the scoring was taken to begin with the recording"]
    offset = theirs - ours
    if -scoring.hypnogram.duration_s < offset.total_seconds() < recording.duration_s:
        return offset.total_seconds(), []
    by_time_of_day = (offset + _DAY / 2) % _DAY - _DAY / 2
    note = f"the dates differ ({ours:%Y-%m-%d} and {theirs:%Y-%m-%d}): the time of day was used"
    return by_time_of_day.total_seconds(), [note]


def _placed(scoring: Scoring, n_epochs: int, offset_s: float, alignment: Alignment) -> _Placed:
    if offset_s >= n_epochs * EPOCH_S or offset_s + scoring.hypnogram.duration_s <= 0:
        raise ScoringError("it has no epoch in common with the recording")
    shift = round(offset_s / EPOCH_S)
    is_on_grid = abs(offset_s - shift * EPOCH_S) <= _TOLERANCE_S
    if is_on_grid:
        offset_s = shift * EPOCH_S
    has_same_length = scoring.hypnogram.epoch_s == EPOCH_S
    if has_same_length and is_on_grid:
        return _copied(scoring, n_epochs, shift, offset_s)
    if alignment.epochs == MAJORITY:
        return _told(scoring, n_epochs, offset_s)
    if alignment.epochs == NEAREST and not is_on_grid:
        # In epochs of its own first: what it changes every 30 s stays whole.
        moved = scoring if has_same_length else in_epochs(scoring)
        note = (
            f"its epochs start {offset_s - shift * EPOCH_S:+g} s from those of the recording and"
            " were moved to the nearest; marks and events kept their time"
        )
        return _copied(moved, n_epochs, shift, offset_s, moved.notes[len(scoring.notes) :], note)
    if has_same_length:
        raise AlignmentNeeded(
            f"it starts {offset_s:g} s after the recording, not a whole number of epochs",
            offset_s=offset_s,
            epoch_s=scoring.hypnogram.epoch_s,
            choices=(NEAREST, MAJORITY),
        )
    return _exactly_told(scoring, n_epochs, offset_s, is_on_grid=is_on_grid)


def _copied(
    scoring: Scoring,
    n_epochs: int,
    shift: int,
    moved_s: float,
    notes: tuple[str, ...] = (),
    note: str = "",
) -> _Placed:
    """Place epochs that coincide with those of the recording."""
    hypnogram = scoring.hypnogram
    first, stop = max(shift, 0), min(shift + hypnogram.n_epochs, n_epochs)
    if first >= stop:
        raise ScoringError("it has no epoch in common with the recording")
    stages = np.full(n_epochs, Stage.UNSCORED, np.int8)
    stages[first:stop] = hypnogram.stages[first - shift : stop - shift]
    probabilities = scoring.probabilities
    if probabilities is not None:
        held = probabilities[first - shift : stop - shift]
        probabilities = np.full((n_epochs, probabilities.shape[1]), np.nan)
        probabilities[first:stop] = held
    covers = (
        f"the scoring covers epochs {first + 1} to {stop} of {n_epochs},"
        f" from its own epoch {first - shift + 1} of {hypnogram.n_epochs}"
        if (shift, hypnogram.n_epochs) != (0, n_epochs)
        else ""
    )
    return _Placed(
        stages, probabilities, moved_s, tuple(text for text in (*notes, note, covers) if text)
    )


def _told(scoring: Scoring, n_epochs: int, offset_s: float) -> _Placed:
    """Give epochs of the recording the stage of their greatest part."""
    told = told_to(scoring, n_epochs, EPOCH_S, offset_s)
    notes = []
    if scoring.hypnogram.epoch_s != EPOCH_S:
        notes.append(length_note(scoring.hypnogram.epoch_s, EPOCH_S, told))
    else:
        notes.append(
            f"its epochs start {offset_s:g} s after the recording and were told to those of the"
            f" recording: {mixed_words(told)}"
        )
    first = max(int(offset_s // EPOCH_S), 0)
    stop = min(-int(-(offset_s + scoring.hypnogram.duration_s) // EPOCH_S), n_epochs)
    notes += _covers(first, stop, n_epochs)
    return _Placed(told.stages, told.probabilities, offset_s, tuple(notes))


def _exactly_told(scoring: Scoring, n_epochs: int, offset_s: float, *, is_on_grid: bool) -> _Placed:
    """Give epochs of the recording the only stage they have; what fills no epoch is left out."""
    hypnogram = scoring.hypnogram
    stop_s = offset_s + hypnogram.duration_s
    first = max(-int(-(offset_s - _TOLERANCE_S) // EPOCH_S), 0)
    stop = min(int((stop_s + _TOLERANCE_S) // EPOCH_S), n_epochs)
    if first >= stop:
        raise ScoringError("it has no epoch in common with the recording")
    told = told_to(scoring, n_epochs, EPOCH_S, offset_s)
    n_mixed = int(told.is_mixed[first:stop].sum())
    if n_mixed:
        is_movable = not is_on_grid and folded(scoring) is not None
        where = "" if is_on_grid else f", it starts {offset_s:g} s after the recording"
        raise AlignmentNeeded(
            f"its epochs last {hypnogram.epoch_s:g} s, not {EPOCH_S:g} s{where}, and {n_mixed} of"
            f" {stop - first} epochs of the recording would hold several stages",
            offset_s=offset_s,
            epoch_s=hypnogram.epoch_s,
            choices=(NEAREST, MAJORITY) if is_movable else (MAJORITY,),
        )
    is_left_out = np.ones(n_epochs, bool)
    is_left_out[first:stop] = False
    length = f"its epochs of {hypnogram.epoch_s:g} s were told to epochs of {EPOCH_S:g} s"
    notes = [f"{length}, each of one stage"]
    parts_s = (
        first * EPOCH_S - max(offset_s, 0.0),
        min(stop_s, n_epochs * EPOCH_S) - stop * EPOCH_S,
    )
    for which, seconds in zip(("first", "last"), parts_s, strict=True):
        if seconds > _TOLERANCE_S:
            notes.append(f"its {which} {seconds:g} s fill no epoch and were left out")
    probabilities = told.probabilities
    if probabilities is not None:
        probabilities[is_left_out] = np.nan
    stages = np.where(is_left_out, Stage.UNSCORED, told.stages).astype(np.int8)
    return _Placed(stages, probabilities, offset_s, (*notes, *_covers(first, stop, n_epochs)))


def _covers(first: int, stop: int, n_epochs: int) -> list[str]:
    if (first, stop) == (0, n_epochs):
        return []
    return [f"the scoring covers epochs {first + 1} to {stop} of {n_epochs}"]


def _marks(
    hypnogram: Hypnogram, offset_s: float, duration_s: float
) -> tuple[float | None, float | None]:
    off_s, on_s = (
        None if mark is None else min(max(mark + offset_s, 0.0), duration_s)
        for mark in (hypnogram.lights_off_s, hypnogram.lights_on_s)
    )
    if (off_s or 0.0) >= (duration_s if on_s is None else on_s):
        return None, None
    return off_s, on_s


def _new_events(scoring: Scoring, offset_s: float, recording: Recording) -> Iterator[Event]:
    known = {_key(e.onset_s, e) for e in recording.events}
    for event in scoring.events:
        onset_s = event.onset_s + offset_s
        is_known = _key(onset_s, event) in known
        is_inside = 0 <= onset_s <= recording.duration_s
        if is_inside and not is_known and not is_remark(event.text):
            yield replace(event, onset_s=onset_s)


def _key(onset_s: float, event: Event) -> tuple[int, int, str, str | None]:
    """What two events share that are one; somebody may have marked one anew with another length."""
    times_s = (onset_s, event.duration_s or 0.0)
    onset, duration = (round(time_s / _SAME_TIME_S) for time_s in times_s)
    return onset, duration, event.text, event.channel
