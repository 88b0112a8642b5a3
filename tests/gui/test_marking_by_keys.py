"""Events are marked and retyped by the keys of their kinds, on what stands ready on the traces."""

import pytest
from driven_widget import move
from PySide6.QtCore import QPoint, Qt
from real_window import PLAIN, press

from sleepscorer.core.events import Event

_KEYS = Qt.Key
_SHIFT, _ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
_LEFT = Qt.MouseButton.LeftButton


def _drag(qtbot, window, from_s: float, to_s: float, row: int = 0) -> None:
    canvas = window.workspace.traces.canvas
    y = round(canvas.grid.centre_px(row))
    start = QPoint(round(canvas.axis.x_px(from_s)), y)
    stop = QPoint(round(canvas.axis.x_px(to_s)), y)
    qtbot.mousePress(canvas, _LEFT, pos=start)
    move(canvas, stop)
    qtbot.mouseRelease(canvas, _LEFT, pos=stop)


def _events(window) -> tuple[Event, ...]:
    return window.document.session.state.events


def _on(window) -> list[str]:
    spec = window.actions_of
    names = ("event.arousal", "event.hypopnea", "event.desaturation", "event.comment")
    return [name for name in names if spec[name].isChecked()]


def test_a_stretch_is_what_the_key_says(qtbot, opened):
    _drag(qtbot, opened, 5.0, 17.0)
    assert _events(opened) == ()
    assert "A stretch is chosen" in opened.status.message
    press(qtbot, opened, "H", _SHIFT)
    (event,) = _events(opened)
    assert event.text == "Hypopnea"
    assert (event.onset_s, event.duration_s) == (
        pytest.approx(5.0, abs=0.1),
        pytest.approx(12.0, abs=0.1),
    )
    assert event.channel is not None
    # It is chosen, no tool is on, and another key retypes it, in an edit of its own.
    assert (opened.workspace.model.chosen_event, _on(opened)) == (event, [])
    press(qtbot, opened, "O", _SHIFT)
    assert [event.text for event in _events(opened)] == ["Obstructive apnea"]
    press(qtbot, opened, _KEYS.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert _events(opened) == (event,)


def test_escape_leaves_a_stretch(qtbot, opened):
    _drag(qtbot, opened, 5.0, 9.0)
    press(qtbot, opened, _KEYS.Key_Escape)
    press(qtbot, opened, "A")
    assert (_events(opened), _on(opened)) == ((), ["event.arousal"])


def test_while_marking_a_key_changes_what_is_marked_next(qtbot, opened):
    press(qtbot, opened, "A")
    _drag(qtbot, opened, 5.0, 9.0)
    press(qtbot, opened, "D", _SHIFT)
    assert ([event.text for event in _events(opened)], _on(opened)) == (
        ["EEG arousal"],
        ["event.desaturation"],
    )


def test_a_key_marks_where_the_crosshair_stands(qtbot, opened):
    press(qtbot, opened, "V")
    crosshair = opened.workspace.traces.crosshair
    for _ in range(2):
        press(qtbot, opened, _KEYS.Key_Right, _ALT | _SHIFT)
    time_s, _ = crosshair.place
    press(qtbot, opened, "C", _SHIFT)
    (event,) = _events(opened)
    assert (event.text, event.duration_s) == ("Central apnea", 10.0)
    assert event.onset_s == pytest.approx(time_s, abs=0.001)
    # Where it stands the next key retypes it; once the cross was moved, another is marked.
    press(qtbot, opened, "H", _SHIFT)
    assert [event.text for event in _events(opened)] == ["Hypopnea"]
    press(qtbot, opened, _KEYS.Key_Right, _ALT | _SHIFT)
    press(qtbot, opened, "A")
    assert [event.text for event in _events(opened)] == ["Hypopnea", "EEG arousal"]


def test_an_event_in_hand_is_retyped_with_its_edges_in_one_edit(qtbot, opened):
    model = opened.workspace.model
    model.replace_event(None, Event(5.0, 4.0, "EEG arousal"))
    model.choose_event(_events(opened)[0])
    n_edits = len(model.session.edits)
    press(qtbot, opened, "K")
    press(qtbot, opened, _KEYS.Key_Right, _SHIFT)
    press(qtbot, opened, "X", PLAIN)
    press(qtbot, opened, _KEYS.Key_Return)
    assert _events(opened) == (Event(5.0, 4.1, "Artefact"),)
    assert len(model.session.edits) == n_edits + 1


def test_a_moment_that_gets_a_kind_gets_its_usual_length(qtbot, opened):
    model = opened.workspace.model
    model.replace_event(None, Event(5.0, None, "there?"))
    model.choose_event(_events(opened)[0])
    press(qtbot, opened, "L", _SHIFT)
    assert _events(opened) == (Event(5.0, 2.0, "Limb movement"),)


def test_words_are_put_over_the_chosen_event_as_one_of_their_own(qtbot, opened, monkeypatch):
    model, event = opened.workspace.model, Event(5.0, 12.0, "Hypopnea", "Flow")
    model.replace_event(None, event)
    model.choose_event(event)
    monkeypatch.setattr(
        "sleepscorer.gui.commands.QInputDialog.getText", lambda *_args: ("mouth open", True)
    )
    press(qtbot, opened, "C")
    assert set(_events(opened)) == {event, Event(5.0, 12.0, "mouth open", "Flow")}
    assert _on(opened) == []


def test_a_length_against_the_rule_is_said_in_words(qtbot, opened):
    _drag(qtbot, opened, 5.0, 17.0)
    press(qtbot, opened, "L", _SHIFT)
    row = opened.workspace.events._table.rows[0]
    assert row.flag == "!"
    assert "longer than 10 s" in row.explanation
    assert "doubtful: longer than 10 s" in opened.status.message
