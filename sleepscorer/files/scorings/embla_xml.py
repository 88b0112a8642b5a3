"""Scorings of Embla and RemLogic: XML of all events, each with the clock times of its ends.

``EventExport`` or ``Events`` with elements ``Event``, each of a ``Type`` (``SLEEP-S2``,
``LIGHTS-OFF``, ``AROUSAL``), a ``Location``, a ``StartTime`` and a ``StopTime``. Every epoch is an
event, and the first of them may begin long after the recording.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.files.scorings.stage_annotations import is_stage, scoring_of_events
from sleepscorer.files.scorings.start_times import moment_of
from sleepscorer.files.scorings.xml_tree import (
    text_of,
    untimed_note,
    xml_tree,
)

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def read_embla_xml(text: str) -> Scoring:
    """Read stages, lights marks and events; the epochs count from the first stage.

    Raises
    ------
    ScoringError
        If it is no XML, holds no stages, or their times are none, or those of no epochs.
    """
    root = xml_tree(text)
    listed = list(root.iter("Event"))
    stages = [element for element in listed if is_stage(text_of(element, "Type"))]
    if not stages:
        raise ScoringError("it holds no sleep stages")
    start = min(_began(element) for element in stages)
    events: list[Event] = []
    n_untimed = 0
    for element in listed:
        if (event := _event(element, start)) is None:
            n_untimed += 1
        else:
            events.append(event)
    return scoring_of_events(events, start=start, notes=untimed_note(n_untimed))


def _began(stage: "Element") -> datetime:
    """Return when a stage began.

    Raises
    ------
    ScoringError
        If that, or when it ended, is not told.
    """
    began, ended = moment_of(text_of(stage, "StartTime")), moment_of(text_of(stage, "StopTime"))
    if began is None or ended is None or ended <= began:
        what = " to ".join(repr(text_of(stage, name)[:40]) for name in ("StartTime", "StopTime"))
        raise ScoringError(f"a stage {text_of(stage, 'Type')} lasts from {what}")
    return began


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
