"""Shows every text of a recording, and what a copy without its person says instead."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.core.progress import Progress
from sleepscorer.files.exports import FoundText, Staying
from sleepscorer.gui.dialogs.copy_file_row import CopyFileRow
from sleepscorer.gui.dialogs.read_only_table import ReadOnlyTable
from sleepscorer.gui.look.appearance import described, shortened
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.pipeline import CopySurvey, survey_recording

_WHAT = (
    "This is all that the recording says in words, and what its copy says instead. What goes and"
    " tells of nobody may stay: check it. Samples and the time of day stay as they are; your"
    " laboratory has to confirm that its rules allow the time of day."
)
_STAYS, _WHERE, _TEXT, _BECOMES, _COUNT = range(5)
_HEADS = ("Stays", "Where", "In the recording", "In the copy", "Times")
_SIZE_PX = (900, 620)


class DeidentifiedCopyDialog(QDialog):
    """Reads the recording beside the window, lists its texts, and asks for the copy's file.

    What was chosen is its ``choice``: the survey with what stays, and the file.

    Parameters
    ----------
    recording, folder
        What is copied, and where the copy is to be to begin with.
    tasks
        What reading and looking is run with.
    parent
        Over which it opens.
    """

    def __init__(
        self, recording: Path, folder: Path, *, tasks: TaskRunner, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("De-identified copy")
        self._recording, self._folder = recording, folder
        self._work = Latest(tasks, self)
        self._survey: CopySurvey | None = None
        self._found: tuple[FoundText, ...] = ()
        self.choice: tuple[CopySurvey, Path] | None = None
        self._table = ReadOnlyTable("Texts of the recording", _HEADS, wide=_TEXT)
        self._bar = QProgressBar()
        self._sex, self._age = QCheckBox("The &sex stays"), QCheckBox("The &age in years stays")
        self._out = QLineEdit()
        self._problem = QLabel()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        role = QDialogButtonBox.ButtonRole.AcceptRole
        self._write = self._buttons.addButton("&Write copy", role)
        self._lay_out()
        self._show_state()
        self._work.start(
            "Listing the texts",
            partial(_listed, recording),
            self._on_listed,
            failed=self._on_failed,
            cancelled=self.reject,
            progressed=self._on_progressed,
            quiet=True,
        )

    @property
    def found(self) -> tuple[FoundText, ...]:
        """What the table lists; nothing until the recording is read."""
        return self._found

    def accept(self) -> None:
        """Write the copy, or say what is in the way."""
        if self._survey is None or self._work.is_running:
            return
        self._tell("")
        self._work.start(
            "Looking for files in the way",
            partial(_chosen, self._survey, self._staying(), Path(self._out.text().strip())),
            self._on_chosen,
            failed=self._on_failed,
            cancelled=self._show_state,
            quiet=True,
        )
        self._show_state()

    def done(self, result: int) -> None:
        """Close; what is being read is not waited for."""
        self._work.drop()
        super().done(result)

    def _lay_out(self) -> None:
        what = QLabel(_WHAT)
        what.setWordWrap(True)
        described(self._bar, "Progress", "How far the recording is read")
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        described(self._sex, "The sex stays", "If the recording tells it")
        described(self._age, "The age stays", "In years, if the recording tells the birthdate")
        row = CopyFileRow(
            self._out,
            "De-identified copy",
            "It is never written over another file",
            begins=str(self._folder),
        )
        facts = QHBoxLayout()
        facts.addWidget(self._sex)
        facts.addWidget(self._age)
        facts.addStretch(1)
        self._problem.setObjectName("refusal")
        self._problem.setWordWrap(True)
        self._table.itemChanged.connect(self._on_item_changed)
        self._out.textChanged.connect(self._on_out_changed)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(what)
        layout.addWidget(self._bar)
        layout.addWidget(self._table, 1)
        layout.addLayout(facts)
        layout.addLayout(row)
        layout.addWidget(self._problem)
        layout.addWidget(self._buttons)
        self.resize(*_SIZE_PX)
        self._write.setDefault(True)

    def _staying(self) -> Staying:
        return Staying(
            self._sex.isChecked(),
            self._age.isChecked(),
            frozenset(self._found[row].text for row in self._rows() if self._is_checked(row)),
        )

    def _rows(self) -> list[int]:
        """Rows of which the person decides."""
        return [row for row, one in enumerate(self._found) if one.may_stay and not one.stays]

    def _is_checked(self, row: int) -> bool:
        item = self._table.item(row, _STAYS)
        return item is not None and item.checkState() is Qt.CheckState.Checked

    @Slot(object)
    def _on_listed(self, listed: tuple[CopySurvey, tuple[FoundText, ...]]) -> None:
        self._survey, found = listed
        # What goes is what has to be looked at; the order of the file is kept among both.
        self._found = tuple(sorted(found, key=lambda one: one.stays))
        self._table.blockSignals(True)
        self._table.show_rows([_row(one) for one in self._found])
        for row in self._rows():
            item = self._table.item(row, _STAYS)
            if item is not None:
                item.setCheckState(Qt.CheckState.Unchecked)
        self._table.blockSignals(False)
        self._out.setText(str(self._folder / self._survey.file_name))
        self._table.setFocus()
        self._show_state()

    @Slot(object)
    def _on_chosen(self, choice: tuple[CopySurvey, Path]) -> None:
        self.choice = choice
        super().accept()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._tell(sentence)
        self._show_state()

    @Slot(float, str)
    def _on_progressed(self, fraction: float, _text: str) -> None:
        self._bar.setValue(round(1000 * fraction))

    @Slot(QTableWidgetItem)
    def _on_item_changed(self, item: QTableWidgetItem) -> None:
        if item.column() == _STAYS:
            one = self._found[item.row()]
            becomes = self._table.item(item.row(), _BECOMES)
            if becomes is not None:
                becomes.setText(one.text if self._is_checked(item.row()) else _in_copy(one))
            self._tell("")

    @Slot()
    def _on_out_changed(self) -> None:
        self._tell("")
        self._show_state()

    def _tell(self, sentence: str) -> None:
        self._problem.setText(shortened(sentence))
        self._problem.setVisible(bool(sentence))

    @Slot()
    def _show_state(self) -> None:
        is_listed, is_running = self._survey is not None, self._work.is_running
        self._bar.setVisible(not is_listed and is_running)
        for widget in (self._sex, self._age, self._out):
            widget.setEnabled(is_listed)
        self._write.setEnabled(is_listed and not is_running and bool(self._out.text().strip()))


def _listed(path: Path, progress: Progress) -> tuple[CopySurvey, tuple[FoundText, ...]]:
    survey = survey_recording(path, progress)
    return survey, survey.found


def _chosen(
    survey: CopySurvey, staying: Staying, out: Path, _progress: Progress
) -> tuple[CopySurvey, Path]:
    chosen = survey.letting_stay(staying)
    return chosen, chosen.out_path(out.expanduser())


def _row(one: FoundText) -> tuple[str, str, str, str, str]:
    return ("", one.place, one.text, _in_copy(one), str(one.count))


def _in_copy(one: FoundText) -> str:
    return one.becomes or "removed"
