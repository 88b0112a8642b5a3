"""The epoch in figures: spectrum, band powers, slow waves against the 6-s rule, spindles."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.analysis.spectra import BANDS_HZ
from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.stager_channels import horizontal_eog
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.core.wording import percent
from sleepscorer.gui.jobs.explaining import Explainer
from sleepscorer.gui.look.appearance import described
from sleepscorer.gui.look.theme import LIGHT, Theme
from sleepscorer.gui.panels.epoch_reader import EpochFigures, EpochReader, EpochWish
from sleepscorer.gui.panels.stage_probabilities import StageProbabilities
from sleepscorer.gui.panels.wave_sentences import (
    UNDEFINED,
    EpochScoring,
    artefacts_in,
    is_frontal,
    slow_wave_sentence,
    spindle_sentence,
)
from sleepscorer.gui.panels.why_stage import WhyStage
from sleepscorer.gui.session_model import SessionModel

if TYPE_CHECKING:
    from sleepscorer.gui.panels.spectrum_plot import SpectrumPlot

_KINDS = ("eeg", "eog", "emg")
_ASK_AFTER_MS = 120
_PLOT_PX = 300
_PANE = "epoch"


class EpochPanel(QWidget):
    """Follows the current epoch while it is visible; nothing is computed on its thread.

    Parameters
    ----------
    model
        The open session.
    theme
        The colours.
    explainer
        Of the machine's stages; None shows no explanation.
    """

    def __init__(
        self,
        model: SessionModel,
        theme: Theme = LIGHT,
        *,
        explainer: Explainer | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._channels: dict[str, ResolvedDerivation] = {}
        self._eyes = horizontal_eog(model.recording)
        self._figures: EpochFigures | None = None
        self._reader = EpochReader()
        self._reader.analysed.connect(self._on_analysed)
        self._ask_timer = QTimer(self)
        self._ask_timer.setSingleShot(True)
        self._ask_timer.setInterval(_ASK_AFTER_MS)
        self._ask_timer.timeout.connect(self._ask)
        self.setAccessibleName("Epoch")
        self._theme = theme
        self._plot: SpectrumPlot | None = None
        self._machine = StageProbabilities(theme)
        self.why = None if explainer is None else WhyStage(explainer)
        self._build()
        self._list_channels()
        model.epoch_selected.connect(self._ask_later)
        model.montage_changed.connect(self._list_channels)
        model.scoring_changed.connect(self._on_scoring_changed)
        model.layers_changed.connect(self._on_scoring_changed)
        self._show_epoch()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        if self._plot is not None:
            self._plot.set_theme(theme)
        self._machine.set_theme(theme)

    def stop(self) -> None:
        """Wait for the thread; nothing is computed afterwards."""
        self._ask_timer.stop()
        self._reader.stop()

    def _build(self) -> None:
        self._derivation = QComboBox()
        described(
            self._derivation,
            "Derivation to analyse",
            "Up and Down choose; slow waves and spindles are measured on EEG only",
        )
        self._derivation.currentTextChanged.connect(self._ask_later)
        self._derivation.textActivated.connect(self._on_derivation_chosen)
        self.setFocusProxy(self._derivation)
        self._title = QLabel()
        self._slow, self._spindles, self._problem = QLabel(), QLabel(), QLabel()
        for label, name in (
            (self._slow, "Slow waves"),
            (self._spindles, "Spindles"),
            (self._problem, "Problem"),
        ):
            label.setWordWrap(True)
            described(label, name)
        row = QHBoxLayout()
        row.addWidget(self._title, 1)
        row.addWidget(self._derivation)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addLayout(row)
        layout.addWidget(self._machine)
        self._second = QLabel()
        described(self._second, "Second opinion", "What other stagers say of this epoch")
        layout.addWidget(self._second)
        layout.addWidget(self._built_figures(), 1)

    def _built_figures(self) -> QScrollArea:
        """What may be higher than the window."""
        figures = QWidget()
        layout = QVBoxLayout(figures)
        layout.setContentsMargins(0, 0, 0, 0)
        if self.why is not None:
            layout.addWidget(self.why)
        self._plot_place = QVBoxLayout()
        self._plot_room = QWidget()
        self._plot_room.setFixedHeight(_PLOT_PX // 2)
        self._plot_place.addWidget(self._plot_room)
        layout.addLayout(self._plot_place, 1)
        layout.addLayout(self._built_bands())
        for label in (self._slow, self._spindles, self._problem):
            layout.addWidget(label)
        layout.addStretch()
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(figures)
        described(area, "Figures of the epoch", "Up and Down scroll")
        return area

    def _built_bands(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setColumnStretch(2, 1)
        self._bars: dict[str, QProgressBar] = {}
        self._powers: dict[str, QLabel] = {}
        self._shares: dict[str, QLabel] = {}
        for row, (name, (low_hz, high_hz)) in enumerate(BANDS_HZ.items()):
            power, share, bar = QLabel(), QLabel(), QProgressBar()
            bar.setRange(0, 100)
            bar.setTextVisible(False)
            bar.setMaximumHeight(8)
            described(bar, f"Share of {name}, percent")
            described(power, f"Power of {name}")
            grid.addWidget(QLabel(f"{name} {low_hz:g}-{high_hz:g} Hz"), row, 0)
            grid.addWidget(power, row, 1)
            grid.addWidget(bar, row, 2)
            grid.addWidget(share, row, 3)
            self._powers[name], self._shares[name], self._bars[name] = power, share, bar
        width = self.fontMetrics().horizontalAdvance("000 %")
        for share in self._shares.values():
            share.setMinimumWidth(width)
        return grid

    def _list_channels(self) -> None:
        shown = [trace.channel for trace in self._model.montage.traces]
        found = {c.name: c for kind in _KINDS for c in shown if c.kind == kind}
        chosen, names = self._model.chosen_derivations.get(_PANE, ""), list(found)
        is_same = names == list(self._channels)
        self._channels = found
        if not is_same:
            self._derivation.blockSignals(True)
            self._derivation.clear()
            self._derivation.addItems(names)
            self._derivation.setCurrentText(chosen if chosen in found else _first_eeg(found))
            self._derivation.blockSignals(False)
        self._derivation.setEnabled(bool(names))
        self._ask_later()

    def _on_derivation_chosen(self, name: str) -> None:
        self._model.choose_derivation(_PANE, name)

    def _on_scoring_changed(self) -> None:
        self._show_machine()
        self._show_second_opinion()
        self._show_slow_waves()

    def _show_second_opinion(self) -> None:
        model = self._model
        text = model.others_text(self._shown) if model.n_epochs else ""
        if model.second is not None and model.n_epochs and model.not_unanimous[self._shown]:
            text += ", otherwise than the machine"
        self._second.setText(text)
        self._second.setVisible(bool(text))

    def _show_machine(self) -> None:
        why_none = self._model.blind_sentence
        self._machine.show_epoch(self._model.machine_answer, self._shown, why_none=why_none)

    def _show_epoch(self) -> None:
        """Name the epoch whose figures are shown: they come some moments after the page."""
        epoch = self._shown = self._model.epoch
        self._title.setText(f"Epoch {epoch + 1}, {self._model.clock_text(epoch * EPOCH_S)}")
        if self._model.n_epochs:
            self._show_machine()
        self._show_second_opinion()

    def _ask_later(self) -> None:
        # Epochs fly past while a key is held: only the one where it rests is read.
        if self.isVisible():
            self._ask_timer.start()

    def _ask(self) -> None:
        channel = self._channels.get(self._derivation.currentText())
        if channel is None or not self._model.n_epochs:
            self._show_epoch()
            self._show_nothing("The montage shows no EEG, EOG or EMG.")
            return
        is_eeg = channel.kind == "eeg"
        slow = channel if is_frontal(channel) else self._frontal() or channel
        wish = EpochWish(self._model.epoch, channel, slow if is_eeg else None, self._eyes)
        self._reader.ask(wish)

    def _frontal(self) -> ResolvedDerivation | None:
        frontal = (c for c in self._channels.values() if c.kind == "eeg" and is_frontal(c))
        return next(frontal, None)

    def _on_analysed(self, figures: EpochFigures) -> None:
        if figures.wish.epoch != self._model.epoch:
            return
        self._show_epoch()
        self._problem.setText(figures.problem)
        unit = figures.wish.channel.unit.replace("uV", "µV")
        self._drawn_plot().show_spectrum(figures.spectrum, unit)
        for name in BANDS_HZ:
            power = figures.bands[name] if figures.bands else None
            is_known = power is not None and power.absolute is not None
            self._powers[name].setText(
                f"{power.absolute:.1f} {unit}²" if power and is_known else UNDEFINED
            )
            share = None if power is None else power.relative
            self._shares[name].setText(UNDEFINED if share is None else percent(share))
            self._bars[name].setValue(0 if share is None else round(100 * share))
        self._figures = figures
        self._show_slow_waves()
        self._spindles.setText(spindle_sentence(figures))

    def _show_slow_waves(self) -> None:
        """What counts depends on the stage and the artefacts that are marked."""
        if self._figures is not None:
            epoch = self._figures.wish.epoch
            artefacts = artefacts_in(self._model.events_of_night(), epoch)
            scoring = EpochScoring(self._stage(epoch), artefacts)
            self._slow.setText(slow_wave_sentence(self._figures, scoring))

    def _stage(self, epoch: int) -> Stage:
        """What the epoch is scored as, else what the machine says."""
        stage = Stage(int(self._model.session.state.stages[epoch]))
        machine = self._model.session.machine
        if stage is Stage.UNSCORED and machine is not None:
            stage = Stage(int(machine.stages[epoch]))
        return stage

    def _show_nothing(self, problem: str) -> None:
        self._figures = None
        self._problem.setText(problem)
        self._drawn_plot().show_spectrum(None)
        for name in BANDS_HZ:
            self._powers[name].setText(UNDEFINED)
            self._shares[name].setText(UNDEFINED)
            self._bars[name].setValue(0)
        self._slow.clear()
        self._spindles.clear()

    def _drawn_plot(self) -> "SpectrumPlot":
        """The plot, made when it has something to draw.

        That takes as long as all else of the panel, and to import what draws it another eighth of
        a second, which the first page should not wait for.
        """
        if self._plot is None:
            from sleepscorer.gui.panels.spectrum_plot import SpectrumPlot

            self._plot_room.deleteLater()
            self._plot = SpectrumPlot(self._theme)
            self._plot.setMaximumHeight(_PLOT_PX)
            self._plot_place.addWidget(self._plot)
        return self._plot

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, D102
        super().showEvent(event)
        self._ask_later()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802, D102
        self._ask_timer.stop()
        super().hideEvent(event)

    def event(self, event: QEvent) -> bool:  # noqa: D102
        if event.type() == QEvent.Type.DeferredDelete:
            self.stop()
        return super().event(event)


def _first_eeg(channels: dict[str, ResolvedDerivation]) -> str:
    eeg = [name for name, channel in channels.items() if channel.kind == "eeg"]
    frontal = [name for name in eeg if is_frontal(channels[name])]
    central = [name for name in eeg if name.upper().startswith("C")]
    return next(iter((*frontal, *central, *eeg, *channels)), "")
