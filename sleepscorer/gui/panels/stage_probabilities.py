"""What the machine says of an epoch: its stage, how sure it is, each stage's probability."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from sleepscorer.core.machine_answer import MachineAnswer
from sleepscorer.core.stages import Stage
from sleepscorer.core.wording import percent
from sleepscorer.gui.look.appearance import described, plain_tip
from sleepscorer.gui.look.theme import Theme, hypnogram_order

_BAR_PX = 7.0
_SPACE_PX = 6.0
_NAME = "Machine's answer"


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
        self._said = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_epoch(None, 0)

    @property
    def text(self) -> str:
        """What is drawn, in words."""
        bars = ", ".join(_share_text(stage, share) for stage, share in self._shares.items())
        return f"{self._said} {bars}".rstrip()

    def sizeHint(self) -> QSize:  # noqa: N802, D102
        return QSize(260, round(2 * self.fontMetrics().height() + _BAR_PX + 6))

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.update()

    def show_epoch(self, answer: MachineAnswer | None, epoch: int, *, why_none: str = "") -> None:
        """Draw what the machine said of an epoch, or say why it said nothing."""
        found = {} if answer is None else dict(answer.ranked(epoch))
        if answer is None or not found:
            self._shares = {}
            self._said = (
                why_none or "The machine has not staged the night."
                if answer is None
                else "The machine could not stage this epoch."
            )
        else:
            self._shares = {stage: found[stage] for stage in hypnogram_order(answer.stage_set)}
            said = (f"Machine: {answer.sure_text(epoch)}", answer.equivocal_text(epoch))
            self._said = f"{', '.join(filter(None, said))}. Probabilities:"
        described(self, _NAME, self.text)
        if answer is not None and found:
            self.setToolTip(plain_tip(f"{self.text}\n{answer.measured_sentence}"))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802, D102
        with QPainter(self) as painter:
            theme = self._theme
            painter.setPen(QColor(theme.text if self._shares else theme.faint_text))
            right = Qt.TextElideMode.ElideRight
            said = self.fontMetrics().elidedText(self._said, right, self.width())
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft, said)
            if self._shares:
                self._paint_bars(painter)

    def _paint_bars(self, painter: QPainter) -> None:
        theme, line_px = self._theme, float(self.fontMetrics().height())
        width = (self.width() + _SPACE_PX) / len(self._shares)
        for place, (stage, share) in enumerate(self._shares.items()):
            left, room = place * width, width - _SPACE_PX
            painter.setPen(QColor(theme.text))
            words = QRectF(left, line_px, room, line_px)
            painter.drawText(words, Qt.AlignmentFlag.AlignLeft, _share_text(stage, share))
            bar = QRectF(left, 2 * line_px + 2, room, _BAR_PX)
            painter.fillRect(bar, QColor(theme.context))
            bar.setWidth(room * share)
            painter.fillRect(bar, QColor(theme.stage_colour(stage)))


def _share_text(stage: Stage, share: float) -> str:
    return f"{stage.text} {percent(share)}"
