"""An event has the colour of its family wherever it is seen, in both themes."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from real_window import press

from sleepscorer.core.event_kinds import EVENT_KINDS
from sleepscorer.core.events import Event
from sleepscorer.gui.look.theme import DARK, LIGHT
from sleepscorer.gui.panels.event_table import TEXT, EventTable

CTRL = Qt.KeyboardModifier.ControlModifier
# One of each family.
TEXTS = (
    "EEG arousal",
    "Hypopnea",
    "SpO2 desaturation",
    "Limb movement",
    "Bradycardia",
    "Artefact",
    "coughs",
)


def colours_in(widget):
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32) & 0xFFFFFF
    return {f"#{pixel:06x}" for pixel in np.unique(pixels).tolist()}


@pytest.mark.parametrize("text", TEXTS)
def test_in_traces_overview_and_list(qtbot, opened, text):
    panes = opened.workspace
    unmarked = colours_in(panes.overview)
    # Long enough to cover whole pixels of the night.
    panes.model.replace_event(None, Event(60.0, 120.0, text, "C4"))
    panes.model.replace_event(None, Event(62.0, 4.0, text, "C4"))
    panes.model.select_epoch(2)
    press(qtbot, opened, Qt.Key.Key_2, CTRL)
    table = panes.events.findChild(EventTable)
    for theme in (LIGHT, DARK):
        colour = theme.event_colour(text)
        qtbot.waitUntil(lambda: panes.traces.is_current)
        assert colour in colours_in(panes.traces.canvas)
        if colour not in unmarked:
            assert colour in colours_in(panes.overview)
        shown = [
            row.data(Qt.ItemDataRole.DecorationRole)
            for row in (table.index(at, TEXT) for at in range(table.rowCount()))
            if row.data() == text
        ]
        assert shown
        assert set(map(QColor.name, shown)) == {colour}
        press(qtbot, opened, Qt.Key.Key_D, CTRL)
        unmarked = set()


@pytest.mark.parametrize("kind", EVENT_KINDS, ids=lambda kind: kind.name)
def test_while_it_is_drawn(qtbot, opened, kind):
    canvas = opened.workspace.traces.canvas
    opened.actions_of[f"event.{kind.name}"].trigger()
    before = colours_in(canvas)
    at = canvas.rect().center()
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at)
    at.setX(at.x() + 90)
    qtbot.mouseMove(canvas, at)
    # The edges of the band are in the full colour.
    assert LIGHT.event_colour(kind.text) in colours_in(canvas) - before
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at)
