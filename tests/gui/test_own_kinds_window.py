"""Kinds of events of one's own: written in the preferences, then marked, listed and shared."""

import json

import pytest
from PySide6.QtCore import Qt
from real_window import press

from sleepscorer.core.own_kinds import NO_OWN_KINDS, OwnKind, OwnKinds
from sleepscorer.core.progress import silent
from sleepscorer.gui.dialogs.key_sheet import sheet_html
from sleepscorer.gui.dialogs.kinds_page import KindsPage
from sleepscorer.gui.dialogs.preferences import PreferencesDialog
from sleepscorer.gui.jobs.shared_settings import read_shared, write_shared
from sleepscorer.gui.keys import keys_of
from sleepscorer.gui.settings import SettingsFile

_SHIFT = Qt.KeyboardModifier.ShiftModifier
COUGH = OwnKind(1, "Cough", "Cough of the night", "respiratory", "", 0.0, 2.0)


def _write(page: KindsPage, at: int, *words: str) -> None:
    for column, text in zip((0, 1, 4, 5, 6), words, strict=True):
        page._table.item(at, column).setText(text)


def _chosen(page: KindsPage, own_keys=None):
    return page.chosen("default", own_keys or {})


@pytest.fixture
def page(qtbot):
    page = KindsPage(NO_OWN_KINDS, {})
    qtbot.addWidget(page)
    return page


def test_a_kind_is_written_in_the_preferences_and_marked_by_its_key(qtbot, opened):
    dialog = PreferencesDialog(opened.settings, opened)
    qtbot.addWidget(dialog)
    dialog._kinds._add.click()
    _write(dialog._kinds, 0, "Cough", "Cough of the night", "0", "2", "Shift+Z")
    dialog._kinds._table.cellWidget(0, 2).setCurrentText("respiratory")
    dialog.accept()
    assert opened.settings.now.own_kinds == OwnKinds((COUGH,))
    assert opened.settings.now.own_keys == {"event.own1": ("Shift+Z",)}
    action = opened.actions_of["event.own1"]
    assert (action.isVisible(), action.text().replace("&", "")) == (True, "Cough")
    assert not opened.actions_of["event.own2"].isVisible()
    types = opened.workspace.events._type
    assert types.itemText(types.count() - 2) == "Cough"
    assert "Cough" in sheet_html(keys_of(opened.settings.now))
    model = opened.workspace.model
    press(qtbot, opened, "V")
    press(qtbot, opened, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    press(qtbot, opened, "Z", _SHIFT)
    (event,) = model.session.state.events
    assert (event.text, event.duration_s) == ("Cough of the night", 2.0)
    opened.settings.set(own_kinds=NO_OWN_KINDS)
    assert not action.isVisible()
    assert types.findText("Cough") == -1
    assert model.session.state.events == (event,)


def test_the_settings_are_there_the_next_time(tmp_path, qapp):
    path = tmp_path / "settings.json"
    SettingsFile(path).set(own_kinds=OwnKinds((COUGH,)), own_keys={"event.own1": ("Shift+Z",)})
    assert SettingsFile(path).now.own_kinds == OwnKinds((COUGH,))
    # One that can't be is left out, and no more.
    stored = json.loads(path.read_text())
    stored["own_kinds"][0]["text"] = "EEG arousal"
    path.write_text(json.dumps(stored))
    again = SettingsFile(path).now
    assert (again.own_kinds, again.own_keys) == (NO_OWN_KINDS, {"event.own1": ("Shift+Z",)})


def test_a_laboratory_shares_them(tmp_path, qapp):
    settings = SettingsFile(tmp_path / "settings.json")
    settings.set(own_kinds=OwnKinds((COUGH,)), own_keys={"event.own1": ("Shift+Z",)})
    path = tmp_path / "lab.sleepsettings"
    write_shared(path, settings.now, silent, force=False)
    shared = read_shared(path, silent)
    assert shared.values["own_kinds"] == OwnKinds((COUGH,))
    assert shared.values["own_keys"] == {"event.own1": ("Shift+Z",)}
    assert shared.unknown == ()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("", "", "0", "10", ""), "needs a name"),
        (("Hypopnea", "x", "0", "10", ""), "already"),
        (("Cough", "x", "soon", "10", ""), "no number of seconds"),
        (("Cough", "x", "0", "10", "Shift+H"), "Shift+H is the key of Hypopnea"),
        (("Cough", "x", "0", "10", "nokey"), "is no key"),
    ],
)
def test_what_can_not_be_is_said_on_the_page(page, words, said):
    page._add.click()
    _write(page, 0, *words)
    assert _chosen(page) is None
    assert said in page.message


def test_two_rows_can_not_have_one_key(page):
    for at, name in enumerate(("Cough", "Yawn")):
        page._add.click()
        _write(page, at, name, "", "0", "10", "Shift+Z")
    assert _chosen(page) is None
    assert "Shift+Z is the key of Cough" in page.message


def test_a_row_that_is_removed_frees_its_key_and_leaves_the_places_of_the_others(qtbot):
    yawn = OwnKind(2, "Yawn", "Yawn")
    own_keys = {"event.own1": ("Shift+Z",), "event.own2": ("Shift+Y",), "go.next": ("I",)}
    page = KindsPage(OwnKinds((COUGH, yawn)), own_keys)
    qtbot.addWidget(page)
    page._table.setCurrentCell(0, 0)
    page._remove.click()
    chosen = _chosen(page, own_keys)
    assert chosen.kinds == OwnKinds((yawn,))
    assert chosen.own_keys == {"event.own2": ("Shift+Y",), "go.next": ("I",)}
