"""The report as PDF: built once, written, and compared with what was written."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, PageBreak, Spacer

from sleepscorer import __version__
from sleepscorer.core.errors import ExportError
from sleepscorer.files.exports.night import Night
from sleepscorer.files.exports.own_files import PROGRAM
from sleepscorer.files.exports.report import back, events, figures, front, signing
from sleepscorer.files.exports.report.content import (
    COLUMN_GAP,
    GAP,
    Content,
    heading,
    paragraph,
    register_fonts,
    side_by_side,
)
from sleepscorer.files.exports.report.looked_up import looked_up
from sleepscorer.files.exports.report.paged import MARGIN, Paged, PageTexts, numbered
from sleepscorer.files.exports.report.templates import Places

_OWN = "own."

_SECTIONS: Mapping[str, Callable[[Content], list[Flowable]]] = {
    "letterhead": front.letterhead,
    "title": front.title,
    "person": front.person,
    "recording": front.recording,
    "hypnogram": front.hypnogram,
    "key_figures": figures.key_figures,
    "tables": figures.tables,
    "warnings": front.warnings,
    "comment": signing.comment,
    "signatures": signing.signatures,
    "respiratory": events.respiratory,
    "movements": events.movements,
    "oximetry": events.oximetry,
    "arousals": events.arousals,
    "spectrogram": back.spectrogram,
    "cycles": back.cycles,
    "transitions": back.transitions,
    "agreement": back.agreement_of_machine,
    "provenance": back.provenance,
    "notes": back.notes,
    "definitions": back.definitions,
}
# The others are moved to the next page whole.
_MAY_BE_DIVIDED = ("person", "warnings", "comment", "notes", "provenance", _OWN)
# Has boxes to write in, which take the room that is left.
_GROWING = "comment"
_LEFT_FREE = 2 * mm
# Of what must fit on one page; smaller letters than these read badly.
_SCALES = (1.0, 0.95, 0.9, 0.86)


class PdfReport:
    """The report of a night, built once: to write it, and to compare with it what was written.

    Parameters
    ----------
    night
        What to print; its look says how.

    Raises
    ------
    UsageError
        If its template, language or paper is unknown.
    ReportRefused
        If its template is wrong.
    """

    def __init__(self, night: Night) -> None:
        look = looked_up(night.look)
        self._paper = look.paper_mm
        width_pt = self._paper[0] * mm - 2 * MARGIN
        self._content = Content(night, look.words, look.template, width_pt)

    def write(self, file: BinaryIO) -> None:
        """Write it into an open binary file; the same night gives the same bytes."""
        file.write(self._bytes)

    def verify(self, path: Path) -> None:
        """Compare a written report with the one that was meant, byte by byte.

        Raises
        ------
        ExportError
            Where it differs.
        """
        if path.read_bytes() != self._bytes:
            raise ExportError("the report did not read back as it was written", path=path)

    @cached_property
    def _bytes(self) -> bytes:
        register_fonts()
        # How many pages there are is known when they were made; most are as many as was meant.
        return numbered(self._document, len(self._content.template.pages))

    def _document(self, n_pages: int) -> tuple[Paged, list[Flowable]]:
        document = Paged(_texts(self._content), self._paper, n_pages)
        return document, _story(self._content, document.height_pt)


def _texts(content: Content) -> PageTexts:
    words, night = content.words, content.night

    def beside(page: int, n_pages: int) -> tuple[str, str, str]:
        number = words("report.page", page=page, pages=n_pages)
        made = words("report.made_by", software=f"{PROGRAM} {__version__}")
        return number, made, "" if night.deidentify else night.form.person.code

    return PageTexts(words("report.title"), words.code, words("report.intended_use"), beside)


def _story(content: Content, height_pt: float) -> list[Flowable]:
    story: list[Flowable] = []
    for places in content.template.pages:
        parts = _page(content, places, height_pt)
        if story and parts:
            story.append(PageBreak())
        story += parts
    return story


def _page(content: Content, places: Places, height_pt: float) -> list[Flowable]:
    """Return what begins on a new page; what is a little too much for it is set smaller."""
    for scale in _SCALES:
        wide = replace(content, width_pt=content.width_pt / scale)
        parts, needed = _measured(wide, places)
        if needed * scale <= height_pt:
            if any(_GROWING in place for place in places):
                spare_pt = max(height_pt / scale - needed - _LEFT_FREE, 0.0)
                parts, needed = _measured(replace(wide, spare_pt=spare_pt), places)
            return [_Smaller(parts, wide.width_pt, needed, scale)] if parts else []
    return [part for place in places for part in _kept(content, place)]


def _measured(content: Content, places: Places) -> tuple[list[Flowable], float]:
    """Return what stands on a page, and how high it is, points."""
    parts = [part for place in places for part in _place(content, place)]
    return parts, sum(part.wrap(content.width_pt, 1e6)[1] for part in parts)


class _Smaller(Flowable):  # type: ignore[misc]
    """Parts one below the other, drawn at a scale."""

    def __init__(
        self, parts: list[Flowable], width_pt: float, height_pt: float, scale: float
    ) -> None:
        super().__init__()
        self._parts, self._scale = parts, scale
        self._width_pt, self._height_pt = width_pt, height_pt

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self._width_pt * self._scale, self._height_pt * self._scale

    def draw(self) -> None:
        self.canv.saveState()
        self.canv.scale(self._scale, self._scale)
        y = self._height_pt
        for part in self._parts:
            y -= part.wrapOn(self.canv, self._width_pt, y)[1]
            part.drawOn(self.canv, 0, y)
        self.canv.restoreState()


def _kept(content: Content, names: tuple[str, ...]) -> list[Flowable]:
    """Return a place that a page break divides only where that reads well."""
    parts = _place(content, names)
    if not parts or (len(names) == 1 and names[0].startswith(_MAY_BE_DIVIDED)):
        return parts
    return [KeepTogether(parts)]


def _place(content: Content, names: tuple[str, ...]) -> list[Flowable]:
    """Return a section, or two beside each other."""
    if len(names) == 1:
        return _parts(content, names[0])
    width = (content.width_pt - COLUMN_GAP) / 2
    half = replace(content, width_pt=width)
    left, right = (_parts(half, name) for name in names)
    return [side_by_side(left, right, (width, width), COLUMN_GAP)] if left or right else []


def _parts(content: Content, name: str) -> list[Flowable]:
    if not name.startswith(_OWN):
        return _SECTIONS[name](content)
    if content.night.deidentify:
        # What a laboratory writes may tell where the night was recorded.
        return []
    own = content.template.sentences[name.removeprefix(_OWN)]
    head: list[Flowable] = [heading(own.heading)] if own.heading else []
    return [*head, paragraph(own.text), Spacer(0, GAP)]
