"""A notice and how it looks: its kind in a word and a colour, the sentence, its buttons."""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from enum import Enum

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFont,
    QFontMetrics,
    QMouseEvent,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QWidget,
)

from sleepscorer.core.wording import one_line
from sleepscorer.gui.look.appearance import described, plain_tip, shortened

_MOST_LINES = 4
_LONGEST_BUTTON = 30
_SPACE_PX = 8
# Those of the style sheet, left and right.
_BORDERS_PX = 6


class NoticeKind(Enum):
    """What a notice is, worst first; the caller knows it, and nobody guesses it from the text."""

    ERROR = "error"
    QUESTION = "question"
    WARNING = "warning"
    INFORMATION = "information"

    @property
    def rank(self) -> int:
        """What comes first has the lowest: what went wrong, or waits for an answer."""
        return {NoticeKind.ERROR: 0, NoticeKind.QUESTION: 0, NoticeKind.WARNING: 1}.get(self, 2)

    @property
    def word(self) -> str:
        """As people read it."""
        return "Note" if self is NoticeKind.INFORMATION else self.value.capitalize()


_MARKS = {
    NoticeKind.ERROR: "✕",
    NoticeKind.QUESTION: "?",
    NoticeKind.WARNING: "!",
    NoticeKind.INFORMATION: "i",
}


@dataclass(frozen=True)
class Answer:
    """A button of a notice and what it does."""

    text: str
    run: Callable[[], object]


@dataclass(frozen=True, eq=False)
class Notice:
    """What is said, and how long: see :meth:`~sleepscorer.gui.frame.notices.NoticeBar.add`."""

    text: str
    answers: tuple[Answer, ...]
    kind: NoticeKind
    _: KW_ONLY
    passing: bool
    key: str
    lasting: bool


class NoticeCard(QFrame):
    """Shows one notice.

    Signals
    -------
    closed
        The notice, and the Answer that was pressed or None.
    """

    closed = Signal(object, object)

    def __init__(self, notice: Notice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notice = notice
        self.setObjectName("notice")
        self.setProperty("kind", notice.kind.value)
        self.setAccessibleName(f"{notice.kind.word}: {notice.text}")
        self._badge = QLabel(f"{_MARKS[notice.kind]} {notice.kind.word}")
        self._badge.setObjectName("notice_kind")
        self._badge.setProperty("kind", notice.kind.value)
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._place = QLabel()
        self._place.setObjectName("faint")
        self._foot = QWidget()
        row = QHBoxLayout(self._foot)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._place)
        row.addStretch(1)
        texts = [*(answer.text for answer in notice.answers), "Close"]
        self._buttons = [self._new_button(text) for text in texts]
        for button in self._buttons:
            row.addWidget(button)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(10, 6, 8, 6)
        self._grid.setHorizontalSpacing(_SPACE_PX)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(self._badge, 0, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(self._text, 0, 1)

    @property
    def has_focus(self) -> bool:
        """Whether one of its buttons has the focus."""
        focus = QApplication.focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    def take_focus(self) -> None:
        """Put the focus on the first button: the answer, or Close where there is none."""
        self._buttons[0].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_place(self, index: int, n: int) -> None:
        """Say which of how many it is, if there are others."""
        self._place.setText(f"{index + 1} of {n}" if n > 1 else "")
        self._place.setVisible(n > 1)

    def fit_width(self, most_px: int) -> None:
        """Take this width at most; what takes too many lines is cut, and whole in the tooltip."""
        margins = self._grid.contentsMargins()
        badge_px, foot_px = self._badge.sizeHint().width(), self._foot.sizeHint().width()
        own_px = margins.left() + margins.right() + badge_px + _BORDERS_PX + _SPACE_PX
        font, words = self._text.font(), shortened(one_line(self.notice.text))
        text_px = QFontMetrics(font).horizontalAdvance(words) + 2
        beside = own_px + text_px + _SPACE_PX + foot_px <= most_px
        lines = words if beside else in_lines(words, font, most_px - own_px, _MOST_LINES)
        self._text.setText(lines)
        is_cut = lines.replace("\n", " ") != self.notice.text
        self._text.setToolTip(plain_tip(self.notice.text) if is_cut else "")
        self._grid.removeWidget(self._foot)
        if beside:
            self._grid.addWidget(self._foot, 0, 2)
        else:
            self._grid.addWidget(self._foot, 1, 0, 1, 2)
        # Layouts show what they are given in a later turn, and the focus is wanted in this one.
        self._foot.show()

    def announce(self) -> None:
        """Let screen readers say it, wherever the focus is."""
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def _new_button(self, text: str) -> QPushButton:
        button = _Button(_button_text(text))
        button.setAutoDefault(True)
        described(button, text, f"{text}: {self.notice.text}")
        button.clicked.connect(self._on_clicked)
        return button

    @Slot()
    def _on_clicked(self) -> None:
        sender = self.sender()
        if isinstance(sender, QPushButton):
            # The last one is Close.
            pressed = [*self.notice.answers, None][self._buttons.index(sender)]
            self.closed.emit(self.notice, pressed)


class _Button(QPushButton):
    """Is not pressed by the second half of a double click: that was meant for the notice before."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - a name of Qt
        """Do nothing."""
        event.accept()


def _button_text(text: str) -> str:
    """As it is: an ampersand of a name marks no key. The middle of a long one is in the tooltip."""
    shown = one_line(text)
    if len(shown) > _LONGEST_BUTTON:
        kept = _LONGEST_BUTTON // 2 - 1
        shown = f"{shown[:kept]}…{shown[-kept:]}"
    return shown.replace("&", "&&")


def in_lines(text: str, font: QFont, width_px: int, n: int) -> str:
    """Break a text into lines of this width; what goes beyond ``n`` of them is cut."""
    layout, option = QTextLayout(text, font), QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    lines: list[str] = []
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width_px)
        start = line.textStart()
        if len(lines) == n - 1 and start + line.textLength() < len(text):
            rest = QFontMetrics(font).elidedText(
                text[start:], Qt.TextElideMode.ElideRight, width_px
            )
            lines.append(rest)
            break
        lines.append(text[start : start + line.textLength()].rstrip())
    layout.endLayout()
    return "\n".join(lines)
