"""Text to be read, scrolled by the keys that turn the traces elsewhere."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSlider, QTextBrowser

from sleepscorer.gui.look.own_keys import claims, is_plain

_Scroll = QAbstractSlider.SliderAction
_SCROLLS = {
    Qt.Key.Key_Up: _Scroll.SliderSingleStepSub,
    Qt.Key.Key_Down: _Scroll.SliderSingleStepAdd,
    Qt.Key.Key_PageUp: _Scroll.SliderPageStepSub,
    Qt.Key.Key_PageDown: _Scroll.SliderPageStepAdd,
    Qt.Key.Key_Home: _Scroll.SliderToMinimum,
    Qt.Key.Key_End: _Scroll.SliderToMaximum,
}
_SIDEWAYS = {
    Qt.Key.Key_Left: _Scroll.SliderSingleStepSub,
    Qt.Key.Key_Right: _Scroll.SliderSingleStepAdd,
}


class ReadingText(QTextBrowser):
    """A page that keeps the arrows, Home, End, PgUp and PgDn to itself while it has the focus."""

    def event(self, event: QEvent) -> bool:
        """Keep the keys that scroll, though they are shortcuts elsewhere."""
        return claims(event, _scrolls) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - a name of Qt
        """Scroll."""
        if not _scrolls(event):
            super().keyPressEvent(event)
            return
        key = Qt.Key(event.key())
        if key in _SCROLLS:
            self.verticalScrollBar().triggerAction(_SCROLLS[key])
        else:
            self.horizontalScrollBar().triggerAction(_SIDEWAYS[key])


def _scrolls(event: QKeyEvent) -> bool:
    return is_plain(event, (*_SCROLLS, *_SIDEWAYS))
