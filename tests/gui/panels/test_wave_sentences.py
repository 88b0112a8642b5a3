"""What the Epoch panel says of slow waves: in the real window, on epochs of every sort."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from real_window import press

from sleepscorer.core.events import Event
from sleepscorer.core.stages import EPOCH_S

_KEYS = Qt.Key
_CTRL = Qt.KeyboardModifier.ControlModifier
# Of the night of all window tests, from 1: a movement while awake, deep sleep, eye movements.
_MOVEMENT, _DEEP, _EYES = 14, 46, 27


def said_of_slow_waves(window) -> QLabel:
    labels = window.workspace.epoch.findChildren(QLabel)
    return next(label for label in labels if label.accessibleName() == "Slow waves")


def figures_of(qtbot, window, epoch: int) -> str:
    """Go to an epoch, counted from 1, and wait for what the panel says of it."""
    window.workspace.model.select_epoch(epoch - 1)
    panel = window.workspace.epoch
    qtbot.waitUntil(
        lambda: panel._figures is not None and panel._figures.wish.epoch == epoch - 1,
        timeout=10_000,
    )
    return said_of_slow_waves(window).text()


@pytest.fixture
def panel_shown(qtbot, opened):
    press(qtbot, opened, _KEYS.Key_4, _CTRL)
    window = opened
    window.focus_traces()
    return window


def test_a_movement_meets_no_rule_of_n3(qtbot, panel_shown):
    text = figures_of(qtbot, panel_shown, _MOVEMENT)
    assert "0.0 s, which is under the 6 s of N3" in text
    assert text.endswith(
        "Not counted: large slow deflections, 8.0 s with muscle activity, as in movements"
    )


def test_eye_movements_are_no_slow_waves(qtbot, panel_shown):
    text = figures_of(qtbot, panel_shown, _EYES)
    assert text.endswith("Not counted: large slow deflections, 0.7 s with eye movements")


def test_deep_sleep_meets_it_and_says_nothing_else(qtbot, panel_shown):
    text = figures_of(qtbot, panel_shown, _DEEP)
    assert text.endswith("19.9 s, which meets the 6 s of N3")


def test_in_an_epoch_scored_as_wake_nothing_meets_it(qtbot, panel_shown):
    figures_of(qtbot, panel_shown, _DEEP)
    press(qtbot, panel_shown, "3")
    assert figures_of(qtbot, panel_shown, _DEEP).endswith("meets the 6 s of N3")
    press(qtbot, panel_shown, "w")
    text = figures_of(qtbot, panel_shown, _DEEP)
    assert "N3" not in text
    assert text.startswith("Large slow deflections (0.5-2 Hz, over 75 µV peak to peak) on F4-M1: ")
    assert text.endswith("Slow waves count in sleep, and the stage of this epoch is W.")
    # Undone, the words follow at once.
    press(qtbot, panel_shown, _KEYS.Key_Z, _CTRL)
    assert figures_of(qtbot, panel_shown, _DEEP).endswith("meets the 6 s of N3")


def test_a_movement_while_awake_is_called_that(qtbot, panel_shown):
    figures_of(qtbot, panel_shown, _MOVEMENT)
    press(qtbot, panel_shown, "w")
    assert figures_of(qtbot, panel_shown, _MOVEMENT) == (
        "Large slow deflections (0.5-2 Hz, over 75 µV peak to peak) on F4-M1:"
        " 8.0 s with muscle activity, as in movements."
        " Slow waves count in sleep, and the stage of this epoch is W."
    )


@pytest.mark.parametrize(("channel", "counts"), [("F4-M1", False), (None, False), ("E1-M2", True)])
def test_what_is_marked_as_artefact_is_left_out(qtbot, panel_shown, channel, counts):
    figures_of(qtbot, panel_shown, _DEEP)
    start_s = (_DEEP - 1) * EPOCH_S
    panel_shown.workspace.model.replace_event(None, Event(start_s, EPOCH_S, "Artefact", channel))
    text = said_of_slow_waves(panel_shown).text()
    assert ("meets the 6 s" in text) is counts
    assert ("marked as artefact" in text) is not counts
