"""Tables that programs write, as the table of epochs reads them."""

import pytest

from sleepscorer.core.errors import CodesNeeded
from sleepscorer.core.stages import Stage
from sleepscorer.files.scorings import read_scoring
from sleepscorer.files.scorings.stage_codes import codes_named


def read(tmp_path, text, **options):
    path = tmp_path / "stages.csv"
    path.write_text(text, encoding="utf-8")
    scoring = read_scoring(path, **options)
    assert scoring.format == "table"
    return scoring


def texts(scoring):
    return " ".join(Stage(stage).text for stage in scoring.hypnogram.stages.tolist())


@pytest.mark.parametrize(
    ("text", "stages"),
    [
        pytest.param("Epoch,Stage\n0,WAKE\n1,N1\n2,UNS\n3,ART\n", "W N1 ? ?", id="YASA"),
        pytest.param(
            "Epoch,Stage,N1,N2,N3,R,W\n0,WAKE,0,0,0,0,1\n1,N1,1,0,0,0,0\n", "W N1", id="YASA with p"
        ),
        pytest.param("Epoch,time,stage\n0,0,W\n1,30,REM\n", "W R", id="GSSC in words"),
        pytest.param("onset\tduration\tstage\n0\t30\tWake\n30\t60\tREM\n", "W R R", id="U-Sleep"),
        pytest.param("Onset,Duration,Sleep Stage\n0,30,Wake\n30,30,N1\n", "W N1", id="in seconds"),
        pytest.param("start,stop,stage\n0,60,W\n60,90,N2\n", "W W N2", id="start and stop"),
        pytest.param("Epoch\tStage\n1\tWake\n2\tStage 4\n", "W N3", id="Sandman, epochs"),
        pytest.param("# by x\n# y\nepoch,stage\n1,W\n2,N2\n", "W N2", id="behind comments"),
        pytest.param("# epoch,stage\n1,W\n2,N2\n", "W N2", id="a head that is a comment"),
    ],
)
def test_tables_of_programs(tmp_path, text, stages):
    assert texts(read(tmp_path, text)) == stages


def test_gssc_in_numbers(tmp_path):
    text = "Epoch,time,stage,p_w,p_n1,p_n2,p_n3,p_r\n0,0.0,0,1,0,0,0,0\n1,30.0,4,0,0,0,0,1\n"
    with pytest.raises(CodesNeeded):
        read(tmp_path, text)
    assert texts(read(tmp_path, text, codes=codes_named("aasm"))) == "W R"


def test_epochs_of_20_s(tmp_path):
    stages = ("W", "N1", "N2", "N1", "W", "N1")
    rows = (f"{20 * i},{stage}" for i, stage in enumerate(stages))
    scoring = read(tmp_path, "\n".join(["onset,stage", *rows]))
    assert (texts(scoring), scoring.hypnogram.epoch_s) == (" ".join(stages), 20.0)
    assert "the rows were taken as epochs of 20 s" in scoring.notes
