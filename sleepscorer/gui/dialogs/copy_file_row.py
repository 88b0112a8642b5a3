"""A line for the file of a copy, with a button that browses for it."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton

from sleepscorer.gui.look.appearance import described


class CopyFileRow(QHBoxLayout):
    """The label "Copy", the line and the button.

    Parameters
    ----------
    line
        Where the file's name is typed.
    title
        Of the dialog that browses.
    tip
        What is never written over.
    begins
        Where browsing begins while nothing is typed.
    asks_over
        Whether browsing itself asks before a file is written over.
    """

    def __init__(
        self, line: QLineEdit, title: str, tip: str, *, begins: str = "", asks_over: bool = True
    ) -> None:
        super().__init__()
        self._line, self._title, self._begins = line, title, begins
        self._asks_over = asks_over
        described(line, "File of the copy", tip)
        browse = QPushButton("&Browse…")
        described(browse, "Browse for the file of the copy")
        browse.setAutoDefault(False)
        browse.clicked.connect(self._on_browse)
        label = QLabel("&Copy")
        label.setBuddy(line)
        self.addWidget(label)
        self.addWidget(line, 1)
        self.addWidget(browse)

    @Slot()
    def _on_browse(self) -> None:
        over, begins = self._line.window(), self._line.text() or self._begins
        if self._asks_over:
            name, _ = QFileDialog.getSaveFileName(over, self._title, begins)
        else:
            unasked = QFileDialog.Option.DontConfirmOverwrite
            name, _ = QFileDialog.getSaveFileName(over, self._title, begins, options=unasked)
        if name:
            self._line.setText(name)
