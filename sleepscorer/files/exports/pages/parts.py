"""What a document is made of: values, without a word of how they are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Text:
    """A paragraph, in small grey letters where it explains."""

    text: str
    is_small: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of texts under headings, which come again on each page.

    Parameters
    ----------
    rows
        The headings first.
    shares
        Of the width, by column.
    numbers_from
        The first column that stands at the right.
    """

    rows: Sequence[Sequence[str]]
    shares: Sequence[float]
    numbers_from: int = 1


@dataclass(frozen=True)
class Points:
    """A series of a plot.

    Parameters
    ----------
    name
        In the legend; empty for none.
    xy
        Places.
    is_joined
        A line goes through them.
    """

    name: str
    xy: Sequence[tuple[float, float]]
    is_joined: bool = False


@dataclass(frozen=True)
class Level:
    """A line across a plot at one height, with the interval around it where it has one."""

    y: float
    name: str
    low: float | None = None
    high: float | None = None
    is_dashed: bool = True


@dataclass(frozen=True)
class Plot:
    """Points over two axes.

    Parameters
    ----------
    title, x_label, y_label
        With units.
    series, levels
        What is drawn.
    x_ticks
        Places and texts along the axis; empty for round numbers.
    y_range
        Ends of the upright axis; None where the points say.
    """

    title: str
    x_label: str
    y_label: str
    series: Sequence[Points]
    levels: Sequence[Level] = ()
    x_ticks: Sequence[tuple[float, str]] = ()
    y_range: tuple[float, float] | None = None


@dataclass(frozen=True)
class Plots:
    """Plots beside and below each other."""

    plots: Sequence[Plot]
    n_beside: int = 2
    height_mm: float = 52.0


Part: TypeAlias = Text | Table | Plots


@dataclass(frozen=True)
class Section:
    """Parts under a heading.

    Parameters
    ----------
    heading
        Its name.
    parts
        In order.
    begins_page
        On a page of its own.
    """

    heading: str
    parts: Sequence[Part]
    begins_page: bool = False


@dataclass(frozen=True)
class Document:
    """All of it.

    Parameters
    ----------
    title
        On top of the first page.
    sections
        In order.
    paper
        A name of PAPERS.
    """

    title: str
    sections: Sequence[Section]
    paper: str = "a4"
