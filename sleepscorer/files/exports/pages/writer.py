"""Makes a document of its parts."""

from collections.abc import Iterator

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, PageBreak, Spacer
from reportlab.platypus import Table as Grid

from sleepscorer import __version__
from sleepscorer.files.exports.night import INTENDED_USE
from sleepscorer.files.exports.own_files import PROGRAM
from sleepscorer.files.exports.pages.drawing import PlotDrawing
from sleepscorer.files.exports.pages.parts import Document, Part, Plots, Section, Table, Text
from sleepscorer.files.exports.report.content import (
    GAP,
    PLAIN,
    SMALL,
    TITLE,
    heading,
    paragraph,
    register_fonts,
    table,
)
from sleepscorer.files.exports.report.paged import Paged, PageTexts, numbered
from sleepscorer.files.exports.report.templates import PAPERS

# Longer tables are divided between pages rather than moved as a whole.
_LONG_TABLE = 24


def document_bytes(document: Document) -> bytes:
    """Return a document as PDF; the same one gives the same bytes."""
    register_fonts()
    texts = PageTexts(
        document.title,
        "en",
        INTENDED_USE,
        lambda page, n_pages: (f"Page {page} of {n_pages}", f"Made with {PROGRAM} {__version__}"),
    )

    def make(n_pages: int) -> tuple[Paged, list[Flowable]]:
        paged = Paged(texts, PAPERS[document.paper], n_pages)
        story: list[Flowable] = [paragraph(document.title, TITLE), Spacer(0, 2 * mm)]
        for section in document.sections:
            story += _section(section, paged.width_pt)
        return paged, story

    return numbered(make, 1)


def _section(section: Section, width_pt: float) -> Iterator[Flowable]:
    yield PageBreak() if section.begins_page else Spacer(0, GAP)
    parts = [made for part in section.parts for made in _part(part, width_pt)]
    head: list[Flowable] = [heading(section.heading), Spacer(0, 0.8 * mm)]
    # A heading never stands alone at the foot of a page.
    if parts and not _is_long(section.parts[0]):
        yield KeepTogether([*head, parts[0]])
        yield from parts[1:]
    else:
        yield from (*head, *parts)


def _is_long(part: Part) -> bool:
    return isinstance(part, Table) and len(part.rows) > _LONG_TABLE


def _part(part: Part, width_pt: float) -> Iterator[Flowable]:
    if isinstance(part, Text):
        yield _with_room(paragraph(part.text, SMALL if part.is_small else PLAIN), 1 * mm)
    elif isinstance(part, Table):
        widths = [share * width_pt / sum(part.shares) for share in part.shares]
        yield _with_room(table(part.rows, widths, numbers_from=part.numbers_from), 1.5 * mm)
    else:
        yield from _plots(part, width_pt)


def _plots(part: Plots, width_pt: float) -> Iterator[Flowable]:
    width = width_pt / part.n_beside
    drawn = [PlotDrawing(one, width - 2 * mm, part.height_mm * mm) for one in part.plots]
    for first in range(0, len(drawn), part.n_beside):
        row: list[Flowable | str] = [*drawn[first : first + part.n_beside]]
        row += [""] * (part.n_beside - len(row))
        padding = [
            (f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")
        ]
        grid = Grid([row], [width] * part.n_beside, hAlign="LEFT", style=padding)
        yield _with_room(grid, 2 * mm)


def _with_room(made: Flowable, below_pt: float) -> Flowable:
    """Keep a distance to what follows on the same page; at its foot it takes none."""
    made.spaceAfter = below_pt
    return made
