"""Real XML scorings of public repositories, against what other programs read in them."""

import json
from collections import Counter
from datetime import datetime

import pytest

from sleepscorer.files.scorings import read_scoring

LETTERS = "W123R"
pytestmark = pytest.mark.data


@pytest.fixture
def samples(real_data):
    folder = real_data / "scoring_samples"
    if not folder.is_dir():
        pytest.skip("there are no sample scorings")
    return folder


def test_every_xml_sample_holds_the_stages_that_are_expected(samples):
    expected = json.loads((samples / "expected.json").read_text(encoding="utf-8"))
    paths = sorted(samples.glob("*.xml")) + sorted(samples.glob("*.rml"))
    assert paths
    for path in paths:
        found, wanted = read_scoring(path), expected[path.name]
        letters = "".join("?" if s < 0 else LETTERS[s] for s in found.hypnogram.stages)
        assert (path.name, letters) == (path.name, wanted["stages"])
        assert found.hypnogram.epoch_s == wanted["epoch_s"]


@pytest.mark.parametrize(
    ("kind", "start", "events"),
    [
        (
            "EMBLA",
            datetime(2010, 1, 26, 22, 42, 30),
            {"DESAT": 32, "HYPOPNEA": 27, "APNEA-OBSTRUCTIVE": 4, "ACTIVITY-MOVE": 28},
        ),
        (
            "NSRR-SDO",
            datetime(1997, 1, 30, 22),
            {"SDO:HypopneaFinding": 175, "SDO:ObstructiveApneaFinding": 23},
        ),
        ("PROFUSION", None, {"Hypopnea": 175, "Arousal ()": 142, "Obstructive Apnea": 23}),
    ],
)
def test_their_events_and_starts(samples, kind, start, events):
    (path,) = samples.glob(f"{kind}__*.xml")
    found = read_scoring(path)
    assert found.start == start
    counts = Counter(event.text for event in found.events)
    assert {text: counts[text] for text in events} == events
    assert found.notes == ()
