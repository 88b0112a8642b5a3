"""Whom this workstation uses since a validation, and a button that forgets it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from sleepscorer.gui.look.appearance import described
from sleepscorer.pipeline import SiteChoice

_NONE = "This workstation uses no validated choice yet."


class SiteRow(QWidget):
    """Shows the choice that is kept.

    Signals
    -------
    forget_asked
        It is to be forgotten.
    """

    forget_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = QLabel(_NONE)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setObjectName("faint")
        self._forget = QPushButton("Fo&rget")
        self._forget.setAutoDefault(False)
        tip = "Auto-score then goes by what was chosen in its own dialog"
        described(self._forget, "Forget the validated choice", tip)
        self._forget.clicked.connect(self.forget_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._text, 1)
        row.addWidget(self._forget)
        self.show_choice(None)

    @property
    def text(self) -> str:
        """What is said."""
        return self._text.text()

    def show_choice(self, choice: SiteChoice | None) -> None:
        """Show this one; None is none."""
        self._forget.setVisible(choice is not None)
        if choice is None:
            self._text.setText(_NONE)
            return
        who = f"the {choice.in_words}" if choice.is_consensus else choice.in_words
        since = choice.decided_utc[:10]
        self._text.setText(f"This workstation uses {who}, decided on {since}.")
