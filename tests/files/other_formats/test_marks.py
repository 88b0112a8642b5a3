"""The words of marks."""

import pytest

from sleepscorer.files.other_formats.marks import (
    is_joint,
    lost_samples,
    mark_text,
    text_without_type,
)


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("Comment", "Lights off", "Lights off"),
        ("Comment", "", "Comment"),
        ("Comment", "2", "2"),
        ("", "S  2", "S  2"),
        *((kind, "S  2", f"{kind}/S  2") for kind in ("Stimulus", "response", "TOGGLE", "Optic")),
        ("Sync Status", "7", "Sync Status/7"),
        ("SyncStatus", "R12", "SyncStatus/R12"),
        ("Stimulus", "Lights off", "Lights off"),
        ("Stimulus", "S2b", "S2b"),
        ("Stimulus", "12", "Stimulus/12"),
    ],
)
def test_the_type_stays_before_a_code_alone(kind, text, words):
    assert mark_text(kind, text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Comment/Lights off", "Lights off"),
        ("comment/ turns ", "turns"),
        ("Comment/", "Comment"),
        ("Stimulus/S  2", "Stimulus/S  2"),
        ("Stimulus/Lights on", "Lights on"),
        ("and/or", "and/or"),
        ("Comment", "Comment"),
        ("Comment/on/off", "on/off"),
    ],
)
def test_types_that_another_program_put_before_the_words(text, words):
    assert text_without_type(text) == words


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("boundary", True),
        ("Boundary", True),
        ("-99", True),
        ("EDGE boundary", True),
        ("BAD boundary", True),
        ("New Segment/", True),
        ("New Segment/LostSamples: 3", True),
        ("New Segment", False),
        ("99", False),
        ("boundary of a lead", False),
    ],
)
def test_joints(text, is_one):
    assert is_joint(text) == is_one


@pytest.mark.parametrize(
    ("text", "lost_s"),
    [
        ("LostSamples: 250", 0.5),
        ("New Segment/lostsamples:1", 0.002),
        ("LostSamples: 0", 0.0),
        ("LostSamples: x", None),
        ("", None),
    ],
)
def test_lost_samples(text, lost_s):
    assert lost_samples(text, 500.0) == lost_s
