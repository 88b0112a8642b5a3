"""The overview driven by mouse and keys."""

import json
from itertools import pairwise

import numpy as np
import pytest
from driven_widget import move, roll, window_with_action
from night_models import START, arousal, night_model, staging_of
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QApplication

from sleepscorer.analysis.display import DisplayMontage
from sleepscorer.analysis.spectrogram import Spectrogram
from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.core.stages import EPOCH_S, STAGES, Stage
from sleepscorer.gui.look.theme import DARK, LIGHT, contrast
from sleepscorer.gui.overview import canvas as overview_canvas
from sleepscorer.gui.overview.overview import Overview
from sleepscorer.gui.overview.strip_places import stage_y
from sleepscorer.gui.overview.strips import StripPainter
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.view_state import show_view, view_of

LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
SHIFT, PLAIN = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def tasks(qapp):
    runner = TaskRunner()
    yield runner
    runner.stop_all()


@pytest.fixture(autouse=True)
def _gutter(monkeypatch):
    monkeypatch.setattr(overview_canvas, "GUTTER_PX", 100)


@pytest.fixture
def model():
    return night_model(n_epochs=400)


@pytest.fixture
def overview(qtbot, model, tasks):
    return shown(qtbot, model, tasks)


def shown(qtbot, model, tasks):
    widget = Overview(model, LIGHT, tasks)
    qtbot.addWidget(widget)
    # 3 pixels an epoch.
    widget.resize(1300, 240)
    widget.show()
    widget._spectrogram._start_timer.stop()
    return widget


def place(overview, epoch, strip="hypnogram"):
    """The middle of an epoch in a strip."""
    canvas = overview.canvas
    rect = getattr(canvas.strips, strip)
    return QPoint(int(canvas.axis.x_of((epoch + 0.5) * EPOCH_S)), round(rect.center().y()))


def drag(qtbot, canvas, start, stop, *, modifier=PLAIN, button=LEFT, release=True):
    qtbot.mousePress(canvas, button, modifier, start)
    for share in (0.3, 0.7, 1.0):
        here = start + (stop - start) * share
        move(canvas, here, button, modifier)
    if release:
        qtbot.mouseRelease(canvas, button, modifier, stop)


def wheel(canvas, here, notches):
    roll(canvas, here, QPoint(0, 120 * notches))


@pytest.mark.parametrize("strip", ["hypnogram", "spectrogram", "events"])
def test_a_click_turns_to_the_page_and_changes_no_stage(qtbot, overview, model, strip):
    qtbot.mouseClick(overview.canvas, LEFT, PLAIN, place(overview, 250, strip))
    assert model.epoch == 250
    assert model.page_start_s == 7500
    assert model.session.edits == ()


def test_dragging_moves_the_page_along(qtbot, overview, model):
    drag(qtbot, overview.canvas, place(overview, 20), place(overview, 300))
    assert model.epoch == 300
    assert model.session.edits == ()


def test_shift_and_dragging_paints_a_range_in_one_edit(qtbot, overview, model):
    model.set_painting_stage(Stage.N3)
    drag(qtbot, overview.canvas, place(overview, 100), place(overview, 139), modifier=SHIFT)
    stages = model.session.state.stages
    assert (stages[100:140] == Stage.N3).all()
    assert (stages == Stage.N3).sum() == 40
    assert len(model.session.edits) == 1
    assert model.epoch == 0
    model.undo()
    assert (model.session.state.stages == Stage.UNSCORED).all()


def test_painting_goes_backwards_too_and_stops_at_the_edge(qtbot, overview, model):
    drag(qtbot, overview.canvas, place(overview, 10), QPoint(5, 80), modifier=SHIFT)
    assert np.flatnonzero(model.session.state.stages == Stage.N2).tolist() == list(range(11))


def test_a_click_with_shift_paints_nothing(qtbot, overview, model):
    qtbot.mouseClick(overview.canvas, LEFT, SHIFT, place(overview, 50))
    assert model.session.edits == ()


def test_escape_leaves_an_unfinished_range(qtbot, overview, model):
    canvas = overview.canvas
    drag(qtbot, canvas, place(overview, 10), place(overview, 90), modifier=SHIFT, release=False)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    qtbot.mouseRelease(canvas, LEFT, SHIFT, place(overview, 90))
    assert model.session.edits == ()


def test_the_range_is_previewed_while_it_is_dragged(qtbot, overview, model):
    canvas = overview.canvas
    before = canvas.grab().toImage()
    drag(qtbot, canvas, place(overview, 100), place(overview, 200), modifier=SHIFT, release=False)
    during = canvas.grab().toImage()
    x = place(overview, 150).x()
    y = round(stage_y(canvas.strips.hypnogram, Stage.N2))
    assert during.pixelColor(x, y) == QColor(LIGHT.stages[Stage.N2])
    assert before.pixelColor(x, y) != during.pixelColor(x, y)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)


def test_scoring_a_stage_makes_it_the_one_that_is_painted(qtbot, overview, model):
    model.score(Stage.R)
    drag(qtbot, overview.canvas, place(overview, 30), place(overview, 40), modifier=SHIFT)
    assert (model.session.state.stages[30:41] == Stage.R).all()


def test_painting_mode_paints_by_plain_dragging_until_escape(qtbot, overview, model):
    overview.set_painting(True)
    drag(qtbot, overview.canvas, place(overview, 60), place(overview, 69))
    assert (model.session.state.stages == Stage.N2).sum() == 10
    with qtbot.waitSignal(overview.painting_changed) as said:
        qtbot.keyClick(overview.canvas, Qt.Key.Key_Escape)
    assert said.args == [False]
    drag(qtbot, overview.canvas, place(overview, 80), place(overview, 99))
    assert len(model.session.edits) == 1
    assert model.epoch == 99


def test_a_click_in_painting_mode_changes_no_stage(qtbot, overview, model):
    overview.set_painting(True)
    qtbot.mouseClick(overview.canvas, LEFT, PLAIN, place(overview, 60))
    assert model.session.edits == ()


def test_a_range_is_painted_by_keys_alone(qtbot, overview, model):
    model.select_epoch(120)
    overview.set_painting(True)
    for key in (Qt.Key.Key_Right,) * 6 + (Qt.Key.Key_Left,):
        qtbot.keyClick(overview.canvas, key)
    assert model.session.edits == ()
    qtbot.keyClick(overview.canvas, Qt.Key.Key_Return)
    assert np.flatnonzero(model.session.state.stages == Stage.N2).tolist() == list(range(120, 125))
    assert len(model.session.edits) == 1


def test_escape_reaches_the_drag_before_an_action_of_the_window(qtbot, overview, model):
    window, pressed = window_with_action(qtbot, overview, "Esc")
    overview._spectrogram._start_timer.stop()
    canvas = overview.canvas
    drag(qtbot, canvas, place(overview, 10), place(overview, 90), modifier=SHIFT, release=False)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert pressed == []
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert pressed == [1]
    window.takeCentralWidget()
    overview.setParent(None)


def test_lights_marks_are_dragged_in_one_edit(qtbot, overview, model):
    model.set_lights(3000.0, 9000.0)
    drag(qtbot, overview.canvas, place(overview, 99) + QPoint(2, 0), place(overview, 120))
    off_s = model.session.state.lights_off_s
    assert off_s == pytest.approx(120.5 * 30, abs=10)
    assert off_s == int(off_s)
    assert model.session.state.lights_on_s == 9000.0
    assert len(model.session.edits) == 2


@pytest.mark.parametrize("start", [START, None])
def test_a_dragged_mark_names_its_time_across_midnight(qtbot, tasks, start, monkeypatch):
    model = night_model(n_epochs=400, start=start)
    widget = shown(qtbot, model, tasks)
    notes = []
    monkeypatch.setattr(StripPainter, "note", lambda *a: notes.append(a[-1]))
    canvas = widget.canvas
    # Epoch 150 begins 75 min after 22:50.
    stop = QPoint(round(canvas.axis.x_of(150 * EPOCH_S)), place(widget, 0).y())
    drag(qtbot, canvas, QPoint(101, stop.y()), stop, release=False)
    canvas.grab()
    qtbot.mouseRelease(canvas, LEFT, PLAIN, stop)
    assert notes[-1] == ("lights off 00:05:00" if start else "lights off 1:15:00")
    assert model.session.state.lights_off_s == 4500.0
    assert model.clock_text(4500.0) in notes[-1]


def test_unset_marks_are_dragged_in_from_the_ends(qtbot, overview, model):
    canvas, y = overview.canvas, place(overview, 0).y()
    drag(qtbot, canvas, QPoint(101, y), place(overview, 40))
    drag(qtbot, canvas, QPoint(1299, y), place(overview, 360))
    state = model.session.state
    assert state.lights_off_s == pytest.approx(40.5 * 30, abs=10)
    assert state.lights_on_s == pytest.approx(360.5 * 30, abs=10)


def test_marks_that_would_cross_are_refused_in_words(qtbot, overview, model):
    model.set_lights(3000.0, 6000.0)
    with qtbot.waitSignal(model.refused) as said:
        drag(qtbot, overview.canvas, place(overview, 99) + QPoint(2, 0), place(overview, 300))
    assert "is not before" in said.args[0]
    assert model.session.state.lights_off_s == 3000.0


def test_a_click_on_a_mark_turns_to_its_page(qtbot, overview, model):
    model.set_lights(3000.0, 6000.0)
    qtbot.mouseClick(overview.canvas, LEFT, PLAIN, place(overview, 100))
    assert model.epoch == 100
    assert model.session.state.lights_off_s == 3000.0


def test_a_read_only_session_refuses_painting_in_words(qtbot, tasks):
    model = night_model(n_epochs=400, read_only=True)
    widget = Overview(model, LIGHT, tasks)
    qtbot.addWidget(widget)
    widget.resize(1300, 240)
    widget.show()
    widget._spectrogram._start_timer.stop()
    with qtbot.waitSignal(model.refused) as said:
        drag(qtbot, widget.canvas, place(widget, 10), place(widget, 90), modifier=SHIFT)
    assert "reading only" in said.args[0]


def test_the_wheel_zooms_to_an_hour_and_back(qtbot, overview, model):
    canvas, here = overview.canvas, place(overview, 200)
    time_s = canvas.axis.time_at(here.x())
    wheel(canvas, here, 1)
    assert canvas.axis.span_s == 3600
    assert canvas.axis.time_at(here.x()) == pytest.approx(time_s, abs=1)
    assert overview._scroll_bar.isVisible()
    wheel(canvas, here, -1)
    assert canvas.axis.is_whole
    assert not overview._scroll_bar.isVisible()
    assert model.epoch == 0


def test_a_double_click_zooms_to_the_hour_there_and_back(qtbot, overview, model):
    canvas, here = overview.canvas, place(overview, 300)
    qtbot.mouseClick(canvas, LEFT, PLAIN, here)
    qtbot.mouseDClick(canvas, LEFT, PLAIN, here)
    axis = canvas.axis
    assert axis.span_s == 3600
    assert axis.time_at(here.x()) == pytest.approx(300.5 * EPOCH_S, abs=5)
    # Its first click went to the epoch, as every click.
    assert model.epoch == 300
    elsewhere = QPoint(round(axis.x_of(310.5 * EPOCH_S)), here.y())
    qtbot.mouseClick(canvas, LEFT, PLAIN, elsewhere)
    assert (canvas.axis, model.epoch) == (axis, 310)
    qtbot.mouseDClick(canvas, LEFT, PLAIN, elsewhere)
    assert canvas.axis.is_whole
    assert model.session.edits == ()


def test_a_double_click_that_paints_or_is_beside_the_night_zooms_nothing(qtbot, overview, model):
    canvas = overview.canvas
    qtbot.mouseDClick(canvas, LEFT, PLAIN, QPoint(60, place(overview, 0).y()))
    assert canvas.axis.is_whole
    overview.set_painting(True)
    start, stop = place(overview, 60), place(overview, 69)
    qtbot.mouseClick(canvas, LEFT, PLAIN, start)
    # Qt sends the second press of two quick ones as a double-click: it begins a range.
    double = QMouseEvent(
        QEvent.Type.MouseButtonDblClick, QPointF(start), QPointF(start), LEFT, LEFT, PLAIN
    )
    QApplication.sendEvent(canvas, double)
    move(canvas, stop)
    qtbot.mouseRelease(canvas, LEFT, PLAIN, stop)
    assert canvas.axis.is_whole
    assert (model.session.state.stages == Stage.N2).sum() == 10


def test_small_steps_of_a_touchpad_zoom_when_they_make_a_notch(overview):
    canvas, here = overview.canvas, place(overview, 200)
    for turn in (15, 60, -8, 60, 45):  # a finger that trembles
        roll(canvas, here, QPoint(0, turn))
        assert canvas.axis.is_whole
    roll(canvas, here, QPoint(0, 15))
    assert canvas.axis.span_s == 3600
    roll(canvas, here, QPoint(0, 400))
    assert canvas.axis.span_s == 3600
    roll(canvas, here, QPoint(0, -119))
    assert canvas.axis.span_s == 3600
    roll(canvas, here, QPoint(0, -1), phase=Qt.ScrollPhase.ScrollBegin)
    assert canvas.axis.span_s == 3600
    roll(canvas, here, QPoint(0, -500), phase=Qt.ScrollPhase.ScrollMomentum)
    assert canvas.axis.span_s == 3600
    roll(canvas, here, QPoint(0, -119), phase=Qt.ScrollPhase.ScrollUpdate)
    assert canvas.axis.is_whole


def test_zoomed_it_scrolls_sideways_by_wheel_and_touchpad(overview, model):
    canvas, here = overview.canvas, place(overview, 200)
    roll(canvas, here, QPoint(0, -120), modifier=SHIFT)
    assert canvas.axis.is_whole
    wheel(canvas, here, 1)
    start_s = canvas.axis.start_s
    roll(canvas, here, QPoint(0, -120), modifier=SHIFT)
    assert canvas.axis.start_s == pytest.approx(start_s + 360)
    roll(canvas, here, QPoint(240, 0))
    assert canvas.axis.start_s == pytest.approx(start_s - 360)
    # Pixels of a touchpad move what is under the fingers along with them.
    time_s = canvas.axis.time_at(here.x())
    roll(canvas, here, QPoint(-40, 3), pixels=QPoint(-53, 4), phase=Qt.ScrollPhase.ScrollUpdate)
    assert canvas.axis.time_at(here.x() - 53) == pytest.approx(time_s)
    assert (canvas.axis.span_s, model.epoch, model.session.edits) == (3600, 0, ())


def test_the_wheel_beside_the_time_axis_zooms_around_the_page(overview, model):
    canvas = overview.canvas
    model.select_epoch(300)
    wheel(canvas, QPoint(20, 60), 1)
    assert canvas.axis.span_s == 3600
    assert canvas.axis.start_s < 9000 < canvas.axis.stop_s


def test_zoomed_it_pans_by_middle_button_and_scroll_bar(qtbot, overview):
    canvas = overview.canvas
    wheel(canvas, place(overview, 200), 1)
    start_s = canvas.axis.start_s
    drag(qtbot, canvas, QPoint(700, 80), QPoint(400, 80), button=MIDDLE)
    assert canvas.axis.start_s == pytest.approx(start_s + 900, abs=5)
    overview._scroll_bar.setValue(0)
    assert canvas.axis.start_s == 0


def test_zoomed_it_follows_the_page(qtbot, overview, model):
    qtbot.mouseClick(overview._zoom, LEFT)
    assert overview.canvas.axis.span_s == 3600
    assert overview.canvas.axis.start_s < 15
    model.select_epoch(300)
    axis = overview.canvas.axis
    assert axis.start_s <= 9000
    assert axis.stop_s >= 9030
    qtbot.mouseClick(overview._zoom, LEFT)
    assert overview.canvas.axis.is_whole


def test_all_strips_share_the_axis_and_none_overlap(overview, model):
    model.session.fill(staging_of(np.arange(400) % 5))
    strips = overview.canvas.strips
    order = ("hypnodensity", "hypnogram", "confidence", "events", "spectrogram", "clock")
    rects = [getattr(strips, name) for name in order]
    assert {(rect.left(), rect.width()) for rect in rects} == {(100.0, 1200.0)}
    assert all(above.bottom() < below.top() for above, below in pairwise(rects))
    assert rects[-1].bottom() <= overview.canvas.height()


def test_the_machine_gets_its_strips_once_it_has_answered(qtbot, overview, model):
    canvas = overview.canvas
    assert canvas.strips.hypnodensity.height() == 0
    model.session.fill(staging_of(np.full(400, Stage.R), 1.0))
    image = canvas.grab().toImage()
    rect = canvas.strips.hypnodensity
    assert rect.height() > 20
    here = image.pixelColor(place(overview, 200, "hypnodensity") + QPoint(11, 0))
    assert here == QColor(LIGHT.stages[Stage.R])


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_page_is_marked_on_every_ground(overview, model, theme):
    model.session.fill(staging_of(np.arange(400) // 10 % 5, 1.0))
    overview.set_theme(theme)
    for epoch in range(15, 65, 10):
        model.select_epoch(epoch)
        image, canvas = overview.canvas.grab().toImage(), overview.canvas
        left = round(canvas.axis.x_of(model.page_start_s))
        for strip in (canvas.strips.hypnodensity, canvas.strips.spectrogram):
            y = round(strip.center().y())
            inner, outer = (image.pixelColor(x, y).name() for x in (left, left - 1))
            assert (inner, outer) == (theme.cursor, theme.background)
            assert contrast(inner, outer) >= 7


def test_a_scored_epoch_is_drawn_in_its_row(qtbot, overview, model):
    canvas = overview.canvas
    model.score_epochs(range(100, 200), Stage.R)
    model.score_epochs(range(200, 300), Stage.W)
    image = canvas.grab().toImage()
    rect = canvas.strips.hypnogram
    x = place(overview, 150).x()
    assert image.pixelColor(x, round(stage_y(rect, Stage.R))) == QColor(LIGHT.stages[Stage.R])
    x = place(overview, 250).x()
    assert image.pixelColor(x, round(stage_y(rect, Stage.W))) == QColor(LIGHT.stages[Stage.W])
    x = place(overview, 350).x()
    for stage in STAGES:
        assert image.pixelColor(x, round(stage_y(rect, stage))) != QColor(LIGHT.stages[stage])


def test_without_colours_only_r_has_one(overview, model):
    overview.set_coloured(False)
    model.score_epochs(range(100, 200), Stage.R)
    model.score_epochs(range(200, 300), Stage.N2)
    image = overview.canvas.grab().toImage()
    rect = overview.canvas.strips.hypnogram
    x = place(overview, 150).x()
    assert image.pixelColor(x, round(stage_y(rect, Stage.R))) == QColor(LIGHT.stages[Stage.R])
    x = place(overview, 250).x()
    assert image.pixelColor(x, round(stage_y(rect, Stage.N2))) == QColor(LIGHT.person)


def test_the_machines_answer_shows_behind_a_correction(qtbot, overview, model):
    model.session.fill(staging_of(np.full(400, Stage.N1)))
    model.score_epochs(range(100, 200), Stage.N3)
    image = overview.canvas.grab().toImage()
    rect = overview.canvas.strips.hypnogram
    x = place(overview, 150).x()
    near = range(round(stage_y(rect, Stage.N1)) - 1, round(stage_y(rect, Stage.N1)) + 2)
    assert QColor(LIGHT.machine) in [image.pixelColor(x, y) for y in near]


def test_the_tooltip_names_epoch_stage_and_events(overview, model):
    model.session.fill(staging_of(np.full(400, Stage.N1)))
    model.score_epochs([100], Stage.N3)
    model.replace_event(None, arousal(3005.0))
    said = overview.canvas._described(place(overview, 100).x())
    assert (
        said == "epoch 101 · 23:40:00 · scored N3 by a person · machine N1, 80 % sure · EEG arousal"
    )


def test_scoring_an_epoch_draws_no_image_anew_and_a_page_nothing(overview, model):
    model.session.fill(staging_of(np.arange(400) % 5))
    layers = overview.canvas._layers
    overview.canvas.grab()
    ground, scoring = layers._ground, layers._scoring
    model.select_epoch(17)
    overview.canvas.grab()
    assert (layers._ground is ground, layers._scoring is scoring) == (True, True)
    model.score(Stage.R)
    overview.canvas.grab()
    assert (layers._ground is ground, layers._scoring is scoring) == (True, False)


def test_the_spectrogram_is_computed_beside_the_window(qtbot, overview, model, tasks):
    assert overview._spectrogram._derivation.currentText() == "F4-M1"
    overview._spectrogram._start()
    assert [task.title for task in tasks.running] == ["Spectrogram of F4-M1"]
    assert overview._spectrogram._state_box.isVisible()
    qtbot.waitUntil(lambda: "F4-M1" in overview._spectrogram._spectrograms, timeout=20_000)
    assert not overview._spectrogram._state_box.isVisible()
    assert overview._spectrogram._highest.text() == "30 Hz"
    assert overview._spectrogram._lowest.text() == "0.5 Hz"
    image = overview.canvas.grab().toImage()
    rect = overview.canvas.strips.spectrogram
    low, high = round(rect.bottom()) - 3, round(rect.top()) + 4
    # Every third epoch is 1 Hz: yellow at the bottom, dark at the top.
    x = place(overview, 201).x()
    assert image.pixelColor(x, low).lightness() > image.pixelColor(x, high).lightness() + 40


def test_a_cancelled_spectrogram_says_so_and_can_be_had_again(qtbot, overview, tasks):
    overview._spectrogram._start()
    qtbot.mouseClick(overview._spectrogram._button, LEFT)
    qtbot.waitUntil(lambda: not tasks.running, timeout=10_000)
    assert overview._spectrogram._state_text.text() == "The spectrogram was cancelled"
    assert overview._spectrogram._spectrograms == {}
    qtbot.mouseClick(overview._spectrogram._button, LEFT)
    qtbot.waitUntil(lambda: "F4-M1" in overview._spectrogram._spectrograms, timeout=20_000)


def test_another_derivation_replaces_the_one_being_computed(qtbot, overview, tasks):
    overview._spectrogram._start()
    overview._spectrogram._derivation.setCurrentText("C4-M1")
    qtbot.waitUntil(lambda: list(overview._spectrogram._spectrograms) == ["C4-M1"], timeout=20_000)
    qtbot.waitUntil(lambda: not tasks.running, timeout=10_000)
    assert list(overview._spectrogram._spectrograms) == ["C4-M1"]


def test_a_spectrogram_that_fails_says_why(qtbot, tasks, monkeypatch):
    from sleepscorer.core.errors import RecordingError

    def broken(_channel, _duration_s, _progress):
        raise RecordingError("the file is gone")

    monkeypatch.setattr("sleepscorer.gui.overview.night_spectrogram.multitaper_spectrogram", broken)
    widget = Overview(night_model(), LIGHT, tasks)
    qtbot.addWidget(widget)
    widget.resize(1300, 240)
    widget.show()
    qtbot.waitUntil(
        lambda: "the file is gone" in widget._spectrogram._state_text.toolTip(), timeout=5000
    )
    assert widget._spectrogram._button.text() == "Try again"


def test_a_recording_shorter_than_an_epoch_is_shown_empty(qtbot, tasks):
    model = night_model(n_epochs=0)
    widget = Overview(model, LIGHT, tasks)
    qtbot.addWidget(widget)
    widget.resize(800, 200)
    widget.show()
    qtbot.mouseClick(widget.canvas, LEFT, SHIFT, QPoint(500, 60))
    empty = np.empty(0)
    widget._spectrogram._spectrograms["F4-M1"] = Spectrogram(
        np.empty((5, 0), np.float32), np.arange(5.0), empty
    )
    widget._spectrogram.show()
    widget.canvas.grab()
    assert model.session.edits == ()
    qtbot.waitUntil(lambda: not tasks.running)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_every_control_has_a_name_and_a_tooltip(overview, theme):
    overview.set_theme(theme)
    for widget in (overview._spectrogram._derivation, overview._zoom):
        assert widget.accessibleName()
        assert widget.toolTip()
        assert widget.focusPolicy() != Qt.FocusPolicy.NoFocus
    assert overview.canvas.accessibleName() == "Overview of the night"
    assert overview._scroll_bar.accessibleName()


def test_a_closed_overview_cancels_what_it_computes(qtbot, model, tasks):
    widget = Overview(model, LIGHT, tasks)
    widget.resize(1300, 240)
    widget.show()
    widget._spectrogram._start()
    (task,) = tasks.running
    cancelled = []
    task.cancelled.connect(lambda: cancelled.append(task.title))
    widget.close()
    widget.deleteLater()
    qtbot.waitUntil(lambda: bool(cancelled))
    qtbot.waitUntil(lambda: not tasks.running, timeout=10_000)


class TestTheChosenDerivation:
    @staticmethod
    def choose(qtbot, overview, name):
        """Choose by keys, as a person does: letters find the entry."""
        qtbot.keyClicks(overview._spectrogram._derivation, name)
        assert overview._spectrogram._derivation.currentText() == name

    @staticmethod
    def montage_of(model, *names):
        traces = tuple(t for t in model.montage.traces if t.channel.name in names)
        return DisplayMontage(" ".join(names), traces)

    def test_it_comes_back_with_the_montage_that_has_it(self, qtbot, overview, model):
        everything = model.montage
        self.choose(qtbot, overview, "E1-M2")
        model.set_montage(self.montage_of(model, "C4-M1"))
        assert overview._spectrogram._derivation.currentText() == "C4-M1"
        model.set_montage(everything)
        assert overview._spectrogram._derivation.currentText() == "E1-M2"

    def test_a_montage_without_it_does_not_change_the_choice(self, qtbot, overview, model):
        with qtbot.waitSignal(model.derivation_chosen):
            self.choose(qtbot, overview, "C4-M1")
        model.set_montage(self.montage_of(model, "E1-M2"))
        assert model.chosen_derivations == {"spectrogram": "C4-M1"}

    def test_it_is_shown_again_when_the_session_is_opened_again(self, qtbot, model, tasks):
        model.chosen_derivations["spectrogram"] = "E1-M2"
        stored = json.loads(json.dumps(view_of(model, ChannelChoice())))
        opened = night_model(n_epochs=400)
        show_view(opened, stored, page_s=30)
        widget = Overview(opened, LIGHT, tasks)
        qtbot.addWidget(widget)
        assert widget._spectrogram._derivation.currentText() == "E1-M2"

    def test_a_name_that_the_recording_lacks_is_kept_and_not_shown(self, qtbot, model, tasks):
        model.chosen_derivations["spectrogram"] = "O2-M1"
        widget = Overview(model, LIGHT, tasks)
        qtbot.addWidget(widget)
        assert widget._spectrogram._derivation.currentText() == "F4-M1"
        assert model.chosen_derivations["spectrogram"] == "O2-M1"
