"""The night at a glance: hypnodensity, hypnogram and spectrogram on one time axis."""

from PySide6.QtCore import QEvent, QRect, Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QScrollBar, QToolButton, QVBoxLayout, QWidget

from sleepscorer.gui.look.appearance import described
from sleepscorer.gui.look.theme import Theme
from sleepscorer.gui.overview.axis import HOUR_S, NightAxis
from sleepscorer.gui.overview.canvas import OverviewCanvas
from sleepscorer.gui.overview.night_spectrogram import NightSpectrogram
from sleepscorer.gui.overview.strip_labels import StripLabels
from sleepscorer.gui.overview.strip_places import fitting, least_height_px
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.gui.strip_names import AS_MANY_AS_FIT, FOLDABLE

_SCROLL_S = 60.0
_SPACE_PX = 4


class Overview(QWidget):
    """The overview stack with its controls.

    Parameters
    ----------
    model
        The open session.
    theme
        The colours.
    tasks
        Runs the spectrogram.

    Signals
    -------
    painting_changed
        Painting by plain dragging was switched on or off.
    strips_chosen
        Names of the strips that the person wants to be unfolded, a tuple.
    strips_changed
        Others are shown, or would be if there were something to show.
    """

    painting_changed = Signal(bool)
    strips_chosen = Signal(object)
    strips_changed = Signal()

    def __init__(
        self, model: SessionModel, theme: Theme, tasks: TaskRunner, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._wanted: frozenset[str] = frozenset()
        self.setAccessibleName("Overview")
        self.canvas = OverviewCanvas(model, theme, self)
        self._labels = StripLabels(self.canvas)
        self._labels.clicked.connect(self.toggle_strip)
        self._build_controls()
        self._spectrogram = NightSpectrogram(model, self.canvas, tasks)
        self.canvas.axis_changed.connect(self._on_axis_changed)
        self.canvas.painting_changed.connect(self.painting_changed)
        model.scoring_changed.connect(self._on_strips_changed)
        model.layers_changed.connect(self._on_strips_changed)
        self._on_axis_changed()

    @property
    def is_painting(self) -> bool:
        """Whether plain dragging paints."""
        return self.canvas.is_painting

    def set_painting(self, painting: bool) -> None:
        """Let plain dragging paint the model's painting stage, until Esc."""
        self.canvas.set_painting(painting)
        if painting:
            self.canvas.setFocus()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self.canvas.set_theme(theme)

    def set_coloured(self, coloured: bool) -> None:
        """Draw the hypnogram in the colours of the stages, or only R in colour."""
        self.canvas.set_coloured(coloured)

    def stop(self) -> None:
        """Compute nothing any more; a spectrogram under way is cancelled."""
        self._spectrogram.stop()

    def leave(self) -> bool:
        """End an unfinished drag without an edit, else painting; return whether there was one."""
        return self.canvas.leave()

    def toggle_zoom(self) -> None:
        """Show an hour around the page, or the whole night again."""
        if self.canvas.axis.is_whole:
            self.canvas.set_axis(self._hour_around_page())
        else:
            self.canvas.show_all()

    def _hour_around_page(self) -> NightAxis:
        middle_s = self._model.page_start_s + self._model.page_s / 2
        return self.canvas.axis.zoomed(HOUR_S, middle_s)

    # -- strips ---------------------------------------------------------------------------------

    @property
    def wanted_strips(self) -> frozenset[str]:
        """The foldable strips that are shown as soon as there is something to show."""
        canvas = self.canvas
        if canvas.chosen != AS_MANY_AS_FIT:
            return frozenset(canvas.chosen)
        would_fit = fitting(canvas.height(), canvas.available | FOLDABLE.keys())
        return (canvas.strips.shown_names | (would_fit - canvas.available)) & FOLDABLE.keys()

    def choose_strips(self, names: tuple[str, ...]) -> None:
        """Unfold these of the foldable strips and no others, or as many as fit."""
        self.canvas.choose_strips(names)
        self._on_strips_changed()

    @Slot(str)
    def toggle_strip(self, name: str) -> None:
        """Ask for a strip to be folded away, or unfolded."""
        if name in FOLDABLE:
            wanted = self.wanted_strips ^ {name}
            self.strips_chosen.emit(tuple(one for one in FOLDABLE if one in wanted))
        else:
            self._model.show_second_opinion(shown=not self._model.shows_second_opinion)

    @Slot()
    def _on_strips_changed(self) -> None:
        canvas, was = self.canvas, self._wanted
        needed = canvas.strips.shown_names
        if canvas.chosen == AS_MANY_AS_FIT:
            # What fits goes where there is less room, and doesn't ask for it.
            needed -= FOLDABLE.keys()
        canvas.setMinimumHeight(round(least_height_px(needed)))
        self._place_controls()
        self._wanted = self.wanted_strips
        if self._wanted != was:
            self._spectrogram.start_soon()
            self.strips_changed.emit()

    def _strip_texts(self) -> dict[str, str]:
        """What to call the strips that can be shown, in the order of their labels."""
        available, others = self.canvas.available, self._model.session.others
        texts = {name: text for name, text in FOLDABLE.items() if name in available}
        machine = self._model.session.machine
        if machine is not None and not machine.is_measured and "confidence" in texts:
            texts["confidence"] = "Probability"
        if self._model.is_consensus:
            return {**texts, "answers": "Stagers"}
        return texts if not others else {**texts, "second": others[-1].provenance.software}

    # -- controls -------------------------------------------------------------------------------

    def _build_controls(self) -> None:
        self._zoom = QToolButton(self.canvas)
        self._zoom.setFont(self.canvas.font())
        tip = "An hour around the page, or the whole night ({view.overview}); the wheel zooms, too"
        described(self._zoom, "Zoom the overview", tip)
        self._zoom.clicked.connect(self.toggle_zoom)
        self._scroll_bar = QScrollBar(Qt.Orientation.Horizontal, self)
        described(self._scroll_bar, "Scroll the overview")
        self._scroll_bar.setFixedHeight(12)
        self._scroll_bar.valueChanged.connect(self._on_scrolled)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self._scroll_bar)

    def _place_controls(self) -> None:
        """Put the names beside their strips, and zoom and derivation beside the clock."""
        strips = self.canvas.strips
        self._labels.place(strips, self._strip_texts())
        left, clock = round(self.canvas.axis.left_px), strips.clock.toRect()
        width = self._zoom.fontMetrics().horizontalAdvance("Whole night") + 12
        self._zoom.setGeometry(_SPACE_PX, clock.top(), width, clock.height())
        beside = width + 2 * _SPACE_PX
        room = left - _SPACE_PX - beside
        self._spectrogram.place(QRect(beside, clock.top(), room, clock.height()))

    def _on_axis_changed(self) -> None:
        axis = self.canvas.axis
        self._on_strips_changed()
        self._zoom.setText("One hour" if axis.is_whole else "Whole night")
        self._zoom.setEnabled(axis.duration_s > HOUR_S)
        bar = self._scroll_bar
        bar.blockSignals(True)
        bar.setRange(0, round(axis.duration_s - axis.span_s))
        bar.setPageStep(round(axis.span_s))
        bar.setSingleStep(round(_SCROLL_S))
        bar.setValue(round(axis.start_s))
        bar.blockSignals(False)
        bar.setVisible(not axis.is_whole)
        self._spectrogram.show()

    def _on_scrolled(self, start_s: int) -> None:
        axis = self.canvas.axis
        self.canvas.set_axis(axis.panned(start_s - axis.start_s))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, D102
        super().showEvent(event)
        self._spectrogram.start_soon()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802, D102
        self._spectrogram.pause()
        super().hideEvent(event)

    def event(self, event: QEvent) -> bool:  # noqa: D102
        if event.type() == QEvent.Type.DeferredDelete:
            self.stop()
        return super().event(event)
