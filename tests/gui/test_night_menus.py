"""A right click on the traces and the overview says what is possible there, and does it."""

from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu

from sleepscorer.core.events import Event
from sleepscorer.gui.look.mnemonics import without_mnemonic

_MOUSE = QContextMenuEvent.Reason.Mouse


def _asked(window, widget, x: float, y: float):
    at = QPoint(round(x), round(y))
    QApplication.sendEvent(widget, QContextMenuEvent(_MOUSE, at, widget.mapToGlobal(at)))
    return window.night_menus.opened


def _on_traces(window, time_s: float, row: int = 0):
    canvas = window.workspace.traces.canvas
    return _asked(window, canvas, canvas.axis.x_px(time_s), canvas.grid.centre_px(row))


def _entry(menu, text: str):
    entries = {without_mnemonic(one.text()).split("\t")[0]: one for one in menu.actions()}
    return entries[text]


def _under(menu, title: str):
    return next(one for one in menu.findChildren(QMenu) if without_mnemonic(one.title()) == title)


def _keys(menu) -> dict[str, str]:
    texts = [without_mnemonic(one.text()).partition("\t") for one in menu.actions()]
    return {text: key for text, _, key in texts}


def test_kinds_are_marked_where_the_click_was(qtbot, opened):
    menu = _on_traces(opened, 5.0)
    kinds = _under(menu, "Mark here")
    assert _keys(kinds)["Hypopnea"] == "Shift+H"
    _entry(kinds, "Hypopnea").trigger()
    (event,) = opened.document.session.state.events
    assert (round(event.onset_s), event.duration_s, event.text) == (5, 10.0, "Hypopnea")


def test_an_own_event_is_retyped_and_deleted(qtbot, opened):
    model = opened.workspace.model
    model.replace_event(None, Event(5.0, 10.0, "Hypopnea"))
    opened.workspace.traces.canvas.grab()
    y = opened.workspace.traces.canvas.grid.top_px + 4
    canvas = opened.workspace.traces.canvas
    menu = _asked(opened, canvas, canvas.axis.x_px(8.0), y)
    assert "Hypopnea, 10.0 s" in menu.actions()[0].text()
    _entry(_under(menu, "Change to"), "Central apnea").trigger()
    assert [event.text for event in model.session.state.events] == ["Central apnea"]
    canvas.grab()
    menu = _asked(opened, canvas, canvas.axis.x_px(8.0), y)
    _entry(menu, "Delete the chosen event").trigger()
    assert model.session.state.events == ()


def test_lights_are_set_and_pages_turned_from_the_overview(qtbot, opened):
    canvas, model = opened.workspace.overview.canvas, opened.workspace.model
    menu = _asked(opened, canvas, canvas.axis.x_of(95.0), canvas.height() / 2)
    assert menu.actions()[0].text().startswith("Epoch 4, ")
    _entry(menu, "Go there").trigger()
    assert model.epoch == 3
    text = next(text for text in _keys(menu) if text.startswith("Lights off here ("))
    _entry(menu, text).trigger()
    assert abs(model.session.state.lights_off_s - 95.0) <= 1.0


def test_letters_are_of_the_words_and_not_of_the_keys(qtbot, opened):
    menu = _under(_on_traces(opened, 5.0), "Mark here")
    texts = [one.text().partition("\t") for one in menu.actions()]
    assert all("&" in text and "&" not in key for text, _, key in texts)


def test_nothing_is_offered_that_a_reader_may_not_do(qtbot, opened):
    opened.document.session.read_only = True
    menu = _on_traces(opened, 5.0)
    assert not _entry(menu, "Mark here").isEnabled()
    assert _entry(menu, "Go to epoch or time…").isEnabled()
