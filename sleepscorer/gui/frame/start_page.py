"""What the window shows before a recording is open."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.files.exports import INTENDED_USE
from sleepscorer.gui.look.appearance import described, worded
from sleepscorer.gui.settings import RECENT_FILES, SettingsFile

_WIDTH_PX = 620


class StartPage(QWidget):
    """Open, or go on with a recent recording.

    Parameters
    ----------
    settings
        Which recordings were opened.

    Signals
    -------
    open_asked
        The person wants to choose a recording.
    help_asked
        The person wants to be shown how to begin.
    recording_chosen
        A Path.
    """

    open_asked = Signal()
    help_asked = Signal()
    recording_chosen = Signal(object)

    def __init__(self, settings: SettingsFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        headline = QLabel("sleepscorer")
        headline.setObjectName("headline")
        hint = QLabel("Drop a recording here, or open one. The recording itself is never changed.")
        open_button = QPushButton()
        worded(open_button, "&Open a recording…  ({file.open})")
        tip = "Choose a recording or a session file ({file.open})"
        described(open_button, "Open a recording", tip)
        open_button.clicked.connect(self.open_asked)
        self._open_button = open_button
        help_button = QPushButton()
        worded(help_button, "How to &begin  ({help.contents})")
        described(help_button, "How to begin", "The first page of the manual ({help.contents})")
        help_button.clicked.connect(self.help_asked)
        self._recent_title = QLabel("&Recent recordings")
        self._recent = QListWidget()
        described(self._recent, "Recent recordings", "Enter opens the chosen one")
        self._recent_title.setBuddy(self._recent)
        self._recent.itemActivated.connect(self._on_activated)
        intended = QLabel(INTENDED_USE)
        intended.setObjectName("faint")
        intended.setWordWrap(True)
        column = QWidget()
        column.setMaximumWidth(_WIDTH_PX)
        inner = QVBoxLayout(column)
        for widget in (
            headline,
            hint,
            open_button,
            help_button,
            self._recent_title,
            self._recent,
            intended,
        ):
            inner.addWidget(widget)
        inner.addStretch(1)
        inner.setSpacing(12)
        layout = QVBoxLayout(self)
        layout.addStretch(1)
        layout.addWidget(column, 6)
        layout.setAlignment(column, Qt.AlignmentFlag.AlignHCenter)
        column.setMinimumWidth(_WIDTH_PX)
        settings.changed.connect(self._on_setting_changed)
        self._show_recent()

    def _show_recent(self) -> None:
        paths = self._settings.now.recent_files
        self._recent.clear()
        for name in paths:
            path = Path(name)
            item = QListWidgetItem(f"{path.name}    {path.parent}")
            item.setData(Qt.ItemDataRole.UserRole, name)
            self._recent.addItem(item)
        for widget in (self._recent, self._recent_title):
            widget.setVisible(bool(paths))
        # The page itself has nothing to do with keys.
        self.setFocusProxy(self._recent if paths else self._open_button)
        self._recent.setCurrentRow(0)

    @Slot(str)
    def _on_setting_changed(self, name: str) -> None:
        if name in RECENT_FILES:
            self._show_recent()

    @Slot(QListWidgetItem)
    def _on_activated(self, item: QListWidgetItem) -> None:
        self.recording_chosen.emit(Path(item.data(Qt.ItemDataRole.UserRole)))
