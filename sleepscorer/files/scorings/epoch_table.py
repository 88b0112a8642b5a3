"""Our table of epochs: one row an epoch, with its stage and the time it starts."""

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

import numpy as np

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.files.scorings.labels import stage_of_word

_DELIMITERS = ",;\t"
_DAY_S = 86_400.0
# Clock times of a recording with a sub-second start may be rounded to seconds.
_CLOCK_TOLERANCE_S = 1.0
_START_TOLERANCE_S = 0.5
# The date that EDF's rules give to a recording whose date is withheld.
_NO_DATE = datetime(1985, 1, 1)

_Row = tuple[int, dict[str, str]]


def is_epoch_table(lines: Sequence[str]) -> bool:
    """Tell whether the first line names columns, ``stage`` among them."""
    columns = _columns(lines)
    return len(columns) > 1 and "stage" in columns


def read_epoch_table(lines: Sequence[str]) -> Scoring:
    """Read the table; of its columns ``stage``, ``epoch``, ``start_s`` and ``clock`` are used.

    The start is known where there is a ``clock``: a date and time in ISO 8601, or a time of day,
    which gets the date 1 January 1985 and a note.

    Raises
    ------
    ScoringError
        If a row is no stage, or does not continue the one before, naming the line.
    """
    rows = list(_rows(lines))
    if not rows:
        raise ScoringError("the table has no rows")
    stages = [_stage(row, number) for number, row in rows]
    for index, (number, row) in enumerate(rows):
        _check_place(row, number, index)
    start, notes = _start(rows)
    return Scoring(Hypnogram(np.array(stages, dtype=np.int8)), start=start, notes=notes)


def _delimiter(lines: Sequence[str]) -> str:
    header = lines[0] if lines else ""
    return max(_DELIMITERS, key=header.count)


def _columns(lines: Sequence[str]) -> list[str]:
    header = lines[0] if lines else ""
    return [name.strip().strip('"').casefold() for name in header.split(_delimiter(lines))]


def _rows(lines: Sequence[str]) -> Iterator[_Row]:
    columns = _columns(lines)
    reader = csv.reader(lines[1:], delimiter=_delimiter(lines))
    try:
        for cells in reader:
            number = reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(columns):
                raise ScoringError(
                    f"line {number} has {len(cells)} columns instead of {len(columns)}"
                )
            yield number, dict(zip(columns, (cell.strip() for cell in cells), strict=True))
    except csv.Error as error:
        raise ScoringError(f"line {reader.line_num + 1} is no row of a table: {error}") from error


def _stage(row: dict[str, str], number: int) -> Stage:
    return stage_of_word(row["stage"], number)


def _check_place(row: dict[str, str], number: int, index: int) -> None:
    """Refuse rows that were deleted, doubled or sorted: epochs would change their time."""
    for column, expected, tolerance in (
        ("epoch", float(index + 1), 0.0),
        ("start_s", index * EPOCH_S, _START_TOLERANCE_S),
    ):
        if column not in row:
            continue
        try:
            value = float(row[column])
        except ValueError:
            raise ScoringError(f"line {number}: {column} is not a number") from None
        if not abs(value - expected) <= tolerance:
            raise ScoringError(
                f"line {number}: {column} is {value:g} where {expected:g} was expected",
                hint="every epoch from the first needs one row, in order",
            )


def _start(rows: Sequence[_Row]) -> tuple[datetime | None, tuple[str, ...]]:
    clocks = [(number, row.get("clock", "")) for number, row in rows]
    if not any(clock for _, clock in clocks):
        return None, ()
    first = _moment(*clocks[0])
    dated = isinstance(first, datetime)
    start = first if isinstance(first, datetime) else datetime.combine(_NO_DATE, first)
    for index, (number, clock) in enumerate(clocks):
        moment = _moment(number, clock)
        if isinstance(moment, datetime) != dated:
            raise ScoringError(f"line {number}: some clock times have a date and others don't")
        expected = start + timedelta(seconds=index * EPOCH_S)
        if _apart_s(moment, expected) > _CLOCK_TOLERANCE_S:
            raise ScoringError(
                f"line {number}: the clock shows {clock} where {expected:%H:%M:%S} was expected"
            )
    if dated:
        return start, ()
    return start, ("the clock times have no date: taken as 1 January 1985",)


def _moment(number: int, clock: str) -> datetime | time:
    try:
        if re.fullmatch(r"\d\d:\d\d:\d\d(\.\d+)?", clock, re.ASCII):
            return time.fromisoformat(clock)
        moment = datetime.fromisoformat(clock)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None:
        raise ScoringError(
            f"line {number}: {clock[:40]!r} is no clock time",
            hint="expected hh:mm:ss or YYYY-MM-DDThh:mm:ss, local time without a zone",
        )
    return moment


def _apart_s(moment: datetime | time, expected: datetime) -> float:
    if isinstance(moment, datetime):
        return abs((moment - expected).total_seconds())
    on_that_day = datetime.combine(expected, moment)
    apart = abs((on_that_day - expected).total_seconds())
    return min(apart, _DAY_S - apart)
