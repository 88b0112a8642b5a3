"""The window with a recording fits small and enlarged screens, and loses nothing by it."""

import time
from collections import Counter

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QToolBar, QToolButton
from real_window import press

from sleepscorer.gui.frame.workspace import PANEL_NAMES
from sleepscorer.gui.help.help_pane import HelpPane
from sleepscorer.gui.look.theme import THEMES, contrast

# Logical pixels of the screen less what a window manager's title bar and a task bar take.
SCREENS = {
    "1366x768 at 150 %": (911, 456),
    "1366x768 at 125 %": (1093, 558),
    "1920x1080 at 150 %": (1280, 664),
}
SMALLEST = SCREENS["1366x768 at 150 %"]


def place_in(window, widget):
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


@pytest.mark.parametrize("panel", PANEL_NAMES)
@pytest.mark.parametrize("screen", SCREENS)
def test_the_window_fits_with_each_panel(qtbot, opened, screen, panel):
    width, height = SCREENS[screen]
    opened.show_panel(panel)
    opened.resize(width, height)
    assert (opened.width(), opened.height()) == (width, height)
    least = opened.minimumSizeHint()
    assert (least.width() <= SMALLEST[0], least.height() <= SMALLEST[1]) == (True, True)
    panes = opened.workspace
    for widget in (opened.dock.tabs, panes.panels[panel][1], panes.traces, panes.overview.canvas):
        assert widget.isVisible()
        assert opened.rect().contains(place_in(opened, widget)), widget
        needed = widget.minimumSizeHint().expandedTo(widget.minimumSize())
        assert widget.width() >= needed.width(), widget
        assert widget.height() >= needed.height(), widget
    assert panes.overview.canvas.strips.clock.bottom() <= panes.overview.canvas.height()


def test_the_window_fits_with_help_beside_the_panels(qtbot, opened):
    opened.resize(*SMALLEST)
    press(qtbot, opened, Qt.Key.Key_F1)
    help_pane = opened.findChild(HelpPane)
    assert help_pane.isVisible()
    assert (opened.width(), opened.height()) == SMALLEST
    assert opened.rect().contains(place_in(opened, help_pane))


def test_the_window_fits_while_work_is_followed(qtbot, opened):
    opened.resize(*SMALLEST)
    status = opened.status
    opened.tasks.start("Measuring the night to explain its stages", lambda _progress: None)
    assert status._cancel.isVisible()
    status.say("A sentence " * 40)
    assert (opened.width(), opened.height()) == SMALLEST
    assert opened.minimumSizeHint().width() <= SMALLEST[0]
    assert status.rect().contains(place_in(status, status._cancel))
    qtbot.waitUntil(lambda: not opened.tasks.running)


# The longest that a key brings forth, but for names.
REFUSAL = "No event is chosen: nothing was deleted; 9 takes the epoch's stage away"


@pytest.mark.parametrize("width", [911, 1366])
def test_a_refusal_is_read_whole_while_work_is_followed(qtbot, opened, width):
    opened.resize(width, SMALLEST[1])
    status, going_on = opened.status, [True]
    status.show_device("NVIDIA H100 80GB HBM3")
    status.set_part("scorer", "Scoring: Anna, anna's")

    def work(progress) -> None:
        while going_on:
            progress(0.5, "")
            time.sleep(0.01)

    qtbot.waitUntil(lambda: not opened.tasks.running, timeout=20_000)
    opened.tasks.start("Measuring the night to explain its stages", work)
    qtbot.waitUntil(lambda: status._text.text().endswith("50 %"))
    labels = [*status._labels.values(), status._text]
    before = [label.isVisible() for label in labels]
    assert all(before)
    press(qtbot, opened, Qt.Key.Key_Delete)
    assert status.message == status._message.text() == REFUSAL
    qtbot.wait(100)
    message = status._message
    assert message.fontMetrics().horizontalAdvance(message.text()) <= message.width()
    assert status._bar.isVisible()
    assert status._bar.toolTip() == status._text.text()
    assert status.rect().contains(place_in(status, status._cancel))
    press(qtbot, opened, Qt.Key.Key_Right)
    assert status.message == ""
    assert [label.isVisible() for label in labels] == before
    status.say("A sentence " * 40)
    assert status._message.text().endswith("…")
    assert status._message.toolTip() == "A sentence " * 40
    going_on.clear()
    qtbot.waitUntil(lambda: not opened.tasks.running)


@pytest.mark.parametrize("screen", SCREENS)
def test_every_tool_can_be_reached(qtbot, opened, screen):
    opened.resize(*SCREENS[screen])
    bar = opened.findChild(QToolBar, "tools")
    buttons = [bar.widgetForAction(action) for action in bar.actions() if not action.isSeparator()]
    outside = [button for button in buttons if not button.isVisible()]
    more = bar.findChild(QToolButton, "qt_toolbar_ext_button")
    assert all(bar.rect().contains(button.geometry()) for button in buttons if button.isVisible())
    assert more.isVisible() == bool(outside)


@pytest.mark.parametrize("theme", THEMES)
def test_what_leads_to_the_tools_without_room_is_seen(qtbot, opened, theme):
    opened.settings.set(theme=theme)
    opened.resize(600, 456)
    more = opened.findChild(QToolBar, "tools").findChild(QToolButton, "qt_toolbar_ext_button")
    assert more.isVisible()
    image = more.grab().toImage()
    colours = Counter(
        image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())
    )
    ground = colours.most_common(1)[0][0]
    assert sum(n for colour, n in colours.items() if contrast(colour, ground) >= 3) >= 8


def test_messages_have_the_middle_of_the_status_line(qtbot, opened):
    opened.resize(*SMALLEST)
    qtbot.waitUntil(lambda: not opened.tasks.running, timeout=20_000)
    opened.status.say("The next epoch to review is 241")
    message = opened.status._message
    assert message.width() >= message.sizeHint().width()
    assert message.width() >= 0.4 * opened.status.width()
    shown = " ".join(opened.status.text_of(part) for part in ("montage", "saved", "device"))
    assert opened.document.recording.path.name not in shown
    assert "Hz" not in shown
