"""Reads what lists tell of nights, beside the window."""

import time
from collections import deque
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from sleepscorer.core.progress import Progress
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.settings import Settings, SettingsFile
from sleepscorer.session_documents import SessionPlaces
from sleepscorer.session_documents.night_summary import NightSummary, night_summary

# A folder of a drive that is slow or gone keeps the others waiting no more than that.
_FOLDERS_AT_A_TIME = 4
# What is known is shown so often; a task for each night would take longer than most nights do.
_TELL_EVERY_S = 0.15


class NightFacts(QObject):
    """Reads nights one after the other, folder by folder; the last list asked for counts.

    Parameters
    ----------
    tasks
        What the work is run with.
    settings
        Where sessions are kept, and whether it is remembered where they were.

    Signals
    -------
    found
        A Path as it was given, and its :class:`~sleepscorer.session_documents.NightSummary`.
    """

    found = Signal(object, object)

    def __init__(
        self, tasks: TaskRunner, settings: SettingsFile, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._lanes = tuple(Latest(tasks, self) for _ in range(_FOLDERS_AT_A_TIME))
        self._waiting: deque[tuple[Path, ...]] = deque()

    def read(self, paths: Iterable[Path]) -> None:
        """Read these, in place of those that were not read yet."""
        self.drop()
        by_folder: dict[Path, list[Path]] = {}
        for path in paths:
            by_folder.setdefault(path.parent, []).append(path)
        self._waiting.extend(map(tuple, by_folder.values()))
        for lane in self._lanes:
            self._go_on(lane, ())

    def drop(self) -> None:
        """Read nothing any more."""
        self._waiting.clear()
        for lane in self._lanes:
            lane.drop()

    def _go_on(self, lane: Latest, left: tuple[Path, ...]) -> None:
        left = left or (self._waiting.popleft() if self._waiting else ())
        if left:
            work = partial(_summaries, left, self._settings.now)
            lane.start(
                "Reading what is known of recordings",
                work,
                partial(self._on_read, lane, left),
                quiet=True,
            )

    def _on_read(
        self, lane: Latest, asked: tuple[Path, ...], summaries: Sequence[NightSummary]
    ) -> None:
        # Before it is told: whoever hears of it may ask for other nights.
        self._go_on(lane, asked[len(summaries) :])
        for path, summary in zip(asked, summaries, strict=False):
            self.found.emit(path, summary)


def _summaries(
    paths: Sequence[Path], settings: Settings, progress: Progress
) -> tuple[NightSummary, ...]:
    """Read the first of these nights, one at least."""
    folder = Path(settings.session_folder) if settings.session_folder else None
    places = SessionPlaces() if settings.keep_recent_files else None
    until_s = time.monotonic() + _TELL_EVERY_S
    found: list[NightSummary] = []
    for path in paths:
        progress(0.0, "")
        found.append(night_summary(path, session_folder=folder, places=places))
        if time.monotonic() > until_s:
            break
    return tuple(found)
