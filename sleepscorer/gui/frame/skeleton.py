"""What stands for the panes of a recording until they come: their places, and nothing in them."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from sleepscorer.core.wording import one_line
from sleepscorer.gui.look.appearance import described, shortened
from sleepscorer.gui.look.theme import HYPNOGRAM_ORDER, Theme, theme_named
from sleepscorer.gui.settings import SettingsFile

_OVERVIEW_SHARE = 0.27
_GUTTER_PX = 190
_MARGIN_PX = 12
_TEXT_PX = 36
_N_ROWS = 8
_N_SECONDS = 30


class Skeleton(QWidget):
    """The axes of a night and the rows of a page, empty.

    Parameters
    ----------
    settings
        The colours.
    """

    def __init__(self, settings: SettingsFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._text = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_name("")

    @property
    def text(self) -> str:
        """What it says."""
        return self._text

    def set_name(self, name: str) -> None:
        """Say which file is being opened."""
        self._text = f"Opening {shortened(one_line(name))}…"
        described(self, self._text)
        self.setToolTip("")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - a name of Qt
        """Draw the places."""
        theme = theme_named(self._settings.now.theme)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.background))
        night = self._places(0.0, _OVERVIEW_SHARE * self.height())
        page = self._places(_OVERVIEW_SHARE * self.height(), float(self.height()))
        _draw_lines(painter, night, len(HYPNOGRAM_ORDER), theme)
        _draw_seconds(painter, page, theme)
        _draw_lines(painter, page, _N_ROWS, theme)
        _draw_text(painter, page, self._text, theme)
        painter.end()

    def _places(self, top_px: float, bottom_px: float) -> QRectF:
        right_px = max(self.width() - _MARGIN_PX, _GUTTER_PX + 1)
        left, right = float(_GUTTER_PX), float(right_px)
        return QRectF(left, top_px + _TEXT_PX, right - left, bottom_px - top_px - 1.5 * _TEXT_PX)


def _draw_lines(painter: QPainter, place: QRectF, n_rows: int, theme: Theme) -> None:
    """A line for each row, and a block where its name will stand."""
    row_px = place.height() / n_rows
    for row in range(n_rows):
        y = place.top() + (row + 0.5) * row_px
        label = QRectF(_MARGIN_PX, y - 4.0, 0.5 * _GUTTER_PX, 8.0)
        painter.fillRect(label, QColor(theme.context))
        painter.fillRect(QRectF(place.left(), y, place.width(), 1.0), QColor(theme.grid_second))


def _draw_text(painter: QPainter, place: QRectF, text: str, theme: Theme) -> None:
    centre = Qt.AlignmentFlag.AlignCenter
    room = painter.boundingRect(place, centre, text).adjusted(-8.0, -4.0, 8.0, 4.0)
    painter.fillRect(room, QColor(theme.background))
    painter.setPen(QColor(theme.faint_text))
    painter.drawText(place, centre, text)


def _draw_seconds(painter: QPainter, place: QRectF, theme: Theme) -> None:
    for second in range(0, _N_SECONDS + 1, 5):
        x = place.left() + second * place.width() / _N_SECONDS
        painter.fillRect(QRectF(x, place.top(), 1.0, place.height()), QColor(theme.grid_second))
