"""Long work beside the window: one way to start it, to follow it, to cancel it."""

import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.progress import Cancelled, Progress
from sleepscorer.gui.process.bug_reports import BUG_SENTENCE, log_bug
from sleepscorer.gui.process.time_left import Pace

# More often than this nobody sees, and the event loop of the window has better things to do.
_REPORT_EVERY_S = 0.05
# The default of macOS for second threads, 512 KiB, is too little for torch and scipy.
_STACK_BYTES = 16 << 20
# Importing torch can't be interrupted: nobody waits longer for it to notice that it is not wanted.
_LET_GO_MS = 400
# What the window itself does comes first where processors are few.
_NICENESS = 5
# Closing a recording must not freeze the window on work that notices nothing.
_STOP_WITHIN_S = 1.0

Work = Callable[[Progress], Any]
"""Runs on another thread. It touches no Qt object and no session: values in, a value out."""
Discard = Callable[[Any], None]
"""Takes a result back that nobody gets any more: closes what it holds open."""


class _Worker(QThread):
    """Runs the work; what it gave lies in ``result``, ``failure`` or neither when it has ended."""

    reported = Signal(float, str)

    def __init__(self, work: Work, discard: Discard | None, parent: QObject) -> None:
        super().__init__(parent)
        self.setStackSize(_STACK_BYTES)
        self.result: Any = None
        self.failure: str | None = None
        self.was_cancelled = False
        self._work = work
        self._discard = discard
        self._last_report_s = 0.0

    @Slot()
    def discard_result(self) -> None:
        """Take the result back, once."""
        result, self.result = self.result, None
        if result is not None and self._discard is not None:
            self._discard(result)

    def run(self) -> None:
        _step_back()
        try:
            self.result = self._work(self._report)
        except Cancelled:
            self.was_cancelled = True
        except SleepScorerError as error:
            self.failure = str(error)
        except Exception as error:  # noqa: BLE001 - a bug in one task must not end the program
            log_bug(error)
            self.failure = BUG_SENTENCE

    def _report(self, fraction: float, text: str) -> None:
        if self.isInterruptionRequested():
            raise Cancelled
        now_s = time.monotonic()
        if now_s - self._last_report_s >= _REPORT_EVERY_S or fraction >= 1.0:
            self._last_report_s = now_s
            self.reported.emit(fraction, text)


def _step_back() -> None:
    """Let the window and its page reader go first; threads started from here inherit that.

    Qt's own priorities do nothing under Linux's ordinary scheduling.
    """
    if sys.platform.startswith("linux"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
    else:
        QThread.currentThread().setPriority(QThread.Priority.LowPriority)


_left_alone: set[_Worker] = set()
"""Threads nobody waits for any more; Qt ends the program if one is destroyed while it runs."""


def wait_for_threads(within_s: float) -> bool:
    """Wait for threads that were left to themselves; return whether all have ended."""
    until_s = time.monotonic() + within_s
    for worker in tuple(_left_alone):
        if worker.wait(_ms_until(until_s)):
            worker.discard_result()
            _left_alone.discard(worker)
    return not _left_alone


def _ms_until(until_s: float) -> int:
    return max(round((until_s - time.monotonic()) * 1000), 0)


class Task(QObject):
    """One piece of long work; exactly one of finished, failed and cancelled is emitted at its end.

    Signals
    -------
    progressed
        Fraction done (0 to 1) and a short text, at most 20 times a second.
    finished
        What the work returned.
    failed
        The sentence for people.
    cancelled
        It was asked to stop, and has, or is left to itself until it notices.
    settled
        The task, after one of those: its thread has ended and its result was taken, or nobody
        waits for that any more.
    """

    progressed = Signal(float, str)
    finished = Signal(object)
    failed = Signal(str)
    cancelled = Signal()
    settled = Signal(object)
    _over = Signal(object)

    def __init__(
        self, title: str, work: Work, discard: Discard | None, parent: QObject, *, quiet: bool
    ) -> None:
        super().__init__(parent)
        self.title = title
        self.is_quiet = quiet
        self._pace = Pace()
        self._pace.note(time.monotonic(), 0.0)
        self._is_cancelled = self._is_over = self._is_settled = False
        self._worker = _Worker(work, discard, self)
        self._worker.reported.connect(self._on_reported)
        self._worker.finished.connect(self._on_worker_finished)

    @property
    def is_running(self) -> bool:
        """False once its end was announced."""
        return not self._is_over

    @property
    def time_left_s(self) -> float | None:
        """Seconds it will take from here; None while that can't be relied on."""
        return self._pace.time_left_s

    def cancel(self) -> None:
        """Ask the work to stop; ``cancelled`` follows within half a second."""
        if self._is_cancelled or self._is_over:
            return
        self._is_cancelled = True
        self._worker.requestInterruption()
        QTimer.singleShot(_LET_GO_MS, self._announce_end)

    def _start(self) -> None:
        self._worker.start()

    def _settle(self, until_s: float) -> None:
        """Wait for the thread until then, and announce how it ended."""
        if self._is_settled:
            return
        has_ended = self._worker.wait(_ms_until(until_s))
        self._announce_end()
        self._let_go(has_ended=has_ended)

    def _let_go(self, *, has_ended: bool) -> None:
        # Whoever heard of the end may have stopped all tasks, this one among them.
        if self._is_settled:
            return
        self._is_settled = True
        if has_ended:
            self._worker.discard_result()
        else:
            self._leave_alone()
        self.settled.emit(self)

    def _leave_alone(self) -> None:
        wait_for_threads(0.0)
        worker = self._worker
        worker.reported.disconnect(self._on_reported)
        worker.finished.disconnect(self._on_worker_finished)
        worker.setParent(None)
        _left_alone.add(worker)
        worker.finished.connect(worker.discard_result)
        if worker.isFinished():
            worker.discard_result()

    @Slot()
    def _announce_end(self) -> None:
        if self._is_over:
            return
        self._is_over = True
        if self._is_cancelled or self._worker.was_cancelled:
            self.cancelled.emit()
        elif self._worker.failure is not None:
            self.failed.emit(self._worker.failure)
        else:
            result, self._worker.result = self._worker.result, None
            self.finished.emit(result)
        self._over.emit(self)

    @Slot(float, str)
    def _on_reported(self, fraction: float, text: str) -> None:
        if not self._is_over and not self._is_cancelled:
            self._pace.note(time.monotonic(), fraction)
            self.progressed.emit(fraction, text)

    @Slot()
    def _on_worker_finished(self) -> None:
        self._settle(time.monotonic() + _STOP_WITHIN_S)


class TaskRunner(QObject):
    """Starts tasks and knows those that run.

    Signals
    -------
    started, ended
        The :class:`Task`.
    """

    started = Signal(object)
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks: list[Task] = []

    @property
    def running(self) -> tuple[Task, ...]:
        """Tasks whose end was not announced yet, oldest first."""
        return tuple(task for task in self._tasks if task.is_running)

    def start(
        self, title: str, work: Work, *, discard: Discard | None = None, quiet: bool = False
    ) -> Task:
        """Run ``work`` on a thread of its own.

        Parameters
        ----------
        title
            For the status bar: "Auto-scoring".
        work
            Called with a Progress that raises Cancelled once the task was cancelled; it must call
            that at least every 0.2 s.
        discard
            Called on the window's thread with a result that is not delivered, because the task was
            cancelled after all.
        quiet
            It is over too soon, or matters too little, to be followed in the status line.

        Returns
        -------
        The task; no signal of it is emitted before the event loop runs again. Connect bound methods
        of QObjects only, and check there that the task is still the one waited for.
        """
        task = Task(title, work, discard, self, quiet=quiet)
        task._over.connect(self.ended)
        task.settled.connect(self._on_task_settled)
        self._tasks.append(task)
        task._start()
        self.started.emit(task)
        return task

    def stop_all(self) -> None:
        """Cancel all tasks and wait a second at most; each then counts as cancelled.

        A thread that has not ended by then is left to itself; see :func:`wait_for_threads`.
        """
        until_s = time.monotonic() + _STOP_WITHIN_S
        for task in tuple(self._tasks):
            task.cancel()
        for task in tuple(self._tasks):
            task._settle(until_s)

    @Slot(object)
    def _on_task_settled(self, task: Task) -> None:
        if task in self._tasks:
            self._tasks.remove(task)
            task.deleteLater()
