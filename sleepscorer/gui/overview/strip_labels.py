"""The names of the strips in the gutter: a click on one folds its strip away or unfolds it."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QToolButton, QWidget

from sleepscorer.gui.look.appearance import described
from sleepscorer.gui.overview.strip_places import Strips

_LEFT_PX, _ARROW_PX = 2, 9
_WORDED = "worded"
# Beside a strip stand frequencies or stages, beside the hypnogram its stages.
_KEPT_FREE_PX = 44


class StripLabels(QObject):
    """A button a strip: beside it, or where it is folded away, in a list beside the hypnogram.

    Parameters
    ----------
    canvas
        Where they stand.

    Signals
    -------
    clicked
        The name of the strip.
    """

    clicked = Signal(str)

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._buttons: dict[str, QToolButton] = {}

    def __getitem__(self, name: str) -> QToolButton:
        return self._buttons[name]

    def place(self, strips: Strips, texts: Mapping[str, str]) -> None:
        """Put the labels where their strips are, and hide those of other strips.

        Parameters
        ----------
        strips
            Where they are; one without height is folded away.
        texts
            What to call each strip that can be shown.
        """
        line_px = self._canvas.fontMetrics().height()
        width_px = round(strips.clock.left()) - _KEPT_FREE_PX - _LEFT_PX
        top_px = round(strips.hypnogram.top())
        for name, text in texts.items():
            button = self._buttons.get(name) or self._made(name)
            is_shown = strips.is_shown(name)
            y_px = top_px
            if is_shown:
                y_px = round(getattr(strips, name).center().y() - line_px / 2)
            else:
                top_px += line_px
            button.setGeometry(_LEFT_PX, y_px, width_px, line_px)
            if button.property(_WORDED) != (worded := [text, is_shown, width_px]):
                # A screen reader would say it again at each move of the overview.
                button.setProperty(_WORDED, worded)
                _word(button, text, is_shown=is_shown)
        for name, button in self._buttons.items():
            button.setVisible(name in texts)

    def _made(self, name: str) -> QToolButton:
        button = self._buttons[name] = QToolButton(self._canvas)
        button.setObjectName("strip")
        button.setFont(self._canvas.font())
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIconSize(QSize(_ARROW_PX, _ARROW_PX))
        button.clicked.connect(partial(self.clicked.emit, name))
        return button


def _word(button: QToolButton, text: str, *, is_shown: bool) -> None:
    button.setArrowType(Qt.ArrowType.DownArrow if is_shown else Qt.ArrowType.RightArrow)
    room_px = button.width() - _ARROW_PX - 8
    elide = button.fontMetrics().elidedText
    button.setText(elide(text, Qt.TextElideMode.ElideRight, room_px))
    state, does = ("shown", "Fold away") if is_shown else ("folded away", "Unfold")
    described(button, f"{text}, {state}", f"{does}: {text}")
