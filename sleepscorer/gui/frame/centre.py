"""The middle of the window: the start page or the panes, and notices that lie over them."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from sleepscorer.gui.frame.notices import NoticeBar
from sleepscorer.gui.frame.start_page import StartPage
from sleepscorer.gui.frame.workspace import Workspace
from sleepscorer.gui.traces.geometry import AXIS_PX


class Centre(QWidget):
    """Shows the start page until there are panes.

    Parameters
    ----------
    notices
        What lies over both.
    start_page
        What is shown while nothing is open.
    """

    def __init__(
        self, notices: NoticeBar, start_page: StartPage, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._start_page = start_page
        self._stack = QStackedWidget()
        self._stack.addWidget(start_page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._stack)
        self._notices = notices
        notices.setParent(self)
        self._stack.currentChanged.connect(self._keep_clock_clear)

    def show_panes(self, panes: Workspace) -> None:
        """Show an open recording."""
        self._stack.addWidget(panes)
        self._stack.setCurrentWidget(panes)

    def show_start_page(self) -> None:
        """Show what can be opened."""
        self._stack.setCurrentWidget(self._start_page)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - a name of Qt
        """Keep the notices in their corner."""
        super().resizeEvent(event)
        self._notices.fit()

    def take_focus(self) -> None:
        """Put the focus into what is shown."""
        self._stack.currentWidget().setFocus()

    @Slot()
    def _keep_clock_clear(self) -> None:
        """What time it is can be read below whatever is said."""
        is_page = isinstance(self._stack.currentWidget(), Workspace)
        self._notices.keep_clear(AXIS_PX if is_page else 0)
