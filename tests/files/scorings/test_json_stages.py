"""Scorings as JSON: ScoringHero's, YASA's, and lists."""

import json
from datetime import datetime

import numpy as np
import pytest

from sleepscorer.core.errors import CodesNeeded, EpochLengthNeeded, ScoringError
from sleepscorer.core.events import Event
from sleepscorer.files.scorings import codes_named, read_scoring

AASM = codes_named("aasm")


def read(tmp_path, document, name="night.json", **options):
    path = tmp_path / name
    path.write_text(document if isinstance(document, str) else json.dumps(document, indent=1))
    return read_scoring(path, **options)


def epochs(*stages, epoch_s=30, **more):
    return [
        {"epoch": i + 1, "start": i * epoch_s, "end": (i + 1) * epoch_s, "stage": stage} | more
        for i, stage in enumerate(stages)
    ]


def test_scoringhero(tmp_path):
    event = {"key": "F1", "event": "Spindle", "digit": 1, "epoch": [2], "start": 31.5, "end": 32.5}
    first = epochs("Wake", "N1", None, "N3", "REM", source="human", clean=1)
    first[3] |= {"source": "YASA", "clean": 0}
    found = read(tmp_path, [first, [event]], name="night.txt")
    assert (found.format, found.hypnogram.epoch_s) == ("json", 30.0)
    assert found.hypnogram.stages.tolist() == [0, 1, -1, 3, 4]
    assert found.events == (Event(31.5, 1.0, "Spindle"),)
    assert found.notes == (
        "stages that a program gave and nobody changed: 'YASA' once",
        "epochs marked as not clean keep their stage: 1",
    )
    assert read(tmp_path, [epochs("Wake", "N2", epoch_s=20), []]).hypnogram.epoch_s == 20.0


def test_scoringhero_of_older_versions_and_events_of_others(tmp_path):
    older = epochs("N3", "-", "REM", digit=None, uncertain=0)
    found = read(tmp_path, [older, [{"event": "x"}, 3, {"event": "x", "start": 0, "end": 1e308}]])
    assert found.hypnogram.stages.tolist() == [3, -1, 4]
    assert found.events == ()
    assert found.notes == ("events without a name, a start and an end were left out: 3",)


def test_yasa(tmp_path):
    document = {
        "values": ["WAKE", "N2", "REM", "ART", "UNS"],
        "n_stages": 5,
        "freq": "30s",
        "start": "2022-12-15T22:30:00+01:00",
        "scorer": "YASA",
        "proba": {name: [0.2] * 5 for name in ("WAKE", "N1", "N2", "N3", "REM")},
        "tz": "Europe/Paris",
    }
    found = read(tmp_path, document)
    assert found.hypnogram.stages.tolist() == [0, 2, 4, -1, -1]
    assert (found.hypnogram.epoch_s, found.start) == (30.0, datetime(2022, 12, 15, 22, 30))
    assert np.array_equal(found.probabilities, np.full((5, 5), 0.2))
    two = document | {"values": ["WAKE", "SLEEP"], "n_stages": 2, "proba": None}
    with pytest.raises(ScoringError, match="does not tell N1, N2 and N3 apart"):
        read(tmp_path, two)
    with pytest.raises(ScoringError, match="freq is 'weekly'"):
        read(tmp_path, document | {"freq": "weekly"})
    with pytest.raises(ScoringError, match="not a date and time"):
        read(tmp_path, document | {"start": 12})


@pytest.mark.parametrize(
    "document",
    [
        [0, 1, 2, 3, 4, -1],
        [0.0, 1.0, 2.0, 3.0, 4.0, None],
        {"hypnogram": [0, 1, 2, 3, 4, -1], "subject": "x"},
        {"stages": {"0": 0, "1": 1, "2": 2, "3": 3, "4": 4, "5": -1}},
    ],
)
def test_numbers_are_counted_and_asked_for(tmp_path, document):
    with pytest.raises(CodesNeeded) as raised:
        read(tmp_path, document)
    assert "aasm" in raised.value.fitting
    found = read(tmp_path, document, codes=AASM)
    assert found.hypnogram.stages.tolist() == [0, 1, 2, 3, 4, -1]


def test_a_list_of_a_headband_whose_5_is_wake(tmp_path):
    found = read(tmp_path, [5, 5, 1, 2, 3, 4], codes=codes_named("zmax"))
    assert found.hypnogram.stages.tolist() == [0, 0, 1, 2, 3, 4]


def test_labels_and_lengths_of_epochs(tmp_path):
    assert read(tmp_path, ["Wake", "N2", "REM", None]).hypnogram.stages.tolist() == [0, 2, 4, -1]
    told = read(tmp_path, {"stages": ["W", "R"], "epoch_length": 20})
    assert told.hypnogram.epoch_s == 20.0
    assert read(tmp_path, ["W", "R"], epoch_s=20).hypnogram.epoch_s == 20.0
    with pytest.raises(EpochLengthNeeded):
        read(tmp_path, [0] * 9000, codes=AASM)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("[" * 100_000, "JSON of a kind that is not read"),
        ("[" * 900 + "]" * 900, "JSON of a kind that is not read"),
        ("[1, 2", "JSON of a kind that is not read, or damaged"),
        ([1e308], "item 1: '1e.308' is no stage"),
        (f"[0, {'9' * 10_000}]", "item 2: 'inf' is no stage"),
        ([True], "item 1 of its list is no stage"),
        ([[0, 1]], "JSON of a kind that is not read"),
        ([], "holds no sleep stages"),
        ({}, "no list of stages by its names"),
        ({"a": 1, "stages": [0], "hypnogram": [1]}, "several lists of stages .'a', 'stages'"),
        ({"format": "sleepscorer staging", "stages": ["W"]}, "a staging that sleepscorer wrote"),
        ({"stages": ["W"], "epoch_length": 1e308}, "no number of seconds"),
        ({"stages": ["W"], "epoch_length": None}, "no number of seconds"),
        ([epochs("Wake", "N7"), []], "epoch 2: 'N7' is no stage"),
        ([epochs("Wake", 3), []], "epoch 2: its stage is no word"),
        ([epochs("Wake", "N2", epoch_s=-30), []], "no time in seconds|ends before"),
        ([epochs("Wake", end=1e308), []], "epoch 1 has no time in seconds"),
        ([epochs("Wake", end=float("nan")), []], "epoch 1 has no time in seconds"),
        ([epochs("Wake", "N2", epoch_s=1e-3), []], "epochs last 0.001 s"),
        ([[*epochs("Wake"), 4], []], "epoch 2 has no stage"),
    ],
)
def test_hostile_and_other_json_is_refused_in_words(tmp_path, document, words):
    with pytest.raises(ScoringError, match=words):
        read(tmp_path, document)


def test_a_length_is_not_said_where_the_file_says_it(tmp_path):
    with pytest.raises(ScoringError, match="the file itself says"):
        read(tmp_path, [epochs("Wake"), []], epoch_s=30.0)
