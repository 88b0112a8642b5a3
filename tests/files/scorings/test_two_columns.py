"""Two columns of numbers: epochs and stages, or stages and artefacts."""

import pytest

from sleepscorer.core.errors import CodesNeeded, EpochLengthNeeded, ScoringError
from sleepscorer.core.events import Event
from sleepscorer.files.scorings import codes_named, read_scoring

RK = codes_named("rk")
NIGHT = [0, 0, 1, 2, 2, 3, 4, 2, 5, 5, 7, 0]
STAGES = [0, 0, 1, 2, 2, 3, 3, 2, 4, 4, -1, 0]


def read(tmp_path, rows, *, between=" ", head="", **options):
    path = tmp_path / "night.sta"
    path.write_text(head + "\n".join(between.join(map(str, row)) for row in rows) + "\n\n")
    return read_scoring(path, **options)


@pytest.mark.parametrize("between", [" ", "\t", ",", ";", "   "])
@pytest.mark.parametrize("first", [0, 1])
def test_numbered_epochs(tmp_path, between, first):
    rows = list(enumerate(NIGHT, start=first))
    with pytest.raises(CodesNeeded) as raised:
        read(tmp_path, rows, between=between)
    assert dict(raised.value.counts)["2"] == 3
    found = read(tmp_path, rows, between=between, codes=RK)
    assert found.format == "columns"
    assert found.hypnogram.stages.tolist() == STAGES
    assert found.hypnogram.epoch_s == 30.0


def test_a_first_column_of_seconds_tells_the_length_of_epochs(tmp_path):
    rows = [(20 * i, stage) for i, stage in enumerate(NIGHT)]
    assert read(tmp_path, rows, codes=RK).hypnogram.epoch_s == 20.0
    assert read(tmp_path, list(enumerate(NIGHT)), codes=RK, epoch_s=15.0).hypnogram.epoch_s == 15.0
    with pytest.raises(EpochLengthNeeded):
        read(tmp_path, [(i, 0) for i in range(9000)], codes=RK)


def test_labels_and_headings(tmp_path):
    labels = ["W", "N1", "N2", "N3", "R", "?"] * 2
    found = read(tmp_path, list(enumerate(labels)))
    assert found.hypnogram.stages.tolist() == [0, 1, 2, 3, 4, -1] * 2
    short = read(tmp_path, [(1, "W"), (2, "R")], head="epoch stage\n")
    assert short.hypnogram.stages.tolist() == [0, 4]


@pytest.mark.parametrize("between", [" ", "\t", ","])
def test_artefacts_are_events_and_keep_their_stage(tmp_path, between):
    rows = [(stage, int(i in (3, 11))) for i, stage in enumerate(NIGHT)]
    found = read(tmp_path, rows, between=between, codes=RK)
    assert found.hypnogram.stages.tolist() == STAGES
    assert found.events == (Event(90.0, 30.0, "Artefact"), Event(330.0, 30.0, "Artefact"))
    assert "epochs marked as artefact keep their stage: 2" in found.notes


def test_an_empty_stage_beside_a_flag_is_unscored(tmp_path):
    found = read(tmp_path, [(0, 0), ("", 0), (2, 1)], between=",", codes=RK)
    assert found.hypnogram.stages.tolist() == [0, -1, 2]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([(0, 0), (1, 0), (2, 1)], "may number 3 epochs or hold their stages"),
        ([(i + 5, 0) for i in range(20)], "begins with 5 and counts by 1"),
        ([(2 * i if i > 5 else i, 0) for i in range(20)], "leaves epochs out"),
        ([(stage, stage) for stage in NIGHT], "both columns may hold stages"),
        ([(i % 2, stage % 3) for i, stage in enumerate(NIGHT)], "both columns may hold stages"),
        ([*enumerate(NIGHT), (12,)], "line 13 has 1 columns"),
        ([(0, 0), (0, "9" * 5000)], "are numbers|columns|stage"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(tmp_path, rows, words):
    with pytest.raises(ScoringError, match=words):
        read(tmp_path, rows, codes=RK if words != "are numbers|columns|stage" else None)
