"""What people add to a report: comment, impression, signatures."""

from collections.abc import Iterator

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer, Table

from sleepscorer.core.signatures import Meaning, Signature, standing
from sleepscorer.files.exports.report.content import (
    COLUMN_GAP,
    GAP,
    GREY,
    LINE,
    PLAIN,
    SMALL,
    STRONG,
    Content,
    heading,
    paragraph,
    side_by_side,
)

_SIGNING_SPACE = 6.5 * mm
_LEAST_ROOM, _MOST_ROOM = 11 * mm, 60 * mm
_MOST_LINES_BESIDE = 6.1


def comment(content: Content) -> list[Flowable]:
    """The scorer's comment and the physician's impression; room to write where there is none."""
    words, form, night = content.words, content.night.form, content.night
    half = (content.width_pt - COLUMN_GAP) / 2
    said = ("", "") if night.deidentify else (form.comment.strip(), form.impression.strip())
    texts = tuple(zip(map(words, ("comment.heading", "comment.impression")), said, strict=True))
    longest = max(paragraph(text).wrap(half, 1e6)[1] for text in said)
    is_short = longest <= _MOST_LINES_BESIDE * PLAIN.leading
    width = half if is_short else content.width_pt
    both: list[list[Flowable]] = [
        [heading(title), paragraph(text)] if text else [_box(title, width, content.spare_pt)]
        for title, text in texts
    ]
    if is_short:
        return [side_by_side(both[0], both[1], (half, half), COLUMN_GAP), Spacer(0, GAP)]
    return [part for parts in both for part in (*parts, Spacer(0, GAP))]


def _box(title: str, width: float, spare_pt: float) -> Flowable:
    """Room to write by hand: more of it where the page has some left."""
    return Table(
        [[paragraph(title, STRONG)]],
        (width,),
        (min(_LEAST_ROOM + spare_pt, _MOST_ROOM),),
        hAlign="LEFT",
        style=[
            ("BOX", (0, 0), (0, 0), 0.4, LINE),
            ("VALIGN", (0, 0), (0, 0), "TOP"),
            ("TOPPADDING", (0, 0), (0, 0), 1.5),
            ("LEFTPADDING", (0, 0), (0, 0), 3),
        ],
    )


def signatures(content: Content) -> list[Flowable]:
    """Who signed, or a line to sign on; what was taken back is named."""
    words = content.words
    half = (content.width_pt - COLUMN_GAP) / 2
    columns: list[list[Flowable]] = []
    for key, meaning in (("scorer", Meaning.SCORED), ("physician", Meaning.REVIEWED)):
        signed = [one for one in _holding(content) if one.meaning is meaning]
        parts: list[Flowable] = [paragraph(words(f"signatures.{key}"), STRONG)]
        for one in signed:
            parts += _signed(content, one)
        if not signed:
            parts += [paragraph(words("status.not_signed")), Spacer(0, _SIGNING_SPACE)]
            parts += [_line(half), paragraph(words("signatures.line"), SMALL)]
        columns.append(parts)
    made = side_by_side(columns[0], columns[1], (half, half), COLUMN_GAP)
    void: list[Flowable] = [paragraph(text, SMALL) for text in _void(content)]
    if void:
        void.insert(0, Spacer(0, GAP))
    return [made, *void, Spacer(0, GAP)]


def _line(width: float) -> Flowable:
    return Table(
        [[""]], (width,), (1,), hAlign="LEFT", style=[("LINEABOVE", (0, 0), (-1, 0), 0.5, GREY)]
    )


def status_text(content: Content) -> str:
    """Return whether the report is signed, and by whom alone."""
    meanings = {one.meaning for one in _holding(content)}
    status = "signed" if Meaning.REVIEWED in meanings else "scorer_only"
    return content.words(f"status.{status if meanings else 'not_signed'}")


def _holding(content: Content) -> list[Signature]:
    night = content.night
    return [one for one in standing(night.signatures, night.unlockings) if not one.is_broken]


def _signed(content: Content, one: Signature) -> list[Flowable]:
    words = content.words
    digest = words("signatures.hash", hash=one.short_sha256) if one.sha256 else ""
    if content.night.deidentify or not (one.name and one.utc):
        return [paragraph(words("signatures.name_left_out"))]
    text = words("signatures.signed", name=one.name, moment=words.moment(one.utc))
    return [paragraph(text), paragraph(digest, SMALL)]


def _void(content: Content) -> Iterator[str]:
    words, night = content.words, content.night
    by_number = {one.number: one for one in night.signatures}
    for unlocking in night.unlockings:
        for number in unlocking.voids:
            one = by_number.get(number)
            if night.deidentify or one is None or not (one.name and one.utc and unlocking.utc):
                yield words("signatures.void_left_out", number=number)
                continue
            yield words(
                "signatures.void",
                number=number,
                name=one.name,
                moment=words.moment(one.utc),
                user=unlocking.author.user,
                when=words.moment(unlocking.utc),
                reason=unlocking.reason,
            )
    for one in standing(night.signatures, night.unlockings):
        if one.is_broken and not night.deidentify and one.name and one.utc:
            yield words(
                "signatures.broken", number=one.number, name=one.name, moment=words.moment(one.utc)
            )
