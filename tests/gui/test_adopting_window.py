"""Events of the recording are taken as one's own: preview, one edit, and what the panel says."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from real_window import open_in, press, settings_in, show_window, write_night

from sleepscorer.core.events import Event
from sleepscorer.gui.dialogs.adopting import AdoptDialog

_KEYS, _CTRL, _SHIFT = (
    Qt.Key,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
OF_FILE = (
    Event(20.0, 12.0, "Obstructive Apnea"),
    Event(40.0, 15.0, "SpO2 desaturation"),
    Event(50.0, 4.0, "Arousal"),
    Event(55.0, None, "patient coughs"),
)


@pytest.fixture
def window(qtbot, tmp_path, monkeypatch):
    path = write_night(tmp_path / "night.edf", "C4-M1", hours=0.05)
    window = show_window(qtbot, settings_in(tmp_path))
    open_in(qtbot, window, path)
    return window


def _given(window, events):
    """Let the open recording hold these as well."""
    model = window.workspace.model
    object.__setattr__(model.recording, "events", tuple(events))
    model._events_seen, model._beside_now = None, tuple(events)
    window.workspace.events._not_own.show_how_many()
    window.workspace.events._table.update_rows()


def _said(window):
    return window.workspace.events._not_own._said.text()


def _leave_out(dialog, text):
    at = [row[0] for row in dialog._table.texts()].index(text)
    dialog._table.item(at, 0).setCheckState(Qt.CheckState.Unchecked)


def _dialog(qtbot, window):
    press(qtbot, window, _KEYS.Key_T, _CTRL | _SHIFT)
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, AdoptDialog))


def test_the_recordings_events_are_taken_in_one_edit(qtbot, window):
    _given(window, OF_FILE)
    window.show_panel("events")
    row, model = window.workspace.events._not_own, window.workspace.model
    assert not row.isHidden()
    assert _said(window).startswith("2 events of the recording do not count until they are taken")
    dialog = _dialog(qtbot, window)
    assert dialog._table.texts() == [
        ["Arousal", "1", "Arousal"],
        ["Obstructive Apnea", "1", "Obstructive apnea"],
        ["SpO2 desaturation", "1", "Desaturation"],
        ["patient coughs", "1", "as it is: counts as no kind"],
    ]
    _leave_out(dialog, "patient coughs")
    n_edits = len(model.session.edits)
    dialog.accept()
    assert [event.text for event in model.session.state.events] == [
        "Obstructive apnea",
        "Oxygen desaturation",
        "EEG arousal",
    ]
    assert len(model.session.edits) == n_edits + 1
    assert row.isHidden()
    assert model.annotations == OF_FILE[3:]
    # Nothing is listed or drawn twice.
    texts = [one.event.text for one in window.workspace.events._table.rows]
    assert texts == ["Obstructive apnea", "Oxygen desaturation", "EEG arousal", "patient coughs"]
    press(qtbot, window, _KEYS.Key_Z, _CTRL)
    assert (model.session.state.events, model.annotations) == ((), OF_FILE)
    assert not row.isHidden()


def test_one_kind_alone_can_be_taken(qtbot, window):
    _given(window, OF_FILE)
    dialog = _dialog(qtbot, window)
    for text in ("Arousal", "SpO2 desaturation", "patient coughs"):
        _leave_out(dialog, text)
    dialog.accept()
    assert window.document.session.state.events == (Event(20.0, 12.0, "Obstructive apnea"),)
    assert _said(window).startswith("1 event of the recording does not count")


def test_an_imported_scoring_of_another_is_a_source_too(qtbot, window):
    _given(window, ())
    document, model = window.document, window.workspace.model
    model.replace_event(None, OF_FILE[0])
    document.add_layer("Ben")
    document.switch_layer(document.layers[-1].number)
    assert list(model.sources_to_take()) == [f"the scoring {document.layers[0].name}"]
    dialog = _dialog(qtbot, window)
    dialog.accept()
    assert [event.text for event in document.session.state.events] == ["Obstructive apnea"]


def test_without_any_it_is_said(qtbot, window):
    _given(window, ())
    press(qtbot, window, _KEYS.Key_T, _CTRL | _SHIFT)
    assert window.status.message == "No events are left to take as your own"
    assert window.workspace.events._not_own.isHidden()
