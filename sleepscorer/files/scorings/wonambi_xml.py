"""Scorings of wonambi: XML with the epochs, events and bookmarks of one or several raters.

``annotations`` with ``dataset`` (``start_time`` of the recording) and an element ``rater`` for
each person; all times are seconds from the start of the recording.
"""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.stages import Stage
from sleepscorer.files.scorings.labels import Label, LabelKind, label_in_stages
from sleepscorer.files.scorings.made_scoring import scoring_of_spans
from sleepscorer.files.scorings.scorer_names import wanted_scorer
from sleepscorer.files.scorings.stage_spans import StageSpan, is_epoch_length
from sleepscorer.files.scorings.start_times import start_of
from sleepscorer.files.scorings.xml_tree import (
    seconds_of,
    seconds_or_none,
    text_of,
    untimed_note,
    xml_tree,
)

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_POOR = "Poor"
_POOR_SIGNAL = "Poor signal quality"
# Bookmarks were called markers before version 5.
_MARKS = ("bookmark", "marker")


def read_wonambi_xml(text: str, scorer: str | None = None) -> Scoring:
    """Read stages, events and bookmarks of one rater; it begins with the recording.

    Parameters
    ----------
    text
        The content of the file.
    scorer
        Name of the rater; needed where several scored.

    Raises
    ------
    SeveralScorers
        If several scored and none of them is named.
    ScoringError
        If it is no XML, holds no stages, or their times can't be true.
    """
    root = xml_tree(text)
    rater, notes = _rater(root, scorer)
    spans = [_span(epoch) for epoch in rater.iterfind("stages/epoch")]
    epoch_s = Counter(span.duration_s for span in spans).most_common(1)[0][0]
    if not is_epoch_length(epoch_s):
        raise ScoringError(f"its epochs last {epoch_s:g} s, which is no length of one")
    start, of_start = start_of(text_of(root, "dataset/start_time"))
    events, n_untimed = _events(rater)
    poor, of_quality = _poor_signal(rater)
    return scoring_of_spans(
        spans,
        epoch_s=epoch_s,
        start=start,
        events=(*events, *poor),
        notes=(*notes, *of_start, *of_quality, *untimed_note(n_untimed)),
    )


def _rater(root: "Element", scorer: str | None) -> tuple["Element", tuple[str, ...]]:
    """Return the rater who was asked for, or the only one who scored."""
    raters = [rater for rater in root.iterfind("rater") if rater.find("stages/epoch") is not None]
    if scorer is None:
        # A rater has epochs of no stage as soon as the name was typed.
        raters = [rater for rater in raters if _scored(rater)] or raters
    if not raters:
        raise ScoringError("it holds no sleep stages")
    names = tuple(rater.get("name") or "" for rater in raters)
    if scorer is None and len(raters) == 1:
        return raters[0], (f"the stages of {names[0]!r} were read",) if names[0] else ()
    if len(set(names)) < len(names):
        raise ScoringError("several of its raters have the same name")
    name = wanted_scorer(names, scorer, "the file")
    return raters[names.index(name)], (f"the stages of {name!r} were read",)


def _scored(rater: "Element") -> bool:
    stages = {text_of(epoch, "stage") for epoch in rater.iterfind("stages/epoch")}
    labels = (label_in_stages(stage) for stage in stages)
    return any(label is None or label.stage is not Stage.UNSCORED for label in labels)


def _span(epoch: "Element") -> StageSpan:
    start_s = seconds_of(text_of(epoch, "epoch_start"), "epoch_start")
    end_s = seconds_of(text_of(epoch, "epoch_end"), "epoch_end")
    if end_s <= start_s:
        raise ScoringError(f"an epoch lasts from {start_s:g} s to {end_s:g} s")
    stage = text_of(epoch, "stage")
    return StageSpan(start_s, end_s - start_s, _label(stage), stage)


def _label(stage: str) -> Label:
    label = label_in_stages(stage)
    if label is None or label.kind is LabelKind.UNKNOWN:
        raise ScoringError(f"the stage {stage[:40]!r} is not known")
    return label


def _events(rater: "Element") -> tuple[list[Event], int]:
    """Return events and bookmarks, and how many have no name or no time."""
    named: list[tuple[str, Element, str]] = [
        ((kind.get("type") or "").strip(), event, "event")
        for kind in rater.iterfind("events/event_type")
        for event in kind.iterfind("event")
    ]
    for mark in _MARKS:
        named += [
            (text_of(element, f"{mark}_name"), element, mark)
            for element in rater.iterfind(f"{mark}s/{mark}")
        ]
    events: list[Event] = []
    for words, element, field in named:
        start_s = seconds_or_none(text_of(element, f"{field}_start"))
        end_s = seconds_or_none(text_of(element, f"{field}_end"))
        if not words or start_s is None:
            continue
        lasts_s = None if end_s is None or end_s <= start_s else end_s - start_s
        events.append(Event(start_s, lasts_s, words, text_of(element, f"{field}_chan") or None))
    return events, len(named) - len(events)


def _poor_signal(rater: "Element") -> tuple[Iterable[Event], tuple[str, ...]]:
    """Return the stretches of poor signal as events: their stages are kept."""
    events: list[Event] = []
    n_poor = 0
    for epoch in rater.iterfind("stages/epoch"):
        if text_of(epoch, "quality") != _POOR:
            continue
        n_poor += 1
        span = _span(epoch)
        before = events[-1] if events else None
        if before is not None and before.onset_s + (before.duration_s or 0.0) == span.start_s:
            events[-1] = Event(before.onset_s, span.stop_s - before.onset_s, _POOR_SIGNAL)
        else:
            events.append(Event(span.start_s, span.duration_s, _POOR_SIGNAL))
    if not n_poor:
        return events, ()
    return events, (f"epochs of poor signal quality keep their stages: {n_poor}",)
