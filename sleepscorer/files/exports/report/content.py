"""What every section of a report is made of: the night, words, and paragraphs in few styles."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, Spacer, Table

from sleepscorer.core.errors import ReportRefused
from sleepscorer.core.wording import one_line
from sleepscorer.files.exports.night import Night
from sleepscorer.files.exports.report.languages import Words
from sleepscorer.files.exports.report.templates import ReportTemplate

Cell: TypeAlias = str | Flowable | list[Flowable]
"""What stands in a cell of a table: texts are printed as they are."""

FONT, BOLD = "DejaVuSans", "DejaVuSans-Bold"
INK, GREY, LINE, SHADE = (HexColor(c) for c in ("#1a1a1a", "#5c5c5c", "#c9c9c9", "#f1f3f5"))
WARNING = HexColor("#8a1c00")
GAP, COLUMN_GAP = 2.2 * mm, 6 * mm
_MOST_LINES_OF_A_FACT = 2.1
_NARROW_PT = 140 * mm


def _style(
    size: float, font: str = FONT, *, right: bool = False, ink: HexColor = INK
) -> ParagraphStyle:
    style = ParagraphStyle(
        f"{font} {size} {right} {ink.hexval()}",
        fontName=font,
        fontSize=size,
        leading=1.22 * size,
        textColor=ink,
        splitLongWords=1,
    )
    if right:
        style.alignment = TA_RIGHT
    return style


PLAIN, STRONG = _style(7.6), _style(7.6, BOLD)
NUMBER, STRONG_NUMBER = _style(7.6, right=True), _style(7.6, BOLD, right=True)
SMALL, SMALL_NUMBER = _style(6.4, ink=GREY), _style(6.4, ink=GREY, right=True)
SMALL_INK = _style(6.4)
TINY = _style(6.0)
LABEL = _style(6.8, ink=GREY)
LABEL_NUMBER = _style(6.8, ink=GREY, right=True)
ALARM = _style(6.8, ink=WARNING)
HEADING, TITLE, HOUSE = _style(8.6, BOLD), _style(15, BOLD), _style(11, BOLD)
LARGE = _style(16, BOLD)


@dataclass(frozen=True, eq=False)
class Content:
    """What a report is made of.

    Parameters
    ----------
    night
        As the other exports have it, de-identified where it asks for that.
    words
        Of the language, the template's own among them.
    template
        What stands where.
    width_pt
        Between the margins, points.
    spare_pt
        Height that a page has left, for what may take it.
    """

    night: Night
    words: Words
    template: ReportTemplate
    width_pt: float
    spare_pt: float = 0.0

    @property
    def is_narrow(self) -> bool:
        """Whether it is half a page: what stands side by side elsewhere, stands below here."""
        return bool(self.width_pt < _NARROW_PT)


@cache
def register_fonts() -> None:
    """Make the fonts known: DejaVu, which has Greek and Cyrillic and comes with matplotlib.

    It may be shared and embedded freely (Bitstream Vera and DejaVu licences).

    Raises
    ------
    ReportRefused
        If they are not where they should be.
    """
    # Looked for and not imported: matplotlib takes half a second.
    found = find_spec("matplotlib")
    folder = Path((found and found.origin) or "").parent / "mpl-data" / "fonts" / "ttf"
    for name in (FONT, BOLD):
        file = folder / f"{name}.ttf"
        if not file.is_file():
            raise ReportRefused(
                "the font of the report is missing", path=file, hint="install sleepscorer again"
            )
        pdfmetrics.registerFont(TTFont(name, str(file)))


def paragraph(text: str, style: ParagraphStyle = PLAIN) -> Paragraph:
    """Return text as it is: nothing in it steers the printer, lines stay lines."""
    return Paragraph(_escaped(text), style)


def _escaped(text: str) -> str:
    lines = (escape(one_line(line.expandtabs(4))) for line in text.splitlines())
    return "<br/>".join(lines)


def heading(text: str) -> Paragraph:
    """Return the heading of a section."""
    return paragraph(text, HEADING)


def run_in(name: str, text: str) -> Paragraph:
    """Return a name and what is said of it, in one paragraph of tiny letters."""
    return Paragraph(f'<font name="{BOLD}">{_escaped(name)}</font> {_escaped(text)}', TINY)


def section(title: str, *parts: Flowable) -> list[Flowable]:
    """Return a section under its heading."""
    return [heading(title), Spacer(0, 0.8 * mm), *parts, Spacer(0, GAP)]


def table(
    rows: Sequence[Sequence[Cell]],
    widths: Sequence[float],
    *,
    numbers_from: int = 1,
    head: bool = True,
    strong_first: bool = False,
    more: Iterable[tuple[object, ...]] = (),
) -> Table:
    """Return a table of texts: headings, and rows with fine lines between them.

    Parameters
    ----------
    rows
        Cells; texts are printed as they are.
    widths
        Of the columns, points.
    numbers_from
        The first column whose cells stand at the right.
    head
        Whether the first row holds headings, which come again on each page.
    strong_first
        Whether the first column is bold.
    more
        Further commands of reportlab's tables.
    """
    made = []
    for number, row in enumerate(rows):
        is_head = head and number == 0
        cells: list[Flowable | list[Flowable]] = []
        for column, cell in enumerate(row):
            is_number = column >= numbers_from
            style = NUMBER if is_number else STRONG if strong_first and column == 0 else PLAIN
            if is_head:
                style = LABEL_NUMBER if is_number else LABEL
            cells.append(paragraph(cell, style) if isinstance(cell, str) else cell)
        made.append(cells)
    return Table(
        made,
        widths,
        repeatRows=int(head),
        splitInRow=int(not head),
        hAlign="LEFT",
        style=[
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 1.5),
            ("RIGHTPADDING", (0, 0), (-1, -1), 1.5),
            ("TOPPADDING", (0, 0), (-1, -1), 0.4),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.3),
            ("LINEBELOW", (0, 0), (-1, -1), 0.25, LINE),
            *(((("LINEBELOW", (0, 0), (-1, 0), 0.6, GREY)),) if head else ()),
            *more,
        ],
    )


def facts_table(
    facts: Iterable[tuple[str, str]],
    width_pt: float,
    *,
    in_row: int = 3,
    style: ParagraphStyle = PLAIN,
) -> Table:
    """Return labels with their values, some to a row; what is long takes a whole row.

    In half a page each has a row of its own.
    """
    in_row = 1 if width_pt < _NARROW_PT else in_row
    column = width_pt / in_row
    label = max(0.36 * column, 25 * mm) if in_row > 1 else max(0.2 * column, 28 * mm)
    value = column - label
    rows: list[list[Cell]] = []
    room = 0
    for name, text in facts:
        cells: list[Cell] = [paragraph(name, LABEL), paragraph(text, style)]
        n_lines = paragraph(text, style).wrap(value - 6.5, 1e6)[1] / style.leading
        if n_lines > _MOST_LINES_OF_A_FACT:
            rows.append(cells)
            room = 0
            continue
        if not room:
            rows.append([])
            room = in_row
        rows[-1] += cells
        room -= 1
    # What stands last in a row has the room of those that lack.
    spans = [
        ("SPAN", (len(row) - 1, number), (-1, number))
        for number, row in enumerate(rows)
        if len(row) < 2 * in_row
    ]
    filled = [row + [""] * (2 * in_row - len(row)) for row in rows]
    widths = (label, value) * in_row
    # What is written beside it must not touch the next label.
    gap = ("RIGHTPADDING", (1, 0), (-1, -1), 5)
    return table(filled, widths, numbers_from=len(widths), head=False, more=(gap, *spans))


def side_by_side(
    left: Sequence[Flowable], right: Sequence[Flowable], widths: Sequence[float], gap: float = 0.0
) -> Table:
    """Return two columns that begin at one height, with a gap between them."""
    return Table(
        [[list(left), "", list(right)]],
        (widths[0], gap, widths[1]),
        hAlign="LEFT",
        splitInRow=1,
        style=[
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 0),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
        ],
    )
