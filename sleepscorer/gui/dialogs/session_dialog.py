"""A dialog that does something to a session, or tells why that can't be."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.core.errors import SleepScorerError
from sleepscorer.gui.look.appearance import shortened

_WIDTH_PX = 460


class SessionDialog(QDialog):
    """Sentences, a form, and a button that does what it says or tells why it can't."""

    def __init__(self, title: str, verb: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH_PX)
        self._said = QVBoxLayout()
        self._form = QFormLayout()
        self._refusal = _sentence("", is_warning=True)
        self._refusal.setAccessibleName("Why not")
        self._refusal.hide()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        button = buttons.addButton(verb, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(self._said)
        layout.addLayout(self._form)
        layout.addWidget(self._refusal)
        layout.addWidget(buttons)
        # Only within the dialog is there another default to take the place of.
        button.setDefault(True)

    def _say(self, sentence: str, *, is_warning: bool = False) -> None:
        self._said.addWidget(_sentence(sentence, is_warning=is_warning))

    def _refuse(self, error: SleepScorerError) -> None:
        said = str(error).rstrip(".")
        self._refusal.setText(f"{said[:1].upper()}{said[1:]}.")
        self._refusal.show()
        self._fit_height()

    def _fit_height(self) -> None:
        """Sentences on several lines leave no empty room below."""
        width_px = self.width() if self.isVisible() else _WIDTH_PX
        self.resize(width_px, self.heightForWidth(width_px))


def _sentence(text: str, *, is_warning: bool) -> QLabel:
    label = QLabel(shortened(text))
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if is_warning:
        label.setObjectName("refusal")
    return label
