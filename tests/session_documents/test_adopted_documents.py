"""Events that were taken as one's own are counted and exported once, also after reopening."""

import pytest
from documented_night import ANNA, N, write_night

from sleepscorer.core.event_kinds import EventFamily
from sleepscorer.core.events import Event
from sleepscorer.core.stages import Stage
from sleepscorer.files.scorings import read_scoring
from sleepscorer.pipeline import Destination
from sleepscorer.session_documents import export_document, open_document
from sleepscorer.session_documents.results import night_of

OF_FILE = (
    Event(60.0, 12.0, "OBSTRUCTIVE APNEA"),
    Event(90.0, 4.0, "Arousal", "EEG C4-M1"),
    Event(120.0, 5.0, "patient coughs"),
)


@pytest.fixture
def path(tmp_path):
    return write_night(tmp_path / "night.edf", events=OF_FILE)


def _texts(document):
    night = night_of(document.snapshot(), scored=frozenset({EventFamily.AROUSAL}))
    return [event.text for event in night.events]


def _arousal_index(document):
    night = night_of(document.snapshot(), scored=frozenset({EventFamily.AROUSAL}))
    return night.statistics.arousal_index_per_h


def test_taken_events_are_told_once(path, tmp_path):
    document = open_document(path, author=ANNA)
    document.session.score(range(N), Stage.N2)
    # One in five minutes of sleep.
    assert _arousal_index(document) == 12.0
    document.session.adopt_events(document.recording.events, "the recording")
    own = ["Obstructive apnea", "EEG arousal", "patient coughs"]
    assert _texts(document) == own
    assert _arousal_index(document) == 12.0
    apnea = document.session.state.events[0]
    document.session.replace_event(apnea, Event(61.0, 14.0, "Hypopnea"))
    document.session.replace_event(None, Event(61.0, 14.0, "mouth open"))
    document.close()
    again = open_document(path, author=ANNA)
    texts = ["Hypopnea", "mouth open", *own[1:]]
    assert _texts(again) == texts
    outputs = export_document(again.snapshot(), Destination(tmp_path / "out", ("edf",)))
    scoring = read_scoring(next(one for one in outputs if one.suffix == ".edf"))
    found = {event.text: event for event in scoring.events}
    assert list(found) == texts
    assert found["mouth open"].duration_s == 14.0
    assert found["EEG arousal"].channel == "EEG C4-M1"
    again.session.undo()
    again.session.undo()
    again.session.undo()
    assert _texts(again) == [event.text for event in OF_FILE]
    again.close()
