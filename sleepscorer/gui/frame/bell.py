"""A button with a bell: how many notices there are, and a list of them that leads to each."""

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QColor,
    QIcon,
    QPainter,
    QPainterPath,
    QPalette,
    QPixmap,
)
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from sleepscorer.core.wording import counted
from sleepscorer.gui.frame.notices import NoticeBar
from sleepscorer.gui.look.appearance import described

_ICON_PX, _SCALE = 14, 4
_TIP = "Lists the notices ({view.notices} goes from one to the next)"
_WIDEST_LINE_PX = 520


class Bell(QPushButton):
    """Stands there without notices as well, so that nothing moves when the first one comes.

    Parameters
    ----------
    notices
        What is counted and listed.

    Signals
    -------
    asked_in_vain
        It was pressed where there are none.
    """

    asked_in_vain = Signal()

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
        self.clicked.connect(self._show_list)
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

    @Slot()
    def _show_list(self) -> None:
        notices = self._notices.in_order
        if not notices:
            self.asked_in_vain.emit()
            return
        menu = QMenu(self)
        menu.setAccessibleName("Notices")
        for notice in notices:
            line = f"{notice.kind.word}: {notice.text}".splitlines()[0]
            end = Qt.TextElideMode.ElideRight
            cut = menu.fontMetrics().elidedText(line, end, _WIDEST_LINE_PX)
            menu.addAction(cut.replace("&", "&&")).setData(notice)
        menu.triggered.connect(self._on_chosen)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.setActiveAction(menu.actions()[0])
        menu.popup(self.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    @Slot(QAction)
    def _on_chosen(self, action: QAction) -> None:
        self._notices.go_to(action.data())

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
