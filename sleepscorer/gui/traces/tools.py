"""What every tool of the traces is: what it sees of them, how it works, how it draws."""

from abc import ABC, abstractmethod
from typing import Protocol

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from sleepscorer.analysis.display import DisplayTrace
from sleepscorer.analysis.pages import TracePage
from sleepscorer.core.event_kinds import kind_of_text
from sleepscorer.core.events import Event
from sleepscorer.gui.look.theme import Theme
from sleepscorer.gui.traces.event_spans import EventSpan
from sleepscorer.gui.traces.geometry import RowGrid, TimeAxis
from sleepscorer.gui.traces.painter import duration_text

SHORTEST_EVENT_S = 0.1
"""No event is drawn or stretched shorter than this."""
TIME_DECIMALS = 3
"""Events begin and end at whole milliseconds."""

SHORTEST_DRAG_PX = 4.0
"""A press and release nearer together is a click."""


class Surface(Protocol):
    """What the tools and the keys of events see of the traces, and may ask of them."""

    @property
    def axis(self) -> TimeAxis:
        """Where times lie."""
        ...

    @property
    def grid(self) -> RowGrid:
        """Where rows lie."""
        ...

    @property
    def duration_s(self) -> float:
        """Length of the recording."""
        ...

    @property
    def traces(self) -> tuple[DisplayTrace, ...]:
        """The rows, from the top."""
        ...

    @property
    def tool(self) -> "Tool":
        """What dragging does."""
        ...

    @property
    def selected_event(self) -> Event | None:
        """The event that Delete would delete."""
        ...

    def row(self, row: int) -> tuple[DisplayTrace, TracePage]:
        """Return what is drawn in a row."""
        ...

    def span_at(self, position: QPointF) -> EventSpan | None:
        """Return the event there."""
        ...

    def is_own(self, event: Event) -> bool:
        """Tell whether it is an event of the session, which can be changed."""
        ...

    def select_event(self, event: Event | None) -> None:
        """Select an event, or none."""
        ...

    def delete_selected(self) -> bool:
        """Delete the selected event, or say why not; return False where none is selected."""
        ...

    def change_event(self, old: Event | None, new: Event) -> None:
        """Ask the session for a new or changed event."""
        ...

    def refuse_change(self, event: Event) -> None:
        """Say why an event stays as it is."""
        ...

    def say(self, sentence: str) -> None:
        """Show a sentence; an empty one takes back what was said."""
        ...

    def update(self) -> None:
        """Draw anew what the tool and the keys draw."""
        ...


class Tool(ABC):
    """One way of using the mouse; between press and release it is busy."""

    cursor = Qt.CursorShape.ArrowCursor

    def __init__(self, surface: Surface) -> None:
        self._surface = surface

    @property
    def is_busy(self) -> bool:
        """True while Esc has something to take back."""
        return False

    def cursor_at(self, _position: QPointF) -> Qt.CursorShape:
        """Return the pointer's shape there."""
        return self.cursor

    @abstractmethod
    def press(self, position: QPointF) -> None:
        """Begin at this place."""

    @abstractmethod
    def move(self, position: QPointF) -> None:
        """Go on to this place."""

    @abstractmethod
    def release(self, position: QPointF) -> None:
        """End at this place."""

    @abstractmethod
    def cancel(self) -> None:
        """Forget what was begun."""

    @abstractmethod
    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Draw what is going on."""


def event_note(event: Event) -> str:
    """What is shown while an event is dragged."""
    if event.duration_s is None:
        return event.text
    kind = kind_of_text(event.text)
    rule = "" if kind is None else kind.length_rule(event.duration_s)
    note = f"{event.text} · {duration_text(event.duration_s)}"
    return f"{note}, {rule}" if rule else note


def paint_band(painter: QPainter, rect: QRectF, colour: str) -> None:
    """Draw a stretch of a row."""
    ground = QColor(colour)
    ground.setAlpha(60)
    painter.fillRect(rect, ground)
    painter.setPen(QPen(QColor(colour), 1))
    painter.drawLine(QLineF(rect.topLeft(), rect.bottomLeft()))
    painter.drawLine(QLineF(rect.topRight(), rect.bottomRight()))


def paint_note(painter: QPainter, theme: Theme, rect: QRectF, text: str) -> None:
    """Write beside a band, inside the view."""
    metrics = QFontMetricsF(painter.font())
    width, height = metrics.horizontalAdvance(text) + 12, metrics.height() + 4
    view = QRectF(painter.viewport())
    left = min(max(rect.left(), 2.0), max(view.width() - width - 2, 2.0))
    top = rect.top() - height - 2
    if top < 0:
        top = rect.bottom() + 2
    chip = QRectF(left, top, width, height)
    painter.fillRect(chip, QColor(theme.text))
    painter.setPen(QColor(theme.background))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
