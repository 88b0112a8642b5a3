"""HTML and SVG elements; the only place that puts text into a page."""

from collections.abc import Iterable
from html import escape

from sleepscorer.core.wording import one_line

_VOID = ("meta", "line", "circle", "rect", "path", "polyline")


class Markup(str):
    """Text that is HTML; any other string is text, which is escaped where it enters an element."""

    __slots__ = ()


def element(name: str, /, *content: str, **attributes: str | float | None) -> Markup:
    """Return an element.

    Parameters
    ----------
    name
        Of the element.
    content
        Markup stays; other text is escaped, and characters that turn writing round are replaced.
    attributes
        By their names, ``_`` for ``-`` and one at the end where Python has a word of that name
        (``class_``); those that are None are left out.
    """
    shown = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_escaped(_value(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID and not content:
        return Markup(f"<{name}{shown}/>")
    return Markup(f"<{name}{shown}>{joined(content)}</{name}>")


def joined(parts: Iterable[str], between: str = "") -> Markup:
    """Put parts after each other, those that are plain text escaped."""
    return Markup(_escaped(between).join(map(_escaped, parts)))


def table(
    headings: Iterable[str], rows: Iterable[Iterable[str]], *, class_: str | None = None
) -> Markup:
    """Return a table with one row of headings; what is no cell yet becomes a plain one."""
    heads = joined(element("th", heading, scope="col") for heading in headings)
    body = "".join(element("tr", *map(_cell, row)) for row in rows)
    return element(
        "table",
        element("thead", element("tr", heads)),
        element("tbody", Markup(body)),
        class_=class_,
    )


def number_cell(text: str, below: str = "") -> Markup:
    """Return a cell of a number, with its interval or a short reason in small writing below."""
    return element("td", text, *_small(below), class_="number")


def row_head(text: str, below: str = "") -> Markup:
    """Return the cell that says what a row is of."""
    return element("th", text, *_small(below), scope="row")


def _small(below: str) -> tuple[Markup, ...]:
    return (element("small", below),) if below else ()


def _cell(content: str) -> Markup:
    is_cell = isinstance(content, Markup) and content.startswith(("<td", "<th"))
    return Markup(content) if is_cell else element("td", content)


def _escaped(text: str) -> Markup:
    return text if isinstance(text, Markup) else Markup(escape(one_line(text)))


def _value(value: str | float | None) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
