import pytest

from sleepscorer.core.adopting import (
    AdoptionRow,
    adoptable,
    adopted,
    adoption_rows,
    ever_marked,
    kind_of_words,
    still_beside,
)
from sleepscorer.core.edits import Author
from sleepscorer.core.events import Event
from sleepscorer.core.journal import MemoryJournal
from sleepscorer.core.session import ScoringSession

APNEA = Event(60.0, 12.0, "Obstructive Apnea|Obstructive Apnea", "Flow")
AROUSAL = Event(90.0, 4.0, "EEG arousal")
REMARK = Event(95.0, None, "patient coughs")
EVENTS = (APNEA, AROUSAL, REMARK)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("EEG arousal", "arousal"),
        ("Arousal", "arousal"),
        ("OBSTRUCTIVE_APNEA", "obstructive"),
        ("Obstructive apnea|APNEA-OBSTRUCTIVE", "obstructive"),
        ("SpO2 desaturation", "desaturation"),
        ("Cheyne-Stokes respiration", "cheyne_stokes"),
        ("PLM", "plm"),
        ("Hypopnoea@@Flow", "hypopnea"),
        ("Obstructive apnea|Central apnea", None),
        ("Apnea", None),
        ("patient coughs", None),
        ("", None),
    ],
)
def test_words_of_other_programs_that_name_a_kind(text, name):
    kind = kind_of_words(text)
    assert (None if kind is None else kind.name) == name


def test_own_words_stay_where_they_are_no_kind():
    assert [adopted(event).text for event in EVENTS] == [
        "Obstructive apnea",
        "EEG arousal",
        "patient coughs",
    ]


def test_stages_lights_and_remarks_are_not_taken():
    others = (
        Event(0.0, 30.0, "Sleep stage W"),
        Event(0.0, None, "Lights off"),
        Event(0.0, None, "Recording starts"),
        Event(0.0, None, "sleepscorer note: 5 epochs"),
    )
    assert adoptable((*others, *EVENTS), lambda text: text.startswith("Sleep stage")) == EVENTS


def test_the_preview_has_a_row_for_each_text_kinds_first():
    rows = adoption_rows((*EVENTS, Event(200.0, 9.0, "EEG arousal")))
    assert [(row.text, row.n_events, row.kind and row.kind.label) for row in rows] == [
        ("EEG arousal", 2, "Arousal"),
        (APNEA.text, 1, "Obstructive apnea"),
        ("patient coughs", 1, None),
    ]
    assert all(isinstance(row, AdoptionRow) for row in rows)


@pytest.fixture
def session():
    return ScoringSession(10, MemoryJournal(), author=Author("anna", "lab"))


def _beside(session):
    return still_beside(EVENTS, ever_marked(session.done))


def test_taking_is_one_edit_that_undo_takes_back(session):
    assert session.adopt_events(EVENTS, "the recording") == 3
    assert session.undo_label == "Take 3 events of the recording as own"
    assert [event.text for event in session.state.events] == [
        "Obstructive apnea",
        "EEG arousal",
        "patient coughs",
    ]
    assert _beside(session) == ()
    session.undo()
    assert (session.state.events, _beside(session)) == ((), EVENTS)
    session.redo()
    assert _beside(session) == ()


def test_what_was_taken_does_not_come_back_when_it_is_changed_or_deleted(session):
    session.adopt_events((APNEA, AROUSAL), "the recording")
    apnea, arousal = session.state.events
    session.replace_event(apnea, Event(60.0, 15.0, "Hypopnea", "Flow"))
    session.replace_event(arousal, None)
    assert _beside(session) == (REMARK,)


def test_what_is_here_already_is_not_taken_again(session):
    session.replace_event(None, AROUSAL)
    assert session.adopt_events((AROUSAL,), "the recording") == 0
    assert len(session.edits) == 1
