"""Where the rows of a table lie, by all that its columns say."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

import numpy as np

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.files.scorings.clock_column import ClockColumn, clock_column
from sleepscorer.files.scorings.stage_spans import TOLERANCE_S
from sleepscorer.files.scorings.table_columns import (
    Column,
    Role,
    length_of,
    number_of,
    numbers_of,
)
from sleepscorer.files.scorings.table_rows import Rows, listed
from sleepscorer.files.scorings.table_scorers import labels_of

# Clock times of a recording with a sub-second start may be rounded to seconds.
_CLOCK_TOLERANCE_S = 1.0
_MINUTE_S = 60.0
# Rows that follow each other like this are no epochs: the numbers count something else.
_LONGEST_EPOCH_S = 120.0
_LEAST_STEPS = 5
# Clocks that go back now and then are set back, or the date does not follow midnight.
_MOST_STEPS_BACK = 0.1
_MOST_SCORERS = 10


@dataclass(frozen=True)
class Places:
    """Where the rows lie: seconds from the start of the recording, and when that was."""

    starts_s: list[float]
    durations_s: list[float]
    start: datetime | None
    notes: tuple[str, ...]


def places_of(rows: Rows) -> Places:
    """Return where the rows of one scorer lie.

    Raises
    ------
    ScoringError
        If a column tells something on the places that can't be understood or contradicts another,
        naming the line.
    """
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
    _refuse_several_scorings(rows, has_rows=epochs is not None)
    _refuse_overlaps(rows, starts_s, durations_s, must_not=numbered is None)
    start = _start(rows, starts_s, clock, notes)
    if durations_s is None and numbered is None and epochs is not None:
        durations_s = [EPOCH_S] * len(starts_s)
    elif durations_s is None:
        durations_s = _regular(starts_s, notes)
    return Places(starts_s, durations_s, start, tuple(notes))


def _times(rows: Rows) -> tuple[list[float] | None, ClockColumn | None, list[str]]:
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


def _by_epochs(rows: Rows, epochs: Sequence[int], notes: list[str]) -> list[float]:
    """Return the starts of rows that tell the numbers of their epochs."""
    first = 0 if 0 in epochs else 1
    if first not in epochs:
        first = _first_of_others(rows)
        notes.append(f"no row is of epoch 0 or 1: the epochs were taken as counted from {first}")
    length_s = _constant_duration(rows)
    return [(epoch - first) * length_s for epoch in epochs]


def _row_times(rows: Rows) -> list[Column]:
    """Return the column by which pandas tells rows apart where it holds times."""
    if rows.header.with_role(Role.START, Role.CLOCK, Role.EPOCH, Role.END):
        return []
    columns = rows.header.with_role(Role.ROW)
    return [c for c in columns if all(":" in cell for _, cell in rows.cells(c))]


def _first_of_others(rows: Rows) -> int:
    """Return where numbers count from that begin later: pandas counts from 0, people from 1."""
    if rows.the_only(Role.EPOCH) is not None:
        return 1
    column = rows.header.with_role(Role.ROW)[0]
    return 0 if not column.heading or "nnamed" in column.heading else 1


def _constant_duration(rows: Rows) -> float:
    """Return how long an epoch is where a column says the same of all, else 30 s."""
    column = rows.the_only(Role.DURATION)
    if column is None:
        return EPOCH_S
    cells = {cell for _, cell in rows.cells(column)}
    lengths = numbers_of(column, rows.cells(column)[:1]) if len(cells) == 1 else [EPOCH_S]
    return lengths[0]


def _clock(
    rows: Rows, clocks: Sequence[Column], *, has_place: bool
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


def _epoch_numbers(rows: Rows) -> list[int] | None:
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


def _by_ends(rows: Rows) -> list[float]:
    """Return the starts of rows that begin where the one before ends, else one an epoch."""
    column = rows.the_only(Role.END)
    if column is None:
        return [i * EPOCH_S for i in range(len(rows.rows))]
    return [0.0, *numbers_of(column, rows.cells(column))[:-1]]


def _durations(
    rows: Rows, starts_s: Sequence[float], clock: ClockColumn | None
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
    rows: Rows, column: Column, starts_s: Sequence[float], clock: ClockColumn | None
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


def _check_epochs(rows: Rows, epochs: Sequence[int], starts_s: Sequence[float]) -> None:
    """Refuse numbers of epochs that contradict the starts; rows may be numbered instead."""
    steps = [b - a for a, b in pairwise(starts_s)]
    lengths = dict.fromkeys((EPOCH_S, median(steps) if steps else EPOCH_S))
    for length_s in lengths:
        if length_s > 0:
            expected = [start_s / length_s for start_s in starts_s]
            for first in (0, 1):
                if all(
                    abs(epoch - first - at) <= TOLERANCE_S / length_s
                    for epoch, at in zip(epochs, expected, strict=True)
                ):
                    return
    is_numbered = all(b - a == 1 for a, b in pairwise(epochs)) and epochs[0] in (0, 1)
    if is_numbered and rows.the_only(Role.DURATION, Role.END) is not None:
        return
    first = 0 if 0 in epochs else 1
    for (line, _), epoch, start_s in zip(rows.rows, epochs, starts_s, strict=True):
        if abs(start_s - (epoch - first) * EPOCH_S) > TOLERANCE_S:
            raise ScoringError(
                f"line {line}: the row is of epoch {epoch} and starts at {start_s:g} s, where"
                f" {(epoch - first) * EPOCH_S:g} s was expected"
            )


def _refuse_backwards(rows: Rows, starts_s: Sequence[float], clock: ClockColumn) -> None:
    back = [i for i, (a, b) in enumerate(pairwise(starts_s), start=1) if b < a]
    # Rows that are sorted by something else go back all the time.
    if back and (not clock.has_date or len(back) <= _MOST_STEPS_BACK * len(starts_s)):
        i = back[0]
        raise ScoringError(
            f"line {rows.rows[i][0]}: the clock goes back to {clock.moments[i]:%H:%M:%S}"
        )


def _refuse_unknown(rows: Rows, places_known: bool, notes: list[str]) -> None:
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


def _refuse_several_scorings(rows: Rows, *, has_rows: bool) -> None:
    """Refuse a column that may tell scorings or places apart, where nothing else tells places."""
    if rows.header.with_role(Role.EPOCH, Role.START, Role.CLOCK) or _row_times(rows):
        return
    has_lengths = rows.the_only(Role.DURATION, Role.END) is not None
    for column in rows.header.with_role(*((Role.OTHER,) if has_rows else (Role.OTHER, Role.ROW))):
        counts = Counter(cell for _, cell in rows.cells(column))
        if len(counts) < 2 or "" in counts or labels_of(rows, column):
            continue
        is_shared = len(counts) <= _MOST_SCORERS and len(set(counts.values())) == 1
        is_shared = is_shared and min(counts.values()) > 1
        is_all = has_rows or has_lengths
        if is_shared or (not is_all and _may_tell_places(list(counts), len(rows.rows))):
            raise ScoringError(
                f"no column tells where the rows lie, and the column {column.heading[:40]!r} is not"
                f" understood ({listed(list(counts))})",
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
    rows: Rows, starts_s: Sequence[float], durations_s: Sequence[float] | None, *, must_not: bool
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
        if must_not and durations_s and starts_s[a] + durations_s[a] > starts_s[b] + TOLERANCE_S:
            raise ScoringError(
                f"line {rows.rows[a][0]} lasts {durations_s[a]:g} s, past the start of line"
                f" {rows.rows[b][0]}"
            )


def _start(
    rows: Rows, starts_s: Sequence[float], clock: ClockColumn | None, notes: list[str]
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
    is_later = all(b >= a - TOLERANCE_S for a, b in pairwise(apart_s))
    in_epochs = all(abs(s - round(s / EPOCH_S) * EPOCH_S) <= TOLERANCE_S for s in apart_s)
    return clock.has_seconds and is_later and in_epochs


def _regular(starts_s: Sequence[float], notes: list[str]) -> list[float]:
    """Return how long rows last that tell no more than where they start; 0 for until the next."""
    steps = [b - a for a, b in pairwise(sorted(starts_s))]
    usual_s = median(steps) if steps else EPOCH_S
    if abs(usual_s - EPOCH_S) <= TOLERANCE_S:
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
