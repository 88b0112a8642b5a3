"""Scorings of the NSRR that are not as they should be."""

import pytest

from sleepscorer.core.errors import ScoringError
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


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (xml(("Wake|0", 0, 45), ("Stage 2 sleep|2", 45, 30)), "begins at 45 s"),
        (xml(("Wake|²", 0, 30)), "no code of a sleep stage"),
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
