"""A button with a bell: how many notices there are, and a way to each."""

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPalette, QPixmap
from PySide6.QtWidgets import QPushButton, QWidget

from sleepscorer.core.wording import counted
from sleepscorer.gui.frame.notices import NoticeBar
from sleepscorer.gui.look.appearance import described

_ICON_PX, _SCALE = 14, 4
_TIP = (
    "Goes to the notice on the page, to the next one, and puts all behind the bell ({view.notices})"
)


class Bell(QPushButton):
    """Stands there without notices as well, so that nothing moves when the first one comes.

    Parameters
    ----------
    notices
        What is counted; a click is :meth:`NoticeBar.step`.
    """

    def __init__(self, notices: NoticeBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notices = notices
        self.setObjectName("bell")
        self.setFlat(True)
        # A click must not take the focus from the notice that it goes on from.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        described(self, "Notices", _TIP)
        self.setText("00")
        self.setFixedSize(self.sizeHint().width(), self.fontMetrics().height() + 4)
        notices.changed.connect(self._show_count)
        self._show_count()
        self._draw()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - a name of Qt
        """Draw the bell in the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()

    @Slot()
    def _show_count(self) -> None:
        n = len(self._notices.texts)
        self.setText(str(n) if n else "")
        self.setAccessibleName(counted(n, "notice") if n else "No notices")
        worst = self._notices.worst
        self.setProperty("kind", "" if worst is None else worst.value)
        self.style().polish(self)

    def _draw(self) -> None:
        side = _ICON_PX * _SCALE
        picture = QPixmap(side, side)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(side, side)
        colour = self.palette().color(QPalette.ColorRole.ButtonText)
        painter.fillPath(_bell(), QColor(colour))
        painter.end()
        self.setIcon(QIcon(picture))


def _bell() -> QPainterPath:
    """A bell in a square of side 1."""
    path = QPainterPath(QPointF(0.08, 0.78))
    path.cubicTo(0.34, 0.62, 0.12, 0.14, 0.5, 0.12)
    path.cubicTo(0.88, 0.14, 0.66, 0.62, 0.92, 0.78)
    path.closeSubpath()
    path.addEllipse(QRectF(0.41, 0.82, 0.18, 0.16))
    path.addEllipse(QRectF(0.44, 0.02, 0.12, 0.14))
    path.setFillRule(Qt.FillRule.WindingFill)
    return path
