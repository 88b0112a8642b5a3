"""The clock times of a table, as programs and spreadsheets of any country write them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sleepscorer.core.errors import ScoringError
from sleepscorer.files.edf import UNKNOWN_START

_TIME = re.compile(
    r"(?P<h>\d{1,2}):(?P<m>\d\d)(:(?P<s>\d\d)([.,](?P<f>\d{1,9}))?)?\s*(?P<half>[ap]\.?m\.?)?",
    re.ASCII | re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:T|,?\s+)(.+)", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d\d),?\s+(.+)", re.ASCII)
_LONGEST = timedelta(days=11)
_DAY = timedelta(days=1)
# Two digits of a year are of this century up to here, as in EDF's headers.
_CENTURY = 85


@dataclass(frozen=True)
class ClockColumn:
    """When the rows of a table start.

    Parameters
    ----------
    moments
        Local times; of the withheld date of EDF, 1 January 1985, where the dates are unknown.
    has_date
        The dates are known.
    has_seconds
        Not all were cut to minutes, as a spreadsheet shows them.
    note
        What had to be decided; empty for nothing.
    """

    moments: tuple[datetime, ...]
    has_date: bool
    has_seconds: bool
    note: str = ""


@dataclass(frozen=True)
class _Cell:
    line: int
    text: str
    time: time
    has_seconds: bool
    year: int | None = None
    first: int = 0
    second: int = 0
    is_day_first: bool | None = None

    def moment(self, *, day_first: bool) -> datetime | None:
        """Return the date and time, None where no calendar has that day."""
        day, month = (self.first, self.second) if day_first else (self.second, self.first)
        try:
            return datetime(self.year or 0, month, day).replace(
                hour=self.time.hour,
                minute=self.time.minute,
                second=self.time.second,
                microsecond=self.time.microsecond,
            )
        except ValueError:
            return None


def clock_column(cells: Sequence[tuple[int, str]]) -> ClockColumn:
    """Read the cells of a column as dates and times, or times of day.

    ISO 8601, ``22:30:15``, ``10:30:15 PM``, ``24.12.2025 22:30:15`` (the day first), and
    ``24/12/2025 22:30``, of which all rows together must tell what is the day.

    Parameters
    ----------
    cells
        The number of the line and the cell of each row.

    Raises
    ------
    ScoringError
        If a cell is no clock time, or some have a date and others don't, naming the line.
    """
    found = [_cell(line, text) for line, text in cells]
    dated = found[0].year is not None
    for cell in found:
        if (cell.year is not None) != dated:
            raise ScoringError(f"line {cell.line}: some clock times have a date and others don't")
    has_seconds = any(cell.has_seconds for cell in found)
    if not dated:
        return ClockColumn(_unwrapped(found), has_date=False, has_seconds=has_seconds)
    readings = [
        moments
        for day_first in _orders(found)
        if (moments := _dated(found, day_first=day_first)) is not None
    ]
    if not readings:
        raise ScoringError(f"line {found[0].line}: {found[0].text[:40]!r} is no date of a night")
    if len(set(readings)) > 1:
        note = f"the date of {found[0].text[:40]!r} can be read in two ways and was left out"
        return ClockColumn(_unwrapped(found), False, has_seconds, note)
    return ClockColumn(readings[0], has_date=True, has_seconds=has_seconds)


def _cell(line: int, text: str) -> _Cell:
    text = text.strip()
    if match := _TIME.fullmatch(text):
        if (of_day := _time(match)) is not None:
            return _Cell(line, text, of_day, match["s"] is not None)
    elif match := _YEAR_FIRST.fullmatch(text):
        year, _, month, day, rest = match.groups()
        time_match = _TIME.fullmatch(rest)
        if time_match and (of_day := _time(time_match)) is not None:
            has_seconds = time_match["s"] is not None
            return _Cell(line, text, of_day, has_seconds, int(year), int(day), int(month), True)
    elif match := _YEAR_LAST.fullmatch(text):
        first, mark, second, year, rest = match.groups()
        time_match = _TIME.fullmatch(rest)
        if time_match and (of_day := _time(time_match)) is not None:
            has_seconds = time_match["s"] is not None
            whole = int(year) if len(year) == 4 else _century(int(year))
            # Nobody writes the month first with points between.
            is_day_first = True if mark == "." else None
            return _Cell(
                line, text, of_day, has_seconds, whole, int(first), int(second), is_day_first
            )
    raise ScoringError(
        f"line {line}: {text[:40]!r} is no clock time",
        hint="expected hh:mm:ss or YYYY-MM-DD hh:mm:ss, local time without a zone",
    )


def _century(year: int) -> int:
    return 1900 + year if year >= _CENTURY else 2000 + year


def _time(match: re.Match[str]) -> time | None:
    hour, half = int(match["h"]), (match["half"] or "").casefold()[:1]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    fraction = (match["f"] or "0")[:6].ljust(6, "0")
    try:
        return time(hour, int(match["m"]), int(match["s"] or 0), int(fraction))
    except ValueError:
        return None


def _orders(cells: Sequence[_Cell]) -> tuple[bool, ...]:
    if any(cell.is_day_first for cell in cells):
        return (True,)
    return (True, False)


def _dated(cells: Sequence[_Cell], *, day_first: bool) -> tuple[datetime, ...] | None:
    """Return the moments, None where they can't be those of one recording."""
    moments: list[datetime] = []
    for cell in cells:
        moment = cell.moment(day_first=day_first)
        if moment is None or (moments and not -_LONGEST < moment - moments[0] < _LONGEST):
            return None
        moments.append(moment)
    return tuple(moments)


def _unwrapped(cells: Sequence[_Cell]) -> tuple[datetime, ...]:
    """Return times of day one after the other, past midnight on the next day."""
    moments: list[datetime] = []
    for cell in cells:
        moment = datetime.combine(UNKNOWN_START, cell.time)
        if moments and (before := moments[-1] - moment - _DAY / 2) > timedelta(0):
            moment += -(-before // _DAY) * _DAY
        moments.append(moment)
    return tuple(moments)
