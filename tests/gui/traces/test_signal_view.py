from dataclasses import replace

import numpy as np
import pytest
from driven_widget import move, roll
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from trace_recording import model_of, signal, sines

from sleepscorer.analysis.display import DisplayFilter, DisplayMontage
from sleepscorer.core.derivation import resolve
from sleepscorer.core.errors import RecordingError
from sleepscorer.core.events import Event
from sleepscorer.core.recording import Gap, MemorySource
from sleepscorer.core.stages import Stage
from sleepscorer.gui.look.mnemonics import without_mnemonic
from sleepscorer.gui.look.theme import DARK, LIGHT
from sleepscorer.gui.traces.epoch_title import EpochTitle, TitleLine, epoch_title, scorer_of
from sleepscorer.gui.traces.geometry import TimeAxis, row_grid
from sleepscorer.gui.traces.gutter import TraceGutter
from sleepscorer.gui.traces.menu import TraceMenu
from sleepscorer.gui.traces.painter import Screenful, TracePainter
from sleepscorer.gui.traces.signal_view import SignalView

LEFT, CTRL, SHIFT = (
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


@pytest.fixture
def open_view(qtbot):
    views = []

    def open_one(model, *, size=(978, 448), theme=LIGHT):
        view = SignalView(model, theme)
        qtbot.addWidget(view)
        view.resize(*size)
        view.show()
        views.append(view)
        qtbot.waitUntil(lambda: view.is_current and bool(view.canvas.traces))
        return view

    yield open_one
    for view in views:
        view.stop()


def drag(view, start_s, stop_s, *, row=0, steps=3):
    """Press, move and release on a row, between two times."""
    canvas = view.canvas
    y = canvas.grid.centre_px(row)
    points = [
        QPoint(round(canvas.axis.x_px(t)), round(y)) for t in np.linspace(start_s, stop_s, steps)
    ]
    QTest.mousePress(canvas, LEFT, Qt.KeyboardModifier.NoModifier, points[0])
    for point in points[1:]:
        QTest.mouseMove(canvas, point)
        move(canvas, point)
    QTest.mouseRelease(canvas, LEFT, Qt.KeyboardModifier.NoModifier, points[-1])


def wheel(widget, notches, modifier=Qt.KeyboardModifier.NoModifier, *, at=None):
    here = widget.rect().center() if at is None else at
    roll(widget, here, QPoint(0, 120 * notches), modifier=modifier)


def x_of(view, time_s):
    return round(view.canvas.axis.x_px(time_s))


def seconds_near(view, time_s):
    """One pixel of time."""
    return pytest.approx(time_s, abs=1.5 / view.canvas.axis.px_per_s)


def rows_in(image, x, colour):
    wanted = QColor(colour).rgb()
    return [y for y in range(image.height()) if image.pixel(x, y) == wanted]


# What is painted.


def test_a_trace_lies_where_its_microvolts_are(open_view, qtbot):
    level = np.zeros(30_000)
    level[2000:] = 40.0
    view = open_view(model_of([signal("C4-M1", level)], height_uv=100.0))
    view.canvas.set_theme(LIGHT)
    image = view.canvas.grab().toImage()
    grid = view.canvas.grid
    # Unfiltered, so the row's middle is the page's median in steps of half a row: 0 or 50 µV.
    offset = view.canvas.offsets[0]
    for time_s, value in ((10.0, 0.0), (24.5, 40.0)):
        y = grid.centre_px(0) - (value - offset) / 100.0 * grid.height_px
        assert rows_in(image, x_of(view, time_s) + 3, LIGHT.trace) == [int(y)]


@pytest.mark.parametrize(
    ("label", "unit", "usual", "fall", "height", "offset"),
    [("SpO2", "%", 96.0, 75.0, 40.0, 80.0), ("Temp", "degC", 36.0, 33.0, 8.0, 36.0)],
)
def test_a_slow_signal_has_one_scale_for_the_night(
    open_view, qtbot, label, unit, usual, fall, height, offset
):
    values = np.full(300, usual)
    values[120:150] = fall
    model = model_of([signal(label, values, 1.0, unit=unit)], height_uv=height)
    view = open_view(model)
    scales = []
    for epoch in (0, 4, 5):
        model.select_epoch(epoch)
        qtbot.waitUntil(lambda: view.is_current)
        scales.append(view.canvas.offsets)
    assert scales == [(offset,)] * 3


def test_negative_up_turns_a_trace_over(open_view):
    ramp = signal("C4-M1", np.where(np.arange(30_000) % 3000 < 1500, 30.0, -30.0))
    high_pass = DisplayFilter(0.01, None)
    up = open_view(model_of([ramp], height_uv=100.0, filter=high_pass))
    down = open_view(model_of([ramp], height_uv=100.0, filter=high_pass, inverted=True))
    at = x_of(up, 10.0) + 3
    (y_up,) = rows_in(up.canvas.grab().toImage(), at, LIGHT.trace)
    (y_down,) = rows_in(down.canvas.grab().toImage(), at, LIGHT.trace)
    centre = up.canvas.grid.centre_px(0)
    assert y_up < centre - 50
    assert y_up + y_down == pytest.approx(2 * centre, abs=2)


def test_amplitude_lines_lie_75_microvolts_apart(open_view):
    model = model_of(sines("F4-M1"), height_uv=150.0, amplitude_lines=True)
    view = open_view(model)
    image = view.canvas.grab().toImage()
    dashes = {y for x in range(100, 140) for y in rows_in(image, x, LIGHT.amplitude_line)}
    upper, lower = min(dashes), max(dashes)
    assert lower - upper == pytest.approx(view.canvas.grid.height_px / 2, abs=1)


def test_a_gap_is_hatched_and_holds_no_trace(open_view):
    values = np.zeros(30_000, dtype=np.float32)
    values[1000:1500] = np.nan
    view = open_view(model_of([signal("C4-M1", values)], gaps=[Gap(10.0, 15.0)]))
    image = view.canvas.grab().toImage()
    inside, outside = x_of(view, 14.0), x_of(view, 17.5)
    assert rows_in(image, inside, LIGHT.trace) == []
    assert len(rows_in(image, outside, LIGHT.trace)) == 1
    assert rows_in(image, inside + 3, LIGHT.grid_five_seconds)


def test_an_interruption_of_unknown_length_is_a_line_and_words(open_view):
    def dark(gaps, at_s):
        view = open_view(model_of(sines("C4-M1"), gaps=gaps))
        image = view.canvas.grab().toImage()
        x, rows = x_of(view, at_s), range(10, view.canvas.height() - 40)
        return sum(
            image.pixelColor(column, y) == QColor(LIGHT.text)
            for column in (x - 1, x, x + 1)
            for y in rows
        )

    joint = [Gap(12.5, 12.5)]
    assert dark(joint, 12.5) > 100
    assert dark(joint, 17.5) == dark([], 12.5) == 0


def test_before_the_recording_nothing_is_drawn(open_view):
    view = open_view(model_of(sines("C4-M1")))
    assert view.canvas.axis.start_s == -5.0
    image = view.canvas.grab().toImage()
    assert rows_in(image, x_of(view, -2.5), LIGHT.trace) == []


def test_themes_change_the_ground(open_view):
    view = open_view(model_of(sines("C4-M1")))
    at = QPoint(x_of(view, 10.5), view.canvas.height() // 2 + 170)
    assert view.canvas.grab().toImage().pixelColor(at) == QColor(LIGHT.background)
    view.set_theme(DARK)
    assert view.canvas.grab().toImage().pixelColor(at) == QColor(DARK.background)


@pytest.mark.parametrize("page_s", [5, 10, 15, 20, 30, 60, 120, 300, 600])
def test_every_page_length_is_shown(open_view, qtbot, page_s):
    model = model_of(sines("C4-M1", "SpO2", duration_s=900), duration_s=900.0)
    view = open_view(model)
    model.set_page_length(page_s)
    model.turn_page(1)
    qtbot.waitUntil(lambda: view.is_current)
    axis = view.canvas.axis
    context_s = 5.0 if page_s == 30 else 0.0
    assert axis.page_stop_s - axis.page_start_s == page_s
    assert axis.stop_s - axis.start_s == page_s + 2 * context_s
    assert not view.grab().isNull()


def test_a_montage_without_rows_and_a_recording_without_epochs(open_view, qtbot):
    view = SignalView(model_of([], duration_s=10.0), LIGHT)
    qtbot.addWidget(view)
    view.show()
    assert not view.grab().isNull()
    wheel(view.gutter, 1)
    QTest.keyClick(view.gutter, Qt.Key.Key_Return)
    view.stop()


# Pages.


def test_the_old_page_stays_until_the_new_one_is_read(open_view, qtbot):
    import threading

    go_on = threading.Event()

    class Slow(MemorySource):
        def read(self, start_s, stop_s):
            if start_s > 120:
                go_on.wait(5)
            return super().read(start_s, stop_s)

    values = np.zeros(30_000, np.float32)
    model = model_of([signal("C4-M1", values, source=Slow(values, 100.0))])
    view = open_view(model)
    model.select_epoch(6)
    assert not view.is_current
    assert view.canvas.axis.page_start_s == 0.0
    go_on.set()
    qtbot.waitUntil(lambda: view.is_current)
    assert view.canvas.axis.page_start_s == 180.0


def test_the_next_page_is_read_ahead(open_view, qtbot):
    model = model_of(sines("C4-M1"))
    view = open_view(model)
    view.repaint()
    qtbot.wait(100)
    model.turn_page(1)
    assert view.is_current
    assert view.canvas.axis.page_start_s == 30.0


def test_changing_the_gain_reads_nothing(open_view, qtbot):
    view = open_view(model_of(sines("C4-M1")))
    view.zoom_gain(2.0)
    assert view.is_current
    assert view.canvas.traces[0].height_uv == 100.0


def test_a_file_that_fails_is_told(open_view, qtbot):
    class Broken(MemorySource):
        def read(self, start_s, stop_s):
            if start_s > 100:
                raise RecordingError("the file has become shorter")
            return super().read(start_s, stop_s)

    values = np.zeros(30_000, np.float32)
    model = model_of([signal("C4-M1", values, source=Broken(values, 100.0))])
    view = open_view(model)
    with qtbot.waitSignal(view.message) as told:
        model.select_epoch(8)
    assert "shorter" in told.args[0]
    assert view.is_unreadable
    assert view.canvas.traces == ()  # the page that was shown before is not taken for this one
    model.select_epoch(0)
    qtbot.waitUntil(lambda: view.is_current)
    assert not view.is_unreadable


def test_a_page_that_could_not_be_read_is_tried_again(open_view, qtbot):
    class Away(MemorySource):
        is_away = True

        def read(self, start_s, stop_s):
            if self.is_away and start_s > 100:
                raise RecordingError("the network drive is away")
            return super().read(start_s, stop_s)

    source = Away(np.zeros(30_000, np.float32), 100.0)
    model = model_of([signal("C4-M1", source.values, source=source)])
    view = open_view(model)
    with qtbot.waitSignal(view.message):
        model.select_epoch(8)
    source.is_away = False
    qtbot.waitUntil(lambda: view.is_current, timeout=6000)
    assert len(view.canvas.traces) == 1


def test_measuring_ends_where_the_rows_change(open_view):
    model = model_of(sines("C4-M1") + sines("O2-M1"))
    view = open_view(model)
    view.set_tool("measure")
    drag(view, 5.0, 8.0, row=1)
    model.set_montage(replace(model.montage, traces=model.montage.traces[:1]))
    view.grab()


def test_an_event_at_the_start_of_the_night_keeps_within_it(open_view):
    model = model_of(sines("C4-M1"))
    event = Event(0.0, 0.05, "Artefact", "C4-M1")
    model.session.replace_event(None, event)
    view = open_view(model)
    drag(view, 0.0, -3.0)
    for changed in model.session.state.events:
        assert changed.onset_s >= 0


# The title line.


def test_the_title_names_the_scorer(open_view):
    model = model_of(sines("C4-M1"))
    assert epoch_title(model).text == "epoch 1/10 · 22:30:00 · unscored"
    model.score(Stage.N2, advance=False)
    assert epoch_title(model).text == "epoch 1/10 · 22:30:00 · N2 · anna"
    model.undo()
    assert scorer_of(model.session, 0) == "unscored"
    model.redo()
    assert scorer_of(model.session, 0) == "anna"


def test_a_long_title_leaves_the_note_at_its_end_alone(qtbot):
    line = TitleLine(LIGHT)
    qtbot.addWidget(line)
    line.resize(420, 28)
    ends = []
    for after in ("machine", "machine · signal: mains hum (electrode loose or off)"):
        line.show_title(EpochTitle("epoch 1/10 · 22:30:00", Stage.N2, after), "30 s page")
        note_px = line.fontMetrics().horizontalAdvance("30 s page") + 15
        ends.append(line.grab(QRect(420 - note_px, 0, note_px, 28)).toImage())
    assert ends[0] == ends[1]
    assert line.toolTip().endswith("(electrode loose or off)")


def test_the_title_line_can_be_read_aloud(open_view):
    model = model_of(sines("C4-M1"))
    view = open_view(model)
    model.score(Stage.R, advance=False)
    assert view.title.accessibleDescription() == "epoch 1/10 · 22:30:00 · R · anna"


# Mouse: events.


def test_a_click_changes_nothing(open_view):
    model = model_of(sines("C4-M1"))
    view = open_view(model)
    for tool in ("select", "mark:EEG arousal", "measure"):
        view.set_tool(tool)
        drag(view, 10.0, 10.0)
    assert model.session.edits == ()


def test_dragging_with_an_event_tool_marks_the_event(open_view, qtbot):
    model = model_of(sines("C4-M1", "O2-M1"))
    view = open_view(model)
    view.set_tool("mark:EEG arousal")
    with qtbot.waitSignal(view.event_drawn) as told:
        drag(view, 10.0, 14.0, row=1)
    (event,) = model.session.state.events
    assert told.args == [event]
    assert (event.text, event.channel) == ("EEG arousal", "O2-M1")
    assert event.onset_s == seconds_near(view, 10.0)
    assert event.duration_s == seconds_near(view, 4.0)
    assert view.canvas.selected_event == event


def test_dragging_backwards_marks_the_same(open_view):
    model = model_of(sines("C4-M1"))
    view = open_view(model)
    view.set_tool("mark:Artefact")
    drag(view, 14.0, 10.0)
    (event,) = model.session.state.events
    assert event.onset_s == seconds_near(view, 10.0)
    assert event.duration_s == seconds_near(view, 4.0)


@pytest.fixture
def marked(open_view):
    """A view of an event from 10 to 14 s on its first row."""
    model = model_of(sines("C4-M1", "O2-M1"))
    model.replace_event(None, Event(10.0, 4.0, "EEG arousal", "C4-M1"))
    return model, open_view(model)


def test_the_body_moves_an_event(marked):
    model, view = marked
    view.canvas.grab()
    drag(view, 12.0, 17.0)
    (event,) = model.session.state.events
    assert event.onset_s == seconds_near(view, 15.0)
    assert event.duration_s == 4.0
    assert model.session.undo_label == "Change EEG arousal"


@pytest.mark.parametrize(
    ("edge_s", "to_s", "onset_s", "duration_s"),
    [(10.0, 8.0, 8.0, 6.0), (14.0, 16.0, 10.0, 6.0), (14.0, 5.0, 10.0, 0.1)],
)
def test_the_edges_resize_an_event(marked, edge_s, to_s, onset_s, duration_s):
    model, view = marked
    view.canvas.grab()
    drag(view, edge_s, to_s)
    (event,) = model.session.state.events
    assert event.onset_s == seconds_near(view, onset_s)
    assert event.duration_s == seconds_near(view, duration_s)


def test_an_event_stays_within_the_recording(marked):
    model, view = marked
    view.canvas.grab()
    drag(view, 12.0, -4.0)
    (event,) = model.session.state.events
    assert (event.onset_s, event.duration_s) == (0.0, 4.0)


def test_delete_deletes_the_selected_event(marked):
    model, view = marked
    view.canvas.grab()
    drag(view, 12.0, 12.0)
    assert view.delete_selected_event()
    assert model.session.state.events == ()
    assert view.canvas.selected_event is None


def test_escape_takes_a_drag_back(marked):
    model, view = marked
    view.canvas.grab()
    canvas = view.canvas
    point = QPoint(x_of(view, 12.0), round(canvas.grid.centre_px(0)))
    QTest.mousePress(canvas, LEFT, Qt.KeyboardModifier.NoModifier, point)
    move(canvas, point + QPoint(60, 0))
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    QTest.mouseRelease(canvas, LEFT, Qt.KeyboardModifier.NoModifier, point + QPoint(60, 0))
    assert model.session.state.events[0].onset_s == 10.0


def test_undo_of_a_drawn_event_redraws_the_page(marked):
    model, view = marked
    ground = view.canvas.grab().toImage().pixel(x_of(view, 12.25), 60)
    model.undo()
    assert view.canvas.grab().toImage().pixel(x_of(view, 12.25), 60) != ground


def test_annotations_of_the_recording_are_shown_and_stay(open_view):
    model = model_of(sines("C4-M1"), events=[Event(10.0, 4.0, "Apnoea", "C4-M1")])
    view = open_view(model)
    said = []
    view.message.connect(said.append)
    view.canvas.grab()
    drag(view, 12.0, 17.0)
    assert view.canvas.selected_event == Event(10.0, 4.0, "Apnoea", "C4-M1")
    assert view.delete_selected_event()
    assert model.session.edits == ()
    assert said == [
        "Apnoea, 4.0 s on C4-M1 at 22:30:10.0, annotation of the recording",
        *2 * ["Apnoea is an annotation of the recording: it can't be moved or deleted"],
    ]


def test_an_edit_that_is_refused_is_told(open_view, qtbot):
    model = model_of(sines("C4-M1"), read_only=True)
    view = open_view(model)
    view.set_tool("mark:Artefact")
    with qtbot.waitSignal(model.refused) as told:
        drag(view, 10.0, 14.0)
    assert "reading only" in told.args[0]
    assert view.canvas.selected_event is None


# Mouse: measuring.


def test_measuring_gives_time_amplitude_and_frequency(open_view):
    view = open_view(model_of(sines("C4-M1", "O2-M1")))
    view.set_tool("measure")
    drag(view, 10.0, 12.0, row=1)
    answer = view.canvas.tool.measurement()
    time, amplitude, frequency = answer.split(" · ")
    assert float(time.removesuffix(" s")) == seconds_near(view, 2.0)
    assert float(amplitude.removesuffix(" µV p-p")) == pytest.approx(100.0, rel=0.02)
    assert float(frequency.removesuffix(" Hz")) == pytest.approx(0.5, rel=0.03)
    assert not view.grab().isNull()


def test_measuring_ends_with_another_page(open_view, qtbot):
    model = model_of(sines("C4-M1"))
    view = open_view(model)
    view.set_tool("measure")
    drag(view, 10.0, 12.0)
    model.turn_page(1)
    qtbot.waitUntil(lambda: view.is_current)
    assert view.canvas.tool.measurement() is None


def test_an_unknown_tool_is_a_bug(open_view):
    view = open_view(model_of(sines("C4-M1")))
    for name in ("paint", "mark:"):
        with pytest.raises(ValueError, match="no tool"):
            view.set_tool(name)


# Wheel and gutter.


def test_the_wheel_turns_pages(open_view):
    model = model_of(sines("C4-M1"))
    view = open_view(model)
    wheel(view.canvas, -2)
    assert model.page_start_s == 60.0
    wheel(view.canvas, 1)
    assert model.page_start_s == 30.0


def test_ctrl_and_wheel_change_the_gain_and_come_back(open_view):
    model = model_of(sines("C4-M1"))
    view = open_view(model)
    wheel(view.canvas, 1, CTRL)
    assert model.montage.traces[0].height_uv == 150.0
    wheel(view.canvas, -1, CTRL)
    assert model.montage.traces[0].height_uv == 200.0


def test_shift_and_wheel_change_the_page_length(open_view):
    model = model_of(sines("C4-M1"))
    view = open_view(model)
    wheel(view.canvas, -1, SHIFT)
    assert model.page_s == 60
    wheel(view.canvas, 3, SHIFT)
    assert model.page_s == 15


def test_the_wheel_over_a_label_changes_that_trace(open_view):
    model = model_of(sines("C4-M1", "O2-M1"))
    view = open_view(model)
    wheel(view.gutter, 1, at=QPoint(20, round(view.gutter.grid.centre_px(1))))
    assert [trace.height_uv for trace in model.montage.traces] == [200.0, 150.0]
    assert model.page_start_s == 0.0


def chosen(menu, *path):
    """Trigger an entry of a menu by its words."""
    for title in path[:-1]:
        menu = next(m for m in menu.findChildren(QMenu) if without_mnemonic(m.title()) == title)
    next(a for a in menu.actions() if without_mnemonic(a.text()) == path[-1]).trigger()


@pytest.fixture
def opened_menus(monkeypatch):
    """Menus as they are opened; without a screen none can pop up."""
    menus = []
    monkeypatch.setattr(TraceMenu, "popup", lambda menu, _at: menus.append(menu))
    return menus


def test_shift_and_the_arrows_change_the_chosen_trace(open_view):
    model = model_of(sines("C4-M1", "O2-M1"), height_uv=100.0)
    view = open_view(model)
    QTest.keyClick(view.gutter, Qt.Key.Key_Down)
    QTest.keyClick(view.gutter, Qt.Key.Key_Up, SHIFT)
    assert [trace.height_uv for trace in model.montage.traces] == [100.0, 80.0]
    for _ in range(2):
        QTest.keyClick(view.gutter, Qt.Key.Key_Down, SHIFT)
    assert [trace.height_uv for trace in model.montage.traces] == [100.0, 125.0]


@pytest.fixture
def menu_of(open_view, opened_menus):
    def open_menu(row=0):
        view = open_view(model_of(sines("C4-M1", "O2-M1", "ECG")))
        return view, view.gutter.open_menu(row, view.mapToGlobal(QPoint(10, 10)))

    return open_menu


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        (("Negative up",), "inverted", True),
        (("Lines at ±37.5 µV",), "amplitude_lines", True),
        (("Sensitivity", "500 µV in the row's height"), "height_uv", 500.0),
        (("Filter", "AASM: 0.3-35 Hz"), "filter", DisplayFilter(0.3, 35.0)),
        (("Filter", "Notch", "50 Hz"), "filter", DisplayFilter(notch_hz=50.0)),
        (("Hide",), "visible", False),
    ],
)
def test_the_menu_changes_a_trace(menu_of, path, field, value):
    view, menu = menu_of()
    chosen(menu, *path)
    traces = view._model.montage.traces
    assert getattr(traces[0], field) == value
    assert getattr(traces[1], field) != value


def test_the_menu_moves_hides_and_shows(menu_of):
    view, menu = menu_of(1)
    chosen(menu, "Move down")
    model = view._model
    assert [t.channel.name for t in model.montage.traces] == ["C4-M1", "ECG", "O2-M1"]
    chosen(view.gutter.open_menu(0, QPoint()), "Hide")
    assert [t.channel.name for t in model.montage.visible] == ["ECG", "O2-M1"]
    chosen(view.gutter.open_menu(0, QPoint()), "Show", "C4-M1")
    assert [t.channel.name for t in model.montage.visible] == ["C4-M1", "ECG", "O2-M1"]


def test_the_chosen_row_goes_with_the_trace_that_is_moved(menu_of):
    view, menu = menu_of(2)
    for _ in range(2):
        chosen(menu, "Move up")
        QTest.keyClick(view.gutter, Qt.Key.Key_Return)
        menu = view.gutter.findChildren(TraceMenu)[-1]
    names = [trace.channel.name for trace in view._model.montage.traces]
    assert (names, menu.title()) == (["ECG", "C4-M1", "O2-M1"], "ECG")
    for _ in range(2):
        QTest.keyClick(view.gutter, Qt.Key.Key_Down)
    QTest.keyClick(view.gutter, Qt.Key.Key_Return)
    chosen(view.gutter.findChildren(TraceMenu)[-1], "Hide")
    QTest.keyClick(view.gutter, Qt.Key.Key_Return)
    assert view.gutter.findChildren(TraceMenu)[-1].title() == "C4-M1"


def test_every_entry_of_the_menu_of_a_trace_has_a_letter_of_its_own(menu_of):
    _, menu = menu_of()
    own = {"Filter", "Notch"}
    menus = [one for one in menu.findChildren(QMenu) if without_mnemonic(one.title()) in own]
    assert len(menus) == len(own)
    for one in (menu, *menus):
        texts = [a.text() for a in one.actions() if a.isEnabled() and not a.isSeparator()]
        letters = [text[text.index("&") + 1].casefold() for text in texts]
        assert len(letters) == len(set(letters))


def _words_painted(view, monkeypatch):
    said = []
    write = TraceGutter._write

    def note(gutter, painter, place, text, **options):
        said.append(text)
        write(gutter, painter, place, text, **options)

    monkeypatch.setattr(TraceGutter, "_write", note)
    view.gutter.grab()
    return said


def test_a_measured_screen_has_its_labels_say_microvolts_to_a_millimetre(open_view, monkeypatch):
    view = open_view(model_of(sines("C4-M1", "O2-M1"), height_uv=200.0))
    view.set_px_per_mm(4.0, is_measured=False)
    assert not [text for text in _words_painted(view, monkeypatch) if text.endswith("/mm")]
    view.set_px_per_mm(4.0, is_measured=True)
    # 448 px less title, strip and axis, in two rows.
    per_mm = 200.0 / (view.gutter.grid.height_px / 4.0)
    assert 3 < per_mm < 5
    assert _words_painted(view, monkeypatch).count(f"{per_mm:.3g} µV/mm") == 2


def test_low_rows_name_the_filter_rather_than_how_the_trace_is_made(open_view, monkeypatch):
    model = model_of(sines("C4", "M1"), filter=DisplayFilter(0.3, 35.0))
    row = replace(model.montage.traces[0], channel=resolve(model.recording, "C4-M1"))
    assert row.channel.name == "C4-M1 (derived)"
    model.set_montage(DisplayMontage("test", (row,) * 16))
    names = []

    def note(_gutter, _painter, _place, _trace, *, name, font):
        names.append(name)

    monkeypatch.setattr(TraceGutter, "_write_name", note)
    view = open_view(model)
    assert view.gutter.grid.height_px < 28
    words = _words_painted(view, monkeypatch)
    assert set(names) == {"C4-M1"}
    assert len([text for text in words if text.startswith("0.3-35")]) == 16


def test_on_a_fine_screen_the_grid_is_as_wide_as_the_pen_of_the_traces(qapp):
    axis = TimeAxis(0.0, 30.0, 0.0, 30.0, 600.0)
    page = Screenful((), (), (), axis, row_grid(0, 200.0), (), (), (), str)
    image = TracePainter(LIGHT, QFont()).paint(page, QSize(1200, 400), 2.0)
    for second, colour in ((2, LIGHT.grid_second), (5, LIGHT.grid_five_seconds)):
        seen = [image.pixelColor(second * 40 + dx, 200).name() for dx in (-1, 0, 1, 2)]
        assert seen == [LIGHT.background, colour, colour, LIGHT.background]


def test_a_scale_for_all_of_a_kind(menu_of):
    view, menu = menu_of()
    chosen(menu, "Larger\tShift+Up")
    chosen(view.gutter.open_menu(0, QPoint()), "Scale and filter for all EEG")
    assert [t.height_uv for t in view._model.montage.traces] == [150.0, 150.0, 200.0]


def test_the_menu_opens_by_double_click_and_by_keys(open_view, opened_menus):
    view = open_view(model_of(sines("C4-M1", "O2-M1")))
    place = QPoint(20, round(view.gutter.grid.centre_px(1)))
    QTest.mouseDClick(view.gutter, LEFT, Qt.KeyboardModifier.NoModifier, place)
    QTest.keyClick(view.gutter, Qt.Key.Key_Up)
    QTest.keyClick(view.gutter, Qt.Key.Key_Return)
    assert [menu.title() for menu in opened_menus] == ["O2-M1", "C4-M1"]


# Keys.


@pytest.mark.parametrize(
    "key", [Qt.Key.Key_W, Qt.Key.Key_2, Qt.Key.Key_Right, Qt.Key.Key_Delete, Qt.Key.Key_Escape]
)
def test_the_windows_keys_are_not_swallowed(open_view, key):
    view = open_view(model_of(sines("C4-M1")))
    for widget in (view.canvas, view.gutter):
        for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier)
            event.ignore()
            widget.event(event)
            assert not event.isAccepted()


@pytest.mark.parametrize("is_held", [False, True])
def test_delete_is_the_windows_but_while_an_event_is_in_hand(marked, is_held):
    _, view = marked
    view.canvas.grab()
    drag(view, 12.0, 12.0)
    if is_held:
        view.place_event()
    event = QKeyEvent(
        QEvent.Type.ShortcutOverride, Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier
    )
    event.ignore()
    view.canvas.event(event)
    assert event.isAccepted() == is_held


def test_parts_have_names_for_people_who_cannot_see_them(open_view):
    view = open_view(model_of(sines("C4-M1")))
    parts = (view.title, view.gutter, view.canvas)
    assert all(part.accessibleName() for part in parts)


# Events by keys.


def press(view, key, modifiers=Qt.KeyboardModifier.NoModifier, times=1):
    for _ in range(times):
        QTest.keyClick(view.canvas, key, modifiers)


def test_an_event_is_marked_by_keys_alone(open_view):
    model = model_of(sines("C4-M1", "O2-M1"))
    view = open_view(model)
    view.set_tool("mark:EEG arousal")
    view.place_event()
    assert model.session.state.events == ()
    press(view, Qt.Key.Key_Left, times=5)
    press(view, Qt.Key.Key_Right, CTRL, times=2)
    press(view, Qt.Key.Key_Right, SHIFT, times=10)
    press(view, Qt.Key.Key_Down, times=3)
    press(view, Qt.Key.Key_Return)
    # 3 s around the middle of the epoch, 1.5 s later, 1 s longer.
    assert model.session.state.events == (Event(15.0, 4.0, "EEG arousal", "O2-M1"),)
    assert model.session.undo_label == "Mark EEG arousal"


def test_an_event_is_changed_by_keys_in_one_edit(marked):
    model, view = marked
    assert view.select_event(1)
    view.place_event()
    press(view, Qt.Key.Key_Left, CTRL, times=20)
    press(view, Qt.Key.Key_Left, CTRL | SHIFT, times=2)
    press(view, Qt.Key.Key_Down)
    view.place_event()
    assert model.session.state.events == (Event(0.0, 2.0, "EEG arousal", "O2-M1"),)
    model.undo()
    assert model.session.state.events == (Event(10.0, 4.0, "EEG arousal", "C4-M1"),)


def test_escape_lets_an_event_in_hand_go(marked):
    model, view = marked
    view.select_event(1)
    view.place_event()
    press(view, Qt.Key.Key_Right, times=3)
    press(view, Qt.Key.Key_Escape)
    press(view, Qt.Key.Key_Right)
    press(view, Qt.Key.Key_Return)
    assert model.session.state.events == (Event(10.0, 4.0, "EEG arousal", "C4-M1"),)
    assert not view.canvas.event_keys.is_holding


def test_another_page_lets_an_event_in_hand_go(marked, qtbot):
    model, view = marked
    view.select_event(1)
    view.place_event()
    model.turn_page(1)
    qtbot.waitUntil(lambda: view.is_current)
    assert not view.canvas.event_keys.is_holding


def test_events_are_chosen_by_keys_through_the_night(marked, qtbot):
    model, view = marked
    model.replace_event(None, Event(100.0, None, "Comment"))
    chosen = [
        (view.select_event(step), view.canvas.selected_event.onset_s, model.epoch)
        for step in (1, 1, 1, -1, -1)
    ]
    assert chosen == [
        (True, 10.0, 0),
        (True, 100.0, 3),
        (False, 100.0, 3),
        (True, 10.0, 0),
        (False, 10.0, 0),
    ]
    qtbot.waitUntil(lambda: view.is_current)


def test_with_nothing_to_place_it_says_so(open_view, qtbot):
    view = open_view(model_of(sines("C4-M1")))
    with qtbot.waitSignal(view.message) as told:
        view.place_event()
    assert told.args == ["Choose first what to mark, or an event of the page."]


@pytest.mark.parametrize("tool", ["mark:EEG arousal", "measure"])
def test_escape_is_the_windows_while_a_tool_is_in_use(open_view, tool):
    view = open_view(model_of(sines("C4-M1")))
    view.set_tool(tool)
    drag(view, 4.0, 8.0)
    assert (view.canvas.selected_event is not None) is (tool != "measure")
    override = QKeyEvent(
        QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(view.canvas, override)
    assert not override.isAccepted()
