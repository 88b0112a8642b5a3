"""Clocks of data records: what drifts, jitters or is rounded is no gap; what is lost is one."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from edf_bytes import Channel, Edf, annotations
from numpy.typing import NDArray

from sleepscorer.core.recording import Gap, Recording
from sleepscorer.files.edf import clock
from sleepscorer.files.edf.reader import open_edf

RECORDS = np.arange(300.0)


def recorded(
    times: Sequence[float | None] | NDArray[np.float64],
    tmp_path: Path,
    *,
    record_duration: str = "1",
    reserved: str = "EDF+D",
    n: int = 4,
    decimals: int = 4,
) -> Recording:
    """A recording whose records say that they start at these times, None or NaN for no time."""
    is_bdf = reserved.startswith("BDF")
    tals = [
        b"" if t is None or np.isnan(t) else f"{t:+.{decimals}f}\x14\x14\0".encode() for t in times
    ]
    channel = Channel(
        "C4", range(n * len(times)), samples_per_record=n, physical=("-32768", "32767")
    )
    path = tmp_path / "night.edf"
    path.write_bytes(
        Edf(
            [channel, annotations(tals, n_samples=15, bdf=is_bdf)],
            n_records=len(times),
            reserved=reserved,
            record_duration=record_duration,
            bdf=is_bdf,
        ).to_bytes()
    )
    return open_edf(path)


def jitter(width_s: float, n: int = 300) -> NDArray[np.float64]:
    noise = np.random.default_rng(3).uniform(-width_s, width_s, n)
    noise[0] = 0.0
    return noise


def samples(recording: Recording) -> list[float]:
    """All samples that are there, in order."""
    read = recording.signals[0].read(0.0, recording.duration_s)
    return read[np.isfinite(read)].tolist()


@pytest.mark.parametrize(
    ("ppm", "told"),
    [
        (20, ()),
        (50, ()),
        (200, ("the clock of the records runs 200 ppm fast: 0.06 s over 5 min",)),
        (-200, ("the clock of the records runs 200 ppm slow: 0.06 s over 5 min",)),
        (1000, ("the clock of the records runs 1000 ppm fast: 0.3 s over 5 min",)),
        (9000, ("the clock of the records runs 9000 ppm fast: 2.7 s over 5 min",)),
    ],
)
@pytest.mark.parametrize("reserved", ["EDF+D", "BDF+D"])
def test_a_clock_that_drifts_makes_no_gap_and_is_told_once(ppm, told, reserved, tmp_path: Path):
    recording = recorded(RECORDS * (1 + ppm * 1e-6), tmp_path, reserved=reserved)
    assert recording.gaps == ()
    assert (recording.duration_s, recording.n_epochs) == (300.0, 10)
    assert samples(recording) == list(range(1200))
    assert tuple(warning.partition(";")[0] for warning in recording.warnings) == told


def test_drift_is_told_in_hours_of_long_recordings_and_of_long_records(tmp_path: Path):
    recording = recorded(np.arange(960) * 30 * 1.0002, tmp_path, record_duration="30")
    assert recording.gaps == ()
    assert recording.duration_s == 28800.0
    assert recording.warnings == (
        "the clock of the records runs 200 ppm fast: 5.8 s over 8 h; samples were placed by their"
        " number, annotations keep the file's times",
    )


@pytest.mark.parametrize("reserved", ["EDF+D", "EDF+C"])
@pytest.mark.parametrize("width_s", [0.001, 0.01, 0.02])
def test_jitter_makes_no_gap_and_needs_no_word(width_s: float, reserved: str, tmp_path: Path):
    recording = recorded(RECORDS + jitter(width_s), tmp_path, reserved=reserved)
    assert recording.gaps == recording.warnings == ()
    assert recording.duration_s == 300.0
    assert samples(recording) == list(range(1200))


@pytest.mark.parametrize(
    ("record_s", "field", "decimals"), [(1 / 8, "0.125", 2), (1 / 7, "0.142857", 3)]
)
def test_times_rounded_to_milliseconds_make_no_gap(record_s, field, decimals, tmp_path: Path):
    times = np.arange(2100) * record_s
    recording = recorded(times, tmp_path, record_duration=field, decimals=decimals)
    assert recording.gaps == recording.warnings == ()
    assert recording.duration_s == pytest.approx(2100 * record_s, abs=1e-6)


def test_an_interruption_of_50_ms_is_a_gap(tmp_path: Path):
    recording = recorded(RECORDS + 0.05 * (RECORDS >= 100), tmp_path, n=20)
    assert recording.gaps == (Gap(100.0, 100.05),)
    assert recording.duration_s == 300.05
    assert recording.warnings == ()
    assert samples(recording) == list(range(6000))
    np.testing.assert_array_equal(
        recording.signals[0].read(99.95, 100.15), [1999, np.nan, 2000, 2001]
    )


@pytest.mark.parametrize(("step_s", "is_gap"), [(0.024, False), (0.026, True)])
def test_a_step_beyond_what_jitter_does_is_a_gap(step_s: float, is_gap: bool, tmp_path: Path):
    recording = recorded(RECORDS + step_s * (RECORDS >= 100), tmp_path)
    assert bool(recording.gaps) == is_gap
    assert recording.duration_s == pytest.approx(300 + is_gap * step_s)


@pytest.mark.parametrize("ppm", [0, 200, -200])
@pytest.mark.parametrize("width_s", [0.005, 0.01])
@pytest.mark.parametrize("step_s", [0.05, 600.0])
def test_an_interruption_is_found_in_drift_and_jitter(ppm, width_s, step_s, tmp_path: Path):
    times = RECORDS * (1 + ppm * 1e-6) + jitter(width_s) + step_s * (RECORDS >= 150)
    recording = recorded(times, tmp_path)
    (gap,) = recording.gaps
    assert gap.start_s == 150.0
    assert gap.stop_s - gap.start_s == pytest.approx(step_s, abs=0.012)
    assert recording.duration_s == pytest.approx(300 + step_s, abs=0.012)
    assert samples(recording) == list(range(1200))


@pytest.mark.parametrize("each", [1, 2, 10])
@pytest.mark.parametrize("pause_s", [0.05, 0.2])
def test_repeated_interruptions_are_no_drift(each: int, pause_s: float, tmp_path: Path):
    recording = recorded(RECORDS + pause_s * (RECORDS // each), tmp_path)
    lengths_s = [gap.stop_s - gap.start_s for gap in recording.gaps]
    assert len(lengths_s) == 299 // each
    assert lengths_s == pytest.approx([pause_s] * len(lengths_s))
    assert recording.warnings == ()


def test_a_pause_after_each_long_record_is_no_drift(tmp_path: Path):
    recording = recorded(np.arange(20) * 30.2, tmp_path, record_duration="30")
    assert len(recording.gaps) == 19
    assert recording.duration_s == pytest.approx(20 * 30.2 - 0.2)


def test_two_records_tell_no_drift(tmp_path: Path):
    recording = recorded([0, 60.05], tmp_path, record_duration="60")
    assert recording.gaps == (Gap(60.0, 60.05),)


@pytest.mark.parametrize(
    ("record_s", "field", "n", "n_records"),
    [
        (1 / 3, "0.333333", 100, 9000),
        (1 / 128, "0.007812", 2, 38400),
        (100 / 199.8, "0.500501", 100, 40_000),
        (7 / 3.7, "1.891892", 7, 40_000),
    ],
)
@pytest.mark.parametrize("reserved", ["EDF+D", "EDF+C"])
def test_the_times_tell_a_record_duration_that_the_header_rounds(
    record_s, field, n, n_records, reserved, tmp_path: Path
):
    path = tmp_path / "night.edf"
    tals = [f"+{record * record_s:.6f}\x14\x14".encode() for record in range(n_records)]
    channel = Channel("C4", np.zeros(n * n_records, int), samples_per_record=n)
    edf = Edf([channel, annotations(tals, n_samples=10)], n_records, reserved=reserved)
    edf.record_duration = field
    path.write_bytes(edf.to_bytes())
    recording = open_edf(path)
    assert recording.gaps == ()
    assert recording.duration_s == pytest.approx(n_records * record_s, abs=0.001)
    assert recording.n_epochs == int(n_records * record_s / 30 + 1e-6)
    assert recording.signals[0].sampling_rate_hz == pytest.approx(n / record_s, rel=1e-8)
    (warning,) = recording.warnings
    assert warning.startswith(f"the header rounds the record duration to {field} s; by the times")


def test_a_drift_is_no_rounding_of_the_record_duration(tmp_path: Path):
    recording = recorded(RECORDS * 1.0002, tmp_path, record_duration="1.000000")
    assert recording.signals[0].sampling_rate_hz == 4.0
    assert "200 ppm fast" in recording.warnings[0]


@pytest.mark.parametrize(
    ("first", "told"),
    [
        (None, "the first record has no usable time"),
        (864_000.5, "the first record claims to start at 864000.5 s, which was ignored"),
        (5000.0, "the first record claims to start at 5000 s, which was ignored"),
        (-3.0, "the first record claims to start at -3 s, which was ignored"),
    ],
)
@pytest.mark.parametrize("reserved", ["EDF+D", "EDF+C"])
def test_the_next_record_tells_when_the_first_began(first, told, reserved, tmp_path: Path):
    recording = recorded([first, 1.39, 2.39, 3.39], tmp_path, reserved=reserved)
    assert recording.gaps == ()
    assert recording.duration_s == 4.0
    assert recording.start == datetime(2019, 3, 2, 22, 15, 30, 390_000)
    assert recording.warnings == (
        f"{told}; the recording was taken to start 0.39 s after the start time in the header",
    )


def test_a_gap_behind_a_first_record_without_time_stays(tmp_path: Path):
    recording = recorded([None, 8.0, 9.0, 10.0], tmp_path)
    assert recording.gaps == (Gap(1.0, 8.0),)
    assert len(recording.warnings) == 1


@pytest.mark.parametrize(
    ("first_s", "is_believed"), [(864_000.0, True), (864_001.0, False), (-864_001.0, False)]
)
def test_a_start_up_to_ten_days_off_is_believed(first_s, is_believed, tmp_path: Path):
    recording = recorded([first_s], tmp_path)
    moved = recording.start != datetime(2019, 3, 2, 22, 15, 30)
    assert moved == is_believed
    assert len(recording.warnings) == 1


@pytest.mark.parametrize(
    ("times", "start_s", "n_warnings"),
    [
        ([0.0, 1.0, 2.0], 0.0, 0),
        ([0.999, 1.999, 2.999], 0.999, 0),
        ([1.0, 2.0, 3.0], 1.0, 1),
        ([-0.5, 0.5, 1.5], -0.5, 1),
        ([-0.01, 0.99, 1.99], 0.0, 1),
        # Two others that agree, within the jitter, on a start in the first second.
        ([5000, 0.98, 1.98], 0.0, 1),
        ([5000, 1.5, 2.5], 0.5, 1),
        ([5000, 1.5, 2.52], 0.5, 1),
        ([5000, 1.999, 2.999], 0.999, 1),
        ([None, 1.5, 2.5], 0.5, 1),
        ([None, None, 2.5], 0.5, 1),
        ([None, 5.0, 6.0], 0.0, 1),
        ([None, None, None], 0.0, 0),
    ],
)
def test_where_the_first_record_begins(times, start_s, n_warnings, tmp_path: Path):
    recording = recorded(times, tmp_path, reserved="EDF+D" if times[1] == 5.0 else "EDF+C")
    assert (recording.start - datetime(2019, 3, 2, 22, 15, 30)).total_seconds() == start_s
    assert len(recording.warnings) == n_warnings


@pytest.mark.parametrize(
    "times", [[5000, 0.97, 1.97], [5000, 1.5], [5000, 1.5, 2.53], [5000, 2.0, 3.0]]
)
def test_a_first_time_is_believed_where_no_two_contradict_it(times, tmp_path: Path):
    recording = recorded(times, tmp_path, reserved="EDF+C")
    assert (recording.start - datetime(2019, 3, 2, 22, 15, 30)).total_seconds() == 5000.0
    assert "starts 5000 s after the start time" in recording.warnings[0]


@pytest.mark.parametrize(
    ("offsets", "gaps", "told"),
    [
        ({100: -5, 110: 3}, (Gap(110.0, 113.0),), "10 of 300 data records claim to start before"),
        ({100: -5, 114: 3}, (Gap(114.0, 117.0),), "14 of 300 data records claim to start before"),
        ({100: -5, 115: 3}, (Gap(115.0, 123.0),), "records was set back, by 5 s in all"),
        ({100: -5, 105: -8, 110: 2}, (Gap(110.0, 112.0),), "10 of 300 data records claim"),
        ({100: -5, 105: -1}, (), "5 of 300 data records claim"),
        ({295: -5}, (), "5 of 300 data records claim"),
        ({280: -5}, (), "was set back, by 5 s in all"),
        ({100: -5, 200: -8}, (), "was set back, by 8 s in all"),
        ({100: -5, 110: 3, 200: 1, 210: 9}, (Gap(110.0, 113.0), Gap(213.0, 219.0)), "20 of 300"),
    ],
)
def test_clocks_that_were_set_back(offsets, gaps, told: str, tmp_path: Path):
    times = RECORDS.copy()
    for first, offset_s in offsets.items():
        times[first:] = RECORDS[first:] + offset_s
    recording = recorded(times, tmp_path)
    assert recording.gaps == gaps
    (warning,) = recording.warnings
    assert told in warning
    assert samples(recording) == list(range(1200))


@pytest.mark.parametrize(
    ("step_s", "is_told"), [(0.09, False), (0.11, True), (-0.09, False), (-0.11, True)]
)
def test_steps_of_a_continuous_file_are_told_from_a_tenth_of_a_second(
    step_s, is_told, tmp_path: Path
):
    recording = recorded(RECORDS + step_s * (RECORDS >= 150), tmp_path, reserved="EDF+C")
    assert bool(recording.warnings) == is_told
    assert recording.gaps == ()


@pytest.mark.parametrize(("n", "over"), [(200, "over 100 min;"), (240, "over 2 h;")])
def test_over_how_long_a_clock_drifts(n: int, over: str, tmp_path: Path):
    recording = recorded(np.arange(n) * 30 * 1.0002, tmp_path, record_duration="30")
    assert over in recording.warnings[0]


def test_missing_times_in_the_middle_are_counted(tmp_path: Path):
    times = RECORDS + 3.0 * (RECORDS >= 150)
    times[100:150] = np.nan
    recording = recorded(times, tmp_path)
    assert recording.gaps == (Gap(150.0, 153.0),)
    assert recording.warnings == (
        "50 of 300 data records have no usable time; they were put after the one before",
    )


def test_only_the_first_record_has_a_time(tmp_path: Path):
    recording = recorded([0, None, None], tmp_path)
    assert recording.duration_s == 3.0
    assert "holds no record times" in recording.warnings[0]


def test_times_that_are_wrong_for_a_while_make_no_gap(tmp_path: Path):
    times = RECORDS.copy()
    times[50] = 7000
    times[100:103] += 5
    times[200:202] -= 40
    recording = recorded(times, tmp_path)
    assert recording.gaps == ()
    assert recording.duration_s == 300.0
    assert recording.warnings == (
        "6 of 300 data records have no usable time; they were put after the one before",
    )


def test_a_wrong_time_in_a_continuous_file_is_told(tmp_path: Path):
    times = RECORDS.copy()
    times[50] = 7000
    recording = recorded(times, tmp_path, reserved="EDF+C")
    assert recording.warnings == (
        "data record 51 claims to start at 7000 s, but the file calls itself continuous, which"
        " makes it 50 s; that was used",
    )


def test_a_clock_that_was_set_back_loses_neither_samples_nor_later_gaps(tmp_path: Path):
    times = 5000 + RECORDS - 3600.0 * (RECORDS >= 100) + 600.0 * (RECORDS >= 200)
    recording = recorded(times - 5000, tmp_path)
    assert recording.gaps == (Gap(200.0, 800.0),)
    assert samples(recording) == list(range(1200))
    assert recording.warnings == (
        "the clock of the data records was set back, by 3600 s in all; what follows was put"
        " directly after what came before",
    )


def test_drift_of_a_continuous_file_is_told_where_it_matters(tmp_path: Path):
    short = recorded(RECORDS * 1.0002, tmp_path, reserved="EDF+C")
    assert short.warnings == ()
    times = np.arange(960) * 30 * 1.0002
    long = recorded(times, tmp_path, reserved="EDF+C", record_duration="30")
    assert long.duration_s == 28800.0
    assert "200 ppm fast: 5.8 s over 8 h" in long.warnings[0]


def test_times_that_do_not_rise_are_no_drift(tmp_path: Path):
    recording = recorded(np.zeros(300), tmp_path, record_duration="0.005")
    assert recording.gaps == ()
    assert recording.duration_s == 1.5
    assert "differ from their duration" in recording.warnings[-1]


def test_a_clock_of_unknown_times_tells_nothing():
    assert clock.read_clock(np.full(5, np.nan), 1.0) == clock.Clock()
    assert clock.read_clock(np.empty(0), 1.0).drift_per_record_s == 0.0


@pytest.mark.parametrize(
    ("offsets_s", "steps", "wrong", "drift_s"),
    [
        ([0.0] * 5, (), (), 0.0),
        ([0.0, 0.0], (), (), 0.0),
        ([0.0, 0.5], ((1, 0.5),), (), 0.0),
        ([0.0] * 3 + [0.025] * 3, (), (), 0.0),
        ([0.0] * 3 + [0.026] * 3, ((3, 0.026),), (), 0.0),
        ([0.0] * 3 + [-5.0] * 3, ((3, -5.0),), (), 0.0),
        ([0.0] * 3 + [5.0] + [0.0] * 3, (), (3,), 0.0),
        # Off by 0.1 s for a record is no wrong time.
        ([0.0] * 3 + [0.09] + [0.0] * 3, (), (), 0.0),
        ([0.0] * 3 + [0.11] + [0.0] * 3, (), (3,), 0.0),
        # At the end one record tells that the time returned.
        ([0.0] * 3 + [5.0, 0.0], (), (3,), 0.0),
        ([0.0] * 3 + [5.0], ((3, 5.0),), (), 0.0),
        ([0.0] * 20 + [5.0] * 13 + [0.0] * 9, (), tuple(range(20, 33)), 0.0),
        ([0.0] * 20 + [5.0] * 14 + [0.0] * 9, ((20, 5.0), (34, -5.0)), (), 0.0),
        ([np.nan, 0.0, np.nan, 3.0, 3.0], ((3, 3.0),), (), 0.0),
        ([0.001 * i for i in range(10)], (), (), 0.009),
        ([0.001 * i for i in range(10)] + [1 + 0.001 * i for i in range(10, 20)], ((10, 1.0),), (),
         0.019),
        ([0.02 * i for i in range(4)], ((2, 0.04),), (), 0.005),
    ],
)  # fmt: skip
def test_steps_wrong_times_and_drift(offsets_s, steps, wrong, drift_s):
    read = clock.read_clock(np.array(offsets_s), 1.0)
    assert [step.record for step in read.steps] == [record for record, _ in steps]
    assert [step.size_s for step in read.steps] == pytest.approx([size for _, size in steps])
    assert read.wrong == wrong
    assert read.drift_s == pytest.approx(drift_s, abs=1e-9)


def test_span_and_noise_of_a_clock():
    read = clock.read_clock(np.array([np.nan, 0.0, 0.001, 0.0, 0.001, np.nan]), 1.0)
    assert read.span_records == 3
    # Rises of 1, -1 and 1 ms lie 0, 2 and 0 ms from their median.
    assert read.noise_s == 0.0
    read = clock.read_clock(np.array([0.0, 0.001, 0.003, 0.006]), 1.0)
    assert read.noise_s == pytest.approx(1.4826 * 0.001)
    assert read.drift_per_record_s == pytest.approx(read.drift_s / 3)


@pytest.mark.data
def test_the_handed_clocks_make_no_gaps(real_data: Path):
    paths = sorted((real_data / "input_cases" / "71-edfd-drifting-record-clock").glob("*.edf"))
    assert paths
    for path in paths:
        recording = open_edf(path)
        assert recording.gaps == (), path.name
        assert recording.n_epochs == round(recording.duration_s) // 30, path.name
        read = recording.signals[0].read(0.0, recording.n_epochs * 30.0)
        assert np.isfinite(read).all(), path.name
