"""Rows of a time and a stage without a line that heads them.

``22:00:00;W`` by the clock, or ``0,60,W`` with start and stop, or start and duration, in seconds:
which of both it is, every row but the last must tell by the start of the next.
"""

from collections.abc import Sequence
from itertools import pairwise

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.files.scorings.clock_column import clock_column, is_clock_time
from sleepscorer.files.scorings.clock_night import NO_DATE_NOTE, night_of
from sleepscorer.files.scorings.labels import label_of, label_of_word
from sleepscorer.files.scorings.made_scoring import scoring_of_spans
from sleepscorer.files.scorings.stage_spans import StageSpan, epoch_length, gap_notes
from sleepscorer.files.scorings.table_columns import number_of

_DELIMITERS = "\t;,"
_LOOKED_AT = 5
_LONGEST_ROW = 300
_LARGEST_S = 1e7
_Row = tuple[int, list[str]]


def is_stage_rows(lines: Sequence[str]) -> bool:
    """Tell whether the first rows are a clock time and a stage, or two numbers and a stage."""
    if any(len(line) > _LONGEST_ROW for line in lines[: 2 * _LOOKED_AT]):
        return False
    rows = _rows(lines[: 2 * _LOOKED_AT])[:_LOOKED_AT]
    return len(rows) > 1 and all(
        label_of(cells[-1]) is not None and (_is_by_clock(cells) or _is_by_seconds(cells))
        for _, cells in rows
    )


def read_stage_rows(lines: Sequence[str]) -> Scoring:
    """Read the rows; by the clock, the first epoch is the first row.

    Raises
    ------
    ScoringError
        If a row is none, naming the line, or the numbers may mean two things.
    """
    rows = _rows(lines)
    is_by_clock = bool(rows) and _is_by_clock(rows[0][1])
    for line, cells in rows:
        if not (_is_by_clock(cells) if is_by_clock else _is_by_seconds(cells)):
            shown = " ".join(cells)[:40]
            raise ScoringError(f"line {line}: {shown!r} is no time and stage as in the first row")
    labels = [label_of_word(cells[-1], line) for line, cells in rows]
    start, notes = None, []
    if is_by_clock:
        clock = clock_column([(line, cells[0]) for line, cells in rows])
        moments = clock.moments
        if not clock.has_date:
            moments = night_of([moment.time() for moment in moments], [True] * len(moments))
            notes = [*([clock.note] if clock.note else []), NO_DATE_NOTE]
        start = min(moments)
        times = [((moment - start).total_seconds(), 0.0) for moment in moments]
    else:
        times = _by_seconds(rows)
    spans = [
        StageSpan(start_s, duration_s, label, cells[-1])
        for (start_s, duration_s), label, (_, cells) in zip(times, labels, rows, strict=True)
    ]
    epoch_s = epoch_length(spans)
    notes += gap_notes(spans, epoch_s)
    return scoring_of_spans(spans, epoch_s=epoch_s, start=start, notes=notes)


def _rows(lines: Sequence[str]) -> list[_Row]:
    first = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    delimiter = max(_DELIMITERS, key=first.count)
    rows = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip().strip('"').strip() for cell in line.split(delimiter)]
        while cells and not cells[-1]:
            cells.pop()
        rows.append((number, cells or [""]))
    return rows


def _is_by_clock(cells: Sequence[str]) -> bool:
    return len(cells) == 2 and ":" in cells[0] and is_clock_time(cells[0])


def _is_by_seconds(cells: Sequence[str]) -> bool:
    return len(cells) == 3 and all(number_of(cell) is not None for cell in cells[:2])


def _by_seconds(rows: Sequence[_Row]) -> list[tuple[float, float]]:
    """Return start and duration of each row."""
    pairs = [(number_of(cells[0]) or 0.0, number_of(cells[1]) or 0.0) for _, cells in rows]
    for (line, _), (a, b) in zip(rows, pairs, strict=True):
        if not (0 <= a <= _LARGEST_S and 0 <= b <= _LARGEST_S):
            raise ScoringError(f"line {line}: {a:g} and {b:g} are no times of a night")
    are_stops = all(a[1] == b[0] for a, b in pairwise(pairs))
    are_lengths = all(a[0] + a[1] == b[0] for a, b in pairwise(pairs))
    if are_stops == are_lengths:
        raise ScoringError(
            "the second number of its rows may be where a stage ends or how long it lasts",
            hint="head the columns, such as start_s,end_s,stage",
        )
    return [(a, b - a if are_stops else b) for a, b in pairs]
