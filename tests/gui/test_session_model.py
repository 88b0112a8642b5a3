"""The open session as the window sees it: pages that reach the end, edits that are shown."""

import numpy as np
import pytest
from night_models import staging_of
from trace_recording import model_of, sines

from sleepscorer.core.events import Event
from sleepscorer.core.stages import Stage


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
