"""Mains, filters and heights of a laboratory, over presets, nights and starts of the program."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QDoubleSpinBox, QLabel, QMenu, QPushButton
from real_window import dialog_of, open_in, press, show_window, write_full_night

from sleepscorer.analysis.display import DisplayFilter
from sleepscorer.analysis.filters import AASM_FILTERS
from sleepscorer.analysis.laboratory import (
    AASM,
    KIND_WORDS,
    KINDS_WITH_DEFAULTS,
    KindDefaults,
    Laboratory,
)
from sleepscorer.analysis.montage_presets import MontagePreset, TraceRule
from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.files.montages import save_preset
from sleepscorer.gui.dialogs.preferences import PreferencesDialog
from sleepscorer.gui.main_window import MainWindow
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.gui.traces.changes import with_trace
from sleepscorer.gui.view_state import montage_of, view_of

_KEYS = Qt.Key
_CTRL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture(scope="module")
def another_night(tmp_path_factory) -> Path:
    return write_full_night(tmp_path_factory.mktemp("other") / "Other.edf")


def _notches(window: MainWindow) -> set[float | None]:
    """Of the waves; SpO2 and position are never filtered."""
    traces = window.workspace.model.montage.traces
    assert {t.filter for t in traces if t.is_read_off} <= {DisplayFilter()}
    return {trace.filter.notch_hz for trace in traces if not trace.is_read_off}


def _trace(window: MainWindow, name: str):
    return next(t for t in window.workspace.model.montage.traces if t.channel.name.startswith(name))


def _set_on(window: MainWindow, name: str, **changes) -> None:
    """Change one trace, as its menu does."""
    model, trace = window.workspace.model, _trace(window, name)
    model.set_montage(with_trace(model.montage, trace, replace(trace, **changes)))


def _choose_notch(qtbot, window: MainWindow, downs: int) -> None:
    """By the View menu: so many entries below the first of its filters."""
    press(qtbot, window, _KEYS.Key_V, _ALT)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    press(qtbot, window, _KEYS.Key_F)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget().objectName().startswith("Filters"))
    for _ in range(downs):
        press(qtbot, window, _KEYS.Key_Down)
    press(qtbot, window, _KEYS.Key_Return)


def _show_preset(qtbot, window: MainWindow, key, name: str) -> None:
    # Without a window manager a menu that closes leaves no window active.
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    press(qtbot, window, key)
    qtbot.waitUntil(lambda: window.workspace.model.montage.name == name)


def _preferences(qtbot, window: MainWindow) -> PreferencesDialog:
    press(qtbot, window, ",", _CTRL)
    dialog = dialog_of(qtbot, window, PreferencesDialog)
    press(qtbot, window, "l", _ALT)
    return dialog


def _control(dialog, kind, name: str):
    return next(one for one in dialog.findChildren(kind) if one.accessibleName() == name)


def _type(qtbot, box: QDoubleSpinBox, number: str) -> None:
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, number)


# -- the notch ------------------------------------------------------------------------------------


def test_a_notch_stays_over_presets_recordings_and_starts(
    qtbot, window, night, another_night, tmp_path
):
    opened = open_in(qtbot, window, another_night)
    _choose_notch(qtbot, opened, 4)
    assert _notches(opened) == {50.0}
    said = "Notch 50 Hz, here and in all recordings from now on; see Preferences"
    assert opened.status.message == said
    _show_preset(qtbot, opened, _KEYS.Key_F5, "Respiratory pass")
    assert _notches(opened) == {50.0}
    _show_preset(qtbot, opened, _KEYS.Key_F2, "AASM recommended")
    assert _notches(opened) == {50.0}
    open_in(qtbot, opened, night)
    assert _notches(opened) == {50.0}
    again = SettingsFile(tmp_path / "settings.json")
    assert again.now.laboratory == Laboratory(50.0)
    second = show_window(qtbot, again)
    open_in(qtbot, second, opened.document.recording.path)
    assert _notches(second) == {50.0}
    second.close()


def test_a_notch_that_is_off_stays_off(qtbot, opened, another_night):
    _choose_notch(qtbot, opened, 5)
    assert _notches(opened) == {60.0}
    _choose_notch(qtbot, opened, 3)
    assert _notches(opened) == {None}
    assert opened.settings.now.laboratory == AASM
    open_in(qtbot, opened, another_night)
    assert _notches(opened) == {None}


def test_a_night_scored_before_follows_the_mains_that_were_set_since(
    qtbot, opened, night, another_night
):
    _set_on(opened, "C4-M1", filter=DisplayFilter(1.0, 30.0))
    open_in(qtbot, opened, another_night)
    laboratory = Laboratory(50.0, {"eeg": KindDefaults(low_hz=0.5, height_uv=150.0)})
    opened.settings.set(laboratory=laboratory)
    open_in(qtbot, opened, night)
    assert _trace(opened, "F4-M1").filter == DisplayFilter(0.5, 35.0, 50.0)
    assert _trace(opened, "F4-M1").height_uv == 150.0
    # What was set on a trace in its night stays.
    assert _trace(opened, "C4-M1").filter == DisplayFilter(1.0, 30.0, 50.0)


def test_traces_in_a_session_of_an_older_version_count_as_left_alone(opened):
    _set_on(opened, "C4-M1", filter=DisplayFilter(1.0, 30.0))
    view = view_of(opened.workspace.model, ChannelChoice())
    del view["laboratory"]
    montage = montage_of(view, opened.document.recording, Laboratory(60.0))
    shown = {trace.channel.name: trace.filter for trace in montage.traces}
    assert shown["F4-M1"] == DisplayFilter(0.3, 35.0, 60.0)
    assert shown["C4-M1"] == DisplayFilter(1.0, 30.0, 60.0)


def test_a_laboratorys_default_counts_before_a_persons_preset(qtbot, window, night):
    own = TraceRule(wants=("C4-M1",), height_uv=80.0, filter=DisplayFilter(1.0, 70.0))
    save_preset(MontagePreset("My own", (own, TraceRule(wants=("F4-M1",)))))
    window.settings.set(laboratory=Laboratory(50.0, {"eeg": KindDefaults(high_hz=30.0)}))
    open_in(qtbot, window, night)
    _show_preset(qtbot, window, _KEYS.Key_F7, "My own")
    trace = _trace(window, "C4-M1")
    assert (trace.filter, trace.height_uv) == (DisplayFilter(1.0, 30.0, 50.0), 80.0)


def test_a_trace_goes_back_to_the_laboratorys_filter_by_its_menu(qtbot, opened):
    opened.settings.set(laboratory=Laboratory(kinds={"eeg": KindDefaults(low_hz=0.5)}))
    _set_on(opened, "C4-M1", filter=DisplayFilter(1.0, 30.0))
    gutter = opened.workspace.traces.gutter
    qtbot.waitUntil(lambda: opened.workspace.traces.is_current)
    row = [trace.channel.name for trace in gutter._canvas.traces].index("C4-M1")
    menu = gutter.open_menu(row, gutter.mapToGlobal(gutter.rect().center()))
    (filters,) = [m for m in menu.findChildren(QMenu) if m.title().replace("&", "") == "Filter"]
    (entry,) = [a for a in filters.actions() if "Preferences" in a.text().replace("&", "")]
    assert entry.text().replace("&", "") == "As in Preferences: 0.5-35 Hz"
    entry.trigger()
    assert _trace(opened, "C4-M1").filter == DisplayFilter(0.5, 35.0)
    menu.close()


# -- the preferences ------------------------------------------------------------------------------


def test_the_page_shows_the_manuals_filters_first(qtbot, opened):
    dialog = _preferences(qtbot, opened)
    for kind in KINDS_WITH_DEFAULTS:
        name, usual = KIND_WORDS[kind], AASM_FILTERS[kind]
        name = name[0].upper() + name[1:]
        low = _control(dialog, QDoubleSpinBox, f"{name}: low edge").value()
        high = _control(dialog, QDoubleSpinBox, f"{name}: high edge").value()
        assert (low, high) == (usual.low_hz or 0.0, usual.high_hz or 0.0)
        assert _control(dialog, QCheckBox, f"{name}: notch").isChecked()
    dialog.accept()
    assert opened.settings.now.laboratory == AASM


def test_defaults_are_set_by_keys_and_the_open_night_follows(qtbot, opened):
    _set_on(opened, "F4-M1", height_uv=75.0)
    dialog = _preferences(qtbot, opened)
    press(qtbot, opened, "m", _ALT)
    assert QApplication.focusWidget().accessibleName() == "Mains frequency"
    press(qtbot, opened, _KEYS.Key_Down)
    _type(qtbot, _control(dialog, QDoubleSpinBox, "EEG: high edge"), "40")
    _type(qtbot, _control(dialog, QDoubleSpinBox, "EEG: row height"), "150")
    qtbot.keyClick(_control(dialog, QCheckBox, "EOG: notch"), _KEYS.Key_Space)
    qtbot.keyClick(dialog.focusWidget(), _KEYS.Key_Return)
    qtbot.waitUntil(lambda: not dialog.isVisible())
    kinds = {
        "eeg": KindDefaults(high_hz=40.0, height_uv=150.0),
        "eog": KindDefaults(notch=False),
    }
    assert opened.settings.now.laboratory == Laboratory(50.0, kinds)
    assert _trace(opened, "C4-M1").filter == DisplayFilter(0.3, 40.0, 50.0)
    assert (_trace(opened, "C4-M1").height_uv, _trace(opened, "F4-M1").height_uv) == (150.0, 75.0)
    assert _trace(opened, "E1-M2").filter == DisplayFilter(0.3, 35.0)
    # What was set by hand goes by an entry of the View menu.
    opened.actions_of["view.filters_own"].trigger()
    assert _trace(opened, "F4-M1").height_uv == 150.0


def test_reset_takes_all_but_the_mains_back_and_counts_with_ok_only(qtbot, opened):
    laboratory = Laboratory(60.0, {"eeg": KindDefaults(low_hz=1.0, notch=False)})
    opened.settings.set(laboratory=laboratory)
    for ok in (False, True):
        qtbot.waitUntil(opened.isActiveWindow)
        dialog = _preferences(qtbot, opened)
        reset = _control(dialog, QPushButton, "Reset to the AASM manual's")
        qtbot.mouseClick(reset, Qt.MouseButton.LeftButton)
        (dialog.accept if ok else dialog.reject)()
        assert opened.settings.now.laboratory == (Laboratory(60.0) if ok else laboratory)


def test_edges_that_cross_are_refused_in_words(qtbot, opened):
    dialog = _preferences(qtbot, opened)
    _type(qtbot, _control(dialog, QDoubleSpinBox, "EEG: low edge"), "50")
    press(qtbot, opened, "s", _ALT)
    dialog.accept()
    assert dialog.isVisible()
    said = [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]
    assert "EEG: the low edge of 50 Hz is not below the high edge, 35 Hz." in said
    assert opened.settings.now.laboratory == AASM
    dialog.reject()
