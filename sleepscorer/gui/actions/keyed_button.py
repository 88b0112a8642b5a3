"""A button of a few letters and the key that does the same, in the colour of what it stands for."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QAction, QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolButton, QWidget

from sleepscorer.gui.keys import shown
from sleepscorer.gui.look.appearance import sized
from sleepscorer.gui.look.measures import TextSize
from sleepscorer.gui.look.theme import Theme, ink_on

_SIDE_PX, _ABOVE_PX, _BETWEEN_PX = 6.0, 5.0, 3.0
_ROUND_PX, _LINE_PX = 3.0, 1.5
_PALE_ALPHA = 110
_SHIFT = "Shift+"


class KeyedButton(QToolButton):
    """Outlined in its colour, and filled with it while its action is on.

    Parameters
    ----------
    action
        What it does; its first key is shown beside the letters.
    letters
        What it is called where room is short.
    colour_of
        Its colour in a theme.
    theme
        The colours.
    """

    def __init__(
        self,
        action: QAction,
        letters: str,
        colour_of: Callable[[Theme], str],
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setDefaultAction(action)
        self._letters, self._colour_of, self._theme = letters, colour_of, theme
        # A toolbar asks for sizes hundreds of times before it is shown.
        self._hint: QSize | None = None
        action.changed.connect(self._on_action_changed)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.update()

    @property
    def badge(self) -> str:
        """The key that is shown: the first that the letters do not name.

        One with Shift, which has no room here, stands in the tooltip and on the sheet of keys.
        """
        keys = [shown(key.toString()) for key in self.defaultAction().shortcuts()]
        return next((key for key in keys if key != self._letters and _SHIFT not in key), "")

    @Slot()
    def _on_action_changed(self) -> None:
        self._hint = None
        self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, D102
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._hint = None

    def _measured(self) -> QSize:
        letters, badge = (QFontMetricsF(font) for font in self._fonts)
        width = 2 * _SIDE_PX + letters.horizontalAdvance(self._letters)
        if self.badge:
            width += _BETWEEN_PX + badge.horizontalAdvance(self.badge)
        return QSize(round(width), round(letters.height() + 2 * _ABOVE_PX))

    @property
    def _fonts(self) -> tuple[QFont, QFont]:
        letters = QFont(self.font())
        letters.setWeight(QFont.Weight.DemiBold)
        return letters, sized(self.font(), TextSize.SMALL)

    def sizeHint(self) -> QSize:  # noqa: N802, D102
        if self._hint is None:
            self._hint = self._measured()
        return self._hint

    def minimumSizeHint(self) -> QSize:  # noqa: N802, D102
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802, D102
        colour = QColor(self._colour_of(self._theme))
        ground, ink, faint = self._inks(colour)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if not self.isEnabled():
                painter.setOpacity(_PALE_ALPHA / 255)
            painter.setBrush(Qt.BrushStyle.NoBrush if ground is None else ground)
            painter.setPen(QPen(colour, _LINE_PX))
            half = _LINE_PX / 2
            around = QRectF(self.rect()).adjusted(half, half, -half, -half)
            painter.drawRoundedRect(around, _ROUND_PX, _ROUND_PX)
            self._paint_words(painter, ink, faint)

    def _inks(self, colour: QColor) -> tuple[QColor | None, QColor, QColor]:
        """The ground, None for that below, and the ink of letters and of the key."""
        if self.isChecked():
            ink = QColor(ink_on(colour.name()))
            return colour, ink, ink
        over = self.isEnabled() and (self.underMouse() or self.isDown())
        ground = QColor(self._theme.selection) if over else None
        return ground, QColor(self._theme.text), QColor(self._theme.faint_text)

    def _paint_words(self, painter: QPainter, ink: QColor, faint: QColor) -> None:
        letters, badge = self._fonts
        inside = QRectF(self.rect()).adjusted(_SIDE_PX, 0, -_SIDE_PX, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(letters)
        painter.setPen(ink)
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignLeft, self._letters)
        painter.setFont(badge)
        painter.setPen(faint)
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignRight, self.badge)
