"""What tells damage in sessions of versions before 4, which have no checksums.

There the labels are all that says a second time what an edit did; the program wrote them.
"""

import re
from collections.abc import Sequence

from sleepscorer.core.edits import Change, Edit, EditKind
from sleepscorer.core.stages import Stage
from sleepscorer.files.sessions.records import plain_text

_SCORED = re.compile(
    r"(?P<verb>Score|Clear) (?:(?P<n>\d+) epochs from|epoch) (?P<first>\d+)"
    r"(?: as (?P<stage>W|N1|N2|N3|R))?"
)
_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+00:00")
_AUTO = ("Auto-score", "Auto-score, smoothed")
_LIGHTS = "Set lights off and on"
_OF_EVENTS = re.compile("(Mark|Delete|Change) (.*)", re.DOTALL)
_N_EVENTS = {"Mark": (0, 1), "Delete": (1, 0), "Change": (1, 1)}


def check_labels(edits: Sequence[Edit]) -> None:
    """Compare the labels and times of edits with what they did and how they are written.

    Raises
    ------
    ValueError
        If one says something else.
    """
    for edit in edits:
        if not (_is_as_told(edit, edits) and _UTC.fullmatch(edit.utc)):
            raise ValueError(f"edit {edit.number} did not do what it is called")


def _is_as_told(edit: Edit, edits: Sequence[Edit]) -> bool:
    """No version before 4 wrote other labels than these."""
    if edit.kind in (EditKind.UNDO, EditKind.REDO):
        of = edits[edit.of - 1] if edit.of and edit.of <= len(edits) else None
        return of is not None and edit.label == f"{edit.kind.capitalize()} {of.label}"
    if edit.kind is EditKind.AUTO:
        return edit.label in _AUTO
    if edit.kind is EditKind.IMPORT:
        return edit.label.startswith("Import ")
    scored, of_events = _SCORED.fullmatch(edit.label), _OF_EVENTS.fullmatch(edit.label)
    if scored is not None:
        return _are_scored(edit.change, scored)
    if of_events is not None:
        return _are_marked(edit.change, *of_events.groups())
    return edit.label == _LIGHTS and edit.change.lights_after is not None


def _are_scored(change: Change, told: re.Match[str]) -> bool:
    first, n_epochs = int(told["first"]) - 1, int(told["n"] or 1)
    is_clear = told["verb"] == "Clear"
    if is_clear != (told["stage"] is None):
        return False
    stage = Stage.UNSCORED if is_clear else Stage[told["stage"]]
    return (
        len(change.epochs) <= n_epochs
        and all(epoch == first if told["n"] is None else epoch >= first for epoch in change.epochs)
        and set(change.stages_after) <= {stage}
        and set(change.person_after) <= {not is_clear}
    )


def _are_marked(change: Change, verb: str, text: str) -> bool:
    events = change.events_added or change.events_removed
    n_events = (len(change.events_removed), len(change.events_added))
    return n_events == _N_EVENTS[verb] and plain_text(events[0].text) == text
