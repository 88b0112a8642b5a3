"""Scorings of the NSRR that are not as they should be."""

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
        (xml(("Wake|0", 0, 20), epoch_s=20), "epochs last 20 s"),
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
