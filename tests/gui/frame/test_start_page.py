"""The start page, the filters of the View menu and the preferences, by keys."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton
from real_window import dialog_of, press, show_window, wait_for

from sleepscorer.analysis.display import DisplayFilter
from sleepscorer.gui.dialogs.montage_editor import MontageEditor
from sleepscorer.gui.dialogs.preferences import PreferencesDialog
from sleepscorer.gui.dialogs.trace_form import TraceForm

_KEYS = Qt.Key
_ALT = Qt.KeyboardModifier.AltModifier


def test_escape_from_the_help_leads_to_the_recent_recordings(qtbot, settings, night):
    settings.set(recent_files=(str(night),))
    window = show_window(qtbot, settings)
    window.show_help()
    press(qtbot, window, _KEYS.Key_Escape)
    assert QApplication.focusWidget().accessibleName() == "Recent recordings"
    press(qtbot, window, _KEYS.Key_Return)
    wait_for(qtbot, window, night)
    window.close()


def test_without_recent_recordings_the_button_that_opens_one_has_the_focus(window):
    window.focus_traces()
    assert QApplication.focusWidget().accessibleName() == "Open a recording"


@pytest.mark.parametrize(
    ("downs", "eeg"),
    [
        (2, DisplayFilter(None, None, None)),
        (4, DisplayFilter(0.3, 35.0, 50.0)),
        (5, DisplayFilter(0.3, 35.0, 60.0)),
    ],
)
def test_the_view_menu_filters_all_traces(qtbot, opened, downs, eeg):
    model = opened.workspace.model
    before = [trace.filter for trace in model.montage.traces]
    press(qtbot, opened, _KEYS.Key_V, _ALT)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    press(qtbot, opened, _KEYS.Key_F)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget().objectName().startswith("Filters"))
    for _ in range(downs):
        press(qtbot, opened, _KEYS.Key_Down)
    press(qtbot, opened, _KEYS.Key_Return)
    assert {trace.filter for trace in model.montage.traces} == {eeg}
    opened.actions_of["view.filters_aasm"].trigger()
    opened.actions_of["view.notch_off"].trigger()
    assert [trace.filter for trace in model.montage.traces] == before


@pytest.mark.parametrize(("key", "n_kept"), [(_KEYS.Key_Escape, 1), (_KEYS.Key_Return, 0)])
def test_recent_recordings_are_forgotten_by_a_button_and_ok(qtbot, opened, settings, key, n_kept):
    opened.dialogs.preferences()
    dialog = dialog_of(qtbot, opened, PreferencesDialog)
    press(qtbot, opened, _KEYS.Key_F, _ALT)
    press(qtbot, opened, _KEYS.Key_G, _ALT)
    said = "OK forgets the recordings opened so far"
    qtbot.waitUntil(lambda: any(b.text() == said for b in dialog.findChildren(QPushButton)))
    assert len(settings.now.recent_files) == 1
    press(qtbot, opened, key)
    assert len(settings.now.recent_files) == n_kept
    assert settings.now.keep_recent_files


def test_enter_in_a_list_of_the_montage_keeps_it(qtbot, opened):
    opened.dialogs.edit_montage()
    editor = dialog_of(qtbot, opened, MontageEditor)
    notch = next(c for c in editor.findChildren(QComboBox) if c.accessibleName() == "Notch filter")
    notch.setFocus()
    press(qtbot, opened, _KEYS.Key_Down)
    press(qtbot, opened, _KEYS.Key_Return)
    assert opened.dialogs.dialog is None
    assert opened.workspace.model.montage.traces[0].filter.notch_hz == 50.0


@pytest.mark.parametrize(
    ("value", "text"),
    [(37.588, "37.6"), (200.0, "200"), (1234.0, "1230"), (0.5, "0.5"), (5.678, "5.68")],
)
def test_scales_have_three_digits_at_most(qtbot, value, text):
    form = TraceForm()
    qtbot.addWidget(form)
    form._per_mm.setSuffix(" µV/mm")
    form._per_mm.setValue(value)
    shown = form._per_mm.findChild(QLineEdit).text()
    assert shown.replace(form.locale().groupSeparator(), "") == f"{text} µV/mm"
