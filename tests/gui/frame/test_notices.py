"""Notices: one is shown, the others are behind the bell; nothing swaps under a person's hand."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from sleepscorer.gui.frame import notices
from sleepscorer.gui.frame.notice_card import in_lines
from sleepscorer.gui.frame.notices import Answer, NoticeBar, NoticeKind

_ERROR, _QUESTION, _WARNING = NoticeKind.ERROR, NoticeKind.QUESTION, NoticeKind.WARNING


@pytest.fixture
def page(qtbot) -> QWidget:
    """A page with a button that has the focus."""
    page = QWidget()
    qtbot.addWidget(page)
    QVBoxLayout(page).addWidget(QPushButton("Page"))
    page.setGeometry(100, 100, 1000, 500)  # away from the pointer
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page.findChild(QPushButton).setFocus()
    return page


@pytest.fixture
def bar(page) -> NoticeBar:
    bar = NoticeBar(page)
    bar.left.connect(page.findChild(QPushButton).setFocus)
    return bar


def _buttons(bar: NoticeBar) -> dict[str, QPushButton]:
    return {button.text(): button for button in bar.findChildren(QPushButton)}


def _labels(bar: NoticeBar) -> list[str]:
    return [label.text() for label in bar.findChildren(QLabel) if label.isVisible()]


def test_a_notice_is_known_and_can_be_removed_at_once(bar):
    bar.add("One is here.", key="one")
    bar.add("One is here.", key="one")
    bar.add("Two are here.")
    assert bar.texts == ("One is here.", "Two are here.")
    bar.remove("one")
    assert bar.texts == ("Two are here.",)
    bar.clear()
    assert (bar.texts, bar.shown, bar.isVisible()) == ((), "", False)


def test_a_notice_takes_the_place_of_one_about_the_same(bar):
    bar.add("Export 1 runs.", key="export")
    bar.add("The file is damaged.")
    bar.add("Export 1 has ended.", key="export")
    assert bar.texts == ("The file is damaged.", "Export 1 has ended.")
    bar.remove("export")
    assert bar.texts == ("The file is damaged.",)


def test_an_answer_is_given_once_and_puts_the_notice_away(qtbot, bar, page):
    given = []
    bar.add("Which?", Answer("This", lambda: given.append("this")), Answer("That", given.clear))
    assert list(_buttons(bar)) == ["This", "That", "Close"]
    qtbot.mouseClick(_buttons(bar)["This"], Qt.MouseButton.LeftButton)
    assert (given, bar.texts) == (["this"], ())
    assert page.focusWidget().text() == "Page"


def test_one_is_shown_what_asks_or_went_wrong_first_and_the_newest_of_equals(bar):
    shown = []
    for text, kind in (
        ("Lights were read.", NoticeKind.INFORMATION),
        ("SpO2 is flat.", _WARNING),
        ("No file.", _ERROR),
        ("Import it?", _QUESTION),
        ("ECG is flat.", _WARNING),
    ):
        bar.add(text, kind=kind)
        shown.append(bar.shown)
    assert shown == ["Lights were read.", "SpO2 is flat.", "No file.", "Import it?", "Import it?"]
    order = []
    while bar.shown:
        order.append(bar.shown)
        _buttons(bar)["Close"].click()
    assert order == ["Import it?", "No file.", "ECG is flat.", "SpO2 is flat.", "Lights were read."]


@pytest.mark.parametrize("kind", NoticeKind)
def test_the_kind_stands_there_in_a_word(bar, kind):
    bar.add("Something.", kind=kind)
    word = {"information": "Note"}.get(kind.value, kind.value.capitalize())
    assert any(text.endswith(word) for text in _labels(bar))
    assert bar.worst is kind
    bar.add("Another thing.", kind=_ERROR)
    assert bar.worst is _ERROR


def test_it_steps_through_them_and_back_to_the_page(bar, page):
    told = []
    bar.left.connect(lambda: told.append("left"))
    for text in ("One.", "Two.", "Three."):
        bar.add(text)
    assert page.focusWidget().text() == "Page"
    seen = []
    for _ in range(3):
        bar.step()
        place = next(text for text in _labels(bar) if text.endswith("of 3"))
        seen.append((bar.shown, page.focusWidget().text(), place))
    assert seen == [
        ("Three.", "Close", "1 of 3"),
        ("Two.", "Close", "2 of 3"),
        ("One.", "Close", "3 of 3"),
    ]
    assert told == []
    bar.step()
    assert (bar.shown, bar.isVisible(), told) == ("", False, ["left"])
    assert page.focusWidget().text() == "Page"
    assert len(bar.texts) == 3, "they are behind the bell"
    bar.step()
    assert (bar.shown, page.focusWidget().text()) == ("Three.", "Close")


def test_what_is_behind_the_bell_stays_there_when_another_comes(bar):
    bar.add("Old error.", kind=_ERROR)
    bar.step()
    bar.step()
    assert bar.shown == ""
    bar.add("News.")
    assert bar.shown == "News."
    bar.dismiss()
    bar.add("Old error.", kind=_ERROR)
    assert (bar.shown, bar.texts) == ("Old error.", ("News.", "Old error."))


def test_nothing_swaps_while_it_has_the_focus(qtbot, bar, page):
    bar.add("Import it?", Answer("Import it", lambda: None), kind=_QUESTION)
    bar.step()
    bar.add("No file.", kind=_ERROR)
    assert (bar.shown, page.focusWidget().text()) == ("Import it?", "Import it")
    assert "2 of 2" in _labels(bar)
    page.findChild(QPushButton).setFocus()
    qtbot.waitUntil(lambda: bar.shown == "No file.")


def test_nothing_swaps_under_the_pointer(bar, monkeypatch):
    bar.add("Import it?", kind=_QUESTION)
    monkeypatch.setattr(bar, "underMouse", lambda: True)
    bar.add("No file.", kind=_ERROR)
    assert bar.shown == "Import it?"


def test_what_went_well_passes_and_what_is_wrong_stays(qtbot, page, monkeypatch):
    monkeypatch.setattr(notices, "_PASSING_MS", 30)
    bar = NoticeBar(page)
    bar.add("Exported to here.", passing=True)
    qtbot.waitUntil(lambda: bar.texts == ())
    bar.add("The file is damaged.", kind=_ERROR)
    bar.add("Exported to here.", passing=True)
    qtbot.wait(120)
    assert len(bar.texts) == 2, "nobody saw it yet"
    bar.dismiss()
    assert bar.shown == "The file is damaged."
    bar.findChild(QPushButton).click()
    qtbot.waitUntil(lambda: bar.texts == ())


def test_a_notice_that_passes_waits_while_it_has_the_focus(qtbot, bar, page, monkeypatch):
    monkeypatch.setattr(notices, "_PASSING_MS", 30)
    bar.add("Exported to here.", passing=True)
    bar.step()
    qtbot.wait(120)
    assert bar.texts == ("Exported to here.",)
    page.findChild(QPushButton).setFocus()
    qtbot.waitUntil(lambda: bar.texts == ())


def test_the_one_with_the_focus_is_dismissed(bar, page):
    bar.add("The file is damaged.", kind=_ERROR)
    bar.add("Another thing.", kind=_ERROR)
    bar.dismiss()
    assert len(bar.texts) == 2
    bar.step()
    bar.dismiss()
    assert bar.texts == ("The file is damaged.",)
    assert page.focusWidget().text() == "Page"


def test_another_recording_puts_away_all_but_what_lasts(bar):
    bar.add("An export is running.", lasting=True)
    bar.add("The recording is short.", kind=_WARNING)
    bar.add("wrong.txt is no recording.", kind=_ERROR)
    bar.clear()
    assert (bar.texts, bar.shown) == (("An export is running.",), "An export is running.")


def test_it_lies_in_the_lower_right_and_follows_the_page(bar, page):
    bar.keep_clear(20)
    bar.add("Exported to here: one, two.", Answer("Open", lambda: None))
    for size in ((1000, 500), (700, 400), (1500, 900)):
        page.resize(*size)
        bar.fit()
        assert page.rect().contains(bar.geometry())
        assert page.width() - bar.geometry().right() < 12
        assert 20 <= page.height() - bar.geometry().bottom() < 32


def test_what_is_long_takes_some_lines_and_is_whole_in_the_tooltip(bar, page):
    text = f"{'word ' * 300}{'x' * 300}."
    bar.add(text, Answer("Open", lambda: None))
    assert bar.width() <= 0.45 * page.width()
    assert bar.height() < 150
    assert any(text in label.toolTip() for label in bar.findChildren(QLabel))


def test_a_text_is_broken_into_lines_that_fit(qapp):
    font = QFont()
    metrics = QFontMetrics(font)
    text = "one two three four five six seven eight nine ten " + "n" * 60
    lines = in_lines(text, font, 120, 30).split("\n")
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert max(metrics.horizontalAdvance(line) for line in lines) <= 120
    few = in_lines(text, font, 120, 2).split("\n")
    assert len(few) == 2
    assert few[1].endswith("…")
    assert in_lines("short", font, 120, 2) == "short"


def test_enter_presses_the_button_that_has_the_focus(qtbot, bar, page):
    given = []
    bar.add("Which?", Answer("This", lambda: given.append("this")))
    bar.step()
    qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Return)
    assert given == ["this"]


def test_a_click_on_the_sentence_is_no_click_on_the_page(qtbot, bar, page):
    pressed = []
    page.findChild(QPushButton).clicked.connect(lambda: pressed.append(1))
    page.findChild(QPushButton).setGeometry(page.rect())
    bar.add("Something to read.")
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPoint(12, 12))
    assert pressed == []


def _double_click(button: QPushButton, bar: NoticeBar) -> None:
    """As Qt sends it: the second press goes to whatever lies under the pointer by then."""
    place = button.mapTo(bar.window(), button.rect().center())
    QTest.mouseDClick(bar.window().windowHandle(), Qt.MouseButton.LeftButton, pos=place)


def test_a_double_click_on_close_closes_one(bar):
    bar.add("One is here.")
    bar.add("Two is here.")
    _double_click(_buttons(bar)["Close"], bar)
    assert bar.texts == ("One is here.",)
    QTest.mouseClick(_buttons(bar)["Close"], Qt.MouseButton.LeftButton)
    assert bar.texts == ()


def test_names_in_a_notice_are_shown_as_they_are(bar):
    name = "<b>A</b>&amp;B\n\u202e" + "x y" * 100
    bar.add(f"{name} is a scoring.", Answer(f"Open {name}", list), kind=_QUESTION)
    button = next(iter(_buttons(bar)))
    assert button == "Open <b>A</b>&… yx yx yx yx y".replace("&", "&&")
    assert bar.width() <= 620
    for widget in (*bar.findChildren(QPushButton), *bar.findChildren(QLabel)):
        assert "<b>" not in widget.toolTip()


def test_of_200_notices_each_can_be_closed(bar):
    for i in range(200):
        bar.add(f"{i} {'w' * 300}", kind=list(NoticeKind)[i % 4])
    seen = set()
    while bar.shown:
        seen.add(bar.shown)
        assert bar.width() <= 620
        _buttons(bar)["Close"].click()
    assert len(seen) == 200
