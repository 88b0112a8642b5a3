"""What the window shows before a recording is open."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from sleepscorer.files.exports import INTENDED_USE
from sleepscorer.gui.jobs.synthetic_night import SyntheticNight
from sleepscorer.gui.look.appearance import described, worded
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.paths import synthetic_night_path

if TYPE_CHECKING:
    from sleepscorer.gui.frame.recent_nights import RecentNights

_TEXT_PX, _WIDEST_PX = 620, 1760
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
        self._recent: RecentNights | None = None
        self._synthetic = SyntheticNight(tasks, self)
        self._synthetic.progressed.connect(self._on_making)
        self._synthetic.ended.connect(self._on_made)
        self._synthetic.made.connect(self.recording_chosen)
        self._synthetic.failed.connect(self.failed)
        self._make_buttons()
        self._lay_out()
        # The page itself has nothing to do with keys.
        self.setFocusProxy(self._open)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - a name of Qt
        """Add the recent recordings, when the page is first seen."""
        if self._recent is None:
            self._add_recent()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - a name of Qt
        """Make no synthetic night any more: another recording was opened."""
        super().hideEvent(event)
        if not event.spontaneous():
            self._synthetic.cancel()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - a name of Qt
        """No name of a folder makes the window wider."""
        wanted = super().minimumSizeHint()
        return QSize(min(wanted.width(), _TEXT_PX), wanted.height())

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
        synthetic.setTextFormat(Qt.TextFormat.PlainText)
        intended = QLabel(INTENDED_USE)
        for label in (synthetic, intended):
            label.setObjectName("faint")
        buttons = QHBoxLayout()
        for button in (self._open, self._try, self._help):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self._column = QWidget()
        self._column.setMaximumWidth(_TEXT_PX)
        self._inner = QVBoxLayout(self._column)
        self._inner.setContentsMargins(24, 12, 12, 12)
        self._inner.setSpacing(10)
        self._inner.addStretch(1)
        self._inner.addWidget(headline)
        self._inner.addWidget(hint)
        self._inner.addLayout(buttons)
        self._inner.addWidget(synthetic)
        self._inner.addWidget(intended)
        self._inner.addStretch(1)
        for label in (hint, synthetic, intended):
            label.setWordWrap(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addStretch(1)
        # It may have all of the room up to its own greatest width.
        layout.addWidget(self._column, 1000)
        layout.addStretch(1)

    # -- recent recordings ----------------------------------------------------------------------

    def _add_recent(self) -> None:
        # Where the program is started with a recording, its first page does not wait for this.
        from sleepscorer.gui.frame.recent_nights import RecentNights

        self._recent = RecentNights(self._settings, self._tasks)
        self._recent.chosen.connect(self.recording_chosen)
        self._recent.listed.connect(self._on_listed)
        above_intended = self._inner.count() - 2
        self._inner.insertWidget(above_intended, self._recent, 1)
        self._on_listed()

    @Slot()
    def _on_listed(self) -> None:
        """Give the cards all the width; without any, the rest stands together in the middle."""
        recent = self._recent
        if recent is None:
            return
        focus = recent.focusWidget()
        if recent.is_empty and focus is not None and focus.hasFocus():
            # Hidden, they would leave the focus to a button of the toolbar.
            self._open.setFocus()
        recent.setVisible(not recent.is_empty)
        self._column.setMaximumWidth(_TEXT_PX if recent.is_empty else _WIDEST_PX)
        for at in (0, self._inner.count() - 1):
            self._inner.setStretch(at, 1 if recent.is_empty else 0)
        self.setFocusProxy(self._open if recent.is_empty else recent)

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
