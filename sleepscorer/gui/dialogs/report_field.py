"""A box of the form for the report: what was there, what is typed, and what is wrong with it."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.core.errors import UsageError
from sleepscorer.gui.look.appearance import described, shortened

_FROM_RECORDING = "from the recording"
_N_LINES = 4
_LEAST_PX = 190

Box = QLineEdit | QPlainTextEdit | QComboBox


class ReportField(QWidget):
    """A box with a remark at its right, and below it why what is typed can't be kept.

    Parameters
    ----------
    box
        Where it is typed or chosen; the data of a list's entries are the values.
    name, tip
        For people, and for screen readers.
    read
        From the text to the value; it raises UsageError.

    Signals
    -------
    changed
        Something else stands in the box.
    """

    changed = Signal()

    def __init__(
        self, box: Box, name: str, tip: str = "", *, read: Callable[[str], Any] = str.strip
    ) -> None:
        super().__init__()
        self.box, self.name = box, name
        self._tip, self._read = tip, read
        self._value: Any = None
        self._first: Any = None
        self._is_told, self._remark = False, ""
        described(box, name, tip)
        self._beside, self._refusal = QLabel(), QLabel()
        self._beside.setObjectName("faint")
        self._refusal.setObjectName("refusal")
        for label in (self._beside, self._refusal):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.hide()
        self._refusal.setWordWrap(True)
        self._refusal.setAccessibleName(f"What is wrong with: {name}")
        row = QHBoxLayout()
        row.addWidget(box, 1)
        row.addWidget(self._beside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row, 1)
        column.addWidget(self._refusal)
        # A label's letter goes to the box.
        self.setFocusProxy(box)
        box.setMinimumWidth(_LEAST_PX)
        if isinstance(box, QComboBox):
            box.currentIndexChanged.connect(self._on_changed)
        elif isinstance(box, QPlainTextEdit):
            box.setTabChangesFocus(True)
            # As high as some lines, and what room is left: Qt's own wish fills a small screen.
            margin_px = round(2 * box.document().documentMargin()) + 2 * box.frameWidth()
            box.setMinimumHeight(_N_LINES * box.fontMetrics().lineSpacing() + margin_px)
            box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
            box.textChanged.connect(self._on_changed)
        else:
            box.textChanged.connect(self._on_changed)

    @property
    def is_changed(self) -> bool:
        """Whether something else stands there than in the beginning."""
        return bool(self._standing() != self._first)

    @property
    def first_value(self) -> Any:
        """The value that stood there in the beginning."""
        return self._value

    @property
    def text(self) -> str:
        """What stands in the box, as it is read on the screen."""
        if isinstance(self.box, QComboBox):
            return self.box.currentText()
        return str(self._standing())

    @property
    def refusal(self) -> str:
        """Why what is typed can't be kept; empty while it can."""
        return "" if self._refusal.isHidden() else self._refusal.text()

    @property
    def remark(self) -> str:
        """What stands beside the box."""
        return self._beside.text()

    def show_value(self, value: Any, *, is_told: bool) -> None:
        """Begin with a value; ``is_told`` where the recording tells it and nobody kept it yet."""
        text = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
        self._value, self._is_told = value, is_told
        if isinstance(self.box, QComboBox):
            self.box.setCurrentIndex(max(self.box.findData(value), 0))
        elif isinstance(self.box, QPlainTextEdit):
            self.box.setPlainText(text)
        else:
            self.box.setText(text)
            self.box.setCursorPosition(0)
        self._first = self._standing()
        self._show_remark()

    def show_remark(self, remark: str) -> None:
        """Say beside the box what follows from what stands in it."""
        self._remark = remark
        self._show_remark()

    def let_read_only(self) -> None:
        """Let it be read and copied, and not changed."""
        if not isinstance(self.box, QComboBox):
            self.box.setReadOnly(True)
            return
        # Disabled it could not be reached by keys.
        for index in reversed(range(self.box.count())):
            if index != self.box.currentIndex():
                self.box.removeItem(index)

    def value(self) -> Any:
        """What stands there; that of the beginning to its last digit, where nothing was changed.

        Raises
        ------
        UsageError
            If it makes no sense.
        """
        standing = self._standing()
        if standing == self._first:
            return self._value
        return standing if isinstance(self.box, QComboBox) else self._read(standing)

    def value_or_none(self) -> Any:
        """The value, and None where what stands there makes no sense, as while it is typed."""
        try:
            return self.value()
        except UsageError:
            return None

    def refuse(self, error: UsageError) -> None:
        """Say what is wrong, and let it be typed again."""
        said = shortened(str(error))
        self._refusal.setText(f"{said[:1].upper()}{said[1:]}.")
        self._refusal.show()
        self._describe()
        if isinstance(self.box, QLineEdit):
            self.box.selectAll()
        self.box.setFocus()

    def _standing(self) -> Any:
        if isinstance(self.box, QComboBox):
            return self.box.currentData()
        return self.box.toPlainText() if isinstance(self.box, QPlainTextEdit) else self.box.text()

    def _on_changed(self) -> None:
        self._refusal.hide()
        self._show_remark()
        self.changed.emit()

    def _show_remark(self) -> None:
        told = _FROM_RECORDING if self._is_told and not self.is_changed else ""
        self._beside.setText(", ".join(part for part in (told, self._remark) if part))
        self._beside.setVisible(bool(self._beside.text()))
        self._describe()

    def _describe(self) -> None:
        """Tell who can't see them what stands beside and below the box."""
        parts = (self._tip, self.remark, self.refusal)
        self.box.setAccessibleDescription(". ".join(part.rstrip(".") for part in parts if part))
