"""The crosshair over the traces, by key and mouse in the real window."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from real_window import open_in, press, settings_in, show_window

from sleepscorer.analysis.pages import TracePage
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.gui.look.theme import DARK
from sleepscorer.gui.traces.crosshair import value_text
from sleepscorer.gui.traces.painter import TracePainter

_KEYS = Qt.Key
_CTRL = Qt.KeyboardModifier.ControlModifier


def crosshair_of(window):
    return window.workspace.traces.crosshair


def canvas_of(window):
    return window.workspace.traces.canvas


def place_of(window, time_s: float, row: int) -> QPoint:
    canvas = canvas_of(window)
    return QPoint(round(canvas.axis.x_px(time_s)), round(canvas.grid.centre_px(row)))


@pytest.fixture
def crossed(qtbot, opened):
    """The window with the crosshair on, by its key."""
    press(qtbot, opened, "v")
    assert opened.actions_of["view.crosshair"].isChecked()
    return opened


def test_it_says_time_and_value_of_the_trace_at_the_pointer(qtbot, crossed):
    canvas = canvas_of(crossed)
    for row in range(len(canvas.traces)):
        place = place_of(crossed, 12.25, row)
        qtbot.mouseMove(canvas, place)
        first, second = crosshair_of(crossed).text.split("\n")
        # A pixel is some hundredths of a second wide.
        time_s = canvas.axis.time_s(place.x())
        clock = crossed.workspace.model.clock_text(time_s, tenths=True)
        assert first == f"{clock} · {time_s:.2f} s of epoch 1"
        trace, page = canvas.row(row)
        value = value_text(page, time_s, "uV")
        assert second.startswith(f"{trace.channel.name}: {value} · line at ")
        samples = trace.channel.read(time_s - 0.5, time_s + 0.5)
        assert np.isfinite(samples).all()


def test_its_value_is_that_of_what_is_drawn(qtbot, crossed):
    canvas = canvas_of(crossed)
    # On a short page every sample is drawn.
    for _ in range(3):
        press(qtbot, crossed, _KEYS.Key_Down, _CTRL)
    qtbot.waitUntil(lambda: canvas.row(1)[1].curve is not None)
    place = place_of(crossed, 4.0, 1)
    qtbot.mouseMove(canvas, place)
    samples, times_s = canvas.row(1)[1].curve
    nearest = float(samples[np.abs(times_s - canvas.axis.time_s(place.x())).argmin()])
    said = crosshair_of(crossed).text.split("\n")[1].split(": ")[1].split(" µV")[0]
    assert float(said) == pytest.approx(nearest, rel=0.01)


def test_where_a_pixel_stands_for_several_samples_their_range_is_said(qtbot, crossed):
    canvas = canvas_of(crossed)
    place = place_of(crossed, 20.0, 1)
    qtbot.mouseMove(canvas, place)
    column = place.x() * canvas.n_columns // canvas.width()
    minima, maxima = canvas.row(1)[1].envelope
    said = crosshair_of(crossed).text.split("\n")[1].split(": ")[1].split(" · ")[0]
    low, high = (float(part.removesuffix(" µV")) for part in said.split(" to "))
    assert low == pytest.approx(float(minima[column]), rel=0.01)
    assert high == pytest.approx(float(maxima[column]), rel=0.01)


def test_the_line_across_is_read_on_the_rows_scale(qtbot, crossed):
    canvas = canvas_of(crossed)
    trace, grid = canvas.traces[0], canvas.grid
    place = place_of(crossed, 12.0, 0) - QPoint(0, 10)
    qtbot.mouseMove(canvas, place)
    above = (grid.centre_px(0) - place.y()) * trace.height_uv / grid.height_px
    said = crosshair_of(crossed).text.split("line at ")[1].removesuffix(" µV")
    assert float(said) == pytest.approx(above, rel=0.01)
    assert above > 0


def test_above_the_traces_only_the_time_is_said(qtbot, crossed):
    qtbot.mouseMove(canvas_of(crossed), QPoint(place_of(crossed, 12.0, 0).x(), 4))
    assert crosshair_of(crossed).text.endswith(" s of epoch 1")


def test_the_traces_are_not_painted_anew_while_it_moves(qtbot, crossed, monkeypatch):
    painted = []
    monkeypatch.setattr(TracePainter, "paint", lambda *_: painted.append(1))
    for x in range(300, 420, 10):
        qtbot.mouseMove(canvas_of(crossed), QPoint(x, 200))
        qtbot.wait(5)
    assert painted == []
    assert str(crosshair_of(crossed).text)


def test_it_is_seen_where_the_pointer_is_and_nowhere_else(qtbot, opened):
    canvas = canvas_of(opened)
    before = canvas.grab().toImage()
    press(qtbot, opened, "v")
    place = place_of(opened, 8.0, 1)
    qtbot.mouseMove(canvas, place)
    after = canvas.grab().toImage()
    differing = [
        (x, y)
        for x in range(0, before.width(), 3)
        for y in range(0, before.height(), 3)
        if before.pixel(x, y) != after.pixel(x, y)
    ]
    label = crosshair_of(opened)._label()
    assert differing
    assert all(
        abs(x - place.x()) <= 1 or abs(y - place.y()) <= 1 or label.contains(QPointF(x, y))
        for x, y in differing
    )
    press(qtbot, opened, "v")
    assert not opened.actions_of["view.crosshair"].isChecked()
    assert canvas.grab().toImage() == before


def test_it_stays_within_the_view_at_its_edges(qtbot, crossed):
    canvas = canvas_of(crossed)
    for place in (QPoint(2, 2), QPoint(canvas.width() - 2, canvas.height() - 2)):
        qtbot.mouseMove(canvas, place)
        label = crosshair_of(crossed)._label().toRect()
        assert canvas.rect().contains(label)


def test_without_a_pointer_over_the_traces_it_begins_in_their_middle(crossed):
    middle = canvas_of(crossed).rect().center()
    time_s = canvas_of(crossed).axis.time_s(middle.x())
    assert f"{time_s:.2f} s of epoch 1" in crosshair_of(crossed).text


def test_keys_move_it_by_pixels_seconds_and_traces(qtbot, crossed):
    alt, shift = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
    canvas, crosshair = canvas_of(crossed), crosshair_of(crossed)
    qtbot.mouseMove(canvas, place_of(crossed, 12.0, 1))
    start = crosshair._place

    def moved(key, modifiers) -> tuple[float, float]:
        before = crosshair._place
        press(qtbot, crossed, key, modifiers)
        return crosshair._place.x() - before.x(), crosshair._place.y() - before.y()

    assert moved(_KEYS.Key_Right, alt) == (1, 0)
    assert moved(_KEYS.Key_Left, alt) == (-1, 0)
    second = canvas.axis.px_per_s
    assert moved(_KEYS.Key_Right, alt | shift) == pytest.approx((second, 0))
    assert f"{canvas.axis.time_s(start.x() + second):.2f} s of epoch 1" in crosshair.text
    assert moved(_KEYS.Key_Left, alt | shift) == pytest.approx((-second, 0))
    names = [trace.channel.name for trace in canvas.traces]
    assert crosshair.text.split("\n")[1].startswith(names[1])
    press(qtbot, crossed, _KEYS.Key_Up, alt)
    assert crosshair.text.split("\n")[1].startswith(names[0])
    assert moved(_KEYS.Key_Up, alt) == (0, 0), "there is none above"
    press(qtbot, crossed, _KEYS.Key_Down, alt)
    assert crosshair.text.split("\n")[1].startswith(names[1])
    for _ in range(60):
        press(qtbot, crossed, _KEYS.Key_Right, alt | shift)
    assert crosshair._place.x() == canvas.width() - 1
    assert crossed.workspace.model.epoch == 0
    press(qtbot, crossed, "v")
    press(qtbot, crossed, _KEYS.Key_Left, alt)
    assert crossed.status.message == "The crosshair is off: V shows it"


def test_another_page_is_read_at_the_same_place(qtbot, crossed):
    place = place_of(crossed, 12.0, 0)
    qtbot.mouseMove(canvas_of(crossed), place)
    press(qtbot, crossed, _KEYS.Key_Right)
    qtbot.waitUntil(lambda: crosshair_of(crossed).text.split("\n")[0].endswith("epoch 2"))
    time_s = canvas_of(crossed).axis.time_s(place.x())
    assert f"{time_s - EPOCH_S:.2f} s of epoch 2" in crosshair_of(crossed).text


def test_events_are_marked_through_it(qtbot, crossed):
    canvas = canvas_of(crossed)
    press(qtbot, crossed, "a")
    start, stop = place_of(crossed, 5.0, 1), place_of(crossed, 12.0, 1)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(canvas, stop)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=stop)
    (event,) = crossed.document.session.state.events
    assert event.onset_s == pytest.approx(5.0, abs=0.1)
    assert crosshair_of(crossed).isVisible()


def test_it_follows_the_theme_and_the_size(qtbot, crossed):
    crossed.settings.set(theme="dark")
    assert crosshair_of(crossed)._theme is DARK
    crossed.resize(1100, 700)
    qtbot.waitUntil(lambda: crosshair_of(crossed).size() == canvas_of(crossed).size())


def test_it_is_off_in_the_next_recording(qtbot, tmp_path, night):
    (tmp_path / "own").mkdir(exist_ok=True)
    window = open_in(qtbot, show_window(qtbot, settings_in(tmp_path / "own")), night)
    press(qtbot, window, "v")
    press(qtbot, window, _KEYS.Key_W, _CTRL)
    assert not window.actions_of["view.crosshair"].isChecked()
    open_in(qtbot, window, night)
    assert not crosshair_of(window).isVisible()
    window.close()


def test_gaps_and_ranges_are_said():
    nan = float("nan")
    narrow = TracePage(
        0.0, 3.0, samples=np.array([1.0, nan, -2.5], np.float32), times_s=np.array([0.0, 1.0, 2.0])
    )
    assert value_text(narrow, 0.2, "uV") == "1 µV"
    assert value_text(narrow, 1.2, "uV") == "no data"
    assert value_text(narrow, 2.9, "%") == "-2.5 %"
    wide = TracePage(0.0, 2.0, np.array([-3.0, nan], np.float32), np.array([4.0, nan], np.float32))
    assert value_text(wide, 0.5, "uV") == "-3 µV to 4 µV"
    assert value_text(wide, 1.5, "uV") == "no data"
    assert value_text(TracePage(0.0, 2.0), 1.5, "uV") == "no data"


def test_of_a_time_that_the_page_does_not_show_no_value_is_told():
    values = np.array([1.0, 2.0, 3.0], np.float32)
    curve = TracePage(0.0, 2.0, samples=values, times_s=np.array([0.0, 1.0, 2.0]))
    wide = TracePage(0.0, 2.0, values[:2], values[1:])
    for page in (curve, wide):
        assert value_text(page, 1.0, "uV") != "no data"
        for time_s in (-0.5, 2.5, 60.0):
            assert value_text(page, time_s, "uV") == "no data"
