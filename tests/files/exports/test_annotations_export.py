"""The EDF+ hypnogram, read back by three independent readers and by our own."""

from datetime import datetime
from pathlib import Path
from typing import Any

import edfio
import mne
import numpy as np
import pyedflib
import pytest
from example_nights import START, night, staging_of

from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.stages import Stage
from sleepscorer.files.edf.reader import open_edf
from sleepscorer.files.exports.formats import write_exports
from sleepscorer.files.exports.night import Night
from sleepscorer.files.scorings import read_scoring


def _written(folder: Path, shown: Night) -> Path:
    return write_exports(shown, folder, stem="n", formats=("edf",))[0]


def _stages(texts: Any, onsets: Any, durations: Any) -> list[tuple[float, float, str]]:
    rows = zip(onsets, durations, texts, strict=True)
    return [(float(o), float(d), t.split()[-1]) for o, d, t in rows if t.startswith("Sleep stage")]


def _expected(shown: Night) -> list[tuple[float, float, str]]:
    stages = [Stage(stage).text for stage in shown.hypnogram.stages.tolist()]
    return [(30.0 * epoch, 30.0, stage) for epoch, stage in enumerate(stages)]


# 3000 epochs, 25 h, need more than the 61,440 bytes that a record should have.
@pytest.mark.parametrize("start", [START, datetime(1999, 12, 31, 23, 59, 59), None])
@pytest.mark.parametrize("n_epochs", [1, 960, 1500, 3000])
def test_all_readers_find_equal_epochs(
    tmp_path: Path, n_epochs: int, start: datetime | None
) -> None:
    shown = night(n_epochs, start=start)
    path = _written(tmp_path, shown)
    expected = _expected(shown)

    with pyedflib.EdfReader(str(path)) as file:
        onsets, durations, texts = file.readAnnotations()
        assert file.filetype == pyedflib.FILETYPE_EDFPLUS
        assert file.getStartdatetime().replace(microsecond=0) == (
            start or datetime(1985, 1, 1)
        ).replace(microsecond=0)
    assert _stages(texts, onsets, durations) == expected
    assert "é" * 100 in texts
    assert "EEG arousal@@EEG C4-M1" in texts

    annotations = mne.read_annotations(path)
    read = _stages(annotations.description, annotations.onset, annotations.duration)
    assert read == expected

    other = edfio.read_edf(path)
    read = [
        (a.onset, a.duration, a.text.split()[-1])
        for a in other.annotations
        if a.text.startswith("Sleep stage")
    ]
    assert read == expected
    assert start is None or other.startdatetime == start

    scoring = read_scoring(path)
    np.testing.assert_array_equal(scoring.hypnogram.stages, shown.hypnogram.stages)
    assert scoring.hypnogram.lights_off_s == shown.hypnogram.lights_off_s
    assert scoring.hypnogram.lights_on_s == shown.hypnogram.lights_on_s


def test_header_as_the_analysis_section_asks(tmp_path: Path) -> None:
    raw = _written(tmp_path, night()).read_bytes()
    assert raw[:8] == b"0       "
    assert raw[8:88].rstrip() == b"MCH-0234567 F 02-MAY-1951 Haagse_Harry"
    assert raw[88:168].rstrip() == (
        b"Startdate 04-MAR-2019 PSG-1234/2019 NN sleepscorer_0.1.0_cnn_lstm_v1"
    )
    assert raw[168:192] == b"04.03.1922.40.00512     "
    assert raw[192:197] == b"EDF+C"
    assert raw[236:256] == b"1       0       1   "
    assert raw[256:272] == b"EDF Annotations "
    assert all(32 <= byte < 127 for byte in raw[:512])
    assert raw[512:].startswith(
        b"+0.25\x14\x14\x00"
        b"+0.25\x1530\x14Sleep stage W\x14\x00"
        b"+0.25\x14sleepscorer warning: C4-M1 was clipped in 12 % of the night\x14\x00"
        b"+12.75\x153\x14EEG arousal@@EEG C4-M1\x14\x00"
    )
    assert raw[512:].count(b"Sleep stage ") == 120


def test_long_scorings_keep_to_the_recommended_record_size(tmp_path: Path) -> None:
    raw = _written(tmp_path, night(3000)).read_bytes()
    n_records, samples = int(raw[236:244]), int(raw[256 + 216 : 256 + 224])
    assert n_records == 2
    assert 2 * samples <= 61_440
    assert len(raw) == 512 + n_records * 2 * samples
    assert raw[512 + 2 * samples :].startswith(b"+0.25\x14\x14\x00+")


def test_identification_of_a_plain_recording_becomes_edf_plus(tmp_path: Path) -> None:
    path = _written(tmp_path, night(patient_id="Zoë Roe, room 5", recording_id="PSG 12"))
    raw = path.read_bytes()
    assert raw[8:88].rstrip() == b"X X X Zoe_Roe,_room_5"
    with pyedflib.EdfReader(str(path)) as file:
        assert file.getPatientName() == "Zoe Roe, room 5"


def test_lights_that_held_are_the_only_lights(tmp_path: Path) -> None:
    events = (
        Event(30.0, None, "Lights off", "EEG F4-A1"),
        Event(60.0, None, "lights out"),
        Event(3000.0, None, "LIGHTS ON"),
    )
    recording = open_edf(_written(tmp_path, night(events=events)))
    lights = [event for event in recording.events if "lights" in event.text.casefold()]
    assert lights == [Event(75.0, None, "Lights off"), Event(3555.0, None, "Lights on")]


def test_an_older_scoring_in_the_recording_is_left_out(tmp_path: Path) -> None:
    older = ("Sleep stage 4", "Stage 2 sleep|2", "REM", "Movement time", "SLEEP-S1")
    events = tuple(Event(30.0 * i, 30.0, text) for i, text in enumerate(older))
    kept = Event(31.0, None, "stage light was on")
    recording = open_edf(_written(tmp_path, night(events=(*events, kept))))
    texts = [event.text for event in recording.events]
    assert kept.text in texts
    assert not set(older) & set(texts)
    assert sum(text.startswith("Sleep stage ") for text in texts) == 120


def test_text_that_would_break_an_annotation_is_made_harmless(tmp_path: Path) -> None:
    text = "a\x14b\x15c\x00d\ne\udcff"
    path = _written(tmp_path, night(events=(Event(1.0, None, text),)))
    assert Event(1.0, None, "a b c d e?") in open_edf(path).events
    # mne and edfio lose an annotation that holds a line feed.
    assert "a b c d e?" in mne.read_annotations(path).description


def test_warnings_stand_in_the_file(tmp_path: Path) -> None:
    staging = staging_of(night().hypnogram.stages, warnings=("EOG was taken for mV",))
    shown = night(warnings=("C4 was\nflat",), staging=staging)
    events = open_edf(_written(tmp_path, shown)).events
    assert Event(0.0, None, "sleepscorer warning: C4 was flat") in events
    assert Event(0.0, None, "sleepscorer warning: EOG was taken for mV") in events


def test_scored_by_people(tmp_path: Path) -> None:
    path = _written(tmp_path, night(staging=None, recording_id=""))
    assert path.read_bytes()[88:168].rstrip() == b"Startdate 04-MAR-2019 X X sleepscorer_0.1.0"


def test_a_night_without_epochs(tmp_path: Path) -> None:
    shown = night(staging=None, hypnogram=Hypnogram(np.empty(0, np.int8)))
    assert not any(
        event.text.startswith("Sleep stage") for event in open_edf(_written(tmp_path, shown)).events
    )
