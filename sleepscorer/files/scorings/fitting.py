"""Fits a scoring to the epochs of a recording."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event, is_remark
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.recording import Recording
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.files.edf import UNKNOWN_START

# What our exported hypnograms say on the staging; it is no event of the night.
_DAY = timedelta(days=1)
_TOLERANCE_S = 0.5
_SAME_TIME_S = 1e-3


def fitted(scoring: Scoring, recording: Recording) -> Scoring:
    """Return the scoring on the epochs of a recording.

    The starts decide which epoch is which; a scoring without one, or whose start was removed,
    begins with the recording. Dates that are a day or more apart count as removed and the times of
    day decide, with a note. Events that the recording itself has are left out.

    Raises
    ------
    ScoringError
        If the epochs of the two don't coincide, or the two have none in common.
    """
    hypnogram, n_epochs = scoring.hypnogram, recording.n_epochs
    if hypnogram.epoch_s != EPOCH_S:
        raise ScoringError(f"its epochs last {hypnogram.epoch_s:g} s, not {EPOCH_S:g} s")
    offset_s, notes = _offset_s(scoring, recording)
    shift = round(offset_s / EPOCH_S)
    if abs(offset_s - shift * EPOCH_S) > _TOLERANCE_S:
        raise ScoringError(
            f"it starts {offset_s:g} s after the recording, not a whole number of epochs"
        )
    first, stop = max(shift, 0), min(shift + hypnogram.n_epochs, n_epochs)
    if first >= stop:
        raise ScoringError("it has no epoch in common with the recording")
    if (shift, hypnogram.n_epochs) != (0, n_epochs):
        notes.append(
            f"the scoring covers epochs {first + 1} to {stop} of {n_epochs},"
            f" from its own epoch {first - shift + 1} of {hypnogram.n_epochs}"
        )
    if scoring.lights is not None and scoring.lights.contradiction:
        notes.append(f"its lights marks were left out: {scoring.lights.contradiction}")
    stages = np.full(n_epochs, Stage.UNSCORED, np.int8)
    stages[first:stop] = hypnogram.stages[first - shift : stop - shift]
    probabilities = scoring.probabilities
    if probabilities is not None:
        held = probabilities[first - shift : stop - shift]
        probabilities = np.full((n_epochs, probabilities.shape[1]), np.nan)
        probabilities[first:stop] = held
    off_s, on_s = _marks(hypnogram, shift * EPOCH_S, n_epochs * EPOCH_S)
    return replace(
        scoring,
        hypnogram=Hypnogram(stages, EPOCH_S, off_s, on_s),
        start=recording.start,
        events=tuple(_new_events(scoring, shift * EPOCH_S, recording)),
        notes=(*scoring.notes, *notes),
        probabilities=probabilities,
    )


def _offset_s(scoring: Scoring, recording: Recording) -> tuple[float, list[str]]:
    """Return how many seconds after the recording the scoring starts, and what to say on it."""
    theirs, ours = scoring.start, recording.start
    if theirs is None or ours is None or (theirs != ours and UNKNOWN_START in (theirs, ours)):
        return 0.0, ["no start time to compare: the scoring was taken to begin with the recording"]
    offset = theirs - ours
    if -scoring.hypnogram.duration_s < offset.total_seconds() < recording.duration_s:
        return offset.total_seconds(), []
    by_time_of_day = (offset + _DAY / 2) % _DAY - _DAY / 2
    note = f"the dates differ ({ours:%Y-%m-%d} and {theirs:%Y-%m-%d}): the time of day was used"
    return by_time_of_day.total_seconds(), [note]


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
