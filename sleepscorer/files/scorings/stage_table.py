"""Tables of stages: a row an epoch or a stretch of epochs, with its place in columns.

Ours, YASA's, those of BIDS, and what spreadsheets make of them. What a column says on the place
of a row is used or refused by its name, never passed over.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

import numpy as np

from sleepscorer.core.errors import ScoringError, SeveralScorers
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.files.scorings.clock_column import ClockColumn, clock_column
from sleepscorer.files.scorings.labels import Label, label_of, label_of_word
from sleepscorer.files.scorings.stage_spans import MAX_EPOCHS, StageSpan, epochs_of_spans
from sleepscorer.files.scorings.table_columns import (
    Column,
    Role,
    length_of,
    number_of,
    numbers_of,
)

_DELIMITERS = ",;\t"
# Excel writes this line before the header, to say how the columns are separated.
_SEPARATOR_LINE = re.compile(r'"?sep=([,;|\t])"?', re.IGNORECASE)
_NO_LIGHTS = "this table holds no lights marks"
# Clock times of a recording with a sub-second start may be rounded to seconds.
_CLOCK_TOLERANCE_S = 1.0
_MINUTE_S = 60.0
_TOLERANCE_S = 0.5
# A table of epochs of 1 s is long; what is longer still is no night.
_MAX_ROWS = 30 * MAX_EPOCHS

# What our own tables hold beside the stages: the machine's, and those of a second stager.
_OWN_COLUMNS = frozenset({"machine_stage", "smoothed_stage", "second_stage"})
# Rows that follow each other like this are no epochs: the numbers count something else.
_LONGEST_EPOCH_S = 120.0
_LEAST_STEPS = 5
# Clocks that go back now and then are set back, or the date does not follow midnight.
_MOST_STEPS_BACK = 0.1
_MOST_SCORERS = 10

_Cells = list[tuple[int, str]]


@dataclass(frozen=True)
class _Header:
    """The columns of a table, what separates them, and the number of lines before the rows."""

    columns: tuple[Column, ...]
    delimiter: str
    n_lines: int

    def with_role(self, *roles: Role) -> list[Column]:
        return [column for column in self.columns if column.role in roles]


@dataclass(frozen=True)
class _Rows:
    """The rows of one scorer: the number of the line and the cells of each."""

    header: _Header
    rows: tuple[tuple[int, list[str]], ...]

    def cells(self, column: Column) -> _Cells:
        return [(line, row[column.index]) for line, row in self.rows]

    def the_only(self, *roles: Role) -> Column | None:
        """Return the column of these roles that holds anything.

        Raises
        ------
        ScoringError
            If several do.
        """
        found = [c for c in self.header.with_role(*roles) if any(t for _, t in self.cells(c))]
        if len(found) > 1:
            names = " and ".join(repr(column.heading) for column in found[:4])
            raise ScoringError(
                f"{len(found)} columns tell the same: {names}",
                hint="leave out those that don't hold",
            )
        return found[0] if found else None


@dataclass(frozen=True)
class _Places:
    """Where the rows lie: seconds from the start of the recording, and when that was."""

    starts_s: list[float]
    durations_s: list[float]
    start: datetime | None
    notes: tuple[str, ...]


def is_stage_table(lines: Sequence[str]) -> bool:
    """Tell whether this is a table: its first line separates columns, or heads one of stages."""
    header = _header(lines)
    return len(header.columns) > 1 or header.n_lines > 1 or bool(header.with_role(Role.STAGE))


def read_stage_table(lines: Sequence[str], scorer: str | None = None) -> Scoring:
    """Read a table of stages.

    A row lies where its columns say: the number of its epoch, its start, end and duration, the
    clock. They must not contradict each other, but clock times that a spreadsheet has spoilt are
    left out with a note where another column tells the place. Rows may stand for several epochs,
    and epochs without a row are unscored. In a table without any such column every row is the
    next epoch.

    The start is known where there are clock times; times of day get the date 1 January 1985 and a
    note.

    Parameters
    ----------
    lines
        The lines of the file.
    scorer
        Whose stages to read, as a cell of the column of scorers or the heading of a column of
        stages; needed where several scored.

    Raises
    ------
    SeveralScorers
        If the table holds the stages of several and none of them is named.
    ScoringError
        If no column holds stages, a row is no stage, or a column tells something on the places
        that can't be understood, naming the line.
    """
    header = _header(lines)
    _refuse_doubled(header)
    rows = _Rows(header, tuple(_rows(lines, header)))
    if not rows.rows:
        raise ScoringError("the table has no rows")
    _refuse_several_nights(rows)
    column, rows, notes = _of_one_scorer(rows, scorer)
    labels = [label_of_word(cell, line) for line, cell in rows.cells(column)]
    places = _places(rows)
    spans = [
        StageSpan(start_s, duration_s, label, cell)
        for start_s, duration_s, label, (_, cell) in zip(
            places.starts_s, places.durations_s, labels, rows.cells(column), strict=True
        )
    ]
    epochs = epochs_of_spans(spans)
    start = places.start
    return Scoring(
        Hypnogram(epochs.stages),
        start=None if start is None else start + timedelta(seconds=epochs.shift_s),
        notes=(
            *notes,
            *places.notes,
            *epochs.notes,
            *_missing_notes(spans, epochs.shift_s, len(epochs.stages)),
            _NO_LIGHTS,
        ),
    )


def _header(lines: Sequence[str]) -> _Header:
    separator = _SEPARATOR_LINE.fullmatch(lines[0].strip(" ")) if lines else None
    n_before = 1 if separator else 0
    line = lines[n_before] if len(lines) > n_before else ""
    delimiter = separator[1] if separator else max(_DELIMITERS, key=line.count)
    headings = (name.strip().strip('"').strip() for name in line.split(delimiter))
    columns = (Column.headed(i, heading) for i, heading in enumerate(headings))
    return _Header(tuple(columns), delimiter, n_before + 1)


def _refuse_doubled(header: _Header) -> None:
    headings = [c.heading.casefold() for c in header.columns if c.role is not Role.OTHER]
    for heading in headings:
        if headings.count(heading) > 1:
            raise ScoringError(f"{headings.count(heading)} columns are headed {heading!r}")


def _rows(lines: Sequence[str], header: _Header) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines[header.n_lines :], delimiter=header.delimiter)
    has_place = bool(header.with_role(Role.EPOCH, Role.START, Role.CLOCK, Role.END))
    n_columns, blank, n_rows = len(header.columns), 0, 0
    try:
        for row in reader:
            cells = row
            line = reader.line_num + header.n_lines
            if not any(cell.strip() for cell in cells):
                blank = blank or line
                continue
            if blank and not has_place:
                raise ScoringError(f"line {blank} is blank", hint="an unscored epoch is written ?")
            while len(cells) > n_columns and not cells[-1].strip():
                cells = cells[:-1]
            if len(cells) != n_columns:
                raise ScoringError(f"line {line} has {len(cells)} columns instead of {n_columns}")
            n_rows += 1
            if n_rows > _MAX_ROWS:
                raise ScoringError(f"the table has more than {_MAX_ROWS} rows")
            yield line, [cell.strip() for cell in cells]
    except csv.Error as error:
        line = reader.line_num + header.n_lines
        raise ScoringError(f"line {line} is no row of a table: {error}") from error


def _refuse_several_nights(rows: _Rows) -> None:
    for column in rows.header.with_role(Role.NIGHT):
        nights = dict.fromkeys(cell for _, cell in rows.cells(column))
        # A number for every row is none of a night.
        if 1 < len(nights) < len(rows.rows) or (len(nights) > 1 and column.heading != "id"):
            raise ScoringError(
                f"the table holds {len(nights)} recordings by its column {column.heading!r}:"
                f" {_listed(nights)}",
                hint="save the rows of one recording in a file of its own",
            )


def _of_one_scorer(rows: _Rows, scorer: str | None) -> tuple[Column, _Rows, tuple[str, ...]]:
    """Return the column of stages and the rows of one scorer, and what to say on it."""
    stages = rows.header.with_role(Role.STAGE)
    if len(stages) > 1:
        return _of_one_column(rows, stages, scorer)
    if not stages:
        return _of_one_column(rows, _columns_of_stages(rows), scorer)
    if others := _other_opinions(rows, stages[0]):
        return _of_one_column(rows, [*stages, *others], scorer)
    by = rows.the_only(Role.SCORER)
    if by is None:
        if scorer is not None:
            raise ScoringError("the table names no scorers", hint="leave out whose stages to read")
        return stages[0], rows, ()
    names = dict.fromkeys(cell for _, cell in rows.cells(by))
    if scorer is None and len(names) == 1:
        return stages[0], rows, ()
    wanted = _wanted(tuple(names), scorer, by.heading)
    held = tuple(row for row in rows.rows if row[1][by.index] == wanted)
    # Numbers of rows count those of all.
    columns = tuple(c for c in rows.header.columns if c.role is not Role.ROW)
    return (
        stages[0],
        _Rows(replace(rows.header, columns=columns), held),
        (f"the stages of {wanted!r} were read",),
    )


def _of_one_column(
    rows: _Rows, columns: Sequence[Column], scorer: str | None
) -> tuple[Column, _Rows, tuple[str, ...]]:
    if not columns:
        raise ScoringError(
            f"line {rows.header.n_lines} heads no column 'stage', as that of a table has to",
            hint="the first line names the columns, such as epoch,start_s,stage",
        )
    if scorer is None and len(columns) == 1:
        return columns[0], rows, (f"the stages were read from column {columns[0].heading!r}",)
    wanted = _wanted(tuple(column.heading for column in columns), scorer, "")
    column = next(column for column in columns if column.heading == wanted)
    return column, rows, (f"the stages of {wanted!r} were read",)


def _columns_of_stages(rows: _Rows) -> list[Column]:
    """Return the columns that hold stages in words and nothing else, whatever their heading."""
    for column in rows.header.columns:
        label = label_of(column.heading)
        is_row = label is not None and (
            not label.spelling or any(cell == column.heading for _, cell in rows.cells(column))
        )
        if is_row or number_of(column.heading) is not None:
            # Probabilities are headed by stages, and a table without a header begins with a row.
            return []
    return [
        column for column in rows.header.with_role(Role.OTHER, Role.SCORER) if _labels(rows, column)
    ]


def _labels(rows: _Rows, column: Column) -> dict[str, Label]:
    """Return what the cells of a column say on the stage; nothing where one is about another."""
    labels: dict[str, Label] = {}
    for cell in dict.fromkeys(cell for _, cell in rows.cells(column)):
        label = label_of(cell)
        if label is None:
            return {}
        labels[cell] = label
    return labels


def _other_opinions(rows: _Rows, stages: Column) -> list[Column]:
    """Return the columns beside that of the stages in which others than those stand."""
    found = []
    for column in rows.header.with_role(Role.OTHER, Role.SCORER):
        labels = {} if column.heading in _OWN_COLUMNS else _labels(rows, column)
        pairs = {(row[stages.index], row[column.index]) for _, row in rows.rows if labels}
        told = {a: label_of(a) for a, _ in pairs}
        if any(
            (a_label := told[a]) is None or a_label.stage is not labels[b].stage for a, b in pairs
        ):
            found.append(column)
    return found


def _wanted(names: tuple[str, ...], scorer: str | None, heading: str) -> str:
    whose = f"{len(names)} scorers" + (f" (column {heading!r})" if heading else "")
    if scorer is None:
        raise SeveralScorers(f"the table holds the stages of {whose}: {_listed(names)}", names)
    if scorer in names:
        return scorer
    alike = [name for name in names if name.casefold() == scorer.strip().casefold()]
    if len(alike) != 1:
        raise ScoringError(f"the table has no scorer {scorer!r}, it has {_listed(names)}")
    return alike[0]


def _listed(names: Sequence[str] | dict[str, None]) -> str:
    names = list(names)
    shown = ", ".join(repr(name[:40]) for name in names[:6])
    return shown if len(names) <= 6 else f"{shown} and {len(names) - 6} more"


# Where the rows lie


def _places(rows: _Rows) -> _Places:
    numbered, clock, notes = _times(rows)
    epochs = _epoch_numbers(rows)
    starts_s, places_known = numbered, True
    if starts_s is None and epochs is not None:
        starts_s = _by_epochs(rows, epochs, notes)
    if clock is not None and clock.has_seconds:
        first_moment = min(clock.moments)
        clock_s = [(moment - first_moment).total_seconds() for moment in clock.moments]
        if starts_s is None:
            starts_s = clock_s
            _refuse_backwards(rows, starts_s, clock)
    elif clock is not None:
        notes.append("the clock times show no seconds and were left out")
    if starts_s is None:
        starts_s, places_known = _by_ends(rows), rows.the_only(Role.END) is not None
    durations_s = _durations(rows, starts_s, clock)
    if not places_known and durations_s is not None:
        starts_s = [float(s) for s in np.concatenate(([0.0], np.cumsum(durations_s[:-1])))]
    if numbered is not None and epochs is not None:
        _check_epochs(rows, epochs, starts_s)
    # Numbers of rows and durations are those of an unbroken night.
    is_row = epochs is not None and rows.the_only(Role.EPOCH) is None
    _refuse_unknown(rows, (places_known and not is_row) or clock is not None, notes)
    _refuse_several_scorings(rows)
    _refuse_overlaps(rows, starts_s, durations_s, must_not=numbered is None)
    start = _start(rows, starts_s, clock, notes)
    if durations_s is None and numbered is None and epochs is not None:
        durations_s = [EPOCH_S] * len(starts_s)
    elif durations_s is None:
        durations_s = _regular(starts_s, notes)
    return _Places(starts_s, durations_s, start, tuple(notes))


def _times(rows: _Rows) -> tuple[list[float] | None, ClockColumn | None, list[str]]:
    """Return the starts in seconds from that of the recording, by the clock, and notes."""
    numbers: list[Column] = []
    clocks: list[Column] = []
    for column in (*rows.header.with_role(Role.START, Role.CLOCK), *_row_times(rows)):
        cells = [(line, cell) for line, cell in rows.cells(column) if cell]
        if cells:
            is_clock = any(":" in cell for _, cell in cells) or (
                column.role is Role.CLOCK and number_of(cells[0][1]) is None
            )
            if all(length_of(cell, hours=column.is_elapsed) is not None for _, cell in cells):
                is_clock = False
            (clocks if is_clock else numbers).append(column)
    for found in (numbers, clocks):
        if len(found) > 1:
            names = " and ".join(repr(column.heading) for column in found)
            raise ScoringError(f"{len(found)} columns tell when a row starts: {names}")
    starts_s = numbers_of(numbers[0], rows.cells(numbers[0])) if numbers else None
    if starts_s is not None and min(starts_s) < 0:
        raise ScoringError(
            f"a row starts {-min(starts_s):g} s before the recording, by its column"
            f" {numbers[0].heading!r}"
        )
    has_place = starts_s is not None or rows.the_only(Role.EPOCH) is not None
    clock, notes = _clock(rows, clocks, has_place=has_place)
    return starts_s, clock, notes


def _by_epochs(rows: _Rows, epochs: Sequence[int], notes: list[str]) -> list[float]:
    """Return the starts of rows that tell the numbers of their epochs."""
    first = 0 if 0 in epochs else 1
    if first not in epochs:
        first = _first_of_others(rows)
        notes.append(f"no row is of epoch 0 or 1: the epochs were taken as counted from {first}")
    length_s = _constant_duration(rows)
    return [(epoch - first) * length_s for epoch in epochs]


def _row_times(rows: _Rows) -> list[Column]:
    """Return the column by which pandas tells rows apart where it holds times."""
    if rows.header.with_role(Role.START, Role.CLOCK, Role.EPOCH, Role.END):
        return []
    columns = rows.header.with_role(Role.ROW)
    return [c for c in columns if all(":" in cell for _, cell in rows.cells(c))]


def _first_of_others(rows: _Rows) -> int:
    """Return where numbers count from that begin later: pandas counts from 0, people from 1."""
    if rows.the_only(Role.EPOCH) is not None:
        return 1
    column = rows.header.with_role(Role.ROW)[0]
    return 0 if not column.heading or "nnamed" in column.heading else 1


def _constant_duration(rows: _Rows) -> float:
    """Return how long an epoch is where a column says the same of all, else 30 s."""
    column = rows.the_only(Role.DURATION)
    if column is None:
        return EPOCH_S
    cells = {cell for _, cell in rows.cells(column)}
    lengths = numbers_of(column, rows.cells(column)[:1]) if len(cells) == 1 else [EPOCH_S]
    return lengths[0]


def _clock(
    rows: _Rows, clocks: Sequence[Column], *, has_place: bool
) -> tuple[ClockColumn | None, list[str]]:
    date = rows.the_only(Role.DATE)
    if not clocks:
        if date is not None and not has_place:
            raise ScoringError(f"column {date.heading!r} tells a date, and none a time of day")
        return None, []
    cells = rows.cells(clocks[0])
    if date is not None:
        cells = [
            (line, f"{day} {cell}")
            for (line, cell), (_, day) in zip(cells, rows.cells(date), strict=True)
        ]
    try:
        clock = clock_column(cells)
    except ScoringError as error:
        if not has_place:
            raise
        return None, [f"the clock times were left out: {error.what}"]
    return clock, [clock.note] if clock.note else []


def _epoch_numbers(rows: _Rows) -> list[int] | None:
    """Return the numbers of the epochs, None where no column counts them."""
    column = rows.the_only(Role.EPOCH)
    if column is None:
        if rows.header.with_role(Role.START, Role.CLOCK, Role.END, Role.DURATION):
            return None
        # The numbers that pandas and spreadsheets give to rows tell which were taken out.
        column = next(iter(rows.header.with_role(Role.ROW)), None)
        if column is None or any(number_of(cell) is None for _, cell in rows.cells(column)):
            return None
    numbers = numbers_of(column, rows.cells(column))
    for (line, cell), number in zip(rows.cells(column), numbers, strict=True):
        if number < 0 or not number.is_integer():
            raise ScoringError(f"line {line}: {column.heading} is {cell!r}, no number of an epoch")
    return [int(number) for number in numbers]


def _by_ends(rows: _Rows) -> list[float]:
    """Return the starts of rows that begin where the one before ends, else one an epoch."""
    column = rows.the_only(Role.END)
    if column is None:
        return [i * EPOCH_S for i in range(len(rows.rows))]
    return [0.0, *numbers_of(column, rows.cells(column))[:-1]]


def _durations(
    rows: _Rows, starts_s: Sequence[float], clock: ClockColumn | None
) -> list[float] | None:
    """Return how long each row lasts, None where no column tells."""
    durations_s = None
    if (column := rows.the_only(Role.DURATION)) is not None:
        cells = rows.cells(column)
        for line, cell in cells:
            if cell.count(":") == 1:
                raise ScoringError(
                    f"line {line}: {column.heading} is {cell[:40]!r}, which may be minutes and"
                    " seconds or hours and minutes",
                    hint="write seconds, or hh:mm:ss",
                )
        durations_s = numbers_of(column, cells)
    if (end := rows.the_only(Role.END)) is not None:
        ends_s = _ends(rows, end, starts_s, clock)
        by_ends = [stop - start for start, stop in zip(starts_s, ends_s, strict=True)]
        for (line, cell), duration_s, by_end in zip(
            rows.cells(end), durations_s or by_ends, by_ends, strict=True
        ):
            if abs(duration_s - by_end) > _CLOCK_TOLERANCE_S:
                raise ScoringError(
                    f"line {line}: {end.heading} is {cell}, and start and duration end at another"
                    " time"
                )
        durations_s = by_ends
    for (line, _), duration_s in zip(rows.rows, durations_s or (), strict=False):
        if not 0 < duration_s <= 86_400 * 10:
            raise ScoringError(f"line {line}: the row lasts {duration_s:g} s")
    return durations_s


def _ends(
    rows: _Rows, column: Column, starts_s: Sequence[float], clock: ClockColumn | None
) -> list[float]:
    cells = rows.cells(column)
    if not any(":" in cell for _, cell in cells):
        return numbers_of(column, cells)
    if clock is None:
        raise ScoringError(f"{column.heading} is by the clock, and the starts are not")
    ends = clock_column(cells).moments
    first, first_s = clock.moments[0], starts_s[0]
    found = []
    for start_s, moment in zip(starts_s, ends, strict=True):
        end_s = (moment - first).total_seconds() + first_s
        # Times of day have no date: an end lies behind its start.
        while end_s < start_s and not clock.has_date:
            end_s += 86_400
        found.append(end_s)
    return found


def _check_epochs(rows: _Rows, epochs: Sequence[int], starts_s: Sequence[float]) -> None:
    """Refuse numbers of epochs that contradict the starts; rows may be numbered instead."""
    steps = [b - a for a, b in pairwise(starts_s)]
    lengths = dict.fromkeys((EPOCH_S, median(steps) if steps else EPOCH_S))
    for length_s in lengths:
        if length_s > 0:
            expected = [start_s / length_s for start_s in starts_s]
            for first in (0, 1):
                if all(
                    abs(epoch - first - at) <= _TOLERANCE_S / length_s
                    for epoch, at in zip(epochs, expected, strict=True)
                ):
                    return
    is_numbered = all(b - a == 1 for a, b in pairwise(epochs)) and epochs[0] in (0, 1)
    if is_numbered and rows.the_only(Role.DURATION, Role.END) is not None:
        return
    first = 0 if 0 in epochs else 1
    for (line, _), epoch, start_s in zip(rows.rows, epochs, starts_s, strict=True):
        if abs(start_s - (epoch - first) * EPOCH_S) > _TOLERANCE_S:
            raise ScoringError(
                f"line {line}: the row is of epoch {epoch} and starts at {start_s:g} s, where"
                f" {(epoch - first) * EPOCH_S:g} s was expected"
            )


def _refuse_backwards(rows: _Rows, starts_s: Sequence[float], clock: ClockColumn) -> None:
    back = [i for i, (a, b) in enumerate(pairwise(starts_s), start=1) if b < a]
    # Rows that are sorted by something else go back all the time.
    if back and (not clock.has_date or len(back) <= _MOST_STEPS_BACK * len(starts_s)):
        i = back[0]
        raise ScoringError(
            f"line {rows.rows[i][0]}: the clock goes back to {clock.moments[i]:%H:%M:%S}"
        )


def _refuse_unknown(rows: _Rows, places_known: bool, notes: list[str]) -> None:
    """Refuse a column that tells a place in a way not known here, where no other tells it."""
    for column in rows.header.with_role(Role.OTHER_PLACE):
        cells = {cell for _, cell in rows.cells(column)}
        if cells <= {""}:
            continue
        words = column.heading.casefold()
        if not places_known or any(word in words for word in ("scorer", "rater", "annotator")):
            raise ScoringError(
                f"the column {column.heading[:40]!r} is not understood",
                hint="what tells where a row lies is headed epoch, start_s, end_s, duration_s or"
                " clock; leave out the column if it tells something else",
            )
        notes.append(f"the column {column.heading[:40]!r} was not used")


def _refuse_several_scorings(rows: _Rows) -> None:
    """Refuse a column that may tell scorings or places apart, where nothing else tells places."""
    if rows.header.with_role(Role.EPOCH, Role.START, Role.CLOCK) or _row_times(rows):
        return
    has_rows = _epoch_numbers(rows) is not None
    has_lengths = rows.the_only(Role.DURATION, Role.END) is not None
    for column in rows.header.with_role(*((Role.OTHER,) if has_rows else (Role.OTHER, Role.ROW))):
        counts = Counter(cell for _, cell in rows.cells(column))
        if len(counts) < 2 or "" in counts or _labels(rows, column):
            continue
        is_shared = len(counts) <= _MOST_SCORERS and len(set(counts.values())) == 1
        is_shared = is_shared and min(counts.values()) > 1
        is_all = has_rows or has_lengths
        if is_shared or (not is_all and _may_tell_places(list(counts), len(rows.rows))):
            raise ScoringError(
                f"no column tells where the rows lie, and the column {column.heading[:40]!r} is not"
                f" understood ({_listed(list(counts))})",
                hint="head what tells the place of a row epoch, start_s or clock, and whose row"
                " it is scorer; leave out the column if it tells something else",
            )


def _may_tell_places(cells: Sequence[str], n_rows: int) -> bool:
    """Tell whether the cells of a column, each once, are no probabilities and no remarks."""
    numbers = [number for cell in cells if (number := number_of(cell)) is not None]
    if len(numbers) < len(cells):
        # Of few rows, every one may have a remark of its own.
        return n_rows >= _LEAST_STEPS
    is_count = any(number.is_integer() and not 0 <= number <= 1 for number in numbers)
    is_rising = len(cells) == n_rows and all(a < b for a, b in pairwise(numbers))
    return is_count or (is_rising and n_rows >= _LEAST_STEPS)


def _refuse_overlaps(
    rows: _Rows, starts_s: Sequence[float], durations_s: Sequence[float] | None, *, must_not: bool
) -> None:
    """Refuse rows that are there twice, and numbers of epochs that count rows of several."""
    order = sorted(range(len(starts_s)), key=lambda i: starts_s[i])
    for a, b in pairwise(order):
        apart_s = starts_s[b] - starts_s[a]
        if 0 < apart_s < 1e-3:
            raise ScoringError(
                f"lines {rows.rows[a][0]} and {rows.rows[b][0]} start {apart_s:.3g} s after each"
                " other: the times may count days, as spreadsheets do",
                hint="show them as dates and times of day, or save seconds",
            )
        if not apart_s:
            raise ScoringError(f"line {rows.rows[b][0]} starts where line {rows.rows[a][0]} does")
        if must_not and durations_s and starts_s[a] + durations_s[a] > starts_s[b] + _TOLERANCE_S:
            raise ScoringError(
                f"line {rows.rows[a][0]} lasts {durations_s[a]:g} s, past the start of line"
                f" {rows.rows[b][0]}"
            )


def _start(
    rows: _Rows, starts_s: Sequence[float], clock: ClockColumn | None, notes: list[str]
) -> datetime | None:
    """Return when the recording began, where the clock times tell and fit the other places."""
    if clock is None:
        return None
    tolerance_s = _CLOCK_TOLERANCE_S if clock.has_seconds else _MINUTE_S
    first = clock.moments[0] - timedelta(seconds=starts_s[0])
    for (line, _), start_s, moment in zip(rows.rows, starts_s, clock.moments, strict=True):
        expected = first + timedelta(seconds=start_s)
        apart_s = (moment - expected).total_seconds()
        if not clock.has_date:
            apart_s = (apart_s + 43_200) % 86_400 - 43_200
        if abs(apart_s) > tolerance_s:
            what = (
                f"line {line}: the clock shows {moment:%H:%M:%S} where {expected:%H:%M:%S} was"
                " expected"
            )
            if not rows.header.with_role(Role.START, Role.EPOCH):
                raise ScoringError(what)
            if _is_interrupted(starts_s, clock):
                raise ScoringError(
                    f"{what} by the other columns: the clock jumps by whole epochs",
                    hint="leave out the columns that don't hold",
                )
            notes.append(f"the clock times were left out: {what}")
            return None
    if not clock.has_seconds:
        return None
    if not clock.has_date:
        notes.append("the clock times have no date: taken as 1 January 1985")
    return first


def _is_interrupted(starts_s: Sequence[float], clock: ClockColumn) -> bool:
    """Tell whether a clock differs from other places by whole epochs, as no spoilt one does."""
    first = clock.moments[0] - timedelta(seconds=starts_s[0])
    apart_s = [
        (moment - first).total_seconds() - start_s
        for start_s, moment in zip(starts_s, clock.moments, strict=True)
    ]
    is_later = all(b >= a - _TOLERANCE_S for a, b in pairwise(apart_s))
    in_epochs = all(abs(s - round(s / EPOCH_S) * EPOCH_S) <= _TOLERANCE_S for s in apart_s)
    return clock.has_seconds and is_later and in_epochs


def _regular(starts_s: Sequence[float], notes: list[str]) -> list[float]:
    """Return how long rows last that tell no more than where they start; 0 for until the next."""
    steps = [b - a for a, b in pairwise(sorted(starts_s))]
    usual_s = median(steps) if steps else EPOCH_S
    if abs(usual_s - EPOCH_S) <= _TOLERANCE_S:
        return [EPOCH_S] * len(starts_s)
    n_usual = sum(abs(step - usual_s) <= 1e-3 * usual_s for step in steps)
    if n_usual < 0.9 * len(steps):
        return [0.0] * len(starts_s)
    if usual_s > _LONGEST_EPOCH_S and len(steps) >= _LEAST_STEPS:
        raise ScoringError(
            f"the rows start {usual_s:g} s after each other, and no epoch lasts that long",
            hint="head times that are no seconds by their unit, such as start_ms",
        )
    notes.append(f"the rows were taken as epochs of {usual_s:g} s")
    return [usual_s] * len(starts_s)


def _missing_notes(spans: Sequence[StageSpan], shift_s: float, n_epochs: int) -> list[str]:
    """Say which epochs no row tells of."""
    told = np.zeros(n_epochs, bool)
    for span in spans:
        first = int((span.start_s - shift_s + _TOLERANCE_S) // EPOCH_S)
        stop = -int(-(span.stop_s - shift_s - _TOLERANCE_S) // EPOCH_S)
        # Until the next one, where the table tells no length.
        told[max(first, 0) : max(stop, first + 1)] = True
    n_before = int(np.argmax(told)) if told.any() else 0
    n_between = int((~told).sum()) - n_before
    notes = []
    if n_before:
        notes.append(f"epochs before the first row were left unscored: {n_before}")
    if n_between and any(span.duration_s for span in spans):
        notes.append(f"epochs without a row were left unscored: {n_between}")
    return notes
