"""Icons of one colour: that of the words beside them, sharp on every screen."""

from functools import cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from sleepscorer.paths import resource

_INK = "currentColor"


def icon(name: str) -> QIcon:
    """Return the icon of the file ``resources/icons/<name>.svg``, in the ink of the palette."""
    return QIcon(_InkedDrawing(name))


class _InkedDrawing(QIconEngine):
    """Draws when it is shown: whatever the colours and the scale of the screen are then."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _state: QIcon.State) -> None:
        """Draw into a rectangle."""
        groups = QPalette.ColorGroup
        group = groups.Disabled if mode == QIcon.Mode.Disabled else groups.Active
        ink = QGuiApplication.palette().color(group, QPalette.ColorRole.ButtonText)
        painter.save()
        painter.setOpacity(ink.alphaF())
        _drawing(self._name, ink.name()).render(painter, QRectF(rect))
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Draw in pixels of the screen."""
        drawn = QPixmap(size)
        drawn.fill(Qt.GlobalColor.transparent)
        with QPainter(drawn) as painter:
            self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        return drawn

    def clone(self) -> QIconEngine:
        """Return another like this."""
        return _InkedDrawing(self._name)


@cache
def _drawing(name: str, ink: str) -> QSvgRenderer:
    text = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(text.replace(_INK, ink).encode()))
