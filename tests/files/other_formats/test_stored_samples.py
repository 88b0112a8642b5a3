"""Stored samples where they lie in time."""

import math
import warnings
from pathlib import Path

import numpy as np
import pytest

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.recording import Gap
from sleepscorer.files.other_formats import samples as stored_samples
from sleepscorer.files.other_formats.channels import (
    Channel,
    check_length,
    checked_rate,
    signals_of,
)
from sleepscorer.files.other_formats.joints import Joint, timeline
from sleepscorer.files.other_formats.samples import (
    FlatFile,
    FlatLayout,
    MemorySamples,
    PlacedSource,
    Scale,
    StoredSamples,
)

NAN = np.nan


def source(gain: float = 1.0, offset: float = 0.0, **more: object) -> PlacedSource:
    """Samples 0 to 9 and 10 to 19 of 10 Hz, the second half a second later."""
    values = np.arange(40, dtype=np.float32).reshape(20, 2) // 2
    times = timeline([Joint(10, 0.5)], n_samples=20, rate_hz=10.0, **more)
    return PlacedSource(MemorySamples(values), 1, times, Scale(gain, offset))


@pytest.mark.parametrize(
    ("start_s", "stop_s", "values"),
    [
        (0.0, 0.3, [0, 1, 2]),
        (0.04, 0.26, [0, 1, 2]),
        (-0.2, 0.1, [NAN, NAN, 0]),
        (0.9, 1.1, [9, NAN]),
        (0.9, 1.6, [9, NAN, NAN, NAN, NAN, NAN, 10]),
        (1.4, 1.7, [NAN, 10, 11]),
        (2.4, 2.7, [19, NAN, NAN]),
        (9.0, 9.2, [NAN, NAN]),
        (0.5, 0.5, []),
        (0.5, 0.2, []),
    ],
)
def test_samples_lie_where_the_pieces_do(start_s, stop_s, values):
    read = source().read(start_s, stop_s)
    assert read.dtype == np.float32
    np.testing.assert_array_equal(read, values)


def test_what_was_skipped_is_no_sample_though_it_is_stored():
    read = source(skips=[Gap(0.2, 0.4)]).read(0.1, 0.6)
    np.testing.assert_array_equal(read, [1, NAN, NAN, 4, 5])
    np.testing.assert_array_equal(source(skips=[Gap(0.2, 0.4)]).read(0.3, 0.6), [NAN, 4, 5])
    np.testing.assert_array_equal(source(skips=[Gap(0.2, 0.4)]).read(0.5, 0.7), [5, 6])


def test_gain_and_offset():
    np.testing.assert_array_equal(source(-2.0, 3.0).read(0.1, 0.3), [1, -1])


@pytest.mark.parametrize("gain", [1.0, 1e30, 1e300])
@pytest.mark.parametrize("kind", ["multiplexed", "vectorized", "memory"])
def test_damaged_values_are_read_without_a_word_of_numpy(kind, gain, tmp_path: Path):
    # A signalling NaN, and the largest float.
    content = b"\x01\x00\x80\x7f" + np.float32(3e38).tobytes()
    path = tmp_path / "night.eeg"
    path.write_bytes(content)
    stored: StoredSamples = FlatFile(
        path, FlatLayout(np.dtype("<f4"), 1, 2, 0, kind == "multiplexed")
    )
    if kind == "memory":
        stored = MemorySamples(np.frombuffer(content, "<f4")[:, None])
    times = timeline([], n_samples=2, rate_hz=10.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read = PlacedSource(stored, 0, times, Scale(gain)).read(0.0, 0.2)
    np.testing.assert_array_equal(read, [NAN, np.float32(3e38) if gain == 1 else np.inf])


@pytest.mark.parametrize("times", [(math.nan, 1.0), (0.0, math.inf), (-math.inf, 1.0)])
def test_times_that_are_none_are_refused(times):
    with pytest.raises(ValueError, match="must be finite"):
        source().read(*times)


def flat(path: Path, *, is_multiplexed: bool, offset: int = 3) -> FlatFile:
    """Channels 0 to 2 of 8 samples: 100 * channel + sample."""
    table = 100 * np.arange(3)[:, None] + np.arange(8)
    table = table.T if is_multiplexed else table
    path.write_bytes(bytes(offset) + np.ascontiguousarray(table, "<i4").tobytes())
    return FlatFile(path, FlatLayout(np.dtype("<i4"), 3, 8, offset, is_multiplexed))


@pytest.mark.parametrize("block_bytes", [2**20, 36, 1])
@pytest.mark.parametrize("is_multiplexed", [True, False])
def test_flat_files_are_read_in_blocks_of_any_size(
    is_multiplexed, block_bytes, tmp_path: Path, monkeypatch
):
    monkeypatch.setattr(stored_samples, "_BLOCK_BYTES", block_bytes)
    file = flat(tmp_path / "night.eeg", is_multiplexed=is_multiplexed)
    for begin, end in ((0, 8), (2, 7), (5, 6), (0, 3), (6, 8), (1, 8)):
        for channel in (0, 2):
            read = file.stored(channel, begin, end)
            np.testing.assert_array_equal(read, 100 * channel + np.arange(begin, end))


@pytest.mark.parametrize("step", [1, 5, 24, 1000])
def test_a_channel_kept_while_the_file_goes_by_is_the_one_read(
    step, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "night.eeg"
    file = flat(path, is_multiplexed=True)
    content = path.read_bytes()
    assert file.keep(2)
    for offset in range(0, len(content), step):
        file.take(offset, content[offset : offset + step])
    read = file.stored(0, 1, 7)
    monkeypatch.setattr(stored_samples, "read_bytes", None)
    np.testing.assert_array_equal(file.stored(2, 1, 7), 200 + read)
    monkeypatch.undo()
    file.let_go()
    np.testing.assert_array_equal(file.stored(2, 1, 7), 200 + read)
    # One after the other they are read by themselves: nothing is saved.
    assert not flat(path, is_multiplexed=False).keep(2)


def test_a_page_is_read_once_for_all_its_channels(tmp_path: Path, monkeypatch):
    file = flat(tmp_path / "night.eeg", is_multiplexed=True)
    reads = []
    real = stored_samples.read_bytes
    monkeypatch.setattr(
        stored_samples, "read_bytes", lambda *where: (reads.append(where[1:]), real(*where))[1]
    )
    for channel in range(3):
        file.stored(channel, 2, 6)
    file.stored(0, 3, 5)
    assert reads == [(3 + 2 * 12, 4 * 12)]
    file.stored(0, 1, 5)
    file.stored(0, 1, 6)
    assert reads[1:] == [(3 + 12, 4 * 12), (3 + 12, 5 * 12)]


def test_a_file_that_became_shorter_is_told(tmp_path: Path):
    path = tmp_path / "night.eeg"
    file = flat(path, is_multiplexed=True)
    path.write_bytes(path.read_bytes()[:-1])
    assert file.stored(0, 0, 7).tolist() == list(range(7))
    with pytest.raises(RecordingError, match=r"its samples can't be read: .*shorter") as caught:
        file.stored(0, 0, 8)
    assert caught.value.path == path


def test_signals_of_channels():
    values = np.arange(1, 7, dtype=np.float32)[None, :].repeat(4, axis=0)
    times = timeline([], n_samples=4, rate_hz=2.0)
    channels = [
        Channel("C4", "mV", Scale(2.0, 1.0)),
        Channel("SpO2", "%", Scale(2.0, 1.0)),
        Channel("C4", "uV", Scale(1.0)),
        Channel("Trig", "uV", Scale(1.0), fault="codes"),
        Channel("", "V", Scale(1.0), stored_unit=""),
        Channel("Trig", "uV", Scale(1.0), stored_unit="nV"),
    ]
    signals, quarantined = signals_of(channels, MemorySamples(values), times)
    assert [
        (s.label, s.unit, s.stored_unit, s.sampling_rate_hz, s.n_samples, s.read(0, 0.5).tolist())
        for s in signals
    ] == [
        ("C4", "uV", "mV", 2.0, 4, [3000.0]),
        ("SpO2", "%", "%", 2.0, 4, [5.0]),
        ("channel 5", "uV", "", 2.0, 4, [5e6]),
        ("Trig", "uV", "nV", 2.0, 4, [6.0]),
    ]
    assert [(q.label, q.reason) for q in quarantined] == [
        ("C4", "an earlier channel has the same label"),
        ("Trig", "codes"),
    ]


@pytest.mark.parametrize(
    ("rate_hz", "message"),
    [
        (None, "not tell the sampling rate: it says 'x'"),
        (0.0, "the sampling rate 0 Hz"),
        (-1.0, "the sampling rate -1 Hz"),
        (100_001.0, "the sampling rate 100001 Hz"),
    ],
)
def test_rates_that_no_recording_has(rate_hz, message):
    with pytest.raises(RecordingError, match=message):
        checked_rate(rate_hz, Path("night.lay"), stated="x")
    assert checked_rate(1e5, Path("night.lay")) == 1e5
    assert checked_rate(0.01, Path("night.lay")) == 0.01


def test_lengths_that_no_recording_has():
    check_length(864_000.0, Path("night.lay"))
    with pytest.raises(RecordingError, match="11 days long"):
        check_length(950_400.0, Path("night.lay"))
    with pytest.raises(RecordingError, match="days long"):
        check_length(864_000.1, Path("night.lay"))
