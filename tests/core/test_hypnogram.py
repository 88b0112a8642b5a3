import numpy as np
import pytest

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Hypnogram

STAGES = np.zeros(4, np.int8)


@pytest.mark.parametrize(
    ("off_s", "on_s"), [(0.0, 120.0), (0.0, None), (None, 120.0), (120.0, None), (59.0, 60.0)]
)
def test_lights_marks_within_the_recording(off_s, on_s):
    night = Hypnogram(STAGES, lights_off_s=off_s, lights_on_s=on_s)
    assert (night.lights_off_s, night.lights_on_s) == (off_s, on_s)


@pytest.mark.parametrize(
    ("off_s", "on_s", "message"),
    [
        (60.0, 60.0, "Lights off at 60 s is not before lights on at 60 s"),
        (61.0, 60.0, "not before"),
        (0.0, 0.0, "not before"),
        (-0.5, None, "Lights off at -0.5 s lies outside the recording of 120 s"),
        (None, 120.5, "Lights on at 120.5 s lies outside"),
        (None, -1.0, "Lights on at -1 s lies outside"),
        (121.0, None, "Lights off at 121 s lies outside"),
    ],
)
def test_other_lights_marks_are_refused(off_s, on_s, message):
    with pytest.raises(ScoringError, match=message):
        Hypnogram(STAGES, lights_off_s=off_s, lights_on_s=on_s)


def test_the_length_follows_from_the_epochs():
    night = Hypnogram(STAGES, 20.0)
    assert (night.n_epochs, night.duration_s) == (4, 80.0)
    with pytest.raises(ScoringError, match="outside the recording of 80 s"):
        Hypnogram(STAGES, 20.0, lights_on_s=81.0)


def test_stages_are_a_copy_that_nobody_can_change():
    given = np.array([0, 1, 2], np.int16)
    night = Hypnogram(given)
    given[0] = 4
    assert (night.stages.dtype, night.stages.tolist()) == (np.dtype(np.int8), [0, 1, 2])
    with pytest.raises(ValueError, match="read-only"):
        night.stages[0] = 4
    with pytest.raises(ValueError, match=r"one-dimensional, not \(1, 3\)"):
        Hypnogram(np.zeros((1, 3), np.int8))
