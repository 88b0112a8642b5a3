"""Claims of a file are checked before they cost memory or time."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from edf_bytes import Channel, Edf, annotations

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.recording import Gap, Recording
from sleepscorer.files.edf import annotations as edf_annotations
from sleepscorer.files.edf import timeline as edf_timeline
from sleepscorer.files.edf.reader import open_edf
from sleepscorer.files.edf.tal import parse_tals

DAY_S = 86400


def opened(edf: Edf, tmp_path: Path) -> Recording:
    path = tmp_path / "night.edf"
    path.write_bytes(edf.to_bytes())
    return open_edf(path)


def at(times: list[float], **fields: object) -> Edf:
    tals = [f"{time:+.4f}\x14\x14".encode() for time in times]
    channel = Channel("C4", range(4 * len(times)))
    return Edf([channel, annotations(tals)], len(times), reserved="EDF+D", **fields)


def with_annotations(*rows: bytes) -> Edf:
    tals = annotations(rows, n_samples=max(map(len, rows)) // 2 + 1)
    return Edf([Channel("C4", range(4 * len(rows))), tals], len(rows), reserved="EDF+C")


@pytest.mark.parametrize("days", [7, 365, 10_000])
def test_a_pause_of_weeks_is_not_believed(days: int, tmp_path: Path):
    recording = opened(at([0, days * DAY_S, days * DAY_S + 1]), tmp_path)
    # A gap of no length: no epoch goes across it.
    assert recording.gaps == (Gap(1.0, 1.0),)
    assert recording.duration_s == 3.0
    assert np.isfinite(recording.signals[0].read(0, 3)).all()
    (warning,) = recording.warnings
    assert warning.startswith("data record 2 claims to start ")
    assert "days after the end of the one before, which was not believed" in warning


@pytest.mark.parametrize("record_duration", ["0.1", "0.7", "0.333333"])
def test_a_joint_of_unknown_length_has_none(record_duration: str, tmp_path: Path):
    for n in range(1, 12):
        times = [float(record_duration) * i for i in range(n)]
        edf = at([*times, 7.0 * DAY_S], record_duration=record_duration)
        (gap,) = opened(edf, tmp_path).gaps
        assert gap.start_s == gap.stop_s == pytest.approx(n * float(record_duration), abs=1e-5)


@pytest.mark.parametrize(("pause_s", "is_believed"), [(259_200.0, True), (259_200.1, False)])
def test_nights_may_be_three_days_apart(pause_s: float, is_believed: bool, tmp_path: Path):
    recording = opened(at([0, 1 + pause_s]), tmp_path)
    assert recording.duration_s == (2 + pause_s if is_believed else 2.0)
    assert bool(recording.warnings) == (not is_believed)


def test_several_pauses_of_weeks_are_told_once(tmp_path: Path):
    recording = opened(at([0, 10 * DAY_S, 20 * DAY_S]), tmp_path)
    (warning,) = recording.warnings
    assert "(the first of 2), which was not believed" in warning


def test_pauses_that_add_up_to_weeks_are_refused(tmp_path: Path):
    with pytest.raises(RecordingError, match="data records make it 12 days long"):
        opened(at([2.0 * DAY_S * i for i in range(7)]), tmp_path)
    assert opened(at([2.0 * DAY_S * i for i in range(5)]), tmp_path).duration_s == 8 * DAY_S + 1


def test_more_interruptions_than_any_night_has_are_refused(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("sleepscorer.files.edf.clock.MAX_STEPS", 5)
    monkeypatch.setattr(edf_timeline, "MAX_STEPS", 5)
    with pytest.raises(RecordingError, match="begin anew 5 times or more"):
        opened(at([2.0 * i for i in range(6)]), tmp_path)
    assert len(opened(at([2.0 * i for i in range(5)]), tmp_path).gaps) == 4


@pytest.mark.parametrize(
    ("record_duration", "is_opened"), [("864000", True), ("864001", False), ("99999999", False)]
)
def test_a_header_of_more_than_ten_days_is_refused(record_duration, is_opened, tmp_path: Path):
    edf = Edf([Channel("C4", range(4))], record_duration=record_duration)
    if is_opened:
        assert opened(edf, tmp_path).duration_s == 864_000.0
    else:
        with pytest.raises(RecordingError, match="days long"):
            opened(edf, tmp_path)


@pytest.mark.parametrize(
    ("samples", "record_duration", "reason"),
    [
        (100_000, "1", ""),
        (100_001, "1", "its sampling rate of 100001 Hz is not plausible"),
        (50_001, "0.5", "its sampling rate of 100002 Hz is not plausible"),
    ],
)
def test_rates_up_to_100_khz_are_believed(samples, record_duration, reason, tmp_path: Path):
    channel = Channel("Snore", np.arange(samples) % 100, samples_per_record=samples)
    recording = opened(Edf([channel], record_duration=record_duration), tmp_path)
    assert [q.reason for q in recording.quarantined] == ([reason] if reason else [])
    assert len(recording.signals) == (0 if reason else 1)


def test_texts_beyond_those_of_any_night_are_left_out_and_told(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(edf_annotations, "MAX_TEXTS", 10)
    rows = [
        f"+{record}\x14\x14\0".encode() + b"".join(b"+%d\x14beat\x14\0" % i for i in range(4))
        for record in range(5)
    ]
    recording = opened(with_annotations(*rows), tmp_path)
    assert len(recording.events) == 10
    # The times go on: no record is misplaced.
    assert recording.warnings == (
        "it holds more annotations than any night has; only the first 10 were read",
    )
    few = opened(with_annotations(*rows[:2]), tmp_path)
    assert len(few.events) == 8
    assert few.warnings == ()


def test_record_times_go_on_behind_the_last_text_that_is_read(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(edf_annotations, "MAX_TEXTS", 3)
    rows = [b"+%d\x14\x14\0+0\x14a\x14b\x14\0" % time for time in (0, 1, 2, 9, 10)]
    edf = with_annotations(*rows)
    edf.reserved = "EDF+D"
    recording = opened(edf, tmp_path)
    assert recording.gaps == (Gap(3.0, 9.0),)
    assert len(recording.events) == 3


@pytest.mark.parametrize("n_texts", [1, 2, 3, 4, 5, 20])
def test_more_annotations_than_are_taken_that_lack_their_end(n_texts, tmp_path, monkeypatch):
    monkeypatch.setattr(edf_annotations, "MAX_TEXTS", 3)
    rows = [b"+%d\x14" % i + b"\x14".join([b"a"] * n_texts) for i in range(4)]
    recording = opened(with_annotations(*rows), tmp_path)
    assert len(recording.events) <= 5
    assert any("holds more annotations than any night has" in w for w in recording.warnings)


def test_bytes_of_annotations_are_bounded(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(edf_annotations, "MAX_TEXT_BYTES", 2000)
    rows = [b"+%d\x14\x14\0+0\x14" % record + b"x" * 900 + b"\x14\0" for record in range(5)]
    recording = opened(with_annotations(*rows), tmp_path)
    assert len(recording.events) == 3
    assert recording.warnings == (
        "it holds more annotations than any night has; only the first 3 were read",
    )


def test_annotation_channels_are_bounded(tmp_path: Path):
    tals = [annotations([b"+0\x14\x14\0+0\x14a\x14\0"]) for _ in range(40)]
    recording = opened(Edf([Channel("C4", range(4)), *tals], reserved="EDF+C"), tmp_path)
    assert len(recording.events) == 32
    assert recording.warnings == ("it has 40 annotation channels; only the first 32 were read",)


def test_record_times_are_bounded(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(edf_annotations, "MAX_TIMED_RECORDS", 3)
    recording = opened(at([0, 1, 5, 6, 7]), tmp_path)
    assert recording.gaps == (Gap(2.0, 5.0),)
    assert recording.duration_s == 8.0
    assert recording.warnings == (
        "it has 5 data records; only the times of the first 3 were read",
        "2 of 5 data records have no usable time; they were put after the one before",
    )


@pytest.mark.parametrize(
    "flood",
    [
        b"+0\x14a\x14\0" * 500_000,
        b"+0\x14" + b"a\x14" * 1_500_000 + b"\0",
        b"x\0" * 1_500_000,
        b"+0\x14\x14\0" * 600_000,
    ],
    ids=["TALs", "texts", "rubbish", "times"],
)
def test_a_flood_of_annotations_takes_no_more_memory_than_a_night(flood, tmp_path, monkeypatch):
    monkeypatch.setattr(edf_annotations, "MAX_TEXTS", 1000)
    path = tmp_path / "night.edf"
    path.write_bytes(with_annotations(flood).to_bytes())
    tracemalloc.start()
    try:
        recording = open_edf(path)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(recording.events) <= 1001
    assert any("more annotations than any night has" in w for w in recording.warnings)
    assert peak_bytes < 8 * len(flood)


def test_of_a_record_only_so_many_texts_are_taken_beside_its_time():
    data = b"+5\x14\x14a\x14b\x14c\x14\0+6\x14d\x14\0rubbish\0"
    assert [tal.texts for tal in parse_tals(data, 0)[0]] == [("",)]
    assert [tal.texts for tal in parse_tals(data, 2)[0]] == [("", "a", "b")]
    assert parse_tals(data, 4)[1] == 0
    assert [tal.texts for tal in parse_tals(data, 4)[0]] == [("", "a", "b", "c"), ("d",)]
    assert parse_tals(data, 5)[1] == 1


@pytest.mark.data
def test_the_handed_file_with_a_week_between_two_records_opens(real_data: Path):
    recording = open_edf(real_data / "fault_cases" / "weekgap.edf")
    assert recording.n_epochs == 2
    assert "7.00 days" in recording.warnings[0]
