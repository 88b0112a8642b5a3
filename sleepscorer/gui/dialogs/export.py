"""Asks where and what to export."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.core.progress import Progress
from sleepscorer.files.exports import EXPORT_FORMATS, PDF, ReportLook
from sleepscorer.gui.dialogs.report_look import ReportLookBoxes
from sleepscorer.gui.look.appearance import described, shortened
from sleepscorer.gui.look.screen_fit import make_room
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.pipeline import Destination

_N_COLUMNS, _LEAST_WIDTH_PX = 2, 600


class ExportDialog(QDialog):
    """Folder, formats, and what the person should know before.

    Parameters
    ----------
    folder, formats
        Chosen to begin with.
    existing
        Names of the files in the way of a choice; asked for beside the window, as the folder may
        lie on a slow drive.
    tasks
        What that is run with.
    look
        Of the report as PDF, chosen to begin with.
    all_annotations
        The recording's own annotations are chosen to begin with.
    warnings
        Sentences: epochs without a stage, for example.

    Signals
    -------
    copy_wanted
        An annotated copy of the recording is asked for instead; the dialog is closed by then.
    """

    copy_wanted = Signal()

    def __init__(
        self,
        folder: Path,
        formats: tuple[str, ...],
        *,
        existing: Callable[[Destination], tuple[str, ...]],
        tasks: TaskRunner,
        look: ReportLook | None = None,
        all_annotations: bool = False,
        warnings: tuple[str, ...] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export")
        self._existing, self._looking = existing, Latest(tasks, self)
        self._in_the_way = QLabel()
        self._in_the_way.setObjectName("refusal")
        self._in_the_way.setWordWrap(True)
        self._folder = QLineEdit(str(folder))
        described(self._folder, "Folder", "Where the files go; it is made where it does not exist")
        browse = QPushButton("&Browse…")
        described(browse, "Browse for a folder")
        browse.setAutoDefault(False)
        browse.clicked.connect(self._on_browse)
        row = QHBoxLayout()
        row.addWidget(self._folder, 1)
        row.addWidget(browse)
        self._formats = {form.name: QCheckBox(form.title) for form in EXPORT_FORMATS}
        for name, check in self._formats.items():
            check.setChecked(name in formats)
            described(check, check.text())
            check.toggled.connect(self._on_changed)
        box = QVBoxLayout()
        for form in EXPORT_FORMATS:
            if not form.is_for_others:
                box.addWidget(self._formats[form.name])
        self._look = ReportLookBoxes(look or ReportLook())
        self._look.changed.connect(self._on_changed)
        self._force = QCheckBox("&Replace files that exist")
        described(self._force, "Replace files that exist", "Only files that sleepscorer made")
        self._annotations = QCheckBox("Add the recording's own &annotations")
        described(
            self._annotations,
            "Add the recording's own annotations",
            "To the hypnogram and the files for other programs, which else hold the stages and the"
            " events of the scoring",
        )
        self._annotations.setChecked(all_annotations)
        self._deidentify = QCheckBox("&Leave out who was recorded, and when")
        described(self._deidentify, "De-identify", "The files are then named by a number instead")
        self._force.toggled.connect(self._on_changed)
        self._deidentify.toggled.connect(self._on_changed)
        self._annotations.toggled.connect(self._on_changed)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._export = self._buttons.addButton("&Export", QDialogButtonBox.ButtonRole.AcceptRole)
        copy = QPushButton("Annotated &copy…")
        described(copy, "Annotated copy", "A copy of the recording itself that holds the scoring")
        copy.setAutoDefault(False)
        copy.clicked.connect(self._on_copy_wanted)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        layout = QFormLayout(self)
        label = QLabel("&Folder")
        label.setBuddy(self._folder)
        layout.addRow(label, row)
        layout.addRow("Files", box)
        layout.addRow("Report (PDF)", self._look)
        layout.addRow("For other programs", self._others())
        beside = QHBoxLayout()
        beside.addWidget(self._annotations, 1)
        beside.addWidget(copy)
        layout.addRow("", beside)
        layout.addRow("", self._force)
        layout.addRow("", self._deidentify)
        for warning in warnings:
            label = QLabel(warning)
            label.setObjectName("refusal")
            label.setWordWrap(True)
            layout.addRow(label)
        layout.addRow(self._in_the_way)
        layout.addRow(self._buttons)
        self._folder.textChanged.connect(self._on_changed)
        self.setMinimumWidth(max(_LEAST_WIDTH_PX, layout.minimumSize().width()))
        self._export.setDefault(True)
        self._export.setFocus()
        self._on_changed()

    @Slot()
    def _on_copy_wanted(self) -> None:
        self.reject()
        self.copy_wanted.emit()

    @property
    def choice(self) -> Destination:
        """What is chosen now."""
        return Destination(
            Path(self._folder.text().strip()),
            tuple(name for name, check in self._formats.items() if check.isChecked()),
            self._force.isChecked(),
            self._deidentify.isChecked(),
            look=self._look.look,
            all_annotations=self._annotations.isChecked(),
        )

    def accept(self) -> None:
        """Export, or say what is in the way."""
        choice = self.choice
        if choice.force:
            super().accept()
            return

        def look(_progress: Progress) -> tuple[str, ...]:
            return self._existing(choice)

        self._export.setEnabled(False)
        self._in_the_way.setText(shortened(f"Looking into {choice.folder}…"))
        self._looking.start(
            "Looking for files in the way",
            look,
            self._on_looked,
            failed=lambda _: self._on_changed(),
            cancelled=self._on_changed,
        )

    def done(self, result: int) -> None:
        """Close; an answer that comes later is not waited for."""
        self._looking.drop()
        super().done(result)

    def _others(self) -> QGridLayout:
        """The formats that other programs read, in columns: a small screen has no room below."""
        grid = QGridLayout()
        others = [form.name for form in EXPORT_FORMATS if form.is_for_others]
        n_rows = -(-len(others) // _N_COLUMNS)
        for place, name in enumerate(others):
            grid.addWidget(self._formats[name], place % n_rows, place // n_rows)
        return grid

    def _on_looked(self, names: tuple[str, ...]) -> None:
        self._on_changed()
        if names:
            there = ", ".join(map(shortened, names))
            self._in_the_way.setText(
                f"{there}: there already. Check “Replace files that exist”, or choose another"
                " folder."
            )
            make_room(self)
            self._force.setFocus()
            return
        super().accept()

    @Slot()
    def _on_changed(self) -> None:
        # Whatever is changed meanwhile, the answer is about the choice before.
        self._looking.drop()
        self._in_the_way.clear()
        self._look.setEnabled(self._formats[PDF].isChecked())
        self._export.setEnabled(bool(self.choice.formats and self._folder.text().strip()))

    @Slot()
    def _on_browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Export to", self._folder.text())
        if folder:
            self._folder.setText(folder)
