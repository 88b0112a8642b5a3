"""The page as a picture, and laid out anew for a sheet of paper."""

import math

from PySide6.QtCore import QObject, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPagedPaintDevice,
    QPageLayout,
    QPainter,
)
from PySide6.QtWidgets import QWidget

from sleepscorer.gui.look.theme import LIGHT, Theme
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.gui.traces.page_words import AS_STORED, PageWords
from sleepscorer.gui.traces.signal_view import SignalView
from sleepscorer.pipeline import Explanation

# Letters of 9 points on the screen have 7 on paper, and a sheet of A4 holds what a small screen
# does.
_PX_PER_INCH = 120.0
# 360 dots to an inch: finer lines would be lost in print.
_PAPER_RATIO = 3.0
_SMALLEST_PX = (400, 300)
_MARGIN_PX = 10.0


def picture_of(
    view: SignalView, theme: Theme, head: str = "", words: PageWords = AS_STORED
) -> QImage:
    """Return what a view shows, in device pixels, under a line of words if any are given.

    Where names are neutral it shows neither a tool at work nor the crosshair.
    """
    view.set_words(words)
    try:
        page = view.grab().toImage()
    finally:
        view.set_words(AS_STORED)
    return _with_head(page, head, theme, view.font())


def _with_head(page: QImage, head: str, theme: Theme, font: QFont) -> QImage:
    if not head:
        return page
    ratio = page.devicePixelRatio()
    bold = QFont(font)
    bold.setBold(True)
    line_px = math.ceil(QFontMetricsF(bold).height() + _MARGIN_PX)
    size = QSize(page.width(), page.height() + round(line_px * ratio))
    picture = QImage(size, QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(ratio)
    picture.fill(QColor(theme.panel))
    with QPainter(picture) as painter:
        painter.setFont(bold)
        painter.setPen(QColor(theme.text))
        place = QRectF(_MARGIN_PX, 0, page.width() / ratio - 2 * _MARGIN_PX, line_px)
        shown = QFontMetricsF(bold).elidedText(head, Qt.TextElideMode.ElideMiddle, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.drawImage(QRectF(0, line_px, page.width() / ratio, page.height() / ratio), page)
    return picture


class PaperPage(QObject):
    """Reads the page of a model for a sheet of paper, and paints it there in light colours.

    Parameters
    ----------
    model
        Whose page.
    device
        A printer, or a PDF; it is begun when the traces are read.
    head
        A line of words above; may be empty.
    explanation
        What is tinted behind the traces.
    words
        How channels, events and scorers are called.

    Signals
    -------
    ended
        Why it could not be painted, as a sentence; empty where it was.
    """

    ended = Signal(str)

    def __init__(
        self,
        model: SessionModel,
        device: QPagedPaintDevice,
        head: str = "",
        explanation: Explanation | None = None,
        words: PageWords = AS_STORED,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._device, self._head = device, head
        paper = device.pageLayout().paintRect(QPageLayout.Unit.Inch)
        size = (
            max(round(inches * _PX_PER_INCH), least)
            for inches, least in zip((paper.width(), paper.height()), _SMALLEST_PX, strict=True)
        )
        self._view: SignalView | None = SignalView(model, LIGHT)
        view = self._view
        view.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        view.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        view.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, on=False)
        view.canvas.set_pixel_ratio(_PAPER_RATIO)
        view.show_explanation(explanation)
        view.set_words(words)
        view.setFixedSize(*size)
        # Later: where there is nothing to read it is shown at once, and again amid being rendered.
        view.page_shown.connect(self._on_page_shown, Qt.ConnectionType.QueuedConnection)
        view.message.connect(self._on_message)
        view.show()

    def cancel(self) -> None:
        """Paint nothing any more; nothing is said of it."""
        if self._view is not None:
            view, self._view = self._view, None
            view.stop()
            view.hide()
            view.deleteLater()

    @Slot()
    def _on_page_shown(self) -> None:
        if self._view is not None and self._view.is_current:
            page = _rendered(self._view)
            picture = _with_head(page, self._head, LIGHT, self._view.font())
            self._end("" if _painted(picture, self._device) else "The page could not be printed.")

    @Slot(str)
    def _on_message(self, sentence: str) -> None:
        if self._view is not None and self._view.is_unreadable:
            self._end(f"The page was not printed: {sentence}")

    def _end(self, sentence: str) -> None:
        self.cancel()
        self.ended.emit(sentence)


def _rendered(view: QWidget) -> QImage:
    page = QImage(view.size() * _PAPER_RATIO, QImage.Format.Format_RGB32)
    page.setDevicePixelRatio(_PAPER_RATIO)
    view.render(page)
    return page


def _painted(picture: QImage, device: QPagedPaintDevice) -> bool:
    """Fit a picture to the page of a device, at its top."""
    painter = QPainter()
    if not painter.begin(device):
        return False
    room = QRectF(painter.viewport())
    scale = min(room.width() / picture.width(), room.height() / picture.height())
    width, height = picture.width() * scale, picture.height() * scale
    place = QRectF((room.width() - width) / 2, 0, width, height)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(place, picture, QRectF(picture.rect()))
    return painter.end()
