"""Forms that are seen whole where there is room, and scrolled where there is not."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QStyle, QWidget

_LEAST_PX = 120


class Scrolled(QScrollArea):
    """Lets a dialog be lower than its form; what gets the focus is scrolled into view.

    Parameters
    ----------
    form
        It may be as low as two or three of its rows, and no narrower than it wants to be.
    """

    def __init__(self, form: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._form = form
        self.setWidget(form)
        # It has the ground of what it lies on.
        form.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)

    def sizeHint(self) -> QSize:  # noqa: N802 - a name of Qt
        """Large enough to scroll nothing."""
        return self._form.sizeHint().expandedTo(self.minimumSizeHint())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - a name of Qt
        """Wide enough for the form with a bar beside it."""
        least = self._form.minimumSizeHint()
        bar_px = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        return QSize(least.width() + bar_px, min(least.height(), _LEAST_PX))
