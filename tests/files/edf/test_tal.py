"""Time-stamped annotation lists, read and written."""

import string
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sleepscorer.files.edf.tal import Tal, encode_tal, parse_tals, split_channel, time_alone


def test_timekeeping_and_annotations_are_told_apart():
    tals, n_damaged = parse_tals(
        b"+567\x14\x14\0+567.5\x1530\x14Sleep stage W\x14\0-0.25\x14Lights off\x14Door\x14\0\0\0"
    )
    assert n_damaged == 0
    assert tals == [
        Tal(Decimal("567"), None, ("",)),
        Tal(Decimal("567.5"), Decimal("30"), ("Sleep stage W",)),
        Tal(Decimal("-0.25"), None, ("Lights off", "Door")),
    ]
    assert [tal.is_timekeeping for tal in tals] == [True, False, False]


def test_timekeeping_tal_may_carry_an_annotation():
    (tal,), _ = parse_tals(b"+0.8\x14\x14Test2\x14\0")
    assert tal.is_timekeeping
    assert tal.texts == ("", "Test2")


def test_onsets_are_exact_decimals():
    (tal,), _ = parse_tals(b"+86399.1234567\x150.1\x14x\x14\0")
    assert tal.onset == Decimal("86399.1234567")
    assert tal.duration == Decimal("0.1")


def test_text_is_utf8_else_latin1_and_keeps_line_feeds():
    tals, n_damaged = parse_tals("+1\x14仰卧\nSchläft\x14\0".encode() + b"+2\x14\xe9veil\r\n\x14\0")
    assert [tal.texts[0] for tal in tals] == ["仰卧\nSchläft", "éveil\r\n"]
    assert n_damaged == 0


@pytest.mark.parametrize(
    "rubbish",
    [
        b"garbage",
        b"5\x14no sign\x14",
        b"+1e5\x14x\x14",
        b"+\x14x\x14",
        b"+1,5\x14x\x14",
        b"\xff\xfe",
    ],
)
def test_rubbish_is_skipped_and_counted(rubbish: bytes):
    tals, n_damaged = parse_tals(b"+0\x14\x14\0" + rubbish + b"\0+3\x14good\x14\0")
    assert n_damaged == 1
    assert [tal.texts for tal in tals] == [("",), ("good",)]


def test_annotation_cut_off_at_the_end_is_kept_and_counted():
    tals, n_damaged = parse_tals(b"+4\x1510\x14Obstructive ap")
    assert tals == [Tal(Decimal(4), Decimal(10), ("Obstructive ap",))]
    assert n_damaged == 1


@pytest.mark.parametrize(
    ("row", "time_s"),
    [
        (b"+1.5\x14\x14", 1.5),
        (b"-2.\x14\x14\0\0", -2.0),
        (b"+999999999999\x14\x14", 999_999_999_999.0),
        (b"+1\x14\x14\0+2\x14x\x14", None),
        (b"+1\x14x\x14", None),
        (b"+1\x14", None),
        (b"1\x14\x14", None),
        (b"+1234567890123\x14\x14", None),
        (b"", None),
    ],
)
def test_the_time_of_a_record_that_holds_nothing_else(row: bytes, time_s: float | None):
    assert time_alone(row) == time_s


@pytest.mark.parametrize(
    ("data", "duration"),
    [
        (b"+1\x15\x14x\x14", None),
        (b"+1.\x152.\x14x\x14", Decimal(2)),
        (b"+1\x15999999999999\x14x\x14", Decimal(999_999_999_999)),
    ],
)
def test_durations(data: bytes, duration: Decimal | None):
    assert parse_tals(data) == ([Tal(Decimal(1), duration, ("x",))], 0)


def test_absurd_number_of_digits_is_damage():
    assert parse_tals(b"+" + b"9" * 5000 + b"\x14x\x14\0") == ([], 1)


@given(st.binary(max_size=80))
@settings(max_examples=200, derandomize=True, deadline=None)
def test_any_bytes_are_parsed_without_error(data: bytes):
    tals, n_damaged = parse_tals(data)
    assert 0 <= len(tals) + n_damaged <= 2 * len(data)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EEG arousal@@EEG C4-M1", ("EEG arousal", "EEG C4-M1")),
        ("a@@b@@EMG RAT", ("a@@b", "EMG RAT")),
        ("Lights off", ("Lights off", None)),
        ("@@EMG", ("@@EMG", None)),
        ("text@@", ("text@@", None)),
        ("name@host", ("name@host", None)),
    ],
)
def test_channel_suffix_is_split_off(text: str, expected: tuple[str, str | None]):
    assert split_channel(text) == expected


@pytest.mark.parametrize(
    ("onset_s", "duration_s", "expected"),
    [
        (0, None, b"+0"),
        (-0.0, 0.0, b"+0\x150"),
        (0.1, 30.0, b"+0.1\x1530"),
        (1e-7, None, b"+0.0000001"),
        (1e16, 1e22, b"+10000000000000000\x1510000000000000000000000"),
        (-1.5, None, b"-1.5"),
        (28770.0, 100, b"+28770\x15100"),
        (Decimal("0.3945310"), Decimal("1E+2"), b"+0.394531\x15100"),
        (np.float64(12.5), np.float32(0.5), b"+12.5\x150.5"),
        (Decimal("-0.00"), None, b"+0"),
    ],
)
def test_times_are_written_as_plain_decimals(onset_s, duration_s, expected: bytes):
    assert encode_tal(onset_s, duration_s, ("W",)) == expected + b"\x14W\x14\0"


def test_timekeeping_tal_is_written_by_an_empty_text():
    assert encode_tal(5, None, ("",)) == b"+5\x14\x14\0"


@pytest.mark.parametrize(
    ("onset_s", "duration_s", "texts"),
    [
        (float("nan"), None, ("x",)),
        (float("inf"), None, ("x",)),
        (0.0, float("nan"), ("x",)),
        (0.0, -1.0, ("x",)),
        (0.0, None, ()),
        (0.0, None, ("a\x14b",)),
        (0.0, None, ("a\0b",)),
        (0.0, None, ("a\x15b",)),
    ],
)
def test_what_a_tal_cannot_hold_is_refused(onset_s, duration_s, texts):
    with pytest.raises(ValueError, match=r"finite|negative|text|control"):
        encode_tal(onset_s, duration_s, texts)


@given(
    onset_s=st.floats(-1e9, 1e9),
    duration_s=st.none() | st.floats(0, 1e9),
    texts=st.lists(st.text(st.sampled_from(string.printable + "äé仰@\n")), min_size=1, max_size=3),
)
@settings(max_examples=200, derandomize=True, deadline=None)
def test_what_is_written_reads_back_equal(onset_s, duration_s, texts):
    (tal,), n_damaged = parse_tals(encode_tal(onset_s, duration_s, texts))
    assert n_damaged == 0
    assert float(tal.onset) == onset_s
    assert (None if tal.duration is None else float(tal.duration)) == duration_s
    assert tal.texts == tuple(texts)
