"""Keeps windows, frame and all, on the screen: what lies below its edge can't be reached."""

from typing import cast

from PySide6.QtCore import QMargins, QObject, QRect, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QStyle, QWidget

# A window manager takes a moment to put its frame around a new window.
_FRAME_AFTER_MS = 250
_BORDER_PX = 4
_LARGEST_SHARE = 0.9


class _Correction(QObject):
    """Fits a window, its parent, once more when its frame is known.

    It keeps no reference to the window: with the last one this would be deleted by the window
    while it is being deleted itself.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(self._on_framed)
        timer.start(_FRAME_AFTER_MS)

    @Slot()
    def _on_framed(self) -> None:
        _put_on_screen(cast("QWidget", self.parent()))
        self.deleteLater()


def px_per_mm(window: QWidget, *, measured_mm_per_px: float) -> float:
    """Pixels a millimetre, as measured with a ruler, or as the screen says of itself."""
    if measured_mm_per_px > 0:
        return 1.0 / measured_mm_per_px
    screen = window.screen() or QGuiApplication.primaryScreen()
    return float(screen.physicalDotsPerInch()) / 25.4


def show_fitting(window: QMainWindow) -> None:
    """Show a window as large as it wants to be, or maximised where it would fill the screen."""
    available = window.screen().availableGeometry()
    wanted = _with_frame(QRect(window.pos(), window.size()), window)
    is_large = (
        wanted.width() > _LARGEST_SHARE * available.width()
        or wanted.height() > _LARGEST_SHARE * available.height()
    )
    if is_large:
        # What it shrinks to when it is no longer maximised.
        window.resize(available.size() * _LARGEST_SHARE)
        window.setWindowState(window.windowState() | Qt.WindowState.WindowMaximized)
    fit_to_screen(window)
    window.show()


def make_room(window: QWidget) -> None:
    """Make a window as high as a sentence needs that it says now: else its boxes are squeezed."""
    layout = window.layout()
    if layout is not None:
        layout.activate()
        wanted = layout.totalHeightForWidth(window.width())
        window.resize(window.width(), max(window.height(), wanted))
        fit_to_screen(window)


def fit_to_screen(window: QWidget) -> None:
    """Make a window that is about to be shown no larger than the screen, and move it there."""
    _put_on_screen(window)
    _Correction(window)


def _put_on_screen(window: QWidget) -> None:
    if window.isMaximized() or window.isFullScreen():
        return
    available = window.screen().availableGeometry()
    room = available.marginsRemoved(_frame(window))
    size = window.size().boundedTo(room.size())
    if size != window.size():
        window.resize(size)
    if not window.isVisible():
        # Where it will be is chosen when it is shown.
        return
    place = QRect(window.geometry().topLeft(), size)
    place.moveLeft(max(min(place.left(), room.right() + 1 - size.width()), room.left()))
    place.moveTop(max(min(place.top(), room.bottom() + 1 - size.height()), room.top()))
    if place != window.geometry():
        window.setGeometry(place)


def _with_frame(geometry: QRect, window: QWidget) -> QRect:
    return geometry.marginsAdded(_frame(window))


def _frame(window: QWidget) -> QMargins:
    """What the window manager draws around a window; a guess before it is shown."""
    parent = window.parentWidget()
    known = window if window.isVisible() else None if parent is None else parent.window()
    if known is not None and known.isVisible() and not known.isMaximized():
        inner, outer = known.geometry(), known.frameGeometry()
        return QMargins(
            inner.left() - outer.left(),
            inner.top() - outer.top(),
            outer.right() - inner.right(),
            outer.bottom() - inner.bottom(),
        )
    title = window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)
    return QMargins(_BORDER_PX, title + _BORDER_PX, _BORDER_PX, _BORDER_PX)
