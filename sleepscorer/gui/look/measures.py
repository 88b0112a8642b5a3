"""Sizes that more than one pane has to agree on."""

from enum import Enum

GUTTER_PX = 190
"""Width of the column of labels left of the traces; the overview begins below its right edge."""

NOTCH_DELTA = 120
"""One notch of a mouse wheel, as Qt counts it (QWheelEvent.angleDelta)."""


class TextSize(Enum):
    """How large words are, against those of the desktop's font.

    SMALL is for what stands beside or below other words: keys, filters, names of events. FIGURE is
    for what is read from afar.
    """

    SMALL = 0.85
    BODY = 1.0
    HEADING = 1.15
    FIGURE = 1.8
