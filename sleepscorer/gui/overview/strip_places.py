"""Where the strips of the overview lie, and the stages in the hypnogram."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF

from sleepscorer.core.stages import Stage
from sleepscorer.gui.look.theme import HYPNOGRAM_ORDER
from sleepscorer.gui.overview.axis import NightAxis

_CLOCK_PX = 17.0
_EVENTS_PX = 9.0
_CONFIDENCE_PX = 15.0
_SECOND_PX = 20.0
_BAND_PX = 9.0
_SPACE_PX = 3.0
_ROWS = {stage: row for row, stage in enumerate(HYPNOGRAM_ORDER)}


@dataclass(frozen=True)
class Strips:
    """Where the strips lie; rectangles span the time axis, without the gutter.

    Parameters
    ----------
    hypnodensity, confidence
        Empty where there is no machine staging.
    second
        Empty where no second opinion is shown.
    hypnogram, events, spectrogram, clock
        From the top, below the hypnodensity.
    machine, smoothed
        Below the hypnogram; empty but where the machine's smoothed answer is shown.
    """

    hypnodensity: QRectF
    hypnogram: QRectF
    machine: QRectF
    smoothed: QRectF
    second: QRectF
    confidence: QRectF
    events: QRectF
    spectrogram: QRectF
    clock: QRectF

    @classmethod
    def laid_out(
        cls,
        axis: NightAxis,
        height_px: float,
        *,
        with_machine: bool,
        with_smoothed: bool = False,
        with_second: bool = False,
    ) -> "Strips":
        """Share a height among the strips; without a staging its strips take no room."""
        confidence_px = _CONFIDENCE_PX if with_machine else 0.0
        band_px = _BAND_PX if with_machine and with_smoothed else 0.0
        second_px = _SECOND_PX if with_second else 0.0
        spaces_px = _SPACE_PX * (4 + 2 * with_machine + 2 * bool(band_px) + with_second)
        fixed_px = _CLOCK_PX + _EVENTS_PX + confidence_px + 2 * band_px + second_px + spaces_px
        room_px = max(height_px - fixed_px, 60.0)
        density_px = round(room_px * 0.22) if with_machine else 0.0
        hypnogram_px = round((room_px - density_px) * 0.6)
        heights = (
            density_px,
            hypnogram_px,
            band_px,
            band_px,
            second_px,
            confidence_px,
            _EVENTS_PX,
            room_px - density_px - hypnogram_px,
            _CLOCK_PX,
        )
        rects, top = [], _SPACE_PX
        for height in heights:
            rects.append(QRectF(axis.left_px, top, axis.width_px, height))
            top += height + _SPACE_PX if height else 0.0
        return cls(*rects)

    @property
    def added_px(self) -> float:
        """The room that strips take which are shown on demand only."""
        added = (self.machine, self.smoothed, self.second)
        return sum(strip.height() + _SPACE_PX for strip in added if strip.height())

    @property
    def body(self) -> QRectF:
        """All strips but the clock."""
        return self.hypnodensity.united(self.spectrogram).united(self.hypnogram)


def stage_y(rect: QRectF, stage: int) -> float:
    """Return the height at which a stage is drawn in the hypnogram strip; NREM amid its rows."""
    row = _ROWS[Stage.N2 if stage == Stage.NREM else Stage(stage)]
    return rect.top() + (row + 0.5) / len(_ROWS) * rect.height()
