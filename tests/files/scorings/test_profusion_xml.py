"""Scorings of Profusion."""

import pytest

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.core.stages import Stage
from sleepscorer.files.scorings import read_scoring
from sleepscorer.files.scorings.profusion_xml import read_profusion_xml


def profusion(*stages, epoch="<EpochLength>30</EpochLength>", events=""):
    """After the NSRR's description: settings, events, then a number an epoch, then a montage."""
    rows = "".join(f"<SleepStage>{stage}</SleepStage>" for stage in stages)
    settings = (
        "<ScoredEventSettings><ScoredEventSetting><Name>Central Apnea</Name>"
        "</ScoredEventSetting></ScoredEventSettings>"
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\r\n<!-- compare -->\r\n<CMPStudyConfig>'
        f"{epoch}{settings}<ScoredEvents>{events}</ScoredEvents>"
        f"<SleepStages>{rows}</SleepStages><Montage><TracePanes/></Montage></CMPStudyConfig>"
    )


def event(name, start_s, duration_s, channel="SAO2"):
    return (
        f"<ScoredEvent><Name>{name}</Name><Start>{start_s}</Start><Duration>{duration_s}</Duration>"
        f"<Input>{channel}</Input><LowestSpO2>95</LowestSpO2></ScoredEvent>"
    )


def test_every_code_is_what_it_says_and_no_unscored_epoch_is_wake(tmp_path):
    path = tmp_path / "night-profusion.xml"
    path.write_text(profusion(0, 1, 2, 3, 4, 5, 6, 9, 10, " 0 "), encoding="utf-8")
    found = read_scoring(path)
    assert found.format == "profusion"
    assert found.hypnogram.stages.tolist() == [0, 1, 2, 3, 3, 4, -1, -1, -1, 0]
    assert found.start is None
    assert found.notes == (
        "stages 3 and 4 of Rechtschaffen & Kales were taken as N3",
        "movement time was taken as unscored (once)",
    )
    assert [label.stage for label in found.labels if label.text == "9"] == [Stage.UNSCORED]


def test_the_events_and_the_lights():
    events = (
        event("Hypopnea", 70.5, 12, "AIRFLOW") + event("Arousal ()", 75, "", "") + event("", 1, 1)
        + event("SpO2 artifact", "x", 1) + event("Lights Off", 30, 0) + event("Lights On", 90, 0)
    )  # fmt: skip
    found = read_profusion_xml(profusion(0, 0, 2, 2, events=events))
    assert found.events == (
        Event(70.5, 12.0, "Hypopnea", "AIRFLOW"),
        Event(75.0, None, "Arousal ()"),
    )
    assert (found.hypnogram.lights_off_s, found.hypnogram.lights_on_s) == (30, 90)
    assert found.notes == ("events without a time that can be read were left out: 2",)


def test_epochs_of_another_length():
    found = read_profusion_xml(profusion(0, 1, epoch="<EpochLength>20</EpochLength>"))
    assert found.hypnogram.epoch_s == 20


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (profusion(0, 7), "SleepStage 2 is '7', which is no stage of Profusion's code"),
        (profusion(0, "", 1), "SleepStage 2 is ''"),
        (profusion(0, -1), "SleepStage 2 is '-1'"),
        (profusion(0, "2.5"), "SleepStage 2 is '2.5'"),
        (profusion(0, "Schlaf"), "does not tell N1, N2 and N3 apart"),
        (profusion(), "holds no sleep stages"),
        (profusion(0, epoch="<EpochLength>0</EpochLength>"), "epochs last '0' s"),
        (profusion(0).replace("</SleepStages>", "</SleepStages><SleepStages/>"), "2 lists"),
    ],
)
def test_what_can_not_be_true_is_said(text, words):
    with pytest.raises(ScoringError, match=words):
        read_profusion_xml(text)


def test_words_are_read_as_well():
    assert read_profusion_xml(profusion("W", "N2", "?")).hypnogram.stages.tolist() == [0, 2, -1]


def test_another_reader_sees_the_same(tmp_path):
    yasa = pytest.importorskip("yasa")
    path = tmp_path / "night.xml"
    stages = [0, 1, 2, 3, 4, 5] * 4
    path.write_text(profusion(*stages), encoding="utf-8")
    theirs = yasa.Hypnogram.from_profusion(str(path)).as_int().to_numpy().tolist()
    assert read_scoring(path).hypnogram.stages.tolist() == theirs


def test_a_namespace_does_not_matter():
    text = profusion(0, 2).replace("<CMPStudyConfig>", '<CMPStudyConfig xmlns="urn:profusion">')
    assert read_profusion_xml(text).hypnogram.stages.tolist() == [0, 2]
