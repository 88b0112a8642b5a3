"""Shows what a scoring holds and what it is taken as, before anything is taken over."""

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.core.errors import (
    AlignmentNeeded,
    CodesNeeded,
    EpochLengthNeeded,
    SeveralScorers,
    UsageError,
)
from sleepscorer.core.progress import Progress
from sleepscorer.core.stages import Stage
from sleepscorer.core.wording import counted, of_counted
from sleepscorer.files.scorings import STAGE_CODES, Alignment, StageCodes, codes_named
from sleepscorer.gui.dialogs.read_only_table import ReadOnlyTable
from sleepscorer.gui.frame.scoring_import import ReadScoringFile, ScoringFileAnswer, read_or_asked
from sleepscorer.gui.look.appearance import described, shortened
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.session_documents import ImportableScoring, ImportChoice, ScoringPreview

_SIZE_PX = (620, 560)
_HEADS = ("In the file", "Epochs", "Taken as")
_CODES_TIP = (
    "Programs number the stages differently, and this file does not say how. Choose a code, or"
    " type which number is which stage, such as 0=W,1=N1,2=N2,3=N3,5=R"
)


_HOW_ALIGNED = {
    "nearest": "each moved to the nearest epoch of the recording",
    "majority": "by the stage that fills most of an epoch",
}


class ScoringPreviewDialog(QDialog):
    """Asks what the file does not say, shows the rest, and takes nothing over by itself.

    What is to be taken over is its ``read``; None until all is said.

    Parameters
    ----------
    file
        What was read.
    tasks
        For reading it again when somebody says more of it.
    parent
        Over which it opens.
    """

    def __init__(
        self, file: ReadScoringFile, *, tasks: TaskRunner, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        beside = " as another scorer's" if file.as_layer else ""
        self.setWindowTitle(f"Import {file.path.name}{beside}")
        self._file, self._work = file, Latest(tasks, self)
        self.read: ImportableScoring | None = None
        self._codes_read = ""
        self._length_read = 0.0
        self._scorer, self._codes = QComboBox(), QComboBox()
        self._length, self._align = QDoubleSpinBox(), QComboBox()
        self._events = QCheckBox()
        # While one of these is being answered the focus stays there: arrows go through its choices.
        self._answers: tuple[QWidget, ...] = (
            self._scorer,
            self._codes,
            self._length,
            self._align,
            self._events,
        )
        self._facts = {name: QLabel() for name in ("Format", "Epochs", "Begins", "Lights")}
        self._table = ReadOnlyTable("What the file calls the stages", _HEADS, wide=0)
        self._notes, self._refusal = QLabel(), QLabel()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        role = QDialogButtonBox.ButtonRole.AcceptRole
        self._import = self._buttons.addButton("&Import", role)
        self._lay_out()
        self.resize(*_SIZE_PX)
        self._show(file.answer)
        self._focus_first()

    def accept(self) -> None:
        """Import what is shown; while something is still to be said or read, stay."""
        if self.read is not None and not self._work.is_running:
            super().accept()

    def done(self, result: int) -> None:
        """Close; what is being read is not waited for."""
        self._work.drop()
        super().done(result)

    # -- building -------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        form = self._form = QFormLayout()
        described(self._scorer, "Whose stages", "The file holds those of several people")
        described(self._codes, "What the numbers stand for", _CODES_TIP)
        described(self._length, "Epoch length", "How long each stage of the file lasts, seconds")
        described(self._align, "Align epochs", "How its epochs become those of the recording")
        described(self._events, "Events", "Take over what is no stage as well")
        form.addRow("&Whose stages", self._scorer)
        form.addRow("&Numbers are of", self._codes)
        form.addRow("Epoch &length", self._length)
        form.addRow("&Align epochs", self._align)
        for name, label in self._facts.items():
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            form.addRow(name, label)
        form.addRow("Events", self._events)
        for one in (*self._answers, *self._facts.values()):
            form.setRowVisible(one, False)
        self._length.setRange(0.0, 600.0)
        self._length.setSuffix(" s")
        self._length.setSpecialValueText("choose")
        self._length.editingFinished.connect(self._on_length_typed)
        self._align.activated.connect(self._read_again)
        # Its list may be wider than the dialog.
        self._codes.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._codes.setMinimumContentsLength(24)
        self._codes.setEditable(True)
        self._codes.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._events.setChecked(True)
        self._notes.setTextFormat(Qt.TextFormat.PlainText)
        self._refusal.setTextFormat(Qt.TextFormat.PlainText)
        self._refusal.setObjectName("refusal")
        self._refusal.setAccessibleName("Why not")
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self._table, 1)
        for label in (self._notes, self._refusal):
            label.setWordWrap(True)
            layout.addWidget(label)
        layout.addWidget(self._buttons)
        self._import.setDefault(True)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self._scorer.activated.connect(self._read_again)
        self._codes.activated.connect(self._on_codes_typed)
        line = self._codes.lineEdit()
        if line is not None:
            line.setPlaceholderText("choose, or type 0=W,1=N1,2=N2,3=N3,5=R")
            line.editingFinished.connect(self._on_codes_typed)
        self._events.toggled.connect(self._read_again)

    def _focus_first(self) -> None:
        for one in self._answers[:-1]:
            if self._form.isRowVisible(one):
                one.setFocus()
                return
        self._import.setFocus()

    # -- what is said ---------------------------------------------------------------------------

    @Slot()
    def _on_codes_typed(self) -> None:
        text = self._codes.currentText()
        line = self._codes.lineEdit()
        if line is not None and not line.isModified():
            # The end of a long title tells nothing.
            line.setCursorPosition(0)
        # Also the focus that goes elsewhere ends the editing.
        if text != self._codes_read:
            self._codes_read = text
            self._read_again()

    @Slot()
    def _on_length_typed(self) -> None:
        if self._length.value() != self._length_read:
            self._length_read = self._length.value()
            self._read_again()

    @Slot()
    def _read_again(self) -> None:
        choice = self._choice()
        if choice is None:
            return
        path, recording = self._file.path, self._file.document.recording

        def read(_progress: Progress) -> ScoringFileAnswer:
            return read_or_asked(path, recording, choice)

        self._import.setEnabled(False)
        self._work.start("Reading the scoring", read, self._show, failed=self._refuse, quiet=True)

    def _choice(self) -> ImportChoice | None:
        """Return what was said so far; None where that can't be understood, which is said."""
        scorer = self._scorer.currentData() if self._form.isRowVisible(self._scorer) else None
        codes: StageCodes | None = None
        text = self._codes.currentText().strip()
        if self._form.isRowVisible(self._codes) and text:
            index = self._codes.findText(text)
            try:
                codes = codes_named(text if index < 0 else self._codes.itemData(index))
            except UsageError as error:
                self._refuse(str(error))
                return None
        how = self._align.currentData()
        return ImportChoice(
            scorer,
            codes,
            epoch_s=self._length.value() or None,
            alignment=None if how is None else Alignment(epochs=how),
            with_events=self._events.isChecked(),
        )

    # -- what is shown --------------------------------------------------------------------------

    def _show(self, answer: ScoringFileAnswer) -> None:
        self.read = answer if isinstance(answer, ImportableScoring) else None
        self._refusal.hide()
        match answer:
            case SeveralScorers():
                self._ask_scorer(answer)
            case CodesNeeded():
                self._ask_codes(answer)
            case EpochLengthNeeded():
                self._form.setRowVisible(self._length, True)
                self._tell(f"{_sentence(answer.what)}: say how long each stage lasts.")
            case AlignmentNeeded():
                self._ask_alignment(answer)
            case ImportableScoring(preview=preview) if preview is not None:
                self._show_preview(preview)
        self._import.setEnabled(self.read is not None)
        if self.read is not None and not any(one.hasFocus() for one in self._answers):
            self._import.setFocus()

    def _ask_scorer(self, asked: SeveralScorers) -> None:
        if not self._form.isRowVisible(self._scorer):
            for name in asked.scorers:
                self._scorer.addItem(name, name)
            self._scorer.setCurrentIndex(-1)
            self._scorer.setPlaceholderText("choose")
            self._form.setRowVisible(self._scorer, True)
        self._tell("The file holds the stages of several people: choose whose to take over.")

    def _ask_codes(self, asked: CodesNeeded) -> None:
        if not self._form.isRowVisible(self._codes):
            fitting = [one for one in STAGE_CODES if one.name in asked.fitting]
            for one in fitting:
                self._codes.addItem(f"{one.title}: {one.in_words}", one.name)
            self._codes.setCurrentIndex(-1)
            self._codes.setCurrentText("")
            self._form.setRowVisible(self._codes, True)
        self._table.show_rows([[number, str(n), "–"] for number, n in asked.counts])
        self._tell("The stages are numbers, and programs number them differently: say whose.")

    def _ask_alignment(self, asked: AlignmentNeeded) -> None:
        self._align.clear()
        for how in asked.choices:
            self._align.addItem(_HOW_ALIGNED[how], how)
        self._align.setCurrentIndex(-1)
        self._align.setPlaceholderText("choose")
        self._form.setRowVisible(self._align, True)
        self._tell(f"{_sentence(asked.what)}: choose how its epochs become those of the recording.")

    def _show_preview(self, preview: ScoringPreview) -> None:
        start = "not in the file"
        if preview.start is not None:
            start = f"{preview.start:%Y-%m-%d %H:%M:%S}"
        first = preview.first_epoch
        begins = (
            "nowhere: nothing is scored"
            if first is None
            else (
                f"at epoch {first} of {preview.n_epochs_recording} of the recording,"
                f" {preview.begins_s:g} s after its start"
            )
        )
        for one in (*self._facts.values(), self._events):
            self._form.setRowVisible(one, True)
        self._facts["Format"].setText(preview.format_title or "a staging of sleepscorer")
        self._facts["Epochs"].setText(
            f"{counted(preview.n_epochs, 'epoch')} of {preview.epoch_s:g} s; start {start}"
        )
        self._facts["Begins"].setText(begins)
        self._facts["Lights"].setText(self._lights_text(preview))
        n_events = preview.n_events
        kinds = ", ".join(f"{text} {n}" for text, n in preview.events[:6])
        self._events.setText(shortened(f"{n_events}: {kinds}") if n_events else "none")
        self._events.setEnabled(bool(n_events))
        self._table.show_rows(
            [
                [label.text, f"{label.n_epochs:g}", _taken_as(label.stage)]
                for label in preview.labels
            ]
            or [[stage.text, str(n), _taken_as(stage)] for stage, n in preview.n_by_stage if n]
        )
        self._tell(". ".join((*map(_sentence, preview.notes), *self._replaced())))

    def _lights_text(self, preview: ScoringPreview) -> str:
        marks = (("off", preview.lights_off_s), ("on", preview.lights_on_s))
        told = [f"{name} after {mark_s / 60:g} min" for name, mark_s in marks if mark_s is not None]
        return ", ".join(told) or "no marks in the file"

    def _replaced(self) -> tuple[str, ...]:
        session = self._file.document.session
        n = int(np.count_nonzero(session.state.stages != Stage.UNSCORED))
        if not n or self._file.as_layer:
            return ()
        have = of_counted(n, session.n_epochs, "epoch")
        return (f"{have} have a stage, which this one takes the place of; one undo takes it back",)

    def _tell(self, text: str) -> None:
        self._notes.setText(f"{text.rstrip('.')}." if text else "")

    def _refuse(self, sentence: str) -> None:
        self.read = None
        self._import.setEnabled(False)
        self._refusal.setText(shortened(sentence))
        self._refusal.show()


def _taken_as(stage: Stage) -> str:
    return "unscored" if stage is Stage.UNSCORED else stage.text


def _sentence(note: str) -> str:
    return note[:1].upper() + note[1:].rstrip(".")
