"""The rows of a list of events: where its table begins, and what the columns are.

Programs write the table behind lines on the patient and the recording, in the language of their
user, with the units in a line of their own, and the columns in any order.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sleepscorer.core.errors import ScoringError
from sleepscorer.files.scorings.clock_column import is_clock_time
from sleepscorer.files.scorings.labels import label_of
from sleepscorer.files.scorings.table_columns import Column, Role, number_of, words_of

_DELIMITERS = "\t;,"
_SEPARATOR_LINE = re.compile(r'\s*"?sep=[,;|\t]"?\s*', re.IGNORECASE)
_MOST_LINES_BEFORE = 200
_MOST_ROWS = 200_000
_LONGEST_HEAD = 10_000
_LOOKED_AT = 50
_UNITS = re.compile(r"\[[^\]]{0,20}\]|\([^)]{0,20}\)|")
_CLOCK_HEADING = re.compile(r"\[?h?h:mm(:ss)?", re.IGNORECASE)
# The column of the words, by what it is called in some languages; the likeliest first.
_TEXT_WORDS = (
    "event events event_type event_name eventtype evenement evenements type_d_evenement ereignis"
    " ereignisse ereignistyp evento eventos eventi tipo_de_evento gebeurtenis handelse haendelse"
    " hendelse hendelser tapahtuma atburdur atvik zdarzenie trial_type description annotation"
    " annotations beschreibung bezeichnung libelle descripcion descrizione name nom nombre nome"
    " label type typ text marker stage_label value"
)
_CHANNEL_WORDS = (
    "channel channels location signal signals electrode lead kanal canal canale canaux lokation"
    " localisation emplacement ort ubicacion posizione"
)
_TEXTS = tuple(_TEXT_WORDS.split())
_CHANNELS = frozenset(_CHANNEL_WORDS.split())
_GROUPS = frozenset({"group", "groups", "groupe"})
_OF_A_STAGE = frozenset({"sleep_stage", "stage"})


@dataclass(frozen=True)
class EventRow:
    """The cells of one row; empty where the table has no such column."""

    line: int
    start: str
    end: str
    duration: str
    text: str
    channel: str
    group: str


@dataclass(frozen=True)
class EventTable:
    """A list of events as it stands in the file.

    Parameters
    ----------
    before
        The lines before the head of the table.
    start, duration
        Their columns; ``duration`` is None where there is none.
    rows
        In the order of the file.
    is_plain
        A table of epochs could look the same: nothing stands before the head, no line tells units,
        and the headings tell what the columns are.
    has_stages
        Another column is headed as one of stages.
    scorers
        Who scored, where a column tells.
    """

    before: tuple[str, ...]
    start: Column
    duration: Column | None
    rows: tuple[EventRow, ...]
    is_plain: bool
    has_stages: bool
    scorers: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Head:
    line: int
    delimiter: str
    columns: tuple[Column, ...]
    start: Column
    texts: tuple[Column, ...]
    is_by_heading: bool


def event_table(lines: Sequence[str]) -> EventTable | None:
    """Return the list of events in a file, None where there is none.

    Raises
    ------
    ScoringError
        If a row is none, naming the line.
    """
    head = _head(lines)
    return None if head is None else _table(lines, head)


def heads_event_list(lines: Sequence[str]) -> bool:
    """Tell whether a line heads columns for times and for the words of events."""
    return _head(lines) is not None


def _head(lines: Sequence[str]) -> _Head | None:
    first = None
    for i, line in enumerate(lines[:_MOST_LINES_BEFORE]):
        if len(line) > _LONGEST_HEAD or not line.strip() or _SEPARATOR_LINE.fullmatch(line):
            continue
        for delimiter in _DELIMITERS:
            cells = _cells(line, delimiter)
            if len(cells) < 2 or len(cells) > 100:
                continue
            columns = tuple(_column(j, cell) for j, cell in enumerate(cells))
            starts = [c for c in columns if c.role is Role.CLOCK and _is_clock_heading(c)]
            starts += [c for c in columns if c.role is Role.START]
            starts += [c for c in columns if c.role is Role.CLOCK]
            texts = tuple(c for name in _TEXTS for c in columns if _name(c) == name)
            if not texts and i:
                texts = tuple(c for c in columns if _name(c) in _OF_A_STAGE)
            if starts and texts:
                return _Head(i, delimiter, columns, starts[0], texts, True)
        first = i if first is None else first
    return None if first is None else _head_by_cells(lines, first)


def _head_by_cells(lines: Sequence[str], i: int) -> _Head | None:
    """Return the first line as a head in a language not known here, where its rows tell."""
    delimiter = max(_DELIMITERS, key=lines[i].count)
    columns = tuple(_column(j, cell) for j, cell in enumerate(_cells(lines[i], delimiter)))
    if len(columns) < 3 or any(c.role is Role.STAGE for c in columns):
        return None
    if any(number_of(c.heading) is not None or is_clock_time(c.heading) for c in columns):
        return None
    rows = [_cells(line, delimiter) for line in lines[i + 1 : i + 1 + _LOOKED_AT] if line.strip()]
    rows = [row for row in rows if len(row) == len(columns) and not _are_units(row)]
    if len(rows) < 2:
        return None
    clocks = [c for c in columns if all(is_clock_time(row[c.index]) for row in rows)]
    texts = [c for c in columns if any(label_of(row[c.index]) for row in rows)]
    if not clocks or len(texts) != 1:
        return None
    named = {Role.END: clocks[1:2]}
    others = [c for c in columns if c not in clocks and c not in texts]
    named[Role.DURATION] = [
        c for c in others if all(number_of(r[c.index]) is not None for r in rows)
    ]
    columns = tuple(
        next((Column(c.index, c.heading, role) for role, cs in named.items() if c in cs[:1]), c)
        for c in columns
    )
    return _Head(i, delimiter, columns, clocks[0], (texts[0],), False)


def _table(lines: Sequence[str], head: _Head) -> EventTable:
    rows = list(_rows(lines, head))
    has_units = bool(rows) and _are_units(rows[0][1])
    rows = rows[1:] if has_units else rows

    def cell(row: list[str], column: Column | None) -> str:
        return row[column.index] if column is not None and column.index < len(row) else ""

    def headed(*roles: Role) -> Column | None:
        return next((c for c in head.columns if c.role in roles and c is not head.start), None)

    def named(names: frozenset[str]) -> Column | None:
        return next((c for c in head.columns if _name(c) in names), None)

    counts = [sum(label_of(cell(row, c)) is not None for _, row in rows) for c in head.texts]
    text = head.texts[counts.index(max(counts))]
    group = named(_GROUPS)
    if group is not None and not max(counts):
        text = head.texts[0]
    end, duration, scorer = headed(Role.END), headed(Role.DURATION), headed(Role.SCORER)
    day, channel = headed(Role.DATE), named(_CHANNELS)
    found = tuple(
        EventRow(
            line,
            f"{cell(row, day)} {cell(row, head.start)}".strip(),
            *(cell(row, c) for c in (end, duration, text, channel, group)),
        )
        for line, row in rows
    )
    before = tuple(line for line in lines[: head.line] if not _SEPARATOR_LINE.fullmatch(line))
    return EventTable(
        before,
        head.start,
        duration,
        found,
        head.is_by_heading and not has_units and not any(line.strip() for line in before),
        any(c.role is Role.STAGE for c in head.columns if c is not text),
        tuple(dict.fromkeys(cell(row, scorer) for _, row in rows)) if scorer else (),
    )


def _rows(lines: Sequence[str], head: _Head) -> Iterator[tuple[int, list[str]]]:
    least = max(head.start.index, min(c.index for c in head.texts)) + 1
    reader = csv.reader(lines[head.line + 1 :], delimiter=head.delimiter)
    n_rows = 0
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            line = reader.line_num + head.line + 1
            if len(row) < least:
                raise ScoringError(
                    f"line {line} has {len(row)} columns instead of {len(head.columns)}"
                )
            n_rows += 1
            if n_rows > _MOST_ROWS:
                raise ScoringError(f"the list has more than {_MOST_ROWS} rows")
            yield line, [cell.strip() for cell in row]
    except csv.Error as error:
        line = reader.line_num + head.line + 1
        raise ScoringError(f"line {line} is no row of a table: {error}") from error


def _cells(line: str, delimiter: str) -> list[str]:
    cells = [cell.strip().strip('"').strip() for cell in line.split(delimiter)]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _column(index: int, heading: str) -> Column:
    column = Column.headed(index, heading)
    if _is_clock_heading(column) and column.role is not Role.DURATION:
        return Column(index, heading, Role.CLOCK)
    return column


def _is_clock_heading(column: Column) -> bool:
    return _CLOCK_HEADING.search(column.heading) is not None


def _name(column: Column) -> str:
    return "_".join(words_of(column.heading))


def _are_units(row: Sequence[str]) -> bool:
    """Tell whether a row tells units, as ``[],[],[],[s]``."""
    return any(row) and all(_UNITS.fullmatch(cell) for cell in row)
