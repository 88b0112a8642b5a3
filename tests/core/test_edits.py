"""What an edit makes of a state."""

from itertools import permutations

import numpy as np
import pytest

from sleepscorer.core.edits import (
    Author,
    Change,
    Edit,
    EditHistory,
    EditKind,
    ScoringState,
    replayed,
)
from sleepscorer.core.events import Event

IN_ORDER = (
    Event(9.0, 8.0, "Z"),
    Event(10.0, None, "Y", "C4"),
    Event(10.0, 0.5, "A"),
    Event(10.0, 0.5, "X"),
    Event(10.0, 0.5, "X", "C3"),
    Event(10.0, 0.5, "X", "C4"),
    Event(10.0, 2.0, "A"),
)


@pytest.mark.parametrize("given", [*permutations(IN_ORDER[1:5]), tuple(reversed(IN_ORDER))])
def test_events_are_in_order_of_onset_duration_text_and_channel_where_none_is_least(given):
    change = Change((), (), (), (), (), events_added=given)
    state = change.applied_to(ScoringState.unscored(4))
    assert state.events == tuple(event for event in IN_ORDER if event in given)


def test_a_state_has_as_many_origins_as_stages():
    with pytest.raises(ValueError, match="same length"):
        ScoringState(np.zeros(3), np.zeros(2))


ONE, TWO = Event(1.0, 2.0, "x"), Event(5.0, 2.0, "x")
STATE = ScoringState(np.array([0, -1, 2]), np.array([1, 0, 0]), (ONE,), 10.0, None)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (Change((0, 2), (0, 2), (1, 1), (True, False), (True, True)), ""),
        (
            Change((2, 2), (2, 2), (1, 1), (False, False), (True, True)),
            "not those of the recording",
        ),
        (Change((3,), (2,), (1,), (False,), (True,)), "not those of the recording"),
        (Change((-1,), (2,), (1,), (False,), (True,)), "not those of the recording"),
        (Change((2,), (1,), (1,), (False,), (True,)), "not those that were scored"),
        (Change((2,), (2,), (1,), (True,), (True,)), "not those that were scored"),
        (Change(events_removed=(ONE,)), ""),
        (Change(events_removed=(ONE,), events_added=(TWO,)), ""),
        (Change(events_removed=(ONE,), events_added=(ONE,)), ""),
        (Change(events_added=(TWO,)), ""),
        (Change(events_removed=(TWO,)), "not those that were marked"),
        (Change(events_removed=(ONE, TWO)), "not those that were marked"),
        (Change(events_added=(TWO, ONE)), "marked already"),
        (Change(lights_before=(10.0, None), lights_after=(None, None)), ""),
        (Change(lights_before=(None, 10.0), lights_after=(None, None)), "not those that were set"),
        (Change(lights_before=(10.0, 20.0), lights_after=(None, None)), "not those that were set"),
        (Change(lights_before=(10.0, None)), "one of two is missing"),
        (Change(lights_after=(10.0, None)), "one of two is missing"),
    ],
)
def test_a_change_begins_with_what_is_there(change, problem):
    said = change.problem_with(STATE)
    assert problem in said
    assert bool(said) == bool(problem)


@pytest.mark.parametrize(
    "change",
    [
        Change((0, 1), (0, -1), (-1, 3), (True, False), (False, True)),
        Change(events_removed=(ONE,), events_added=(TWO,)),
        Change(lights_before=(10.0, None), lights_after=(None, 60.0)),
    ],
)
def test_a_change_and_its_reverse_leave_nothing(change):
    assert not change.is_empty
    there = change.applied_to(STATE)
    back = change.reversed().applied_to(there)
    assert change.reversed().problem_with(there) == ""
    assert back.stages.tolist() == STATE.stages.tolist()
    assert back.by_person.tolist() == STATE.by_person.tolist()
    assert (back.events, back.lights_off_s, back.lights_on_s) == ((ONE,), 10.0, None)


def test_lights_marks_can_be_taken_away_and_stay_where_they_do_not_change():
    away = Change(lights_before=(10.0, None), lights_after=(None, None)).applied_to(STATE)
    assert (away.lights_off_s, away.lights_on_s) == (None, None)
    kept = Change(events_added=(TWO,)).applied_to(STATE)
    assert (kept.lights_off_s, kept.lights_on_s) == (10.0, None)
    assert kept.events == (ONE, TWO)
    assert Change().is_empty


def edit(number, kind=EditKind.MANUAL, *, before=-1, after=-1, of=None):
    change = Change((0,), (before,), (after,), (before >= 0,), (after >= 0,))
    change = Change() if before == after else change
    return Edit(number, "2026", Author("a", "b"), kind, "x", change, of)


FIRST = (edit(1, after=1), edit(2, before=1, after=2))


@pytest.mark.parametrize(
    ("after", "problem"),
    [
        ((edit(3, EditKind.UNDO, before=2, after=1, of=2),), None),
        ((edit(3, EditKind.UNDO, before=2, after=1, of=1),), "edit 3, undo: not of the edit"),
        ((edit(3, EditKind.UNDO, before=2, after=3, of=2),), "edit 3, undo: another change"),
        ((edit(3, EditKind.REDO, before=2, after=1, of=2),), "edit 3, redo: not of the edit"),
        (
            (
                edit(3, EditKind.UNDO, before=2, after=1, of=2),
                edit(4, EditKind.REDO, before=1, after=3, of=2),
            ),
            "edit 4, redo: another change",
        ),
        (
            (
                edit(3, EditKind.UNDO, before=2, after=1, of=2),
                edit(4, EditKind.UNDO, before=1, after=-1, of=1),
                edit(5, EditKind.REDO, before=-1, after=1, of=1),
                edit(6, EditKind.REDO, before=1, after=2, of=2),
            ),
            None,
        ),
        (
            (
                edit(3, EditKind.UNDO, before=2, after=1, of=2),
                edit(4, before=1, after=4),
                edit(5, EditKind.REDO, before=4, after=2, of=2),
            ),
            "edit 5, redo: not of the edit",
        ),
    ],
)
def test_an_undo_or_redo_is_that_of_the_edit_before(after, problem):
    if problem:
        with pytest.raises(ValueError, match=problem):
            replayed(3, FIRST + after)
    else:
        replayed(3, FIRST + after)


def test_an_automatic_staging_that_changes_nothing_is_no_step_and_forgets_nothing_undone():
    history = EditHistory()
    for each in (*FIRST, edit(3, EditKind.UNDO, before=2, after=1, of=2), edit(4, EditKind.AUTO)):
        history.add(each)
    assert ([e.number for e in history.done], [e.number for e in history.undone]) == ([1], [2])
    history.add(edit(5, before=1, after=3))
    assert ([e.number for e in history.done], history.undone) == ([1, 5], [])
    assert history.last.number == 5


def test_sessions_hold_the_kinds_of_edits_by_these_names():
    assert [kind.value for kind in EditKind] == ["manual", "auto", "import", "undo", "redo"]


@pytest.mark.parametrize(
    ("kind", "change", "epoch"),
    [
        (EditKind.MANUAL, Change((7, 8), (0, 0), (2, 2), (True,) * 2, (True,) * 2), 7),
        (EditKind.MANUAL, Change(events_added=(Event(95.0, 2.0, "x"),)), 3),
        (EditKind.MANUAL, Change(events_removed=(Event(65.0, None, "x"),)), 2),
        (EditKind.MANUAL, Change(lights_before=(None, 90.0), lights_after=(None, 125.0)), 4),
        (EditKind.UNDO, Change(lights_before=(60.0, None), lights_after=(None, None)), 2),
        (EditKind.MANUAL, Change(), None),
        (EditKind.AUTO, Change((7,), (0,), (2,), (False,), (False,)), None),
    ],
)
def test_an_edit_tells_the_epoch_it_was_made_at(kind, change, epoch):
    edit = Edit(1, "2024", Author("ada", "lab"), kind, "Something", change)
    assert edit.epoch == epoch
