"""The start page, the filters of the View menu and the preferences, by keys."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QListWidget

from sleepscorer.analysis.display import DisplayFilter
from sleepscorer.gui.dialogs.montage_editor import MontageEditor
from sleepscorer.gui.dialogs.preferences import PreferencesDialog
from sleepscorer.gui.dialogs.trace_form import TraceForm
from sleepscorer.gui.main_window import MainWindow
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.simulated_files import scoring_path, write_simulated_night
from sleepscorer.simulation.channels import derivations
from sleepscorer.simulation.night import simulate_night

_KEYS = Qt.Key
_ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture(scope="module")
def night(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("night") / "Night.edf"
    channels = derivations("F4-M1", "C4-M1", "E1-M2", "E2-M2", sampling_rate_hz=100)
    write_simulated_night(simulate_night(hours=0.1, seed=5, channels=channels), path)
    scoring_path(path).unlink()
    return path


@pytest.fixture
def settings(tmp_path) -> SettingsFile:
    file = SettingsFile(tmp_path / "settings.json")
    (tmp_path / "sessions").mkdir()
    file.set(session_folder=str(tmp_path / "sessions"))
    return file


def _shown(qtbot, settings) -> MainWindow:
    window = MainWindow(settings)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


@pytest.fixture
def opened(qtbot, settings, night):
    window = _shown(qtbot, settings)
    window.open_path(night)
    qtbot.waitUntil(lambda: window.workspace is not None, timeout=20_000)
    yield window
    window.close()


def _press(qtbot, key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    target = QApplication.activePopupWidget() or QApplication.focusWidget()
    qtbot.keyClick(target, key, modifier)


def test_escape_from_the_help_leads_to_the_recent_recordings(qtbot, settings, night):
    settings.set(recent_files=(str(night),))
    window = _shown(qtbot, settings)
    window.show_help()
    _press(qtbot, _KEYS.Key_Escape)
    recent = QApplication.focusWidget()
    assert isinstance(recent, QListWidget)
    assert recent.currentRow() == 0
    _press(qtbot, _KEYS.Key_Return)
    qtbot.waitUntil(lambda: window.workspace is not None, timeout=20_000)
    window.close()


def test_without_recent_recordings_the_button_that_opens_one_has_the_focus(qtbot, settings):
    window = _shown(qtbot, settings)
    window.focus_traces()
    assert QApplication.focusWidget().accessibleName() == "Open a recording"
    window.close()


@pytest.mark.parametrize(
    ("downs", "eeg"),
    [
        (1, DisplayFilter(None, None, None)),
        (3, DisplayFilter(0.3, 35.0, 50.0)),
        (4, DisplayFilter(0.3, 35.0, 60.0)),
    ],
)
def test_the_view_menu_filters_all_traces(qtbot, opened, downs, eeg):
    model = opened.workspace.model
    before = [trace.filter for trace in model.montage.traces]
    _press(qtbot, _KEYS.Key_V, _ALT)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    _press(qtbot, _KEYS.Key_F)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget().objectName().startswith("Filters"))
    for _ in range(downs):
        _press(qtbot, _KEYS.Key_Down)
    _press(qtbot, _KEYS.Key_Return)
    assert {trace.filter for trace in model.montage.traces} == {eeg}
    opened.actions_of["view.filters_aasm"].trigger()
    opened.actions_of["view.notch_off"].trigger()
    assert [trace.filter for trace in model.montage.traces] == before


def test_recent_recordings_are_forgotten_by_a_button_at_once(qtbot, opened, settings):
    assert settings.now.recent_files
    opened.dialogs.preferences()
    qtbot.waitUntil(lambda: isinstance(opened.dialogs.dialog, PreferencesDialog))
    dialog = opened.dialogs.dialog
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    _press(qtbot, _KEYS.Key_F, _ALT)
    _press(qtbot, _KEYS.Key_G, _ALT)
    qtbot.waitUntil(lambda: settings.now.recent_files == ())
    dialog.reject()
    assert settings.now.keep_recent_files


def test_enter_in_a_list_of_the_montage_keeps_it(qtbot, opened):
    opened.dialogs.edit_montage()
    editor = opened.dialogs.dialog
    assert isinstance(editor, MontageEditor)
    notch = next(c for c in editor.findChildren(QComboBox) if c.accessibleName() == "Notch filter")
    editor.activateWindow()
    qtbot.waitUntil(editor.isActiveWindow)
    notch.setFocus()
    _press(qtbot, _KEYS.Key_Down)
    _press(qtbot, _KEYS.Key_Return)
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
