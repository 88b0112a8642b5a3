"""Hypnograms of U-Sleep as text."""

from datetime import datetime

import pytest

from sleepscorer.core.errors import CodesNeeded, ScoringError
from sleepscorer.core.stages import Stage
from sleepscorer.files.scorings import read_scoring
from sleepscorer.files.scorings.stage_codes import codes_named


def read(tmp_path, text, **options):
    path = tmp_path / "hypnogram.txt"
    path.write_text(text, encoding="utf-8")
    scoring = read_scoring(path, **options)
    assert scoring.format == "usleep"
    return scoring


def texts(scoring):
    return " ".join(Stage(stage).text for stage in scoring.hypnogram.stages.tolist())


def test_head_and_stages(tmp_path):
    scoring = read(tmp_path, "EPOCH=30.0s\nSTART=2018/10/09-14:19:10 UTC\nWake\nN1\nREM\nUNKNOWN\n")
    assert texts(scoring) == "W N1 R ?"
    assert scoring.start == datetime(2018, 10, 9, 14, 19, 10)


@pytest.mark.parametrize(
    ("head", "epoch_s", "start"),
    [
        ("EPOCH=20s", 20.0, None),
        (
            "EPOCH=30.0s\nFILE=a b.edf\nSTART=2018-10-09T14:19:10",
            30.0,
            datetime(2018, 10, 9, 14, 19, 10),
        ),
        ("EPOCH=30.0s\nSTART=14:19:10", 30.0, None),
    ],
)
def test_other_heads(tmp_path, head, epoch_s, start):
    scoring = read(tmp_path, f"{head}\nWake\nN3\n\n")
    assert texts(scoring) == "W N3"
    assert (scoring.hypnogram.epoch_s, scoring.start) == (epoch_s, start)


def test_numbers_are_asked_for(tmp_path):
    text = "EPOCH=30.0s\nSTART=2018/10/09-14:19:10\n0\n4\n"
    with pytest.raises(CodesNeeded):
        read(tmp_path, text)
    assert texts(read(tmp_path, text, codes=codes_named("aasm"))) == "W R"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("EPOCH=30.0s\nSTART=x\n", "it holds no sleep stages"),
        ("EPOCH=0s\nWake\n", "its epochs last 0 s by its first line"),
        ("EPOCH=900s\nWake\n", "its epochs last 900 s by its first line"),
        ("EPOCH=30s\nSTART=x\nWake\nfoo\n", "line 4: 'foo' is no stage"),
        ("EPOCH=30s\nSTART=x\nWake\n\nN1\n", "line 4 is blank"),
    ],
)
def test_what_is_refused(tmp_path, text, message):
    with pytest.raises(ScoringError, match=message):
        read(tmp_path, text)
