"""The night at a glance: hypnodensity, hypnogram and spectrogram on one time axis."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QHideEvent, QPalette, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.progress import Progress
from sleepscorer.gui.look.appearance import described
from sleepscorer.gui.look.theme import Theme
from sleepscorer.gui.overview.axis import HOUR_S, NightAxis
from sleepscorer.gui.overview.canvas import OverviewCanvas
from sleepscorer.gui.overview.images import spectrogram_image
from sleepscorer.gui.overview.strip_labels import StripLabels
from sleepscorer.gui.overview.strip_places import fitting, least_height_px
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.gui.strip_names import AS_MANY_AS_FIT, FOLDABLE

if TYPE_CHECKING:
    from sleepscorer.analysis.spectrogram import Spectrogram

_KINDS = ("eeg", "eog", "emg")
_FIRST_CHOICE = ("F4-", "C4-", "F3-", "C3-", "Fpz-", "Cz-", "Fz-")
# The first page of traces comes first; the spectrogram reads the whole night.
_START_AFTER_MS = 400
_KEPT_SPECTROGRAMS = 4
_SCROLL_S = 60.0
_PANE = "spectrogram"
_EDGE_PX = 4


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
        self._model, self._theme = model, theme
        self._computing = Latest(tasks, self)
        self._computed_name = ""
        self._is_stopped = False
        self._channels: dict[str, ResolvedDerivation] = {}
        self._spectrograms: dict[str, Spectrogram] = {}
        self.setAccessibleName("Overview")
        self.canvas = OverviewCanvas(model, theme, self)
        self._wanted: frozenset[str] = frozenset()
        self._has_state = False
        self._labels = StripLabels(self.canvas)
        self._labels.clicked.connect(self.toggle_strip)
        self._build_scroll_bar()
        self._build_controls()
        self._start_timer = QTimer(self)
        self._start_timer.setSingleShot(True)
        self._start_timer.timeout.connect(self._start_spectrogram)
        self._list_channels()
        self.set_theme(theme)
        self.canvas.axis_changed.connect(self._on_axis_changed)
        self.canvas.painting_changed.connect(self.painting_changed)
        model.montage_changed.connect(self._list_channels)
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
        self._theme = theme
        palette = self._state_box.palette()
        palette.setColor(QPalette.ColorRole.Window, QColor(theme.panel))
        palette.setColor(QPalette.ColorRole.WindowText, QColor(theme.text))
        self._state_box.setPalette(palette)
        self.canvas.set_theme(theme)

    def stop(self) -> None:
        """Compute nothing any more; a spectrogram under way is cancelled."""
        self._start_timer.stop()
        self._is_stopped = True
        self._computing.cancel()

    def leave(self) -> bool:
        """End an unfinished drag without an edit, else painting; return whether there was one."""
        return self.canvas.leave()

    def toggle_zoom(self) -> None:
        """Show an hour around the page, or the whole night again."""
        if self.canvas.axis.is_whole:
            self.canvas.set_axis(self._hour_around_page())
        else:
            self.canvas.show_all()

    # -- strips ---------------------------------------------------------------------------------

    @property
    def wanted_strips(self) -> frozenset[str]:
        """The foldable strips that are shown as soon as there is something to show."""
        canvas = self.canvas
        if canvas.chosen != AS_MANY_AS_FIT:
            return frozenset(canvas.chosen)
        shown = {name for name in FOLDABLE if canvas.strips.is_shown(name)}
        would_fit = fitting(canvas.height(), canvas.available | FOLDABLE.keys())
        return frozenset(shown | ((would_fit & FOLDABLE.keys()) - canvas.available))

    def choose_strips(self, names: tuple[str, ...]) -> None:
        """Unfold these of the foldable strips and no others, or as many as fit."""
        self.canvas.choose_strips(names)
        self._on_strips_changed()

    def set_coloured(self, coloured: bool) -> None:
        """Draw the hypnogram in the colours of the stages, or only R in colour."""
        self.canvas.set_coloured(coloured)

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
        wanted = canvas.strips.shown_names
        if canvas.chosen == AS_MANY_AS_FIT:
            # What fits goes where there is less room, and doesn't ask for it.
            wanted -= FOLDABLE.keys()
        canvas.setMinimumHeight(round(least_height_px(wanted)))
        self._place_controls()
        self._wanted = self.wanted_strips
        if self._wanted != was:
            self._start_timer.start(_START_AFTER_MS)
            self.strips_changed.emit()

    def _hour_around_page(self) -> NightAxis:
        middle_s = self._model.page_start_s + self._model.page_s / 2
        return self.canvas.axis.zoomed(HOUR_S, middle_s)

    # -- controls -------------------------------------------------------------------------------

    def _build_scroll_bar(self) -> None:
        self._scroll_bar = QScrollBar(Qt.Orientation.Horizontal, self)
        described(self._scroll_bar, "Scroll the overview")
        self._scroll_bar.setFixedHeight(12)
        self._scroll_bar.valueChanged.connect(self._on_scrolled)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self._scroll_bar)

    def _build_controls(self) -> None:
        self._derivation = QComboBox(self.canvas)
        described(self._derivation, "Derivation of the spectrogram")
        self._derivation.setFont(self.canvas.font())
        self._derivation.setMinimumContentsLength(4)
        self._derivation.currentTextChanged.connect(self._on_derivation_shown)
        self._derivation.textActivated.connect(self._on_derivation_chosen)
        self._zoom = QToolButton(self.canvas)
        self._zoom.setFont(self.canvas.font())
        tip = "An hour around the page, or the whole night ({view.overview}); the wheel zooms, too"
        described(self._zoom, "Zoom the overview", tip)
        self._zoom.clicked.connect(self.toggle_zoom)
        self._highest, self._lowest = QLabel(self.canvas), QLabel(self.canvas)
        for label in (self._highest, self._lowest):
            label.setObjectName("faint")
            label.setFont(self.canvas.font())
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            label.hide()
        self._build_state_box()

    def _build_state_box(self) -> None:
        """The line over the spectrogram while it is computed, or was not."""
        self._state_box = QWidget(self.canvas)
        self._state_box.setAutoFillBackground(True)
        self._state_text = QLabel(self._state_box)
        self._progress = QProgressBar(self._state_box)
        self._progress.setRange(0, 100)
        self._progress.setMaximumHeight(14)
        described(self._progress, "Progress of the spectrogram")
        self._button = QPushButton("Compute", self._state_box)
        described(self._button, "Compute the spectrogram")
        self._button.clicked.connect(self._on_button)
        row = QHBoxLayout(self._state_box)
        row.setContentsMargins(8, 1, 4, 1)
        row.addWidget(self._state_text)
        row.addWidget(self._progress, 1)
        row.addWidget(self._button)
        for widget in (self._state_text, self._progress, self._button):
            widget.setFont(self.canvas.font())
        self._state_box.hide()

    def _place_controls(self) -> None:
        strips, left = self.canvas.strips, round(self.canvas.axis.left_px)
        self._labels.place(strips, self._strip_texts())
        rect, clock = strips.spectrogram.toRect(), strips.clock.toRect()
        width = self._zoom.fontMetrics().horizontalAdvance("Whole night") + 12
        self._zoom.setGeometry(_EDGE_PX, clock.top(), width, clock.height())
        room = left - width - 3 * _EDGE_PX
        self._derivation.setGeometry(width + 2 * _EDGE_PX, clock.top(), room, clock.height())
        label_left, line = left - 60, self.canvas.fontMetrics().height()
        self._highest.setGeometry(label_left, rect.top() - 2, 56, line)
        self._lowest.setGeometry(label_left, rect.bottom() - line + 2, 56, line)
        is_shown = strips.is_shown("spectrogram")
        self._derivation.setVisible(is_shown)
        self._show_frequencies()
        self._state_box.setVisible(is_shown and self._has_state)
        box_width = min(520, rect.width() - 8)
        box_height = min(26, rect.height())
        self._state_box.setGeometry(
            rect.center().x() - box_width // 2,
            rect.center().y() - box_height // 2,
            box_width,
            box_height,
        )

    def _strip_texts(self) -> dict[str, str]:
        """What to call the strips that can be shown, in the order of their labels."""
        available, second = self.canvas.available, self._model.session.second
        texts = {name: text for name, text in FOLDABLE.items() if name in available}
        return texts if second is None else {**texts, "second": second.provenance.software}

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
        self._show_spectrogram()

    def _on_scrolled(self, start_s: int) -> None:
        axis = self.canvas.axis
        self.canvas.set_axis(axis.panned(start_s - axis.start_s))

    # -- spectrogram ------------------------------------------------------------------------------

    def _list_channels(self) -> None:
        found = {
            trace.channel.name: trace.channel
            for trace in self._model.montage.traces
            if trace.channel.kind in _KINDS
        }
        self._derivation.setEnabled(bool(found))
        if tuple(found) == tuple(self._channels):
            self._channels = found
            return
        self._channels = found
        # A montage without the chosen derivation shows another; the choice comes back with it.
        chosen = self._model.chosen_derivations.get(_PANE, "")
        self._derivation.blockSignals(True)
        self._derivation.clear()
        self._derivation.addItems(list(found))
        self._derivation.setCurrentText(chosen if chosen in found else _preferred(found))
        self._derivation.blockSignals(False)
        self._on_derivation_shown(self._derivation.currentText())

    def _on_derivation_chosen(self, name: str) -> None:
        self._model.choose_derivation(_PANE, name)

    def _on_derivation_shown(self, name: str) -> None:
        self._derivation.setToolTip(f"Derivation of the spectrogram: {name}")
        self._show_spectrogram()
        if name and name not in self._spectrograms and self.isVisible():
            self._start_timer.start(0)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, D102
        super().showEvent(event)
        if not self._computing.is_running and not self._has_state:
            self._start_timer.start(_START_AFTER_MS)

    def _start_spectrogram(self) -> None:
        name = self._derivation.currentText()
        if self._is_stopped or name not in self._channels or name in self._spectrograms:
            return
        if not self.canvas.strips.is_shown("spectrogram"):
            # It reads the whole night: nobody would see what for.
            return
        if self._computing.is_running and self._computed_name == name:
            return
        title, self._computed_name = f"Spectrogram of {name}", name
        self._computing.start(
            title,
            partial(_spectrogram, self._channels[name], self._model.recording.duration_s),
            partial(self._keep_spectrogram, name),
            failed=self._show_failure,
            cancelled=self._show_cancelled,
            progressed=self._show_progress,
        )
        self._show_state(title, "Cancel", running=True)

    def _show_progress(self, fraction: float, _text: str) -> None:
        self._progress.setValue(round(100 * fraction))

    def _keep_spectrogram(self, name: str, spectrogram: "Spectrogram") -> None:
        self._spectrograms[name] = spectrogram
        while len(self._spectrograms) > _KEPT_SPECTROGRAMS:
            del self._spectrograms[next(iter(self._spectrograms))]
        self._has_state = False
        self._state_box.hide()
        self._show_spectrogram()

    def _show_failure(self, sentence: str) -> None:
        self._show_state(f"No spectrogram: {sentence}", "Try again", running=False)

    def _show_cancelled(self) -> None:
        self._show_state("The spectrogram was cancelled", "Compute", running=False)

    def _on_button(self) -> None:
        if self._computing.is_running:
            self._computing.cancel()
        else:
            self._start_spectrogram()

    def _show_state(self, text: str, button: str, *, running: bool) -> None:
        metrics = self._state_text.fontMetrics()
        self._state_text.setText(metrics.elidedText(text, Qt.TextElideMode.ElideRight, 330))
        self._state_text.setToolTip(text)
        self._button.setText(button)
        described(self._button, f"{button}: {text}")
        self._progress.setVisible(running)
        self._progress.setValue(0)
        self._has_state = True
        self._place_controls()

    def _show_spectrogram(self) -> None:
        found = self._spectrograms.get(self._derivation.currentText())
        if found is None or not found.times_s.size:
            self._highest.clear()
            self._lowest.clear()
            self.canvas.set_spectrogram(None)
            return
        half_row_hz = (found.frequencies_hz[1] - found.frequencies_hz[0]) / 2
        self._highest.setText(f"{found.frequencies_hz[-1] + half_row_hz:.0f} Hz")
        self._lowest.setText(f"{found.frequencies_hz[0] - half_row_hz:.1f} Hz")
        self._show_frequencies()
        edges = self.canvas.column_edges_s()
        self.canvas.set_spectrogram(spectrogram_image(found.power_db, found.times_s, edges))

    def _show_frequencies(self) -> None:
        is_shown = self.canvas.strips.is_shown("spectrogram")
        for label in (self._highest, self._lowest):
            label.setVisible(is_shown and bool(label.text()))

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802, D102
        self._start_timer.stop()
        super().hideEvent(event)

    def event(self, event: QEvent) -> bool:  # noqa: D102
        if event.type() == QEvent.Type.DeferredDelete:
            self.stop()
        return super().event(event)


def _spectrogram(
    channel: ResolvedDerivation, duration_s: float, progress: Progress
) -> "Spectrogram":
    # scipy takes 0.6 s to import, which the first page must not wait for.
    from sleepscorer.analysis.spectrogram import multitaper_spectrogram

    return multitaper_spectrogram(channel, duration_s, progress)


def _preferred(names: dict[str, ResolvedDerivation]) -> str:
    """A frontal or central derivation shows slow waves and spindles best; else the first EEG."""
    for start in _FIRST_CHOICE:
        for name in names:
            if name.startswith(start):
                return name
    eeg = [name for name, channel in names.items() if channel.kind == "eeg"]
    return next(iter([*eeg, *names]), "")
