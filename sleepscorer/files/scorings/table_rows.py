"""The rows of a table and what its columns are."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sleepscorer.core.errors import ScoringError
from sleepscorer.files.scorings.stage_spans import MAX_EPOCHS
from sleepscorer.files.scorings.table_columns import Column, Role

_DELIMITERS = ",;\t"
# Excel writes this line before the header, to say how the columns are separated.
_SEPARATOR_LINE = re.compile(r'"?sep=([,;|\t])"?', re.IGNORECASE)
# As numpy writes the head of columns.
_COMMENTED_HEAD = re.compile(r"^#\s*(?=\w)")
# A table of epochs of 1 s is long; what is longer still is no night.
_MAX_ROWS = 30 * MAX_EPOCHS
Cells = list[tuple[int, str]]


@dataclass(frozen=True)
class Header:
    """The columns of a table, what separates them, and the number of lines before the rows."""

    columns: tuple[Column, ...]
    delimiter: str
    n_lines: int

    def with_role(self, *roles: Role) -> list[Column]:
        """Return the columns that tell one of these."""
        return [column for column in self.columns if column.role in roles]


@dataclass(frozen=True)
class Rows:
    """The rows of one scorer: the number of the line and the cells of each."""

    header: Header
    rows: tuple[tuple[int, list[str]], ...]

    def cells(self, column: Column) -> Cells:
        """Return the number of the line and the cell of each row."""
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


def read_header(lines: Sequence[str]) -> Header:
    """Return what the first line heads, or the one behind comments or that of a spreadsheet."""
    n_before = _n_comments(lines)
    line = lines[n_before] if len(lines) > n_before else ""
    separator = _SEPARATOR_LINE.fullmatch(line.strip(" "))
    if separator:
        n_before += 1
        line = lines[n_before] if len(lines) > n_before else ""
    line = _COMMENTED_HEAD.sub("", line)
    delimiter = separator[1] if separator else max(_DELIMITERS, key=line.count)
    headings = (name.strip().strip('"').strip() for name in line.split(delimiter))
    columns = (Column.headed(i, heading) for i, heading in enumerate(headings))
    return Header(tuple(columns), delimiter, n_before + 1)


def _n_comments(lines: Sequence[str]) -> int:
    """Return how many lines of comments stand first; one that heads columns is none."""
    for i, line in enumerate(lines):
        words = re.findall(r"[^\W_]+", line.casefold())
        is_head = any(line.count(mark) for mark in _DELIMITERS) and "stage" in words
        if not line.startswith("#") or is_head or line.startswith(tuple(f"#{m}" for m in ",;\t")):
            return i
    return 0


def read_rows(lines: Sequence[str]) -> Rows:
    """Return the rows of a table of one recording.

    Raises
    ------
    ScoringError
        If there are none, one is none, columns are doubled, or the rows are of several recordings.
    """
    header = read_header(lines)
    _refuse_doubled(header)
    rows = Rows(header, tuple(_rows(lines, header)))
    if not rows.rows:
        raise ScoringError("the table has no rows")
    _refuse_several_nights(rows)
    return rows


def _refuse_doubled(header: Header) -> None:
    headings = [c.heading.casefold() for c in header.columns if c.role is not Role.OTHER]
    for heading in headings:
        if headings.count(heading) > 1:
            raise ScoringError(f"{headings.count(heading)} columns are headed {heading!r}")


def _rows(lines: Sequence[str], header: Header) -> Iterator[tuple[int, list[str]]]:
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


def _refuse_several_nights(rows: Rows) -> None:
    for column in rows.header.with_role(Role.NIGHT):
        nights = dict.fromkeys(cell for _, cell in rows.cells(column))
        # A number for every row is none of a night.
        if 1 < len(nights) < len(rows.rows) or (len(nights) > 1 and column.heading != "id"):
            raise ScoringError(
                f"the table holds {len(nights)} recordings by its column {column.heading!r}:"
                f" {listed(nights)}",
                hint="save the rows of one recording in a file of its own",
            )


def listed(names: Sequence[str] | dict[str, None]) -> str:
    """Return the first of some names, quoted, and how many more there are."""
    names = list(names)
    shown = ", ".join(repr(name[:40]) for name in names[:6])
    return shown if len(names) <= 6 else f"{shown} and {len(names) - 6} more"
