"""A scoring in the XML of the National Sleep Research Resource (sleepdata.org).

``PSGAnnotation`` with a ``ScoredEvent`` for the recording, for each stretch of a stage, for the
lights marks and for each event: words and codes, ``Start`` and ``Duration`` in seconds.
"""

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby
from pathlib import Path

from sleepscorer.core.errors import ExportError
from sleepscorer.core.events import Event
from sleepscorer.core.stages import Stage
from sleepscorer.files.beginnings import beginning_of
from sleepscorer.files.edf import known_day
from sleepscorer.files.exports.interchange.event_names import is_taken, names_of, nsrr_type
from sleepscorer.files.exports.interchange.rendered_text import (
    WRITTEN_BY,
    RenderedText,
    seconds_text,
)
from sleepscorer.files.exports.night import Night
from sleepscorer.files.exports.night_events import handed_on_events, lights_marks

_STAGES = {
    Stage.W: "Wake|0",
    Stage.N1: "Stage 1 sleep|1",
    Stage.N2: "Stage 2 sleep|2",
    Stage.N3: "Stage 3 sleep|3",
    Stage.R: "REM sleep|5",
    Stage.UNSCORED: "Unscored|9",
}
_OWN = re.compile(rb"<PSGAnnotation>\s*<SoftwareVersion>sleepscorer ")
_NO_DAY = "00.00.00"


def nsrr_annotations(night: Night) -> RenderedText:
    """Return the whole document.

    Raises
    ------
    ExportError
        If N1, N2 and N3 are not told apart: it has no code for that.
    """
    if Stage.NREM in night.hypnogram.stage_set:
        raise ExportError(
            "NSRR's XML has no code for NREM sleep that is not divided into N1, N2 and N3",
            hint="score in five stages, or choose another format",
        )
    scored = (_recording(night), *_stages(night), *_lights(night), *_events(night))
    lines = (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>',
        "<PSGAnnotation>",
        f"<SoftwareVersion>{WRITTEN_BY}</SoftwareVersion>",
        f"<EpochLength>{seconds_text(night.hypnogram.epoch_s)}</EpochLength>",
        "<ScoredEvents>",
        *scored,
        "</ScoredEvents>",
        "</PSGAnnotation>",
    )
    return RenderedText("".join(f"{line}\n" for line in lines))


def is_own_nsrr(path: Path) -> bool:
    """Tell whether this is such a document that sleepscorer wrote."""
    return _OWN.search(beginning_of(path)) is not None


def _recording(night: Night) -> str:
    clock = ""
    if night.start is not None:
        # The resource itself writes no day where it may not tell it.
        day = _NO_DAY if known_day(night.start) is None else f"{night.start:%d.%m.%y}"
        clock = f"<ClockTime>{day} {night.start:%H.%M.%S}</ClockTime>"
    whole = Event(0.0, night.duration_s, "")
    return _scored("", "Recording Start Time", whole, more=clock)


def _stages(night: Night) -> Iterator[str]:
    epoch_s, first = night.hypnogram.epoch_s, 0
    for stage, run in groupby(night.hypnogram.stages.tolist()):
        n_epochs = sum(1 for _ in run)
        span = Event(first * epoch_s, n_epochs * epoch_s, "")
        yield _scored("Stages|Stages", _STAGES[Stage(stage)], span)
        first += n_epochs


def _lights(night: Night) -> Iterator[str]:
    for mark in lights_marks(night):
        yield _scored("", mark.text, mark)


def _events(night: Night) -> Iterator[str]:
    for event in handed_on_events(night):
        # Times count from the start, and none is below 0.
        if event.onset_s >= 0:
            yield _scored(nsrr_type(event.text), _concept(event.text), event)


def _concept(text: str) -> str:
    if (names := names_of(text)) is not None:
        return names.concept
    # What stands behind a bar is a code.
    return f"event {text}" if is_taken(text) else text.replace("|", "/")


def _scored(kind: str, concept: str, event: Event, *, more: str = "") -> str:
    channel = "" if event.channel is None else _element("SignalLocation", event.channel)
    return (
        "<ScoredEvent>"
        + _element("EventType", kind)
        + _element("EventConcept", concept)
        + _element("Start", seconds_text(event.onset_s))
        + _element("Duration", seconds_text(event.duration_s or 0.0))
        + channel
        + more
        + "</ScoredEvent>"
    )


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text, quote=False)}</{name}>" if text else f"<{name}/>"
