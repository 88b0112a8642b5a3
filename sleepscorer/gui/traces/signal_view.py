"""The trace view: title line, label gutter, traces, and the thread that reads their pages."""

import math

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from sleepscorer.analysis.display import DisplayTrace
from sleepscorer.core.edits import Change
from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.events import Event
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.gui.look.theme import Theme
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.gui.traces.canvas import PageOnScreen, TraceCanvas
from sleepscorer.gui.traces.changes import turned
from sleepscorer.gui.traces.crosshair import Crosshair
from sleepscorer.gui.traces.epoch_title import TitleLine, epoch_title
from sleepscorer.gui.traces.event_keys import HELD
from sleepscorer.gui.traces.geometry import TimeAxis
from sleepscorer.gui.traces.gutter import TraceGutter
from sleepscorer.gui.traces.page_loader import PageLoader, PageRequest
from sleepscorer.gui.traces.page_words import PageWords
from sleepscorer.pipeline import Explanation

_PATIENCE_MS = 150
_RETRY_MS = 2000
# Long pages take longer to read than to paint, so more of them are read ahead.
_AHEAD_SHORT, _AHEAD_LONG, _LONG_S = 3, 8, 120
_STEPS_PER_DECADE = 10


class SignalView(QWidget):
    """Scrollable traces of the model's montage.

    Parameters
    ----------
    model
        What is shown, and where edits go.
    theme
        Colours.

    Signals
    -------
    event_drawn
        An event was marked or changed with the mouse, and is in the session; an Event.
    message
        A sentence for the status bar.
    page_shown
        The model's page was read, and is what is shown.
    menu_asked
        A menu is wanted; a :class:`~sleepscorer.gui.traces.canvas.MenuPlace`.
    """

    menu_asked = Signal(object)

    event_drawn = Signal(object)
    message = Signal(str)
    page_shown = Signal()

    def __init__(self, model: SessionModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._loader = PageLoader(self)
        self._wanted: PageRequest | None = None
        self._last_start_s = model.page_start_s
        self._direction = 1
        self.title = TitleLine(theme, self)
        self.canvas = TraceCanvas(model, theme, self)
        self.gutter = TraceGutter(model, self.canvas, theme, self)
        self.crosshair = Crosshair(model, self.canvas, theme)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._is_unreadable = False
        self._tint_note = ""
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.setInterval(_RETRY_MS)
        self._lay_out()
        self._connect()
        self._show_title()

    def _lay_out(self) -> None:
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.title, 0, 0, 1, 2)
        layout.addWidget(self.gutter, 1, 0)
        layout.addWidget(self.canvas, 1, 1)
        layout.setRowStretch(1, 1)
        self.setFocusProxy(self.canvas)

    def _connect(self) -> None:
        self._loader.page_read.connect(self._on_page_read)
        self._loader.failed.connect(self._on_reading_failed)
        self._patience.timeout.connect(self._on_page_late)
        self._retry.timeout.connect(self._turn)
        self.canvas.resized.connect(self._turn)
        self.canvas.page_painted.connect(self._on_page_painted)
        self.canvas.wheel_turned.connect(self._on_wheel_turned)
        self.canvas.event_drawn.connect(self._on_event_drawn)
        self.canvas.message.connect(self.message)
        self.canvas.menu_asked.connect(self.menu_asked)
        self._model.page_changed.connect(self._on_page_changed)
        self._model.montage_changed.connect(self._turn)
        self._model.epoch_selected.connect(self._on_epoch_selected)
        self._model.scoring_changed.connect(self._on_scoring_changed)
        self._model.layers_changed.connect(self._show_title)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        for part in (self.title, self.gutter, self.canvas, self.crosshair):
            part.set_theme(theme)

    def set_words(self, words: PageWords) -> None:
        """Call channels, events and scorers so."""
        self.canvas.set_words(words)
        self.gutter.update()
        self._show_title()

    def set_tool(self, name: str) -> None:
        """Use the mouse to ``"select"``, to ``"measure"`` or to ``"mark:<event text>"``."""
        self.canvas.set_tool(name)

    def set_px_per_mm(self, px_per_mm: float, *, is_measured: bool) -> None:
        """Give sensitivities in µV/mm too; see :meth:`TraceGutter.set_px_per_mm`."""
        self.gutter.set_px_per_mm(px_per_mm, is_measured=is_measured)

    def zoom_gain(self, factor: float) -> None:
        """Make all waves larger (above 1) or smaller, by at least one step of a tenth decade.

        What is read off, such as SpO2 and position, keeps its scale.
        """
        if factor <= 0:
            raise ValueError(f"no gain {factor}")
        steps = round(_STEPS_PER_DECADE * math.log10(factor))
        if factor != 1:
            steps = steps or int(math.copysign(1, factor - 1))
        self._model.set_montage(turned(self._model.montage, steps))

    def show_explanation(self, explanation: Explanation | None) -> None:
        """Tint where the network saw a stage, or nothing."""
        self._tint_note = ""
        if explanation is not None:
            stage = explanation.stage.text
            saw = f"tint: where the network saw {stage}"
            none = f"no tint: the network saw {stage} nowhere in particular"
            self._tint_note = f"{saw if explanation.is_seen else none}   "
        self.canvas.show_explanation(explanation)
        self._show_title()

    def delete_selected_event(self) -> bool:
        """Delete the chosen event, or say why not; return False where none is chosen."""
        return self.canvas.delete_selected()

    def mark(self, text: str) -> bool:
        """Let what stands ready be an event of this text; return False where nothing does.

        That is the event in hand, the stretch that was dragged, the event chosen, or else the place
        that keys brought the crosshair to, where one of the usual length begins.
        """
        keys, place = self.canvas.event_keys, self.crosshair.place
        if keys.give(text):
            return True
        if place is None or not self.canvas.is_selecting:
            return False
        keys.put_at(text, *place)
        return True

    def mark_at(self, text: str, time_s: float, row: int) -> None:
        """Mark an event of usual length that begins at a time of a row."""
        self.canvas.event_keys.put_at(text, time_s, row)

    def remark(self, text: str) -> bool:
        """Put words over the stretch or the event chosen; return False where there is neither."""
        return self.canvas.event_keys.remark(text)

    def select_event(self, step: int) -> bool:
        """Choose the next (1) or the previous (-1) event of the night and turn to its page.

        Without one chosen, begin with this page. Return False where there is none.
        """
        model, chosen = self._model, self._model.chosen_event
        events = model.events_of_night()
        if chosen in events:
            at = events.index(chosen) + step
        else:
            start_s = model.page_start_s + (model.page_s if step < 0 else 0.0)
            at = sum(event.onset_s < start_s for event in events) - (1 if step < 0 else 0)
        if not 0 <= at < len(events):
            return False
        if not 0 <= events[at].onset_s - model.page_start_s < model.page_s:
            model.show_time(events[at].onset_s)
        self.canvas.select_event(events[at])
        return True

    def place_event(self) -> None:
        """Take an event in hand for the arrow keys, or put down the one that is."""
        page_s, epoch_start_s = self._model.page_s, self._model.epoch * EPOCH_S
        middle_s = epoch_start_s + EPOCH_S / 2
        if page_s < EPOCH_S:
            middle_s = self._model.page_start_s + page_s / 2
        self.setFocus()
        keys, was_placing = self.canvas.event_keys, self.canvas.event_keys.is_holding
        chosen = self._model.chosen_event
        if keys.hold(middle_s):
            self.message.emit(HELD)
        elif not was_placing and chosen is not None:
            self.canvas.refuse_change(chosen)
        elif not was_placing:
            self.message.emit("Choose first what to mark, or an event of the page.")

    @property
    def is_unreadable(self) -> bool:
        """True while the page of the current epoch could not be read, and is not shown."""
        return self._is_unreadable

    @property
    def is_current(self) -> bool:
        """True if what is shown is the model's page; False while that is being read."""
        return self._wanted is None

    def stop(self) -> None:
        """End the reader's thread and wait for it."""
        self._retry.stop()
        self._loader.stop()

    def _on_wheel_turned(
        self, notches: int, modifiers: Qt.KeyboardModifier, row: int | None
    ) -> None:
        """Turn pages; with Ctrl change the gain of a row's kind, with Shift the page's length."""
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            if row is not None:
                self._turn_kind_of(self.canvas.traces[row], notches)
        elif modifiers & Qt.KeyboardModifier.ShiftModifier:
            self._model.step_page_length(-notches)
        else:
            self._model.turn_page(-notches)

    def _turn_kind_of(self, trace: DisplayTrace, steps: int) -> None:
        """Make a trace and its like larger or smaller; say why where it keeps its scale."""
        if trace.is_read_off:
            name = trace.channel.name
            self.message.emit(f"{name} is read off its scale, which the menu of its label changes")
        else:
            self._model.set_montage(turned(self._model.montage, steps, kind=trace.channel.kind))

    # Pages.

    def _axis(self, page_start_s: float) -> TimeAxis:
        model = self._model
        page_stop_s = page_start_s + model.page_s
        start_s, stop_s = page_start_s - model.context_s, page_stop_s + model.context_s
        return TimeAxis(start_s, stop_s, page_start_s, page_stop_s, 1.0)

    def _request(self, page_start_s: float) -> PageRequest:
        axis = self._axis(page_start_s)
        traces, n_columns = self._model.montage.visible, self.canvas.n_columns
        return PageRequest.of(traces, axis.start_s, axis.stop_s, n_columns=n_columns)

    def _turn(self) -> None:
        """Show the model's page, at once if it was read ahead."""
        start_s = self._model.page_start_s
        self._wanted = self._request(start_s)
        self._show_if_read()
        if self._wanted is not None and not self._patience.isActive():
            self._patience.start()
        # Reading ahead waits until the page is painted: both need the interpreter's lock.
        self._loader.ask([] if self._wanted is None else [self._wanted])

    def _on_page_painted(self) -> None:
        """Read ahead: most pages in the direction of travel, one behind."""
        if self._wanted is None:
            self._loader.ask(self._neighbours())

    def _neighbours(self) -> list[PageRequest]:
        start_s, page_s = self._model.page_start_s, self._model.page_s
        n_ahead = _AHEAD_LONG if page_s >= _LONG_S else _AHEAD_SHORT
        steps = [1, -1, *range(2, n_ahead + 1)]
        starts = [start_s + self._direction * step * page_s for step in steps]
        end_s = self._model.recording.duration_s
        return [self._request(s) for s in starts if 0 <= s < end_s]

    def _show_if_read(self) -> None:
        if self._wanted is None:
            return
        pages = self._loader.lookup(self._wanted)
        if pages is None:
            return
        self._wanted = None
        self._is_unreadable = False
        self._patience.stop()
        self._retry.stop()
        axis = self._axis(self._model.page_start_s)
        self.canvas.show_page(PageOnScreen.of(self._model.montage.visible, pages, axis))
        self.gutter.follow_canvas()
        self._show_title()
        self.page_shown.emit()

    def _on_page_read(self, request: PageRequest) -> None:
        if request == self._wanted:
            self._show_if_read()

    def _on_reading_failed(self, request: PageRequest, error: Exception) -> None:
        """Take the old page away, so that nobody scores what they don't see; and try again."""
        if request == self._wanted:
            self._patience.stop()
            self._is_unreadable = True
            self.canvas.show_page(PageOnScreen.of((), (), self._axis(self._model.page_start_s)))
            self.gutter.follow_canvas()
            self._show_title()
            self._retry.start()
            self.message.emit(str(error))
        if not isinstance(error, SleepScorerError):
            raise error

    # The model.

    def _on_page_changed(self) -> None:
        start_s = self._model.page_start_s
        if start_s != self._last_start_s:
            self._direction = 1 if start_s > self._last_start_s else -1
        self._last_start_s = start_s
        self._turn()
        self._show_title()

    def _on_epoch_selected(self, _epoch: int) -> None:
        # Painting the old page once more would hold up the reader of the new one.
        if self.is_current:
            self.canvas.update()
        self._show_title()

    def _on_page_late(self) -> None:
        self.canvas.update()
        self._show_title()

    def _on_scoring_changed(self, _change: Change) -> None:
        self._show_title()

    def _on_event_drawn(self, event: Event) -> None:
        self.event_drawn.emit(event)

    def _show_title(self) -> None:
        page_s = self._model.page_s
        note = f"{page_s} s page" if page_s < 60 else f"{page_s // 60} min page"
        if self._is_unreadable:
            note = f"this page can't be read; trying again   {note}"
        elif self._wanted is not None and not self._patience.isActive():
            note = f"reading …   {note}"
        title = epoch_title(self._model, names_people=not self.canvas.words.are_neutral)
        self.title.show_title(title, f"{self._tint_note}{note}")
