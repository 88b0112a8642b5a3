"""What the wheel, or two fingers on a touchpad, mean over the overview."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent

from sleepscorer.gui.look.measures import NOTCH_DELTA

_NOTCH_SHARE = 0.1


class Wheel:
    """Tells scrolling from zooming, and adds up the small steps of touchpads.

    A notch zooms all the way: touchpads send a dozen small steps for it, some of them backwards.
    """

    def __init__(self) -> None:
        self._turned = 0

    def panned(self, event: QWheelEvent, width_px: float) -> float:
        """Return by which share of what is shown to scroll, more than 0 to later; 0 for zooming."""
        if not _is_sideways(event):
            return 0.0
        self._turned = 0
        pixels, turn = event.pixelDelta(), event.angleDelta()
        if pixels.x():
            return -pixels.x() / width_px
        return -(turn.x() or turn.y()) / NOTCH_DELTA * _NOTCH_SHARE

    def zoomed(self, event: QWheelEvent) -> int:
        """Return more than 0 to zoom in, less to zoom out, 0 for neither yet."""
        turn = event.angleDelta().y()
        is_new = event.phase() == Qt.ScrollPhase.ScrollBegin
        if _is_sideways(event) or event.phase() == Qt.ScrollPhase.ScrollMomentum:
            return 0
        if is_new or turn * self._turned < 0:
            self._turned = 0
        self._turned += turn
        if abs(self._turned) < NOTCH_DELTA:
            return 0
        zoom, self._turned = self._turned, 0
        return zoom


def _is_sideways(event: QWheelEvent) -> bool:
    turn, shift = event.angleDelta(), Qt.KeyboardModifier.ShiftModifier
    return abs(turn.x()) > abs(turn.y()) or bool(event.modifiers() & shift)
