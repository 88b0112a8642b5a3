"""Annotation files of Luna."""

from datetime import datetime

import numpy as np
import pytest

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.core.stages import Stage
from sleepscorer.files.edf import EdfPlan, SignalHeader, write_edf
from sleepscorer.files.scorings import read_scoring

NO_DATE = "the clock times have no date: taken as 1 January 1985"


def read(tmp_path, text):
    path = tmp_path / "night.annot"
    path.write_text(text, encoding="utf-8")
    scoring = read_scoring(path)
    assert scoring.format == "luna"
    return scoring


def texts(scoring):
    return " ".join(Stage(stage).text for stage in scoring.hypnogram.stages.tolist())


@pytest.mark.parametrize(
    ("text", "stages"),
    [
        ("N2\t0\t30\nW\t30\t60\n", "N2 W"),
        ("N2 a 0 30\nwake b 30 60\n", "N2 W"),
        ("NREM1\t.\t.\te:1\t.\t.\nwake\t.\t.\te:2\te:4\t.\n", "N1 W W W"),
        ("W 0 ...\nN1 60 ...\nR 120 180\n", "W W N1 N1 R R"),
        ("N2\t.\t.\t0+00:00:30\t0+00:01:30\t.\n", "? N2 N2"),
        ("class start stop\nN3 30 +60\nR 0 +30\n", "R N3 N3"),
        ("SleepStage\tN2\t.\t0\t30\t.\nSleepStage\tR\t.\t30\t60\t.\n", "N2 R"),
        ("W 0 30\nM 30 60\nL 60 90\n? 90 120\nN1 120 150\n", "W ? ? ? N1"),
        ("W 0 20\nN1 20 40\nN2 40 60\nN1 60 80\nW 80 100\n", "W N1 N2 N1 W"),
        ("W\t0.00\t30.0000\nNREM4\t30.0\t6e1\n", "W N3"),
    ],
)
def test_rows_as_luna_writes_them(tmp_path, text, stages):
    scoring = read(tmp_path, text)
    assert texts(scoring) == stages
    assert scoring.start is None


def test_six_columns_with_heads_events_and_lights(tmp_path):
    scoring = read(
        tmp_path,
        "# N2\n# arousal | EEG arousal | dur[num]\n"
        "class\tinstance\tchannel\tstart\tstop\tmeta\n"
        "N2\t.\t.\t30\t60\t.\narousal\t1\tC4\t40.5\t45.5\tdur=5\n"
        "lights_off\t.\t.\t10\t10\t.\nN3\t.\t.\t120\t150\t.\n",
    )
    assert texts(scoring) == "? N2 ? ? N3"
    assert scoring.events == (Event(40.5, 5.0, "arousal", "C4"),)
    assert scoring.hypnogram.lights_off_s == 10.0
    assert scoring.notes == ("epochs without a stage were left unscored: 2",)


def test_clock_times_count_from_the_first_stage(tmp_path):
    rows = ("arousal\t.\tC4\t00:00:10\t+3\t.", "N2\t.\t.\t23:59:30\t00:00:00\t.")
    scoring = read(tmp_path, "\n".join((*rows, "R\t.\t.\t00.00.00\t+30\t.", "")))
    assert (texts(scoring), scoring.start) == ("N2 R", datetime(1985, 1, 1, 23, 59, 30))
    assert scoring.events == (Event(40.0, 3.0, "arousal", "C4"),)
    assert scoring.notes == (NO_DATE,)


def test_dates_have_the_day_first(tmp_path):
    scoring = read(tmp_path, "N2\t.\t.\t04-03-2019-23:59:30\t05-03-2019-00:00:30\t.\n")
    assert (texts(scoring), scoring.start) == ("N2 N2", datetime(2019, 3, 4, 23, 59, 30))
    assert scoring.notes == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("spindle\t0\t1\n", "holds 1 annotations of Luna and no sleep stages.*'spindle'"),
        ("class start stop\n", "the file of annotations has no rows"),
        ("class start stop\nW 0 30\nN1 30\n", "line 3 has 2 columns"),
        ("class start stop\nW 0 30\nN1 x 60\n", "line 3: 'x' is no time as Luna spells it"),
        ("N2\t60\t30\n", "line 1: the annotation lasts -30 s"),
        ("N2\t0\t999999999\n", "line 1: 999999999 is no time of a night"),
        ("N2\te:0\t.\n", "line 1: 'e:0' is no epoch: Luna counts from 1"),
        ("N2\t0\t30\nW\t22:00:00\t+30\n", "line 2: some annotations are by the clock and others"),
        ("N2\t0\t22:00:30\n", "line 1: it stops by the clock and does not start by it"),
    ],
)
def test_what_is_refused(tmp_path, text, message):
    with pytest.raises(ScoringError, match=message):
        read(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "N2\t0\t30\nwake\t30\t...\nR\t120\t+60\nNREM4\t0+00:03:00\t0+00:04:00\n",
        "class\tinstance\tchannel\tstart\tstop\tmeta\n"
        "N1\t.\t.\t22:40:00\t22:41:00\t.\nx\t.\tC4\t22:40:03\t+2\t.\nN3\t.\t.\t22:41:30\t+30\t.\n",
    ],
)
def test_luna_reads_the_same(tmp_path, text):
    lunapi = pytest.importorskip("lunapi")
    plan = EdfPlan(
        (SignalHeader("C4", 10, -200, 200, "uV"),), 12, 30.0, datetime(2019, 3, 4, 22, 40)
    )
    write_edf(tmp_path / "n.edf", plan, [[np.zeros(300, np.float32)] for _ in range(12)])
    scoring = read(tmp_path, text)
    project = lunapi.proj()
    project.silence()
    person = project.inst("a")
    person.attach_edf(str(tmp_path / "n.edf"))
    person.attach_annot(str(tmp_path / "night.annot"))
    person.eval("EPOCH & STAGE")
    stages = [{"L": "?"}.get(stage, stage) for stage in person.table("STAGE", "E")["STAGE"]]
    assert texts(scoring).split() == stages[: scoring.hypnogram.n_epochs]
    assert set(stages[scoring.hypnogram.n_epochs :]) == {"?"}
