"""Asks where a copy of the recording goes that holds the scoring as annotations."""

from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.core.errors import NotAnnotated, ScoredItself, SleepScorerError
from sleepscorer.core.progress import Progress
from sleepscorer.core.stages import Stage
from sleepscorer.core.wording import of_counted
from sleepscorer.gui.dialogs.copy_file_row import CopyFileRow
from sleepscorer.gui.jobs.exporting import EXPORTED_INSTEAD
from sleepscorer.gui.look.appearance import described, shortened
from sleepscorer.gui.look.screen_fit import make_room
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.pipeline import AnnotatedCopy, copy_path, own_scoring
from sleepscorer.session_documents import Document, Snapshot, check_annotated

_WHAT = (
    "The copy is an EDF+ or BDF+ file that holds your stages, lights marks and events as"
    " annotations, for programs that read no other scoring. Its signals, and annotations that the"
    " recording has already, are the same byte for byte; the recording itself stays as it is."
)
_WIDTH_PX = 640


class AnnotatedCopyDialog(QDialog):
    """Asks for the file of the copy, and says what is in the way.

    What was chosen is its ``choice``, a :class:`~sleepscorer.pipeline.AnnotatedCopy`.

    Parameters
    ----------
    document
        Its recording is copied with its scoring.
    folder
        Where the copy is to be to begin with.
    tasks
        What looking for files in the way is run with: the folder may lie on a slow drive.
    parent
        Over which it opens.
    """

    def __init__(
        self, document: Document, folder: Path, *, tasks: TaskRunner, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Annotated copy")
        self._document = document
        self._work = Latest(tasks, self)
        self.choice: AnnotatedCopy | None = None
        self._out = QLineEdit(str(folder.absolute() / copy_path(document.recording.path).name))
        self._own = QCheckBox()
        self._force = QCheckBox("&Replace an annotated copy that exists")
        self._problem = QLabel()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        role = QDialogButtonBox.ButtonRole.AcceptRole
        self._write = self._buttons.addButton("&Write copy", role)
        self._lay_out()
        self._show_state()

    def accept(self) -> None:
        """Write the copy, or say what is in the way."""
        if self._work.is_running:
            return
        path = Path(self._out.text().strip()).expanduser()
        copy = AnnotatedCopy(path, self._force.isChecked(), self._own.isChecked())
        try:
            snapshot = self._document.snapshot()
        except SleepScorerError as error:
            self._tell(str(error))
            return
        self._tell("")
        self._work.start(
            "Looking for files in the way",
            partial(_checked, snapshot, copy),
            self._on_checked,
            failed=self._on_failed,
            cancelled=self._show_state,
            quiet=True,
        )
        self._show_state()

    def done(self, result: int) -> None:
        """Close; what is being looked for is not waited for."""
        self._work.drop()
        super().done(result)

    def _lay_out(self) -> None:
        what, unscored = QLabel(_WHAT), QLabel(self._unscored())
        for label in (what, unscored, self._problem):
            label.setWordWrap(True)
        unscored.setVisible(bool(unscored.text()))
        row = CopyFileRow(
            self._out, "Annotated copy", "It is never written over the recording", asks_over=False
        )
        own = " and ".join(own_scoring(self._document.recording))
        self._own.setText(f"&Leave out the {own} that the recording itself holds")
        self._own.setVisible(bool(own))
        described(self._own, self._own.text(), "Else the copy would hold two scorings")
        described(self._force, self._force.text(), "Other files are never replaced")
        self._problem.setObjectName("refusal")
        self._out.textChanged.connect(self._on_changed)
        for check in (self._own, self._force):
            check.toggled.connect(self._on_changed)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(what)
        layout.addWidget(unscored)
        layout.addLayout(row)
        layout.addWidget(self._own)
        layout.addWidget(self._force)
        layout.addWidget(self._problem)
        layout.addWidget(self._buttons)
        self.setMinimumWidth(_WIDTH_PX)
        self._write.setDefault(True)
        self._tell("")

    def _unscored(self) -> str:
        session = self._document.session
        n = int(np.count_nonzero(session.state.stages == Stage.UNSCORED))
        return f"{of_counted(n, session.n_epochs, 'epoch')} have no stage yet." if n else ""

    @Slot(object)
    def _on_checked(self, choice: AnnotatedCopy) -> None:
        self.choice = choice
        super().accept()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._tell(sentence)
        self._show_state()

    @Slot()
    def _on_changed(self) -> None:
        self._tell("")
        self._show_state()

    def _tell(self, sentence: str) -> None:
        self._problem.setText(shortened(sentence))
        self._problem.setVisible(bool(sentence))
        if sentence:
            make_room(self)

    @Slot()
    def _show_state(self) -> None:
        self._write.setEnabled(not self._work.is_running and bool(self._out.text().strip()))


def _checked(snapshot: Snapshot, copy: AnnotatedCopy, _progress: Progress) -> AnnotatedCopy:
    try:
        check_annotated(snapshot, copy)
    except NotAnnotated as error:
        error.hint = EXPORTED_INSTEAD
        raise
    except ScoredItself as error:
        error.hint = "check “Leave out …”"
        raise
    return copy
