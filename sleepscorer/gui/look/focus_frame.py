"""A frame around the control that has the focus, the same for every kind of control.

The style draws its own marks as thin as the border of the control, and none on some.
"""

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QRegion
from PySide6.QtWidgets import QApplication, QMenuBar, QSplitter, QWidget

_WIDTH_PX = 2
_MOVED = frozenset({QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.ZOrderChange})
_LEFT = frozenset({QEvent.Type.FocusOut, QEvent.Type.Hide, QEvent.Type.ParentChange})


class FocusFrames(QObject):
    """Frames whatever control of the program has the focus.

    Parameters
    ----------
    application
        Its windows.
    """

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        application.focusChanged.connect(self._on_focus_changed)

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is None or now.isWindow() or isinstance(now, QMenuBar):
            # The bar marks the menu that is chosen in it.
            return
        parent = now.parentWidget()
        # A splitter takes every child for one of its panes.
        if parent is not None and not isinstance(parent, QSplitter):
            FocusFrame(now, parent).show()


class FocusFrame(QWidget):
    """Lies over a control, takes no clicks, and goes with the focus.

    Parameters
    ----------
    control
        What has the focus.
    parent
        That of the control, so that both move together.
    """

    def __init__(self, control: QWidget, parent: QWidget) -> None:
        # Neither is kept: the last to hold a window deletes it, and with it, once more, this.
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        control.installEventFilter(self)
        control.destroyed.connect(self.deleteLater)
        self._fit(control)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - a name of Qt
        """Follow the control."""
        if event.type() in _MOVED and isinstance(watched, QWidget):
            self._fit(watched)
        elif event.type() in _LEFT:
            # The control may be half destroyed: only what Qt hands over can still be asked.
            watched.removeEventFilter(self)
            self.hide()
            self.deleteLater()
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - a name of Qt
        """Draw it; the mask leaves the control open."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.palette().color(QPalette.ColorRole.Accent)))
        painter.end()

    def _fit(self, control: QWidget) -> None:
        around = control.geometry().adjusted(-_WIDTH_PX, -_WIDTH_PX, _WIDTH_PX, _WIDTH_PX)
        parent = self.parentWidget()
        # What would lie outside of the parent is not seen: there it covers the control's edge.
        self.setGeometry(around if parent is None else around.intersected(parent.rect()))
        inner = self.rect().adjusted(_WIDTH_PX, _WIDTH_PX, -_WIDTH_PX, -_WIDTH_PX)
        self.setMask(QRegion(self.rect()) - QRegion(inner))
        self.raise_()
