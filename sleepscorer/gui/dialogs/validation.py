"""The page on which stagers are validated by a site's own nights."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.gui.dialogs.validation_nights import NightsPage
from sleepscorer.gui.dialogs.validation_verdict import VerdictPage
from sleepscorer.gui.frame.handing_over import HandingOver
from sleepscorer.gui.jobs.validating import LookedThrough, Validated, Validator, Wish, Workstation
from sleepscorer.gui.look.appearance import described, shortened
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.process.time_left import waiting_text
from sleepscorer.gui.settings import SettingsFile

_SIZE_PX = (900, 640)


class ValidationDialog(QDialog):
    """Which nights count, who is asked, and whom the site should trust; the window stays usable.

    What runs goes on when the page is closed, and the page is there again where it is asked for.

    Parameters
    ----------
    settings
        Whose weights and device are validated; a choice that is kept becomes the one in force.
    tasks
        What the work is run with.
    parent
        Over which it opens.

    Signals
    -------
    told
        The verdict, where the page was closed meanwhile.
    """

    told = Signal(str)

    def __init__(self, settings: SettingsFile, tasks: TaskRunner, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Validate on own nights")
        self._settings = settings
        self._validator = Validator(tasks, self)
        self._handing_over = HandingOver(tasks, self)
        self._through: LookedThrough | None = None
        self._validated: Validated | None = None
        self._folder = QLineEdit()
        self._folder.setPlaceholderText("Folder with nights that people scored")
        self._bar = QProgressBar()
        self._progress, self._problem = QLabel(), QLabel()
        for label in (self._progress, self._problem):
            # Names of files and of programs are theirs, whatever markup they look like.
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._nights, self._verdict = NightsPage(), VerdictPage()
        self._pages = QStackedWidget()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        role = QDialogButtonBox.ButtonRole.ActionRole
        self._start = self._buttons.addButton("&Start", role)
        self._cancel = self._buttons.addButton("Ca&ncel", role)
        self._back = self._buttons.addButton("Back to the nights", role)
        self._lay_out()
        self._connect()
        self.resize(*_SIZE_PX)
        self._show_state()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - a name of Qt
        """Look who is installed, and whom this workstation trusts by now."""
        super().showEvent(event)
        self._validator.look_around()

    def look_through(self, folder: Path) -> None:
        """Look which nights of a folder count, in place of what was found before."""
        self._folder.setText(str(folder))
        self._forget_found()
        self._validator.look_through(folder)
        self._show_state()

    @Slot()
    def _forget_found(self) -> None:
        """What is listed must be of the folder that is named."""
        self._through = None
        self._nights.show_found(None)
        self._pages.setCurrentWidget(self._nights)
        self._tell_problem("")
        self._show_state()

    def _lay_out(self) -> None:
        described(self._folder, "Folder of nights", "Enter looks through it")
        browse = self._browse = QPushButton("&Browse…")
        described(browse, "Browse for a folder of nights")
        browse.clicked.connect(self._on_browse)
        label = QLabel("&Folder")
        label.setBuddy(self._folder)
        top = QHBoxLayout()
        for widget in (label, self._folder, browse):
            top.addWidget(widget)
        described(self._bar, "Progress")
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setMaximumWidth(240)
        running = QHBoxLayout()
        running.addWidget(self._bar)
        running.addWidget(self._progress, 1)
        self._problem.setObjectName("refusal")
        self._problem.setWordWrap(True)
        described(self._start, "Start", "Stage the nights that count, and judge who staged them")
        described(self._cancel, "Cancel", "Stop; nothing is kept of it")
        described(self._back, "Back to the nights", "To validate again, or another folder")
        for page in (self._nights, self._verdict):
            self._pages.addWidget(page)
        for button in (browse, *self._buttons.buttons()):
            if isinstance(button, QPushButton):
                # Enter in the folder's line means the folder.
                button.setAutoDefault(False)
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addWidget(self._pages, 1)
        layout.addLayout(running)
        layout.addWidget(self._problem)
        layout.addWidget(self._buttons)

    def _connect(self) -> None:
        work = self._validator
        work.workstation_found.connect(self._on_workstation_found)
        work.looked_through.connect(self._on_looked_through)
        work.validated.connect(self._on_validated)
        work.failed.connect(self._on_failed)
        work.cancelled.connect(self._on_cancelled)
        work.progressed.connect(self._on_progressed)
        self._folder.textEdited.connect(self._forget_found)
        self._folder.returnPressed.connect(self._on_folder_entered)
        self._nights.changed.connect(self._show_state)
        self._verdict.use_asked.connect(self._on_use_asked)
        self._verdict.folder_chosen.connect(self._on_report_folder_chosen)
        self._verdict.open_asked.connect(self._on_open_asked)
        self._handing_over.failed.connect(self._tell_problem)
        self._nights.forget_asked.connect(work.forget)
        self._verdict.forget_asked.connect(work.forget)
        self._start.clicked.connect(self._on_start)
        self._cancel.clicked.connect(work.cancel)
        self._back.clicked.connect(self._on_back)
        self._buttons.rejected.connect(self.reject)

    # -- what is asked --------------------------------------------------------------------------

    @Slot()
    def _on_browse(self) -> None:
        name = QFileDialog.getExistingDirectory(
            self, "Folder with nights that people scored", self._folder.text() or str(Path.home())
        )
        if name:
            self.look_through(Path(name))

    @Slot()
    def _on_folder_entered(self) -> None:
        text = self._folder.text().strip()
        if text and not self._validator.is_running:
            self.look_through(Path(text).expanduser())

    @Slot()
    def _on_start(self) -> None:
        if self._through is None or self._validator.is_running:
            return
        now = self._settings.now
        wish = Wish(self._nights.stagers, self._nights.all_montages, now.weights, now.device)
        self._tell_problem("")
        self._validator.validate(self._through.found, wish)
        self._show_state()

    @Slot()
    def _on_back(self) -> None:
        self._pages.setCurrentWidget(self._nights)
        self._show_state()

    @Slot()
    def _on_use_asked(self) -> None:
        if self._validated is not None:
            # Whoever unticked an older choice in Auto-score asks for this one.
            self._settings.set(as_validated=True)
            self._validator.keep(self._validated.validation)

    @Slot(object)
    def _on_open_asked(self, page: Path) -> None:
        self._tell_problem("")
        self._handing_over.open(page, again="Save the report in a folder.")

    @Slot(object)
    def _on_report_folder_chosen(self, folder: Path) -> None:
        if self._validated is not None and not self._validator.is_running:
            self._tell_problem("")
            self._validator.write_report(self._validated.validation, folder)
            self._show_state()

    # -- what comes of it -----------------------------------------------------------------------

    @Slot(object)
    def _on_workstation_found(self, found: Workstation) -> None:
        self._nights.show_workstation(found)
        self._verdict.show_workstation(found)
        if found.problem:
            self._tell_problem(found.problem)
        self._show_state()

    @Slot(object)
    def _on_looked_through(self, through: LookedThrough) -> None:
        self._through = through
        self._nights.show_found(through)
        self._tell_problem(through.too_few)
        self._show_state()

    @Slot(object)
    def _on_validated(self, validated: Validated) -> None:
        self._validated = validated
        self._verdict.show_validated(validated)
        self._pages.setCurrentWidget(self._verdict)
        self._tell_problem(validated.problem)
        self._show_state()
        if not self.isVisible():
            self.told.emit(self._verdict.headline)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._tell_problem(sentence)
        self._show_state()
        if self._through is None:
            # Another folder is what helps.
            self._folder.setFocus()
        if not self.isVisible():
            self.told.emit(sentence)

    @Slot()
    def _on_cancelled(self) -> None:
        self._show_state()
        self._tell_progress("Cancelled; nothing was kept.")

    @Slot(float, str)
    def _on_progressed(self, fraction: float, text: str) -> None:
        self._bar.setValue(round(1000 * fraction))
        left_s = self._validator.time_left_s
        left = "" if left_s is None else f", {waiting_text(left_s)} left"
        self._tell_progress(f"{100 * fraction:.0f} %{left}: {text}")

    @Slot(str)
    def _tell_problem(self, sentence: str) -> None:
        self._problem.setText(shortened(sentence))
        self._problem.setVisible(bool(sentence))

    @Slot()
    def _show_state(self) -> None:
        """Let be pressed what makes sense now."""
        is_running = self._validator.is_running
        is_before = self._pages.currentWidget() is self._nights
        can_start = self._through is not None and not self._through.too_few
        self._start.setVisible(is_before)
        self._start.setEnabled(can_start and not is_running and bool(self._nights.stagers))
        self._back.setVisible(not is_before)
        self._back.setEnabled(not is_running)
        self._cancel.setVisible(is_running)
        self._bar.setVisible(is_running)
        for widget in (self._folder, self._browse):
            widget.setEnabled(not is_running)
        self._nights.let_choose(now=not is_running)
        if not is_running:
            self._bar.setValue(0)
            self._tell_progress("")

    def _tell_progress(self, text: str) -> None:
        self._progress.setText(shortened(text))
        self._progress.setVisible(bool(text))
