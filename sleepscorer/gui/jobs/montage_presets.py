"""The montage presets to choose from, and the way from a key to the traces."""

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from sleepscorer.analysis.display import DisplayMontage
from sleepscorer.analysis.laboratory import Laboratory
from sleepscorer.analysis.montage_presets import MontagePreset
from sleepscorer.core.progress import Progress
from sleepscorer.core.recording import Recording
from sleepscorer.files.montages import load_presets
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner
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
        """True where most rows are missing and most signals not shown: a wrong key, probably."""
        too_few = 2 * len(self.montage.traces) < self.n_signals
        return 2 * len(self.lacking) > self.n_rules and too_few


class Presets(QObject):
    """The presets for one open recording at a time; the last one asked for is shown.

    Choosing the heights of rows reads the recording, which may lie on a slow drive.

    Signals
    -------
    changed
        The list of presets is another one, or another preset is shown or being fitted.
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
        self._model: SessionModel | None = None
        self._fitting, self._reading = Latest(tasks, self), Latest(tasks, self)
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
        """Follow no recording any more; a preset that is being fitted is not shown either."""
        self._fitting.drop()
        self._reading.drop()
        self._model = None

    def show(self, index: int) -> None:
        """Show a preset, from 0, once it is fitted to the recording."""
        if self._model is None or index >= len(self.available):
            return
        preset = self.available[index]
        self._fitting.start(
            "Fitting the montage",
            partial(_fitted, preset, self._model.recording, self._model.laboratory),
            partial(self._show_fitted, self._model),
            failed=self.failed.emit,
            quiet=True,
        )
        self.said.emit(f"{preset.name} …")
        self.changed.emit()

    @Slot()
    def read_again(self) -> None:
        """List them anew: one may have been saved."""
        if self._model is not None:
            self._reading.start(
                "Reading the montages",
                _presets,
                self._list,
                failed=self.failed.emit,
                quiet=True,
            )

    def _show_fitted(self, model: SessionModel, fitted: _Fitted) -> None:
        name, lacking = fitted.montage.name, fitted.lacking
        if fitted.shows_too_little:
            what = f"{len(lacking)} of its {fitted.n_rules} traces"
            self.refused.emit(f"{name} is not shown: the recording lacks {what}")
            return
        model.set_montage(fitted.montage)
        rest = f"the recording has no {', '.join(lacking)}" if lacking else "shown"
        self.said.emit(f"{name}: {rest}")

    def _list(self, available: tuple[MontagePreset, ...]) -> None:
        self.available = available
        self.changed.emit()


def _presets(_progress: Progress) -> tuple[MontagePreset, ...]:
    return tuple(load_presets())


def _fitted(
    preset: MontagePreset, recording: Recording, laboratory: Laboratory, progress: Progress
) -> _Fitted:
    progress(0.0, preset.name)
    lacking, montage = preset.lacking(recording), preset.resolve(recording, laboratory)
    return _Fitted(montage, len(preset.rules), lacking, len(recording.signals))
