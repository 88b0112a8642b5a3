"""The document: every edit is stored first, undo and redo are edits, people's work is kept."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sleepscorer.core.edits import (
    Author,
    Change,
    Edit,
    EditKind,
    ScoringState,
)
from sleepscorer.core.errors import ScoringError, SessionError
from sleepscorer.core.events import Event
from sleepscorer.core.filling import FillMode
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.journal import MemoryJournal
from sleepscorer.core.session import ScoringSession
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.core.staging_result import Staging, StagingProvenance

AUTHOR = Author("anna", "lab-3")
N = 12


def session(**options):
    return ScoringSession(N, options.pop("journal", MemoryJournal()), author=AUTHOR, **options)


def staging(stages):
    probabilities = np.full((len(stages), 5), 0.05, dtype=np.float32)
    for epoch, stage in enumerate(stages):
        if stage < 0:
            probabilities[epoch] = np.nan
        else:
            probabilities[epoch, stage] = 0.8
    made = StagingProvenance("w", "0" * 64, ("C4-M1",), (), (), "cpu", "s", "2026-01-01T00:00:00")
    return Staging(probabilities, made)


def stages(opened):
    return opened.state.stages.tolist()


def test_scoring_marks_the_epochs_as_a_person_s():
    opened = session()
    opened.score([3, 4], Stage.N2)
    assert stages(opened) == [-1] * 3 + [2, 2] + [-1] * 7
    assert np.flatnonzero(opened.state.by_person).tolist() == [3, 4]
    assert opened.undo_label == "Score 2 epochs from 4 as N2"
    opened.score([3], Stage.UNSCORED)
    assert np.flatnonzero(opened.state.by_person).tolist() == [4]


def test_undo_and_redo_are_edits_of_their_own():
    opened = session()
    opened.score([0], Stage.W)
    opened.score([1], Stage.N1)
    opened.undo()
    assert stages(opened)[:2] == [0, -1]
    assert (opened.undo_label, opened.redo_label) == ("Score epoch 1 as W", "Score epoch 2 as N1")
    opened.redo()
    assert stages(opened)[:2] == [0, 1]
    assert [(e.kind, e.of) for e in opened.edits] == [
        (EditKind.MANUAL, None),
        (EditKind.MANUAL, None),
        (EditKind.UNDO, 2),
        (EditKind.REDO, 2),
    ]
    assert [e.number for e in opened.edits] == [1, 2, 3, 4]


def test_a_new_edit_forgets_what_was_undone():
    opened = session()
    opened.score([0], Stage.W)
    opened.undo()
    opened.score([1], Stage.N1)
    assert opened.redo_label is None
    assert opened.redo() is None


def test_an_auto_score_is_one_step_and_leaves_people_s_epochs_alone():
    opened = session()
    opened.score([0], Stage.N3)
    opened.fill(staging([0] * 6 + [4] * 6), FillMode.ALL)
    assert stages(opened) == [3] + [0] * 5 + [4] * 6
    assert opened.undo_label == "Auto-score"
    opened.undo()
    assert stages(opened) == [3] + [-1] * 11
    assert opened.machine is not None  # the machine's answer stays beside
    opened.redo()
    assert stages(opened) == [3] + [0] * 5 + [4] * 6


@pytest.mark.parametrize(
    ("mode", "chosen", "over_person", "expected"),
    [
        (FillMode.UNSCORED, (), False, [0, 1, 2, 4, 4, 4]),
        (FillMode.CHOSEN, (Stage.N1,), False, [0, 1, 2, 4, 4, 4]),
        (FillMode.CHOSEN, (Stage.N1,), True, [0, 4, 2, 4, 4, 4]),
        (FillMode.ALL, (), True, [4, 4, 4, 4, 4, 4]),
    ],
)
def test_fill_modes(mode, chosen, over_person, expected):
    opened = session()
    for epoch, stage in enumerate((Stage.W, Stage.N1, Stage.N2)):
        opened.score([epoch], stage)
    opened.fill(staging([4] * 6 + [-1] * 6), mode, chosen=chosen, over_person=over_person)
    assert stages(opened)[:6] == expected
    assert stages(opened)[6:] == [-1] * 6


def test_auto_scored_epochs_are_replaced_by_a_later_auto_score_only_if_asked():
    opened = session()
    opened.fill(staging([0] * N))
    opened.fill(staging([1] * N))
    assert stages(opened) == [0] * N
    opened.fill(staging([2] * N), FillMode.ALL)
    assert stages(opened) == [2] * N


def test_an_auto_score_that_changes_nothing_is_logged_but_is_no_step():
    opened = session()
    opened.score(range(N), Stage.N2)
    opened.fill(staging([0] * N))
    assert opened.edits[-1].kind is EditKind.AUTO
    assert opened.machine is not None
    assert opened.undo_label == f"Score {N} epochs from 1 as N2"
    again = session(edits=opened.edits)
    assert again.undo_label == opened.undo_label


def test_filling_from_the_smoothed_answer_is_named_and_keeps_the_staging_as_it_is():
    rows = np.full((N, 5), 0.025, np.float32)
    rows[:, Stage.N2] = 0.9
    rows[5] = [0, 0.54, 0.46, 0, 0]
    answer = replace(staging([2] * N), probabilities=rows)
    opened = session()
    opened.fill(answer, smooth=True)
    assert stages(opened) == [2] * N
    assert opened.edits[-1].label == "Auto-score, smoothed"
    assert opened.machine is answer
    assert opened.machine.stages[5] == Stage.N1
    assert opened.holds_smoothed
    opened.undo()
    assert not opened.holds_smoothed
    opened.fill(answer)
    assert stages(opened)[5] == Stage.N1
    assert opened.edits[-1].label == "Auto-score"
    assert not opened.holds_smoothed


def test_a_state_is_small_and_nobody_can_change_it():
    state = ScoringState(np.array([0, 1, -1]), np.array([1, 0, 0]))
    assert (state.stages.dtype, state.by_person.dtype) == (np.dtype(np.int8), np.dtype(bool))
    for held in (state.stages, state.by_person):
        with pytest.raises(ValueError, match="read-only"):
            held[0] = 0


def test_a_person_can_not_score_one_of_three_stages():
    with pytest.raises(ValueError, match="N1, N2 and N3 apart"):
        session().score([0], Stage.NREM)


def test_confirming_a_machine_s_epoch_makes_it_a_person_s():
    opened = session()
    opened.fill(staging([2] * N))
    opened.score([5], Stage.N2)
    assert opened.state.by_person[5]
    assert opened.edits[-1].kind is EditKind.MANUAL
    opened.score([5], Stage.N2)  # nothing changes: nothing is logged
    assert len(opened.edits) == 2


def test_events_are_added_moved_and_deleted():
    opened = session()
    arousal = Event(40.0, 5.0, "EEG arousal", "C4-M1")
    moved = Event(45.0, 5.0, "EEG arousal", "C4-M1")
    opened.replace_event(None, arousal)
    opened.replace_event(arousal, moved)
    assert opened.state.events == (moved,)
    opened.replace_event(moved, None)
    assert opened.state.events == ()
    opened.undo()
    opened.undo()
    assert opened.state.events == (arousal,)
    with pytest.raises(ValueError, match="no event"):
        opened.replace_event(moved, None)


def test_lights_marks_are_edits_and_are_checked():
    opened = session()
    opened.set_lights(30.0, None)
    opened.set_lights(30.0, 300.0)
    assert (opened.state.lights_off_s, opened.state.lights_on_s) == (30.0, 300.0)
    opened.undo()
    assert (opened.state.lights_off_s, opened.state.lights_on_s) == (30.0, None)
    for off_s, on_s in [(300.0, 30.0), (60.0, 60.0)]:
        with pytest.raises(ScoringError, match="not before"):
            opened.set_lights(off_s, on_s)
    assert len(opened.edits) == 3


def test_an_imported_scoring_is_one_step():
    opened = session()
    hypnogram = Hypnogram(np.array([0, 1, -1, 2] + [2] * 20, np.int8), lights_off_s=30.0)
    event = Event(10.0, None, "Cough")
    opened.import_scoring(Scoring(hypnogram, None, (event,)), name="old.edf")
    assert stages(opened)[:4] == [0, 1, -1, 2]
    assert opened.state.lights_off_s == 30.0
    assert opened.state.events == (event,)
    opened.undo()
    assert stages(opened) == [-1] * N
    assert opened.state.events == ()


class FailingJournal(MemoryJournal):
    def append(self, edit, staging=None, *, others=()):  # noqa: ARG002
        raise SessionError("the disk is full")


def test_an_edit_that_can_not_be_stored_does_not_happen():
    opened = session(journal=FailingJournal())
    heard = []
    opened.subscribe(heard.append)
    with pytest.raises(SessionError, match="disk is full"):
        opened.score([0], Stage.W)
    assert stages(opened) == [-1] * N
    assert opened.edits == ()
    assert heard == []


def test_a_staging_that_can_not_be_stored_is_not_kept_either():
    opened = session(journal=FailingJournal())
    with pytest.raises(SessionError, match="disk is full"):
        opened.fill(staging([2] * N))
    assert opened.machine is None
    assert opened.edits == ()


def test_a_staging_is_stored_with_its_edit():
    stored = []

    class Recorder(MemoryJournal):
        def append(self, edit, staging=None, *, others=()):  # noqa: ARG002
            stored.append((edit.number, staging))

    answer = staging([2] * N)
    opened = session(journal=Recorder())
    opened.fill(answer)
    opened.undo()
    assert stored == [(1, answer), (2, None)]


def test_a_staging_of_another_length_is_refused_in_words():
    opened = session()
    with pytest.raises(ScoringError, match="13 epochs, and the recording has 12"):
        opened.fill(staging([2] * 13))
    assert opened.machine is None


def test_imported_lights_marks_are_checked_before_anything_is_stored():
    opened = session()
    longer = Hypnogram(np.full(20, 2), lights_on_s=400.0)
    with pytest.raises(ScoringError, match="400 s lies outside the recording of 360 s"):
        opened.import_scoring(Scoring(longer), name="long")
    opened.set_lights(None, 100.0)
    late = Hypnogram(np.full(N, 2), lights_off_s=200.0)
    with pytest.raises(ScoringError, match="not before"):
        opened.import_scoring(Scoring(late), name="late")
    assert len(opened.edits) == 1
    assert stages(opened) == [-1] * N


def test_a_lights_mark_that_is_not_imported_stays():
    opened = session()
    opened.set_lights(10.0, 200.0)
    opened.import_scoring(Scoring(Hypnogram(np.full(N, 2), lights_off_s=20.0)), name="x")
    assert (opened.state.lights_off_s, opened.state.lights_on_s) == (20.0, 200.0)
    opened.undo()
    assert (opened.state.lights_off_s, opened.state.lights_on_s) == (10.0, 200.0)


def test_imported_events_outside_the_recording_are_kept_in_order():
    opened = session()
    events = tuple(Event(onset, 1.0, "Cough") for onset in (900.0, 10.0, -5.0))
    opened.import_scoring(Scoring(Hypnogram(np.full(N, 2)), None, events), name="x")
    assert [event.onset_s for event in opened.state.events] == [-5.0, 10.0, 900.0]


@pytest.mark.parametrize(
    "event",
    [
        Event(-0.1, 3.0, "Cough"),
        Event(370.1, 3.0, "Cough"),
        Event(float("nan"), 3.0, "Cough"),
        Event(10.0, -1.0, "Cough"),
    ],
)
def test_an_event_outside_the_recording_is_refused(event):
    opened = session(duration_s=370.0)
    # In the last seconds, which are no whole epoch.
    opened.replace_event(None, Event(365.0, 3.0, "Cough"))
    with pytest.raises(ScoringError, match="Cough"):
        opened.replace_event(None, event)
    assert len(opened.edits) == 1


def test_the_events_of_a_session_without_duration_end_with_its_last_epoch():
    opened = session()
    opened.replace_event(None, Event(360.0, None, "Lights on"))
    with pytest.raises(ScoringError, match="365 s lies outside the recording of 360 s"):
        opened.replace_event(None, Event(365.0, None, "Lights on"))


def test_a_recording_without_a_whole_epoch_can_not_be_scored():
    opened = ScoringSession(0, MemoryJournal(), author=AUTHOR)
    with pytest.raises(ScoringError, match="shorter than an epoch of 30 s"):
        opened.score([0], Stage.W)
    opened.score([], Stage.W)
    assert opened.edits == ()


@pytest.mark.parametrize("epoch", [-1, N, N + 5])
def test_an_epoch_that_is_not_there_is_refused(epoch):
    opened = session()
    with pytest.raises(ValueError, match=f"of {N}"):
        opened.score([epoch], Stage.N2)
    with pytest.raises(ValueError, match=f"of {N}"):
        opened.score([0, epoch], Stage.N2)
    assert stages(opened) == [-1] * N
    assert opened.edits == ()
    opened.score([0, N - 1], Stage.N2)
    assert [epoch for epoch, stage in enumerate(stages(opened)) if stage == 2] == [0, N - 1]


def test_an_event_is_added_once():
    opened = session()
    cough = Event(40.0, 2.0, "Cough")
    other = Event(50.0, 2.0, "Cough")
    opened.replace_event(None, cough)
    opened.replace_event(None, cough)
    opened.replace_event(cough, cough)
    assert (opened.state.events, len(opened.edits)) == ((cough,), 1)
    # Moved onto another it would vanish.
    opened.replace_event(None, other)
    opened.replace_event(cough, other)
    assert (opened.state.events, len(opened.edits)) == ((cough, other), 2)


def test_events_stand_in_order_of_onset_duration_text_and_channel():
    opened = session()
    in_order = (
        Event(10.0, None, "Zzz"),
        Event(10.0, 1.0, "Zzz"),
        Event(10.0, 2.0, "Apnoea"),
        Event(10.0, 2.0, "Cough"),
        Event(10.0, 2.0, "Cough", "C3-M2"),
        Event(10.0, 2.0, "Cough", "C4-M1"),
        Event(11.0, None, "Apnoea"),
    )
    for event in reversed(in_order):
        opened.replace_event(None, event)
    assert opened.state.events == in_order


def test_scoring_an_epoch_leaves_the_events_as_they_are():
    opened = session()
    opened.replace_event(None, Event(40.0, 5.0, "EEG arousal"))
    before = opened.state.events
    opened.score([0], Stage.W)
    assert opened.state.events is before


def test_a_read_only_session_refuses_every_edit():
    opened = session(read_only=True)
    with pytest.raises(SessionError, match="reading only"):
        opened.score([0], Stage.W)
    with pytest.raises(SessionError):
        opened.fill(staging([0] * N))
    assert opened.machine is None


def test_listeners_hear_every_change_once():
    opened = session()
    heard = []
    opened.subscribe(heard.append)
    opened.score([2], Stage.R)
    opened.undo()
    opened.redo()
    assert [change.stages_after for change in heard] == [(4,), (-1,), (4,)]


ACTIONS = st.lists(
    st.one_of(
        st.tuples(
            st.just("score"),
            st.lists(st.integers(0, N - 1), min_size=1, max_size=4),
            st.sampled_from((*STAGES, Stage.UNSCORED)),
        ),
        st.tuples(st.just("undo")),
        st.tuples(st.just("redo")),
        st.tuples(st.just("lights"), st.sampled_from([None, 30.0]), st.sampled_from([None, 90.0])),
        st.tuples(st.just("event"), st.integers(0, 3)),
        st.tuples(st.just("fill"), st.lists(st.integers(-1, 4), min_size=N, max_size=N)),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(ACTIONS)
def test_replaying_the_log_gives_the_same_state_and_undo_goes_back_to_the_start(actions):
    opened = session()
    stagings = []
    for name, *values in actions:
        if name == "score":
            opened.score(values[0], values[1])
        elif name == "undo":
            opened.undo()
        elif name == "redo":
            opened.redo()
        elif name == "lights":
            opened.set_lights(*values)
        elif name == "event":
            event = Event(values[0] * 10.0, 3.0, "EEG arousal")
            present = event in opened.state.events
            opened.replace_event(*((event, None) if present else (None, event)))
        else:
            stagings.append(staging(values[0]))
            opened.fill(stagings[-1])
    again = session(edits=opened.edits, stagings=stagings)
    assert stages(again) == stages(opened)
    assert again.state.by_person.tolist() == opened.state.by_person.tolist()
    assert again.state.events == opened.state.events
    assert (again.undo_label, again.redo_label) == (opened.undo_label, opened.redo_label)
    while again.undo_label is not None:
        again.undo()
    assert stages(again) == [-1] * N
    assert again.state.events == ()
    assert (again.state.lights_off_s, again.state.lights_on_s) == (None, None)


def test_a_log_in_which_the_import_on_opening_was_undone_is_still_understood():
    lights = Change(lights_before=(None, None), lights_after=(60.0, 240.0))
    author = AUTHOR
    imported = Edit(
        1, "2024", author, EditKind.IMPORT, "Import lights marks", lights, is_of_opening=True
    )
    undone = Edit(2, "2024", author, EditKind.UNDO, "Undo", lights.reversed(), of=1)
    session = ScoringSession(20, MemoryJournal(), author=author, edits=(imported, undone))
    assert (session.state.lights_off_s, session.redo_label) == (None, imported.label)
    session.redo()
    assert session.state.lights_off_s == 60.0
    assert session.undo() is None
    assert session.undo_label is None


def test_a_second_opinion_is_kept_apart_and_fills_nothing():
    stored = []

    class Recorder(MemoryJournal):
        def append(self, edit, staging=None, *, others=()):
            stored.append((edit.number, staging, others))

    ours, theirs = staging([2] * N), staging([3] * N)
    opened = session(journal=Recorder())
    opened.fill(ours, others=(theirs,))
    assert (opened.machine, opened.others) == (ours, (theirs,))
    assert stages(opened) == [2] * N
    opened.undo()
    assert (opened.machine, opened.others) == (ours, (theirs,))
    later = staging([1] * N)
    opened.fill(later)
    assert (opened.machine, opened.others) == (later, (theirs,))
    assert stored == [(1, ours, (theirs,)), (2, None, ()), (3, later, ())]


def test_a_second_opinion_of_another_length_is_refused_and_nothing_is_kept():
    opened = session()
    with pytest.raises(ScoringError, match="13 epochs, and the recording has 12"):
        opened.fill(staging([2] * N), others=(staging([2] * 13),))
    assert (opened.machine, opened.others, opened.edits) == (None, (), ())


def test_an_epoch_before_the_first_is_refused():
    opened = session()
    with pytest.raises(ValueError, match="epochs -1 to 3 of 12"):
        opened.score([3, -1], Stage.N2)
    assert (stages(opened), opened.edits) == ([-1] * N, ())


def test_an_event_that_is_marked_already_is_not_added_again():
    opened, event = session(), Event(31.0, 4.0, "EEG arousal")
    opened.replace_event(None, event)
    opened.replace_event(None, event)
    other = Event(62.0, 4.0, "EEG arousal")
    opened.replace_event(None, other)
    opened.replace_event(other, event)
    assert opened.state.events == (event, other)
    assert len(opened.edits) == 2
    scoring = Scoring(Hypnogram(np.full(N, -1, np.int8)), events=(event, Event(3.0, None, "x")))
    opened.import_scoring(scoring, name="other.edf")
    assert opened.edits[-1].change.events_added == (Event(3.0, None, "x"),)
    assert opened.state.events == (Event(3.0, None, "x"), event, other)


@pytest.mark.parametrize(
    "change",
    [
        Change((-1,), (-1,), (2,), (False,), (True,)),
        Change((N,), (-1,), (2,), (False,), (True,)),
        Change((1,), (0,), (2,), (False,), (True,)),
        Change((1,), (-1,), (2,), (True,), (True,)),
        Change(events_removed=(Event(1.0, None, "x"),)),
        Change(lights_before=(1.0, None), lights_after=(2.0, None)),
    ],
)
def test_a_log_that_contradicts_itself_is_not_replayed(change):
    edit = Edit(1, "2026-01-01T00:00:00+00:00", AUTHOR, EditKind.MANUAL, "x", change)
    with pytest.raises(ValueError, match="edit 1, "):
        session(edits=(edit,))


def test_edits_are_named_by_what_they_do():
    opened = session()
    one, other = Event(40.0, 5.0, "Cough"), Event(45.0, 5.0, "Snore")
    opened.replace_event(None, one)
    opened.replace_event(one, other)
    opened.replace_event(other, None)
    opened.score([2], Stage.W)
    opened.score([2], Stage.UNSCORED)
    opened.score([2, 3], Stage.W)
    opened.score([2, 3], Stage.UNSCORED)
    opened.undo()
    opened.redo()
    assert [edit.label for edit in opened.edits] == [
        "Mark Cough",
        "Change Snore",
        "Delete Snore",
        "Score epoch 3 as W",
        "Clear epoch 3",
        "Score 2 epochs from 3 as W",
        "Clear 2 epochs from 3",
        "Undo Clear 2 epochs from 3",
        "Redo Clear 2 epochs from 3",
    ]


def test_nothing_to_undo_or_redo_is_none():
    opened = session()
    assert (opened.undo(), opened.redo(), opened.undo_label, opened.redo_label) == (None,) * 4
    opened.score([2], Stage.W)
    undone = opened.undo()
    assert undone == opened.edits[0].change.reversed()
    assert opened.redo() == opened.edits[0].change


@pytest.mark.parametrize(
    ("smoothed", "by_person"), [(False, [1, 5]), (True, [1])], ids=["as it is", "smoothed"]
)
def test_of_an_imported_correction_only_what_differs_from_its_staging_is_a_person_s(
    smoothed, by_person
):
    rows = np.full((N, 5), 0.025, np.float32)
    rows[:, Stage.N2] = 0.9
    rows[5] = [0, 0.54, 0.46, 0, 0]
    answer, theirs = replace(staging([2] * N), probabilities=rows), staging([3] * N)
    corrected = Scoring(Hypnogram(np.array([2, 0] + [2] * (N - 2))))
    opened = session()
    opened.import_scoring(corrected, name="x", staging=answer, others=(theirs,), smoothed=smoothed)
    assert stages(opened) == [2, 0] + [2] * (N - 2)
    assert np.flatnonzero(opened.state.by_person).tolist() == by_person
    assert (opened.machine, opened.others) == (answer, (theirs,))
    assert opened.holds_smoothed == smoothed
    assert opened.edits[0].label == ("Import x, smoothed" if smoothed else "Import x")


def test_what_is_imported_on_opening_is_no_step_to_undo():
    opened = session()
    scoring = Scoring(Hypnogram(np.full(N, 2)))
    opened.import_scoring(scoring, name="x", of_opening=True)
    assert (opened.undo(), opened.undo_label, len(opened.done)) == (None, None, 1)
    # Nothing new is nothing to log.
    opened.import_scoring(scoring, name="x")
    assert len(opened.edits) == 1


def test_an_event_may_begin_with_the_recording_and_last_no_time():
    opened = session()
    first, last = Event(0.0, 0.0, "x"), Event(360.0, None, "y")
    opened.replace_event(None, first)
    opened.replace_event(None, last)
    assert opened.state.events == (first, last)
    with pytest.raises(ScoringError, match="can't last nan s"):
        opened.replace_event(None, Event(3.0, float("nan"), "z"))


def test_an_edit_is_signed_and_dated():
    opened = session()
    opened.score([0], Stage.W)
    (edit,) = opened.edits
    assert edit.author == AUTHOR
    assert edit.utc.endswith("+00:00")
    assert (edit.of, edit.is_smoothed, edit.is_of_opening) == (None, False, False)


def test_answers_of_a_consensus_are_kept_with_it_and_go_with_it():
    made = staging([2] * N).provenance
    one, other = staging([2] * N), staging([3] * N)
    joined = replace(staging([2] * N), provenance=replace(made, consensus_of=("a", "b")))
    opened = session()
    opened.fill(joined, others=(one, other))
    assert (opened.machine, opened.others) == (joined, (one, other))
    opened.undo()
    assert opened.others == (one, other)
    # The answers are no second opinions of what comes after it.
    later = staging([1] * N)
    opened.fill(later)
    assert (opened.machine, opened.others) == (later, ())


def test_the_steps_that_hold_are_counted_without_that_of_the_opening():
    opened = ScoringSession(4, MemoryJournal(), author=Author("anna", "lab-3"))
    lights = Scoring(Hypnogram(np.full(4, -1, np.int8), 30.0, 0.0, 90.0))
    opened.import_scoring(lights, name="lights", of_opening=True)
    assert opened.n_steps == 0
    opened.score([0], Stage.W)
    opened.score([1], Stage.W)
    opened.undo()
    assert opened.n_steps == 1
