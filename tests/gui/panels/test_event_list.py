"""The events of a night worked by keys in the real window: list, traces, status line."""

import pytest
import real_window
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton

from sleepscorer.core.events import Event
from sleepscorer.core.stages import Stage
from sleepscorer.gui.panels.event_table import CLOCK, DURATION, TEXT

_KEYS = Qt.Key
_CTRL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier
_AROUSAL = Event(310.0, 4.0, "EEG arousal", "C4-M1")
_MOVEMENT = Event(610.0, 2.0, "Limb movement")


@pytest.fixture
def opened(opened):
    """A window of a night with two events of one's own and those of the recording."""
    for event in (_AROUSAL, _MOVEMENT):
        opened.workspace.model.replace_event(None, event)
    assert len(opened.document.recording.events) > 3
    return opened


@pytest.fixture
def press(qtbot, opened):
    def press_some(key, modifier=real_window.PLAIN, times=1):
        for _ in range(times):
            real_window.press(qtbot, opened, key, modifier)
            # Qt takes what was typed in a cell once it comes back to its event loop.
            QApplication.processEvents()

    return press_some


@pytest.fixture
def typed(qtbot, press):
    def type_it(text):
        box = QApplication.focusWidget()
        assert isinstance(box, QLineEdit)
        box.selectAll()
        qtbot.keyClicks(box, text)

    return type_it


def _events(window) -> tuple[Event, ...]:
    return window.document.session.state.events


def _choose(press, window, event: Event) -> None:
    """Go to the list and down to an event."""
    press(_KEYS.Key_2, _CTRL)
    press(_KEYS.Key_Home)
    for _ in range(len(_rows(window))):
        if _chosen(window) == event:
            return
        press(_KEYS.Key_Down)
    raise AssertionError(event)


def _rows(window) -> list[Event]:
    return [row.event for row in window.workspace.events._table.rows]


def _view(window):
    return window.workspace.events._view


def _chosen(window) -> Event | None:
    row = _view(window).chosen_row
    return None if row is None else _rows(window)[row]


def _is_unscored(window) -> bool:
    return bool((window.document.session.state.stages == Stage.UNSCORED).all())


# -- cells ----------------------------------------------------------------------------------------


def test_tab_goes_on_to_the_next_cell_of_the_row_that_moved(opened, press, typed):
    _choose(press, opened, _AROUSAL)
    model = opened.workspace.model
    press(_KEYS.Key_F2)
    typed(model.clock_text(900.0))
    press(_KEYS.Key_Tab)
    moved = Event(900.0, 4.0, "EEG arousal", "C4-M1")
    assert _events(opened) == (_MOVEMENT, moved)
    assert _chosen(opened) == moved
    assert _view(opened).currentIndex().column() == DURATION
    typed("3.5")
    press(_KEYS.Key_Tab)
    typed("Artefact")
    assert _view(opened).currentIndex().column() == TEXT
    # Round to the time: beyond the last cell digits would score.
    press(_KEYS.Key_Tab)
    assert _view(opened).currentIndex().column() == CLOCK
    typed("120")
    press(_KEYS.Key_Backtab)
    assert _view(opened).currentIndex().column() == TEXT
    press(_KEYS.Key_Return)
    changed = Event(120.0, 3.5, "Artefact", "C4-M1")
    assert _events(opened) == (changed, _MOVEMENT)
    assert _chosen(opened) == changed
    assert QApplication.focusWidget() is _view(opened)
    assert _is_unscored(opened)


@pytest.mark.parametrize(("key", "onset_s"), [(_KEYS.Key_Return, 900.0), (_KEYS.Key_Escape, 310.0)])
def test_the_end_of_editing_leaves_row_column_and_focus(opened, press, typed, qtbot, key, onset_s):
    _choose(press, opened, _AROUSAL)
    press(_KEYS.Key_F2)
    typed("900")
    press(key)
    # Until the list has taken over whatever else changed.
    qtbot.wait(120)
    assert _chosen(opened) == Event(onset_s, 4.0, "EEG arousal", "C4-M1")
    assert _view(opened).currentIndex().column() == CLOCK
    assert QApplication.focusWidget() is _view(opened)
    assert opened.workspace.model.epoch == 0


@pytest.mark.parametrize("key", [_KEYS.Key_Tab, _KEYS.Key_Return])
def test_what_is_refused_stays_to_be_mended(opened, press, typed, key):
    _choose(press, opened, _AROUSAL)
    press(_KEYS.Key_F2)
    typed("25:00")
    press(key)
    said = opened.workspace.events._text
    assert (said.text(), said.objectName()) == ("25:00 is not a clock time.", "refusal")
    assert _view(opened).currentIndex().column() == CLOCK
    assert _view(opened).holds_focus
    if key == _KEYS.Key_Return:
        press(_KEYS.Key_F2)
    typed("320")
    press(_KEYS.Key_Return)
    assert (said.text(), said.objectName()) == ("EEG arousal on C4-M1", "")
    assert _events(opened)[0].onset_s == 320.0
    assert _is_unscored(opened)


def test_keys_of_the_list_do_nothing_to_it_while_a_cell_is_edited(opened, press, typed):
    _choose(press, opened, _AROUSAL)
    press(_KEYS.Key_F2)
    typed("900")
    for key in (_KEYS.Key_Up, _KEYS.Key_Down, _KEYS.Key_PageDown, _KEYS.Key_F2):
        press(key)
    assert isinstance(QApplication.focusWidget(), QLineEdit)
    assert QApplication.focusWidget().text() == "900"
    assert (_chosen(opened), opened.workspace.model.epoch) == (_AROUSAL, 0)


def test_an_edited_event_stays_in_sight_of_a_filter_it_left(opened, press, typed, qtbot):
    panel = opened.workspace.events
    qtbot.keyClicks(panel._filter, "arousal")
    _choose(press, opened, _AROUSAL)
    press(_KEYS.Key_F2)
    press(_KEYS.Key_Backtab)
    typed("Artefact")
    press(_KEYS.Key_Tab)
    assert _view(opened).currentIndex().column() == CLOCK
    typed("500")
    press(_KEYS.Key_Return)
    assert _chosen(opened) == Event(500.0, 4.0, "Artefact", "C4-M1")
    panel._filter.clear()
    qtbot.keyClicks(panel._filter, "arousal")
    assert Event(500.0, 4.0, "Artefact", "C4-M1") not in _rows(opened)


def test_f2_edits_the_time_and_left_and_right_choose_another_cell(opened, press):
    _choose(press, opened, _AROUSAL)
    press(_KEYS.Key_Right, times=5)
    assert _view(opened).currentIndex().column() == TEXT
    press(_KEYS.Key_Left)
    press(_KEYS.Key_F2)
    assert QApplication.focusWidget().text() == "4.0"
    press(_KEYS.Key_Escape)
    press(_KEYS.Key_Down)
    press(_KEYS.Key_Up)
    press(_KEYS.Key_F2)
    assert QApplication.focusWidget().text() == opened.workspace.model.clock_text(310, tenths=True)
    press(_KEYS.Key_Escape)
    assert opened.workspace.model.epoch == 0


def test_an_annotation_of_the_recording_says_why_it_is_not_edited(opened, press):
    annotation = opened.document.recording.events[0]
    _choose(press, opened, annotation)
    for key in (_KEYS.Key_F2, _KEYS.Key_Delete):
        press(key)
        said = opened.workspace.events._text
        assert "can't be edited" in said.text()
        assert said.objectName() == "refusal"
    assert annotation in _rows(opened)
    assert QApplication.focusWidget() is _view(opened)


def test_deleting_by_the_button_never_lets_the_focus_fall(opened, press):
    button = next(
        b for b in opened.workspace.events.findChildren(QPushButton) if b.text() == "Delete"
    )
    _choose(press, opened, _MOVEMENT)
    while button.isEnabled():
        button.setFocus()
        press(_KEYS.Key_Space)
    assert _MOVEMENT not in _events(opened)
    assert QApplication.focusWidget() is _view(opened)


# -- what is chosen -------------------------------------------------------------------------------


def test_del_never_deletes_an_event_that_is_not_on_the_page(qtbot, opened, press):
    model = opened.workspace.model
    model.score_epochs([11], Stage.N2)
    while model.chosen_event != _AROUSAL:
        press(_KEYS.Key_Period)
    assert model.epoch == 10
    press(_KEYS.Key_Right)
    assert model.chosen_event is None
    press(_KEYS.Key_Delete)
    assert _AROUSAL in _events(opened)
    assert model.session.state.stages[11] == Stage.N2
    assert opened.status.message.startswith("No event is chosen: nothing was deleted")
    press(_KEYS.Key_Left)
    press(_KEYS.Key_Period)
    assert model.chosen_event == _AROUSAL
    qtbot.waitUntil(lambda: opened.workspace.traces.is_current)
    press(_KEYS.Key_Delete)
    assert _AROUSAL not in _events(opened)
    assert opened.status.message == f"EEG arousal at {model.clock_text(310, tenths=True)} deleted"
    assert model.chosen_event is None


@pytest.mark.parametrize("panel", [None, _KEYS.Key_2])
def test_escape_lets_go_of_the_chosen_event_wherever_the_focus_is(opened, press, panel):
    model = opened.workspace.model
    model.show_time(310.0)
    press(_KEYS.Key_Period)
    assert model.chosen_event == _AROUSAL
    if panel is not None:
        press(panel, _CTRL)
        assert _chosen(opened) == _AROUSAL
    press(_KEYS.Key_Escape)
    assert model.chosen_event is None
    press(_KEYS.Key_Delete)
    assert _AROUSAL in _events(opened)


def test_del_lets_go_of_an_event_in_hand_that_is_not_marked_yet(opened, press):
    model = opened.workspace.model
    model.score_epochs([0], Stage.N2)
    press(_KEYS.Key_A)
    press(_KEYS.Key_K)
    press(_KEYS.Key_Delete)
    assert model.session.state.stages[0] == Stage.N2
    assert not opened.workspace.traces.canvas.event_keys.is_holding
    assert _events(opened) == (_AROUSAL, _MOVEMENT)


def test_next_and_previous_visit_all_events_of_the_night(opened, press):
    model = opened.workspace.model
    expected = sorted(
        {*_events(opened), *opened.document.recording.events}, key=lambda event: event.onset_s
    )
    forth = []
    for _ in expected:
        press(_KEYS.Key_Period)
        forth.append(model.chosen_event)
        assert model.shows_event(model.chosen_event)
    assert {*forth} == {*expected}
    assert [e.onset_s for e in forth] == [e.onset_s for e in expected]
    press(_KEYS.Key_Period)
    assert opened.status.message == "No event after this"
    back = [forth[-1]]
    for _ in expected[1:]:
        press(_KEYS.Key_Comma)
        back.append(model.chosen_event)
    assert back == forth[::-1]


@pytest.mark.parametrize("key", [_KEYS.Key_K, _KEYS.Key_Delete])
def test_an_annotation_is_neither_moved_nor_deleted_but_that_is_said(opened, press, key):
    model = opened.workspace.model
    annotation = opened.document.recording.events[0]
    while model.chosen_event != annotation:
        press(_KEYS.Key_Period)
    assert opened.status.message == model.event_text(annotation)
    assert opened.status.message.endswith(", annotation of the recording")
    model.score_epochs([model.epoch], Stage.N2)
    press(key)
    assert opened.status.message == (
        f"{annotation.text} is an annotation of the recording: it can't be moved or deleted"
    )
    assert model.session.state.stages[model.epoch] == Stage.N2
    assert model.chosen_event == annotation


# -- the list follows -----------------------------------------------------------------------------


def test_the_list_shows_what_is_chosen_and_else_the_page(opened, press, qtbot):
    model = opened.workspace.model
    for onset_s in range(20, 1780, 10):
        model.replace_event(None, Event(float(onset_s), 1.0, "Artefact"))
    model.show_time(1500.0)
    press(_KEYS.Key_2, _CTRL)
    view, table = _view(opened), opened.workspace.events._table
    assert _chosen(opened) is None
    # Without a row there is no cell to choose, and the arrows stay the window's.
    press(_KEYS.Key_Right)
    press(_KEYS.Key_Left)
    assert (model.epoch, _chosen(opened)) == (50, None)
    inside = view.viewport().rect()
    at = table.row_at(1500.0)
    assert inside.contains(view.visualRect(table.index(at, CLOCK)).center())
    press(_KEYS.Key_Down)
    assert view.chosen_row == at
    press(_KEYS.Key_0, _CTRL)
    model.show_time(310.0)
    assert _chosen(opened) is None
    while model.chosen_event != _AROUSAL:
        press(_KEYS.Key_Period)
    assert _chosen(opened) == _AROUSAL
    row = table.row_of(_AROUSAL)
    assert inside.contains(view.visualRect(table.index(row, CLOCK)).center())
    press(_KEYS.Key_Right, times=3)
    assert _chosen(opened) is None


def test_keys_that_move_act_on_the_list_and_enter_shows_the_event(opened, press):
    model = opened.workspace.model
    press(_KEYS.Key_2, _CTRL)
    rows = _rows(opened)
    press(_KEYS.Key_End)
    assert _view(opened).chosen_row == len(rows) - 1
    press(_KEYS.Key_PageUp)
    assert _view(opened).chosen_row < len(rows) - 1
    press(_KEYS.Key_Home)
    press(_KEYS.Key_PageDown)
    assert _view(opened).chosen_row > 0
    assert model.epoch == 0
    press(_KEYS.Key_End)
    press(_KEYS.Key_Return)
    assert model.chosen_event == rows[-1]
    assert model.shows_event(rows[-1])
    assert QApplication.focusWidget() is _view(opened)
    press(_KEYS.Key_2)
    assert model.session.state.stages[int(rows[-1].onset_s // 30)] == Stage.N2


def test_events_of_one_origin_are_listed_by_keys(opened, press):
    press(_KEYS.Key_2, _CTRL)
    everything = _rows(opened)
    press(_KEYS.Key_L, _ALT)
    box = QApplication.focusWidget()
    assert isinstance(box, QComboBox)
    assert [box.itemText(i) for i in range(box.count())] == ["All", "Scored here", "From the file"]
    press(_KEYS.Key_Down)
    assert _rows(opened) == [_AROUSAL, _MOVEMENT]
    press(_KEYS.Key_Down)
    assert sorted(_rows(opened)) == sorted(opened.document.recording.events)
    press(_KEYS.Key_Up, times=2)
    assert _rows(opened) == everything


# -- the status line ------------------------------------------------------------------------------


def test_a_message_ends_with_the_next_action(qtbot, opened, press):
    model, status = opened.workspace.model, opened.status
    model.show_time(310.0)
    qtbot.waitUntil(lambda: opened.workspace.traces.is_current)
    press(_KEYS.Key_Period)
    clock = model.clock_text(310, tenths=True)
    assert status.message == f"EEG arousal, 4.0 s on C4-M1 at {clock}"
    qtbot.waitUntil(lambda: opened.workspace.traces.is_current)
    press(_KEYS.Key_Delete)
    assert status.message == f"EEG arousal at {clock} deleted"
    press(_KEYS.Key_Z, _CTRL)
    assert status.message == ""
    model.score_epochs(range(model.n_epochs), Stage.N2)
    press(_KEYS.Key_U)
    assert status.message == "Every epoch is scored"
    press(_KEYS.Key_N)
    assert status.message != "Every epoch is scored"
    press(_KEYS.Key_U)
    model.turn_page(1)
    assert status.message == ""


def test_marking_names_the_key_that_places(opened, press):
    press(_KEYS.Key_A)
    assert opened.status.message == (
        "EEG arousal: drag on a trace, or K and the arrow keys; Esc leaves"
    )
    opened.settings.set(own_keys={"event.place": ("J",)})
    press(_KEYS.Key_A)
    assert "or J and the arrow keys" in opened.status.message


def test_an_error_of_the_lights_goes_with_escape_and_with_leaving(opened, press, typed, qtbot):
    panel = opened.workspace.events
    press(_KEYS.Key_2, _CTRL)
    panel._lights._off.setFocus()
    typed("12:00")
    press(_KEYS.Key_Return)
    assert panel._lights.error.endswith(").")
    press(_KEYS.Key_Escape)
    assert panel._lights.error == ""
    assert panel._lights._off.hasFocus()
    typed("dusk")
    press(_KEYS.Key_0, _CTRL)
    assert panel._lights.error == ""
    said = "'dusk' is not a time (give seconds from the start, or hh:mm:ss)."
    assert opened.status.message == said
    press(_KEYS.Key_Right)
    assert opened.status.message == ""
    assert _is_unscored(opened)


def test_closing_with_lights_half_typed_stores_none(opened, press, typed, qtbot):
    session = opened.document.session
    lights_off_s = session.state.lights_off_s
    press(_KEYS.Key_2, _CTRL)
    opened.workspace.events._lights._off.setFocus()
    typed("120")
    press(_KEYS.Key_W, _CTRL)
    qtbot.waitUntil(lambda: opened.workspace is None)
    assert session.state.lights_off_s == lights_off_s
