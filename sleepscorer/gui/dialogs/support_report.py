"""Shows what a report for support says before it leaves, and copies or saves it."""

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.core.errors import SleepScorerError
from sleepscorer.gui.look.appearance import described
from sleepscorer.gui.process.support import save_report, support_report
from sleepscorer.gui.settings import Settings

_WHAT = (
    "This is what you would send: versions, screens, settings and the end of the log. It names no"
    " patient, no recording, no file, no folder and no scorer. Nothing is sent by the program;"
    " what you delete or change here is copied and saved as you leave it."
)
_FILE_NAME = "sleepscorer_report.txt"


class SupportDialog(QDialog):
    """The report, to be read first.

    Parameters
    ----------
    settings
        Those in force.
    """

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Report for support")
        what = QLabel(_WHAT)
        what.setWordWrap(True)
        self._text = QPlainTextEdit(support_report(settings))
        self._text.setTabChangesFocus(True)
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        described(self._text, "Report", "Read it and change it before it leaves")
        self._said = QLabel()
        self._said.setWordWrap(True)
        described(self._said, "What was done with the report")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        role = QDialogButtonBox.ButtonRole.ActionRole
        copy, save = buttons.addButton("&Copy", role), buttons.addButton("&Save…", role)
        described(copy, "Copy the report", "Put the report into the clipboard")
        described(save, "Save the report", "Write the report to a text file")
        copy.clicked.connect(self._on_copy)
        save.clicked.connect(self._on_save)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (what, self._text, self._said, buttons):
            layout.addWidget(widget)
        self.resize(760, 560)
        copy.setDefault(True)
        copy.setFocus()

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text.toPlainText())
        self._said.setText("Copied.")

    @Slot()
    def _on_save(self) -> None:
        place = str(Path.home() / _FILE_NAME)
        name, _ = QFileDialog.getSaveFileName(self, "Save the report", place, "Text (*.txt)")
        if name:
            try:
                save_report(self._text.toPlainText(), Path(name))
            except SleepScorerError as error:
                self._said.setText(str(error))
            else:
                self._said.setText(f"Saved as {Path(name).name}.")
