import numpy as np
import pytest

from sleepscorer.core.arousals import arousal_warnings, count_arousals, is_arousal
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.stages import Stage

NIGHT = Hypnogram(np.array([0, 0, 2, 2, 2, 0, 2], np.int8), 30.0, 30.0, 180.0)


def marked(onset_s, duration_s=3.0, text="EEG arousal"):
    return Event(onset_s, duration_s, text)


@pytest.mark.parametrize("text", ["EEG arousal", "eeg  Arousal", "Arousal", "EEG arousal@@C4-M1"])
def test_arousals_are_known_by_their_text(text):
    assert is_arousal(Event(0, 3, text))


@pytest.mark.parametrize("text", ["RERA", "no arousal seen", "Hypopnea"])
def test_other_events_are_none(text):
    assert not is_arousal(Event(0, 3, text))


def test_counts_those_that_start_between_the_marks():
    events = [marked(t) for t in (29.9, 30.0, 100.0, 179.9, 180.0)] + [marked(60, text="RERA")]
    assert count_arousals(events, NIGHT) == 3
    assert count_arousals([*events, *events], NIGHT) == 3


def test_a_good_arousal_has_no_warning():
    assert arousal_warnings(marked(70.0), NIGHT) == ()


def test_warns_of_less_than_three_seconds():
    assert arousal_warnings(marked(75.0, 2.9), NIGHT) == ("shorter than 3 s (2.90 s)",)
    assert arousal_warnings(marked(75.0, 2.999), NIGHT) == ("shorter than 3 s (2.99 s)",)
    assert arousal_warnings(marked(75.0, None), NIGHT) == ("shorter than 3 s (has no duration)",)


@pytest.mark.parametrize(("onset_s", "warns"), [(69.9, True), (70.0, False), (150.0, False)])
def test_warns_where_the_ten_seconds_before_are_scored_awake(onset_s, warns):
    found = arousal_warnings(marked(onset_s), NIGHT)
    assert found == (("the 10 s before it are not all sleep: W is scored there",) if warns else ())


def test_an_arousal_at_the_very_start_has_nothing_before_it():
    night = Hypnogram(np.array([Stage.N2], np.int8))
    assert arousal_warnings(marked(0.0), night) == ()


def test_other_events_are_never_doubtful():
    assert arousal_warnings(marked(75.0, 1.0, "Hypopnea"), NIGHT) == ()
