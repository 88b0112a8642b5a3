"""Sentences above the traces that stay until the person answers or puts them away.

What only says that all went well goes by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.gui.look.appearance import described, shortened

_PASSING_MS = 10_000


@dataclass(frozen=True)
class Answer:
    """A button of a notice and what it does."""

    text: str
    run: Callable[[], None]


class _Notice(QFrame):
    closed = Signal(object)

    def __init__(
        self, text: str, answers: tuple[Answer, ...], parent: QWidget, *, passing: bool, key: str
    ) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self.text, self.is_passing, self.key = text, passing, key
        self._answers = answers
        label = QLabel(shortened(text))
        label.setToolTip(text if label.text() != text else "")
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 6, 4)
        layout.addWidget(label, 1)
        for number, answer in enumerate(answers):
            self._add_button(answer.text, number)
        self._add_button("Close", None)
        self._passing = QTimer(self)
        self._passing.timeout.connect(self._on_time_over)
        if passing:
            self._passing.start(_PASSING_MS)

    @property
    def has_focus(self) -> bool:
        """Whether one of its buttons has the focus."""
        focus = QApplication.focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    @Slot()
    def _on_time_over(self) -> None:
        # Whoever points at it is reading it.
        if not (self.underMouse() or self.has_focus):
            self.closed.emit(self)

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

    def add(self, text: str, *answers: Answer, passing: bool = False, key: str = "") -> None:
        """Show a sentence, and beside it buttons that answer it; the same sentence only once.

        Parameters
        ----------
        text
            The sentence.
        answers
            The buttons beside Close.
        passing
            It says that all went well: it goes after some seconds, or with :meth:`dismiss`.
        key
            What it is about: it takes the place of one with the same key, and :meth:`remove` knows
            it by that. Empty where nothing takes its place.
        """
        if key:
            self._put_away(lambda notice: notice.key == key)
        if text not in self.texts:
            notice = _Notice(text, answers, self, passing=passing, key=key)
            notice.closed.connect(self._on_closed)
            self._notices.append(notice)
            self._layout.addWidget(notice)

    @Slot(str)
    def remove(self, key: str) -> None:
        """Put that away which has this key."""
        self._put_away(lambda notice: notice.key == key)

    def dismiss(self) -> None:
        """Put those away that pass, and the one that has the focus; what is wrong stays."""
        self._put_away(lambda notice: notice.is_passing or notice.has_focus)

    def clear(self) -> None:
        """Put all away."""
        self._put_away(lambda _: True)

    def _put_away(self, is_meant: Callable[[_Notice], bool]) -> None:
        for notice in tuple(self._notices):
            if is_meant(notice):
                self._on_closed(notice)

    @Slot(object)
    def _on_closed(self, notice: _Notice) -> None:
        if notice not in self._notices:
            return
        self._notices.remove(notice)
        notice.hide()
        notice.deleteLater()
