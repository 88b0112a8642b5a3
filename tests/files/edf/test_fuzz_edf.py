"""Broken bytes of every kind either open or are refused in one sentence."""

import random
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from edf_bytes import Channel, Edf, annotations
from hypothesis import given, settings
from hypothesis import strategies as st

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.recording import Recording
from sleepscorer.files.recordings import open_recording

MAX_MEMORY = 64 * 2**20
SMALL_FILE_BYTES = 60_000
FILE_FIELDS = [
    (8, 80),
    (88, 80),
    (168, 8),
    (176, 8),
    (184, 8),
    (192, 44),
    (236, 8),
    (244, 8),
    (252, 4),
]
CHANNEL_WIDTHS = (16, 80, 8, 8, 8, 8, 8, 80, 8, 32)
NASTY = (
    "0", "-1", "1", "2", "-0", "00000000", "99999999", "-9999999", "9e999", "1e-300", "1e300",
    "nan", "inf", "", "1,5", "0.00001", "3.999999", "EDF+D", "EDF+C", "BDF+D", "uV", "MV",
    "EDF Annotations", "BDF Annotations", "Status", "\xff\xfe", "\0\0\0", "-32768", "32767",
)  # fmt: skip


def timed(*times: str) -> Channel:
    tals = [f"+{t}\x14\x14\0+{t}\x1530\x14Sleep stage W@@C4\x14\0".encode() for t in times]
    return annotations(tals, n_samples=40)


def built_files() -> list[bytes]:
    channels = [
        Channel("C4", range(40), samples_per_record=10),
        Channel("EMG", range(16), unit="mV"),
    ]
    with_gaps = [*channels, timed("0", "1", "5", "6.5")]
    without = [*channels, timed("0.5", "0.6", "0.7", "0.8")]
    bdf_tals = [f"+{t}\x14\x14\0".encode() for t in (0, 1, 4)]
    bdf_channels = [Channel("C4", range(12)), annotations(bdf_tals, n_samples=30, bdf=True)]
    return [
        Edf(with_gaps, n_records=4, reserved="EDF+D").to_bytes(),
        Edf(without, n_records=4, reserved="EDF+C", record_duration="0.1").to_bytes(),
        Edf(channels, n_records=4).to_bytes(),
        Edf(bdf_channels, n_records=3, reserved="BDF+D", bdf=True).to_bytes(),
        Edf([timed("0")], record_duration="0", reserved="EDF+C").to_bytes(),
    ]


BUILT = built_files()


def header_fields(raw: bytes) -> list[tuple[int, int]]:
    """Offset and width of every header field behind the version."""
    n_channels = int(raw[252:256])
    fields = list(FILE_FIELDS)
    offset = 256
    for width in CHANNEL_WIDTHS:
        fields += [(offset + i * width, width) for i in range(n_channels)]
        offset += width * n_channels
    return fields


def broken(raw: bytes, fields: list[tuple[int, int]], chance: random.Random) -> bytes:
    """Break one thing."""
    data = bytearray(raw)
    header_bytes = min(len(data), fields[-1][0] + 32)
    match chance.randrange(7):
        case 0:
            for _ in range(chance.randint(1, 20)):
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        case 1:
            for _ in range(chance.randint(1, 8)):
                data[chance.randrange(header_bytes)] = chance.randrange(256)
        case 2:
            del data[chance.randrange(len(data)) :]
        case 3:
            (one, width), (other, other_width) = chance.sample(fields, 2)
            width = min(width, other_width)
            kept = data[one : one + width]
            data[one : one + width] = data[other : other + width]
            data[other : other + width] = kept
        case 4 | 5:
            for _ in range(chance.randint(1, 3)):
                offset, width = chance.choice(fields)
                text = chance.choice(NASTY).encode("latin-1")[:width]
                data[offset : offset + width] = text.ljust(width)
        case _:
            offset = chance.randrange(len(data))
            data[offset:offset] = chance.randbytes(chance.randint(1, 300))
    return bytes(data)


def exercised(raw: bytes, chance: random.Random, path: Path) -> Recording | None:
    """Open the bytes and read the ends and the middle of each signal."""
    path.write_bytes(raw)
    try:
        recording = open_recording(path)
    except RecordingError as error:
        return None if "\n" not in str(error) else pytest.fail("more than one line")
    assert 0 <= recording.duration_s <= 367 * 86400
    for signal in recording.signals[:20]:
        last = recording.duration_s
        middle = chance.uniform(0, last)
        for start_s, stop_s in (
            (0, 30),
            (last - 30, last),
            (middle, middle + 30),
            (-1e9, -1e9 + 1),
        ):
            samples = signal.read(start_s, stop_s)
            rate_hz = signal.sampling_rate_hz
            assert samples.dtype == np.float32
            assert len(samples) == round(stop_s * rate_hz) - round(start_s * rate_hz)
    return recording


def check_many(raws: list[bytes], seed: int, path: Path) -> None:
    chance = random.Random(seed)
    raw = chance.choice(raws)
    fields = header_fields(raw)
    data = broken(raw, fields, chance)
    if chance.random() < 0.3 and data:
        data = broken(data, fields, chance)
    exercised(data, chance, path)


@pytest.fixture(scope="session")
def fuzzed_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "broken.edf"


@pytest.fixture(scope="session")
def small_cases(real_data: Path) -> Callable[[], list[bytes]]:
    paths = sorted((real_data / "edf_cases").iterdir())
    raws = [p.read_bytes() for p in paths if p.stat().st_size < SMALL_FILE_BYTES]
    # hypothesis prints the arguments of a test; a function is short.
    return lambda: raws


def test_unbroken_files_open(fuzzed_path: Path):
    for raw in BUILT:
        recording = exercised(raw, random.Random(0), fuzzed_path)
        assert recording is not None
        assert recording.warnings == ()


@given(seed=st.integers(0, 2**32))
@settings(max_examples=500, derandomize=True, deadline=2000, database=None)
def test_broken_built_files(seed: int, fuzzed_path: Path):
    check_many(BUILT, seed, fuzzed_path)


@pytest.mark.data
@given(seed=st.integers(0, 2**32))
@settings(max_examples=300, derandomize=True, deadline=2000, database=None)
def test_broken_real_files(seed: int, small_cases: Callable[[], list[bytes]], fuzzed_path: Path):
    check_many(small_cases(), seed, fuzzed_path)


@given(raw=st.binary(max_size=600))
@settings(max_examples=100, derandomize=True, deadline=2000, database=None)
def test_arbitrary_bytes_behind_a_valid_version(raw: bytes, fuzzed_path: Path):
    exercised(b"0       " + raw, random.Random(0), fuzzed_path)


@given(tals=st.lists(st.binary(max_size=80), min_size=4, max_size=4))
@settings(max_examples=200, derandomize=True, deadline=2000, database=None)
def test_arbitrary_annotation_bytes(tals: list[bytes], fuzzed_path: Path):
    channels = [Channel("C4", range(16)), annotations(tals, n_samples=40)]
    edf = Edf(channels, n_records=4, reserved="EDF+D")
    recording = exercised(edf.to_bytes(), random.Random(0), fuzzed_path)
    assert recording is not None
    assert recording.signals[0].n_samples == 16


NUMBERS = st.from_regex(rb"[+-][0-9]{1,7}(\.[0-9]{1,4})?", fullmatch=True)


@given(times=st.lists(NUMBERS, min_size=4, max_size=4))
@settings(max_examples=200, derandomize=True, deadline=2000, database=None)
def test_arbitrary_record_times_lose_no_sample(times: list[bytes], fuzzed_path: Path):
    tals = annotations([time + b"\x14\x14\0" for time in times])
    edf = Edf([Channel("C4", range(1, 17)), tals], n_records=4, reserved="EDF+D")
    recording = exercised(edf.to_bytes(), random.Random(0), fuzzed_path)
    assert recording is not None
    starts = [0.0, *(gap.stop_s for gap in recording.gaps)]
    stops = [*(gap.start_s for gap in recording.gaps), recording.duration_s]
    stretches = [
        recording.signals[0].read(start, stop) for start, stop in zip(starts, stops, strict=True)
    ]
    samples = np.concatenate(stretches)
    # Rounding a stretch's start to the grid may shift its ends out of the range that was read.
    found = set(np.rint(samples[~np.isnan(samples)] * 10).astype(int).tolist())
    assert len(found) >= 16 - len(starts)


def test_memory_stays_bounded(fuzzed_path: Path):
    tracemalloc.start()
    try:
        for seed in range(150):
            check_many(BUILT, seed, fuzzed_path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MAX_MEMORY
