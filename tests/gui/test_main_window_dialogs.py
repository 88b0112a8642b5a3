"""The dialogs of the real window, driven by keys."""

import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QDoubleSpinBox,
    QInputDialog,
    QLabel,
    QListWidget,
    QPushButton,
    QTableWidget,
    QTabWidget,
    QTextBrowser,
    QWidget,
)
from real_window import PLAIN, dialog_of, open_in, press, write_night
from shiboken6 import isValid

from sleepscorer.core.edits import Author
from sleepscorer.core.stages import Stage
from sleepscorer.files.exports.night import INTENDED_USE
from sleepscorer.files.montages.presets import user_folder
from sleepscorer.gui.dialogs.about import AboutDialog
from sleepscorer.gui.dialogs.asking import WindowDialogs
from sleepscorer.gui.dialogs.channels import ChannelsDialog
from sleepscorer.gui.dialogs.derivation_picker import DerivationPicker
from sleepscorer.gui.dialogs.key_catcher import KeyCatcher
from sleepscorer.gui.dialogs.key_editor import KeyEditor
from sleepscorer.gui.dialogs.key_sheet import KeySheet, sheet_html
from sleepscorer.gui.dialogs.montage_editor import MontageEditor
from sleepscorer.gui.dialogs.preferences import PreferencesDialog
from sleepscorer.gui.dialogs.recordings import RecordingsDialog
from sleepscorer.gui.dialogs.validation import ValidationDialog
from sleepscorer.gui.frame.notices import Answer
from sleepscorer.gui.help.help_pages import help_pages
from sleepscorer.gui.keys import key_map
from sleepscorer.gui.look.mnemonics import without_mnemonic
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.session_documents import open_document
from sleepscorer.simulated_files import scoring_path, write_simulated_night
from sleepscorer.simulation.channels import STANDARD_MONTAGE
from sleepscorer.simulation.night import simulate_night

_KEYS = Qt.Key
_CTRL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture(scope="module")
def night(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("nights")
    return write_night(folder / "Night.edf", "F4-M1", "C4-M1", "E1-M2", "E2-M2", hours=0.25)


def _type(qtbot, keys, modifier=PLAIN) -> None:
    """Press keys wherever the focus is."""
    if isinstance(keys, str):
        qtbot.keyClicks(QApplication.focusWidget(), keys)
    else:
        qtbot.keyClick(QApplication.focusWidget(), keys, modifier)


def _button(parent: QWidget, text: str) -> QPushButton:
    return next(b for b in parent.findChildren(QPushButton) if b.text().replace("&", "") == text)


def _named(parent: QWidget, kind, name: str):
    return next(w for w in parent.findChildren(kind) if w.accessibleName() == name)


# -- montage --------------------------------------------------------------------------------------


def _picker(qtbot, editor: MontageEditor) -> DerivationPicker:
    qtbot.keyClick(editor.focusWidget() or editor, "a", _ALT)
    qtbot.waitUntil(lambda: editor.findChild(DerivationPicker) is not None)
    picker = editor.findChild(DerivationPicker)
    picker.activateWindow()
    qtbot.waitUntil(picker.isActiveWindow)
    return picker


def _add_row(qtbot, editor: MontageEditor, name: str) -> None:
    """Type a name in the list of what is possible, and add it."""
    picker = _picker(qtbot, editor)
    qtbot.keyClicks(QApplication.focusWidget(), name)
    qtbot.keyClick(QApplication.focusWidget(), _KEYS.Key_Return)
    qtbot.waitUntil(lambda: not isValid(picker))
    editor.activateWindow()
    qtbot.waitUntil(editor.isActiveWindow)


def _listed(picker: DerivationPicker) -> list[tuple[str, str]]:
    """What is seen in the list: names, and where they come from."""
    table = picker.findChild(QTableWidget)
    seen = [row for row in range(table.rowCount()) if not table.isRowHidden(row)]
    return [(table.item(row, 0).text(), table.item(row, 1).text()) for row in seen]


def test_what_is_possible_is_listed_and_what_is_not_says_why(qtbot, opened):
    opened.dialogs.edit_montage()
    editor = dialog_of(qtbot, opened, MontageEditor)
    picker = _picker(qtbot, editor)
    assert _listed(picker)[:6] == [
        ("E1-M2", "stored, shown already"),
        ("E2-M2", "stored, shown already"),
        ("F4-M1", "stored, shown already"),
        ("C4-M1", "stored, shown already"),
        ("F4-C4 (derived)", "'F4-M1' minus 'C4-M1'"),
        ("E1-E2 (derived)", "'E1-M2' minus 'E2-M2'"),
    ]
    assert ("O2-M1", "no signal holds O2") in _listed(picker)
    search = QApplication.focusWidget()
    qtbot.keyClicks(search, "o2")
    qtbot.keyClick(search, _KEYS.Key_Return)
    # A reason can't be added.
    assert picker.isVisible()
    assert not _button(picker, "Add").isEnabled()
    search.clear()
    assert _button(picker, "Add").isEnabled()
    picker.reject()
    editor.reject()


def test_typing_filters_the_list_and_arrows_choose(qtbot, opened):
    opened.dialogs.edit_montage()
    editor = dialog_of(qtbot, opened, MontageEditor)
    count = len(editor.montage.traces)
    picker = _picker(qtbot, editor)
    search = QApplication.focusWidget()
    qtbot.keyClicks(search, "f4")
    assert [name for name, _ in _listed(picker)] == ["F4-M1", "F4-C4 (derived)"]
    qtbot.keyClick(search, _KEYS.Key_Down)
    qtbot.keyClick(search, _KEYS.Key_Return)
    qtbot.waitUntil(lambda: len(editor.montage.traces) == count + 1)
    assert "F4-C4 (derived)" in [trace.channel.name for trace in editor.montage.traces]
    editor.reject()


def test_a_row_is_added_and_kept_by_keys_alone(qtbot, opened):
    press(qtbot, opened, "m", _CTRL)
    editor = dialog_of(qtbot, opened, MontageEditor)
    _add_row(qtbot, editor, "F4-C4")
    qtbot.keyClick(editor.focusWidget(), _KEYS.Key_Return)
    names = [trace.channel.name for trace in opened.workspace.model.montage.traces]
    assert "F4-C4 (derived)" in names


def test_several_rows_are_added_at_once(qtbot, opened):
    opened.dialogs.edit_montage()
    editor = dialog_of(qtbot, opened, MontageEditor)
    count = len(editor.montage.traces)
    picker = _picker(qtbot, editor)
    qtbot.keyClicks(QApplication.focusWidget(), "derived")
    table = picker.findChild(QTableWidget)
    table.setFocus()
    qtbot.keyClick(table, "a", _CTRL)
    qtbot.mouseClick(_button(picker, "Add"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(editor.montage.traces) == count + 2)
    added = {trace.channel.name for trace in editor.montage.traces}
    assert {"F4-C4 (derived)", "E1-E2 (derived)"} <= added
    editor.reject()


@pytest.mark.parametrize(
    ("typed", "name"),
    [("C4-A1", "C4-M1"), ("C4-F4", "C4-F4 (derived)"), ("M1-C4", "M1-C4 (from C4-M1, inverted)")],
)
def test_another_spelling_or_direction_can_be_typed(qtbot, opened, typed, name):
    opened.dialogs.edit_montage()
    editor = dialog_of(qtbot, opened, MontageEditor)
    count = len(editor.montage.traces)
    _add_row(qtbot, editor, typed)
    qtbot.waitUntil(lambda: len(editor.montage.traces) == count + 1)
    assert name in [trace.channel.name for trace in editor.montage.traces]
    editor.reject()


def test_the_montage_editor_derives_filters_scales_orders_and_saves(
    qtbot, opened, monkeypatch, tmp_path
):
    press(qtbot, opened, "m", _CTRL)
    editor = dialog_of(qtbot, opened, MontageEditor)
    before = [trace.channel.name for trace in opened.workspace.model.montage.traces]
    _add_row(qtbot, editor, "F4-C4")
    assert editor.isVisible()
    qtbot.waitUntil(lambda: len(editor.montage.traces) == len(before) + 1)
    names = [trace.channel.name for trace in editor.montage.traces]
    assert "F4-C4 (derived)" in names
    at = names.index("F4-C4 (derived)")
    for name, text in (("Low edge (LFF)", "1"), ("High edge (HFF)", "20")):
        spin = _named(editor, QDoubleSpinBox, name)
        spin.setFocus()
        spin.selectAll()
        qtbot.keyClicks(spin, text)
        qtbot.keyClick(spin, _KEYS.Key_Tab)
    height = _named(editor, QDoubleSpinBox, "Height of the row")
    height.setValue(90.0)
    _named(editor, QCheckBox, "Negative up").click()
    qtbot.mouseClick(_button(editor, "Up"), Qt.MouseButton.LeftButton)
    trace = editor.montage.traces[at - 1]
    assert trace.channel.name == "F4-C4 (derived)"
    assert (trace.filter.low_hz, trace.filter.high_hz, trace.height_uv) == (1.0, 20.0, 90.0)
    assert trace.inverted
    monkeypatch.setattr(QInputDialog, "getText", lambda *_a, **_k: ("Mine", True))
    qtbot.mouseClick(_button(editor, "Save as preset…"), Qt.MouseButton.LeftButton)
    assert [path.suffix for path in user_folder().iterdir()] == [".toml"]
    said = {label.text(): label.objectName() for label in editor.findChildren(QLabel)}
    assert said["Saved as Mine"] == "faint", "it is no refusal"
    assert user_folder().is_relative_to(tmp_path)
    assert [t.channel.name for t in opened.workspace.model.montage.traces] == before
    qtbot.mouseClick(_button(editor, "OK"), Qt.MouseButton.LeftButton)
    assert opened.workspace.model.montage.name == "Mine"
    assert len(opened.workspace.model.montage.traces) == len(before) + 1

    def names() -> list[str]:
        return [without_mnemonic(opened.actions_of[f"montage.{n}"].text()) for n in range(2, 13)]

    qtbot.waitUntil(lambda: "Mine" in names())
    texts = names()
    key = f"F{2 + texts.index('Mine')}"
    qtbot.waitUntil(opened.isActiveWindow)
    press(qtbot, opened, _KEYS.Key_F2)
    qtbot.waitUntil(lambda: opened.workspace.model.montage.name != "Mine")
    press(qtbot, opened, getattr(_KEYS, f"Key_{key}"))
    qtbot.waitUntil(lambda: opened.workspace.model.montage.name == "Mine")


def test_a_derivation_that_can_not_be_had_is_refused_in_words(qtbot, opened):
    opened.dialogs.edit_montage()
    editor = dialog_of(qtbot, opened, MontageEditor)
    picker = _picker(qtbot, editor)
    qtbot.keyClicks(QApplication.focusWidget(), "P4-M1")
    said = "'P4-M1' can't be had from this recording: no signal holds P4"
    assert said in [label.text() for label in picker.findChildren(QLabel)]
    qtbot.keyClick(QApplication.focusWidget(), _KEYS.Key_Return)
    assert picker.isVisible()
    picker.reject()
    count = len(editor.montage.traces)
    editor.reject()
    assert len(opened.workspace.model.montage.traces) == count


def test_signals_added_in_the_editor_have_scales_that_fit(qtbot, window, tmp_path):
    path = tmp_path / "Flow.edf"
    channels = [one for one in STANDARD_MONTAGE if one.label in ("C4-M1", "Flow", "SpO2")]
    write_simulated_night(simulate_night(hours=0.25, seed=4, channels=channels), path)
    scoring_path(path).unlink()
    open_in(qtbot, window, path)
    scales = {
        t.channel.name: (t.height_uv, t.filter) for t in window.workspace.model.montage.traces
    }
    assert (set(scales), scales["SpO2"][0]) == ({"C4-M1", "Flow", "SpO2"}, 40.0)
    window.dialogs.edit_montage()
    editor = dialog_of(qtbot, window, MontageEditor)
    rows = _named(editor, QListWidget, "Rows of the montage")
    rows.selectAll()
    qtbot.keyClick(rows, "r", _ALT)
    qtbot.waitUntil(lambda: editor.montage.traces == ())
    for n_rows, name in enumerate(("SpO2", "Flow"), start=1):
        _add_row(qtbot, editor, name)
        qtbot.waitUntil(lambda n_rows=n_rows: len(editor.montage.traces) == n_rows)
    again = {t.channel.name: (t.height_uv, t.filter) for t in editor.montage.traces}
    assert again == {name: scales[name] for name in ("SpO2", "Flow")}
    rows.selectAll()
    qtbot.keyClick(rows, "r", _ALT)
    qtbot.waitUntil(lambda: editor.montage.traces == ())
    qtbot.keyClick(rows, "g", _ALT)
    qtbot.waitUntil(lambda: len(editor.montage.traces) == len(scales))
    assert {t.channel.name: (t.height_uv, t.filter) for t in editor.montage.traces} == scales
    editor.reject()


def test_the_montage_editor_knows_a_notch_that_only_a_preset_names(qtbot, opened):
    model = opened.workspace.model
    first, *rest = model.montage.traces
    odd = replace(first, filter=replace(first.filter, notch_hz=16.7))
    model.set_montage(replace(model.montage, traces=(odd, *rest)))
    opened.dialogs.edit_montage()
    editor = dialog_of(qtbot, opened, MontageEditor)
    notch = _named(editor, QComboBox, "Notch filter")
    assert notch.currentText() == "16.7 Hz"
    notch.setFocus()
    for key, notch_hz in ((_KEYS.Key_Up, 60.0), (_KEYS.Key_Home, None), (_KEYS.Key_End, 16.7)):
        qtbot.keyClick(notch, key)
        assert editor.montage.traces[0].filter.notch_hz == notch_hz
    editor.reject()


def _letters(dialog: QWidget) -> list[str]:
    texts = [
        one.text() for one in (*dialog.findChildren(QAbstractButton), *dialog.findChildren(QLabel))
    ]
    found = (re.search("&([a-z])", text.replace("&&", ""), re.IGNORECASE) for text in texts)
    return sorted(one[1].casefold() for one in found if one)


def test_no_two_controls_of_the_montage_editor_have_the_same_letter(qtbot, opened):
    opened.dialogs.edit_montage()
    letters = _letters(dialog_of(qtbot, opened, MontageEditor))
    assert len(letters) > 12
    assert len(letters) == len(set(letters))
    qtbot.keyClick(opened.dialogs.dialog, "w", _ALT)
    assert QApplication.focusWidget().accessibleName() == "Low edge (LFF)"
    opened.dialogs.dialog.reject()


def test_the_screen_is_measured_by_keys_and_sensitivities_follow(qtbot, opened, tmp_path):
    canvas, row = opened.workspace.traces.canvas, opened.workspace.model.montage.traces[0]
    press(qtbot, opened, ",", _CTRL)
    dialog = dialog_of(qtbot, opened, PreferencesDialog)
    press(qtbot, opened, "d", _ALT)
    press(qtbot, opened, "m", _ALT)
    box = QApplication.focusWidget()
    assert box.accessibleName() == "Length of the line"
    qtbot.keyClick(box, "a", _CTRL)
    qtbot.keyClicks(box, "100")
    qtbot.keyClick(box, _KEYS.Key_Return)
    qtbot.waitUntil(lambda: not dialog.isVisible())
    # 400 px measure 100 mm.
    assert SettingsFile(tmp_path / "settings.json").now.screen_mm_per_px == 0.25
    row_mm = canvas.grid.height_px / 4
    gutter = opened.workspace.traces.gutter
    assert gutter._per_mm(row) == f"{float(f'{row.height_uv / row_mm:.3g}'):g} µV/mm"
    opened.dialogs.edit_montage()
    editor = dialog_of(qtbot, opened, MontageEditor)
    per_mm = _named(editor, QDoubleSpinBox, "Sensitivity per mm")
    assert per_mm.value() == pytest.approx(row.height_uv / row_mm, abs=0.006)
    # Half of the rows are twice as high.
    rows, n_rows = _named(editor, QListWidget, "Rows of the montage"), len(canvas.traces)
    assert n_rows == 4
    for number in (2, 3):
        rows.item(number).setCheckState(Qt.CheckState.Unchecked)
    assert per_mm.value() == pytest.approx(row.height_uv / row_mm / 2, abs=0.006)
    per_mm.setFocus()
    per_mm.selectAll()
    qtbot.keyClicks(per_mm, "7")
    qtbot.keyClick(per_mm, _KEYS.Key_Return)
    assert editor.montage.traces[0].height_uv == pytest.approx(7 * 2 * row_mm, abs=0.02)
    editor.reject()


def test_an_edited_montage_is_there_again_after_reopening(qtbot, opened, night):
    opened.dialogs.edit_montage()
    editor = dialog_of(qtbot, opened, MontageEditor)
    rows = _named(editor, QListWidget, "Rows of the montage")
    rows.item(0).setCheckState(Qt.CheckState.Unchecked)
    editor.accept()
    shown = [(t.channel.name, t.visible) for t in opened.workspace.model.montage.traces]
    assert shown[0][1] is False
    opened.close_recording()
    open_in(qtbot, opened, night)
    again = [(t.channel.name, t.visible) for t in opened.workspace.model.montage.traces]
    assert again == shown


# -- keys -----------------------------------------------------------------------------------------


def test_an_action_is_found_by_typing_and_given_its_first_key_by_keys_alone(qtbot, opened):
    opened.dialogs.edit_keys()
    editor = dialog_of(qtbot, opened, KeyEditor)
    table, profile = editor.findChild(QTableWidget), editor.findChild(QComboBox)
    assert QApplication.focusWidget().accessibleName() == "Find an action"
    _type(qtbot, "mixed")
    shown = [row for row in range(table.rowCount()) if not table.isRowHidden(row)]
    assert [table.item(row, 1).text() for row in shown] == ["Mixed apnea"]
    assert profile.currentData() == "default"
    _type(qtbot, _KEYS.Key_Return)
    assert isinstance(QApplication.focusWidget(), KeyCatcher)
    _type(qtbot, "i")
    assert table.item(shown[0], 2).text() == "I"
    assert QApplication.focusWidget() is table
    _type(qtbot, _KEYS.Key_O, _ALT)
    qtbot.waitUntil(opened.isActiveWindow)
    action = opened.actions_of["event.mixed"]
    assert [key.toString() for key in action.shortcuts()] == ["I"]
    assert action.toolTip() == "Mixed apnea (I)"
    assert "I</b></td><td>Mixed apnea" in sheet_html(opened.keys)
    assert any("(`I`)" in page.markdown for page in help_pages(opened.keys))
    press(qtbot, opened, "i")
    assert action.isChecked()


def test_a_key_replaces_unless_it_is_a_further_one_and_a_taken_one_is_refused(qtbot, opened):
    opened.dialogs.edit_keys()
    editor = dialog_of(qtbot, opened, KeyEditor)
    editor.choose("score.w")
    catcher, further = editor.findChild(KeyCatcher), editor.findChild(QCheckBox)
    catcher.setFocus()
    _type(qtbot, _KEYS.Key_Z, _CTRL)
    assert editor.message == "Ctrl+Z already does “Undo”: take it away there first"
    assert QApplication.focusWidget() is catcher
    _type(qtbot, _KEYS.Key_Y)
    assert editor.message == ""
    _type(qtbot, _KEYS.Key_R, _ALT)
    qtbot.waitUntil(further.isChecked)
    catcher.setFocus()
    _type(qtbot, _KEYS.Key_I)
    _type(qtbot, _KEYS.Key_O, _ALT)
    qtbot.waitUntil(opened.isActiveWindow)
    assert opened.keys["score.w"] == ("Y", "I")
    press(qtbot, opened, "y")
    assert opened.document.session.state.stages[0] == Stage.W


def test_the_arrows_choose_from_the_search_box_and_escape_leaves_the_new_key(qtbot, opened):
    opened.dialogs.edit_keys()
    editor = dialog_of(qtbot, opened, KeyEditor)
    table = editor.findChild(QTableWidget)
    _type(qtbot, "apnea")
    _type(qtbot, _KEYS.Key_Down)
    assert table.item(table.currentRow(), 1).text() == "Central apnea"
    _type(qtbot, _KEYS.Key_Return)
    _type(qtbot, _KEYS.Key_Escape)
    assert QApplication.focusWidget() is table
    assert opened.dialogs.dialog is editor
    _type(qtbot, _KEYS.Key_F, _ALT)
    _type(qtbot, "nothing is called so")
    assert editor.message == "No action is called “nothing is called so”."
    editor.reject()


def test_the_key_of_a_preset_that_there_is_not_is_free(qtbot, opened):
    number = len(opened.presets.available) + 2
    opened.dialogs.edit_keys()
    editor = dialog_of(qtbot, opened, KeyEditor)
    editor.choose("event.limb")
    catcher = editor.findChild(KeyCatcher)
    qtbot.keyClick(catcher, _KEYS.Key_F2)
    assert editor.message.startswith("F2 already does “")
    qtbot.keyClick(catcher, getattr(_KEYS, f"Key_F{number}"))
    assert editor.message == ""
    editor.accept()
    assert opened.keys["event.limb"] == (f"F{number}",)
    assert opened.keys[f"montage.{number}"] == ()


def test_the_sheet_shows_the_keys_as_they_are(qtbot, window):
    window.settings.set(key_profile="ISR")
    press(qtbot, window, "?")
    sheet = dialog_of(qtbot, window, KeySheet)
    text = sheet.findChild(QTextBrowser).toPlainText()
    assert "R, 4, 5, Keypad 4, Keypad 5" in text
    assert "Ctrl+Shift+Z, Ctrl+Y" in text
    assert "Undo" in sheet_html(key_map("default", {}))


# -- settings, channels, folders ------------------------------------------------------------------


def test_preferences_count_with_ok_only(qtbot, window):
    for accepted in (False, True):
        window.dialogs.preferences()
        dialog = dialog_of(qtbot, window, PreferencesDialog)
        _named(dialog, QCheckBox, "Go on after scoring with the top row").click()
        colours = _named(dialog, QComboBox, "Colours")
        colours.setCurrentIndex(colours.findData("dark"))
        (dialog.accept if accepted else dialog.reject)()
        assert window.settings.now.advance_after_top_row is not accepted
        assert window.theme.name == ("dark" if accepted else "light")
    window.settings.set(theme="light")


def test_the_colours_of_the_hypnogram_are_one_setting_in_menu_and_preferences(qtbot, opened):
    box_name = "Hypnogram in the stages' colours"
    action = opened.actions_of["view.hypnogram_colours"]
    for wanted in (False, True):
        opened.dialogs.preferences()
        dialog = dialog_of(qtbot, opened, PreferencesDialog)
        box = _named(dialog, QCheckBox, box_name)
        assert box.isChecked() is not wanted
        pages = dialog.findChild(QTabWidget)
        pages.setCurrentIndex(1)
        box.setFocus()
        qtbot.keyClick(box, Qt.Key.Key_Space)
        dialog.accept()
        assert opened.settings.now.hypnogram_colours is wanted
        assert action.isChecked() is wanted
    action.trigger()
    opened.dialogs.preferences()
    dialog = dialog_of(qtbot, opened, PreferencesDialog)
    assert not _named(dialog, QCheckBox, box_name).isChecked()


def test_recent_files_are_forgotten_when_they_are_switched_off(qtbot, opened):
    assert len(opened.settings.now.recent_files) == 1
    opened.dialogs.preferences()
    dialog = dialog_of(qtbot, opened, PreferencesDialog)
    _named(dialog, QCheckBox, "Remember the recordings opened last").setChecked(False)
    dialog.accept()
    assert opened.settings.now.recent_files == ()


def test_channels_are_asked_for_where_the_program_is_not_sure_and_only_once(
    qtbot, window, tmp_path
):
    path = write_night(tmp_path / "Unsure.edf", "F4-M1", "C4-M1", hours=0.25)
    _relabel(path, {"F4-M1": "EEG X", "C4-M1": "EEG Y"})
    open_in(qtbot, window, path)
    dialog = dialog_of(qtbot, window, ChannelsDialog)
    eeg = _named(dialog, QListWidget, "Channels for EEG")
    for row in range(eeg.count()):
        eeg.item(row).setCheckState(Qt.CheckState.Unchecked)
    ok = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok)
    assert not ok.isEnabled()
    eeg.item(1).setCheckState(Qt.CheckState.Checked)
    assert ok.isEnabled()
    dialog.accept()
    assert window.channels.eeg == ("EEG Y",)
    window.close_recording()
    open_in(qtbot, window, path)
    qtbot.wait(50)
    assert window.dialogs.dialog is None
    assert window.channels.eeg == ("EEG Y",)


def test_sure_channels_are_not_asked_for(qtbot, opened):
    qtbot.wait(50)
    assert opened.dialogs.dialog is None


def _relabel(path: Path, labels: dict[str, str]) -> None:
    content = bytearray(path.read_bytes())
    for old, new in labels.items():
        at = content.index(old.ljust(16).encode())
        content[at : at + 16] = new.ljust(16).encode()
    path.write_bytes(content)


def test_a_folder_lists_its_recordings_without_scorings(qtbot, window, tmp_path):
    folder = tmp_path / "nights"
    folder.mkdir()
    for name in ("b", "A"):
        write_night(folder / f"{name}.edf", "C4-M1", "E1-M2", hours=0.1, keep_scoring=True)
    (folder / "notes.txt").write_text("x")
    window.open_path(folder)
    dialog = dialog_of(qtbot, window, RecordingsDialog)
    press(qtbot, dialog, _KEYS.Key_Down)
    dialog.accept()
    qtbot.waitUntil(lambda: window.workspace is not None, timeout=20_000)
    assert window.document.recording.path.name == "b.edf"


# -- help -----------------------------------------------------------------------------------------


def test_help_opens_by_key_and_what_it_says_can_be_tried_beside_it(qtbot, opened):
    press(qtbot, opened, _KEYS.Key_F1)
    text = _named(opened, QTextBrowser, "Help page")
    assert text.isVisible()
    assert "Score ten epochs" in text.toPlainText()
    assert QApplication.focusWidget() is text
    press(qtbot, opened, "2")
    assert opened.document.session.state.stages[0] == Stage.N2
    press(qtbot, opened, _KEYS.Key_F1)
    assert not text.isVisible()


def test_help_names_only_keys_that_work():
    keys = key_map("default", {})
    names = [page.name for page in help_pages(keys)]
    own = ["getting_started", "scoring", "looking", "review", "events", "files", "several_scorers"]
    assert names == [*own, "validating", "other_stagers", "command_line"]
    # What a technologist reads needs no command line.
    pages = help_pages(keys)
    assert not any("sleepscorer score" in page.markdown for page in pages if page.name in own)
    started = help_pages(keys)[0].markdown
    for action in ("file.open", "go.first", "score.auto", "edit.undo", "file.export", "go.review"):
        assert f"`{keys[action][0]}`" in started


def test_about_says_version_weights_and_intended_use(qtbot, window):
    window.dialogs.show_about()
    dialog = dialog_of(qtbot, window, AboutDialog)
    qtbot.waitUntil(
        lambda: any("SHA-256" in label.text() for label in dialog.findChildren(QLabel)),
        timeout=20_000,
    )
    assert INTENDED_USE in [label.text() for label in dialog.findChildren(QLabel)]
    dialog.reject()


# -- everything can be reached and is named -------------------------------------------------------


def _nameless(window: QWidget) -> list[str]:
    """Describe what the focus can reach and a screen reader can't name."""
    found = []
    for widget in (window, *window.findChildren(QWidget)):
        reachable = widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.focusProxy() is None
        is_said = isinstance(widget, QAbstractButton | QLabel) and (
            bool(widget.text()) or widget.isHidden()
        )
        if reachable and widget is not window and not (widget.accessibleName() or is_said):
            parent = widget.parentWidget()
            found.append(f"{type(widget).__name__} in {type(parent).__name__}: {widget.toolTip()}")
    return found


_DIALOGS = (
    "auto_score",
    "fill_report_form",
    "export",
    "annotate",
    "deidentify",
    "edit_montage",
    "preferences",
    "edit_keys",
    "choose_channels",
    "go_to",
    "show_keys",
    "show_about",
    "show_session",
    "show_support_report",
    "sign",
    "unlock",
    "new_scoring",
    "rename_scoring",
    "finish_scoring",
)


@pytest.mark.parametrize("name", _DIALOGS)
def test_every_control_of_a_dialog_has_a_name(qtbot, opened, name):
    getattr(opened.dialogs, name)()
    assert _nameless(opened.dialogs.dialog) == []
    opened.dialogs.close_all()


def test_every_dialog_is_looked_at(opened):
    # Of the system, or tested below.
    asked = {"choose_recording", "choose_folder", "choose_scoring", "print_page", "list_folder"}
    asked |= {"choose_layer", "validate", "show_scoring"}
    asked |= {"choose_layer", "validate"}
    asked |= {"adopt_events"}
    others = {"close_all", "dialog", "export_to", "score_at_once"}
    public = {name: it for name, it in vars(WindowDialogs).items() if not name.startswith("_")}
    own = {name for name, it in public.items() if not isinstance(it, Signal)}
    own.discard("staticMetaObject")
    assert own - asked - others == set(_DIALOGS)


def test_every_control_of_the_window_and_of_the_list_of_recordings_has_a_name(qtbot, window, night):
    assert _nameless(window) == []
    window.dialogs.list_folder(night.parent)
    assert _nameless(dialog_of(qtbot, window, RecordingsDialog)) == []
    window.dialogs.close_all()
    window.notices.add("Something.", Answer("Try again", window.close))
    open_in(qtbot, window, night)
    window.notices.add("Something.", Answer("Try again", window.close))
    press(qtbot, window, _KEYS.Key_F1)
    assert _nameless(window) == []


def test_every_control_of_the_page_of_validation_has_a_name(qtbot, window):
    window.dialogs.validate()
    page = window.findChild(ValidationDialog)
    qtbot.waitUntil(lambda: bool(page.findChildren(QCheckBox)))
    assert _nameless(page) == []


# -- killed ---------------------------------------------------------------------------------------

_SCORE_FOR_EVER = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sleepscorer.gui.main_window import MainWindow
from sleepscorer.gui.settings import SettingsFile

application = QApplication([])
settings = SettingsFile(Path(sys.argv[2]))
settings.set(session_folder=sys.argv[3])
window = MainWindow(settings)
window.show()
window.activateWindow()
window.open_path(Path(sys.argv[1]))
while window.workspace is None:
    application.processEvents()
for turn in range(100_000):
    QTest.keyClick(window.workspace.traces.canvas, "123"[turn % 3])
    if window.workspace.model.epoch == window.workspace.model.n_epochs - 1:
        QTest.keyClick(window.workspace.traces.canvas, Qt.Key.Key_Home)
    print(len(window.document.session.edits), flush=True)
"""


def test_a_window_killed_amid_scoring_loses_no_finished_edit(night, tmp_path):
    sessions = tmp_path / "sessions"
    sessions.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", _SCORE_FOR_EVER, night, tmp_path / "s.json", sessions],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    done = [int(process.stdout.readline()) for _ in range(25)]
    time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    done += [int(line) for line in process.stdout.read().split()]
    process.wait()
    process.stdout.close()
    document = open_document(night, author=Author("me", "here"), session_folder=sessions)
    edits = document.session.edits
    stages = document.session.state.stages
    document.close()
    assert max(done) <= len(edits) <= max(done) + 1
    assert document.held_by is None
    # The first edit takes the recording's own lights marks over; the rest alternate.
    scored = [edit.change for edit in edits[1:]]
    assert [change.stages_after for change in scored] == [
        (turn % 3 + 1,) for turn in range(len(scored))
    ]
    last = {epoch: turn for turn, change in enumerate(scored) for epoch in change.epochs}
    assert all(stages[epoch] == turn % 3 + 1 for epoch, turn in last.items())
