"""When a recording began, in the spellings of other programs."""

from datetime import datetime

import pytest

from sleepscorer.files.scorings.start_times import moment_of, start_of

NIGHT = datetime(2019, 3, 4, 22, 40)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2019-03-04T22:40:00", NIGHT),
        (" 2019-03-04 22:40:00 ", NIGHT),
        ("2019-03-04T22:40:00.1234567", NIGHT.replace(microsecond=123456)),
        ("2019-03-04T22:40:00,5", NIGHT.replace(microsecond=500000)),
        ("2019-03-04T22:40:00Z", None),
        ("2019-03-04T22:40:00+01:00", None),
        ("2019-02-30T22:40:00", None),
        ("2019-03-04T24:40:00", None),
        ("0001-01-01T00:00:00", None),
        ("9999-12-31T23:59:59", None),
        ("22:40:00", None),
        ("", None),
    ],
)
def test_a_moment_is_local_and_complete_or_none(text, moment):
    assert moment_of(text) == moment


@pytest.mark.parametrize(
    ("text", "start", "notes"),
    [
        ("2019-03-04T22:40:00.0000000", NIGHT, 0),
        ("04.03.19 22.40.00", NIGHT, 0),
        ("04.03.2019 22:40:00", NIGHT, 0),
        ("13/04/2019 22:40:00", datetime(2019, 4, 13, 22, 40), 0),
        ("03/04/2019 22:40:00", datetime(1985, 1, 1, 22, 40), 1),
        ("22:40:00", datetime(1985, 1, 1, 22, 40), 1),
        ("22.40.00", datetime(1985, 1, 1, 22, 40), 1),
        ("10:40:00 PM", datetime(1985, 1, 1, 22, 40), 1),
        ("04.03.0019 22.40.00", None, 1),
        ("04.03.19 22.60.00", None, 1),
        ("2019-03-04T22:40:00Z", None, 1),
        ("now", None, 1),
        ("00.00.00 00.00.00", None, 0),
        ("", None, 0),
    ],
)
def test_a_start_is_never_guessed(text, start, notes):
    found, said = start_of(text)
    assert (found, len(said)) == (start, notes)
