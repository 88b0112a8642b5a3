"""Rows of a time and a stage without a head."""

from datetime import datetime

import pytest

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.stages import Stage
from sleepscorer.files.scorings import read_scoring

NO_DATE = "the clock times have no date: taken as 1 January 1985"


def read(tmp_path, text):
    path = tmp_path / "stages.txt"
    path.write_text(text, encoding="utf-8")
    scoring = read_scoring(path)
    assert scoring.format == "rows"
    return scoring


def texts(scoring):
    return " ".join(Stage(stage).text for stage in scoring.hypnogram.stages.tolist())


@pytest.mark.parametrize(
    ("text", "stages", "start"),
    [
        ("23:59:30;W\n00:00:00;N1\n00:00:30;?\n", "W N1 ?", datetime(1985, 1, 1, 23, 59, 30)),
        ("22:00:00\tSleep stage W\n22:00:30\tSleep stage N1\n", "W N1", datetime(1985, 1, 1, 22)),
        (
            "15.01.2016 23:59:30;Wach\n16.01.2016 00:00:00;Stadium 2\n",
            "W N2",
            datetime(2016, 1, 15, 23, 59, 30),
        ),
        ("0,60,W\n60,90,N1\n90,120,R\n", "W W N1 R", None),
        ("0,30,W\n30,60,N1\n90,30,R\n", "W N1 N1 R", None),
    ],
)
def test_rows_that_tell_what_they_are(tmp_path, text, stages, start):
    scoring = read(tmp_path, text)
    assert (texts(scoring), scoring.start) == (stages, start)
    assert (NO_DATE in scoring.notes) == (start is not None and start.year == 1985)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0,30,W\n30,60,N1\n", "may be where a stage ends or how long it lasts"),
        ("0,30,W\n60,90,N1\n120,20,R\n", "may be where a stage ends or how long it lasts"),
        ("22:00:00;W\n22:00:30;N1\n" * 9 + "x;N1\n", "line 19: 'x N1' is no time and stage"),
        (
            "22:00:00;W\n22:00:00;N1\n22:00:30;N1\n22:00:30;R\n" * 9,
            "stands 18 times without a duration",
        ),
    ],
)
def test_what_is_refused(tmp_path, text, message):
    with pytest.raises(ScoringError, match=message):
        read(tmp_path, text)
