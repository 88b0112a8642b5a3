"""Scorings of wonambi."""

from datetime import datetime

import pytest

from sleepscorer.core.errors import ScoringError, SeveralScorers
from sleepscorer.core.events import Event
from sleepscorer.files.scorings import read_scoring
from sleepscorer.files.scorings.wonambi_xml import read_wonambi_xml

WORDS = (
    "Wake", "NREM1", "NREM2", "NREM3", "REM", "Movement", "Artefact", "Undefined", "Unknown",
)  # fmt: skip
EVENTS = (
    '<events><event_type type="spindle"><event><event_start>65.25</event_start>'
    "<event_end>66.5</event_end><event_chan>C3 (eeg)</event_chan><event_qual>Good</event_qual>"
    "</event></event_type></events>"
)
BOOKMARKS = (
    "<bookmarks><bookmark><bookmark_name>Lights off</bookmark_name>"
    "<bookmark_start>30.0</bookmark_start><bookmark_end>30.0</bookmark_end><bookmark_chan/>"
    "</bookmark></bookmarks>"
)


def rater(name, stages, *, first_s=0, epoch_s=30, poor=(), more=""):
    rows = "".join(
        f"<epoch><epoch_start>{first_s + n * epoch_s}</epoch_start>"
        f"<epoch_end>{first_s + (n + 1) * epoch_s}</epoch_end><stage>{stage}</stage>"
        f"<quality>{'Poor' if n in poor else 'Good'}</quality></epoch>"
        for n, stage in enumerate(stages)
    )
    return (
        f'<rater name="{name}" created="2020-01-01T00:00:00">{more}<stages>{rows}</stages>'
        "<cycles/></rater>"
    )


def wonambi(*raters, start="2019-03-04T22:40:00.500000"):
    return (
        '<?xml version="1.0" ?><annotations version="5"><dataset><filename>n.edf</filename>'
        f"<path>n.edf</path><start_time>{start}</start_time><first_second>0</first_second>"
        f"<last_second>270</last_second></dataset>{''.join(raters)}</annotations>"
    )


def test_the_stages_of_the_only_rater(tmp_path):
    path = tmp_path / "night_scores.xml"
    path.write_text(
        wonambi(rater("anna", WORDS, poor=(2, 3, 5), more=BOOKMARKS + EVENTS)), encoding="utf-8"
    )
    found = read_scoring(path)
    assert found.format == "wonambi"
    assert found.hypnogram.stages.tolist() == [0, 1, 2, 3, 4, -1, -1, -1, -1]
    assert found.start == datetime(2019, 3, 4, 22, 40, 0, 500000)
    assert found.hypnogram.lights_off_s == 30
    assert found.events == (
        Event(60.0, 60.0, "Poor signal quality"),
        Event(65.25, 1.25, "spindle", "C3 (eeg)"),
        Event(150.0, 30.0, "Poor signal quality"),
    )
    assert found.notes == (
        "the stages of 'anna' were read",
        "epochs of poor signal quality keep their stages: 3",
        "movement time was taken as unscored (once)",
    )


def test_several_raters_are_asked_for_by_name(tmp_path):
    path = tmp_path / "night.xml"
    path.write_text(wonambi(rater("anna", ["Wake", "REM"]), rater("Bert", ["NREM2", "NREM2"])))
    with pytest.raises(SeveralScorers) as raised:
        read_scoring(path)
    assert raised.value.scorers == ("anna", "Bert")
    assert "the stages of 2 scorers: 'anna', 'Bert'" in str(raised.value)
    assert read_scoring(path, scorer="Bert").hypnogram.stages.tolist() == [2, 2]
    assert read_scoring(path, scorer="ANNA").hypnogram.stages.tolist() == [0, 4]
    with pytest.raises(ScoringError, match="no scorer 'Cleo', it has 'anna', 'Bert'"):
        read_scoring(path, scorer="Cleo")


def test_who_scored_nothing_is_not_asked_for():
    text = wonambi(rater("anna", ["Unknown"] * 2), rater("Bert", ["NREM2", "Wake"]), rater("C", []))
    assert read_wonambi_xml(text).hypnogram.stages.tolist() == [2, 0]
    assert read_wonambi_xml(text, "anna").hypnogram.stages.tolist() == [-1, -1]


def test_epochs_of_another_length_that_begin_late():
    found = read_wonambi_xml(wonambi(rater("a", ["Wake", "REM"], first_s=40, epoch_s=20)))
    assert found.hypnogram.epoch_s == 20
    assert found.hypnogram.stages.tolist() == [-1, -1, 0, 4]


def test_an_older_version_has_markers():
    marker = BOOKMARKS.replace("bookmark", "marker")
    found = read_wonambi_xml(wonambi(rater("a", ["Wake", "REM"], more=marker)))
    assert found.hypnogram.lights_off_s == 30


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (wonambi(), "holds no sleep stages"),
        (wonambi(rater("a", [])), "holds no sleep stages"),
        (wonambi(rater("a", ["Dozing"])), "the stage 'Dozing' is not known"),
        (wonambi(rater("a", [""])), "the stage '' is not known"),
        (wonambi(rater("a", ["Wake"], epoch_s=0)), "an epoch lasts from 0 s to 0 s"),
        (wonambi(rater("a", ["Wake"], first_s=-30)), "epoch_start is '-30'"),
        (wonambi(rater("a", ["Wake"], epoch_s=4000)), "its epochs last 4000 s"),
        (wonambi(rater("a", ["Wake"]), rater("a", ["REM"])), "the same name"),
    ],
)
def test_what_can_not_be_true_is_said(text, words):
    with pytest.raises(ScoringError, match=words):
        read_wonambi_xml(text)


def test_wonambi_reads_the_same(tmp_path):
    annotations = pytest.importorskip("wonambi.attr.annotations")
    path = tmp_path / "night.xml"
    path.write_text(wonambi(rater("anna", WORDS[:5])))
    theirs = [epoch["stage"] for epoch in annotations.Annotations(path, rater_name="anna").epochs]
    ours = read_scoring(path).hypnogram.stages.tolist()
    assert [WORDS[stage] for stage in ours] == theirs
