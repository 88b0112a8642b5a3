"""Pages with margins and the footer that every document of the program has."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from sleepscorer import __version__
from sleepscorer.files.exports.own_files import PROGRAM
from sleepscorer.files.exports.report.content import LINE, SMALL, SMALL_NUMBER, paragraph

MARGIN = 15 * mm
"""At the left and the right, points."""

_TOP, _BOTTOM = 11 * mm, 16 * mm


@dataclass(frozen=True)
class PageTexts:
    """What a document says of itself.

    Parameters
    ----------
    title, language
        In its properties.
    intended_use
        At the left of each footer.
    beside
        Lines at the right of it, of the number of the page and of how many there are.
    """

    title: str
    language: str
    intended_use: str
    beside: Callable[[int, int], Sequence[str]]


class Paged(BaseDocTemplate):  # type: ignore[misc]
    """A document with a footer that says how many pages there are.

    Parameters
    ----------
    texts
        Of the document.
    paper_mm
        Width and height.
    n_pages
        As many as it is expected to have.
    """

    def __init__(self, texts: PageTexts, paper_mm: tuple[float, float], n_pages: int) -> None:
        self._texts, self._n_pages, self._file = texts, n_pages, io.BytesIO()
        width, height = (side * mm for side in paper_mm)
        super().__init__(
            self._file,
            pagesize=(width, height),
            invariant=1,
            title=texts.title,
            author=PROGRAM,
            subject=texts.intended_use,
            creator=f"{PROGRAM} {__version__}",
            producer="ReportLab",
            lang=texts.language,
        )
        self.width_pt, self.height_pt = width - 2 * MARGIN, height - _TOP - _BOTTOM
        frame = Frame(
            MARGIN,
            _BOTTOM,
            self.width_pt,
            self.height_pt,
            leftPadding=0,
            rightPadding=0,
            topPadding=0,
            bottomPadding=0,
        )
        self.addPageTemplates([PageTemplate(frames=[frame], onPageEnd=self._draw_footer)])

    def made_of(self, story: list[Flowable]) -> bytes:
        """Return the whole file."""
        self.build(story)
        return self._file.getvalue()

    def _draw_footer(self, canvas: Canvas, _document: Any) -> None:
        width = self.width_pt
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(0.4)
        canvas.line(MARGIN, _BOTTOM - 2 * mm, MARGIN + width, _BOTTOM - 2 * mm)
        text = paragraph(self._texts.intended_use, SMALL)
        _, height = text.wrap(width * 0.72, 20 * mm)
        text.drawOn(canvas, MARGIN, _BOTTOM - 2.8 * mm - height)
        lines = self._texts.beside(canvas.getPageNumber(), self._n_pages)
        beside = paragraph("\n".join(filter(None, lines)), SMALL_NUMBER)
        _, height = beside.wrap(width * 0.26, 20 * mm)
        beside.drawOn(canvas, MARGIN + width * 0.74, _BOTTOM - 2.8 * mm - height)


def numbered(make: Callable[[int], tuple[Paged, list[Flowable]]], n_pages: int) -> bytes:
    """Return a document that says rightly how many pages it has.

    Parameters
    ----------
    make
        Makes the document and what stands in it, of how many pages it is expected to have.
    n_pages
        The first guess.
    """
    while True:
        document, story = make(n_pages)
        made = document.made_of(story)
        if document.page == n_pages:
            return made
        n_pages = document.page
