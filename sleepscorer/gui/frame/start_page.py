"""What the window shows before a recording is open."""

from pathlib import Path

from PySide6.QtCore import QSize, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from sleepscorer.files.exports import INTENDED_USE
from sleepscorer.gui.frame.night_cards import NightGrid
from sleepscorer.gui.jobs.night_facts import NightFacts
from sleepscorer.gui.jobs.synthetic_night import SyntheticNight
from sleepscorer.gui.look.appearance import described, worded
from sleepscorer.gui.look.theme import theme_named
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.settings import RECENT_FILES, SettingsFile
from sleepscorer.paths import synthetic_night_path
from sleepscorer.session_documents import NightSummary

_TEXT_PX, _WIDEST_PX = 620, 1760
# Whatever is being opened comes first.
_READ_AFTER_MS = 150
_TRY = "&Try a synthetic night"


class StartPage(QWidget):
    """Open, go on with a recent recording, or try the program with a synthetic one.

    Parameters
    ----------
    settings
        Which recordings were opened, and the theme.
    tasks
        For what is read of recent recordings, and making a synthetic one.

    Signals
    -------
    open_asked
        The person wants to choose a recording.
    help_asked
        The person wants to be shown how to begin.
    recording_chosen
        A Path.
    failed
        A sentence that must be seen.
    """

    open_asked = Signal()
    help_asked = Signal()
    recording_chosen = Signal(object)
    failed = Signal(str)

    def __init__(
        self, settings: SettingsFile, tasks: TaskRunner, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._settings, self._tasks = settings, tasks
        self._facts = NightFacts(tasks, settings, self)
        self._facts.found.connect(self._on_found)
        self._synthetic = SyntheticNight(tasks, self)
        self._synthetic.progressed.connect(self._on_making)
        self._synthetic.ended.connect(self._on_made)
        self._synthetic.made.connect(self.recording_chosen)
        self._synthetic.failed.connect(self.failed)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_READ_AFTER_MS)
        self._timer.timeout.connect(self._read_if_free)
        self._make_buttons()
        self._recent_title = QLabel("&Recent recordings")
        self._recent = NightGrid(theme_named(settings.now.theme))
        self._recent_title.setBuddy(self._recent)
        self._recent.chosen.connect(self.recording_chosen)
        self._recent.removal_asked.connect(settings.forget_recent_file)
        self._lay_out()
        settings.changed.connect(self._on_setting_changed)
        self._show_recent()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - a name of Qt
        """Read what is known of the recent recordings, anew each time."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - a name of Qt
        """Leave the disk and the processors to what was opened."""
        super().hideEvent(event)
        if not event.spontaneous():
            self._timer.stop()
            self._facts.drop()
            self._synthetic.cancel()

    def _make_buttons(self) -> None:
        self._open, self._try, self._help = QPushButton(), QPushButton(_TRY), QPushButton()
        worded(self._open, "&Open a recording…  ({file.open})")
        tip = "Choose a recording or a session file ({file.open})"
        described(self._open, "Open a recording", tip)
        self._open.clicked.connect(self.open_asked)
        self._try.setMinimumWidth(self._try.sizeHint().width() + 40)
        self._try.clicked.connect(self._on_try)
        worded(self._help, "How to &begin  ({help.contents})")
        described(self._help, "How to begin", "The first page of the manual ({help.contents})")
        self._help.clicked.connect(self.help_asked)
        self._on_made()

    def _lay_out(self) -> None:
        headline = QLabel("sleepscorer")
        headline.setObjectName("headline")
        hint = QLabel("Drop a recording here, or open one. The recording itself is never changed.")
        synthetic = QLabel(
            "A synthetic night of 8 h is computed here: nobody slept it. It is kept in"
            f" {synthetic_night_path().parent}"
        )
        intended = QLabel(INTENDED_USE)
        for label in (synthetic, intended):
            label.setObjectName("faint")
        buttons = QHBoxLayout()
        for button in (self._open, self._try, self._help):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self._column = QWidget()
        inner = QVBoxLayout(self._column)
        inner.setContentsMargins(24, 12, 12, 12)
        inner.setSpacing(10)
        inner.addStretch()
        inner.addWidget(headline)
        inner.addWidget(hint)
        inner.addLayout(buttons)
        inner.addWidget(synthetic)
        inner.addWidget(self._recent_title)
        inner.addWidget(self._recent, 1)
        inner.addWidget(intended)
        inner.addStretch()
        self._inner = inner
        for label in (hint, synthetic, intended):
            label.setWordWrap(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addStretch(1)
        # It may have all of the room up to its own greatest width.
        layout.addWidget(self._column, 1000)
        layout.addStretch(1)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - a name of Qt
        """No name of a folder makes the window wider."""
        wanted = super().minimumSizeHint()
        return QSize(min(wanted.width(), _TEXT_PX), wanted.height())

    # -- recent recordings ----------------------------------------------------------------------

    def _show_recent(self) -> None:
        paths = [Path(name) for name in self._settings.now.recent_files]
        if not paths and self._recent.hasFocus():
            # Hidden, it would leave the focus to a button of the toolbar.
            self._open.setFocus()
        self._recent.show_paths(paths)
        for widget in (self._recent, self._recent_title):
            widget.setVisible(bool(paths))
        self._column.setMaximumWidth(_WIDEST_PX if paths else _TEXT_PX)
        # Without cards the rest stands together in the middle.
        for at in (0, self._inner.count() - 1):
            self._inner.setStretch(at, 0 if paths else 1)
        # The page itself has nothing to do with keys.
        self.setFocusProxy(self._recent if paths else self._open)

    @Slot()
    def _read_if_free(self) -> None:
        if self._tasks.running:
            self._timer.start()
        else:
            self._facts.read(Path(name) for name in self._settings.now.recent_files)

    @Slot(object, object)
    def _on_found(self, path: Path, summary: NightSummary) -> None:
        # Versions before listed a recording and its session as two.
        twin = self._recent.nights.tell(path, summary)
        if twin is not None:
            self._settings.forget_recent_file(twin)

    @Slot(str)
    def _on_setting_changed(self, name: str) -> None:
        if name in RECENT_FILES:
            self._show_recent()
        elif name == "theme":
            self._recent.set_theme(theme_named(self._settings.now.theme))

    # -- a synthetic night ----------------------------------------------------------------------

    @Slot()
    def _on_try(self) -> None:
        if self._synthetic.is_running:
            self._synthetic.cancel()
        else:
            self._on_making(0.0)
            self._synthetic.start()

    @Slot(float)
    def _on_making(self, fraction: float) -> None:
        self._try.setText(f"Making it: {100 * fraction:.0f} % – &cancel")
        described(self._try, "Cancel making the synthetic night")

    @Slot()
    def _on_made(self) -> None:
        self._try.setText(_TRY)
        described(
            self._try,
            "Try a synthetic night",
            "Opens a night that is computed and that nobody slept; it is made at the first time,"
            " which takes half a minute",
        )
