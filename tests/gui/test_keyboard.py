"""The window by keyboard alone: focus, menus, help, panels in a window of their own."""

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QTableWidget,
    QTextBrowser,
    QTreeWidget,
    QWidget,
)
from real_window import open_in, press, show_window

from sleepscorer.core.events import Event
from sleepscorer.core.stages import Stage
from sleepscorer.gui.actions.table import BY_ID
from sleepscorer.gui.choices import AutoScoringChoice
from sleepscorer.gui.dialogs.key_sheet import KeySheet
from sleepscorer.gui.help.help_pages import help_pages
from sleepscorer.gui.help.help_pane import HelpPane
from sleepscorer.gui.keys import key_map
from sleepscorer.gui.look.focus_frame import FocusFrame, FocusFrames
from sleepscorer.gui.look.mnemonics import with_mnemonics, without_mnemonic
from sleepscorer.gui.main_window import MainWindow
from sleepscorer.paths import resource

_KEYS = Qt.Key
_CTRL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_ALT = Qt.KeyboardModifier.AltModifier


# -- focus ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (_KEYS.Key_1, "Epochs to review"),
        (_KEYS.Key_2, "Events of the night"),
        (_KEYS.Key_3, "Sleep statistics"),
        (_KEYS.Key_4, "Derivation to analyse"),
    ],
)
def test_a_panel_has_the_focus_at_once_and_escape_gives_it_back(qtbot, opened, key, name):
    press(qtbot, opened, key, _CTRL)
    assert QApplication.focusWidget().accessibleName() == name
    press(qtbot, opened, _KEYS.Key_Escape)
    assert QApplication.focusWidget() is opened.workspace.traces.canvas


def test_the_arrows_move_in_the_list_of_a_panel(qtbot, opened):
    press(qtbot, opened, _KEYS.Key_3, _CTRL)
    tree = QApplication.focusWidget()
    assert isinstance(tree, QTreeWidget)
    tree.setCurrentItem(tree.topLevelItem(0))
    press(qtbot, opened, _KEYS.Key_Down)
    press(qtbot, opened, _KEYS.Key_Down)
    assert tree.currentItem() is tree.topLevelItem(2)
    press(qtbot, opened, _KEYS.Key_0, _CTRL)
    assert QApplication.focusWidget() is opened.workspace.traces.canvas


def test_an_event_of_the_list_is_edited_and_deleted_by_keys(qtbot, opened):
    model = opened.workspace.model
    model.replace_event(None, Event(30.0, 3.0, "EEG arousal"))
    montage = model.montage.name
    opened.workspace.events._table.update_rows()
    press(qtbot, opened, _KEYS.Key_2, _CTRL)
    view = QApplication.focusWidget()
    row = next(i for i, r in enumerate(opened.workspace.events._table.rows) if r.is_own)
    view.setCurrentIndex(view.model().index(row, 0))
    press(qtbot, opened, _KEYS.Key_F2)
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, model.clock_text(90.0))
    qtbot.keyClick(editor, _KEYS.Key_Return)
    session = opened.document.session
    qtbot.waitUntil(lambda: any(event.onset_s == 90.0 for event in session.state.events))
    assert model.montage.name == montage
    opened.workspace.events._table.update_rows()
    row = next(i for i, r in enumerate(opened.workspace.events._table.rows) if r.is_own)
    view.setCurrentIndex(view.model().index(row, 0))
    press(qtbot, opened, _KEYS.Key_Delete)
    assert "EEG arousal" not in [event.text for event in session.state.events]


@pytest.fixture
def frames(qapp):
    frames = FocusFrames(qapp)
    yield
    frames.deleteLater()


def _frame() -> FocusFrame | None:
    focus = QApplication.focusWidget()
    found = focus.parentWidget().findChildren(
        FocusFrame, options=Qt.FindChildOption.FindDirectChildrenOnly
    )
    shown = [frame for frame in found if frame.isVisible()]
    assert len(shown) <= 1
    return shown[0] if shown else None


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_whatever_has_the_focus_has_a_frame(qtbot, settings, night, frames, theme):
    settings.set(theme=theme)
    window = open_in(qtbot, show_window(qtbot, settings), night)
    seen = set()
    for _ in range(60):
        press(qtbot, window, _KEYS.Key_Tab)
        control = QApplication.focusWidget()
        if control in seen:
            break
        seen.add(control)
        frame = _frame()
        # A control as large as its parent is covered by the frame, any other one surrounded.
        assert frame.geometry().intersected(control.geometry()) == control.geometry()
        image = window.grab().toImage()
        corner = frame.mapTo(window, frame.rect().topLeft())
        assert image.pixelColor(corner).name() == window.theme.accent
    assert len(seen) > 15
    window.close()


def test_the_frame_follows_its_control_and_leaves_with_the_focus(qtbot, frames):
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(400, 200)
    one, other = QPushButton("one", parent), QPushButton("other", parent)
    one.setGeometry(20, 20, 80, 30)
    other.setGeometry(200, 100, 80, 30)
    parent.show()
    parent.activateWindow()
    qtbot.waitUntil(parent.isActiveWindow)
    one.setFocus()
    assert _frame().geometry().getRect() == (18, 18, 84, 34)
    one.move(0, 50)
    assert _frame().geometry().getRect() == (0, 48, 82, 34)
    other.setFocus()
    assert _frame().geometry().getRect() == (198, 98, 84, 34)
    other.hide()
    assert _frame().geometry().getRect() == (0, 48, 82, 34)
    one.clearFocus()
    assert all(not frame.isVisible() for frame in parent.findChildren(FocusFrame))


def test_windows_go_away_with_their_frames_in_any_order(qtbot, frames):
    for turn in range(40):
        parent = QWidget()
        controls = [QPushButton("one", parent), QComboBox(parent), QTableWidget(2, 2, parent)]
        parent.show()
        parent.activateWindow()
        qtbot.waitUntil(parent.isActiveWindow)
        for control in controls[turn % 3 :] + controls:
            control.setFocus()
        assert _frame() is not None
        if turn % 2:
            controls[-1].deleteLater()
        if turn % 5 == 0:
            QApplication.processEvents()
        del controls, control, parent
    QApplication.processEvents()
    assert not any(isinstance(widget, FocusFrame) for widget in QApplication.allWidgets())


# -- menus ----------------------------------------------------------------------------------------


def test_letters_are_chosen_by_initials_first():
    assert with_mnemonics(["Event", "Edit", "View", "R&D"]) == ("&Event", "E&dit", "&View", "&R&&D")
    assert with_mnemonics(["Stage W", "Stage N1", "Stage"]) == ("Stage &W", "Stage N&1", "&Stage")
    assert with_mnemonics(["a", "a"]) == ("&a", "a")
    assert with_mnemonics(["ab", "ac", "a"]) == ("a&b", "a&c", "&a")
    assert without_mnemonic("&R&&D") == "R&D"


def _entries(menu) -> list[str]:
    return [a.text() for a in menu.actions() if not a.isSeparator() and a.isVisible()]


def _letter(text: str) -> str:
    plain = text.replace("&&", "")
    assert plain.count("&") == 1, text
    return plain[plain.index("&") + 1].casefold()


@pytest.mark.parametrize("with_recording", [False, True])
def test_every_entry_has_a_letter_and_no_menu_has_two_alike(qtbot, window, night, with_recording):
    if with_recording:
        open_in(qtbot, window, night)
    menus = [menu for menu in window.menuBar().findChildren(QMenu) if menu.title()]
    bars = [window.menuBar(), *menus]
    # The bar, its eight menus; scorers in Score; filters, overview, staging in View.
    assert len(bars) == 13
    for menu in bars:
        letters = [_letter(text) for text in _entries(menu)]
        assert letters
        assert len(letters) == len(set(letters))
    assert [_letter(text) for text in _entries(window.menuBar())] == list("fesngvmh")


def test_no_letter_of_the_window_is_one_of_the_menu_bar(qtbot, window, night):
    def letters() -> list[str]:
        labels = [w.text() for w in window.findChildren(QLabel) if w.buddy() is not None]
        buttons = [w.text() for w in window.findChildren(QPushButton)]
        return [_letter(text) for text in (*labels, *buttons) if "&" in text]

    bar = {_letter(text) for text in _entries(window.menuBar())}
    assert "o" in letters()
    assert not bar & set(letters())
    open_in(qtbot, window, night)
    assert not bar & set(letters())


def test_menus_are_worked_by_letters(qtbot, opened):
    press(qtbot, opened, _KEYS.Key_G, _ALT)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    entry = next(text for text in _entries(menu) if text.endswith("Last epoch"))
    qtbot.keyClick(menu, _letter(entry))
    assert opened.workspace.model.epoch == opened.workspace.model.n_epochs - 1


def test_the_key_that_cancels_auto_scoring_stands_in_the_status_line(qtbot, opened, monkeypatch):
    cancel = next(b for b in opened.status.findChildren(QPushButton) if b.text() == "Cancel")
    assert cancel.toolTip() == "Cancel the work in progress (auto-scoring: Ctrl+Shift+R)"
    opened.auto_scorer.start(opened.document, AutoScoringChoice())
    press(qtbot, opened, _KEYS.Key_R, _CTRL | _SHIFT)
    qtbot.waitUntil(lambda: not opened.auto_scorer.is_running, timeout=20_000)
    assert opened.document.session.machine is None
    assert opened.status.message == "Auto-scoring cancelled: nothing changed"


# -- help -----------------------------------------------------------------------------------------


def _help(window: MainWindow) -> QTextBrowser:
    return next(w for w in window.findChildren(QTextBrowser) if w.accessibleName() == "Help page")


def test_the_help_is_scrolled_and_the_traces_stay(qtbot, opened):
    opened.workspace.model.select_epoch(7)
    press(qtbot, opened, _KEYS.Key_F1)
    bar = _help(opened).verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    places = []
    for key in ("Down", "Up", "PageDown", "PageUp", "End", "Home", "Right", "Left"):
        press(qtbot, opened, getattr(_KEYS, f"Key_{key}"))
        places.append(bar.value())
    step, page = bar.singleStep(), bar.pageStep()
    assert places == [step, 0, min(page, bar.maximum()), 0, bar.maximum(), 0, 0, 0]
    assert opened.workspace.model.epoch == 7
    press(qtbot, opened, "2")
    assert opened.document.session.state.stages[7] == Stage.N2


def test_escape_closes_the_help_and_f1_brings_the_focus_there(qtbot, opened):
    traces = opened.workspace.traces.canvas
    press(qtbot, opened, _KEYS.Key_F1)
    press(qtbot, opened, _KEYS.Key_0, _CTRL)
    assert QApplication.focusWidget() is traces
    assert _help(opened).isVisible()
    press(qtbot, opened, _KEYS.Key_F1)
    assert QApplication.focusWidget() is _help(opened)
    press(qtbot, opened, "p")
    press(qtbot, opened, _KEYS.Key_F1)
    press(qtbot, opened, _KEYS.Key_Escape)
    assert not _help(opened).isVisible()
    assert QApplication.focusWidget() is traces
    assert opened.actions_of["score.paint"].isChecked()  # this Esc was the help's


def test_the_help_names_the_keys_in_force(qtbot, opened):
    press(qtbot, opened, _KEYS.Key_F1)
    assert "R or 5" in _help(opened).toPlainText()
    opened.settings.set(key_profile="letters", own_keys={"file.export": ("Ctrl+K",)})
    text = _help(opened).toPlainText()
    assert "R or 5" not in text
    assert "Press Ctrl+K, choose" in text
    pages = next(w for w in opened.findChildren(QComboBox) if w.accessibleName() == "Help pages")
    pages.setCurrentIndex(1)
    opened.settings.set(key_profile="ISR", own_keys={"score.paint": ()})
    text = _help(opened).toPlainText()
    assert text.startswith("Scoring and keys")
    assert "R or 4 or 5" in text
    assert "(no key)" in text


def test_no_page_of_help_must_be_scrolled_sideways(qtbot, opened):
    press(qtbot, opened, _KEYS.Key_F1)
    help_pane = opened.findChild(HelpPane)
    # It is put beside the panels a moment later.
    qtbot.waitUntil(lambda: help_pane.width() >= 330)
    pages = help_pane.findChild(QComboBox)
    for index in range(pages.count()):
        pages.setCurrentIndex(index)
        assert _help(opened).horizontalScrollBar().maximum() == 0, pages.itemText(index)


def without_code(markdown):
    """Without what is to be typed, in which braces are meant as they stand."""
    return re.sub(r"```.*?```|`[^`\n]*`", "", markdown, flags=re.DOTALL)


def test_no_page_of_help_names_an_action_that_is_none():
    text = "".join(path.read_text(encoding="utf-8") for path in resource("help").glob("*.md"))
    named = set(re.findall(r"\{(.*?)\}", without_code(text)))
    assert {"score.w", "tool.select", "view.overview"} < named <= set(BY_ID)
    for page in help_pages(key_map("default", {})):
        assert "(no key)" not in page.markdown
        assert "{" not in without_code(page.markdown)


def _tip(window, name: str) -> str:
    found = [w for w in window.findChildren(QWidget) if w.accessibleName() == name]
    assert len(found) == 1
    assert found[0].accessibleDescription() == found[0].toolTip()
    return found[0].toolTip()


def test_controls_name_the_keys_in_force(qtbot, opened):
    assert _tip(opened, "Next epoch to review").startswith("Next epoch to review (N)")
    hour = "An hour around the page, or the whole night"
    assert _tip(opened, "Zoom the overview") == f"{hour} (Z); the wheel zooms, too"
    assert _tip(opened, "Montage") == "Montage: F2, F3, F4 … show another"
    own = {"go.review": ("J", "Ctrl+J"), "view.overview": (), "montage.3": ("Ctrl+3",)}
    opened.settings.set(own_keys={**own, "tool.select": ("Q",)})
    assert _tip(opened, "Next epoch to review").startswith("Next epoch to review (J or Ctrl+J)")
    assert _tip(opened, "Zoom the overview") == f"{hour}; the wheel zooms, too"
    assert _tip(opened, "Montage") == "Montage: F2, Ctrl+3, F4 … show another"
    press(qtbot, opened, "a")
    assert "Q leaves" in opened.status.message
    press(qtbot, opened, "q")
    assert not opened.actions_of["event.arousal"].isChecked()


def test_every_key_named_in_a_tooltip_is_one_of_an_action(opened):
    keyed = [str(w.property("keyed_tip") or "") for w in opened.findChildren(QWidget)]
    named = {name for tip in keyed for name in re.findall(r"\{(.*?)\}", tip)}
    assert {"go.review", "tool.select", "score.cancel", "file.open"} < named <= set(BY_ID)


def test_the_start_page_names_the_keys_in_force(qtbot, window):
    window.settings.set(own_keys={"file.open": ("Ctrl+Shift+X",), "help.contents": ()})
    texts = {button.text() for button in window.findChildren(QPushButton)}
    assert {"&Open a recording…  (Ctrl+Shift+X)", "How to &begin"} < texts
    assert _tip(window, "Open a recording") == (
        "Choose a recording or a session file (Ctrl+Shift+X)"
    )


def test_in_isr_five_is_r_as_well(qtbot, opened):
    opened.settings.set(key_profile="ISR")
    for key in "r45":
        press(qtbot, opened, key)
    assert [Stage(int(s)).text for s in opened.document.session.state.stages[:4]] == [*"RRR?"]


def test_the_sheet_of_keys_lists_the_presets_there_are_by_name(qtbot, opened):
    assert 0 < len(opened.presets.available) < 11
    press(qtbot, opened, "?")
    qtbot.waitUntil(lambda: isinstance(opened.dialogs.dialog, KeySheet))
    text = opened.dialogs.dialog.findChild(QTextBrowser).toPlainText()
    for number, preset in enumerate(opened.presets.available, start=2):
        assert f"F{number}\n{preset.name}\n" in text
    assert f"F{len(opened.presets.available) + 2}" not in text
    assert "Preset" not in text
    opened.dialogs.close_all()


# -- panels in a window of their own --------------------------------------------------------------


def test_panels_float_their_keys_work_and_the_layout_keeps_them_there(
    qtbot, settings, night, opened
):
    press(qtbot, opened, _KEYS.Key_P, _CTRL | _SHIFT)
    assert opened.dock.isFloating()
    assert opened.actions_of["view.float"].isChecked()
    press(qtbot, opened, _KEYS.Key_3, _CTRL)
    qtbot.waitUntil(opened.dock.isActiveWindow)
    assert QApplication.focusWidget().window() is opened.dock
    press(qtbot, opened, "2")
    press(qtbot, opened, _KEYS.Key_Right)
    assert opened.document.session.state.stages[0] == Stage.N2
    assert opened.workspace.model.epoch == 2
    press(qtbot, opened, _KEYS.Key_Escape)
    qtbot.waitUntil(opened.isActiveWindow)
    assert QApplication.focusWidget() is opened.workspace.traces.canvas
    opened.close()
    again = show_window(qtbot, settings)
    assert not again.dock.isVisible()
    open_in(qtbot, again, night)
    assert again.dock.isFloating()
    assert again.dock.isVisible()
    assert again.actions_of["view.float"].isChecked()
    press(qtbot, again, _KEYS.Key_P, _CTRL | _SHIFT)
    assert not again.dock.isFloating()
    assert again.dock.titleBarWidget().height() < 5
    again.close()
