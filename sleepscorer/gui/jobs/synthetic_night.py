"""Makes a night of nobody to try the program with, beside the window."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from sleepscorer.core.progress import Progress
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.paths import synthetic_night_path

_HOURS, _SEED = 8, 1


class SyntheticNight(QObject):
    """Makes the night once; from then on it is the one that is there.

    Parameters
    ----------
    tasks
        What the work is run with.

    Signals
    -------
    progressed
        The fraction that is made, 0 to 1.
    made
        The Path of its recording.
    failed
        The sentence for people.
    ended
        Nothing is being made any more, however it ended.
    """

    progressed = Signal(float)
    made = Signal(object)
    failed = Signal(str)
    ended = Signal()

    def __init__(self, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._making = Latest(tasks, self)

    @property
    def is_running(self) -> bool:
        """Whether it is being made."""
        return self._making.is_running

    def start(self) -> None:
        """Make it, where it is not there yet."""
        self._making.start(
            "Making a synthetic night",
            _made,
            self._on_made,
            failed=self._on_failed,
            cancelled=self.ended.emit,
            progressed=self._on_progressed,
        )

    @Slot()
    def cancel(self) -> None:
        """Make it no further; nothing is left of what was made."""
        self._making.cancel()

    def _on_made(self, path: Path) -> None:
        self.ended.emit()
        self.made.emit(path)

    def _on_failed(self, sentence: str) -> None:
        self.ended.emit()
        self.failed.emit(sentence)

    def _on_progressed(self, fraction: float, _text: str) -> None:
        self.progressed.emit(fraction)


def _made(progress: Progress) -> Path:
    path = synthetic_night_path()
    if path.is_file():
        return path
    # What simulates is of no use to those who have recordings.
    from sleepscorer.simulated_files import scoring_path, write_simulated_night
    from sleepscorer.simulation.night import simulate_night

    progress(0.0, path.name)
    night = simulate_night(hours=_HOURS, seed=_SEED)
    write_simulated_night(night, path, force=True, progress=progress)
    # Beside the recording it would be offered for import: there would be nothing left to score.
    scoring_path(path).unlink(missing_ok=True)
    return path
