"""Where the strips of the overview lie, and the stages in the hypnogram."""

from collections.abc import Collection
from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtCore import QRectF

from sleepscorer.core.stages import Stage
from sleepscorer.gui.look.theme import HYPNOGRAM_ORDER
from sleepscorer.gui.overview.axis import NightAxis
from sleepscorer.gui.strip_names import FOLDABLE

_ORDER = (
    "hypnodensity",
    "hypnogram",
    "machine",
    "smoothed",
    "second",
    "answers",
    "confidence",
    "events",
    "spectrogram",
    "clock",
)
_FIXED_PX = MappingProxyType(
    {
        "machine": 9.0,
        "smoothed": 9.0,
        "second": 20.0,
        "answers": 36.0,
        "confidence": 15.0,
        "events": 11.0,
        "clock": 20.0,
    }
)
_SHARED = ("hypnodensity", "spectrogram")
_SHARE, _LEAST_SHARED_PX = 0.18, 18.0
_SPACE_PX = 3.0
_ROWS = {stage: row for row, stage in enumerate(HYPNOGRAM_ORDER)}
# A row holds its letter; eighteen pixels a row keep neighbouring stages well apart.
_LEAST_HYPNOGRAM_PX, _ROOMY_HYPNOGRAM_PX = 13.0 * len(_ROWS), 18.0 * len(_ROWS)


@dataclass(frozen=True)
class Strips:
    """Where the strips lie, from the top; rectangles span the time axis, without the gutter.

    Those that are not shown have no height. The hypnogram and the clock always are.
    """

    hypnodensity: QRectF
    hypnogram: QRectF
    machine: QRectF
    smoothed: QRectF
    second: QRectF
    answers: QRectF
    confidence: QRectF
    events: QRectF
    spectrogram: QRectF
    clock: QRectF

    @classmethod
    def laid_out(cls, axis: NightAxis, height_px: float, shown: Collection[str]) -> "Strips":
        """Share a height among the strips shown; the hypnogram gets what the others leave."""
        rects, top = [], _SPACE_PX
        for height in _heights(height_px, shown).values():
            rects.append(QRectF(axis.left_px, top, axis.width_px, height))
            top += height + _SPACE_PX if height else 0.0
        return cls(*rects)

    def is_shown(self, name: str) -> bool:
        """Whether the strip of this name has any height."""
        rect: QRectF = getattr(self, name)
        return rect.height() > 0

    @property
    def shown_names(self) -> frozenset[str]:
        """Those that are shown, but hypnogram and clock, which always are."""
        others = (name for name in _ORDER if name not in ("hypnogram", "clock"))
        return frozenset(name for name in others if self.is_shown(name))

    @property
    def added_px(self) -> float:
        """The room that strips take which are shown on demand only."""
        added = (self.machine, self.smoothed, self.second, self.answers)
        return sum(strip.height() + _SPACE_PX for strip in added if strip.height())

    @property
    def body(self) -> QRectF:
        """All strips but the clock."""
        top = self.hypnodensity.top()
        return QRectF(
            self.clock.left(), top, self.clock.width(), self.clock.top() - _SPACE_PX - top
        )


def fitting(height_px: float, available: Collection[str]) -> frozenset[str]:
    """Return the foldable strips that leave the hypnogram a roomy height, and all unfoldable ones.

    Parameters
    ----------
    height_px
        Of the overview.
    available
        Strips for which there is something to show.
    """
    shown = frozenset(available) - FOLDABLE.keys()
    for name in FOLDABLE:
        more = shown | ({name} & set(available))
        if _heights(height_px, more)["hypnogram"] < _ROOMY_HYPNOGRAM_PX:
            return shown
        shown = more
    return shown


def least_height_px(shown: Collection[str]) -> float:
    """Return the height below which some of the strips shown would lie outside."""
    return _taken_px(shown) + _LEAST_HYPNOGRAM_PX + _LEAST_SHARED_PX * _n_shared(shown)


def stage_y(rect: QRectF, stage: int) -> float:
    """Return the height at which a stage is drawn in the hypnogram strip; NREM amid its rows."""
    row = _ROWS[Stage.N2 if stage == Stage.NREM else Stage(stage)]
    return rect.top() + (row + 0.5) / len(_ROWS) * rect.height()


def _heights(height_px: float, shown: Collection[str]) -> dict[str, float]:
    room_px = max(height_px, least_height_px(shown)) - _taken_px(shown)
    shared_px = max(round(_SHARE * room_px), _LEAST_SHARED_PX)
    heights = dict.fromkeys(_ORDER, 0.0)
    for name in ("clock", *shown):
        heights[name] = shared_px if name in _SHARED else _FIXED_PX[name]
    heights["hypnogram"] = room_px - shared_px * _n_shared(shown)
    return heights


def _taken_px(shown: Collection[str]) -> float:
    """The height that is spoken for whatever the overview has: strips and the space around all."""
    fixed_px = sum(_FIXED_PX[name] for name in ("clock", *shown) if name in _FIXED_PX)
    return fixed_px + _SPACE_PX * (len(shown) + 3)


def _n_shared(shown: Collection[str]) -> int:
    return sum(name in _SHARED for name in shown)
