"""The traces themselves: shows the last page that was read, and takes the mouse."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from sleepscorer.analysis.display import DisplayTrace
from sleepscorer.analysis.pages import TracePage
from sleepscorer.core.edits import Change
from sleepscorer.core.event_doubts import event_warnings
from sleepscorer.core.events import LIGHTS_OFF, LIGHTS_ON, Event
from sleepscorer.gui.look.appearance import sized
from sleepscorer.gui.look.measures import NOTCH_DELTA, TextSize
from sleepscorer.gui.look.theme import Theme
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.gui.tool_names import MEASURE, SELECT, marked_text
from sleepscorer.gui.traces.epoch_strip import paint_current_epoch, paint_epochs
from sleepscorer.gui.traces.event_keys import EventKeys
from sleepscorer.gui.traces.event_spans import EventFinder, EventSpan, event_spans, span_at
from sleepscorer.gui.traces.geometry import RowGrid, TimeAxis, row_grid, row_offset
from sleepscorer.gui.traces.page_loader import Pages
from sleepscorer.gui.traces.page_words import AS_STORED, PageWords
from sleepscorer.gui.traces.painter import (
    Screenful,
    TracePainter,
    duration_text,
    gaps_in_view,
)
from sleepscorer.gui.traces.range_tools import MarkTool, MeasureTool
from sleepscorer.gui.traces.select_tool import SelectTool
from sleepscorer.gui.traces.tools import Tool
from sleepscorer.pipeline import Explanation


@dataclass(frozen=True, eq=False)
class PageOnScreen:
    """What is shown: it lags behind the model while a page is being read.

    Parameters
    ----------
    traces, pages
        Rows from the top.
    axis
        Of a view one pixel wide; :class:`TraceCanvas` knows its width.
    offsets
        The value in the middle of each row.
    """

    traces: tuple[DisplayTrace, ...]
    pages: Pages
    axis: TimeAxis
    offsets: tuple[float, ...]

    @classmethod
    def of(cls, traces: tuple[DisplayTrace, ...], pages: Pages, axis: TimeAxis) -> "PageOnScreen":
        """Make a page of what was read."""
        rows = zip(traces, pages, strict=True)
        return cls(traces, pages, axis, tuple(row_offset(trace, page) for trace, page in rows))


@dataclass(frozen=True)
class MenuPlace:
    """Where on the traces a menu was asked for.

    Parameters
    ----------
    where
        On the screen.
    time_s
        From the start of the recording.
    row
        The row there; None for none.
    event
        The event there, which is the chosen one then; None for none.
    has_stretch
        A stretch is held ready there.
    """

    where: QPoint
    time_s: float
    row: int | None
    event: Event | None
    has_stretch: bool


NOTHING = PageOnScreen((), (), TimeAxis(0.0, 1.0, 0.0, 1.0, 1.0), ())


class TraceCanvas(QWidget):
    """Paints a page and runs the tools.

    Signals
    -------
    resized
        Pages are needed for another number of columns.
    page_painted
        A new page has reached the screen.
    wheel_turned
        By so many notches, more than 0 away from the person, with these modifier keys held, over
        this row; None over none.
    event_drawn
        An event was marked or changed; an Event.
    message
        A sentence for the status bar.
    menu_asked
        A menu is wanted; a :class:`MenuPlace`.
    """

    menu_asked = Signal(object)
    resized = Signal()
    page_painted = Signal()
    wheel_turned = Signal(int, object, object)
    event_drawn = Signal(object)
    message = Signal(str)

    def __init__(self, model: SessionModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._theme = theme
        self._shown = NOTHING
        self._painter = TracePainter(theme, self._small_font())
        self._image: QImage | None = None
        self.words = AS_STORED
        self._spans: list[EventSpan] = []
        self._explanation: Explanation | None = None
        self._wheel_delta = 0
        self._fixed_ratio: float | None = None
        self._tool: Tool = SelectTool(self)
        self.event_keys = EventKeys(self)
        self._of_recording = model.annotations
        self._annotations = EventFinder(self._of_recording)
        self._own_events: tuple[Event, ...] = ()
        self._own = EventFinder(())
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 120)
        self.setAccessibleName("Traces")
        model.scoring_changed.connect(self._on_scoring_changed)
        model.scorings_changed.connect(self._on_scorings_changed)
        model.event_chosen.connect(self._on_event_chosen)

    # What the tools see.

    @property
    def axis(self) -> TimeAxis:
        """Where times lie."""
        return replace(self._shown.axis, width_px=float(max(self.width(), 1)))

    @property
    def grid(self) -> RowGrid:
        """Where rows lie."""
        return row_grid(len(self._shown.traces), self.height())

    @property
    def duration_s(self) -> float:
        """Length of the recording."""
        return self._model.recording.duration_s

    def row(self, row: int) -> tuple[DisplayTrace, TracePage]:
        """Return what is drawn in a row."""
        return self._shown.traces[row], self._shown.pages[row]

    def span_at(self, position: QPointF) -> EventSpan | None:
        """Return the event there."""
        return span_at(self._spans, position)

    def select_event(self, event: Event | None) -> None:
        """Choose an event and say which, or none."""
        self._model.choose_event(event)
        # Last, so that it is the sentence that stays.
        self.message.emit("" if event is None else self._model.event_text(event))

    def refuse_change(self, event: Event) -> None:
        """Say why an annotation of the recording stays as it is."""
        self.message.emit(
            f"{event.text} is an annotation of the recording: it can't be moved or deleted"
        )

    def say(self, sentence: str) -> None:
        """Let a sentence be shown; an empty one takes back what was said."""
        self.message.emit(sentence)

    def change_event(self, old: Event | None, new: Event) -> None:
        """Ask the session for a new or changed event."""
        if self._model.replace_event(old, new):
            self.event_drawn.emit(new)
            self.select_event(new)
        self.update()

    def is_own(self, event: Event) -> bool:
        """True for an event of the session, which can be changed."""
        return self._model.is_own(event)

    # What the view asks.

    @property
    def n_columns(self) -> int:
        """Device pixels from left to right."""
        return max(round(self.width() * self._ratio), 1)

    @property
    def _ratio(self) -> float:
        return self._fixed_ratio or self.devicePixelRatioF()

    def set_pixel_ratio(self, ratio: float) -> None:
        """Paint as many device pixels to a logical one, as for paper, whatever the screen has."""
        self._fixed_ratio = ratio

    @property
    def traces(self) -> tuple[DisplayTrace, ...]:
        """The rows on the screen."""
        return self._shown.traces

    @property
    def offsets(self) -> tuple[float, ...]:
        """The value in the middle of each row."""
        return self._shown.offsets

    @property
    def selected_event(self) -> Event | None:
        """The event that Delete would delete."""
        return self._model.chosen_event

    @property
    def tool(self) -> Tool:
        """What dragging does."""
        return self._tool

    @property
    def is_selecting(self) -> bool:
        """True while no kind is being marked and nothing is measured."""
        return isinstance(self._tool, SelectTool)

    def show_page(self, page: PageOnScreen) -> None:
        """Show this page."""
        # A range of time on a row means nothing on other rows or another page.
        if page.axis != self._shown.axis or page.traces != self._shown.traces:
            self._tool.cancel()
            self.event_keys.let_go()
        self._shown = page
        self._repaint_page()

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self._painter = TracePainter(theme, self._small_font())
        self._repaint_page()

    def set_words(self, words: PageWords) -> None:
        """Call channels and events so."""
        self.words = words
        self._repaint_page()

    def show_explanation(self, explanation: Explanation | None) -> None:
        """Tint where the network saw a stage, or nothing."""
        if explanation is not self._explanation:
            self._explanation = explanation
            self._repaint_page()

    def set_tool(self, name: str) -> None:
        """Use the mouse to ``"select"``, to ``"measure"`` or to ``"mark:<event text>"``."""
        if name == SELECT:
            self._tool = SelectTool(self)
        elif name == MEASURE:
            self._tool = MeasureTool(self)
        elif text := marked_text(name):
            self._tool = MarkTool(self, text)
        else:
            raise ValueError(f"no tool {name!r}")
        self.setCursor(self._tool.cursor)
        self.event_keys.let_go()

    def delete_selected(self) -> bool:
        """Delete the chosen event, or say why not; return False where none is chosen."""
        event = self._model.chosen_event
        if event is None:
            return False
        name = f"{event.text} at {self._model.clock_text(event.onset_s, tenths=True)}"
        if not self.is_own(event):
            self.refuse_change(event)
        elif not self._is_on_screen(event):
            self._model.show_time(event.onset_s)
            self.message.emit(f"{name} was not on the screen: nothing was deleted")
        elif self._model.replace_event(event, None):
            self.message.emit(f"{name} deleted")
        return True

    def _is_on_screen(self, event: Event) -> bool:
        """Tell whether the page that is drawn, which may lag behind the model's, holds it."""
        axis = self._shown.axis
        stop_s = event.onset_s + (event.duration_s or 0.0)
        return event.onset_s < axis.stop_s and stop_s >= axis.start_s

    # Painting.

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A comfortable size."""
        return QSize(1200, 600)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the page, and over it what changes without a new page."""
        is_new = self._image is None
        image = self._image = self._image or self._painted_page()
        with QPainter(self) as painter:
            painter.drawImage(QPointF(0, 0), image)
            painter.setFont(self._small_font())
            model, axis, theme = self._model, self.axis, self._theme
            paint_epochs(painter, model, axis, theme=theme)
            paint_current_epoch(painter, model, axis, grid=self.grid, theme=theme)
            self._paint_selection(painter)
            if not self.words.are_neutral:
                self._tool.paint(painter, self._theme)
                self.event_keys.paint(painter, self._theme)
        if is_new:
            self.page_painted.emit()

    def redraw(self) -> None:
        """Draw the page anew."""
        self._repaint_page()

    def _repaint_page(self) -> None:
        self._image = None
        self.update()

    def _painted_page(self) -> QImage:
        model, axis, grid = self._model, self.axis, self.grid
        state = model.session.state
        if state.events is not self._own_events:
            self._own_events, self._own = state.events, EventFinder(state.events)
        traces = self._shown.traces
        self._spans = event_spans(
            self._own.between(axis.start_s, axis.stop_s),
            self._annotations.between(axis.start_s, axis.stop_s),
            traces,
            axis=axis,
            grid=grid,
        )
        marks = ((state.lights_off_s, LIGHTS_OFF), (state.lights_on_s, LIGHTS_ON))
        screenful = Screenful(
            traces=traces,
            pages=self._shown.pages,
            offsets=self._shown.offsets,
            axis=axis,
            grid=grid,
            spans=[self.words.span(span) for span in self._spans],
            gaps=gaps_in_view(model.recording.gaps, model.recording.duration_s, axis),
            lights=[(time_s, name) for time_s, name in marks if time_s is not None],
            clock_text=model.clock_text,
            explanation=self._explanation,
        )
        ratio = self._ratio
        size = QSize(self.n_columns, max(round(self.height() * ratio), 1))
        return self._painter.paint(screenful, size, ratio)

    def _small_font(self) -> QFont:
        return sized(self.font(), TextSize.SMALL)

    def _paint_selection(self, painter: QPainter) -> None:
        for span in self._spans:
            if span.event == self._model.chosen_event:
                painter.setPen(QPen(QColor(self._theme.chosen), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(span.rect)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Ask for as many columns as there are now; until then the old ones are shown."""
        self._image = None
        self.resized.emit()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow another font."""
        if event.type() == QEvent.Type.FontChange:
            self._painter = TracePainter(self._theme, self._small_font())
            self._repaint_page()
        super().changeEvent(event)

    # Mouse and keys.

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begin with the tool."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._tool.press(event.position())
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Go on with the tool, or show what it would grip."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._tool.move(event.position())
            self.update()
        else:
            self.setCursor(self._tool.cursor_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """End with the tool."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._tool.release(event.position())
            self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """Ask for a menu: at the pointer, or by the menu key at what is chosen."""
        position = QPointF(event.pos())
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            position = self._chosen_place()
        span = self.span_at(position)
        time_s = min(max(self.axis.time_s(position.x()), 0.0), self.duration_s)
        stretch = self._tool.stretch.event("") if isinstance(self._tool, SelectTool) else None
        is_in_stretch = stretch is not None and (
            0 <= time_s - stretch.onset_s <= (stretch.duration_s or 0.0)
        )
        if not is_in_stretch:
            self._tool.cancel()
            self.select_event(None if span is None else span.event)
            self.update()
        self.menu_asked.emit(
            MenuPlace(
                self.mapToGlobal(position.toPoint()),
                time_s,
                self.grid.row_at(position.y()),
                None if span is None or is_in_stretch else span.event,
                is_in_stretch,
            )
        )

    def _chosen_place(self) -> QPointF:
        """The middle of the event chosen, or of the view."""
        chosen = [span.rect for span in self._spans if span.event == self._model.chosen_event]
        centre = QPointF(self.rect().center())
        return chosen[0].intersected(QRectF(self.rect())).center() if chosen else centre

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Count notches; touch pads send parts of one."""
        # Some platforms report Shift+wheel as a horizontal one.
        self._wheel_delta += event.angleDelta().y() or event.angleDelta().x()
        notches = int(self._wheel_delta / NOTCH_DELTA)
        self._wheel_delta -= notches * NOTCH_DELTA
        event.accept()
        if notches:
            row = self.grid.row_at(event.position().y())
            self.wheel_turned.emit(notches, event.modifiers(), row)

    def event(self, event: QEvent) -> bool:
        """Show the words of an event under the pointer, and claim the keys that concern one."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            span = self.span_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self._tip(span) if span else "", self)
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            # Without this, Esc and arrows would be the window's also while they concern an event.
            event.setAccepted(self.event_keys.claims(event))
            return event.isAccepted()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Let the keys that concern an event work; all others are the window's."""
        if self.event_keys.claims(event):
            self.event_keys.press(event)
        else:
            event.ignore()

    def _tip(self, span: EventSpan) -> str:
        event = span.event
        words = [event.text, self._model.clock_text(event.onset_s)]
        if event.duration_s is not None:
            words.append(duration_text(event.duration_s))
        if event.channel:
            words.append(event.channel)
        if not span.is_own:
            words.append("annotation of the recording")
        doubts = event_warnings(event, self._model.session.state.hypnogram) if span.is_own else ()
        return "\n".join([" · ".join(words), *(f"Doubtful: {doubt}." for doubt in doubts)])

    # The model.

    def _on_scoring_changed(self, change: Change) -> None:
        if change.events_removed or change.events_added or change.lights_after is not None:
            self._image = None
        if (change.events_removed or change.events_added) and (
            self._of_recording != self._model.annotations
        ):
            self._find_annotations()
        self.update()

    def _find_annotations(self) -> None:
        self._of_recording = self._model.annotations
        self._annotations = EventFinder(self._of_recording)

    def _on_scorings_changed(self) -> None:
        self._find_annotations()
        self._image = None
        self.update()

    def _on_event_chosen(self, _event: Event | None) -> None:
        self.update()
