"""Lists of events with stages among them, of several programs."""

from datetime import datetime

import pytest

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.core.stages import Stage
from sleepscorer.files.scorings import read_scoring

NO_DATE = "the clock times have no date: taken as 1 January 1985"
DEEP = "stages 3 and 4 of Rechtschaffen & Kales were taken as N3"


def read(tmp_path, text, encoding="utf-8", form="events"):
    path = tmp_path / "events.txt"
    path.write_bytes(text.encode(encoding))
    scoring = read_scoring(path)
    assert scoring.format == form
    return scoring


def texts(scoring):
    return " ".join(Stage(stage).text for stage in scoring.hypnogram.stages.tolist())


def remlogic(head, *rows, date="15/01/2016"):
    before = (
        "RemLogic Event Export",
        "Patient:\tX",
        "Patient ID:\tX",
        f"Recording Date:\t{date}",
        "",
        "Events Included:",
        "SLEEP-S0",
        "",
        "Scoring Session:",
        "",
    )
    return "\r\n".join((*before, head, *rows, ""))


# RemLogic and Embla


def test_remlogic_with_dates_in_every_row(tmp_path):
    text = remlogic(
        "Time [hh:mm:ss]\tEvent\tDuration[s]",
        "2016-01-15T23:58:30.000000\tSLEEP-S0\t30",
        "2016-01-15T23:58:40.000000\tLIGHTS-OFF\t0",
        "2016-01-15T23:59:00.000000\tSLEEP-S1\t30",
        "2016-01-15T23:59:05.500000\tAROUSAL\t3.5",
        "2016-01-15T23:59:30.000000\tSLEEP-S4\t30",
        "2016-01-16T00:00:00.000000\tSLEEP-REM\t30",
        "2016-01-16T00:00:30.000000\tSLEEP-UNSCORED\t30",
        "2016-01-16T00:01:00.000000\tSLEEP-S2\t30",
    )
    scoring = read(tmp_path, text, "latin-1")
    assert texts(scoring) == "W N1 N3 R ? N2"
    assert scoring.start == datetime(2016, 1, 15, 23, 58, 30)
    assert scoring.hypnogram.lights_off_s == 10.0
    assert scoring.events == (Event(35.5, 3.5, "AROUSAL"),)
    assert scoring.notes == (DEEP,)


@pytest.mark.parametrize(
    "head",
    ["Heure [hh:mm:ss]\tEvénement\tDurée[s]", "Zeit [hh:mm:ss]\tEreignis\tDauer[s]"],
)
def test_remlogic_with_times_of_day_and_other_words_in_the_head(tmp_path, head):
    rows = ("23:59:30\tSLEEP-S0\t30", "00:00:00\tSLEEP-S2\t30", "00:00:30\tSLEEP-MT\t30")
    scoring = read(tmp_path, remlogic(head, *rows), "latin-1")
    assert texts(scoring) == "W N2 ?"
    assert scoring.start == datetime(2016, 1, 15, 23, 59, 30)
    assert scoring.notes == ("movement time was taken as unscored (once)",)


@pytest.mark.parametrize(
    ("date", "first", "start", "notes"),
    [
        ("25/02/2022", "11:59:30 PM", datetime(2022, 2, 25, 23, 59, 30), ()),
        (
            "7/02/2022",
            "11:59:30 PM",
            datetime(1985, 1, 1, 23, 59, 30),
            ("the date 7/02/2022 can be read in two ways and was left out", NO_DATE),
        ),
        (
            "2022/02/25",
            "00:10:00",
            datetime(1985, 1, 1, 0, 10),
            ("the date 2022/02/25 may be that of the evening before: it was left out", NO_DATE),
        ),
        ("31/02/2022", "22:00:00", datetime(1985, 1, 1, 22), (NO_DATE,)),
        ("", "22:00:00", datetime(1985, 1, 1, 22), (NO_DATE,)),
    ],
)
def test_the_date_before_the_table(tmp_path, date, first, start, notes):
    text = remlogic("Time [hh:mm:ss]\tEvent\tDuration[s]", f"{first}\tSLEEP-S0\t30", date=date)
    scoring = read(tmp_path, text)
    assert (scoring.start, scoring.notes) == (start, notes)


@pytest.mark.parametrize("mark", [":", "."])
def test_the_cap_database_of_physionet(tmp_path, mark):
    text = (
        remlogic(
            "Sleep Stage\tPosition\tTime [hh:mm:ss]\tEvent\tDuration[s]\tLocation",
            "W\tUnknown Position\t22:00:00\tSLEEP-S0\t30\tROC-LOC",
            "S2\tLeft\t22:00:30\tSLEEP-S2\t30\tROC-LOC",
            "S2\tLeft\t22:00:45\tMCAP-A1\t6\tEEG-Fp2-F4",
            "S3\tUnknown Position\t22:01:00\tSLEEP-S3\t30\tROC-LOC",
            "R\tSupine\t22:01:30\tSLEEP-REM\t30",
            "R\tSupine\t22:02:30\tSLEEP-MT\t30\tROC-LOC",
            date="01/01/2000",
        )
        .replace(":00:", f"{mark}00{mark}")
        .replace(":01:", f"{mark}01{mark}")
    )
    text = text.replace(":02:", f"{mark}02{mark}")
    scoring = read(tmp_path, text, "latin-1")
    assert texts(scoring) == "W N2 N3 R ? ?"
    assert scoring.start == datetime(2000, 1, 1, 22)
    assert scoring.events == (Event(45.0, 6.0, "MCAP-A1", "EEG-Fp2-F4"),)
    assert "epochs without a stage were left unscored: 1" in scoring.notes


def test_a_list_that_is_sorted_by_events_keeps_its_night(tmp_path):
    rows = ("23:59:30\tSLEEP-S1\t30", "00:01:00\tSLEEP-S1\t30", "00:00:00\tSLEEP-S2\t60")
    rows += ("23:59:00\tSLEEP-S0\t30", "00:00:05\tAROUSAL\t4", "23:58:50\tLIGHTS-OFF\t0")
    scoring = read(tmp_path, "\n".join(("Time [hh:mm:ss]\tEvent\tDuration[s]", *rows)))
    assert texts(scoring) == "W N1 N2 N2 N1"
    assert [event.onset_s for event in scoring.events] == [65.0]


def test_an_export_without_the_column_of_events(tmp_path):
    text = remlogic("Sleep Stage\tTime [hh:mm:ss]", "W\t22:00:00", "N1\t22:00:30", "N1\t22:01:00")
    assert texts(read(tmp_path, text)) == "W N1 N1"


# Noxturnal

NOX = (
    ("15/01/2016 23:59:30", "16/01/2016 00:00:00", "{w}", "30"),
    ("15/01/2016 23:59:35", "15/01/2016 23:59:38", "{event}", "3"),
    ("16/01/2016 00:00:00", "16/01/2016 00:00:30", "N1", "30"),
    ("16/01/2016 00:01:30", "16/01/2016 00:02:00", "REM", "30"),
)


def nox(head, w, event, *, mark=",", units=True):
    rows = [mark.join(row).format(w=w, event=event) + mark for row in NOX]
    lines = [head.replace(",", mark) + mark, *([mark.join(["[]", "[]", "[]", "[s]", ""])] * units)]
    return "\r\n".join([*lines, *rows, ""])


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("head", "w", "event"),
    [
        ("Heure de début,Heure de fin,Événement,Durée", "Éveil", "Rapide"),
        ("Start Time,End Time,Event,Duration", "Wake", "Arousal"),
        ("Startzeit,Endzeit,Ereignis,Dauer", "Wach", "Bewegung"),
        ("Hora de inicio,Hora de finalización,Evento,Duración", "Vigilia", "Microdespertar"),
        ("Ora di inizio,Ora di fine,Evento,Durata", "Veglia", "Movimento"),
        ("Begintijd,Eindtijd,Gebeurtenis,Duur", "Wakker", "Beweging"),
        ("Hora de início,Hora de fim,Evento,Duração", "Vigília", "Movimento"),
        ("Upphafstími,Lokatími,Atburður,Lengd", "Vaka", "Hreyfing"),
        ("Alkamisaika,Päättymisaika,Tapahtuma,Kesto", "Valve", "Liike"),
        ("Starttid,Sluttid,Händelse,Varaktighet", "Vaken", "Rörelse"),
        ("開始時刻,終了時刻,イベント,期間", "W", "覚醒反応"),
    ],
)
def test_noxturnal_in_the_language_of_its_user(tmp_path, head, w, event, mark):
    scoring = read(tmp_path, nox(head, w, event, mark=mark), "utf-16")
    assert texts(scoring) == "W N1 ? ? R"
    assert scoring.start == datetime(2016, 1, 15, 23, 59, 30)
    assert scoring.events == (Event(5.0, 3.0, event),)
    assert scoring.notes == ("epochs without a stage were left unscored: 2",)


def test_noxturnal_with_the_clock_of_america(tmp_path):
    text = (
        "Start Time,End Time,Duration,Event,Notes,Location\n"
        "1/15/2016 11:59:30 PM,1/16/2016 12:00:00 AM,30,Wake,,\n"
        '1/16/2016 12:00:00 AM,1/16/2016 12:00:30 AM,30,N1,"see, here",\n'
        "1/16/2016 12:00:10 AM,1/16/2016 12:00:20 AM,10,Apnea,,Flow\n"
    )
    scoring = read(tmp_path, text)
    assert (texts(scoring), scoring.start) == ("W N1", datetime(2016, 1, 15, 23, 59, 30))
    assert scoring.events == (Event(40.0, 10.0, "Apnea", "Flow"),)


def test_stages_in_words_that_nobody_knows_are_not_passed_over(tmp_path):
    rows = ["Start Time,End Time,Event,Duration"]
    for i, word in enumerate(["Zzz"] * 6 + ["N2"] * 3 + ["Zzz"] * 2):
        start, end = (f"15/01/2016 23:{n // 2:02}:{n % 2 * 30:02}" for n in (i, i + 1))
        rows.append(f"{start},{end},{word},30")
    with pytest.raises(ScoringError, match=r"73 % .* is not understood: 'Zzz' 8 times"):
        read(tmp_path, "\n".join(rows))


# Sandman, Snooz, BIDS, YASA, EDFbrowser


def test_sandman(tmp_path):
    text = (
        "Patient Name: X\nDate of Birth: 01/01/1970\nStudy Date: 25/03/2011 10:30:00 PM\n\n"
        "Epoch\tEvent\tStart Time\tDuration (sec.)\n"
        "1\tWake\t10:36:14 PM\t30.0\n2\tStage 1\t10:36:44 PM\t30.0\n"
        "2\tArousal\t10:36:50 PM\t5.0\n3\tREM\t10:37:14 PM\t30.0\n"
    )
    scoring = read(tmp_path, text)
    assert (texts(scoring), scoring.start) == ("W N1 R", datetime(2011, 3, 25, 22, 36, 14))
    assert scoring.events == (Event(36.0, 5.0, "Arousal"),)


def test_snooz_numbers_stages_in_a_group_of_their_own(tmp_path):
    text = (
        "group\tname\tstart_sec\tduration_sec\tchannels\n"
        "stage\t0\t0.0\t30.0\t[]\nstage\t2\t30.0\t30.0\t[]\n"
        "spindle\tA7\t31.5\t0.8\t['C3-A2']\nstage\t5\t60.0\t30.0\t[]\nstage\t9\t90.0\t30.0\t[]\n"
        "stage\t3\t120.0\t30.0\t[]\n"
    )
    scoring = read(tmp_path, text)
    assert texts(scoring) == "W N2 R ? N3"
    assert scoring.events == (Event(31.5, 0.8, "A7", "C3-A2"),)
    assert scoring.start is None


def test_events_of_bids(tmp_path):
    text = (
        "onset\tduration\ttrial_type\n0\t30\tsleep_wake\n30\t30\tsleep_N1\n60\t30\tsleep_REM\n"
        "62\t3\tarousal\n90\t30\tn/a\n120\tn/a\tlights_on\n"
    )
    scoring = read(tmp_path, text)
    assert texts(scoring) == "W N1 R ?"
    assert scoring.events == (Event(62.0, 3.0, "arousal"),)
    assert scoring.hypnogram.lights_on_s == 120.0


def test_events_of_yasa(tmp_path):
    text = (
        "onset,duration,value,description\n0.0,60.0,0,WAKE\n60.0,30.0,1,N1\n90.0,30.0,-1,ART\n"
        "120.0,30.0,4,REM\n150.0,30.0,-2,UNS\n180.0,30.0,2,N2\n"
    )
    assert texts(read(tmp_path, text)) == "W W N1 ? R ? N2"


def test_units_in_the_head_and_decimal_commas(tmp_path):
    text = "start_ms;duration_ms;event\n0;30000;W\n30000;30000,0;N1\n40500,5;3000;arousal\n"
    scoring = read(tmp_path, text)
    assert (texts(scoring), scoring.events) == ("W N1", (Event(40.5005, 3.0, "arousal"),))


def test_epochs_of_20_s(tmp_path):
    rows = [
        f"{20 * i}\t20\t{stage}" for i, stage in enumerate(["W", "N1", "N2", "N1", "W", "N1", "N2"])
    ]
    scoring = read(tmp_path, "\n".join(["onset\tduration\tevent", *rows, "5\t3\tarousal"]))
    assert (texts(scoring), scoring.hypnogram.epoch_s) == ("W N1 N2 N1 W N1 N2", 20.0)


HEAD = "onset,duration,description\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + "0,1,go\n3,1,stop\n", "lists 2 events and no sleep stages among them"),
        (remlogic("Time [hh:mm:ss]\tEvent\tDuration[s]"), "the list of events has no rows"),
        (HEAD + "nan,30,W\n0,30,x\n", "line 2: onset is not a number but 'nan'"),
        (HEAD + "1e300,30,W\n0,30,x\n", "line 2: onset is 1e300, which no time of a night is"),
        (HEAD + "0,x,W\n0,30,x\n", "line 2: duration is not a number but 'x'"),
        ("start,end,event\n60,30,W\n0,30,x\n", "line 2: the stage ends before it starts"),
        ("start,end,duration,event\n0,60,30,W\n0,30,1,x\n", "line 2: the stage lasts 30 s by its"),
        (HEAD + "0,30,W\n30\n", "line 3 has 1 columns instead of 3"),
        (HEAD + "0,30,NREM\n30,30,x\n", "does not tell N1, N2 and N3 apart"),
        ("onset,event,scorer\n0,W,A\n0,W,B\n3,x,A\n", "lists the stages of 2 scorers"),
        ("Time [hh:mm:ss]\tEvent\n22:0x:00\tW\n22:00:00\tx\n", "line 2: '22:0x:00' is no clock"),
        ("Time [hh:mm:ss]\tEvent\n22:00:00\tW\n2016-01-15 22:00:30\tx\n", "some clock times have"),
    ],
)
def test_what_is_refused(tmp_path, text, message):
    with pytest.raises(ScoringError, match=message):
        read(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "onset\tduration\ttrial_type\n0\t30\tsleep_wake\n30\t30\tsleep_N1\n",
        "Start Time;Stage;Event\n22:00:00;W;\n22:00:30;N1;arousal\n",
        "Start Time,End Time,Event,Duration,\n"
        "15/01/2016 22:30:00,15/01/2016 22:30:30,Wake,30,\n"
        "15/01/2016 22:30:30,15/01/2016 22:31:00,N1,30,\n",
    ],
)
def test_a_table_of_stages_and_nothing_else_is_one_of_epochs(tmp_path, text):
    assert texts(read(tmp_path, text, form="table")) == "W N1"
