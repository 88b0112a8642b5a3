"""Sleep profiles of DOMINO."""

from datetime import datetime
from types import SimpleNamespace

import pytest

from sleepscorer.core.errors import CodesNeeded, ScoringError
from sleepscorer.core.stages import Stage
from sleepscorer.files.scorings import read_scoring

HEAD = (
    "Signal ID: SchlafProfil\\profil",
    "Start Time: {start}",
    "Unit: ",
    "Signal Type: Discret",
    "Events list: N4,N3,N2,N1,REM,Wake,Movement",
    "Rate: {rate}",
    "",
)
NO_DATE = "the clock times have no date: taken as 1 January 1985"


def read(tmp_path, *rows, start="17/11/2010 23:59:30", rate="30 s", head=HEAD, encoding="utf-8"):
    path = tmp_path / "profile.txt"
    lines = [line.format(start=start, rate=rate) for line in head]
    path.write_bytes("\r\n".join([*lines, *rows, ""]).encode(encoding))
    scoring = read_scoring(path)
    assert scoring.format == "domino"
    return scoring


def texts(scoring):
    return " ".join(Stage(stage).text for stage in scoring.hypnogram.stages.tolist())


def test_a_night_goes_on_behind_midnight(tmp_path):
    scoring = read(
        tmp_path,
        "23:59:30,000; Wake",
        "00:00:00,000; N1",
        "00:00:30,000; N4",
        "00:01:00,000; Movement",
        "00:01:30,000; A",
        "00:02:00,000; REM",
    )
    assert texts(scoring) == "W N1 N3 ? ? R"
    assert scoring.start == datetime(2010, 11, 17, 23, 59, 30)
    assert scoring.notes == (
        "stages 3 and 4 of Rechtschaffen & Kales were taken as N3",
        "movement time was taken as unscored (once)",
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("Signal ID|Start Time|Unit|Signal Type|Events list|Rate", "Wach N2 Rem Artefakt"),
        ("Signal-ID|Startzeit|Einheit|Signaltyp|Ereignisliste|Rate", "Wach N2 REM Bewegung"),
        ("Canal|Heure de début|Unité|Type|Liste|Taux", "Éveil N2 SP Mouvement"),
    ],
)
def test_heads_and_words_of_other_languages(tmp_path, keys, words, encoding):
    values = ("Profil\\profil", "26.06.2020 23:24:30", "", "Discret", "...", "30 s")
    head = [f"{key}: {value}" for key, value in zip(keys.split("|"), values, strict=True)]
    times = ("23:24:30,000", "23:25:00,000", "23:25:30,000", "23:26:00,000")
    rows = [f"{time}; {word}" for time, word in zip(times, words.split(), strict=True)]
    scoring = read(tmp_path, *rows, head=[*head, ""], encoding=encoding)
    assert texts(scoring) == "W N2 R ?"
    assert scoring.start == datetime(2020, 6, 26, 23, 24, 30)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("11/18/2021 8:39:30 PM", datetime(2021, 11, 18, 20, 39, 30)),
        ("18.11.21 20:39:30", datetime(2021, 11, 18, 20, 39, 30)),
        ("2021-11-18 20:39:30", datetime(2021, 11, 18, 20, 39, 30)),
        ("5/6/2021 8:39:30 PM", datetime(1985, 1, 1, 20, 39, 30)),
        ("20:39:30", datetime(1985, 1, 1, 20, 39, 30)),
    ],
)
def test_the_date_is_taken_where_it_can_be_read_in_one_way(tmp_path, start, expected):
    scoring = read(tmp_path, "20:39:30,000; Wake", "20:40:00,000; N1", start=start)
    assert scoring.start == expected
    assert (NO_DATE in scoring.notes) == (expected.year == 1985)
    assert ("two ways" in " ".join(scoring.notes)) == start.startswith("5/6")


def test_a_profile_that_begins_behind_midnight_is_of_the_next_day(tmp_path):
    scoring = read(tmp_path, "00:00:00,000; Wake", "00:00:30,000; N1", start="31.12.2010 23:59:30")
    assert scoring.start == datetime(2011, 1, 1)


def test_epochs_of_20_s_and_missing_rows(tmp_path):
    rows = ("23:59:40,000; Wake", "00:00:00,000; N1", "00:00:40,000; Rem")
    scoring = read(tmp_path, *rows, rate="20 s")
    assert (texts(scoring), scoring.hypnogram.epoch_s) == ("W N1 ? R", 20.0)
    assert scoring.notes == ("epochs without a stage were left unscored: 1",)


def test_numbers_for_stages_are_asked_for(tmp_path):
    with pytest.raises(CodesNeeded):
        read(tmp_path, "15.11.2010 23:59:30,000; 4", "16.11.2010 00:00:00,000; 2")


IMPULSES = (
    "Signal ID: FlowD\\flow",
    "Start Time: 11/18/2021 8:39:46 PM",
    "Unit: s",
    "Signal Type: Impuls",
    "",
)


@pytest.mark.parametrize(
    ("head", "rows", "message"),
    [
        (IMPULSES, ["00:41:31,513-00:41:42,736; 11;Hypopnea"], r"export of 'FlowD.*list of events"),
        (["Signal ID: Pos\\pos", "Rate: 1 s", ""], ["22:00:00,000; Supine"], "not of a sleep prof"),
        (
            ["Signal ID: SPO2\\spo2", "Rate: 1 s", ""],
            ["22:00:00,000; 95"],
            "not of a sleep profile",
        ),
        (HEAD, [], "has no rows of a time and a stage"),
        (HEAD, ["23:59:30,000; Wake", "00:00:00,000; Foo"], "line 9: 'Foo' is no stage"),
        (HEAD, ["23:59:30,000; Wake", "23:59:00,000; N1"], "line 9: the clock goes back to 23:59"),
        (HEAD, ["23:59:30,000; Wake", "garbage"], "line 9: 'garbage' is no time and stage"),
        (HEAD, ["23:59:30,000; Wake", "25:00:00,000; N1"], "line 9: '25:00:00,000' is no clock"),
        (HEAD, ["23:59:30,000; NREM", "00:00:00,000; Rem"], "NREM does not tell N1, N2 and N3"),
    ],
)
def test_what_is_refused(tmp_path, head, rows, message):
    with pytest.raises(ScoringError, match=message):
        read(tmp_path, *rows, head=head)


@pytest.mark.parametrize(("rate", "message"), [("0 s", "epochs last 0 s"), ("999 s", "last 999 s")])
def test_a_rate_that_is_none(tmp_path, rate, message):
    with pytest.raises(ScoringError, match=message):
        read(tmp_path, "23:59:30,000; Wake", rate=rate)


def test_wonambi_reads_the_same(tmp_path):
    wonambi = pytest.importorskip("wonambi.attr.annotations")
    rows = ("23:59:30,000; Wach", "00:00:00,000; N1", "00:00:30,000; Rem", "00:01:00,000; N3")
    scoring = read(tmp_path, *rows, start="17.11.2010 23:59:30")
    start = datetime(2010, 11, 17, 23, 59)
    header = {"start_time": start, "subj_id": "x", "s_freq": 10, "chan_name": ["C4"]}
    night = SimpleNamespace(filename="n.edf", header={**header, "n_samples": 6000, "orig": {}})
    wonambi.create_empty_annotations(str(tmp_path / "w.xml"), night)
    annotations = wonambi.Annotations(str(tmp_path / "w.xml"))
    annotations.add_rater("me")
    annotations.import_staging(str(tmp_path / "profile.txt"), "domino", "me", start)
    names = {"Wake": "W", "NREM1": "N1", "NREM2": "N2", "NREM3": "N3", "REM": "R"}
    epochs = list(annotations.epochs)
    assert texts(scoring) == " ".join(names[epoch["stage"]] for epoch in epochs)
    assert (scoring.start - start).total_seconds() == epochs[0]["start"]
