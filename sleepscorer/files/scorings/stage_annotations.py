"""Stages among the annotations of a recording, merged or one an epoch."""

from collections import Counter, defaultdict
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
from sleepscorer.files.scorings.stage_spans import StageSpan, is_epoch_length

# In a recording of some length, so few moments that name a stage are remarks.
_MAX_REMARKS = 3
_LEAST_EPOCHS = 20
# So many of the stages last equally long where each is an epoch.
_LEAST_EQUAL = 0.9


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
            start=recording.start,
            duration_s=recording.duration_s if has_signals else None,
            like_stages=_like_stages(others),
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

    Where nearly all stages last equally long, and so long that epochs of 30 s don't fit, that is
    the length of its epochs.

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
        epoch_s=_epoch_s([span.duration_s for span in spans]),
        start=start,
        like_stages=_like_stages(others),
        events=others,
        notes=notes,
    )


def _epoch_s(durations_s: Sequence[float]) -> float:
    """Return the length of epochs that stages of such lengths tell of, seconds."""
    lengths = Counter(round(duration_s, 1) for duration_s in durations_s)
    usual_s, n_usual = lengths.most_common(1)[0] if lengths else (EPOCH_S, 0)
    fits = not usual_s or not EPOCH_S % usual_s or not usual_s % EPOCH_S
    if fits or n_usual < _LEAST_EQUAL * len(durations_s) or not is_epoch_length(usual_s):
        return EPOCH_S
    return usual_s


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


def _like_stages(events: Iterable[Event]) -> Iterable[StageSpan]:
    """Return what may be a stage in a language or vocabulary that is not known here."""
    unknown = Label(LabelKind.UNKNOWN)
    for event in events:
        is_known = event.text.strip().casefold() in KNOWN_TEXTS
        if not is_known and not is_lights_off(event.text) and not is_lights_on(event.text):
            yield StageSpan(event.onset_s, event.duration_s or 0.0, unknown, event.text)
