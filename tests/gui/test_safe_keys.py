"""Keys and the wheel change what they are meant for, and nothing else."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from real_window import PLAIN, open_in, press, write_full_night

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


# -- the size of traces ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def full_night(tmp_path_factory) -> Path:
    return write_full_night(tmp_path_factory.mktemp("full") / "Full.edf")


def _heights(window: MainWindow) -> dict[str, float]:
    return {trace.channel.name: trace.height_uv for trace in window.workspace.model.montage.traces}


def _turn_over(window: MainWindow, name: str) -> None:
    """Turn the wheel by one notch over the trace of this name."""
    canvas = window.workspace.traces.canvas
    row = [trace.channel.name for trace in canvas.traces].index(name)
    where = QPointF(canvas.width() / 2, canvas.grid.centre_px(row))
    event = QWheelEvent(
        where,
        canvas.mapToGlobal(where),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        _CTRL,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


@pytest.mark.parametrize(
    ("over", "alike"),
    [
        ("C4-M1", {"F4-M1", "C4-M1", "O2-M1"}),
        ("E1-M2", {"E1-M2", "E2-M2"}),
        ("Thor", {"Thor", "Abdo"}),
        ("Chin1-Chin2", {"Chin1-Chin2"}),
        ("ECG", {"ECG"}),
    ],
)
def test_the_wheel_with_ctrl_scales_the_trace_under_it_and_its_like(
    qtbot, window, full_night, over, alike
):
    open_in(qtbot, window, full_night)
    before = _heights(window)
    _turn_over(window, over)
    after = _heights(window)
    assert {name for name in before if after[name] < before[name]} == alike
    assert all(after[name] == before[name] for name in before.keys() - alike)


def test_what_is_read_off_keeps_its_scale_by_wheel_and_keys(qtbot, window, full_night):
    open_in(qtbot, window, full_night)
    before = _heights(window)
    for name in ("SpO2", "Pos"):
        _turn_over(window, name)
        assert _heights(window) == before
        said = f"{name} is read off its scale, which the menu of its label changes"
        assert window.status.message == said
    press(qtbot, window, "+")
    larger = _heights(window)
    assert {name for name in before if larger[name] == before[name]} == {"SpO2", "Pos"}
    press(qtbot, window, "-")
    assert _heights(window) == before
