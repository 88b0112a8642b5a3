"""What is on looks like it, and what has the focus is framed, in both themes."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QToolButton
from real_window import press

from sleepscorer.gui.actions.toolbar import Toolbar
from sleepscorer.gui.look.theme import DARK, LIGHT, THEMES, contrast

# WCAG 2.2, "non-text contrast".
_LEAST_CONTRAST = 3.0


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_what_marks_a_button_is_seen_against_what_is_around_it(theme):
    for ground in (theme.window, theme.panel, theme.selection):
        assert contrast(theme.accent, ground) >= _LEAST_CONTRAST, ground
    assert contrast(theme.text, theme.selection) >= 4.5


def _edge_and_ground(widget) -> tuple[str, str]:
    image = widget.grab().toImage()
    middle = image.height() // 2
    return image.pixelColor(0, middle).name(), image.pixelColor(4, middle).name()


@pytest.mark.parametrize("name", THEMES)
def test_buttons_that_are_on_look_alike(qtbot, opened, settings, name):
    settings.set(theme=name)
    theme = THEMES[name]
    opened.show_panel("events")
    draw = next(b for b in opened.workspace.events.findChildren(QPushButton) if b.isCheckable())
    measure = next(
        one
        for one in opened.findChild(Toolbar).findChildren(QToolButton)
        if one.defaultAction() is opened.actions_of["tool.measure"]
    )
    for button in (draw, measure):
        off, size = _edge_and_ground(button), button.sizeHint()
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.mouseMove(opened.workspace.traces)
        assert button.isChecked()
        assert _edge_and_ground(button) == (theme.accent, theme.selection) != off
        assert button.sizeHint() == size, "nothing moves when it is pressed"
        press(qtbot, opened, Qt.Key.Key_Escape)
        assert not button.isChecked()
    settings.set(theme="light")
