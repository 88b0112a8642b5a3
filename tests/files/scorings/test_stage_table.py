"""Tables of other programs and of spreadsheets: every column on the place of a row counts."""

from datetime import datetime

import pytest

from sleepscorer.core.errors import ScoringError, SeveralScorers
from sleepscorer.core.stages import Stage
from sleepscorer.files.scorings import read_scoring

NO_LIGHTS = "this table holds no lights marks"


def read(tmp_path, text, **options):
    path = tmp_path / "stages.csv"
    path.write_text(text, encoding="utf-8")
    return read_scoring(path, **options)


def texts(scoring):
    return " ".join(Stage(stage).text for stage in scoring.hypnogram.stages.tolist())


@pytest.mark.parametrize(
    ("text", "stages", "notes"),
    [
        pytest.param(
            "onset\tduration\tstage\n0\t60\tW\n60\t90\tN2\n150\t30\tR\n",
            "W W N2 N2 N2 R",
            [],
            id="merged rows",
        ),
        pytest.param(
            "start [s],end [s],stage\n0,60,W\n60,150,N2\n",
            "W W N2 N2 N2",
            [],
            id="start and end",
        ),
        pytest.param("stage,end\nW,60\nN2,150\n", "W W N2 N2 N2", [], id="ends alone"),
        pytest.param("stage,duration_min\nW,1\nN2,1.5\n", "W W N2 N2 N2", [], id="durations alone"),
        pytest.param(
            "start_ms,duration_ms,stage\n0,30000,W\n30000,30000,N2\n", "W N2", [], id="milliseconds"
        ),
        pytest.param(
            "duration;stage\n00:01:00;W\n00:00:30;N2\n", "W W N2", [], id="durations as hh:mm:ss"
        ),
        pytest.param(
            "onset,stage\n90,W\n120,N1\n",
            "? ? ? W N1",
            ["epochs before the first row were left unscored: 3"],
            id="late start",
        ),
        pytest.param(
            "onset,stage\n0,W\n30,W\n60,N1\n90,N1\n120,N2\n210,N2\n",
            "W W N1 N1 N2 ? ? N2",
            ["epochs without a row were left unscored: 2"],
            id="a hole",
        ),
        pytest.param("Epoch,Stage\n0,WAKE\n1,N1\n2,ART\n", "W N1 ?", [], id="epochs from 0"),
        pytest.param("Epoch,Stage\n1,WAKE\n2,N1\n3,UNS\n", "W N1 ?", [], id="epochs from 1"),
        pytest.param(
            "Epoch,Stage\n3,W\n4,N1\n6,R\n",
            "? ? W N1 ? R",
            [
                "no row is of epoch 0 or 1: the epochs were taken as counted from 1",
                "epochs before the first row were left unscored: 2",
                "epochs without a row were left unscored: 1",
            ],
            id="epochs with holes",
        ),
        pytest.param("epoch,stage\n2,N1\n1,W\n3,N2\n", "W N1 N2", [], id="sorted otherwise"),
        pytest.param(
            ",stage\n0,W\n1,N1\n3,N2\n",
            "W N1 ? N2",
            ["epochs without a row were left unscored: 1"],
            id="rows of pandas of which one was taken out",
        ),
        pytest.param(
            "row,onset,duration,stage\n0,0,60,W\n1,60,30,N2\n", "W W N2", [], id="numbered rows"
        ),
        pytest.param(
            "epoch,start_s,duration_s,stage\n1,0,60,W\n3,60,30,N2\n",
            "W W N2",
            [],
            id="merged rows by their first epoch",
        ),
        pytest.param(
            "epoch;start_s;stage\n1;0,0;W\n2;30,0;N2\n", "W N2", [], id="decimal commas"
        ),
        pytest.param(
            "onset;stage\n1.170,0;W\n1.200,0;N2\n",
            "? " * 39 + "W N2",
            ["epochs before the first row were left unscored: 39"],
            id="thousands with points",
        ),
        pytest.param(
            "onset,stage\n" + "\n".join(f"{60 * i},{s}" for i, s in enumerate(["W", "N2", "R"])),
            "W W N2 N2 R R",
            ["the rows were taken as epochs of 60 s"],
            id="epochs of 60 s",
        ),
        pytest.param(
            "onset,stage\n" + "\n".join(f"{10 * i},{'WNR'[i // 3]}".replace("N", "N2")
                                        for i in range(9)),
            "W N2 R",
            ["the rows were taken as epochs of 10 s"],
            id="epochs of 10 s that change with those of 30 s",
        ),
        pytest.param(
            "onset,stage\n0,W\n90,N1\n120,N2\n300,R\n",
            "W W W N1 N2 N2 N2 N2 N2 N2 R",
            ["stages without a duration were taken as lasting until the next (4 times)"],
            id="changes of stage",
        ),
        pytest.param(
            "stage,sample,onset\nW,0,0\nN2,3000,30\n",
            "W N2",
            ["the column 'sample' was not used"],
            id="a place said twice",
        ),
        pytest.param("epoch,stage\n1,W\n\n2,N1\n,\n", "W N1", [], id="blank rows with places"),
        pytest.param("epoch,stage,\n1,W,\n2,N1,,\n", "W N1", [], id="delimiters at the end"),
        pytest.param(
            "onset,stage\n0 days 00:01:00,W\n0 days 00:01:30,N1\n",
            "? ? W N1",
            ["epochs before the first row were left unscored: 2"],
            id="lengths of time of pandas",
        ),
        pytest.param(
            ",stage\n"
            + "\n".join(f"0 days 00:0{i // 2}:{i % 2 * 30:02d},W" for i in (0, 1, 3, 4)),
            "W W ? W W",
            ["epochs without a row were left unscored: 1"],
            id="lengths of time that name rows",
        ),
        pytest.param(
            "elapsed,stage\n0:01:00,W\n0:01:30,N1\n",
            "? ? W N1",
            ["epochs before the first row were left unscored: 2"],
            id="elapsed time",
        ),
        pytest.param(
            ",stage\n2,W\n3,N1\n",
            "? ? W N1",
            [
                "no row is of epoch 0 or 1: the epochs were taken as counted from 0",
                "epochs before the first row were left unscored: 2",
            ],
            id="rows of pandas of which the first were taken out",
        ),
        pytest.param(
            "epoch,epoch_length,stage\n"
            + "\n".join(f"{i},10,{'WNR'[i // 3]}".replace("N", "N2") for i in range(9)),
            "W N2 R",
            [],
            id="numbered epochs of another length",
        ),
        pytest.param("stage,p\nW,.9\nN1,.8\nN1,.8\nN2,.7\nN2,1\n", "W N1 N1 N2 N2", [], id="p"),
        pytest.param("scorer,stage\nMM,W\nMM,N1\n", "W N1", [], id="one scorer"),
        pytest.param("subject,stage\n7,W\n7,N1\n", "W N1", [], id="one recording"),
    ],
)  # fmt: skip
def test_places_of_rows(tmp_path, text, stages, notes):
    scoring = read(tmp_path, text)
    assert texts(scoring) == stages
    assert scoring.notes == (*notes, NO_LIGHTS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("onset,stage\n-30,W\n0,N1\n", "a row starts 30 s before the recording"),
        ("onset,stage\n0,W\n,N1\n", "line 3: onset is not a number but ''"),
        ("time,stage\n1675288800,W\n", "time is 1675288800, which no time from the start"),
        ("onset,start,stage\n0,5,W\n", "2 columns tell when a row starts: 'onset' and 'start'"),
        ("length,duration,stage\n30,30,W\n", "2 columns tell the same"),
        ("onset,duration,stage\n0,0,W\n", "line 2: the row lasts 0 s"),
        ("onset,duration,end,stage\n0,30,60,W\n", "line 2: end is 60, and start and duration end"),
        ("epoch,stage\n1.5,W\n", "line 2: epoch is '1.5', no number of an epoch"),
        ("epoch,stage\n-1,W\n", "line 2: epoch is '-1', no number of an epoch"),
        ("epoch,stage\n1,W\n1,N1\n", "line 3 starts where line 2 does"),
        ("epoch,duration,stage\n1,300,W\n2,60,N1\n", "line 2 lasts 300 s, past the start of line"),
        ("epoch,start_s,stage\n1,0,W\n2,30,N1\n4,60,N1\n", "line 4: the row is of epoch 4 and"),
        ("onset_sample,stage\n0,W\n7680,N1\n", "the column 'onset_sample' is not understood"),
        ("onset_sample,duration,stage\n0,30,W\n15360,30,N1\n", "'onset_sample' is not underst"),
        (",time in ms,stage\n0,0,W\n1,60000,N1\n", "the column 'time in ms' is not understood"),
        ("stage,second rater\nW,x\n", "the column 'second rater' is not understood"),
        ("subject,stage\n7,W\n8,N1\n", "holds 2 recordings by its column 'subject': '7', '8'"),
        ("date,stage\n2024-03-01,W\n", "column 'date' tells a date, and none a time of day"),
        (
            "onset,stage\n" + "\n".join(f"{7 * i},{'W' if i % 2 else 'R'}" for i in range(12)),
            "don't follow epochs of 30 s: most stages last 7 s",
        ),
        ("onset,stage\n0,W\n51000000,R\n", "onset is 51000000, which no time from the start"),
        ("onset,stage\n0,W\n9000000,R\n", "days, more than 10"),
        ("stage,duration\nW,05:00\n", "'05:00', which may be minutes and seconds or hours and min"),
        ("stage,count\nW,10\nN1,5\n", "the column 'count' is not understood"),
        ("stage,who\nW,a\nN1,a\nW,b\nN1,b\n", "the column 'who' is not understood"),
        (",who,stage\n0,a,W\n1,a,N1\n2,b,W\n3,b,N1\n", "the column 'who' is not understood"),
        (
            "Moment,stage\n" + "\n".join(f"22:0{i}:30,W" for i in range(8)),
            "the column 'Moment' is not understood",
        ),
        ("x,stage\n" + "\n".join(f"{30.5 * i},W" for i in range(8)), "column 'x' is not"),
        (
            "onset,stage\n" + "\n".join(f"{7680 * i},W" for i in range(8)),
            "start 7680 s after each other, and no epoch lasts that long",
        ),
        ("time;stage\n45356,9375;W\n45356,9378472;N1\n", "the times may count days, as spread"),
        ("epoch,stage\n1,W\n2,NREM\n", "line 3: NREM does not tell N1, N2 and N3 apart"),
    ],
)
def test_what_is_refused_by_name(tmp_path, text, message):
    with pytest.raises(ScoringError, match=message):
        read(tmp_path, text)


# The clock


@pytest.mark.parametrize(
    ("first", "second", "start"),
    [
        ("2023-02-01 22:00:00", "2023-02-01 22:00:30", datetime(2023, 2, 1, 22)),
        (
            "2023-02-01T22:00:00.500",
            "2023-02-01T22:00:30.5",
            datetime(2023, 2, 1, 22, 0, 0, 500000),
        ),
        ("01.02.2023 22:00:00", "01.02.2023 22:00:30", datetime(2023, 2, 1, 22)),
        ("01.02.23 22:00:00", "01.02.23 22:00:30", datetime(2023, 2, 1, 22)),
        ("24/12/2023 23:59:45", "25/12/2023 00:00:15", datetime(2023, 12, 24, 23, 59, 45)),
        ("12/24/2023 11:59:45 PM", "12/25/2023 12:00:15 AM", datetime(2023, 12, 24, 23, 59, 45)),
        # Only as the first and the second of April these follow each other.
        ("01/04/2023 23:59:45", "02/04/2023 00:00:15", datetime(2023, 4, 1, 23, 59, 45)),
        ("03/03/2023 22:00:00", "03/03/2023 22:00:30", datetime(2023, 3, 3, 22)),
        ("23:59:45", "0:00:15", datetime(1985, 1, 1, 23, 59, 45)),
        ("11:59:45 pm", "12:00:15 am", datetime(1985, 1, 1, 23, 59, 45)),
        ("22:00:00,25", "22:00:30,25", datetime(1985, 1, 1, 22, 0, 0, 250000)),
    ],
)
def test_clock_times_of_any_country(tmp_path, first, second, start):
    scoring = read(tmp_path, f"Time;Stage\n{first};W\n{second};N1\n")
    assert (texts(scoring), scoring.start) == ("W N1", start)


def test_a_date_that_can_be_read_in_two_ways_is_left_out(tmp_path):
    scoring = read(tmp_path, "time,stage\n01/02/2023 22:00:00,W\n01/02/2023 22:00:30,N1\n")
    assert scoring.start == datetime(1985, 1, 1, 22)
    assert "can be read in two ways" in scoring.notes[0]
    assert "the clock times have no date: taken as 1 January 1985" in scoring.notes


def test_clock_times_cut_to_minutes(tmp_path):
    rows = [("22:00", "W"), ("22:00", "W"), ("22:01", "N1"), ("22:01", "N2")]
    text = "clock,stage\n" + "\n".join(f"01.02.2023 {clock},{stage}" for clock, stage in rows)
    scoring = read(tmp_path, text)
    assert (texts(scoring), scoring.start) == ("W W N1 N2", None)
    assert scoring.notes[0] == "the clock times show no seconds and were left out"
    with pytest.raises(ScoringError, match="line 4: the clock shows 22:07:00"):
        read(tmp_path, text.replace("22:01", "22:07"))


def test_clock_times_alone_tell_the_places(tmp_path):
    clocks = ("22:00:00", "22:00:30", "22:01:00", "22:02:30", "22:03:00")
    text = "time,stage\n" + "\n".join(f"{clock},N2" for clock in clocks)
    scoring = read(tmp_path, text)
    assert texts(scoring) == "N2 N2 N2 ? ? N2 N2"
    assert "epochs without a row were left unscored: 2" in scoring.notes


def test_a_heading_that_shows_how_the_clock_is_written(tmp_path):
    text = "Sleep Stage\tTime [hh:mm:ss]\tDuration[s]\nS0\t22:00:00\t30\nS2\t22:01:00\t30\n"
    scoring = read(tmp_path, text)
    assert (texts(scoring), scoring.start) == ("W ? N2", datetime(1985, 1, 1, 22))


def test_a_late_row_moves_the_start_of_the_recording(tmp_path):
    scoring = read(tmp_path, "onset,clock,stage\n60,22:01:00,W\n90,22:01:30,N1\n")
    assert (texts(scoring), scoring.start) == ("? ? W N1", datetime(1985, 1, 1, 22))


def test_date_and_time_in_columns_of_their_own(tmp_path):
    text = "date,time,stage\n01.02.2023,23:59:30,W\n02.02.2023,00:00:00,N1\n"
    scoring = read(tmp_path, text)
    assert (texts(scoring), scoring.start) == ("W N1", datetime(2023, 2, 1, 23, 59, 30))


def test_starts_and_ends_by_the_clock(tmp_path):
    text = "start,end,stage\n23:59:00,00:00:30,W\n00:00:30,00:01:00,N1\n"
    scoring = read(tmp_path, text)
    assert (texts(scoring), scoring.start) == ("W W W N1", datetime(1985, 1, 1, 23, 59))


def test_rows_that_are_sorted_otherwise_by_their_dates(tmp_path):
    rows = [f"2023-02-01 22:0{i}:00,{'W' if i < 2 else 'N2'}" for i in range(4)]
    backwards = read(tmp_path, "time,stage\n" + "\n".join(rows[::-1]))
    assert (texts(backwards), backwards.start) == (
        texts(read(tmp_path, "time,stage\n" + "\n".join(rows))),
        datetime(2023, 2, 1, 22),
    )


def test_a_date_that_does_not_follow_midnight_is_refused(tmp_path):
    clocks = [f"23:59:{s}" for s in ("00", "30")] + [f"00:0{i}:00" for i in range(8)]
    text = "date,time,stage\n" + "\n".join(f"01.02.2023,{clock},W" for clock in clocks)
    with pytest.raises(ScoringError, match="line 4: the clock goes back to 00:00:00"):
        read(tmp_path, text.replace("00:00:00,W", "00:00:00,N1"))


def test_a_clock_that_jumps_by_epochs_contradicts_numbers_that_do_not(tmp_path):
    text = "epoch,time,stage\n1,22:00:00,W\n2,22:00:30,W\n3,22:05:00,N2\n4,22:05:30,N2\n"
    with pytest.raises(ScoringError, match="line 4: the clock shows 22:05:00 where 22:01:00"):
        read(tmp_path, text)
    assert texts(read(tmp_path, text.replace("epoch,", "row,"))).count("?") == 8
    # Times that a spreadsheet has rounded go back and forth.
    rounded = read(tmp_path, text.replace("22:00:30", "22:01:00").replace("22:05:00", "22:01:00"))
    assert "the clock times were left out" in rounded.notes[0]


# Scorers

BOTH = "epoch,scorer,stage\n1,AB,W\n2,AB,N1\n1,CD,W\n2,CD,N2\n"


def test_several_scorers_are_asked_for(tmp_path):
    what = r"stages of 2 scorers \(column 'scorer'\): 'AB', 'CD'"
    with pytest.raises(SeveralScorers, match=what) as caught:
        read(tmp_path, BOTH)
    assert caught.value.scorers == ("AB", "CD")
    assert caught.value.path == tmp_path / "stages.csv"
    assert texts(read(tmp_path, BOTH, scorer="AB")) == "W N1"
    scoring = read(tmp_path, BOTH, scorer="cd")
    assert texts(scoring) == "W N2"
    assert scoring.notes[0] == "the stages of 'CD' were read"
    with pytest.raises(ScoringError, match="no scorer 'EF', it has 'AB', 'CD'"):
        read(tmp_path, BOTH, scorer="EF")


def test_a_column_for_every_scorer(tmp_path):
    text = "epoch,Anna,Ben,remark\n1,W,W,\n2,N1,N2,x\n"
    with pytest.raises(SeveralScorers, match="stages of 2 scorers: 'Anna', 'Ben'"):
        read(tmp_path, text)
    assert texts(read(tmp_path, text, scorer="Ben")) == "W N2"
    alone = read(tmp_path, "epoch,Anna,remark\n1,W,\n2,N1,x\n")
    assert texts(alone) == "W N1"
    assert alone.notes[0] == "the stages were read from column 'Anna'"


def test_columns_of_stages_by_name(tmp_path):
    text = "epoch,stage,hypnogram\n1,W,N1\n"
    with pytest.raises(SeveralScorers, match="'stage', 'hypnogram'"):
        read(tmp_path, text)
    assert texts(read(tmp_path, text, scorer="hypnogram")) == "N1"


def test_columns_of_stages_beside_that_of_the_stage_are_asked_for(tmp_path):
    text = "epoch,stage,stage_auto\n1,W,N1\n2,N1,N1\n"
    with pytest.raises(SeveralScorers, match="'stage', 'stage_auto'"):
        read(tmp_path, text)
    assert texts(read(tmp_path, text, scorer="stage_auto")) == "N1 N1"
    assert texts(read(tmp_path, "epoch,stage,aasm\n1,W,Wake\n2,N1,S1\n")) == "W N1"
    assert texts(read(tmp_path, text.replace("stage_auto", "machine_stage"))) == "W N1"
    with pytest.raises(SeveralScorers, match="'stage_A', 'stage_B'"):
        read(tmp_path, "epoch,stage_A,stage_B\n1,W,N1\n")


def test_numbers_of_rows_count_those_of_all_scorers(tmp_path):
    text = ",scorer,stage\n0,AB,W\n1,CD,W\n2,AB,N1\n3,CD,N2\n"
    assert texts(read(tmp_path, text, scorer="CD")) == "W N2"


def test_a_file_without_scorers_has_none_to_choose(tmp_path):
    for text in ("epoch,stage\n1,W\n", "W\nN1\n"):
        with pytest.raises(ScoringError, match="names no scorers"):
            read(tmp_path, text, scorer="AB")
