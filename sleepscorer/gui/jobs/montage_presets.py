"""The montage presets to choose from, and the way from a key to the traces."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from sleepscorer.analysis.display import DisplayMontage
from sleepscorer.analysis.montage_presets import MontagePreset
from sleepscorer.core.progress import Progress
from sleepscorer.core.recording import Recording
from sleepscorer.files.montages import load_presets
from sleepscorer.gui.frame.status_line import FITTING
from sleepscorer.gui.process.tasks import Task, TaskRunner
from sleepscorer.gui.session_model import SessionModel


@dataclass(frozen=True, eq=False)
class _Fitted:
    """A preset for one recording."""

    montage: DisplayMontage
    n_rules: int
    lacking: tuple[str, ...]
    n_signals: int

    @property
    def shows_too_little(self) -> bool:
        """Whether who pressed a wrong key would be left with a trace or two of many."""
        too_few = 2 * len(self.montage.traces) < self.n_signals
        return 2 * len(self.lacking) > self.n_rules and too_few


class Presets(QObject):
    """The presets for one open recording at a time; the last one asked for is shown.

    Choosing the heights of rows reads the recording, which may lie on a slow drive.

    Signals
    -------
    changed
        Others are to be had, or another one is shown or about to be.
    said, refused
        A sentence for the status line.
    failed
        A sentence that must be seen.
    """

    changed = Signal()
    said = Signal(str)
    refused = Signal(str)
    failed = Signal(str)

    def __init__(self, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._model: SessionModel | None = None
        self._fitting: Task | None = None
        self._reading: Task | None = None
        self.available: tuple[MontagePreset, ...] = ()

    @property
    def shown(self) -> str:
        """Name of the montage that is shown; empty without a recording."""
        return "" if self._model is None else self._model.montage.name

    def follow(self, model: SessionModel, available: tuple[MontagePreset, ...]) -> None:
        """Show them for this recording from now on."""
        self.forget()
        self._model, self.available = model, available
        model.montage_changed.connect(self.changed)
        self.changed.emit()

    def forget(self) -> None:
        """Show none any more, one on its way neither."""
        for task in (self._fitting, self._reading):
            if task is not None:
                task.cancel()
        self._model = self._fitting = self._reading = None

    def show(self, index: int) -> None:
        """Show a preset, from 0, once it is fitted to the recording."""
        if self._model is None or index >= len(self.available):
            return
        if self._fitting is not None:
            self._fitting.cancel()
        preset = self.available[index]
        self._fitting = self._tasks.start(FITTING, _fitting(preset, self._model.recording))
        self._fitting.finished.connect(self._on_fitted)
        self._fitting.failed.connect(self._on_failed)
        self.said.emit(f"{preset.name} …")
        self.changed.emit()

    @Slot()
    def read_again(self) -> None:
        """List them anew: one may have been saved."""
        if self._model is not None:
            self._reading = self._tasks.start("Reading the montages", _read)
            self._reading.finished.connect(self._on_read)
            self._reading.failed.connect(self.failed)

    @Slot(object)
    def _on_fitted(self, fitted: _Fitted) -> None:
        if self._model is None or self.sender() is not self._fitting:
            return
        self._fitting = None
        name, lacking = fitted.montage.name, fitted.lacking
        if fitted.shows_too_little:
            what = f"{len(lacking)} of its {fitted.n_rules} traces"
            self.refused.emit(f"{name} is not shown: the recording lacks {what}")
            return
        self._model.set_montage(fitted.montage)
        rest = f"the recording has no {', '.join(lacking)}" if lacking else "shown"
        self.said.emit(f"{name}: {rest}")

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        if self.sender() is self._fitting:
            self._fitting = None
            self.failed.emit(sentence)

    @Slot(object)
    def _on_read(self, available: tuple[MontagePreset, ...]) -> None:
        if self._model is not None and self.sender() is self._reading:
            self._reading = None
            self.available = available
            self.changed.emit()


def _read(_progress: Progress) -> tuple[MontagePreset, ...]:
    return tuple(load_presets())


def _fitting(preset: MontagePreset, recording: Recording) -> Callable[[Progress], _Fitted]:
    def fit(progress: Progress) -> _Fitted:
        progress(0.0, preset.name)
        lacking, montage = preset.lacking(recording), preset.resolve(recording)
        return _Fitted(montage, len(preset.rules), lacking, len(recording.signals))

    return fit
