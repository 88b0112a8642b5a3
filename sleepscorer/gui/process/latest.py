"""Long work of which only the newest counts: what was asked for before is cancelled and unheard."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from PySide6.QtCore import QObject, Slot

from sleepscorer.core.progress import Progress
from sleepscorer.gui.process.tasks import Discard, Task, TaskRunner

Result = TypeVar("Result")


def _ignored(*_: object) -> None:
    """Hear of something and do nothing."""


class _Callbacks(NamedTuple):
    done: Callable[[Any], object] = _ignored
    failed: Callable[[str], object] = _ignored
    cancelled: Callable[[], object] = _ignored
    progressed: Callable[[float, str], object] = _ignored


class Latest(QObject):
    """One place for one kind of long work; its callbacks run on the window's thread.

    Parameters
    ----------
    tasks
        What the work is run with.
    parent
        Who asks; with it the place goes, and no callback is called any more.
    """

    def __init__(self, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._task: Task | None = None
        self._callbacks = _Callbacks()

    @property
    def is_running(self) -> bool:
        """True from the start until one of the callbacks is called, or the work was dropped."""
        return self._task is not None

    @property
    def time_left_s(self) -> float | None:
        """Seconds it will take from here; None while that can't be relied on, or nothing runs."""
        return None if self._task is None else self._task.time_left_s

    def start(
        self,
        title: str,
        work: Callable[[Progress], Result],
        done: Callable[[Result], object] = _ignored,
        *,
        failed: Callable[[str], object] = _ignored,
        cancelled: Callable[[], object] = _ignored,
        progressed: Callable[[float, str], object] = _ignored,
        quiet: bool = False,
        discard: Discard | None = None,
    ) -> None:
        """Run ``work`` on a thread of its own, in place of what runs here.

        Parameters
        ----------
        title, work, quiet, discard
            As in :meth:`TaskRunner.start`.
        done
            Called with what the work returned.
        failed
            Called with the sentence for people.
        cancelled
            Called when somebody cancelled it, but not when newer work took its place.
        progressed
            Called with the fraction done, 0 to 1, and a short text.

        Exactly one of ``done``, ``failed`` and ``cancelled`` is called, or none where the work was
        dropped; whichever it is may start the next.
        """
        self.drop()
        self._callbacks = _Callbacks(done, failed, cancelled, progressed)
        task = self._task = self._tasks.start(title, work, discard=discard, quiet=quiet)
        task.progressed.connect(self._on_progressed)
        task.finished.connect(self._on_finished)
        task.failed.connect(self._on_failed)
        task.cancelled.connect(self._on_cancelled)

    def cancel(self) -> None:
        """Ask the work to stop; ``cancelled`` is called within half a second."""
        if self._task is not None:
            self._task.cancel()

    def drop(self) -> None:
        """Cancel the work, and hear nothing of it any more."""
        task = self._task
        self._end()
        if task is not None:
            task.cancel()

    def _end(self) -> _Callbacks:
        """Be free for the next; return who hears of the end."""
        callbacks, self._callbacks, self._task = self._callbacks, _Callbacks(), None
        return callbacks

    def _is_current(self) -> bool:
        """Tell whether the signal being handled comes from the newest work."""
        return self._task is not None and self.sender() is self._task

    @Slot(float, str)
    def _on_progressed(self, fraction: float, text: str) -> None:
        if self._is_current():
            self._callbacks.progressed(fraction, text)

    @Slot(object)
    def _on_finished(self, result: object) -> None:
        if self._is_current():
            self._end().done(result)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        if self._is_current():
            self._end().failed(sentence)

    @Slot()
    def _on_cancelled(self) -> None:
        if self._is_current():
            self._end().cancelled()
