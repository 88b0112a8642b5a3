"""Scorings of Philips' Alice and Sleepware."""

from datetime import datetime

import pytest

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.files.scorings import read_scoring
from sleepscorer.files.scorings.philips_rml import read_philips_rml

POINTS = (
    ("NotScored", 0), ("Wake", 30), ("NonREM1", 90), ("NonREM2", 120),
    ("NonREM3", 180), ("NonREM4", 210), ("REM", 240), ("NotScored", 300),
)  # fmt: skip
EVENTS = """
<Event Family="Respiratory" Type="Hypopnea" Start="130.5" Duration="12"><O2Before>95</O2Before></Event>
<Event Family="Limbs" Type="LegMovement" Start="150" Duration="2"><LegMovement EdfSignal="4"/></Event>
<Event Family="User" Type="Comment" Start="33" Duration="0"><Comment>cough</Comment></Event>
<Event Family="User" Type="Arousal" Start="" Duration="3"/>
"""  # noqa: E501
SESSION = (
    "<RecordingStart>2019-05-02T22:02:55</RecordingStart><Duration>355</Duration>"
    "<LightsOff>60</LightsOff><LightsOn>300</LightsOn><Segments><Segment><Duration>9</Duration>"
    "</Segment></Segments>"
)


def staging(points, kind="NeuroAdultAASMStaging"):
    rows = "".join(f'<Stage Type="{stage}" Start="{start_s}"/>' for stage, start_s in points)
    return f"<{kind}>{rows}</{kind}>"


STAGED = staging(POINTS)


def rml(user=STAGED, machine="", session=SESSION, events=EVENTS, more=""):
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<PatientStudy xmlns="http://www.respironics.com/PatientStudy.xsd"><Acquisition>'
        f"<Sessions><Session>{session}</Session>{more}</Sessions></Acquisition><ChannelConfig>"
        '<Channels><Channel EdfSignal="4"><Label>Leg 1</Label></Channel></Channels></ChannelConfig>'
        f"<ScoringData><Events>{events}</Events><StagingData><UserStaging>{user}</UserStaging>"
        f"<MachineStaging>{machine}</MachineStaging></StagingData></ScoringData></PatientStudy>"
    )


def test_stages_change_where_they_say_and_the_last_goes_on_to_the_end(tmp_path):
    path = tmp_path / "night.rml"
    path.write_text(rml(machine=staging([("REM", 0)])), encoding="utf-8-sig")
    found = read_scoring(path)
    assert found.format == "rml"
    assert found.hypnogram.stages.tolist() == [-1, 0, 0, 1, 2, 2, 3, 3, 4, 4, -1]
    assert found.start == datetime(2019, 5, 2, 22, 2, 55)
    assert (found.hypnogram.lights_off_s, found.hypnogram.lights_on_s) == (60, 300)
    assert found.events == (
        Event(33.0, None, "cough"),
        Event(130.5, 12.0, "Hypopnea"),
        Event(150.0, 2.0, "LegMovement", "Leg 1"),
    )
    assert found.notes == (
        "the stages are those of a person (UserStaging)",
        "events without a time that can be read were left out: 1",
        "stages 3 and 4 of Rechtschaffen & Kales were taken as N3",
    )


@pytest.mark.parametrize("user", ["", staging([]), staging([("NotScored", 0)])])
def test_the_programs_staging_is_read_where_no_person_staged(user):
    found = read_philips_rml(rml(user=user, machine=staging([("REM", 0)])))
    assert found.hypnogram.stages.tolist() == [4] * 11
    assert "no person staged it" in found.notes[0]


def test_the_staging_of_adults_comes_first():
    both = staging([("Wake", 0)], "InfantStaging") + staging([("REM", 0)])
    assert read_philips_rml(rml(user=both)).hypnogram.stages.tolist() == [4] * 11


def test_a_last_stage_at_the_end_marks_the_end():
    session = SESSION.replace("355", "300")
    found = read_philips_rml(rml(session=session))
    assert found.hypnogram.stages.tolist() == [-1, 0, 0, 1, 2, 2, 3, 3, 4, 4]


def test_without_a_length_the_last_stage_is_one_epoch():
    session = "<RecordingStart>yesterday</RecordingStart>"
    found = read_philips_rml(rml(session=session, user=staging([("Wake", 0), ("REM", 60)])))
    assert found.hypnogram.stages.tolist() == [0, 0, 4]
    assert found.start is None
    assert any("taken as one epoch" in note for note in found.notes)
    assert any("'yesterday'" in note for note in found.notes)


def test_stages_past_the_end_are_counted():
    session = SESSION.replace("355", "200")
    found = read_philips_rml(rml(session=session))
    assert found.hypnogram.stages.tolist() == [-1, 0, 0, 1, 2, 2]
    assert "stages past the end of the recording were left out: 3" in found.notes


def test_several_sessions_are_told():
    found = read_philips_rml(rml(more="<Session><Duration>9</Duration></Session>"))
    assert found.hypnogram.n_epochs == 11
    assert any("2 sessions" in note for note in found.notes)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (rml(user=""), "holds no sleep stages"),
        (rml(user=staging([("Wake", 0), ("REM", 0)])), "two stages start at 0 s: REM and Wake"),
        (rml(user=staging([("Wake", -30)])), "the Start of a stage is '-30'"),
        (rml(user=staging([("Wake", "nan")])), "the Start of a stage is 'nan'"),
        (rml(user=staging([("Wake", "")])), "the Start of a stage is ''"),
        (rml(user=staging([("Dozing", 0)])), "the stage 'Dozing' is not known"),
        (rml(user=staging([("", 0)])), "the stage '' is not known"),
        (rml(user=staging([("Quiet", 0)], "Infant")), "not known"),
        (rml(user=staging([("NonREM", 0)])), "does not tell N1, N2 and N3 apart"),
        (rml(user=staging([("Wake", 0)], "A") + staging([("REM", 0)], "B")), "2 stagings"),
        (rml(session="<Duration>9e6</Duration>"), "more than 10"),
        (rml(session="<Duration>10</Duration>"), "holds no sleep stages"),
    ],
)
def test_what_can_not_be_true_is_said(text, words):
    with pytest.raises(ScoringError, match=words):
        read_philips_rml(text)
