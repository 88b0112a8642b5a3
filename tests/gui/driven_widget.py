"""One widget by itself: mouse and wheel events for it, and a window around it."""

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QMainWindow

_NO_BUTTON, _LEFT = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
_PLAIN = Qt.KeyboardModifier.NoModifier
_NO_PIXELS, _NO_PHASE = QPoint(), Qt.ScrollPhase.NoScrollPhase


def move(widget, here, button=_LEFT, modifier=_PLAIN):
    """Move the mouse with a button held down, which QTest.mouseMove does not."""
    place, on_screen = QPointF(here), QPointF(widget.mapToGlobal(here))
    event = QMouseEvent(QEvent.Type.MouseMove, place, on_screen, _NO_BUTTON, button, modifier)
    QApplication.sendEvent(widget, event)


def roll(widget, here, turn, *, pixels=_NO_PIXELS, modifier=_PLAIN, phase=_NO_PHASE):
    """Turn the wheel by eighths of a degree."""
    place, on_screen = QPointF(here), QPointF(widget.mapToGlobal(here))
    event = QWheelEvent(place, on_screen, pixels, turn, _NO_BUTTON, modifier, phase, False)
    QApplication.sendEvent(widget, event)


def window_with_action(qtbot, widget, key):
    """A window around the widget with an action of this key, and how often that was triggered."""
    window, triggered = QMainWindow(), []
    qtbot.addWidget(window)
    action = QAction("An action", window)
    action.setShortcut(key)
    action.triggered.connect(lambda: triggered.append(1))
    window.addAction(action)
    window.setCentralWidget(widget)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    return window, triggered
