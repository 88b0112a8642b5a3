"""Scorings of Embla and RemLogic: XML of all events, each with the clock times of its ends.

``EventExport`` or ``Events`` with elements ``Event``, each of a ``Type`` (``SLEEP-S2``,
``LIGHTS-OFF``, ``AROUSAL``), a ``Location``, a ``StartTime`` and a ``StopTime``. Every epoch is an
event, and the first of them may begin long after the recording.
"""

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.files.scorings.stage_annotations import is_stage, scoring_of_events
from sleepscorer.files.scorings.start_times import moment_of
from sleepscorer.files.scorings.xml_tree import (
    is_epoch_length,
    text_of,
    untimed_note,
    without_namespaces,
    xml_tree,
)

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# So many of the stages last equally long where each is an epoch.
_LEAST_EQUAL = 0.9


def read_embla_xml(text: str) -> Scoring:
    """Read stages, lights marks and events; the epochs count from the first stage.

    Raises
    ------
    ScoringError
        If it is no XML, holds no stages, or their times are none, or those of no epochs.
    """
    root = without_namespaces(xml_tree(text))
    listed = list(root.iter("Event"))
    stages = [element for element in listed if is_stage(text_of(element, "Type"))]
    if not stages:
        raise ScoringError("it holds no sleep stages")
    times = [_times(element) for element in stages]
    start = min(began for began, _ in times)
    lengths = Counter(round((ended - began).total_seconds(), 1) for began, ended in times)
    usual_s, n_usual = lengths.most_common(1)[0]
    is_usual = n_usual >= _LEAST_EQUAL * len(stages) and is_epoch_length(usual_s)
    events: list[Event] = []
    n_untimed = 0
    for element in listed:
        if (event := _event(element, start)) is None:
            n_untimed += 1
        else:
            events.append(event)
    return scoring_of_events(
        events,
        epoch_s=usual_s if is_usual else EPOCH_S,
        start=start,
        notes=untimed_note(n_untimed),
    )


def _times(stage: "Element") -> tuple[datetime, datetime]:
    """Return when a stage began and ended."""
    began, ended = moment_of(text_of(stage, "StartTime")), moment_of(text_of(stage, "StopTime"))
    if began is None or ended is None or ended <= began:
        what = " to ".join(repr(text_of(stage, name)[:40]) for name in ("StartTime", "StopTime"))
        raise ScoringError(f"a stage {text_of(stage, 'Type')} lasts from {what}")
    return began, ended


def _event(element: "Element", start: datetime) -> Event | None:
    """Return an event; None where it has no words or no time."""
    words, began = text_of(element, "Type"), moment_of(text_of(element, "StartTime"))
    if not words or began is None:
        return None
    ended = moment_of(text_of(element, "StopTime"))
    lasts_s = 0.0 if ended is None else (ended - began).total_seconds()
    channel = None if is_stage(words) else text_of(element, "Location") or None
    onset_s = (began - start).total_seconds()
    return Event(onset_s, lasts_s if lasts_s > 0 else None, words, channel)
