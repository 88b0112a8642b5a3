"""The panels of the dock driven by mouse and keys."""

from dataclasses import replace

import numpy as np
import pytest
from driven_widget import window_with_action
from night_models import START, Wave, arousal, night_model, staging_of
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLineEdit,
    QSlider,
    QTableView,
    QTreeView,
)

from sleepscorer.analysis.display import DisplayMontage
from sleepscorer.analysis.spectra import Spectrum
from sleepscorer.core.errors import RecordingError
from sleepscorer.core.event_kinds import EVENT_KINDS
from sleepscorer.core.events import Event
from sleepscorer.core.filling import FillMode
from sleepscorer.core.stages import Stage
from sleepscorer.core.staging_result import Staging
from sleepscorer.gui.look.theme import DARK, HYPNOGRAM_ORDER, LIGHT
from sleepscorer.gui.panels.epoch import EpochPanel
from sleepscorer.gui.panels.event_table import CHANNEL, CLOCK, DURATION, TEXT
from sleepscorer.gui.panels.events import EventsPanel
from sleepscorer.gui.panels.review import ReviewPanel
from sleepscorer.gui.panels.stage_probabilities import StageProbabilities
from sleepscorer.gui.panels.statistics import StatisticsPanel
from sleepscorer.gui.traces.epoch_title import epoch_title

LEFT = Qt.MouseButton.LeftButton
OF_FILE = (Event(600.0, 12.5, "Hypopnée@@Flow", "Flow"), Event(30.0, None, "Lights off"))


def shown(qtbot, panel):
    qtbot.addWidget(panel)
    panel.resize(360, 560)
    panel.show()
    return panel


def click_cell(qtbot, view, row, column, *, double=False):
    place = view.visualRect(view.model().index(row, column)).center()
    qtbot.mouseClick(view.viewport(), LEFT, pos=place)
    if double:
        qtbot.mouseDClick(view.viewport(), LEFT, pos=place)


def edit_cell(qtbot, view, row, column, text):
    click_cell(qtbot, view, row, column, double=True)
    editor = view.viewport().findChild(QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    # Qt commits the text once it comes back to its event loop.
    QApplication.processEvents()


def column_of(view, column):
    table = view.model()
    return [table.index(row, column).data() for row in range(table.rowCount())]


class TestReview:
    @pytest.fixture
    def model(self):
        model = night_model()
        confidence = np.full(100, 0.9)
        confidence[[7, 40, 90]] = 0.3, 0.5, 0.4
        model.session.fill(staging_of(np.full(100, Stage.N2), confidence))
        return model

    @pytest.fixture
    def panel(self, qtbot, model):
        return shown(qtbot, ReviewPanel(model))

    def test_lists_the_least_certain_first(self, panel):
        view = panel._view
        assert column_of(view, 1)[:3] == ["8", "91", "41"]
        assert column_of(view, 2)[0] == "22:53:30"
        assert column_of(view, 3)[0] == "N2"
        assert column_of(view, 4)[0] == "N2, 30 % sure"
        assert column_of(view, 6)[0] == "W"
        assert view.horizontalScrollBar().maximum() == 0
        assert panel._done_text.text() == "0 of 10 done"

    def test_a_click_and_the_enter_key_jump(self, qtbot, panel, model):
        click_cell(qtbot, panel._view, 1, 1)
        assert model.epoch == 90
        qtbot.keyClick(panel._view, Qt.Key.Key_Down)
        qtbot.keyClick(panel._view, Qt.Key.Key_Return)
        assert model.epoch == 40

    def test_line_above_the_traces_list_and_epoch_panel_say_the_same(self, qtbot, panel, model):
        # How sure the machine is, is no stage's probability: here N2 has 60 % and is 15 % sure.
        staging = staging_of(np.full(100, Stage.N2), 0.6)
        sure = np.linspace(0.004, 0.999, 100).astype(np.float32)
        model.session.fill(replace(staging, confidence=sure), FillMode.ALL)
        bars = StageProbabilities(LIGHT)
        qtbot.addWidget(bars)
        qtbot.waitUntil(lambda: column_of(panel._view, 4)[0] == "N2, <1 % sure")
        assert column_of(panel._view, 4)[1] == "N2, 1 % sure"
        for row, said in enumerate(column_of(panel._view, 4)):
            epoch = panel._table.epoch_at(row)
            model.select_epoch(epoch)
            stage, sure = said.split(", ")
            assert epoch_title(model).stage.text == stage
            assert epoch_title(model).after == f"machine, {sure}"
            assert f"the machine says {said}, next" in panel._reason.text()
            bars.show_epoch(model.machine_answer, epoch)
            assert bars.text.startswith(f"Machine: {said}. Probabilities: ")

    def test_next_goes_through_the_queue_and_skips_what_is_done(self, qtbot, panel, model):
        model.select_epoch(60)
        qtbot.mouseClick(panel._next, LEFT)
        assert model.epoch == 7
        model.score_epochs([90], Stage.N1)
        assert panel.go_to_next()
        assert model.epoch == 40

    def test_next_goes_on_from_the_epoch_it_showed_last(self, panel, model):
        queue = [int(epoch) - 1 for epoch in column_of(panel._view, 1)]
        assert panel.go_to_next()
        model.score_epochs([queue[0]], Stage.N1)
        model.select_epoch(queue[5])  # as when the next epoch in time is far down the queue
        assert panel.go_to_next()
        assert model.epoch == queue[1]

    def test_counts_what_is_done(self, qtbot, panel, model):
        model.score_epochs([7, 40], Stage.R)
        qtbot.waitUntil(lambda: panel._done_text.text() == "2 of 10 done")
        assert column_of(panel._view, 0)[:3] == ["✓", "", "✓"]
        assert panel._bar.value() == 2

    def test_arrow_keys_reach_the_list_and_say_why(self, qtbot, panel, model):
        model.select_epoch(7)
        panel.setFocus()
        assert panel.focusProxy() is panel._view
        qtbot.keyClick(panel.focusProxy(), Qt.Key.Key_Down)
        assert panel._reason.text() == "Epoch 91: the machine says N2, 40 % sure, next W."
        qtbot.keyClick(panel.focusProxy(), Qt.Key.Key_Return)
        assert model.epoch == 90

    def test_an_agreement_is_promised_only_where_the_machine_staged(self, qtbot):
        model = night_model()
        panel = shown(qtbot, ReviewPanel(model))
        assert "agreement" not in panel._promise.text()
        nothing = staging_of(np.full(100, Stage.N2))
        model.session.fill(Staging(np.full((100, 5), np.nan, np.float32), nothing.provenance))
        said = "Expected agreement: – (the machine could stage nothing)"
        qtbot.waitUntil(lambda: panel._promise.text() == said)

    def test_a_staging_with_warnings_is_trusted_less(self, qtbot):
        model = night_model()
        staging = staging_of(np.full(100, Stage.N2))
        warned = replace(staging.provenance, warnings=("C4-M1 is clipped.",))
        model.session.fill(Staging(staging.probabilities, warned))
        panel = shown(qtbot, ReviewPanel(model))
        assert panel._promise.text() == (
            "Expected agreement afterwards 82 % (now 80 %); less certain, as the staging has"
            " warnings"
        )

    def test_says_when_nothing_is_left_and_what_came_of_it(self, panel, model):
        model.score_epochs(range(100), Stage.N2)
        assert not panel.go_to_next()
        said = "Nothing left to review. Expected agreement 100 %"
        assert panel._promise.text() == said
        model.select_epoch(50)
        panel._update()
        assert panel._promise.text() == said

    def test_the_slider_changes_share_and_promise_by_keys(self, qtbot, panel):
        before = panel._promise.text()
        assert before == "Expected agreement afterwards 91 % (now 88 %)"
        assert panel._share_text.text() == "Review the most doubtful 10 % (10 epochs)"
        qtbot.keyClick(panel._share, Qt.Key.Key_PageUp)
        qtbot.keyClick(panel._share, Qt.Key.Key_PageUp)
        qtbot.waitUntil(lambda: panel._done_text.text() == "0 of 20 done")
        assert panel._share_text.text() == "Review the most doubtful 20 % (20 epochs)"
        assert panel._promise.text().startswith("Expected agreement afterwards 92 %")
        qtbot.keyClick(panel._share, Qt.Key.Key_Down)
        assert panel._share_text.text() == "Review the most doubtful 19 % (19 epochs)"

    def test_machine_against_person(self, panel, model):
        model.score_epochs([3, 4], Stage.W)
        model.score_epochs([5], Stage.N2)
        panel._order.setCurrentText("Machine against person")
        assert sorted(column_of(panel._view, 1)) == ["4", "5"]
        assert panel._promise.text() == "2 epochs that a person scored differ from the machine"
        panel._view.selectRow(0)
        assert (
            panel._reason.text()
            == "Epoch 4: a person scored W; the machine says N2, 90 % sure, next W."
        )

    def test_around_stage_changes_without_a_machine(self, qtbot):
        model = night_model()
        model.score_epochs(range(10), Stage.W)
        model.score_epochs(range(10, 100), Stage.N2)
        panel = shown(qtbot, ReviewPanel(model))
        assert "Auto-score" in panel._promise.text()
        assert not panel.go_to_next()
        panel._order.setCurrentText("Around stage changes")
        assert column_of(panel._view, 1) == ["10", "11"]
        assert column_of(panel._view, 4) == ["–", "–"]


class TestEvents:
    @pytest.fixture
    def model(self):
        model = night_model(events=OF_FILE)
        model.replace_event(None, arousal(300.0, 5.0, "C4-M1"))
        model.replace_event(None, arousal(900.25, 2.0))
        return model

    @pytest.fixture
    def panel(self, qtbot, model):
        return shown(qtbot, EventsPanel(model))

    def test_lists_own_events_and_those_of_the_file_verbatim(self, panel):
        view = panel._view
        assert column_of(view, TEXT) == [
            "Lights off",
            "EEG arousal",
            "Hypopnée@@Flow",
            "EEG arousal",
        ]
        clocks = ["22:50:30.0", "22:55:00.0", "23:00:00.0", "23:05:00.3"]
        assert column_of(view, CLOCK) == clocks
        assert column_of(view, DURATION) == ["", "5.0", "12.5", "2.0"]
        assert column_of(view, 4) == ["file", "", "file", "!"]
        assert panel._text.text() == "2 scored here, 2 from the file"

    def test_a_doubtful_arousal_is_explained(self, qtbot, panel, model):
        model.score_epochs(range(30, 31), Stage.W)
        qtbot.waitUntil(lambda: column_of(panel._view, 4)[3] == "!!")
        click_cell(qtbot, panel._view, 3, TEXT)
        assert panel._text.text() == (
            "EEG arousal\n"
            "Doubtful: shorter than 3 s (2.00 s).\n"
            "Doubtful: the 10 s before it are not all sleep: W is scored there."
        )

    def test_doubts_are_said_when_an_arousal_is_marked_and_when_it_is_chosen(
        self, qtbot, panel, model
    ):
        said = []
        panel.message.connect(said.append)
        model.replace_event(None, arousal(1200.0, 4.0))
        assert said == [""]
        model.replace_event(None, arousal(1500.0, 1.5))
        doubt = "EEG arousal, 1.5 s at 23:15:00.0; doubtful: shorter than 3 s (1.50 s)"
        assert said[-1] == doubt
        click_cell(qtbot, panel._view, 3, TEXT)
        doubt = "EEG arousal, 2.0 s at 23:05:00.3; doubtful: shorter than 3 s (2.00 s)"
        assert said[-1] == doubt
        click_cell(qtbot, panel._view, 1, TEXT)
        assert said[-1] == "EEG arousal, 5.0 s on C4-M1 at 22:55:00.0"

    def test_delete_in_the_list_is_not_the_windows(self, qtbot, panel, model):
        window, cleared = window_with_action(qtbot, panel, "Del")
        panel.setFocus()
        assert panel._view.hasFocus()
        for _ in range(2):
            qtbot.keyClick(panel._view, Qt.Key.Key_Down)
        qtbot.keyClick(panel._view, Qt.Key.Key_Delete)
        assert "can't be edited" in panel._text.text()
        assert len(model.session.state.events) == 2
        qtbot.keyClick(panel._view, Qt.Key.Key_Up)
        qtbot.keyClick(panel._view, Qt.Key.Key_Delete)
        assert model.session.state.events == (arousal(900.25, 2.0),)
        assert cleared == []
        window.takeCentralWidget()
        panel.setParent(None)

    def test_the_words_of_every_kind_fit_the_dock(self, panel):
        assert panel._view.width() < 360
        room = panel._view.columnWidth(TEXT)
        metrics = panel._view.fontMetrics()
        assert [k.text for k in EVENT_KINDS if metrics.horizontalAdvance(k.text) + 8 > room] == []
        assert panel._view.horizontalScrollBar().maximum() == 0

    def test_the_channel_is_a_column_where_there_is_room(self, qtbot, panel):
        assert panel._view.isColumnHidden(CHANNEL)
        click_cell(qtbot, panel._view, 1, TEXT)
        assert panel._text.text() == "EEG arousal on C4-M1"
        panel.resize(500, 560)
        qtbot.waitUntil(lambda: not panel._view.isColumnHidden(CHANNEL))
        assert column_of(panel._view, CHANNEL) == ["", "C4-M1", "Flow", ""]

    def test_no_channel_takes_no_room(self, qtbot):
        panel = shown(qtbot, EventsPanel(night_model(events=OF_FILE[1:])))
        panel.resize(500, 560)
        QApplication.processEvents()
        assert panel._view.isColumnHidden(CHANNEL)

    def test_a_click_jumps(self, qtbot, panel, model):
        click_cell(qtbot, panel._view, 2, TEXT)
        assert model.epoch == 20

    @pytest.mark.parametrize(
        ("column", "typed", "expected"),
        [
            (CLOCK, "23:10:05", Event(1205.0, 2.0, "EEG arousal")),
            (CLOCK, "42.5", Event(42.5, 2.0, "EEG arousal")),
            (DURATION, "3,5", Event(900.25, 3.5, "EEG arousal")),
            (DURATION, " ", Event(900.25, None, "EEG arousal")),
            (TEXT, "Artefact", Event(900.25, 2.0, "Artefact")),
        ],
    )
    def test_cells_of_own_events_are_edited(self, qtbot, panel, model, column, typed, expected):
        n_edits = len(model.session.edits)
        edit_cell(qtbot, panel._view, 3, column, typed)
        assert expected in model.session.state.events
        assert len(model.session.state.events) == 2
        assert len(model.session.edits) == n_edits + 1

    def test_an_untouched_clock_keeps_its_fraction_of_a_second(self, qtbot, panel, model):
        edit_cell(qtbot, panel._view, 3, CLOCK, "23:05:00.3")
        assert arousal(900.25, 2.0) in model.session.state.events

    @pytest.mark.parametrize(
        ("column", "typed", "said"),
        [
            (CLOCK, "soon", "not a time"),
            (CLOCK, "12:00", "outside the recording"),
            (DURATION, "-3", "no duration"),
            (DURATION, "99999", "no duration"),
            (DURATION, "nan", "no duration"),
            (TEXT, " ", "needs words"),
        ],
    )
    def test_nonsense_is_refused_in_words(self, qtbot, panel, model, column, typed, said):
        edit_cell(qtbot, panel._view, 3, column, typed)
        assert said in panel._text.text()
        assert arousal(900.25, 2.0) in model.session.state.events

    def test_annotations_of_the_file_cannot_be_edited_or_deleted(self, qtbot, panel, model):
        click_cell(qtbot, panel._view, 2, TEXT, double=True)
        assert panel._view.viewport().findChild(QLineEdit) is None
        assert not panel._delete.isEnabled()
        qtbot.keyClick(panel._view, Qt.Key.Key_Delete)
        assert len(model.session.state.events) == 2
        assert "can't be edited" in panel._text.text()

    def test_own_events_are_deleted_by_button_and_by_key(self, qtbot, panel, model):
        click_cell(qtbot, panel._view, 1, TEXT)
        qtbot.mouseClick(panel._delete, LEFT)
        assert model.session.state.events == (arousal(900.25, 2.0),)
        assert panel._view.model().rowCount() == 3
        qtbot.keyClick(panel._view, Qt.Key.Key_Down)
        qtbot.keyClick(panel._view, Qt.Key.Key_Delete)
        assert model.session.state.events == ()
        model.undo()
        qtbot.waitUntil(lambda: panel._view.model().rowCount() == 3)

    def test_words_that_are_no_kind_say_what_is_lost(self, panel, model):
        said = []
        panel.message.connect(said.append)
        own = model.session.state.events[-1]
        model.replace_event(own, replace(own, text="leg kick"))
        assert said[-1] == (
            "EEG arousal is now “leg kick”: its words were its kind, and it counts as none any more"
        )
        model.undo()
        model.replace_event(own, replace(own, text="RERA"))
        assert "counts as none" not in said[-1]

    def test_plain_keys_are_left_to_the_window(self, qtbot, panel, model):
        click_cell(qtbot, panel._view, 1, TEXT)
        for key in (Qt.Key.Key_2, Qt.Key.Key_W):
            qtbot.keyClick(panel._view, key)
        assert len(model.session.state.events) == 2

    def test_the_filter_looks_at_words_and_channels(self, qtbot, panel):
        qtbot.keyClicks(panel._filter, "AROUSAL")
        assert column_of(panel._view, DURATION) == ["5.0", "2.0"]
        panel._filter.clear()
        qtbot.keyClicks(panel._filter, "c4")
        assert column_of(panel._view, DURATION) == ["5.0"]
        panel._filter.clear()
        assert panel._view.model().rowCount() == 4

    def test_the_tool_is_told_and_follows_the_type(self, qtbot, panel):
        told = []
        panel.tool_chosen.connect(told.append)
        qtbot.mouseClick(panel._mark, LEFT)
        panel._type.setCurrentText("Central apnea")
        panel._type.setCurrentText("Comment")
        qtbot.keyClicks(panel._comment, "Hi")
        qtbot.keyClick(panel._mark, Qt.Key.Key_Space)
        assert told == [
            "mark:EEG arousal",
            "mark:Central apnea",
            "mark:Comment",
            "mark:H",
            "mark:Hi",
            "select",
        ]

    def test_every_type_has_its_edf_text(self, panel):
        texts = [panel._type.itemData(i).text for i in range(panel._type.count() - 1)]
        assert texts == [
            "EEG arousal",
            "Artefact",
            "Limb movement",
            "PLMS",
            "Obstructive apnea",
            "Central apnea",
            "Mixed apnea",
            "Hypopnea",
            "RERA",
            "CS breathing",
            "Snore",
            "Oxygen desaturation",
            "Bruxism",
            "Bradycardia",
            "Sinus Tachycardia",
        ]

    def test_follows_a_tool_chosen_elsewhere(self, panel):
        told = []
        panel.tool_chosen.connect(told.append)
        panel.set_tool("mark:Hypopnea")
        assert (panel._type.currentText(), panel._mark.isChecked()) == ("Hypopnea", True)
        panel.set_tool("mark:leg cramps")
        assert (panel._type.currentText(), panel._comment.text()) == ("Comment", "leg cramps")
        panel.set_tool("select")
        assert not panel._mark.isChecked()
        assert told == []

    def test_an_event_is_added_by_keys_alone(self, qtbot, panel, model):
        model.select_epoch(50)
        panel._type.setFocus()
        qtbot.keyClicks(panel._type, "RERA")
        qtbot.keyClick(panel._add, Qt.Key.Key_Space)
        assert Event(1500.0, 10.0, "RERA") in model.session.state.events
        assert column_of(panel._view, TEXT)[panel._view.chosen_row] == "RERA"

    def test_lights_are_typed_as_clock_times(self, qtbot, panel, model):
        for name, typed in (("Lights off", "22:51"), ("Lights on", "23:30:10")):
            box = next(
                b for b in panel._lights.findChildren(QLineEdit) if b.accessibleName() == name
            )
            box.selectAll()
            qtbot.keyClicks(box, typed)
            qtbot.keyClick(box, Qt.Key.Key_Return)
        state = model.session.state
        assert (state.lights_off_s, state.lights_on_s) == (60.0, 2410.0)
        assert panel._lights._off.text() == "22:51:00"
        panel._lights._on.clear()
        qtbot.keyClick(panel._lights._on, Qt.Key.Key_Return)
        assert model.session.state.lights_on_s is None

    def test_suggested_lights_are_marked_by_a_click_and_never_by_themselves(
        self, qtbot, panel, model
    ):
        button = panel._lights._suggestion
        assert not button.isVisible()
        staging = staging_of([2] * 100)
        told = replace(staging.provenance, suggested_lights_s=(60.0, 2400.0))
        model.session.fill(replace(staging, provenance=told))
        assert button.isVisible()
        assert button.text() == "Mark 22:51:00 to 23:30:00, as the signal suggests"
        assert (model.session.state.lights_off_s, model.session.state.lights_on_s) == (None, None)
        button.setFocus()
        qtbot.keyClick(button, Qt.Key.Key_Space)
        state = model.session.state
        assert (state.lights_off_s, state.lights_on_s) == (60.0, 2400.0)
        assert not button.isVisible()
        model.session.undo()
        assert button.isVisible()

    @pytest.mark.parametrize(
        ("start", "typed", "time_s", "shown_as"),
        [
            (START, "00:30", 6000.0, "00:30:00"),  # after midnight, of a night that began 22:50
            (None, "0:25:10", 1510.0, "0:25:10"),  # elapsed, where nobody knows the start
            (None, "90", 90.0, "0:01:30"),
        ],
    )
    def test_lights_are_typed_as_they_are_shown(self, qtbot, start, typed, time_s, shown_as):
        model = night_model(n_epochs=400, start=start)
        panel = shown(qtbot, EventsPanel(model))
        qtbot.keyClicks(panel._lights._off, typed)
        qtbot.keyClick(panel._lights._off, Qt.Key.Key_Return)
        assert model.session.state.lights_off_s == time_s
        assert panel._lights._off.text() == shown_as

    def test_an_onset_is_typed_as_it_is_shown_without_a_start(self, qtbot):
        model = night_model(start=None)
        model.replace_event(None, arousal(300.0))
        panel = shown(qtbot, EventsPanel(model))
        assert column_of(panel._view, CLOCK) == ["0:05:00.0"]
        edit_cell(qtbot, panel._view, 0, CLOCK, "0:07:30")
        assert model.session.state.events == (arousal(450.0),)

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("dusk", "'dusk' is not a time (give seconds from the start, or hh:mm:ss)."),
            ("12:00", "12:00 lies outside the recording (22:50:00 to 23:40:00, 50 min 0 s)."),
            ("25:00", "25:00 is not a clock time."),
            ("23:10", "Lights off at 1200 s is not before lights on at 600 s."),
        ],
    )
    def test_lights_that_make_no_sense_are_said_beside_the_box_until_mended(
        self, qtbot, panel, model, typed, said
    ):
        model.set_lights(60.0, 600.0)
        lights = panel._lights
        lights._off.setFocus()
        lights._off.selectAll()
        qtbot.keyClicks(lights._off, typed)
        qtbot.keyClick(lights._off, Qt.Key.Key_Return)
        assert lights.error == said
        assert lights._error.objectName() == "refusal"
        assert lights._off.hasFocus()
        assert lights._off.text() == typed
        qtbot.keyClick(lights._off, Qt.Key.Key_Backspace)
        assert lights.error == ""
        assert (model.session.state.lights_off_s, model.session.state.lights_on_s) == (60.0, 600.0)

    def test_a_box_that_is_left_shows_its_mark_again(self, qtbot, panel, model):
        model.set_lights(60.0, 600.0)
        box, error = panel._lights._off, panel._lights._error
        for leave in (Qt.Key.Key_Escape, Qt.Key.Key_Tab):
            box.setFocus()
            box.selectAll()
            qtbot.keyClicks(box, "dusk")
            qtbot.keyClick(box, Qt.Key.Key_Return)
            assert error.isVisible()
            with qtbot.waitSignal(model.refused, raising=leave == Qt.Key.Key_Tab, timeout=100):
                qtbot.keyClick(box, leave)
            assert error.isHidden()
            assert box.text() == "22:51:00"
        assert not box.hasFocus()


class TestEpoch:
    @pytest.fixture
    def model(self):
        return night_model()

    @pytest.fixture
    def panel(self, qtbot, model):
        panel = shown(qtbot, EpochPanel(model))
        yield panel
        panel.stop()

    def test_slow_waves_are_measured_on_the_frontal_derivation(self, qtbot, panel):
        assert panel._derivation.currentText() == "F4-M1"
        qtbot.keyClicks(panel._derivation, "C4-M1")
        qtbot.waitUntil(lambda: panel._slow.text() != "", timeout=10_000)
        assert panel._slow.text().startswith(
            "Slow waves (0.5-2 Hz, over 75 µV peak to peak) on F4-M1: "
        )
        assert panel._slow.text().endswith(" s, which meets the 6 s of N3")
        assert panel._shares["delta"].text() == "100 %"
        assert panel._bars["delta"].value() == 100

    def test_follows_the_epoch(self, qtbot, panel, model):
        qtbot.waitUntil(lambda: panel._shares["delta"].text() == "100 %", timeout=10_000)
        model.select_epoch(1)
        # The figures of the epoch before stay under its name until those of the new one are there.
        assert panel._title.text() == "Epoch 1, 22:50:00"
        assert panel._shares["delta"].text() == "100 %"
        qtbot.waitUntil(lambda: panel._shares["alpha"].text() == "100 %", timeout=10_000)
        assert panel._title.text() == "Epoch 2, 22:50:30"
        assert "0.0 s, which is under the 6 s of N3" in panel._slow.text()
        assert panel._powers["alpha"].text() == "50.0 µV²"

    def test_only_the_epoch_where_it_rests_is_read(self, qtbot, panel, model):
        qtbot.waitUntil(lambda: panel._slow.text() != "", timeout=10_000)
        seen = []
        panel._reader.analysed.connect(lambda figures: seen.append(figures.wish.epoch))
        for epoch in range(1, 41):
            model.select_epoch(epoch)
        qtbot.waitUntil(lambda: seen == [40], timeout=10_000)

    def test_says_that_a_derivation_is_not_frontal(self, qtbot):
        panel = shown(qtbot, EpochPanel(night_model(labels=("C4-M1",))))
        qtbot.waitUntil(lambda: panel._slow.text() != "", timeout=10_000)
        assert "on C4-M1, which is not frontal: " in panel._slow.text()
        panel.stop()

    def test_what_is_no_eeg_comes_last_and_has_its_spectrum_only(self, qtbot):
        model = night_model(labels=("Chin1-Chin2", "E1-M2", "C4-M1", "F4-M1"))
        panel = shown(qtbot, EpochPanel(model))
        box = panel._derivation
        names = [box.itemText(row) for row in range(box.count())]
        assert names == ["C4-M1", "F4-M1", "E1-M2", "Chin1-Chin2"]
        qtbot.keyClick(box, Qt.Key.Key_End)
        said = "Chin1-Chin2 is no EEG: spectrum only."
        qtbot.waitUntil(lambda: panel._slow.text() == said, timeout=10_000)
        assert panel._spindles.text() == ""
        assert panel._powers["delta"].text() == "–"
        assert panel._drawn_plot()._curve.getData()[0].size > 100
        panel.stop()
        other = EpochPanel(night_model(labels=("Chin1-Chin2", "C4-M1", "F4-M1")))
        qtbot.addWidget(other)
        assert other._derivation.currentText() == "F4-M1"

    @pytest.mark.parametrize(("level_db", "lowest_db"), [(-39.0, -40), (-41.0, -60), (10.0, -40)])
    def test_the_spectrum_never_leaves_the_plot(self, panel, level_db, lowest_db):
        plot = panel._drawn_plot()
        frequencies = np.arange(0, 50, 0.5)
        plot.show_spectrum(Spectrum(frequencies, np.full(frequencies.size, 10 ** (level_db / 10))))
        low, high = plot.getViewBox().viewRange()[1]
        assert (round(low), round(high)) == (lowest_db - 3, 43)

    def test_a_file_that_is_gone_is_said_in_words(self, qtbot, panel, model, monkeypatch):
        qtbot.waitUntil(lambda: panel._slow.text() != "", timeout=10_000)

        def gone(_self, _start_s, _stop_s):
            raise RecordingError("the file is gone")

        monkeypatch.setattr(Wave, "read", gone)
        model.select_epoch(5)
        qtbot.waitUntil(lambda: panel._problem.text() == "the file is gone", timeout=5000)
        assert panel._powers["delta"].text() == "–"

    def test_without_channels_it_says_so(self, qtbot):
        panel = shown(qtbot, EpochPanel(night_model(labels=("SpO2",)), DARK))
        qtbot.waitUntil(lambda: "no EEG" in panel._problem.text(), timeout=5000)
        assert not panel._derivation.isEnabled()
        panel.set_theme(DARK)
        panel.grab()

    def test_the_machines_probabilities_are_those_of_the_epoch(self, qtbot, panel, model):
        assert panel._machine.text == "The machine has not staged the night."
        stages = np.full(100, Stage.N2)
        stages[1] = Stage.R
        staging = staging_of(stages, 0.8)
        probabilities = staging.probabilities.copy()
        probabilities[2] = np.nan
        model.session.fill(Staging(probabilities, staging.provenance))
        assert (
            panel._machine.text
            == "Machine: N2, 80 % sure. Probabilities: W 5 %, R 5 %, N1 5 %, N2 80 %, N3 5 %"
        )
        model.select_epoch(1)
        said = "Machine: R, 80 % sure. Probabilities: W 5 %, R 80 %, N1 5 %, N2 5 %, N3 5 %"
        qtbot.waitUntil(lambda: panel._machine.text == said, timeout=10_000)
        image = panel._machine.grab().toImage()
        model.select_epoch(2)
        said = "The machine could not stage this epoch."
        qtbot.waitUntil(lambda: panel._machine.text == said, timeout=10_000)
        r = next(i for i, stage in enumerate(HYPNOGRAM_ORDER) if stage is Stage.R)
        width = image.width() / 5
        row = [image.pixelColor(round(r * width + x), image.height() - 8) for x in (5, 30)]
        assert [colour.name() for colour in row] == [LIGHT.stages[Stage.R]] * 2

    def test_what_was_not_recorded_is_not_measured(self, qtbot, panel, model, monkeypatch):
        whole = Wave.read

        def with_gap(self, start_s, stop_s):
            values = whole(self, start_s, stop_s)
            time_s = start_s + np.arange(values.size) / 100
            values[(time_s >= 100) & (time_s < 101)] = np.nan
            return values

        monkeypatch.setattr(Wave, "read", with_gap)
        model.select_epoch(3)
        said = "Part of the epoch was not recorded."
        qtbot.waitUntil(lambda: panel._problem.text() == said, timeout=10_000)
        assert panel._slow.text() == "Slow waves on F4-M1: –"
        assert panel._spindles.text().endswith("on F4-M1: –")

    def test_the_chosen_derivation_comes_back_with_its_montage(self, qtbot, panel, model):
        everything = model.montage
        qtbot.keyClicks(panel._derivation, "E1-M2")
        model.set_montage(DisplayMontage("two", everything.traces[:2]))
        assert panel._derivation.currentText() == "F4-M1"
        model.set_montage(everything)
        assert panel._derivation.currentText() == "E1-M2"

    def test_hidden_it_reads_nothing(self, qtbot, model):
        panel = EpochPanel(model)
        qtbot.addWidget(panel)
        model.select_epoch(3)
        assert not panel._ask_timer.isActive()


@pytest.mark.parametrize("kind", [ReviewPanel, EventsPanel, StatisticsPanel, EpochPanel])
def test_every_control_has_a_name_and_takes_the_focus(qtbot, kind):
    panel = shown(qtbot, kind(night_model()))
    controls = [
        widget
        for family in (QAbstractButton, QComboBox, QSlider, QTableView, QTreeView, QLineEdit)
        for widget in panel.findChildren(family)
        # Qt's own: the corner of a table, the clear button in a box.
        if widget.parent() is panel or widget.parent().parent() is panel
    ]
    controls = [
        widget for widget in controls if not isinstance(widget.parent(), QLineEdit | QTableView)
    ]
    assert controls
    for widget in controls:
        assert widget.accessibleName(), widget
        assert widget.toolTip(), widget
        assert widget.focusPolicy() != Qt.FocusPolicy.NoFocus, widget
    assert panel.accessibleName()
    assert panel.focusProxy() in controls
    if hasattr(panel, "stop"):
        panel.stop()
    assert panel.minimumSizeHint().width() <= 300
