"""Sizes that more than one pane has to agree on."""

GUTTER_PX = 190
"""Width of the column of labels left of the traces; the overview begins below its right edge."""

NOTCH_DELTA = 120
"""One notch of a mouse wheel, as Qt counts it (QWheelEvent.angleDelta)."""
