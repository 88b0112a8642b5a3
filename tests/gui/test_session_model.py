"""The open session as the window sees it: pages that reach the end, edits that are shown."""

from dataclasses import replace

import numpy as np
import pytest
from night_models import staging_of
from trace_recording import model_of, sines

from sleepscorer.core.event_kinds import EventFamily
from sleepscorer.core.events import Event
from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.core.stages import Stage
from sleepscorer.gui.view_state import show_view, view_of


def model(duration_s):
    return model_of(sines("C4-M1", duration_s=10), duration_s=duration_s)


@pytest.mark.parametrize(
    ("duration_s", "page_s", "last_start_s"),
    [
        (29_000.0, 300, 28_800.0),
        (100.0, 60, 60.0),
        (330.0, 60, 300.0),
        (300.0, 60, 240.0),
        (100.0, 30, 90.0),
        (20.0, 60, 0.0),
        (100.0, 20, 80.0),
        (10.0, 20, 0.0),
    ],
)
def test_turning_pages_reaches_the_end_and_stays_there(qapp, duration_s, page_s, last_start_s):
    shown = model(duration_s)
    shown.set_page_length(page_s)
    starts = []
    for _ in range(110):
        starts.append(shown.page_start_s)
        shown.turn_page(1)
    assert starts == sorted(starts)
    assert shown.page_start_s == last_start_s
    shown.turn_page(-1)
    assert shown.page_start_s == max(last_start_s - page_s, 0.0)


@pytest.mark.parametrize(("duration_s", "page_s"), [(29_000.0, 300), (100.0, 60), (330.0, 60)])
def test_the_next_page_after_the_last_epoch_is_never_before_it(qapp, duration_s, page_s):
    shown = model(duration_s)
    shown.set_page_length(page_s)
    shown.select_epoch(shown.n_epochs - 1)
    end_s = shown.page_start_s
    shown.turn_page(1)
    assert shown.page_start_s == end_s


@pytest.mark.parametrize(
    ("page_s", "steps", "then_s"),
    [(30, 1, 60), (30, -1, 20), (30, 2, 120), (5, -1, 5), (600, 1, 600), (300, 9, 600)],
)
def test_page_lengths_are_stepped_through_to_the_shortest_and_the_longest(
    qapp, page_s, steps, then_s
):
    shown = model(7200.0)
    shown.set_page_length(page_s)
    shown.step_page_length(steps)
    assert shown.page_s == then_s


def test_an_epoch_that_is_not_shown_is_not_scored(qtbot):
    shown = model(100.0)
    for _ in range(5):
        shown.turn_page(1)
    assert (shown.page_start_s, shown.epoch) == (90.0, 2)
    with qtbot.waitSignal(shown.refused) as heard:
        shown.score(Stage.N2)
    assert "no whole epoch" in heard.args[0]
    assert shown.session.edits == ()


def test_a_recording_without_an_epoch_is_refused_in_words(qtbot):
    shown = model(10.0)
    with qtbot.waitSignal(shown.refused) as heard:
        shown.score(Stage.N2)
    assert "shorter than an epoch" in heard.args[0]
    shown.turn_page(1)
    shown.next_epoch_where(np.zeros(0, bool))
    assert (shown.epoch, shown.page_start_s) == (0, 0.0)


def test_an_event_outside_the_recording_is_refused_in_words(qtbot):
    shown = model(300.0)
    with qtbot.waitSignal(shown.refused) as heard:
        assert not shown.replace_event(None, Event(-2.0, 1.0, "Cough"))
    assert "outside the recording" in heard.args[0]


def test_undo_and_redo_show_where_an_event_was(qapp):
    shown = model(3000.0)
    event = Event(1000.0, 3.0, "EEG arousal")
    shown.replace_event(None, event)
    shown.undo()
    assert shown.epoch == 33
    shown.select_epoch(0)
    shown.redo()
    assert shown.epoch == 33
    shown.set_page_length(300)
    shown.select_epoch(31)
    shown.undo()
    assert shown.epoch == 31  # it was on the page


def test_undo_shows_which_lights_mark_moved(qapp):
    shown = model(3000.0)
    shown.set_lights(100.0, 2000.0)
    shown.set_lights(100.0, 2500.0)
    shown.undo()
    assert shown.epoch == 2000 // 30
    shown.undo()
    assert shown.epoch == 100 // 30
    shown.select_epoch(90)
    shown.redo()
    assert shown.epoch == 100 // 30


def test_undoing_an_empty_auto_score_stays_where_it_is(qapp):
    shown = model(300.0)
    shown.session.score(range(10), Stage.W)
    shown.session.fill(staging_of(np.full(10, 2)))
    shown.select_epoch(4)
    shown.undo()
    assert shown.epoch == 4


def test_arousals_are_not_scored_until_someone_says_so(qapp):
    assert model(300.0).arousals_scored is False


def test_a_moment_before_an_unknown_start_is_written_with_its_sign(qapp):
    shown = model(300.0)
    shown.recording = replace(shown.recording, start=None)
    times_s = (-5.0, -0.2, 0.0, 65.0, 3600.0)
    texts = ["-0:00:05", "0:00:00", "0:00:00", "0:01:05", "1:00:00"]
    assert [shown.clock_text(time_s) for time_s in times_s] == texts


@pytest.mark.parametrize(
    ("page_s", "time_s", "start_s", "epoch"),
    [
        (5, 47.0, 45.0, 1),
        (20, 47.0, 40.0, 1),
        (30, 47.0, 30.0, 1),
        (60, 99.0, 60.0, 2),
        (30, 99.0, 90.0, 2),
        (30, -3.0, 0.0, 0),
        (5, 100.0, 95.0, 2),
    ],
)
def test_a_time_is_shown_on_whatever_page_holds_it(qapp, page_s, time_s, start_s, epoch):
    shown = model(100.0)
    shown.set_page_length(page_s)
    shown.show_time(time_s)
    assert (shown.page_start_s, shown.epoch) == (start_s, epoch)


@pytest.mark.parametrize(
    ("onset_s", "duration_s", "is_shown"),
    [
        (29.0, 1.0, False),
        (29.0, 1.1, True),
        (30.0, None, True),
        (59.9, 5.0, True),
        (60.0, None, False),
        (20.0, 60.0, True),
    ],
)
def test_a_chosen_event_is_let_go_by_the_page_that_does_not_show_it(
    qtbot, onset_s, duration_s, is_shown
):
    shown = model(300.0)
    event = Event(onset_s, duration_s, "Cough")
    shown.select_epoch(3)
    shown.choose_event(event)
    told = []
    shown.event_chosen.connect(told.append)
    shown.select_epoch(1)
    assert shown.shows_event(event) is is_shown
    assert shown.chosen_event == (event if is_shown else None)
    assert told == ([] if is_shown else [None])


def test_a_chosen_event_stays_chosen_while_it_is_changed_on_the_page(qapp):
    shown = model(300.0)
    first, second, far = (Event(onset_s, 2.0, "Cough") for onset_s in (10.0, 15.0, 100.0))
    shown.replace_event(None, first)
    shown.choose_event(first)
    shown.replace_event(first, second)
    assert shown.chosen_event == second
    shown.undo()
    assert shown.chosen_event == first
    shown.replace_event(first, far)
    assert shown.chosen_event is None


@pytest.mark.parametrize(
    ("time_s", "whole", "tenths"),
    [
        (0.0, "22:30:00", "22:30:00.0"),
        (0.25, "22:30:00", "22:30:00.3"),
        (59.96, "22:31:00", "22:31:00.0"),
        (5400.04, "00:00:00", "00:00:00.0"),
    ],
)
def test_clock_times_are_rounded(qapp, time_s, whole, tenths):
    shown = model(6000.0)
    assert shown.clock_text(time_s) == whole
    assert shown.clock_text(time_s, tenths=True) == tenths


@pytest.mark.parametrize(
    ("time_s", "whole", "tenths"),
    [
        (90_061.26, "25:01:01", "25:01:01.3"),
        (-5.0, "-0:00:05", "-0:00:05.0"),
        (-0.04, "0:00:00", "0:00:00.0"),
    ],
)
def test_elapsed_times_where_no_clock_is_known(qapp, time_s, whole, tenths):
    shown = model(300.0)
    shown.recording = replace(shown.recording, start=None)
    assert shown.clock_text(time_s) == whole
    assert shown.clock_text(time_s, tenths=True) == tenths


def test_what_was_scored_is_remembered_with_the_view():
    before = model(300.0)
    before.set_scored(EventFamily.RESPIRATORY, True)
    before.arousals_scored = True
    view = view_of(before, ChannelChoice())
    after = model(300.0)
    show_view(after, view, page_s=30)
    assert after.scored == {EventFamily.RESPIRATORY, EventFamily.AROUSAL}
    # As versions before families kept it.
    old = model(300.0)
    show_view(old, {"arousals_scored": True, "scored_in": {"movement": "x"}}, page_s=30)
    assert old.scored == {EventFamily.AROUSAL}
