"""Notices: what was said in this very turn of the event loop counts already."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from sleepscorer.gui.notices import Answer, NoticeBar


@pytest.fixture
def bar(qtbot) -> NoticeBar:
    bar = NoticeBar()
    qtbot.addWidget(bar)
    bar.show()
    return bar


def test_a_notice_is_known_and_can_be_removed_at_once(bar):
    bar.add("One is here.")
    bar.add("One is here.")
    bar.add("Two are here.")
    assert bar.texts == ("One is here.", "Two are here.")
    bar.remove("One")
    assert bar.texts == ("Two are here.",)
    bar.clear()
    assert bar.texts == ()


def test_an_answer_is_given_once_and_puts_the_notice_away(qtbot, bar):
    given = []
    bar.add("Which?", Answer("This", lambda: given.append("this")), Answer("That", given.clear))
    buttons = {button.text(): button for button in bar.findChildren(QPushButton)}
    assert list(buttons) == ["This", "That", "Close"]
    qtbot.mouseClick(buttons["This"], Qt.MouseButton.LeftButton)
    assert (given, bar.texts) == (["this"], ())
