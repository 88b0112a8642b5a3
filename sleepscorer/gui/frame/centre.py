"""The middle of the window: the start page or the panes, and notices that lie over them."""

from PySide6.QtCore import QSize, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from sleepscorer.gui.frame.notices import NoticeBar
from sleepscorer.gui.frame.skeleton import Skeleton
from sleepscorer.gui.frame.start_page import StartPage
from sleepscorer.gui.frame.workspace import Workspace
from sleepscorer.gui.traces.geometry import AXIS_PX

# What opens sooner needs nothing in between, which would only flash.
_SKELETON_AFTER_MS = 150


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
        What lies over both.
    start_page
        What is shown while nothing is open.
    skeleton
        What stands for the panes while the first are awaited.
    """

    def __init__(
        self,
        notices: NoticeBar,
        start_page: StartPage,
        skeleton: Skeleton,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._start_page, self._skeleton = start_page, skeleton
        self._stack = _AsLargeAsShown()
        self._stack.addWidget(start_page)
        self._stack.addWidget(skeleton)
        self._awaiting = QTimer(self)
        self._awaiting.setSingleShot(True)
        self._awaiting.setInterval(_SKELETON_AFTER_MS)
        self._awaiting.timeout.connect(self._show_skeleton)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._stack)
        self._notices = notices
        notices.setParent(self)

    def await_panes(self, name: str, *, at_once: bool = False) -> None:
        """Let a skeleton stand for panes that take a while; those of another night stay.

        Parameters
        ----------
        name
            Of the file that is opened.
        at_once
            Not only after a moment.
        """
        self._skeleton.set_name(name)
        if at_once:
            self._show_skeleton()
        elif self._stack.currentWidget() is self._start_page:
            self._awaiting.start()

    def keep(self) -> None:
        """Change nothing any more: the panes are about to come."""
        self._awaiting.stop()

    def show_panes(self, panes: Workspace) -> None:
        """Show an open recording."""
        self._stack.addWidget(panes)
        self._show(panes)

    def show_start_page(self) -> None:
        """Show what can be opened."""
        self._show(self._start_page)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - a name of Qt
        """Keep the notices in their corner."""
        super().resizeEvent(event)
        self._notices.fit()

    def take_focus(self) -> None:
        """Put the focus into what is shown."""
        self._stack.currentWidget().setFocus()

    @Slot()
    def _show_skeleton(self) -> None:
        self._show(self._skeleton)

    def _show(self, page: QWidget) -> None:
        self._awaiting.stop()
        before = self._stack.currentWidget()
        if before is page:
            return
        focus = self._stack.focusWidget()
        had_focus = focus is not None and focus.hasFocus() and before.isAncestorOf(focus)
        self._stack.setCurrentWidget(page)
        # What time it is can be read below whatever is said.
        self._notices.keep_clear(AXIS_PX if isinstance(page, Workspace) else 0)
        if had_focus or before.hasFocus():
            page.setFocus()
