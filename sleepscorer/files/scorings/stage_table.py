"""Our table of epochs: one row an epoch, with its stage and the time it starts."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import numpy as np

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.files.edf import UNKNOWN_START
from sleepscorer.files.scorings.labels import label_of_word

_DELIMITERS = ",;\t"
_COLUMNS = ("stage", "epoch", "start_s", "clock")
# Excel writes this line before the header, to say how the columns are separated.
_SEPARATOR_LINE = re.compile(r'"?sep=([,;|\t])"?', re.IGNORECASE)
_NO_LIGHTS = "this table holds no lights marks"
_DAY_S = 86_400.0
# Clock times of a recording with a sub-second start may be rounded to seconds.
_CLOCK_TOLERANCE_S = 1.0
_START_TOLERANCE_S = 0.5
# The date that EDF's rules give to a recording whose date is withheld.

_Row = tuple[int, dict[str, str]]


@dataclass(frozen=True)
class _Header:
    """The columns of a table, what separates them, and the number of lines before the rows."""

    columns: tuple[str, ...]
    delimiter: str
    n_lines: int


def is_epoch_table(lines: Sequence[str]) -> bool:
    """Tell whether this is a table: its first line separates columns, or heads one of stages."""
    header = _header(lines)
    return len(header.columns) > 1 or header.n_lines > 1 or "stage" in header.columns


def read_epoch_table(lines: Sequence[str]) -> Scoring:
    """Read the table; of its columns ``stage``, ``epoch``, ``start_s`` and ``clock`` are used.

    The start is known where there is a ``clock``: a date and time in ISO 8601, or a time of day,
    which gets the date 1 January 1985 and a note. Clock times that a spreadsheet has changed are
    left out with a note where another column tells the place of each epoch.

    Raises
    ------
    ScoringError
        If no or more than one column is headed ``stage``, or a row is no stage or does not
        continue the one before, naming the line.
    """
    header = _header(lines)
    for name in _COLUMNS:
        if header.columns.count(name) > 1:
            raise ScoringError(f"{header.columns.count(name)} columns are headed {name!r}")
    if "stage" not in header.columns:
        raise ScoringError(
            f"line {header.n_lines} heads no column 'stage', as that of a table has to",
            hint="the first line names the columns, such as epoch,start_s,stage",
        )
    rows = list(_rows(lines, header))
    if not rows:
        raise ScoringError("the table has no rows")
    stages = [label_of_word(row["stage"], number).stage for number, row in rows]
    for index, (number, row) in enumerate(rows):
        _check_place(row, number, index)
    try:
        start, notes = _start(rows)
    except ScoringError as error:
        if not {"epoch", "start_s"} & set(header.columns):
            raise
        start, notes = None, (f"the clock times were left out: {error.what}",)
    hypnogram = Hypnogram(np.array(stages, dtype=np.int8))
    return Scoring(hypnogram, start=start, notes=(*notes, _NO_LIGHTS))


def _header(lines: Sequence[str]) -> _Header:
    separator = _SEPARATOR_LINE.fullmatch(lines[0].strip(" ")) if lines else None
    n_before = 1 if separator else 0
    line = lines[n_before] if len(lines) > n_before else ""
    delimiter = separator[1] if separator else max(_DELIMITERS, key=line.count)
    columns = (name.strip().strip('"').casefold() for name in line.split(delimiter))
    return _Header(tuple(columns), delimiter, n_before + 1)


def _rows(lines: Sequence[str], header: _Header) -> Iterator[_Row]:
    reader = csv.reader(lines[header.n_lines :], delimiter=header.delimiter)
    blank = 0
    try:
        for cells in reader:
            number = reader.line_num + header.n_lines
            if not any(cell.strip() for cell in cells):
                blank = blank or number
                continue
            if blank:
                raise ScoringError(f"line {blank} is blank", hint="an unscored epoch is written ?")
            if len(cells) != len(header.columns):
                raise ScoringError(
                    f"line {number} has {len(cells)} columns instead of {len(header.columns)}"
                )
            yield number, dict(zip(header.columns, map(str.strip, cells), strict=True))
    except csv.Error as error:
        number = reader.line_num + header.n_lines
        raise ScoringError(f"line {number} is no row of a table: {error}") from error


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
    start = first if isinstance(first, datetime) else datetime.combine(UNKNOWN_START, first)
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
