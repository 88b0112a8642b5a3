"""A scoring as annotations of Luna (``.annot``): a class and an interval a line.

Six columns between tabs, seconds from the start of the recording, half-open intervals; a moment
starts and stops at once. Lines of ``#`` say what a class is. Source: Luna's documentation,
"Annotations"; read back by lunapi in the tests.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from sleepscorer.core.events import LIGHTS_OFF, LIGHTS_ON, Event
from sleepscorer.core.stages import Stage
from sleepscorer.files.beginnings import beginning_of
from sleepscorer.files.exports.interchange.event_names import is_taken, names_of
from sleepscorer.files.exports.interchange.rendered_text import (
    WRITTEN_BY,
    RenderedText,
    epoch_starts,
    seconds_text,
)
from sleepscorer.files.exports.night import Night
from sleepscorer.files.exports.night_events import handed_on_events, lights_marks

_COLUMNS = ("class", "instance", "channel", "start", "stop", "meta")
_NONE = "."
_OWN = re.compile(rb"# \S+ \| sleep stage, written by sleepscorer ")
_LIGHTS = {LIGHTS_OFF: "lights_off", LIGHTS_ON: "lights_on"}
# Luna takes other characters for the ends of a name, or changes them itself.
_NOT_IN_NAMES = re.compile(r"[^\w.-]+")


def luna_annotations(night: Night) -> RenderedText:
    """Return a line for each epoch, for the lights marks, and for each event.

    Events have the class that Luna gives those of the National Sleep Research Resource, others
    their words with underscores; what begins before the recording is left out, as Luna refuses
    it.
    """
    events = [event for event in handed_on_events(night) if event.onset_s >= 0]
    stages = [_stage(Stage(stage)) for stage in night.hypnogram.stages.tolist()]
    # Luna lists every class that has such a line: the first is one that is there.
    first = stages[0] if stages else Stage.W.text
    lines = [
        f"# {first} | sleep stage, written by {WRITTEN_BY}",
        *_classes(events),
        "\t".join(_COLUMNS),
        *(_line(stage, span) for stage, span in zip(stages, _spans(night), strict=True)),
        *(_line(_LIGHTS[mark.text], mark) for mark in lights_marks(night)),
        *(_line(_class_of(event.text), event) for event in events),
    ]
    return RenderedText("".join(f"{line}\n" for line in lines))


def is_own_annotations(path: Path) -> bool:
    """Tell whether this is such a file that sleepscorer wrote."""
    return _OWN.match(beginning_of(path)) is not None


def _classes(events: list[Event]) -> Iterator[str]:
    """What a class stands for, where its name is not what was written."""
    texts = dict.fromkeys(event.text for event in events)
    for text in texts:
        if (name := _class_of(text)) != text:
            yield f"# {name} | {text.replace('|', '/')}"


def _stage(stage: Stage) -> str:
    return "NR" if stage is Stage.NREM else stage.text


def _spans(night: Night) -> Iterator[Event]:
    for start_s in epoch_starts(night):
        yield Event(start_s, night.hypnogram.epoch_s, "")


def _line(name: str, event: Event) -> str:
    stop_s = event.onset_s + (event.duration_s or 0.0)
    times = (seconds_text(event.onset_s), seconds_text(stop_s))
    return "\t".join((name, _NONE, event.channel or _NONE, *times, _NONE))


def _class_of(text: str) -> str:
    if (names := names_of(text)) is not None:
        return names.luna
    safe = _NOT_IN_NAMES.sub("_", text).strip("_.-")
    is_other = not safe or safe[0].isdigit() or is_taken(safe)
    return f"event_{safe}".rstrip("_") if is_other else safe
