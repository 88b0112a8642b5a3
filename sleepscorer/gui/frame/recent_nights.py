"""The nights that were opened last, as cards, and what is read of them while they are shown."""

from pathlib import Path

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from sleepscorer.gui.frame.night_cards import NightGrid
from sleepscorer.gui.jobs.night_facts import NightFacts
from sleepscorer.gui.look.theme import theme_named
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.settings import RECENT_FILES, SettingsFile
from sleepscorer.session_documents.night_summary import NightSummary

# Whatever is being opened comes first.
_READ_AFTER_MS = 150


class RecentNights(QWidget):
    """A card for each recent recording; where there are none, nothing is shown.

    Parameters
    ----------
    settings
        Which recordings were opened, and the theme.
    tasks
        For what is read of them.

    Signals
    -------
    chosen
        The Path of a night that is to be opened.
    listed
        The cards are others now, or none.
    """

    chosen = Signal(object)
    listed = Signal()

    def __init__(
        self, settings: SettingsFile, tasks: TaskRunner, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._settings, self._tasks = settings, tasks
        self._facts = NightFacts(tasks, settings, self)
        self._facts.found.connect(self._on_found)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_READ_AFTER_MS)
        self._timer.timeout.connect(self._read_if_free)
        title = QLabel("&Recent recordings")
        self._grid = NightGrid(theme_named(settings.now.theme))
        title.setBuddy(self._grid)
        self._grid.chosen.connect(self.chosen)
        self._grid.removal_asked.connect(settings.forget_recent_file)
        self.setFocusProxy(self._grid)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(title)
        layout.addWidget(self._grid, 1)
        settings.changed.connect(self._on_setting_changed)
        self._show_recent()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is remembered."""
        return not self._settings.now.recent_files

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - a name of Qt
        """Read what is known of them, anew each time."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - a name of Qt
        """Leave the disk and the processors to what was opened."""
        super().hideEvent(event)
        if not event.spontaneous():
            self._timer.stop()
            self._facts.drop()

    def _paths(self) -> list[Path]:
        return [Path(name) for name in self._settings.now.recent_files]

    def _show_recent(self) -> None:
        self._grid.show_paths(self._paths())
        self.listed.emit()

    @Slot()
    def _read_if_free(self) -> None:
        if self._tasks.running:
            self._timer.start()
        else:
            self._facts.read(self._paths())

    @Slot(object, object)
    def _on_found(self, path: Path, summary: NightSummary) -> None:
        # Versions before listed a recording and its session as two.
        twin = self._grid.nights.tell(path, summary)
        if twin is not None:
            self._settings.forget_recent_file(twin)

    @Slot(str)
    def _on_setting_changed(self, name: str) -> None:
        if name in RECENT_FILES:
            self._show_recent()
        elif name == "theme":
            self._grid.set_theme(theme_named(self._settings.now.theme))
