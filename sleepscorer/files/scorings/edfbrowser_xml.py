"""Annotations that EDFbrowser exports as XML: ``annotationlist``, with times by the clock.

``recording_start_time`` and elements ``annotation``, each with ``onset``, ``duration`` and
``description``. Onsets are local dates and times with seven decimals.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.files.scorings.stage_annotations import is_stage, scoring_of_events
from sleepscorer.files.scorings.start_times import moment_of
from sleepscorer.files.scorings.xml_tree import seconds_or_none, text_of, untimed_note, xml_tree

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def read_edfbrowser_xml(text: str) -> Scoring:
    """Read stages, lights marks and events.

    It begins with the recording, and with the first stage where the start is not told.

    Raises
    ------
    ScoringError
        If it is no XML, holds no stages, or their times are none, or those of no epochs.
    """
    root = xml_tree(text)
    listed = list(root.iter("annotation"))
    moments = [moment_of(text_of(element, "onset")) for element in listed]
    start = moment_of(text_of(root, "recording_start_time"))
    if start is None:
        stages = (
            moment
            for element, moment in zip(listed, moments, strict=True)
            if moment is not None and is_stage(text_of(element, "description"))
        )
        start = min(stages, default=None)
    events: list[Event] = []
    n_untimed = 0
    for element, moment in zip(listed, moments, strict=True):
        if (event := _event(element, moment, start)) is not None:
            events.append(event)
        else:
            n_untimed += 1
    return scoring_of_events(events, start=start, notes=untimed_note(n_untimed))


def _event(element: "Element", moment: datetime | None, start: datetime | None) -> Event | None:
    """Return an annotation; None where it has no words or no time.

    Raises
    ------
    ScoringError
        If a stage has no time.
    """
    words, lasts = text_of(element, "description"), text_of(element, "duration")
    lasts_s = seconds_or_none(lasts or "0")
    if is_stage(words) and (moment is None or lasts_s is None):
        onset = text_of(element, "onset")
        raise ScoringError(
            f"{words!r} has the onset {onset[:40]!r} and the duration {lasts[:40]!r}"
        )
    if not words or moment is None or start is None:
        return None
    return Event((moment - start).total_seconds(), lasts_s or None, words)
