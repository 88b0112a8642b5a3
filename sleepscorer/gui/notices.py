"""Sentences above the traces that stay until the person answers or puts them away."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from sleepscorer.gui.appearance import described


@dataclass(frozen=True)
class Answer:
    """A button of a notice and what it does."""

    text: str
    run: Callable[[], None]


class _Notice(QFrame):
    closed = Signal(object)

    def __init__(self, text: str, answers: tuple[Answer, ...], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self.text = text
        self._answers = answers
        label = QLabel(text)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 6, 4)
        layout.addWidget(label, 1)
        for number, answer in enumerate(answers):
            self._add_button(answer.text, number)
        self._add_button("Close", None)

    def _add_button(self, text: str, number: int | None) -> None:
        button = QPushButton(text)
        button.setObjectName("" if number is None else str(number))
        described(button, text, f"{text}: {self.text}")
        button.clicked.connect(self._on_clicked)
        layout = self.layout()
        if layout is not None:
            layout.addWidget(button)

    @Slot()
    def _on_clicked(self) -> None:
        sender = self.sender()
        name = sender.objectName() if sender is not None else ""
        self.closed.emit(self)
        if name:
            self._answers[int(name)].run()


class NoticeBar(QWidget):
    """The notices, oldest on top."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notices: list[_Notice] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)

    @property
    def texts(self) -> tuple[str, ...]:
        """What is shown."""
        return tuple(notice.text for notice in self._notices)

    def add(self, text: str, *answers: Answer) -> None:
        """Show a sentence, and beside it buttons that answer it; the same sentence only once."""
        if text not in self.texts:
            notice = _Notice(text, answers, self)
            notice.closed.connect(self._on_closed)
            self._notices.append(notice)
            self._layout.addWidget(notice)

    def remove(self, beginning: str) -> None:
        """Put those away that begin so."""
        for notice in tuple(self._notices):
            if notice.text.startswith(beginning):
                self._on_closed(notice)

    def clear(self) -> None:
        """Put all away."""
        self.remove("")

    @Slot(object)
    def _on_closed(self, notice: _Notice) -> None:
        self._notices.remove(notice)
        notice.hide()
        notice.deleteLater()
