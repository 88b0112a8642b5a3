"""What a hypnogram takes and what it refuses."""

import pytest

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Hypnogram


@pytest.mark.parametrize("marks", [(60.0, 60.0), (90.0, 60.0), (0.0, 0.0), (300.0, 300.0)])
def test_lights_off_must_come_before_lights_on(marks):
    with pytest.raises(ScoringError, match="is not before lights on"):
        Hypnogram([0] * 10, lights_off_s=marks[0], lights_on_s=marks[1])


@pytest.mark.parametrize("marks", [(-1.0, None), (None, -1.0), (300.5, None), (None, 301.0)])
def test_marks_lie_inside_the_recording(marks):
    with pytest.raises(ScoringError, match="lies outside the recording of 300 s"):
        Hypnogram([0] * 10, lights_off_s=marks[0], lights_on_s=marks[1])


@pytest.mark.parametrize("marks", [(0.0, 300.0), (60.0, 60.5), (None, 300.0), (0.0, None)])
def test_marks_that_leave_a_night_are_taken(marks):
    found = Hypnogram([0] * 10, lights_off_s=marks[0], lights_on_s=marks[1])
    assert (found.lights_off_s, found.lights_on_s) == marks
