"""Scales of the rows: round, and the same after steps there and back."""

import itertools

import pytest
from trace_recording import model_of, signal

from sleepscorer.gui.traces.geometry import TimeAxis, level_bar, stepped_height
from sleepscorer.gui.traces.gutter import scale_text
from sleepscorer.gui.traces.painter import clock_labels


@pytest.mark.parametrize("height_uv", [300.0, 200.0, 75.0, 40.0, 8.0, 2000.0, 317.3, 0.02, 4.0])
@pytest.mark.parametrize("steps", [1, -1, 3, -7, 20])
def test_steps_back_lead_to_the_same_height(height_uv, steps):
    there = stepped_height(height_uv, steps)
    assert (there < height_uv) is (steps > 0)
    assert stepped_height(there, -steps) == pytest.approx(height_uv, rel=1e-5)


def test_round_heights_stay_round():
    heights = [stepped_height(300.0, -steps) for steps in range(6)]
    assert heights == [300.0, 400.0, 500.0, 600.0, 800.0, 1000.0]
    assert [stepped_height(100.0, -steps) for steps in range(5)] == [100, 125, 150, 200, 250]


@pytest.mark.parametrize(
    ("height", "offset", "ends"),
    [
        (40.0, 80.0, (80, 100)),  # SpO2: the usual value and 100 % beside the bar
        (25.0, 87.5, (80, 100)),
        (8.0, 2.0, (0, 5)),  # the position of the body
        (6.0, 2.3625, (2, 4)),
        (8.0, 36.0, (35, 40)),
        (8.0, 34.9, (34, 36)),
        (8.0, -3.0, (-5, 0)),
    ],
)
def test_the_bar_of_a_level_ends_at_round_values_within_the_row(height, offset, ends):
    low, high = level_bar(height, offset, 40.0)
    assert (low, high) == pytest.approx(ends)
    assert offset - height / 2 <= low < high <= offset + height / 2


def test_the_scale_is_written_in_round_values():
    model = model_of([signal("SpO2", [96.0] * 300, 1.0, unit="%")], height_uv=40.0)
    (trace,) = model.montage.traces
    assert scale_text(trace, 80.0, 40.0) == "80–100 %"
    assert scale_text(trace, 0.0, 40.0) == "20 %"


@pytest.mark.parametrize("page_s", [5, 10, 15, 20, 30, 60, 300, 600])
@pytest.mark.parametrize("width_px", [330, 475, 700, 810, 880, 900, 1150])
def test_clock_times_below_the_traces_stand_apart(page_s, width_px):
    context_s = 5.0 if page_s == 30 else 0.0
    axis = TimeAxis(600 - context_s, 600 + page_s + context_s, 600, 600 + page_s, width_px)
    lefts = [left for _, left in clock_labels(axis, 62.0) if left is not None]
    assert len(lefts) > 1
    assert all(two - one >= 62.0 for one, two in itertools.pairwise(lefts))
    assert lefts[0] >= 0
    assert lefts[-1] <= width_px - 62.0
