"""What a table of a workbook is made of: values, columns and the formats of numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

Value = str | int | float | datetime | time | timedelta | None
"""Of a cell; None leaves it empty."""

PLAIN = "General"
WHOLE = "0"
TENTHS = "0.0"
THOUSANDTHS = "0.000"
DURATION = "[h]:mm:ss"
DATE = "yyyy-mm-dd"
CLOCK = "hh:mm:ss"
DATE_AND_CLOCK = "yyyy-mm-dd hh:mm:ss"


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    heading
        With its unit.
    width
        In characters.
    number_format
        Of its numbers.
    wraps
        Whether its texts run over several lines rather than out of the cell.
    is_stage
        Whether its texts are stages, which stand in their colours.
    is_set_off
        Whether it stands apart from the numbers at its left, at which it begins otherwise.
    """

    heading: str
    width: float
    number_format: str = PLAIN
    wraps: bool = False
    is_stage: bool = False
    is_set_off: bool = False


@dataclass(frozen=True)
class Chart:
    """Points over two axes, drawn by Excel from cells of a sheet's table.

    Parameters
    ----------
    title, x_title, y_title
        With units.
    series
        Name, and the first row of the table and the one after its last, from 0.
    x_column, y_column
        Of the table, from 0.
    y_range
        Ends of the upright axis; None where Excel chooses them.
    """

    title: str
    x_title: str
    y_title: str
    series: tuple[tuple[str, int, int], ...]
    x_column: int
    y_column: int
    y_range: tuple[float, float] | None = None


@dataclass(frozen=True)
class Sheet:
    """A sheet of one table.

    Parameters
    ----------
    name, title
        On its tab, and above its table.
    columns, rows
        The table; each row has a value for each column.
    notes
        Sentences below it.
    pages_wide
        Over how many pages of paper its columns go.
    charts
        Below the table and its notes.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Value]]
    notes: tuple[str, ...] = ()
    pages_wide: int = 1
    charts: tuple[Chart, ...] = ()
