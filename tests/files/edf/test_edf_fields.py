"""Single fields of the EDF header."""

from datetime import datetime

import pytest

from sleepscorer.files.edf.fields import (
    field_integer,
    field_number,
    field_text,
    header_start,
    microvolts_per,
)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"EEG C4-M1       ", "EEG C4-M1"),
        (b"Imp\xc3\xa9dance      ", "Impédance"),
        (b"Imp\xe9dance       ", "Impédance"),
        (b"\xb5V      ", "µV"),
        (b"C4\0rubbish\xff\xfe", "C4"),
        (b"\0\0C4\0\0", "C4"),
        (b"a\x07b", "a\ufffdb"),
        (b"   ", ""),
    ],
)
def test_text(raw: bytes, text: str):
    assert field_text(raw) == text


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("-3276.8", -3276.8),
        ("0,0032", 0.0032),
        (".5", 0.5),
        ("1E+3", 1000.0),
        ("5.", 5.0),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("9e999", None),
        ("1_0", None),
        ("0x10", None),
        ("1 2", None),
        ("٣", None),
    ],
)
def test_number(text: str, number: float | None):
    assert field_number(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("200", 200),
        ("200.0", 200),
        ("-1", -1),
        ("1.5", None),
        ("x", None),
        ("9e99", None),
        ("99999999", 99_999_999),
        ("-99999999", -99_999_999),
        ("1e8", None),
        ("-1e8", None),
    ],
)
def test_integer(text: str, number: int | None):
    assert field_integer(text) == number


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("uV", 1.0),
        ("UV", 1.0),
        ("u V", 1.0),
        ("µV", 1.0),
        ("μV", 1.0),
        ("microV", 1.0),
        ("µVolt", 1.0),
        ("millivolt", 1e3),
        ("nanovolts", 1e-3),
        ("m volt", 1e3),
        ("mV", 1e3),
        ("MV", 1e3),
        ("V", 1e6),
        ("volts", 1e6),
        ("nV", 1e-3),
        ("%", None),
        ("V/s", None),
        ("uV^2", None),
        ("mmHg", None),
        ("", None),
        ("?V", None),
    ],
)
def test_voltages(unit: str, factor: float | None):
    assert microvolts_per(unit) == factor


@pytest.mark.parametrize(
    ("date", "time", "recording", "start"),
    [
        ("24.04.89", "16.13.00", "", datetime(1989, 4, 24, 16, 13)),
        ("01.01.85", "00.00.00", "", datetime(1985, 1, 1)),
        ("01.01.00", "00.00.00", "", datetime(2000, 1, 1)),
        ("1/2-99", "7:8 9", "", datetime(1999, 2, 1, 7, 8, 9)),
        # Dates that the recording field can't mean are not looked at.
        ("02.03.19", "22.15.30", "Startdate 02-MAR-1899", datetime(2019, 3, 2, 22, 15, 30)),
        ("02.03.19", "22.15.30", "Startdate 02-MAR-2200", datetime(2019, 3, 2, 22, 15, 30)),
        ("02.03.19", "22.15.30", "Startdate 03-MAR-20199", datetime(2019, 3, 2, 22, 15, 30)),
        ("02.03.19", "22.15.30", "Startdate 03-MRZ-2019", datetime(2019, 3, 2, 22, 15, 30)),
        ("02.03.19", "22.15.30", "startdate  02-mar-2119", datetime(2119, 3, 2, 22, 15, 30)),
        ("31.12.00", "22.15.30", "Startdate 31-DEC-1900", datetime(1900, 12, 31, 22, 15, 30)),
        ("31.12.84", "23.59.59", "", datetime(2084, 12, 31, 23, 59, 59)),
        ("02:03:19", "22:15:30", "", datetime(2019, 3, 2, 22, 15, 30)),
        ("02.03.19", "22.15.30", "Startdate 02-MAR-2019 X X X", datetime(2019, 3, 2, 22, 15, 30)),
        # The full year decides the century and nothing else does.
        ("02.03.90", "22.15.30", "Startdate 02-MAR-2090 X", datetime(2090, 3, 2, 22, 15, 30)),
        ("02.03.19", "22.15.30", "Startdate X X X X", datetime(2019, 3, 2, 22, 15, 30)),
    ],
)
def test_valid_start(date: str, time: str, recording: str, start: datetime):
    assert header_start(date, time, recording) == (start, [])


@pytest.mark.parametrize(
    ("date", "time", "recording", "start", "warning"),
    [
        ("00.00.00", "22.15.30", "", None, "'00.00.00' in the header is not a date"),
        ("31.02.20", "22.15.30", "Startdate X X", None, "'31.02.20' in the header is not a date"),
        ("XX", "22.15.30", "Startdate 30-FEB-2020", None, "'XX' in the header is not a date"),
        (
            "yy.mm.dd",
            "22.15.30",
            "Startdate 02-mar-2019 X",
            datetime(2019, 3, 2, 22, 15, 30),
            "2019-03-02 was taken from the recording field",
        ),
        ("02.03.19", "26.00.99", "Startdate 02-MAR-2019", None, "'26.00.99' in the header is not"),
        ("02.03.19", "22.15", "", None, "'22.15' in the header is not a time"),
        (
            "02.03.19",
            "22.15.30",
            "Startdate 02-APR-2019",
            datetime(2019, 3, 2, 22, 15, 30),
            "its recording field as 2019-04-02",
        ),
        (
            "02.03.19",
            "22.15.30",
            "Startdate 05-MAR-2019",
            datetime(2019, 3, 2, 22, 15, 30),
            "its recording field as 2019-03-05",
        ),
    ],
)
def test_odd_start_is_reported(date, time, recording, start, warning):
    found, warnings = header_start(date, time, recording)
    assert found == start
    assert len(warnings) == 1
    assert warning in warnings[0]
