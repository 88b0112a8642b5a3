"""Scorings of the NSRR: its dialects, and those that are not as they should be."""

from datetime import datetime

import pytest

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.files.scorings.nsrr_xml import read_nsrr_xml


def xml(*stages, epoch_s=30):
    rows = "".join(
        "<ScoredEvent><EventType>Stages|Stages</EventType>"
        f"<EventConcept>{concept}</EventConcept><Start>{start_s}</Start>"
        f"<Duration>{duration_s}</Duration></ScoredEvent>"
        for concept, start_s, duration_s in stages
    )
    length = f"<EpochLength>{epoch_s}</EpochLength>"
    return f"<PSGAnnotation>{length}<ScoredEvents>{rows}</ScoredEvents></PSGAnnotation>"


def test_stages_that_begin_a_little_off_the_epochs_are_read():
    found = read_nsrr_xml(xml(("Wake|0", 0.0, 60.0), ("REM sleep|5", 60.2, 29.8)))
    assert found.hypnogram.stages.tolist() == [0, 0, 4]


def test_every_code_the_events_and_what_had_to_be_decided():
    events = "".join(
        f"<ScoredEvent><EventType>{kind}</EventType><EventConcept>{concept}</EventConcept>"
        f"<Start>{start_s}</Start><Duration>{duration_s}</Duration>{more}</ScoredEvent>"
        for kind, concept, start_s, duration_s, more in (
            ("", "Recording Start Time", 0, 250, ""),
            ("Arousals|Arousals", "Arousal|Arousal ()", 65.5, 4, ""),
            (
                "Respiratory|Respiratory",
                "Hypopnea|Hypopnea",
                70,
                12,
                "<SignalLocation>ABDO</SignalLocation>",
            ),
        )
    )
    text = xml(
        ("Wake|0", 0, 30), ("Stage 1 sleep|1", 30, 30), ("Stage 2 sleep|2", 60, 30),
        ("Stage 3 sleep|3", 90, 30), ("Stage 4 sleep|4", 120, 30), ("REM sleep|5", 150, 30),
        ("Movement|6", 180, 30), ("Unscored|9", 210, 30),
    ).replace("</ScoredEvents>", events + "</ScoredEvents>")  # fmt: skip
    found = read_nsrr_xml(text)
    assert found.hypnogram.stages.tolist() == [0, 1, 2, 3, 3, 4, -1, -1]
    assert found.events == (
        Event(65.5, 4.0, "Arousal"), Event(70.0, 12.0, "Hypopnea", "ABDO")
    )  # fmt: skip
    assert found.notes == (
        "stages 3 and 4 of Rechtschaffen & Kales were taken as N3",
        "movement time was taken as unscored (once)",
    )


def test_the_rules_of_coverage_are_those_of_edf():
    partial = xml(("Wake|0", 0, 60), ("Stage 2 sleep|2", 60, 60), ("REM sleep|5", 120, 20))
    found = read_nsrr_xml(partial)
    assert found.hypnogram.stages.tolist() == [0, 0, 2, 2]
    assert found.notes == ("what reaches past the end was left out (stages: 1)",)
    overlapping = read_nsrr_xml(
        xml(("Wake|0", 0, 90), ("Stage 2 sleep|2", 60, 60), ("REM sleep|5", 120, 90))
    )
    assert overlapping.hypnogram.stages.tolist() == [0, 0, -1, 2, 4, 4, 4]
    with pytest.raises(ScoringError, match="does not tell N1, N2 and N3 apart"):
        read_nsrr_xml(xml(("Wake|0", 0, 60), ("NREM", 60, 60)))
    with pytest.raises(ScoringError, match="does not tell N1, N2 and N3 apart"):
        read_nsrr_xml(xml(("Wake|0", 0, 60), ("Sleep stage T", 60, 60)))


def test_concepts_without_a_code():
    found = read_nsrr_xml(
        xml(
            ("SDO:WakeState", 0, 30), ("SDO:NonRapidEyeMovementSleep-N2", 30, 30), ("SRO:R", 60, 30)
        )
    )
    assert found.hypnogram.stages.tolist() == [0, 2, 4]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (xml(("Wake|0", 0, 45), ("Stage 2 sleep|2", 45, 30)), "don't follow epochs of 30 s"),
        (xml(("Wake|²", 0, 30)), "is no code of one"),
        (xml(("Wake|7", 0, 30)), "'7' is no code"),
        (xml(("Wake|0", "nan", 30)), "Start is 'nan'"),
        (xml(("Wake|0", 0, 30), epoch_s="ten"), "epochs last 'ten' s"),
        (xml(("Wake|0", 0, 30), epoch_s=-30), "epochs last '-30' s"),
        (xml(("Wake|0", 0, 30), epoch_s="nan"), "epochs last 'nan' s"),
        (xml(("Wake|0", "", 30)), "Start is '', not a time"),
        (xml(("Wake|0", -30, 60)), "Start is '-30', not a time"),
        (xml(("Wake|0", 0, -30)), "Duration is '-30', not a time"),
        (xml(("Wake|0", 0, 30), ("REM sleep|5", 2_100_000, 30)), "more than 10"),
        (xml(), "holds no sleep stages"),
        ("<PSGAnnotation>", "can't be read"),
        (
            '<!DOCTYPE x [<!ENTITY a "b">]><PSGAnnotation>&a;</PSGAnnotation>',
            "can't be read",
        ),
    ],
)
def test_what_can_not_be_true_is_said(text, words):
    with pytest.raises(ScoringError, match=words):
        read_nsrr_xml(text)


def test_a_concept_that_contradicts_its_code_is_refused():
    with pytest.raises(ScoringError, match=r"'REM sleep\|0' is one stage by its words"):
        read_nsrr_xml(xml(("Wake|0", 0, 60), ("REM sleep|0", 60, 60)))
    with pytest.raises(ScoringError, match="'Active sleep' does not tell N1, N2 and N3 apart"):
        read_nsrr_xml(xml(("Wake|0", 0, 60), ("Active sleep|1", 60, 60)))


@pytest.mark.parametrize("kind", ["stages", "Sleep Staging|Sleep", ""])
def test_a_stage_is_one_whatever_its_type_is_called(kind):
    text = xml(("Wake|0", 0, 60), ("Stage 2 sleep|2", 60, 60))
    text = text.replace(
        "Stages|Stages</EventType><EventConcept>St", f"{kind}</EventType><EventConcept>St"
    )
    assert read_nsrr_xml(text).hypnogram.stages.tolist() == [0, 0, 2, 2]


def dialect(*rows, epoch="<EpochLength>30</EpochLength>", clock="30.01.97 22.00.00"):
    """An early dialect: no types, the start of the recording first, elements in any order."""
    begin = (
        "<ScoredEvent><EventConcept>Recording Start Time</EventConcept><Start>0</Start>"
        f"<Duration>31530</Duration><ClockTime>{clock}</ClockTime></ScoredEvent>"
    )
    events = "".join(
        f"<ScoredEvent><EventConcept>{concept}</EventConcept><Duration>{duration_s}</Duration>"
        f"<Start>{start_s}</Start></ScoredEvent>"
        for concept, start_s, duration_s in rows
    )
    return f"<PSGAnnotation>{epoch}<ScoredEvents>{begin}{events}</ScoredEvents></PSGAnnotation>"


@pytest.mark.parametrize(
    "names",
    [
        "SRO:Wake SRO:Stage1Sleep SRO:Stage2Sleep SRO:Stage3Sleep SRO:Stage4Sleep"
        " SRO:RapidEyeMovement SRO:MovementTime SRO:UnscoredEpoch",
        "SDO:WakeState SDO:NonRapidEyeMovementSleep-N1 SDO:NonRapidEyeMovementSleep-N2"
        " SDO:NonRapidEyeMovementSleep-N3 SDO:NonRapidEyeMovementSleep-N4"
        " SDO:RapidEyeMovementSleep Unscored|9 Unscored|9",
        "SLEEP-S0 SLEEP-S1 SLEEP-S2 SLEEP-S3 SLEEP-S4 SLEEP-REM SLEEP-MT SLEEP-UNSCORED",
    ],
)
def test_the_vocabularies_of_early_dialects(names):
    rows = [(name, 30 * n, 30.0) for n, name in enumerate(names.split())]
    found = read_nsrr_xml(dialect(*rows, ("SRO:Arousal", 31.5, 4), ("SDO:HypopneaFinding", 70, 12)))
    assert found.hypnogram.stages.tolist() == [0, 1, 2, 3, 3, 4, -1, -1]
    assert [event.text for event in found.events] == ["SRO:Arousal", "SDO:HypopneaFinding"]
    assert found.start == datetime(1997, 1, 30, 22)


@pytest.mark.parametrize(
    ("clock", "start", "note"),
    [
        ("00.00.00 22.13.20", datetime(1985, 1, 1, 22, 13, 20), "no date"),
        ("01.01.85 20.29.59", datetime(1985, 1, 1, 20, 29, 59), None),
        ("00.00.00 00.00.00", None, None),
        ("03.04.08 23.00.00", datetime(2008, 4, 3, 23), None),
        ("31.02.08 23.00.00", datetime(1985, 1, 1, 23), "no date"),
        ("30.01.97 25.00.00", None, "left out"),
        ("the day before", None, "left out"),
        ("", None, None),
    ],
)
def test_the_start_is_what_the_clock_says_and_no_more(clock, start, note):
    found = read_nsrr_xml(dialect(("SLEEP-S0", 0, 30), clock=clock))
    assert found.start == start
    assert [note in said for said in found.notes] == ([True] if note else [])


def test_events_without_a_time_are_counted_and_stages_without_one_refused():
    good = ("SRO:Wake", 0, 60)
    found = read_nsrr_xml(dialect(good, ("SRO:Hypopnea", "", 15), ("SRO:Hypopnea", "nan", 15)))
    assert found.events == ()
    assert found.notes == ("events without a time that can be read were left out: 2",)
    with pytest.raises(ScoringError, match="Start is ''"):
        read_nsrr_xml(dialect(good, ("SRO:Wake", "", 15)))


def test_epochs_of_other_lengths_and_of_none_told():
    found = read_nsrr_xml(
        dialect(("SLEEP-S0", 0, 20), ("SLEEP-S1", 20, 20), epoch="<EpochLength>20</EpochLength>")
    )
    assert (found.hypnogram.epoch_s, found.hypnogram.stages.tolist()) == (20, [0, 1])
    untold = read_nsrr_xml(dialect(("SLEEP-S0", 0, 60), epoch="<EpochLength/>"))
    assert untold.hypnogram.stages.tolist() == [0, 0]


def test_lights_and_unsure_stand_among_the_stages():
    text = xml(
        ("Wake|0", 0, 30), ("Stage 2 sleep|2", 30, 30), ("Unsure|Unsure", 60, 30),
        ("Artifact|10", 90, 30), ("Beginning of time in bed|LIGHTS-OFF", 30, 0),
        ("End of time in bed|LIGHTS-ON", 110, 0), ("Beginning of analysis period|x", 5, 0),
    )  # fmt: skip
    found = read_nsrr_xml(text)
    assert found.hypnogram.stages.tolist() == [0, 2, -1, -1]
    assert (found.hypnogram.lights_off_s, found.hypnogram.lights_on_s) == (30, 110)
    assert [event.text for event in found.events] == ["Beginning of analysis period"]
    lights = read_nsrr_xml(dialect(("SLEEP-S0", 0, 90), ("SRO:LightsOff", 30, 0)))
    assert lights.hypnogram.lights_off_s == 30


def test_an_unsure_event_is_an_event():
    text = xml(("Wake|0", 0, 60)).replace(
        "</ScoredEvents>",
        "<ScoredEvent><EventType>Respiratory|Respiratory</EventType>"
        "<EventConcept>Unsure|Unsure</EventConcept><Start>12</Start><Duration>14</Duration>"
        "</ScoredEvent></ScoredEvents>",
    )
    assert read_nsrr_xml(text).events == (Event(12.0, 14.0, "Unsure"),)


def test_stages_that_are_notes_of_the_technician_at_clock_times():
    text = dialect(clock="26.01.10 23.59.30").replace(
        "</ScoredEvents>",
        "".join(
            "<ScoredEvent><EventConcept>Technician Notes</EventConcept>"
            f"<Starttime>2010-01-{when}.000000</Starttime><Duration>{duration_s}</Duration>"
            f"<Notes>{note}</Notes></ScoredEvent>"
            for when, duration_s, note in (
                ("27T00:00:00", 30.0, "SLEEP-S0"),
                ("27T00:00:10", 3.0, "ACTIVITY-MOVE"),
                ("27T00:00:30", 30.0, "SLEEP-S2"),
            )
        )
        + "</ScoredEvents>",
    )
    found = read_nsrr_xml(text)
    assert found.hypnogram.stages.tolist() == [-1, 0, 2]
    assert found.start == datetime(2010, 1, 26, 23, 59, 30)
    assert found.events == (Event(40.0, 3.0, "ACTIVITY-MOVE"),)


def test_notes_that_name_a_stage_are_none_where_stages_have_their_own_words():
    note = (
        "<ScoredEvent><EventConcept>Technician Notes</EventConcept><Start>40</Start>"
        "<Notes>Stage 2</Notes></ScoredEvent></ScoredEvents>"
    )
    found = read_nsrr_xml(dialect(("SLEEP-S0", 0, 90)).replace("</ScoredEvents>", note))
    assert found.hypnogram.stages.tolist() == [0, 0, 0]
    assert [event.text for event in found.events] == ["Technician Notes"]
