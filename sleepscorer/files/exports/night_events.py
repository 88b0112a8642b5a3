"""What of a night is handed on as events: in which words, and whose they are."""

import re
from collections.abc import Iterator

from sleepscorer.core.events import LIGHTS_OFF, LIGHTS_ON, Event
from sleepscorer.core.lights import is_lights_off, is_lights_on
from sleepscorer.files.exports.night import Night
from sleepscorer.files.scorings import is_stage

# Some of these separate the parts of an annotation or end a line, and XML can't hold others.
_CONTROL = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029\ufffe\uffff]+")


def lights_marks(night: Night) -> Iterator[Event]:
    """The lights marks that hold, wherever they come from."""
    hypnogram = night.hypnogram
    for mark_s, text in ((hypnogram.lights_off_s, LIGHTS_OFF), (hypnogram.lights_on_s, LIGHTS_ON)):
        if mark_s is not None:
            yield Event(mark_s, None, text)


def handed_on_events(night: Night) -> Iterator[Event]:
    """The events that the files for other programs hold, in texts of one line.

    Those that the recording holds itself are among them only where that is asked for: whoever
    opens it beside the file would see each twice. Stages and lights marks are none: those of an
    older scoring would contradict the exported ones.
    """
    for event in night.handed_on:
        text = plain_text(event.text)
        if text and not is_stage(text) and not (is_lights_off(text) or is_lights_on(text)):
            channel = None if event.channel is None else plain_text(event.channel)
            yield Event(event.onset_s, event.duration_s, text, channel or None)


def plain_text(text: str) -> str:
    """Return a text without what ends lines and fields, fit for any file."""
    return _CONTROL.sub(" ", text).encode("utf-8", "replace").decode("utf-8").strip()
