"""ScoringHero's JSON: a list of epochs and a list of events."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.files.scorings.alignment import LONGEST_EPOCH_S, SHORTEST_EPOCH_S
from sleepscorer.files.scorings.labels import label_of_word
from sleepscorer.files.scorings.made_scoring import scoring_of_spans
from sleepscorer.files.scorings.stage_spans import MAX_DAYS, StageSpan, counted_texts

_LONGEST_S = MAX_DAYS * 86_400.0
_EPOCH_KEYS = frozenset({"stage", "start", "end"})
_EVENT_KEYS = frozenset({"event", "start", "end"})
_LONGEST_TEXT = 200
_HUMAN = frozenset({"human", "none", ""})


def is_scoringhero(document: Any) -> bool:
    """Tell whether JSON is a list of epochs with stage, start and end, and one of events."""
    return (
        isinstance(document, list)
        and len(document) == 2
        and all(isinstance(part, list) for part in document)
        and bool(document[0])
        and isinstance(document[0][0], dict)
        and document[0][0].keys() >= _EPOCH_KEYS
    )


def read_scoringhero(document: Sequence[Any]) -> Scoring:
    """Read its epochs, which lie where their start says, and its events.

    Raises
    ------
    ScoringError
        If an epoch is not as ScoringHero writes it.
    """
    epochs, told = document
    spans = [_span(i, epoch) for i, epoch in enumerate(epochs, start=1)]
    epoch_s = round(median(span.duration_s for span in spans), 3)
    if not SHORTEST_EPOCH_S <= epoch_s <= LONGEST_EPOCH_S:
        raise ScoringError(f"most of its epochs last {epoch_s:g} s")
    events = [event for one in told if (event := _event(one)) is not None]
    return scoring_of_spans(
        spans, epoch_s=epoch_s, events=events, notes=list(_notes(epochs, len(told) - len(events)))
    )


def _span(number: int, epoch: Any) -> StageSpan:
    if not isinstance(epoch, dict) or not epoch.keys() >= _EPOCH_KEYS:
        raise ScoringError(f"epoch {number} has no stage, start and end")
    start_s, stop_s = (_seconds(epoch[name], f"epoch {number}") for name in ("start", "end"))
    if stop_s <= start_s:
        raise ScoringError(f"epoch {number} ends before it starts")
    stage = epoch["stage"]
    # Its older versions write "-" in place of nothing.
    word = "?" if stage in (None, "-", "") else stage
    if not isinstance(word, str):
        raise ScoringError(f"epoch {number}: its stage is no word")
    try:
        label = label_of_word(word, number)
    except ScoringError as error:
        error.what = error.what.replace(f"line {number}", f"epoch {number}")
        raise
    return StageSpan(start_s, stop_s - start_s, label, word)


def _event(told: Any) -> Event | None:
    if not isinstance(told, dict) or not told.keys() >= _EVENT_KEYS:
        return None
    try:
        start_s, stop_s = (_seconds(told[name], "an event") for name in ("start", "end"))
    except ScoringError:
        return None
    return Event(min(start_s, stop_s), abs(stop_s - start_s), str(told["event"])[:_LONGEST_TEXT])


def _notes(epochs: Sequence[Mapping[str, Any]], n_unread: int) -> Iterator[str]:
    if n_unread:
        yield f"events without a name, a start and an end were left out: {n_unread}"
    sources = Counter(str(epoch.get("source")) for epoch in epochs)
    programs = {name: n for name, n in sources.items() if name.casefold() not in _HUMAN}
    if programs:
        names = counted_texts(name for name, n in programs.items() for _ in range(n))
        yield f"stages that a program gave and nobody changed: {names}"
    if n_not_clean := sum(epoch.get("clean", 1) == 0 for epoch in epochs):
        yield f"epochs marked as not clean keep their stage: {n_not_clean}"


def _seconds(value: Any, what: str) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= _LONGEST_S:
        raise ScoringError(f"{what} has no time in seconds but {str(value)[:20]!r}")
    return float(value)
