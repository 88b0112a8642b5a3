"""Where the names of events stand: at the top of their row, short where room is short."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF

from sleepscorer.core.event_kinds import short_of_text
from sleepscorer.core.events import Event
from sleepscorer.gui.traces.event_spans import EventSpan
from sleepscorer.gui.traces.geometry import RowGrid

_PADDING_PX = 3.0
_GAP_PX = 2.0
_TICK_PX = 5.0


@dataclass(frozen=True)
class EventLabel:
    """The name of an event on the screen.

    Parameters
    ----------
    event
        What is named.
    text
        Its words, or their short form; empty for a tick where there is no room for words.
    rect
        Where, in logical pixels.
    """

    event: Event
    text: str
    rect: QRectF


@dataclass(frozen=True)
class _Lettering:
    """How large words are, and how far to the right they may go."""

    width_of: Callable[[str], float]
    height_px: float
    stop_px: float


def event_labels(
    spans: Sequence[EventSpan],
    grid: RowGrid,
    *,
    width_px: float,
    text_width: Callable[[str], float],
    text_px: float,
) -> list[EventLabel]:
    """Name the events of a page; none of the names reaches the middle of a row.

    Parameters
    ----------
    spans
        The events.
    grid
        The rows.
    width_px
        Width of the view.
    text_width, text_px
        Width of some words, and the height of all.
    """
    lettering = _Lettering(text_width, text_px, width_px - _GAP_PX)
    labels: list[EventLabel] = []
    rows: dict[int, list[EventSpan]] = {}
    for span in spans:
        if span.rect.right() >= 0 and span.rect.left() <= width_px:
            # What belongs to no row lies over the first.
            rows.setdefault(span.row or 0, []).append(span)
    for row, mates in rows.items():
        taken = [span.rect for span in mates if span.row is None]
        for span in sorted(mates, key=lambda span: (span.row is not None, span.rect.left())):
            tops = _tops(grid, row, text_px)
            if span.row is None:
                tops, free = [span.rect.top()], [t for t in taken if t != span.rect]
            else:
                free = taken
            label = _label(span, mates, lettering, tops=tops, taken=free)
            labels.append(label)
            taken.append(label.rect)
    return labels


def _tops(grid: RowGrid, row: int, text_px: float) -> list[float]:
    """Where words may begin on a row: one below another, as far as the middle stays free."""
    top, half_px = grid.row_top_px(row), grid.height_px / 2 - 1
    lines = int(half_px // text_px)
    if lines:
        return [top + line * text_px for line in range(lines)]
    # On low rows words stand between this row's middle and that of the row above.
    lifted = top + half_px - text_px
    is_free = text_px <= 2 * half_px and lifted >= grid.top_px
    return [lifted] if is_free else []


def _label(
    span: EventSpan,
    mates: Sequence[EventSpan],
    lettering: _Lettering,
    *,
    tops: Sequence[float],
    taken: Sequence[QRectF],
) -> EventLabel:
    left = max(span.rect.left(), 0.0) + _GAP_PX
    later = [mate.rect.left() for mate in mates if mate.rect.left() >= span.rect.right()]
    free_px = min([lettering.stop_px, *later]) - left
    own_px = min(span.rect.right(), lettering.stop_px) - left
    for text in _forms(span, lettering, own_px=own_px, free_px=free_px):
        width = lettering.width_of(text) + 2 * _PADDING_PX
        for top in tops:
            rect = QRectF(left, top, width, lettering.height_px)
            if not any(rect.intersects(other) for other in taken):
                return EventLabel(span.event, text, rect)
    top = span.rect.top()
    tick = QRectF(max(span.rect.left(), 0.0), top, _TICK_PX, _TICK_PX)
    return EventLabel(span.event, "", tick)


def _forms(
    span: EventSpan, lettering: _Lettering, *, own_px: float, free_px: float
) -> Iterator[str]:
    """Yield what may be written, best first.

    A name that has a short form is not wider than its event, as the trace beside it is not the
    event's to cover; the short form and names that have none may reach to the next event.
    """
    short = short_of_text(span.event.text)
    short = f"{short}{span.flag}" if short else ""
    full_px = own_px if short and span.event.duration_s else free_px
    words = span.label.split(" ")
    cut = [" ".join(words[:n]) + " …" for n in range(len(words) - 1, 0, -1)]
    forms = [(span.label, full_px), *((text, free_px) for text in ([short] if short else cut))]
    for text, room_px in forms:
        if lettering.width_of(text) + 2 * _PADDING_PX <= max(room_px, own_px):
            yield text
