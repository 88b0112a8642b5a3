"""Shows the manual beside the traces, so that what it says can be tried while it is read."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import (
    QFont,
    QKeyEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDockWidget,
    QLabel,
    QMainWindow,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.gui.help.help_pages import help_pages
from sleepscorer.gui.help.reading_text import ReadingText
from sleepscorer.gui.keys import Keys
from sleepscorer.gui.look.appearance import described

_MARGIN_PX = 12
_WIDTH_PX, _LEAST_WIDTH_PX = 330, 180


class HelpPane(QDockWidget):
    """The pages to choose from, and the chosen one; read when it is first shown.

    It is part of the main window, whose keys therefore work in it, but for those that scroll.

    Signals
    -------
    left
        The person put it away.
    """

    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Help", parent)
        self.setObjectName("help")
        self.setAllowedAreas(
            Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea
        )
        self._keys: Mapping[str, Keys] = {}
        self._gives_way = False
        self._choice = QComboBox()
        described(self._choice, "Help pages", "Alt+P, then the arrows")
        self._text = ReadingText()
        described(
            self._text, "Help page", "The arrows, PgUp, PgDn, Home and End scroll; Esc closes"
        )
        self._text.setOpenExternalLinks(True)
        # The name of a file is not to be broken in the narrow column of a table.
        self._text.setWordWrapMode(QTextOption.WrapMode.WordWrap)
        self._text.document().setDocumentMargin(_MARGIN_PX)
        label = QLabel("&Page")
        label.setBuddy(self._choice)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(label)
        layout.addWidget(self._choice)
        layout.addWidget(self._text, 1)
        content.setMinimumWidth(_LEAST_WIDTH_PX)
        self.setWidget(content)
        self._choice.currentIndexChanged.connect(self._on_page_chosen)

    def open(self, *, gives_way: bool = False) -> None:
        """Show the manual, with the focus in it; put it away where it has the focus already.

        Parameters
        ----------
        gives_way
            It is put away by :meth:`give_way`.
        """
        focus = QApplication.focusWidget()
        if focus is not None and self.isAncestorOf(focus):
            self._leave()
            return
        if not self._choice.count():
            self._list_pages()
        self._gives_way = gives_way
        self.show()
        self._widen()
        self.raise_()
        self._text.setFocus()

    def give_way(self) -> None:
        """Leave the width to a recording; not where that was open when the manual was asked for."""
        if self._gives_way and not self.isFloating():
            self.hide()
        self._gives_way = False

    def set_keys(self, keys: Mapping[str, Keys]) -> None:
        """Let the pages name these keys."""
        self._keys = keys
        if self._choice.count():
            self._list_pages()

    def event(self, event: QEvent) -> bool:
        """Take Esc before it leaves a tool of the traces."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._leave()
                return True
        return super().event(event)

    def _widen(self) -> None:
        """Take the width that no page must be scrolled sideways in, where the window has it."""
        window = self.parentWidget()
        if isinstance(window, QMainWindow) and self.width() < _WIDTH_PX:
            window.resizeDocks([self], [_WIDTH_PX], Qt.Orientation.Horizontal)

    def _leave(self) -> None:
        self.hide()
        self.left.emit()

    def _list_pages(self) -> None:
        chosen = max(self._choice.currentIndex(), 0)
        self._choice.blockSignals(True)
        self._choice.clear()
        for page in help_pages(self._keys):
            self._choice.addItem(page.title, page.markdown)
        self._choice.setCurrentIndex(chosen)
        self._choice.blockSignals(False)
        self._on_page_chosen(chosen)

    @Slot(int)
    def _on_page_chosen(self, index: int) -> None:
        self._text.setMarkdown(self._choice.itemData(index))
        _break_long_commands(self._text.document())
        _show_keys_in_bold(self._text.document())


def _break_long_commands(document: QTextDocument) -> None:
    """Let the lines of code be broken, which Markdown forbids: the pane is narrow."""
    cursor = QTextCursor(document)
    breaking = QTextBlockFormat()
    breaking.setNonBreakableLines(False)
    block = document.begin()
    while block.isValid():
        if block.blockFormat().nonBreakableLines():
            cursor.setPosition(block.position())
            cursor.mergeBlockFormat(breaking)
        block = block.next()


def _show_keys_in_bold(document: QTextDocument) -> None:
    """Set keys and names of files in the font of the text: another one makes lines uneven."""
    places = []
    block = document.begin()
    while block.isValid():
        places += [
            (block.position() + part.start, part.length)
            for part in block.textFormats()
            if part.format.fontFixedPitch()
        ]
        block = block.next()
    look = QTextCharFormat()
    look.setFontFamilies([document.defaultFont().family()])
    look.setFontFixedPitch(False)
    look.setFontWeight(QFont.Weight.DemiBold)
    cursor = QTextCursor(document)
    for start, length in places:
        cursor.setPosition(start)
        cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(look)
