"""Notices of the real window: over the page, behind the bell, and the focus back on the traces."""

from pathlib import Path

import pytest
from dropped_files import import_it
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QInputDialog,
    QLabel,
    QMenu,
    QPushButton,
)
from real_window import PLAIN, dialog_of, open_in, press, write_night

from sleepscorer.core.signatures import Meaning
from sleepscorer.core.stages import Stage
from sleepscorer.gui.dialogs.export import ExportDialog
from sleepscorer.gui.frame.bell import Bell
from sleepscorer.gui.frame.notices import Answer, NoticeKind
from sleepscorer.gui.look.appearance import apply_theme
from sleepscorer.gui.look.theme import THEMES
from sleepscorer.pipeline import Destination

_KEYS = Qt.Key
_CTRL = Qt.KeyboardModifier.ControlModifier
_LEFT = Qt.MouseButton.LeftButton


def _buttons(window) -> dict[str, QPushButton]:
    return {button.text(): button for button in window.notices.findChildren(QPushButton)}


def _is_on_traces(window) -> bool:
    return QApplication.focusWidget() is window.workspace.traces.canvas


def _geometries(window) -> list:
    traces = window.workspace.traces
    return [
        (part.geometry(), part.mapTo(window, part.rect().topLeft()))
        for part in (traces, traces.canvas, traces.gutter, window.workspace.overview, window.status)
    ]


# -- where they lie -------------------------------------------------------------------------------


def test_notices_move_nothing_and_leave_the_clock_free(qtbot, opened):
    before = _geometries(opened)
    canvas = opened.workspace.traces.canvas
    for n in range(5):
        opened.notices.add(f"Error {n}: {'a long sentence ' * 10}", kind=NoticeKind.ERROR)
        opened.notices.add(f"Note {n}")
    qtbot.wait(100)
    assert opened.notices.isVisible()
    assert _geometries(opened) == before
    top_left = opened.notices.mapTo(opened, opened.notices.rect().topLeft())
    covered = opened.notices.rect().translated(top_left)
    traces = canvas.rect().translated(canvas.mapTo(opened, canvas.rect().topLeft()))
    assert covered.bottom() < traces.bottom() - 20, "the clock times are seen"
    assert covered.width() * covered.height() < 0.15 * traces.width() * traces.height()
    opened.notices.clear()
    qtbot.wait(50)
    assert _geometries(opened) == before


def test_on_the_start_page_they_lie_over_it_too(qtbot, window):
    window.tell("wrong.txt is no recording.")
    qtbot.waitUntil(window.notices.isVisible)
    centre = window.centralWidget()
    assert centre.rect().contains(window.notices.geometry())
    assert window.notices.geometry().bottom() > centre.height() - 20


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_an_error_looks_like_one(qtbot, window, theme):
    apply_theme(QApplication.instance(), theme)
    seen = {}
    for kind in NoticeKind:
        window.notices.add("Something.", kind=kind)
        qtbot.waitUntil(window.notices.isVisible)
        picture = window.notices.grab().toImage()
        seen[kind.value] = picture.pixelColor(2, picture.height() // 2).name()
        bell = window.findChild(Bell).palette().buttonText().color().name()
        assert bell == seen[kind.value]
        window.notices.clear()
    assert seen == dict(theme.notices)
    assert len(set(seen.values())) == len(NoticeKind)
    window.status.refuse("This is not stored.")
    message = next(m for m in window.status.findChildren(QLabel) if m.text().startswith("This is"))
    assert message.palette().windowText().color().name() == theme.error


# -- the bell -------------------------------------------------------------------------------------


def test_the_bell_counts_them_and_its_key_goes_through_them(qtbot, opened):
    bell = opened.findChild(Bell)
    assert (bell.text(), bell.accessibleName()) == ("", "No notices")
    press(qtbot, opened, _KEYS.Key_B, _CTRL)
    assert opened.status.message == "There are no notices"
    opened.notices.add("A note.")
    opened.tell("An error.")
    assert (bell.text(), bell.accessibleName()) == ("2", "2 notices")
    assert _is_on_traces(opened), "they take no focus when they come"
    seen = []
    for _ in range(3):
        press(qtbot, opened, _KEYS.Key_B, _CTRL)
        seen.append((opened.notices.shown, QApplication.focusWidget().accessibleName()))
    assert [shown for shown, _ in seen] == ["An error.", "A note.", ""]
    assert [name for _, name in seen[:2]] == ["Close", "Close"]
    assert _is_on_traces(opened)
    assert bell.text() == "2"


def _list_of(qtbot) -> QMenu:
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    return QApplication.activePopupWidget()


def test_a_click_on_the_bell_lists_the_notices_and_leads_to_each(qtbot, opened):
    bell = opened.findChild(Bell)
    qtbot.mouseClick(bell, _LEFT)
    assert opened.status.message == "There are no notices"
    opened.notices.add(f"R&D: {'a long remark ' * 30}")
    opened.notices.add("Import it?", Answer("Import it", lambda: None), kind=NoticeKind.QUESTION)
    opened.tell("An error.")
    qtbot.mouseClick(bell, _LEFT)
    menu = _list_of(qtbot)
    texts = [action.text() for action in menu.actions()]
    assert texts[:2] == ["Error: An error.", "Question: Import it?"]
    assert texts[2].startswith("Note: R&&D: a long remark")
    assert texts[2].endswith("…")
    assert menu.accessibleName() == "Notices"
    # By keys alone: the first is chosen, Down goes on, Enter shows it.
    press(qtbot, opened, _KEYS.Key_Down)
    press(qtbot, opened, _KEYS.Key_Return)
    assert opened.notices.shown == "Import it?"
    assert QApplication.focusWidget().text() == "Import it"
    press(qtbot, opened, _KEYS.Key_B, _CTRL)
    press(qtbot, opened, _KEYS.Key_B, _CTRL)
    assert _is_on_traces(opened)
    # The bell is reached by Tab; what is behind it comes out.
    bell.setFocus(Qt.FocusReason.TabFocusReason)
    press(qtbot, opened, _KEYS.Key_Space)
    menu = _list_of(qtbot)
    qtbot.mouseClick(menu, _LEFT, pos=menu.actionGeometry(menu.actions()[2]).center())
    assert opened.notices.shown.startswith("R&D")
    assert QApplication.focusWidget().text() == "Close"


def test_the_bell_stands_at_the_right_end(qtbot, opened):
    bell = opened.findChild(Bell)
    assert opened.status.rect().contains(bell.geometry())
    assert opened.status.width() - bell.geometry().right() < 20


# -- old ones -------------------------------------------------------------------------------------


def test_five_wrong_files_and_a_good_one_leave_no_error(qtbot, window, night, tmp_path):
    for n in range(5):
        wrong = tmp_path / f"wrong_{n}.edf"
        wrong.write_bytes(b"nothing")
        window.open_path(wrong)
        qtbot.waitUntil(lambda n=n: len(window.notices.texts) == n + 1)
    assert "wrong_4.edf" in window.notices.shown
    open_in(qtbot, window, night)
    assert not any("wrong" in text for text in window.notices.texts)


def test_what_was_said_of_a_recording_goes_with_it_and_what_lasts_stays(qtbot, opened, tmp_path):
    opened.notices.add("The night is short.", kind=NoticeKind.WARNING)
    opened.notices.add("An export is running.", lasting=True)
    other = write_night(tmp_path / "Other.edf", "C4-M1", "E1-M2", hours=0.1)
    open_in(qtbot, opened, other)
    assert opened.notices.texts == ("An export is running.",)


# -- after an export ------------------------------------------------------------------------------


@pytest.fixture
def handed_over(monkeypatch) -> list[str]:
    """What the desktop is asked to open."""
    asked: list[str] = []

    def open_url(url) -> bool:
        asked.append(url.toLocalFile())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    return asked


def _export(qtbot, window, folder: Path, *formats: str) -> None:
    with qtbot.waitSignal(window.exporter.written, timeout=30_000):
        window.dialogs.export_to(window.document, Destination(folder, formats, True, False))


@pytest.mark.parametrize(
    ("formats", "answer", "name"),
    [
        (("csv", "xlsx"), "Open", "Night_report.xlsx"),
        (("csv",), "Open", "Night_epochs.csv"),
        (("csv", "xlsx"), "Open folder", ""),
    ],
)
def test_what_was_exported_can_be_opened(
    qtbot, opened, tmp_path, handed_over, formats, answer, name
):
    _export(qtbot, opened, tmp_path / "out", *formats)
    assert list(_buttons(opened)) == ["Open", "Open folder", "Close"]
    assert _is_on_traces(opened)
    qtbot.mouseClick(_buttons(opened)[answer], _LEFT)
    qtbot.waitUntil(lambda: bool(handed_over))
    assert [Path(path) for path in handed_over] == [tmp_path / "out" / name]
    assert (opened.notices.texts, _is_on_traces(opened)) == ((), True)


def test_what_can_not_be_opened_is_said(qtbot, opened, tmp_path, monkeypatch):
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: False)
    path = tmp_path / "Night_epochs.csv"
    _export(qtbot, opened, tmp_path, "csv")
    qtbot.mouseClick(_buttons(opened)["Open"], _LEFT)
    qtbot.waitUntil(lambda: "no program that shows it" in opened.notices.shown)
    assert opened.notices.shown.startswith(f"{path} could not be opened: ")
    assert opened.notices.worst is NoticeKind.ERROR
    _export(qtbot, opened, tmp_path, "csv")
    path.unlink()
    qtbot.mouseClick(_buttons(opened)["Open"], _LEFT)
    qtbot.waitUntil(lambda: "moved or deleted" in opened.notices.shown)
    assert len(opened.notices.texts) == 1


# -- the focus ------------------------------------------------------------------------------------


def test_the_focus_is_back_on_the_traces_after_a_notice_and_keys_score(qtbot, window, tmp_path):
    path = write_night(tmp_path / "Beside.edf", "C4-M1", "E1-M2", hours=0.2, keep_scoring=True)
    open_in(qtbot, window, path)
    asked = []
    window.dialogs.choose_recording = lambda: asked.append("file dialog")
    import_it(qtbot, window)
    qtbot.waitUntil(lambda: _is_on_traces(window))
    qtbot.waitUntil(lambda: window.document.importable is None)
    press(qtbot, window, _KEYS.Key_Space)
    assert (asked, _is_on_traces(window)) == ([], True)
    press(qtbot, window, _KEYS.Key_1)
    assert Stage(int(window.document.session.state.stages[0])) is Stage.N1


@pytest.mark.parametrize("how", ["close", "escape", "answer", "enter"])
def test_however_a_notice_is_left_the_focus_is_on_the_traces(qtbot, opened, how):
    given = []
    opened.notices.add("Which?", Answer("This", lambda: given.append("this")))
    opened.show_panel("review")
    assert not _is_on_traces(opened)
    if how == "close":
        qtbot.mouseClick(_buttons(opened)["Close"], _LEFT)
    elif how == "answer":
        qtbot.mouseClick(_buttons(opened)["This"], _LEFT)
    else:
        press(qtbot, opened, _KEYS.Key_B, _CTRL)
        press(qtbot, opened, _KEYS.Key_Escape if how == "escape" else _KEYS.Key_Return)
    assert (opened.notices.texts, _is_on_traces(opened)) == ((), True)
    assert given == (["this"] if how in ("answer", "enter") else [])


_OPENING = (
    "file.report_form",
    "file.export",
    "file.annotate",
    "file.deidentify",
    "file.print",
    "file.session",
    "edit.preferences",
    "edit.keys",
    "score.auto",
    "score.sign",
    "score.unlock",
    "scorers.new",
    "scorers.rename",
    "go.epoch",
    "view.montage",
    "view.channels",
    "help.keys",
    "help.support",
    "help.about",
)


@pytest.mark.parametrize("action_id", _OPENING)
def test_after_a_dialog_the_focus_is_on_the_traces(qtbot, opened, action_id):
    if action_id == "score.unlock":
        opened.document.session.sign("Anna Meier", Meaning.SCORED)
        qtbot.waitUntil(opened.actions_of[action_id].isEnabled)
    opened.show_panel("review")
    opened.actions_of[action_id].trigger()
    qtbot.waitUntil(lambda: opened.dialogs.dialog is not None)
    opened.dialogs.dialog.activateWindow()
    qtbot.waitUntil(opened.dialogs.dialog.isActiveWindow)
    press(qtbot, opened, _KEYS.Key_Escape)
    qtbot.waitUntil(lambda: opened.dialogs.dialog is None)
    qtbot.waitUntil(lambda: _is_on_traces(opened))
    epoch = opened.workspace.model.epoch
    press(qtbot, opened, _KEYS.Key_Right)
    assert opened.workspace.model.epoch == epoch + 1


def test_every_action_with_a_dialog_is_among_those(opened):
    """The table marks by "…" what asks something first; some ask the system or a line of text."""
    asking = {id_ for id_ in opened._commands._by_id if opened.actions_of[id_].text().endswith("…")}
    # The page of validation stays beside the window: its own tests look where the focus goes.
    assert asking - set(_OF_SYSTEM) - {"score.validate"} <= set(_OPENING)


_OF_SYSTEM = (
    "file.open",
    "file.folder",
    "file.import",
    "edit.save_settings",
    "edit.load_settings",
    "event.comment",
    "scorers.import",
    # Only where there are events to take, and of a scoring that is made blind.
    "event.adopt",
    "scorers.done",
)


@pytest.mark.parametrize("action_id", _OF_SYSTEM)
def test_after_asking_the_system_in_vain_the_focus_is_on_the_traces(
    qtbot, opened, monkeypatch, action_id
):
    def ask(*_args, **_kwargs):
        opened.show_panel("review")
        return "", False

    monkeypatch.setattr(QFileDialog, "getOpenFileName", ask)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: ask()[0])
    monkeypatch.setattr(QInputDialog, "getText", ask)
    opened.actions_of[action_id].trigger()
    assert _is_on_traces(opened)


def test_after_a_dialog_on_the_start_page_the_focus_is_there(qtbot, window):
    window.focus_traces()
    before = QApplication.focusWidget()
    press(qtbot, window, _KEYS.Key_Comma, _CTRL)
    qtbot.waitUntil(lambda: window.dialogs.dialog is not None)
    window.dialogs.dialog.reject()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is before)


def test_exporting_leaves_the_focus_on_the_traces(qtbot, opened, tmp_path, settings):
    settings.set(export_folder=str(tmp_path), export_formats=("csv",))
    opened.show_panel("review")
    press(qtbot, opened, _KEYS.Key_E, _CTRL)
    dialog = dialog_of(qtbot, opened, ExportDialog)
    with qtbot.waitSignal(opened.exporter.written, timeout=30_000):
        qtbot.keyClick(dialog.focusWidget(), _KEYS.Key_Return, PLAIN)
    assert _is_on_traces(opened)
