"""Notices: what was said in this very turn of the event loop counts already."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from sleepscorer.gui.frame import notices
from sleepscorer.gui.frame.notices import Answer, NoticeBar


@pytest.fixture
def bar(qtbot) -> NoticeBar:
    bar = NoticeBar()
    qtbot.addWidget(bar)
    bar.setGeometry(100, 100, 600, 90)  # away from the pointer
    bar.show()
    return bar


def test_a_notice_is_known_and_can_be_removed_at_once(bar):
    bar.add("One is here.", key="one")
    bar.add("One is here.", key="one")
    bar.add("Two are here.")
    assert bar.texts == ("One is here.", "Two are here.")
    bar.remove("one")
    assert bar.texts == ("Two are here.",)
    bar.clear()
    assert bar.texts == ()


def test_a_notice_takes_the_place_of_one_about_the_same(bar):
    bar.add("Export 1 runs.", key="export")
    bar.add("The file is damaged.")
    bar.add("Export 1 has ended.", key="export")
    assert bar.texts == ("The file is damaged.", "Export 1 has ended.")
    bar.remove("export")
    assert bar.texts == ("The file is damaged.",)


def test_an_answer_is_given_once_and_puts_the_notice_away(qtbot, bar):
    given = []
    bar.add("Which?", Answer("This", lambda: given.append("this")), Answer("That", given.clear))
    buttons = {button.text(): button for button in bar.findChildren(QPushButton)}
    assert list(buttons) == ["This", "That", "Close"]
    qtbot.mouseClick(buttons["This"], Qt.MouseButton.LeftButton)
    assert (given, bar.texts) == (["this"], ())


def test_what_went_well_passes_and_what_is_wrong_stays(qtbot, monkeypatch):
    monkeypatch.setattr(notices, "_PASSING_MS", 30)
    bar = NoticeBar()
    qtbot.addWidget(bar)
    bar.add("The file is damaged.")
    bar.add("Exported to here.", passing=True)
    qtbot.waitUntil(lambda: bar.texts == ("The file is damaged.",))
    bar.dismiss()
    assert bar.texts == ("The file is damaged.",)


def test_a_notice_that_passes_waits_while_it_has_the_focus(qtbot, bar, monkeypatch):
    monkeypatch.setattr(notices, "_PASSING_MS", 30)
    bar.activateWindow()
    qtbot.waitUntil(bar.isActiveWindow)
    bar.add("Exported to here.", passing=True)
    bar.findChild(QPushButton).setFocus()
    qtbot.wait(120)
    assert bar.texts == ("Exported to here.",)
    bar.findChild(QPushButton).clearFocus()
    qtbot.waitUntil(lambda: bar.texts == ())


def test_the_one_with_the_focus_is_dismissed(qtbot, bar):
    bar.activateWindow()
    qtbot.waitUntil(bar.isActiveWindow)
    bar.add("The file is damaged.")
    bar.add("Another thing.")
    bar.findChildren(QPushButton)[1].setFocus()
    bar.dismiss()
    assert bar.texts == ("The file is damaged.",)
