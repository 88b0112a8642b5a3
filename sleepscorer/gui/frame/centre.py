"""The middle of the window: notices above, and below them the start page or the panes."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from sleepscorer.gui.frame.notices import NoticeBar
from sleepscorer.gui.frame.start_page import StartPage
from sleepscorer.gui.frame.workspace import Workspace


class _AsLargeAsShown(QStackedWidget):
    """Needs the room of the page shown; that of the others would widen the window for nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.currentChanged.connect(self.updateGeometry)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - a name of Qt
        shown = self.currentWidget()
        return super().minimumSizeHint() if shown is None else shown.minimumSizeHint()


class Centre(QWidget):
    """Shows the start page until there are panes.

    Parameters
    ----------
    notices
        What is shown above.
    start_page
        What is shown while nothing is open.
    """

    def __init__(
        self, notices: NoticeBar, start_page: StartPage, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._start_page = start_page
        self._stack = _AsLargeAsShown()
        self._stack.addWidget(start_page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(notices)
        column.addWidget(self._stack, 1)

    def show_panes(self, panes: Workspace) -> None:
        """Show an open recording."""
        self._stack.addWidget(panes)
        self._stack.setCurrentWidget(panes)

    def show_start_page(self) -> None:
        """Show what can be opened."""
        self._stack.setCurrentWidget(self._start_page)

    def take_focus(self) -> None:
        """Put the focus into what is shown."""
        self._stack.currentWidget().setFocus()
