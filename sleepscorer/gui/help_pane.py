"""Shows the manual beside the traces, so that what it says can be tried while it is read."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDockWidget,
    QLabel,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.gui.appearance import described
from sleepscorer.gui.help_pages import help_pages

_MARGIN_PX = 12
_WIDTH_PX = 330


class HelpPane(QDockWidget):
    """The pages to choose from, and the chosen one; read when it is first shown.

    It is part of the main window, whose keys therefore work in it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Help", parent)
        self.setObjectName("help")
        self.setAllowedAreas(
            Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea
        )
        self._choice = QComboBox()
        described(self._choice, "Help pages", "Alt+P, then the arrows")
        self._text = QTextBrowser()
        described(self._text, "Help page", "Up, down and space scroll; F1 closes")
        self._text.setOpenExternalLinks(True)
        self._text.document().setDocumentMargin(_MARGIN_PX)
        label = QLabel("&Page")
        label.setBuddy(self._choice)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(label)
        layout.addWidget(self._choice)
        layout.addWidget(self._text, 1)
        content.setMinimumWidth(_WIDTH_PX)
        self.setWidget(content)
        self._choice.currentIndexChanged.connect(self._on_page_chosen)

    def open(self) -> None:
        """Show the manual, with the focus in it."""
        if not self._choice.count():
            for page in help_pages():
                self._choice.addItem(page.title, page.markdown)
        self.show()
        self.raise_()
        self._text.setFocus()

    @Slot(int)
    def _on_page_chosen(self, index: int) -> None:
        self._text.setMarkdown(self._choice.itemData(index))
