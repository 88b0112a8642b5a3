"""Samples, gaps and times of EDF and BDF files."""

import itertools
import os
import threading
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from edf_bytes import Channel, Edf, annotations

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.events import Event
from sleepscorer.core.recording import Gap, Recording
from sleepscorer.files.edf import samples as edf_samples
from sleepscorer.files.edf.header import read_header
from sleepscorer.files.edf.reader import open_edf
from sleepscorer.files.edf.samples import RecordReader
from sleepscorer.files.edf.status import pauses

INTEGERS = {"physical": ("-32768", "32767")}


def opened(edf: Edf, tmp_path: Path) -> Recording:
    path = tmp_path / "night.edf"
    path.write_bytes(edf.to_bytes())
    return open_edf(path)


def records_at(*starts: str, reserved: str = "EDF+D", n: int = 4) -> Edf:
    """Records of 1 s at ``n`` Hz, whose samples count up from 0."""
    tals = annotations([f"+{start}\x14\x14\0".encode() for start in starts])
    channel = Channel("C4", range(n * len(starts)), samples_per_record=n, **INTEGERS)
    return Edf([channel, tals], n_records=len(starts), reserved=reserved)


@pytest.mark.parametrize(
    ("physical", "digital", "expected"),
    [
        (("-100", "100"), ("-10", "10"), [-100, 0, 50, 100]),
        (("100", "-100"), ("-10", "10"), [100, 0, -50, -100]),
        (("-100", "100"), ("10", "-10"), [100, 0, -50, -100]),
        (("0", "200"), ("-10", "10"), [0, 100, 150, 200]),
    ],
)
def test_digital_values_become_physical_ones(physical, digital, expected, tmp_path: Path):
    channel = Channel("C4", [-10, 0, 5, 10], physical=physical, digital_range=digital)
    signal = opened(Edf([channel]), tmp_path).signals[0]
    samples = signal.read(0, 1)
    assert samples.dtype == np.float32
    np.testing.assert_allclose(samples, expected, atol=1e-5)
    assert signal.physical_range == (min(map(float, physical)), max(map(float, physical)))


@pytest.mark.parametrize(("unit", "factor"), [("V", 1e6), ("mV", 1e3), ("nV", 1e-3), ("%", 1.0)])
def test_voltages_become_microvolts(unit: str, factor: float, tmp_path: Path):
    channel = Channel("C4", [-10, 0, 5, 10], unit=unit, physical=("-1", "1"))
    channel.digital_range = ("-10", "10")
    signal = opened(Edf([channel]), tmp_path).signals[0]
    np.testing.assert_allclose(signal.read(0, 1), np.array([-1, 0, 0.5, 1]) * factor, rtol=1e-6)
    assert signal.unit == ("uV" if unit != "%" else "%")


def test_bdf_has_24_bits_with_a_sign(tmp_path: Path):
    values = [-8388608, -1, 0, 8388607]
    limits = ("-8388608", "8388607")
    signal = opened(
        Edf([Channel("C4", values, physical=limits, digital_range=limits)], bdf=True), tmp_path
    ).signals[0]
    assert signal.read(0, 1).tolist() == values


def test_reading_is_on_a_grid_and_nan_outside(tmp_path: Path):
    edf = Edf([Channel("C4", range(8), **INTEGERS)], n_records=2)
    signal = opened(edf, tmp_path).signals[0]
    np.testing.assert_array_equal(signal.read(-0.5, 0.5), [np.nan, np.nan, 0, 1])
    np.testing.assert_array_equal(signal.read(1.75, 2.5), [7, np.nan, np.nan])
    np.testing.assert_array_equal(signal.read(0.3, 1.3), [1, 2, 3, 4])
    assert signal.read(50, 51).tolist() == pytest.approx([np.nan] * 4, nan_ok=True)
    assert signal.read(1, 1).size == 0
    assert signal.read(2, 1).size == 0


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_times_must_be_finite(bad: float, tmp_path: Path):
    signal = opened(Edf([Channel("C4", range(4))]), tmp_path).signals[0]
    with pytest.raises(ValueError, match="finite"):
        signal.read(0, bad)


def test_pages_join_without_seam(tmp_path: Path):
    edf = Edf([Channel("C4", range(70), samples_per_record=7, **INTEGERS)], n_records=10)
    signal = opened(edf, tmp_path).signals[0]
    edges = np.linspace(0, 10, 34)
    joined = np.concatenate([signal.read(a, b) for a, b in itertools.pairwise(edges)])
    assert joined.tolist() == list(range(70))


def test_gaps_follow_from_the_record_times(tmp_path: Path):
    recording = opened(records_at("0", "1", "3.5", "4.5", "6"), tmp_path)
    assert recording.format_name == "EDF+D"
    assert recording.gaps == (Gap(2.0, 3.5), Gap(5.5, 6.0))
    assert recording.duration_s == 7.0
    assert recording.warnings == ()
    signal = recording.signals[0]
    assert signal.n_samples == 20
    nan = np.nan
    np.testing.assert_array_equal(
        signal.read(0, 7),
        [*range(8), *[nan] * 6, *range(8, 16), nan, nan, *range(16, 20)],
    )
    np.testing.assert_array_equal(signal.read(3.25, 3.75), [nan, 8])


def test_rounded_record_times_make_no_gaps(tmp_path: Path):
    recording = opened(records_at("0", "1.0004", "1.9996", "3.0001"), tmp_path)
    assert recording.gaps == ()
    assert recording.duration_s == 4.0


def test_times_that_run_backwards_lose_no_sample(tmp_path: Path):
    recording = opened(records_at("0", "1", "1.5", "2.5", "8"), tmp_path)
    assert recording.gaps == (Gap(4.0, 8.0),)
    assert recording.signals[0].read(0, 4).tolist() == list(range(16))
    assert recording.warnings == (
        "2 of 5 data records claim to start before the end of the one before;"
        " they were put directly after it",
    )


def test_single_wrong_time_among_right_ones_is_ignored(tmp_path: Path):
    recording = opened(records_at("0", "1", "700002", "3", "4", "9"), tmp_path)
    assert recording.gaps == (Gap(5.0, 9.0),)
    assert recording.warnings == (
        "1 of 6 data records have no usable time; they were put after the one before",
    )


def test_discontinuous_file_without_times_is_read_as_continuous(tmp_path: Path):
    edf = Edf([Channel("C4", range(8), **INTEGERS)], n_records=2, reserved="EDF+D")
    recording = opened(edf, tmp_path)
    assert recording.gaps == ()
    assert recording.duration_s == 2.0
    assert "holds no record times" in recording.warnings[0]


def test_continuous_file_with_jumping_times_is_reported(tmp_path: Path):
    recording = opened(records_at("0", "1", "7", reserved="EDF+C"), tmp_path)
    assert recording.gaps == ()
    assert recording.duration_s == 3.0
    assert recording.warnings == (
        "data record 3 claims to start at 7 s, but the file calls itself continuous,"
        " which makes it 2 s; that was used",
    )


def test_start_below_a_second_moves_start_and_events(tmp_path: Path):
    tals = annotations([b"+0.39\x14\x14\0+1.5\x152\x14Spike\x14\0", b"+1.39\x14\x14\0"])
    edf = Edf([Channel("C4", range(8)), tals], n_records=2, reserved="EDF+C")
    recording = opened(edf, tmp_path)
    assert recording.start == datetime(2019, 3, 2, 22, 15, 30, 390_000)
    assert recording.events == (Event(1.11, 2.0, "Spike"),)
    assert recording.warnings == ()


def test_first_record_far_from_the_header_time_is_reported(tmp_path: Path):
    recording = opened(records_at("3600", "3601", reserved="EDF+C"), tmp_path)
    assert recording.start == datetime(2019, 3, 2, 23, 15, 30)
    assert "the start was moved there" in recording.warnings[0]


def test_events_are_sorted_and_keep_their_words(tmp_path: Path):
    tals = annotations(
        [
            b"+0\x14\x14\0+9\x14later\x14\0",
            b"+1\x14\x14\0+2\x14Lights off@@EMG RAT\x14line\nfeed\x14\0",
        ]
    )
    edf = Edf([Channel("C4", range(8)), tals], n_records=2, reserved="EDF+C")
    assert opened(edf, tmp_path).events == (
        Event(2.0, None, "Lights off", "EMG RAT"),
        Event(2.0, None, "line\nfeed"),
        Event(9.0, None, "later"),
    )


def test_second_annotation_channel_keeps_no_time(tmp_path: Path):
    first = annotations([b"+0\x14\x14\0", b"+5\x14\x14\0"])
    second = annotations([b"+0.5\x14a\x14\0", b"\0"])
    edf = Edf([second, Channel("C4", range(8)), first], n_records=2, reserved="EDF+D")
    swapped = Edf([first, Channel("C4", range(8)), second], n_records=2, reserved="EDF+D")
    assert opened(edf, tmp_path).gaps == ()
    assert opened(swapped, tmp_path).gaps == (Gap(1.0, 5.0),)
    assert opened(swapped, tmp_path).events == (Event(0.5, None, "a"),)


def test_damaged_annotations_are_counted(tmp_path: Path):
    tals = annotations([b"+0\x14\x14\0rubbish\0+1\x14good\x14\0+2\x14cut"])
    recording = opened(Edf([Channel("C4", range(4)), tals], reserved="EDF+C"), tmp_path)
    assert [event.text for event in recording.events] == ["good", "cut"]
    assert recording.warnings == ("2 annotations could not be read whole",)


def test_file_of_annotations_alone(tmp_path: Path):
    tals = annotations([b"+0\x14\x14\0+0\x1530\x14Sleep stage W\x14\0+30\x1560\x14?\x14\0"])
    edf = Edf([tals], reserved="EDF+C", record_duration="0")
    recording = opened(edf, tmp_path)
    assert recording.signals == recording.quarantined == recording.warnings == ()
    assert recording.duration_s == 90.0
    assert len(recording.events) == 2


def test_bdf_annotations(tmp_path: Path):
    tals = annotations([b"+0.25\x14\x14\0+1\x14x\x14\0"], bdf=True)
    limits = ("-8388608", "8388607")
    channel = Channel("C4", range(4), physical=limits, digital_range=limits)
    recording = opened(Edf([channel, tals], bdf=True, reserved="BDF+C"), tmp_path)
    assert recording.format_name == "BDF+C"
    assert recording.events == (Event(0.75, None, "x"),)


def test_records_larger_than_a_block_are_read_by_channel(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(edf_samples, "BLOCK_BYTES", 16)
    edf = Edf([Channel("A", range(40), samples_per_record=10, **INTEGERS)] * 1, n_records=4)
    edf.channels.append(Channel("B", range(100, 140), samples_per_record=10, **INTEGERS))
    recording = opened(edf, tmp_path)
    assert recording.signal("B").read(0.5, 3.5).tolist() == list(range(105, 135))


def test_many_small_blocks_join(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(edf_samples, "BLOCK_BYTES", 50)
    signal = opened(
        Edf([Channel("A", range(400), samples_per_record=10, **INTEGERS)], n_records=40), tmp_path
    ).signals[0]
    assert signal.read(0.3, 39.7).tolist() == list(range(3, 397))


def test_channels_of_a_page_are_read_from_the_file_once(tmp_path: Path, monkeypatch):
    n_reads = 0
    read_into = edf_samples._read_into

    def counted(*args):
        nonlocal n_reads
        n_reads += 1
        read_into(*args)

    channels = [Channel(f"C{i}", range(240), **INTEGERS) for i in range(20)]
    recording = opened(Edf(channels, n_records=60), tmp_path)
    monkeypatch.setattr(edf_samples, "_read_into", counted)
    for signal in recording.signals:
        signal.read(0, 30)
    assert n_reads == 1


def test_short_segments_of_a_page_are_read_from_the_file_once(tmp_path: Path, monkeypatch):
    n_reads = 0
    read_into = edf_samples._read_into

    def counted(*args):
        nonlocal n_reads
        n_reads += 1
        read_into(*args)

    # Reading the annotations leaves the last two of seven records in the kept block.
    monkeypatch.setattr(edf_samples, "BLOCK_BYTES", 5 * (4 * 2 + 30 * 2))
    recording = opened(records_at("0", "2", "4", "6", "8", "10", "12"), tmp_path)
    monkeypatch.setattr(edf_samples, "_read_into", counted)
    samples = recording.signals[0].read(0, 9)
    assert np.nan_to_num(samples).sum() == sum(range(20))
    assert n_reads == 1


def test_threads_read_the_same(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(edf_samples, "BLOCK_BYTES", 400)
    channels = [Channel(f"C{i}", range(i, i + 400), **INTEGERS) for i in range(8)]
    recording = opened(Edf(channels, n_records=100), tmp_path)
    wrong = []

    def read(i: int) -> None:
        for start in list(range(90)) * 2:
            expected = list(range(i + 4 * start, i + 4 * start + 40))
            if recording.signals[i].read(start, start + 10).tolist() != expected:
                wrong.append((i, start))

    threads = [threading.Thread(target=read, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_file_is_neither_written_nor_kept_open(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(edf_samples, "BLOCK_BYTES", 8)
    edf = Edf([Channel("C4", range(8))], n_records=2)
    path = tmp_path / "night.edf"
    path.write_bytes(edf.to_bytes())
    path.chmod(0o400)
    recording = open_edf(path)
    recording.signals[0].read(0, 1)
    assert path.read_bytes() == edf.to_bytes()
    path.rename(tmp_path / "moved.edf")
    # A file that was kept open or mapped would still deliver its second record.
    with pytest.raises(RecordingError, match="the file can't be read: No such file"):
        recording.signals[0].read(1, 2)


def test_file_that_shrank_after_opening_is_an_error(tmp_path: Path):
    edf = Edf([Channel("C4", range(8))], n_records=2)
    recording = opened(edf, tmp_path)
    recording.path.write_bytes(edf.to_bytes()[:-4])
    with pytest.raises(RecordingError, match="has become shorter"):
        recording.signals[0].read(0, 2)


def status_night(*high: int, transducer: str = "Triggers and Status", n_records: int = 90) -> Edf:
    """Records of 1 s with a Status channel at 4 Hz, its bit of the new epoch high at samples."""
    codes = np.full(4 * n_records, 0x100000 | 7)
    codes[list(high)] |= 0x010000
    status = Channel("Status", codes, transducer=transducer)
    return Edf([Channel("C4", np.arange(4 * n_records)), status], n_records=n_records, bdf=True)


@pytest.mark.parametrize("transducer", ["Triggers and Status", ""])
def test_a_pause_of_a_biosemi_amplifier_is_a_joint_and_said(transducer: str, tmp_path: Path):
    recording = opened(status_night(0, 181, 240, 241, transducer=transducer), tmp_path)
    assert recording.gaps == (Gap(45.25, 45.25), Gap(60.0, 60.0))
    assert "interrupted after 0:00:45, 0:01:00, and how long is not known" in recording.warnings[0]
    assert recording.duration_s == 90.0


def test_who_tells_no_pauses(tmp_path: Path):
    timed = status_night(0, 181)
    timed.reserved = "BDF+D"
    narrow = status_night(0, 181)
    narrow.bdf = False
    empty = status_night(0, 181)
    empty.channels[1].samples_per_record = 0
    renamed = status_night(0, 181)
    renamed.channels[1].label = "State"
    for edf in (timed, narrow, empty, renamed):
        assert opened(edf, tmp_path).gaps == ()


def test_pauses_of_a_file_that_shrinks_while_it_is_opened_are_those_that_are_left(tmp_path: Path):
    path = tmp_path / "night.bdf"
    path.write_bytes(status_night(5, 181, 240).to_bytes())
    header = read_header(path)
    reader = RecordReader(path, header.data_offset, header.record_bytes)
    for record, found in ((90, (1.25, 45.25, 60.0)), (50, (1.25, 45.25)), (2, (1.25,)), (0, ())):
        os.truncate(path, header.data_offset + record * header.record_bytes)
        assert pauses(path, header, reader) == found
    path.unlink()
    with pytest.raises(RecordingError, match="the file can't be read: No such file"):
        pauses(path, header, reader)


def test_up_to_a_hundred_pauses_are_believed(tmp_path: Path):
    night = opened(status_night(*range(1, 301, 3)), tmp_path)
    assert night.gaps == tuple(Gap(i / 4, i / 4) for i in range(1, 301, 3))


@pytest.mark.parametrize(
    "edf",
    [
        status_night(0),
        status_night(),
        status_night(181, transducer="trigger"),
        status_night(*range(1, 304, 3)),
    ],
)
def test_a_status_that_tells_no_pause_makes_no_joint(edf: Edf, tmp_path: Path):
    recording = opened(edf, tmp_path)
    assert (recording.gaps, recording.warnings) == ((), ())
