"""What a signature stands for: one SHA-256 over a scoring, its log and its form."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from sleepscorer.core.edits import Change, Edit, Lights, ScoringState
from sleepscorer.core.events import Event
from sleepscorer.core.report_form import ReportForm


def signed_sha256(state: ScoringState, edits: Iterable[Edit], form: ReportForm) -> str:
    """Return the SHA-256, in hexadecimal digits, of what is signed.

    It is that of lines of JSON in ASCII without spaces, each an array that ends in a line feed::

        ["sleepscorer signature",1]                                     the layout's version
        ["stages",[-1,2,...]]                                           values of Stage, by epoch
        ["by_person",[0,1,...]]                                         by epoch
        ["lights",[off_s,on_s]]                                         null where not set
        ["event",[onset_s,duration_s,text,channel]]                     one line each, by onset
        ["edit",number,utc,user,workstation,kind,label,of,smoothed,of_opening,{change}]
                                                                        one line each, oldest first
        ["form",{field:value}]                                          filled fields, by name

    A change is an object of the fields of :class:`~sleepscorer.core.edits.Change` that are not
    empty, by name; events and lights in it as above. Moments and durations are written as the
    shortest decimals that give the same double, also where they are whole ("30.0"). In texts a
    character that is no Unicode is a question mark.

    Not in it are the recording and the machine's answers. The hash of a whole recording may not be
    known yet when somebody signs, and a signature must not break when it becomes known; a session
    file holds both under checksums of its own, and a recording of other content is refused. Of the
    machine's answers the stages that were filled from them are signed, edit by edit; hypnodensity,
    confidence and the agreement that a report shows are not.
    """
    digest = hashlib.sha256()
    for line in _lines(state, edits, form):
        written = json.dumps(line, separators=(",", ":"), allow_nan=False)
        digest.update(f"{written}\n".encode("ascii"))
    return digest.hexdigest()


def _lines(state: ScoringState, edits: Iterable[Edit], form: ReportForm) -> Iterator[list[object]]:
    yield ["sleepscorer signature", 1]
    yield ["stages", state.stages.tolist()]
    yield ["by_person", list(map(int, state.by_person.tolist()))]
    yield ["lights", _lights((state.lights_off_s, state.lights_on_s))]
    for event in state.events:
        yield ["event", _event(event)]
    for edit in edits:
        yield [
            "edit",
            edit.number,
            *map(_text, (edit.utc, edit.author.user, edit.author.workstation)),
            *map(_text, (edit.kind.value, edit.label)),
            edit.of,
            int(edit.is_smoothed),
            int(edit.is_of_opening),
            _change(edit.change),
        ]
    filled = sorted(form.values().items())
    yield ["form", {k: _text(v) if isinstance(v, str) else v for k, v in filled}]


def _change(change: Change) -> dict[str, Any]:
    values: dict[str, Any] = {
        "epochs": list(map(int, change.epochs)),
        "events_added": list(map(_event, change.events_added)),
        "events_removed": list(map(_event, change.events_removed)),
        "lights_after": [] if change.lights_after is None else _lights(change.lights_after),
        "lights_before": [] if change.lights_before is None else _lights(change.lights_before),
        "person_after": list(map(int, change.person_after)),
        "person_before": list(map(int, change.person_before)),
        "stages_after": list(map(int, change.stages_after)),
        "stages_before": list(map(int, change.stages_before)),
    }
    return {name: value for name, value in values.items() if value}


def _event(event: Event) -> list[object]:
    channel = None if event.channel is None else _text(event.channel)
    return [float(event.onset_s), _number(event.duration_s), _text(event.text), channel]


def _lights(lights: Lights) -> list[float | None]:
    return [_number(moment) for moment in lights]


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


def _text(text: str) -> str:
    """Valid Unicode, as the label of an edit is stored."""
    return text.encode("utf-8", "replace").decode("utf-8")
