"""Stages among the annotations of a recording, merged or one an epoch."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.event_kinds import KNOWN_TEXTS
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.lights import is_lights_off, is_lights_on
from sleepscorer.core.recording import Recording
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.files.scorings.labels import Label, LabelKind, label_of
from sleepscorer.files.scorings.made_scoring import scoring_of_spans
from sleepscorer.files.scorings.remarks import are_rapid
from sleepscorer.files.scorings.stage_spans import StageSpan, epoch_length, gap_notes

# In a recording of some length, so few moments that name a stage are remarks.
_MAX_REMARKS = 3
_LEAST_EPOCHS = 20


def is_stage(text: str) -> bool:
    """Tell whether an annotation is a sleep stage, or movement time or "unscored" in its place."""
    return label_of(text) is not None


def holds_stages(events: Iterable[Event]) -> bool:
    """Tell whether annotations are a scoring: more than remarks or heart beats named like one."""
    moments: defaultdict[str, list[float]] = defaultdict(list)
    for event in events:
        if label_of(event.text) is None:
            continue
        if event.duration_s:
            return True
        moments[event.text].append(event.onset_s)
    counted = (onsets for onsets in moments.values() if not are_rapid(sorted(onsets)))
    return sum(map(len, counted)) > _MAX_REMARKS


def scoring_of_recording(recording: Recording) -> Scoring:
    """Read the stages, the lights marks and the other events of a recording's annotations.

    Every vocabulary of :mod:`~sleepscorer.files.scorings.labels` is read, in one pass.
    :func:`~sleepscorer.files.scorings.staged_epochs.epochs_of_spans` has the rules by which stages
    become epochs.

    Raises
    ------
    ScoringError
        If there are no stages, or they can't be those of epochs of 30 s.
    """
    spans, others = _split(recording.events)
    has_signals = bool(recording.signals or recording.quarantined)
    is_long = has_signals and recording.duration_s >= _LEAST_EPOCHS * EPOCH_S
    if not spans or (is_long and not holds_stages(recording.events)):
        raise ScoringError(
            "the file holds no sleep stages",
            path=recording.path,
            hint="stages are annotations such as 'Sleep stage N2'",
        )
    try:
        return scoring_of_spans(
            spans,
            # Beside signals the epochs are those of the recording.
            epoch_s=EPOCH_S if has_signals else epoch_length(spans),
            start=recording.start,
            duration_s=recording.duration_s if has_signals else None,
            like_stages=like_stages(others),
            events=others,
            notes=recording.warnings,
        )
    except ScoringError as error:
        error.in_file(recording.path)
        raise


def scoring_of_events(
    events: Sequence[Event], *, start: datetime | None = None, notes: Iterable[str] = ()
) -> Scoring:
    """Return the scoring of a file that lists all that happened, the stages among it.

    Its epochs have the usual length that its stages keep to.

    Parameters
    ----------
    events
        In any order; which are stages is told by their texts.
    start
        Local time from which the events count, where the file tells.
    notes
        What had to be decided before.

    Raises
    ------
    ScoringError
        If there are no stages, or they can't be those of such epochs.
    """
    spans, others = _split(events)
    return scoring_of_spans(
        spans,
        epoch_s=epoch_length(spans),
        start=start,
        like_stages=like_stages(others),
        events=others,
        notes=notes,
    )


def scoring_of_list(
    spans: Sequence[StageSpan],
    events: Sequence[Event],
    *,
    start: datetime | None,
    notes: Iterable[str],
) -> Scoring:
    """Return the scoring of a list that told its stages and its other events apart.

    Its epochs have the usual length that its stages keep to; gaps between them are told.

    Parameters
    ----------
    spans, events
        Its stages and what else it lists, in any order.
    start
        Local time from which they count, where the file tells.
    notes
        What had to be decided before.

    Raises
    ------
    ScoringError
        If the stages can't be those of such epochs.
    """
    epoch_s = epoch_length(spans)
    return scoring_of_spans(
        spans,
        epoch_s=epoch_s,
        start=start,
        events=events,
        notes=[*notes, *gap_notes(spans, epoch_s)],
        like_stages=like_stages(events),
    )


def _split(events: Sequence[Event]) -> tuple[list[StageSpan], list[Event]]:
    """Separate the stages from the other events."""
    spans, others = [], []
    for event in events:
        label = label_of(event.text)
        if label is None:
            others.append(event)
        else:
            spans.append(StageSpan(event.onset_s, event.duration_s or 0.0, label, event.text))
    return spans, others


def like_stages(events: Iterable[Event]) -> Iterable[StageSpan]:
    """Return what may be a stage in a language or vocabulary that is not known here."""
    unknown = Label(LabelKind.UNKNOWN)
    for event in events:
        is_known = event.text.strip().casefold() in KNOWN_TEXTS
        if not is_known and not is_lights_off(event.text) and not is_lights_on(event.text):
            yield StageSpan(event.onset_s, event.duration_s or 0.0, unknown, event.text)
