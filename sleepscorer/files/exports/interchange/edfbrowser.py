"""A scoring as annotations that EDFbrowser imports: XML with times by the clock.

``annotationlist`` with an ``annotation`` for each epoch, lights mark and event. An onset is a date
and a time to the tenth of a microsecond; an annotation without length has an empty ``duration``.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from html import escape
from pathlib import Path

from sleepscorer.core.events import Event
from sleepscorer.core.stages import Stage
from sleepscorer.files.beginnings import beginning_of
from sleepscorer.files.edf import UNKNOWN_START
from sleepscorer.files.exports.interchange.rendered_text import (
    WRITTEN_BY,
    RenderedText,
    epoch_starts,
    seconds_text,
)
from sleepscorer.files.exports.night import Night
from sleepscorer.files.exports.night_events import handed_on_events, lights_marks

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
# Three years: what damaged files tell is no time of any calendar.
_FURTHEST_S = 1e8
_MARK = "<!-- Written by sleepscorer "


def edfbrowser_annotations(night: Night) -> RenderedText:
    """Return the whole document, in the order of time.

    Where nobody knows when the recording started, and where it may not show, its day is the one
    that an EDF+ header has for "unknown", which EDFbrowser compares it with.
    """
    start = night.start or UNKNOWN_START
    events = (event for event in handed_on_events(night) if abs(event.onset_s) < _FURTHEST_S)
    annotations = [*_stages(night), *lights_marks(night), *events]
    annotations.sort(key=lambda event: event.onset_s)
    lines = (
        _DECLARATION,
        f"<!-- Written by {WRITTEN_BY} -->",
        "<annotationlist>",
        f" <recording_start_time>{_moment(start, 0.0)}</recording_start_time>",
        *(line for event in annotations for line in _annotation(start, event)),
        "</annotationlist>",
    )
    return RenderedText("".join(f"{line}\n" for line in lines))


def is_own_edfbrowser(path: Path) -> bool:
    """Tell whether this is such a document that sleepscorer wrote."""
    beginning = beginning_of(path)
    return beginning.startswith(f"{_DECLARATION}\n{_MARK}".encode()) and (
        b"<annotationlist>" in beginning
    )


def _stages(night: Night) -> Iterator[Event]:
    epoch_s = night.hypnogram.epoch_s
    for start_s, stage in zip(epoch_starts(night), night.hypnogram.stages.tolist(), strict=True):
        yield Event(start_s, epoch_s, f"Sleep stage {Stage(stage).text}")


def _annotation(start: datetime, event: Event) -> Iterator[str]:
    # As an EDF+ annotation names its channel.
    text = event.text if event.channel is None else f"{event.text}@@{event.channel}"
    duration = "" if event.duration_s is None else seconds_text(event.duration_s)
    yield " <annotation>"
    yield f"  <onset>{_moment(start, event.onset_s)}</onset>"
    # The program takes the length of the annotation before where the element is missing.
    yield f"  <duration>{duration}</duration>"
    yield f"  <description>{escape(text, quote=False)}</description>"
    yield " </annotation>"


def _moment(start: datetime, onset_s: float) -> str:
    moment = start + timedelta(seconds=onset_s)
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}0"
