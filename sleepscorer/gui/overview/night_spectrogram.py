"""The spectrogram of the overview: its derivation is chosen, it is computed and shown."""

from functools import partial

from PySide6.QtCore import QObject, QRect, Qt, QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
)

from sleepscorer.analysis.spectrogram import (
    Spectrogram,
    multitaper_spectrogram,
    preferred_channel,
)
from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.progress import Progress
from sleepscorer.gui.look.appearance import described, plain_tip
from sleepscorer.gui.overview.canvas import OverviewCanvas
from sleepscorer.gui.overview.images import spectrogram_image
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.session_model import SessionModel

_KINDS = ("eeg", "eog", "emg")
# The first page of traces comes first; the spectrogram reads the whole night.
_START_AFTER_MS = 400
_KEPT_SPECTROGRAMS = 4
_PANE = "spectrogram"
_LABEL_PX, _SPACE_PX = 56, 4
_BOX_PX = (520, 26)


class NightSpectrogram(QObject):
    """Computes what is shown, once it is unfolded, and says what became of it.

    Parameters
    ----------
    model
        The open session.
    canvas
        Where it is drawn, and its controls stand.
    tasks
        Runs the computation.
    """

    def __init__(self, model: SessionModel, canvas: OverviewCanvas, tasks: TaskRunner) -> None:
        super().__init__(canvas)
        self._model, self._canvas = model, canvas
        self._computing = Latest(tasks, self)
        self._computed_name = ""
        self._is_stopped = self._has_state = False
        self._channels: dict[str, ResolvedDerivation] = {}
        self._spectrograms: dict[str, Spectrogram] = {}
        self._build_controls()
        self._build_state_box()
        self._start_timer = QTimer(self)
        self._start_timer.setSingleShot(True)
        self._start_timer.timeout.connect(self._start)
        self._list_channels()
        model.montage_changed.connect(self._list_channels)

    def place(self, choice: QRect) -> None:
        """Put the controls where the strip is; without a strip there are none.

        Parameters
        ----------
        choice
            Where the derivation is chosen.
        """
        canvas, strips = self._canvas, self._canvas.strips
        rect, is_shown = strips.spectrogram.toRect(), strips.is_shown("spectrogram")
        self._derivation.setGeometry(choice)
        self._derivation.setVisible(is_shown)
        label_left = rect.left() - _SPACE_PX - _LABEL_PX
        line_px = canvas.fontMetrics().height()
        self._highest.setGeometry(label_left, rect.top() - 2, _LABEL_PX, line_px)
        self._lowest.setGeometry(label_left, rect.bottom() - line_px + 2, _LABEL_PX, line_px)
        for label in (self._highest, self._lowest):
            label.setVisible(is_shown and bool(label.text()))
        box = QRect(0, 0, min(_BOX_PX[0], rect.width() - 8), min(_BOX_PX[1], rect.height()))
        box.moveCenter(rect.center())
        self._state_box.setGeometry(box)
        self._state_box.setVisible(is_shown and self._has_state)

    def start_soon(self) -> None:
        """Compute what is to be seen, unless that is done or was given up."""
        if self._canvas.isVisible() and not self._computing.is_running and not self._has_state:
            self._start_timer.start(_START_AFTER_MS)

    def pause(self) -> None:
        """Start nothing while nothing is to be seen."""
        self._start_timer.stop()

    def stop(self) -> None:
        """Compute nothing any more; what is under way is cancelled."""
        self._start_timer.stop()
        self._is_stopped = True
        self._computing.cancel()

    def show(self) -> None:
        """Draw the one that is chosen over the stretch shown, if it is computed."""
        found = self._spectrograms.get(self._derivation.currentText())
        if found is None or not found.times_s.size:
            highest = lowest = ""
            self._canvas.set_spectrogram(None)
        else:
            half_row_hz = (found.frequencies_hz[1] - found.frequencies_hz[0]) / 2
            highest = f"{found.frequencies_hz[-1] + half_row_hz:.0f} Hz"
            lowest = f"{found.frequencies_hz[0] - half_row_hz:.1f} Hz"
            edges = self._canvas.column_edges_s()
            image = spectrogram_image(found.power_db, found.times_s, edges)
            self._canvas.set_spectrogram(image)
        is_shown = self._canvas.strips.is_shown("spectrogram")
        for label, text in ((self._highest, highest), (self._lowest, lowest)):
            label.setText(text)
            label.setVisible(is_shown and bool(text))

    # -- controls -------------------------------------------------------------------------------

    def _build_controls(self) -> None:
        canvas = self._canvas
        self._derivation = QComboBox(canvas)
        described(self._derivation, "Derivation of the spectrogram")
        self._derivation.setFont(canvas.font())
        self._derivation.setMinimumContentsLength(4)
        self._derivation.currentTextChanged.connect(self._on_derivation_shown)
        self._derivation.textActivated.connect(self._on_derivation_chosen)
        self._highest, self._lowest = QLabel(canvas), QLabel(canvas)
        for label in (self._highest, self._lowest):
            label.setObjectName("faint")
            label.setFont(canvas.font())
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def _build_state_box(self) -> None:
        """The line over the spectrogram while it is computed, or was not."""
        self._state_box = QFrame(self._canvas)
        self._state_box.setObjectName("overlay")
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
            widget.setFont(self._canvas.font())
        self._state_box.hide()

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
        self._derivation.setCurrentText(chosen if chosen in found else preferred_channel(found))
        self._derivation.blockSignals(False)
        self._on_derivation_shown(self._derivation.currentText())

    def _on_derivation_chosen(self, name: str) -> None:
        self._model.choose_derivation(_PANE, name)

    def _on_derivation_shown(self, name: str) -> None:
        self._derivation.setToolTip(plain_tip(f"Derivation of the spectrogram: {name}"))
        self.show()
        if name and name not in self._spectrograms and self._canvas.isVisible():
            self._start_timer.start(0)

    # -- computing ------------------------------------------------------------------------------

    def _start(self) -> None:
        name = self._derivation.currentText()
        if self._is_stopped or name not in self._channels or name in self._spectrograms:
            return
        if not self._canvas.strips.is_shown("spectrogram"):
            # It reads the whole night: nobody would see what for.
            return
        if self._computing.is_running and self._computed_name == name:
            return
        title, self._computed_name = f"Spectrogram of {name}", name
        self._computing.start(
            title,
            partial(_spectrogram, self._channels[name], self._model.recording.duration_s),
            partial(self._keep, name),
            failed=self._show_failure,
            cancelled=self._show_cancelled,
            progressed=self._show_progress,
        )
        self._show_state(title, "Cancel", running=True)

    def _show_progress(self, fraction: float, _text: str) -> None:
        self._progress.setValue(round(100 * fraction))

    def _keep(self, name: str, spectrogram: Spectrogram) -> None:
        self._spectrograms[name] = spectrogram
        while len(self._spectrograms) > _KEPT_SPECTROGRAMS:
            del self._spectrograms[next(iter(self._spectrograms))]
        self._has_state = False
        self._state_box.hide()
        self.show()

    def _show_failure(self, sentence: str) -> None:
        self._show_state(f"No spectrogram: {sentence}", "Try again", running=False)

    def _show_cancelled(self) -> None:
        self._show_state("The spectrogram was cancelled", "Compute", running=False)

    def _on_button(self) -> None:
        if self._computing.is_running:
            self._computing.cancel()
        else:
            self._start()

    def _show_state(self, text: str, button: str, *, running: bool) -> None:
        metrics = self._state_text.fontMetrics()
        self._state_text.setText(metrics.elidedText(text, Qt.TextElideMode.ElideRight, 330))
        self._state_text.setToolTip(text)
        self._button.setText(button)
        described(self._button, f"{button}: {text}")
        self._progress.setVisible(running)
        self._progress.setValue(0)
        self._has_state = True
        self._state_box.setVisible(self._canvas.strips.is_shown("spectrogram"))


def _spectrogram(channel: ResolvedDerivation, duration_s: float, progress: Progress) -> Spectrogram:
    return multitaper_spectrogram(channel, duration_s, progress)
