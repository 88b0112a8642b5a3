"""Keys and the wheel change what they are meant for, and nothing else."""

import pytest
from PySide6.QtCore import Qt
from real_window import PLAIN, press

from sleepscorer.core.events import Event
from sleepscorer.core.stages import Stage
from sleepscorer.gui.main_window import MainWindow

_KEYS = Qt.Key
_CTRL = Qt.KeyboardModifier.ControlModifier
_KEYPAD = Qt.KeyboardModifier.KeypadModifier


def _stages(window: MainWindow, n: int) -> str:
    return " ".join(Stage(int(s)).text for s in window.document.session.state.stages[:n])


@pytest.mark.parametrize(
    ("profile", "scored", "unscore", "modifier"),
    [
        ("default", "2", "9", PLAIN),
        ("default", "2", _KEYS.Key_9, _KEYPAD),
        ("ISR", "2", "9", PLAIN),
        ("letters", "S", "E", PLAIN),
    ],
)
def test_a_stage_is_taken_away_by_a_key_of_its_own(
    qtbot, opened, profile, scored, unscore, modifier
):
    opened.settings.set(key_profile=profile)
    for _ in range(2):
        press(qtbot, opened, scored)
    press(qtbot, opened, _KEYS.Key_Home)
    press(qtbot, opened, unscore, modifier)
    assert (_stages(opened, 3), opened.workspace.model.epoch) == ("? N2 ?", 1)


@pytest.mark.parametrize("key", [_KEYS.Key_Delete, _KEYS.Key_Backspace])
def test_delete_never_takes_a_stage_away(qtbot, opened, key):
    for stage in "22":
        press(qtbot, opened, stage)
    press(qtbot, opened, _KEYS.Key_Home)
    press(qtbot, opened, key)
    assert (_stages(opened, 3), opened.workspace.model.epoch) == ("N2 N2 ?", 0)
    if key == _KEYS.Key_Delete:
        instead = "9 takes the epoch's stage away"
        said = f"No event is chosen: nothing was deleted; {instead}"
        assert opened.status.message == said


def test_delete_deletes_the_chosen_event_and_leaves_the_stage(qtbot, opened):
    model = opened.workspace.model
    press(qtbot, opened, "2")
    model.replace_event(None, Event(70.0, 5.0, "EEG arousal"))
    press(qtbot, opened, _KEYS.Key_Home)
    press(qtbot, opened, ".")
    qtbot.waitUntil(lambda: opened.workspace.traces.is_current)
    press(qtbot, opened, _KEYS.Key_Delete)
    assert (model.session.state.events, _stages(opened, 3)) == ((), "N2 ? ?")
    assert opened.status.message.endswith("deleted")
    # Pressed once more it has nothing to delete, and takes nothing else.
    press(qtbot, opened, _KEYS.Key_Delete)
    assert _stages(opened, 3) == "N2 ? ?"
    press(qtbot, opened, _KEYS.Key_Z, _CTRL)
    assert model.session.state.events == (Event(70.0, 5.0, "EEG arousal"),)


def test_delete_with_another_key_is_that_key_alone(qtbot, opened):
    opened.settings.set(own_keys={"event.delete": ("Backspace",)})
    model, event = opened.workspace.model, Event(3.0, 5.0, "EEG arousal")
    model.replace_event(None, event)
    for key, left in ((_KEYS.Key_Delete, (event,)), (_KEYS.Key_Backspace, ())):
        model.choose_event(event)
        press(qtbot, opened, key)
        assert model.session.state.events == left


def test_an_event_that_is_not_on_the_screen_is_shown_and_not_deleted(qtbot, opened):
    model, event = opened.workspace.model, Event(300.0, 5.0, "EEG arousal")
    model.replace_event(None, event)
    model.choose_event(event)
    press(qtbot, opened, _KEYS.Key_Delete)
    assert (model.session.state.events, model.epoch) == ((event,), 10)
    assert opened.status.message.endswith("was not on the screen: nothing was deleted")
    qtbot.waitUntil(lambda: opened.workspace.traces.is_current)
    press(qtbot, opened, _KEYS.Key_Delete)
    assert model.session.state.events == ()
