"""What headings mean, and cells as numbers: by tables."""

import pytest

from sleepscorer.core.errors import ScoringError
from sleepscorer.files.scorings.table_columns import (
    Column,
    Role,
    length_of,
    number_of,
    numbers_of,
)


@pytest.mark.parametrize(
    ("heading", "role", "unit_s"),
    [
        ("stage", Role.STAGE, 1.0),
        ('"Sleep Stage"', Role.STAGE, 1.0),
        ("Epoch", Role.EPOCH, 1.0),
        ("epoch_no", Role.EPOCH, 1.0),
        ("#", Role.ROW, 1.0),
        ("Unnamed: 0", Role.ROW, 1.0),
        ("onset", Role.START, 1.0),
        ("start_s", Role.START, 1.0),
        ("Start [s]", Role.START, 1.0),
        ("start (ms)", Role.START, 1e-3),
        ("Début", Role.START, 1.0),
        ("seconds", Role.START, 1.0),
        ("min", Role.OTHER, 1.0),
        ("h", Role.OTHER, 1.0),
        ("ms", Role.OTHER, 1.0),
        ("end_min", Role.END, 60.0),
        ("duration_hours", Role.DURATION, 3600.0),
        ("time", Role.CLOCK, 1.0),
        ("time_s", Role.CLOCK, 1.0),
        ("Time [hh:mm:ss]", Role.CLOCK, 1.0),
        ("Datum", Role.DATE, 1.0),
        ("Rater", Role.SCORER, 1.0),
        ("participant_id", Role.NIGHT, 1.0),
        # "epoch_s" has words of a place and is none that is known.
        ("epoch_s", Role.OTHER_PLACE, 1.0),
        ("onset sample", Role.OTHER_PLACE, 1.0),
        ("second rater", Role.OTHER_PLACE, 1.0),
        ("reaction time", Role.OTHER_PLACE, 1.0),
        ("confidence", Role.OTHER, 1.0),
        ("p_n2", Role.OTHER, 1.0),
    ],
)
def test_headings(heading, role, unit_s):
    column = Column.headed(3, heading)
    assert (column.role, column.unit_s, column.heading) == (role, unit_s, heading)


def test_a_first_column_without_heading_numbers_the_rows():
    assert Column.headed(0, "").role is Role.ROW
    assert Column.headed(1, "").role is Role.OTHER


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("30", 30.0),
        (" 30.5 ", 30.5),
        ("30,5", 30.5),
        ("-1", -1.0),
        ("+1", 1.0),
        (".5", 0.5),
        ("30.", 30.0),
        ("1e3", 1000.0),
        ("1.230,5", 1230.5),
        ("1,230.5", 1230.5),
        ("12.345.678,9", 12_345_678.9),
        # A point or comma alone is that of decimals.
        ("1.230", 1.23),
        ("1,230", 1.23),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("1,2,3", None),
        ("30 s", None),
        ("٣٠", None),
        ("1e9999", None),
    ],
)
def test_numbers(cell, number):
    assert number_of(cell) == number


@pytest.mark.parametrize(
    ("cell", "hours", "seconds"),
    [
        ("0 days 00:00:30", False, 30.0),
        ("1 day, 0:01:30.5", False, 86_490.5),
        ("2 days", False, 172_800.0),
        ("0:01:30", True, 90.0),
        ("100:00:00,5", True, 360_000.5),
        # A time of the day, where nothing says that it is a length.
        ("0:01:30", False, None),
        ("0:61:30", True, None),
        ("1:30", True, None),
        ("", True, None),
    ],
)
def test_lengths_of_time(cell, hours, seconds):
    assert length_of(cell, hours=hours) == seconds
    if not hours:
        assert length_of(cell) == seconds


def test_numbers_of_a_column_are_in_seconds():
    column = Column.headed(0, "end_min")
    assert numbers_of(column, [(2, "1"), (3, "1,5"), (4, "0 days 00:01:00")]) == [60.0, 90.0, 60.0]
    assert numbers_of(Column.headed(0, "onset"), [(2, "10000000")]) == [1e7]
    for cell, message in (
        ("10000001", "line 2: onset is 10000001, which no time"),
        ("x", "line 2: onset is not a number but 'x'"),
    ):
        with pytest.raises(ScoringError, match=message):
            numbers_of(Column.headed(0, "onset"), [(2, cell)])
