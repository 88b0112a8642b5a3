"""Hypnograms of Visbrain by time."""

import pytest

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.stages import Stage
from sleepscorer.files.scorings import read_scoring


def read(tmp_path, text):
    path = tmp_path / "hypno.txt"
    path.write_text(text, encoding="utf-8")
    scoring = read_scoring(path)
    assert scoring.format == "visbrain"
    return scoring


def texts(scoring):
    return " ".join(Stage(stage).text for stage in scoring.hypnogram.stages.tolist())


@pytest.mark.parametrize("mark", [" ", "\t", "\t\t", ", "])
def test_every_line_tells_where_its_stage_ends(tmp_path, mark):
    rows = [("*Duration_sec", "210"), ("*Datafile", "night"), ("Wake", "60"), ("N1", "90.0")]
    rows += [("Art", "120"), ("REM", "180"), ("N4", "210")]
    scoring = read(tmp_path, "\n".join(mark.join(row) for row in rows))
    assert texts(scoring) == "W W N1 ? R R N3"
    assert scoring.notes == ("stages 3 and 4 of Rechtschaffen & Kales were taken as N3",)


def test_a_recording_that_goes_on(tmp_path):
    scoring = read(tmp_path, "*Duration_sec 600\nWake 60\nN1 90\n")
    assert texts(scoring) == "W W N1"
    assert scoring.notes == ("the last stage ends at 90 s, and the recording at 600 s",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("*Duration_sec 600\n", "it holds no sleep stages"),
        ("*Duration_sec 600\nWake 120\nN1 100\n", "line 3: the stage ends at 100 s, where 120 s"),
        ("*Duration_sec 600\nWake 120\nfoo 150\n", "line 3: 'foo' is no stage"),
        ("*Duration_sec 600\nWake x\n", "line 2: 'Wake x' is no stage with the second of its end"),
        ("*Duration_sec 600\nWake 99999999\n", "line 2: the stage ends at 1e.08 s"),
    ],
)
def test_what_is_refused(tmp_path, text, message):
    with pytest.raises(ScoringError, match=message):
        read(tmp_path, text)
