"""What the EDF writer writes, three independent readers read."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import edfio
import numpy as np
import pyedflib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sleepscorer.core.errors import ExportError, OutputExists
from sleepscorer.core.events import Event
from sleepscorer.files.edf.layout import number_text
from sleepscorer.files.edf.reader import open_edf
from sleepscorer.files.edf.writer import EdfPlan, SignalHeader, verify_edf, write_edf

START = datetime(2019, 3, 4, 22, 40, 0, 250_000)
EEG = SignalHeader("EEG C4-M1", 256, -500, 500, prefilter="HP:0.3Hz LP:35Hz", transducer="AgAgCl")
RESP = SignalHeader("Resp nasal", 16, -1, 1, unit="", digital_min=-2048, digital_max=2047)
RNG = np.random.default_rng(1)
N_RECORDS = 60
EEG_SAMPLES = RNG.normal(0, 60, 256 * N_RECORDS).astype(np.float32)
RESP_SAMPLES = np.sin(np.arange(16 * N_RECORDS) / 40).astype(np.float32)


def _header(**changes: object) -> EdfPlan:
    values = {
        "signals": (EEG, RESP),
        "n_records": N_RECORDS,
        "record_duration_s": 1.0,
        "start": START,
        "patient_id": "X F X Synthetic",
    }
    return EdfPlan(**(values | changes))  # type: ignore[arg-type]


def _blocks(n_records: int = 7) -> Iterator[list[np.ndarray]]:
    for first in range(0, N_RECORDS, n_records):
        stop = min(first + n_records, N_RECORDS)
        yield [EEG_SAMPLES[first * 256 : stop * 256], RESP_SAMPLES[first * 16 : stop * 16]]


def test_signals_read_back_within_half_a_step(tmp_path: Path) -> None:
    path = tmp_path / "n.edf"
    write_edf(path, _header(), _blocks())
    with pyedflib.EdfReader(str(path)) as file:
        assert file.getSignalLabels() == ["EEG C4-M1", "Resp nasal"]
        assert file.getPhysicalDimension(0) == "uV"
        assert file.getPrefilter(0) == "HP:0.3Hz LP:35Hz"
        assert file.getTransducer(0) == "AgAgCl"
        assert file.getPrefilter(1) == file.getTransducer(1) == file.getPhysicalDimension(1) == ""
        assert file.getPatientName() == "Synthetic"
        np.testing.assert_allclose(file.readSignal(0), EEG_SAMPLES, atol=0.51 * 1000 / 65535)
        np.testing.assert_allclose(file.readSignal(1), RESP_SAMPLES, atol=0.51 * 2 / 4095)
    recording = open_edf(path)
    assert recording.start == START
    assert recording.format_name == "EDF+C"
    assert recording.duration_s == N_RECORDS
    assert edfio.read_edf(path).startdatetime == START


def test_block_size_does_not_change_the_file(tmp_path: Path) -> None:
    for n_records in (1, N_RECORDS):
        write_edf(tmp_path / f"{n_records}.edf", _header(), _blocks(n_records))
    assert (tmp_path / "1.edf").read_bytes() == (tmp_path / f"{N_RECORDS}.edf").read_bytes()


def test_samples_beyond_the_range_are_clipped(tmp_path: Path) -> None:
    path = tmp_path / "n.edf"
    samples = np.array([-1e9, -500, 0, 500, np.inf, -np.inf, 499.99, 1], np.float32)
    signal = SignalHeader("EEG", 8, -500, 500)
    write_edf(path, _header(signals=(signal,), n_records=1), [[samples]])
    expected = [-500, -500, 0, 500, 500, -500, 499.99, 1]
    read = open_edf(path).signals[0].read(0, 1)
    np.testing.assert_allclose(read, expected, atol=0.01)


@pytest.mark.parametrize(("unit", "per_uv"), [("V", 1e-6), ("mV", 1e-3), ("uV", 1.0)])
def test_units_keep_their_meaning(tmp_path: Path, unit: str, per_uv: float) -> None:
    path = tmp_path / "n.edf"
    signal = SignalHeader("EEG", 256, -3000 * per_uv, 3000 * per_uv, unit=unit)
    write_edf(path, _header(signals=(signal,)), [[EEG_SAMPLES * np.float32(per_uv)]])
    np.testing.assert_allclose(
        open_edf(path).signals[0].read(0, N_RECORDS), EEG_SAMPLES, atol=0.05, rtol=1e-5
    )


def test_events_stand_in_the_record_in_which_they_start(tmp_path: Path) -> None:
    path = tmp_path / "n.edf"
    events = (
        Event(0.0, None, "Lights off"),
        Event(3.0, 2.5, "EEG arousal", "EEG C4-M1"),
        Event(3.999, None, "긴 주석 " * 20),
        Event(59.9, 300.0, "runs past the end"),
        Event(70.0, None, "after the end"),
        *(Event(10.0 + i / 1000, None, f"crowd {i}") for i in range(100)),
    )
    write_edf(path, _header(), _blocks(), events=events)
    with pyedflib.EdfReader(str(path)) as file:
        onsets, durations, texts = file.readAnnotations()
    read = dict(zip(texts, zip(onsets, durations, strict=True), strict=True))
    assert len(texts) == len(events)
    assert read["EEG arousal@@EEG C4-M1"] == (3.0, 2.5)
    assert ("긴 주석 " * 20) in read
    assert open_edf(path).events == tuple(sorted(events, key=lambda e: e.onset_s))
    raw = path.read_bytes()
    record_bytes = (len(raw) - 4 * 256) // N_RECORDS
    for event in events:
        record = (raw.index(event.text.encode()) - 4 * 256) // record_bytes
        assert record == min(int(event.onset_s), N_RECORDS - 1)


def test_interrupted_recording(tmp_path: Path) -> None:
    path = tmp_path / "n.edf"
    starts = tuple(float(i + (100 if i >= 30 else 0)) for i in range(N_RECORDS))
    event = Event(131.5, 1.0, "after the gap")
    write_edf(path, _header(record_starts_s=starts), _blocks(), events=(event,))
    recording = open_edf(path)
    assert recording.format_name == "EDF+D"
    assert [(gap.start_s, gap.stop_s) for gap in recording.gaps] == [(30.0, 130.0)]
    assert recording.duration_s == N_RECORDS + 100
    assert recording.events == (event,)
    np.testing.assert_allclose(
        recording.signals[0].read(130, 131), EEG_SAMPLES[30 * 256 : 31 * 256], atol=0.02
    )
    assert not edfio.read_edf(path).is_continuous


def test_plain_edf(tmp_path: Path) -> None:
    path = tmp_path / "n.edf"
    header = _header(is_plus=False, start=START.replace(microsecond=0), patient_id="Jane Roe")
    write_edf(path, header, _blocks())
    raw = path.read_bytes()
    assert raw[192:236].strip() == b""
    assert raw[252:256] == b"2   "
    assert open_edf(path).format_name == "EDF"


def test_record_times_do_not_drift(tmp_path: Path) -> None:
    path = tmp_path / "n.edf"
    signal = SignalHeader("EEG", 10, -1, 1)
    header = _header(signals=(signal,), n_records=1000, record_duration_s=0.1)
    write_edf(path, header, [[np.zeros(1000, np.float32)]])
    raw = path.read_bytes()
    assert b"+100.15\x14\x14\x00" in raw  # 999 x 0.1 s + 0.25 s, not +100.14999999999999
    assert open_edf(path).duration_s == 100.0


@pytest.mark.parametrize(
    ("changes", "blocks", "words"),
    [
        ({}, [[EEG_SAMPLES[:256], RESP_SAMPLES[:16]]], "1 records, not 60"),
        ({"n_records": 1}, [[EEG_SAMPLES, RESP_SAMPLES]], "more than 1 records"),
        ({}, [[EEG_SAMPLES, RESP_SAMPLES[:16]]], "different numbers of records"),
        ({}, [[EEG_SAMPLES * np.nan, RESP_SAMPLES]], "NaN"),
        ({"patient_id": "김"}, [], "printable ASCII"),
        ({"patient_id": "x" * 81}, [], "at most 80"),
        ({"signals": (SignalHeader("EEG", 0.7, -1, 1),)}, [], "whole number"),
        ({"signals": (SignalHeader("EEG", 1, 1, 1),)}, [], "physical minimum"),
        ({"signals": (SignalHeader("EEG", 1, -1e-9, 1),)}, [], "eight characters"),
        ({"signals": (SignalHeader("EEG", 1, -1, 1, digital_max=40000),)}, [], "16 bits"),
    ],
)
def test_contradictions_are_refused_and_leave_nothing(
    tmp_path: Path, changes: dict[str, object], blocks: list[list[np.ndarray]], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        write_edf(tmp_path / "n.edf", _header(**changes), blocks)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"record_starts_s": (0.0, 1.0)}, "one time for each record"),
        ({"n_records": 2, "record_starts_s": (0.5, 2.0)}, "the first 0"),
        ({"is_plus": False}, "neither interruptions nor fractions"),
        ({"is_plus": False, "start": None, "n_records": 1, "record_starts_s": (0.0,)}, "neither"),
        ({"record_duration_s": 0.0}, "longer than 0 s"),
        ({"n_records": 0}, "at least one record"),
    ],
)
def test_plans_that_contradict_themselves_are_refused(changes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        _header(**changes)


def test_plain_edf_holds_no_annotations(tmp_path: Path) -> None:
    header = _header(is_plus=False, start=None)
    with pytest.raises(ValueError, match="holds no annotations"):
        write_edf(tmp_path / "n.edf", header, _blocks(), events=(Event(0.0, None, "x"),))


@pytest.mark.parametrize(
    ("starts_s", "onset_s", "record"),
    [
        (None, -1.0, 0),
        (None, 0.0, 0),
        (None, 0.3, 3),
        (None, 0.299, 2),
        (None, 0.39, 3),
        (None, 99.0, 3),
        ((0.0, 0.1, 5.0, 5.1), 0.1, 1),
        ((0.0, 0.1, 5.0, 5.1), 4.9, 1),
        ((0.0, 0.1, 5.0, 5.1), 5.0, 2),
        ((0.0, 0.1, 5.0, 5.1), -1.0, 0),
        ((0.0, 0.1, 5.0, 5.1), 99.0, 3),
    ],
)
def test_the_record_of_an_event(starts_s, onset_s: float, record: int) -> None:
    signal = SignalHeader("EEG", 10, -1, 1)
    header = _header(
        signals=(signal,), n_records=4, record_duration_s=0.1, record_starts_s=starts_s
    )
    assert header.record_of(onset_s) == record


def test_annotations_alone_take_as_many_records_as_they_need(tmp_path: Path) -> None:
    path = tmp_path / "n.edf"
    header = _header(signals=(), n_records=1, record_duration_s=0.0)
    events = tuple(Event(float(i), None, "x" * 10_000) for i in range(13))
    write_edf(path, header, events=events)
    # Six of 10 kB in 61,440 bytes.
    assert path.read_bytes()[236:244].strip() == b"3"
    assert open_edf(path).events == events
    path.unlink()
    large = (Event(0.0, None, "y" * 70_000), Event(1.0, None, "z"))
    write_edf(path, header, events=large)
    assert path.read_bytes()[236:244].strip() == b"2"
    assert open_edf(path).events == large


@pytest.mark.parametrize(
    ("changes", "events", "words"),
    [
        ({}, (), "has not the size"),
        ({}, (Event(3.0, None, "b", "EEG"),), "2 annotations read back of 1 written$"),
        (
            {},
            (Event(1.0, 2.0, "a"), Event(3.0, None, "c", "EEG")),
            "2 annotations read back of 2 written, without 'c@@EEG' at 3 s",
        ),
        ({}, (Event(1.0, 2.1, "a"), Event(3.0, None, "b", "EEG")), "without 'a' at 1 s"),
        ({}, (Event(1.0, None, "a"), Event(3.0, None, "b", "EEG")), "without 'a' at 1 s"),
        ({"start": START.replace(second=1)}, None, "the start read back as 2019-03-04 22:40:00.25"),
        ({"n_records": 59}, None, "has not the size"),
        (
            {"signals": (SignalHeader("EEG C3-M2", 256, -1, 1), RESP)},
            None,
            "with the signals .'EEG C4-M1', 'Resp nasal'",
        ),
    ],
)
def test_what_does_not_read_back_as_it_was_meant_is_told(
    changes, events, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "n.edf"
    written = (Event(1.0, 2.0, "a"), Event(3.0, None, "b", "EEG"))
    write_edf(path, _header(), _blocks(), events=written)
    verify_edf(path, _header(), events=written[::-1])
    with pytest.raises(ExportError, match=words):
        verify_edf(path, _header(**changes), events=written if events is None else events)


def test_a_date_that_was_left_out_is_none_that_reads_back_wrong(tmp_path: Path) -> None:
    path = tmp_path / "n.edf"
    write_edf(path, _header(), _blocks())
    raw = bytearray(path.read_bytes())
    raw[168:176] = b"xx.xx.xx"
    raw[88:168] = b"Startdate X X X X".ljust(80)
    path.write_bytes(raw)
    verify_edf(path, _header(recording_id="Startdate X X X X"), events=())
    with pytest.raises(ExportError, match="the start read back as None"):
        verify_edf(path, _header(), events=())


def test_existing_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "n.edf"
    path.write_bytes(b"old")
    with pytest.raises(OutputExists, match="exists already and is kept"):
        write_edf(path, _header(), _blocks())
    assert path.read_bytes() == b"old"
    path.unlink()
    write_edf(path, _header(), _blocks())
    assert open_edf(path).duration_s == N_RECORDS


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-3276.8, "-3276.8"),
        (0.0032768, "0.003277"),
        (-0.0032768, "-0.00328"),
        (1 / 3, "0.333333"),
        (30.0, "30"),
        (0, "0"),
        (99999999, "99999999"),
        (-1234567.8, "-1234568"),
    ],
)
def test_numbers_in_eight_characters(value: float, text: str) -> None:
    assert number_text(value) == text


@given(st.floats(-9_999_999, 99_999_999).filter(lambda v: v == 0 or abs(v) > 1e-4))
def test_numbers_are_as_precise_as_eight_characters_allow(value: float) -> None:
    text = number_text(value)
    assert len(text) <= 8
    assert float(text) == pytest.approx(value, rel=1e-2, abs=0.6 if abs(value) > 1e6 else 1e-4)


@pytest.mark.parametrize("value", [1e8, -1e7, 1e-9, float("nan"), float("inf")])
def test_numbers_that_do_not_fit(value: float) -> None:
    with pytest.raises(ValueError, match="eight characters"):
        number_text(value)
