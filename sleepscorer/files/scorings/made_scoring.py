"""What a reader makes its scoring of: a label an epoch, or stretches of labels in time."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.lights import LightsMarks, is_lights_off, is_lights_on, lights_of_events
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.files.scorings.labels import Label
from sleepscorer.files.scorings.stage_spans import StageSpan, check_n_epochs
from sleepscorer.files.scorings.staged_epochs import (
    epochs_of_spans,
    label_counts,
    label_notes,
    refuse_undivided,
)


def scoring_of_epochs(
    texts: Sequence[str],
    labels: Sequence[Label],
    *,
    epoch_s: float = EPOCH_S,
    start: datetime | None = None,
    events: Iterable[Event] = (),
    notes: Iterable[str] = (),
) -> Scoring:
    """Return the scoring of a file that tells epoch after epoch.

    Parameters
    ----------
    texts, labels
        The word or number of each epoch in the file, and what it says.
    epoch_s
        Length of its epochs, seconds.
    start
        Local time at which the first epoch starts, where the file tells.
    events
        What else it tells; onsets count from the first epoch. Lights marks among them are taken.
    notes
        What had to be decided before.

    Raises
    ------
    ScoringError
        If there are none, they last more than ten days, or don't tell N1, N2 and N3 apart.
    """
    if not labels:
        raise ScoringError("it holds no sleep stages")
    check_n_epochs(len(labels), epoch_s)
    spans = [
        StageSpan(i * epoch_s, epoch_s, label, text.strip())
        for i, (text, label) in enumerate(zip(texts, labels, strict=True))
    ]
    refuse_undivided(spans)
    return _with_events(
        Scoring(
            Hypnogram(np.array([label.stage for label in labels], np.int8), epoch_s),
            start=start,
            notes=(*notes, *label_notes(spans)),
            labels=label_counts(spans, epoch_s),
        ),
        events,
    )


def scoring_of_spans(
    spans: Iterable[StageSpan],
    *,
    epoch_s: float = EPOCH_S,
    start: datetime | None = None,
    duration_s: float | None = None,
    like_stages: Iterable[StageSpan] = (),
    events: Iterable[Event] = (),
    notes: Iterable[str] = (),
) -> Scoring:
    """Return the scoring of a file that tells stretches of stages.

    Parameters
    ----------
    spans
        The stretches, in any order. Where the times of the file are those of a clock, they best
        count from the first of them.
    epoch_s
        Length of its epochs, seconds.
    start
        Local time from which the stretches and events count, where the file tells.
    duration_s, like_stages
        Of :func:`~sleepscorer.files.scorings.staged_epochs.epochs_of_spans`.
    events
        What else it tells, counted as the stretches are. Lights marks among them are taken.
    notes
        What had to be decided before.

    Raises
    ------
    ScoringError
        As :func:`~sleepscorer.files.scorings.staged_epochs.epochs_of_spans` does.
    """
    spans = tuple(spans)
    if not spans:
        raise ScoringError("it holds no sleep stages")
    epochs = epochs_of_spans(spans, duration_s=duration_s, like_stages=like_stages, epoch_s=epoch_s)
    remarks = (Event(s.start_s, s.duration_s or None, s.text) for s in epochs.left_out)
    moved = [replace(e, onset_s=e.onset_s - epochs.shift_s) for e in (*events, *remarks)]
    return _with_events(
        Scoring(
            Hypnogram(epochs.stages, epoch_s),
            start=None if start is None else start + timedelta(seconds=epochs.shift_s),
            notes=(*notes, *epochs.notes),
            labels=epochs.labels,
        ),
        moved,
    )


def _with_events(scoring: Scoring, events: Iterable[Event]) -> Scoring:
    """Add what is no stage; the lights marks among it are marks, not events."""
    events = sorted(events, key=lambda event: event.onset_s)
    if not events:
        return scoring
    stages, epoch_s = scoring.hypnogram.stages, scoring.hypnogram.epoch_s
    lights = lights_of_events(events, len(stages) * epoch_s)
    return replace(
        scoring,
        hypnogram=Hypnogram(stages, epoch_s, lights.off_s, lights.on_s),
        events=tuple(e for e in events if not is_lights_off(e.text) and not is_lights_on(e.text)),
        notes=(*scoring.notes, *lights.notes, *contradiction_notes(lights)),
        lights=lights,
    )


def contradiction_notes(lights: LightsMarks) -> tuple[str, ...]:
    """Say why no lights mark was taken, where they contradict each other."""
    if not lights.contradiction:
        return ()
    return (f"{lights.contradiction}: none of its lights marks was taken",)
