"""The machine's probabilities of an epoch, as bars with their letters and figures."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from sleepscorer.core.machine_answer import MachineAnswer
from sleepscorer.core.stages import Stage
from sleepscorer.gui.look.appearance import described
from sleepscorer.gui.look.theme import Theme, hypnogram_order

_BAR_PX = 7.0
_SPACE_PX = 6.0
_NAME = "Machine's probabilities"


class StageProbabilities(QWidget):
    """Draws one epoch of a staging, or says that there is none.

    Parameters
    ----------
    theme
        The colours.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shares: dict[Stage, float] = {}
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_epoch(None, 0)

    @property
    def text(self) -> str:
        """What is drawn, in words."""
        return self._text

    def sizeHint(self) -> QSize:  # noqa: N802, D102
        return QSize(260, round(self.fontMetrics().height() + _BAR_PX + 6))

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.update()

    def show_epoch(self, answer: MachineAnswer | None, epoch: int) -> None:
        """Draw what the machine said of an epoch."""
        found = {} if answer is None else dict(answer.ranked(epoch))
        if answer is None or not found:
            self._shares = {}
            self._text = (
                "The machine has not staged the night."
                if answer is None
                else "The machine could not stage this epoch."
            )
        else:
            self._shares = {stage: found[stage] for stage in hypnogram_order(answer.stage_set)}
            self._text = ", ".join(f"{s.text} {share:.2f}" for s, share in self._shares.items())
            if doubt := answer.equivocal_text(epoch):
                self._text += f": {doubt}"
        described(self, _NAME, f"{_NAME}: {self._text}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802, D102
        with QPainter(self) as painter:
            if self._shares:
                self._paint_bars(painter)
            else:
                painter.setPen(QColor(self._theme.faint_text))
                left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
                painter.drawText(self.rect(), left, self._text)

    def _paint_bars(self, painter: QPainter) -> None:
        theme, line_px = self._theme, float(self.fontMetrics().height())
        width = (self.width() + _SPACE_PX) / len(self._shares)
        for place, (stage, share) in enumerate(self._shares.items()):
            left, room = place * width, width - _SPACE_PX
            painter.setPen(QColor(theme.text))
            words = QRectF(left, 0, room, line_px)
            painter.drawText(words, Qt.AlignmentFlag.AlignLeft, f"{stage.text} {share:.2f}")
            bar = QRectF(left, line_px + 2, room, _BAR_PX)
            painter.fillRect(bar, QColor(theme.context))
            bar.setWidth(room * share)
            painter.fillRect(bar, QColor(theme.stage_colour(stage)))
