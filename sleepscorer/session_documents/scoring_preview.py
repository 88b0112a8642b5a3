"""What a scoring holds and where it lies on the recording, to be seen before anything changes."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from sleepscorer.core.hypnogram import LabelCount, Scoring
from sleepscorer.core.stages import EPOCH_S, STAGES, Stage
from sleepscorer.core.wording import counted
from sleepscorer.files.scorings import format_title

_MOST_EVENT_TEXTS = 12


@dataclass(frozen=True)
class ScoringPreview:
    """What a person wants to know before a scoring is taken over.

    Parameters
    ----------
    format_title
        The format it was read in, for people.
    n_epochs, epoch_s
        How many epochs it has, and how long they are, seconds.
    start
        Local time at which its first epoch starts; None where the file does not say.
    labels
        What the file calls the stages, and what each was taken as.
    n_by_stage
        Epochs of W, N1, N2, N3, R and unscored ones.
    events
        Texts of what is no stage, with how often each stands, the most frequent first.
    lights_off_s, lights_on_s
        Seconds from the first epoch, or None.
    first_epoch
        Number, from 1, of the epoch of the recording at which it begins to tell anything; None
        without a recording.
    n_epochs_recording
        Of that recording.
    notes
        What had to be decided, a sentence each.
    """

    format_title: str
    n_epochs: int
    epoch_s: float
    start: datetime | None
    labels: tuple[LabelCount, ...]
    n_by_stage: tuple[tuple[Stage, int], ...]
    events: tuple[tuple[str, int], ...]
    lights_off_s: float | None
    lights_on_s: float | None
    first_epoch: int | None
    n_epochs_recording: int | None
    notes: tuple[str, ...]

    @property
    def begins_s(self) -> float | None:
        """When it begins to tell anything, seconds after the recording; None as for its epoch."""
        return None if self.first_epoch is None else (self.first_epoch - 1) * EPOCH_S

    @property
    def n_events(self) -> int:
        """How many events it holds."""
        return sum(n for _, n in self.events)

    def lines(self) -> Iterator[str]:
        """Tell all of it, a fact a line."""
        length = counted(self.n_epochs, "epoch")
        yield f"format    {self.format_title}"
        yield f"epochs    {length} of {self.epoch_s:g} s"
        yield f"start     {self._start_in_words()}"
        if self.first_epoch is not None:
            yield (
                f"recording begins at epoch {self.first_epoch} of {self.n_epochs_recording},"
                f" {self.begins_s:g} s after the start"
            )
        for label in self.labels:
            taken = "unscored" if label.stage is Stage.UNSCORED else label.stage.text
            yield f"label     {label.text!r}: {label.n_epochs:g} taken as {taken}"
        stages = ", ".join(f"{stage.text} {n}" for stage, n in self.n_by_stage)
        yield f"stages    {stages}"
        yield f"events    {self._events_in_words()}"
        for note in self.notes:
            yield f"note      {note}"

    def _start_in_words(self) -> str:
        return "not in the file" if self.start is None else f"{self.start:%Y-%m-%d %H:%M:%S}"

    def _events_in_words(self) -> str:
        if not self.events:
            return "none"
        shown = ", ".join(f"{text!r} {n}" for text, n in self.events[:_MOST_EVENT_TEXTS])
        left = len(self.events) - _MOST_EVENT_TEXTS
        return f"{self.n_events}: {shown}" + (f" and {left} more kinds" if left > 0 else "")


def scoring_preview(scoring: Scoring, fitted: Scoring | None = None) -> ScoringPreview:
    """Return what a scoring holds.

    Parameters
    ----------
    scoring
        As it was read.
    fitted
        The same on the epochs of a recording, where there is one.
    """
    hypnogram = scoring.hypnogram
    counts = Counter(hypnogram.stages.tolist())
    events = Counter(" ".join(event.text.split()) for event in scoring.events)
    return ScoringPreview(
        format_title(scoring.format),
        hypnogram.n_epochs,
        hypnogram.epoch_s,
        scoring.start,
        scoring.labels,
        tuple((stage, counts[stage]) for stage in (*STAGES, Stage.UNSCORED)),
        tuple(events.most_common()),
        hypnogram.lights_off_s,
        hypnogram.lights_on_s,
        None if fitted is None else _first_told(fitted),
        None if fitted is None else fitted.hypnogram.n_epochs,
        scoring.notes if fitted is None else fitted.notes,
    )


def _first_told(fitted: Scoring) -> int | None:
    told = np.flatnonzero(fitted.hypnogram.stages != Stage.UNSCORED)
    return int(told[0]) + 1 if told.size else None
