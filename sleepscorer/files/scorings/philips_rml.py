"""Scorings of Philips Respironics (Alice, Sleepware G3, Somnolyzer): XML in files called ``.rml``.

``PatientStudy``: the session with its start and length, a list of events, and the stages as
the times at which they change, of a person (``UserStaging``) and of the program
(``MachineStaging``). All times are seconds from the start of the recording.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import LIGHTS_OFF, LIGHTS_ON, Event
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.files.scorings.labels import Label, LabelKind, label_in_stages
from sleepscorer.files.scorings.made_scoring import scoring_of_spans
from sleepscorer.files.scorings.stage_spans import StageSpan
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

# The manual's staging of adults comes first among those that one file may hold.
_ADULT = "NeuroAdultAASMStaging"
_NOT_SCORED = "NotScored"
_COMMENT = "Comment"


def read_philips_rml(text: str) -> Scoring:
    """Read stages, lights marks and events; it begins with the recording.

    The staging of a person is preferred to that of the program, and a note says which it was.

    Raises
    ------
    ScoringError
        If it is no XML, holds no stages, or their times can't be true.
    """
    root = xml_tree(text)
    staging, of_whom = _staging(root)
    sessions = list(root.iter("Session"))
    notes = [of_whom]
    start, duration_s = None, None
    if sessions:
        start, of_start = start_of(text_of(sessions[0], "RecordingStart"))
        notes += of_start
    if len(sessions) == 1:
        duration_s = seconds_or_none(text_of(sessions[0], "Duration"))
    elif sessions:
        notes.append(f"it holds {len(sessions)} sessions: the start is that of the first")
    spans = _spans(staging, duration_s, notes)
    events = _events(root, sessions[:1], notes)
    # What is not scored up to the end of the recording is no tail that runs past it.
    stop_s = max((span.stop_s for span in spans), default=0.0)
    return scoring_of_spans(spans, start=start, duration_s=stop_s, events=events, notes=notes)


def _staging(root: "Element") -> tuple["Element", str]:
    """Return the element that holds the stages, and say whose they are."""
    for whose, note in (
        ("UserStaging", "the stages are those of a person (UserStaging)"),
        (
            "MachineStaging",
            "no person staged it: the stages are those of the program that made the file"
            " (MachineStaging)",
        ),
    ):
        held = [of for container in root.iter(whose) for of in container if _is_staged(of)]
        adult = [of for of in held if of.tag == _ADULT]
        if len(adult) == 1 or len(held) == 1:
            return (adult or held)[0], note
        if held:
            kinds = ", ".join(str(of.tag)[:40] for of in held[:4])
            raise ScoringError(f"it holds {len(held)} stagings ({whose}: {kinds})")
    raise ScoringError("it holds no sleep stages")


def _is_staged(staging: "Element") -> bool:
    return any(stage.get("Type") != _NOT_SCORED for stage in staging.iter("Stage"))


def _spans(staging: "Element", duration_s: float | None, notes: list[str]) -> list[StageSpan]:
    """Return the stages, each until the next."""
    found = [
        (seconds_of((stage.get("Start") or "").strip(), "the Start of a stage"), _type(stage))
        for stage in staging.iter("Stage")
    ]
    # Of two at once that say the same, one is enough.
    points = sorted(set(found))
    for (a_s, a), (b_s, b) in pairwise(points):
        if a_s == b_s:
            raise ScoringError(f"two stages start at {a_s:g} s: {a} and {b}")
    last_s = points[-1][0]
    if duration_s is None:
        end_s = last_s + EPOCH_S
        notes.append(
            "how long the recording lasts is not told: the last stage was taken as one epoch"
        )
    else:
        # The last often marks the end alone, where no whole epoch follows.
        end_s = duration_s - duration_s % EPOCH_S
        n_past = sum(start_s > duration_s for start_s, _ in points)
        if n_past:
            notes.append(f"stages past the end of the recording were left out: {n_past}")
    stops_s = [start_s for start_s, _ in points[1:]] + [end_s]
    return [
        StageSpan(start_s, min(stop_s, end_s) - start_s, _label(kind), kind)
        for (start_s, kind), stop_s in zip(points, stops_s, strict=True)
        if min(stop_s, end_s) > start_s
    ]


def _type(stage: "Element") -> str:
    return (stage.get("Type") or "").strip()


def _label(kind: str) -> Label:
    label = label_in_stages(kind)
    if label is None or label.kind is LabelKind.UNKNOWN:
        raise ScoringError(f"the stage {kind[:40]!r} is not known")
    return label


def _events(root: "Element", sessions: Iterable["Element"], notes: list[str]) -> list[Event]:
    """Return the lights marks and what else was scored."""
    channels = {
        number: text_of(channel, "Label")
        for channel in root.iter("Channel")
        if (number := channel.get("EdfSignal")) is not None
    }
    events = [
        Event(at_s, None, words)
        for session in sessions
        for name, words in (("LightsOff", LIGHTS_OFF), ("LightsOn", LIGHTS_ON))
        if (at_s := seconds_or_none(text_of(session, name))) is not None
    ]
    n_untimed = 0
    for scored in root.iter("Event"):
        words, onset_s = _type(scored), seconds_or_none(scored.get("Start") or "")
        if words == _COMMENT:
            words = text_of(scored, _COMMENT) or words
        if not words or onset_s is None:
            n_untimed += 1
            continue
        numbers = (number for child in scored if (number := child.get("EdfSignal")) is not None)
        channel = channels.get(next(numbers, "")) or None
        lasts_s = seconds_or_none(scored.get("Duration") or "") or None
        events.append(Event(onset_s, lasts_s, words, channel))
    notes.extend(untimed_note(n_untimed))
    return events
