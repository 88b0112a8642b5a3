"""A few sentences to read, scrolled by keys where they are long."""

from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from sleepscorer.gui.look.appearance import described

_N_LINES = 6


class ReadingBox(QPlainTextEdit):
    """Text that nobody changes, no higher than some lines.

    Parameters
    ----------
    name, tip
        For screen readers.
    """

    def __init__(self, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        described(self, name, tip)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        margin_px = round(2 * self.document().documentMargin()) + 2 * self.frameWidth()
        self.setFixedHeight(_N_LINES * self.fontMetrics().lineSpacing() + margin_px)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
