from datetime import datetime

import numpy as np
import pytest

from sleepscorer.core.stages import Stage
from sleepscorer.gui.look.theme import HYPNOGRAM_ORDER, LIGHT
from sleepscorer.gui.overview.axis import NightAxis
from sleepscorer.gui.overview.images import column_means, hypnodensity_image, spectrogram_image

NIGHT = NightAxis.whole(100, 800, 8 * 3600)


def test_pixels_and_moments_are_each_others_inverse():
    zoomed = NIGHT.zoomed(3600, 10_000)
    for x in (100, 317, 899):
        assert zoomed.x_of(zoomed.time_at(x)) == pytest.approx(x)
    assert NIGHT.time_at(0) == 0
    assert NIGHT.time_at(5000) == 28_800


def test_zooming_at_the_ends_stays_within_the_night():
    assert NIGHT.zoomed(3600, 0).start_s == 0
    assert NIGHT.zoomed(3600, 28_800).stop_s == 28_800
    assert NIGHT.zoomed(3600, 14_400).zoomed(28_800, 5).is_whole
    assert NightAxis.whole(0, 10, 600).zoomed(3600, 5).span_s == 600


def test_panning_stops_at_the_ends():
    hour = NIGHT.zoomed(3600, 14_400)
    assert hour.panned(-99_999).start_s == 0
    assert hour.panned(99_999).stop_s == 28_800


def test_showing_moves_only_what_is_out_of_sight():
    hour = NIGHT.zoomed(3600, 0)
    assert hour.showing(3000, 3030) is hour
    assert hour.showing(9000, 9030).start_s == 9015 - 1800


@pytest.mark.parametrize(("width", "step"), [(1400, "23:30"), (700, "00:00")])
def test_ticks_stand_at_half_or_whole_hours(width, step):
    axis = NightAxis.whole(0, width, 8 * 3600)
    ticks = axis.ticks(datetime(2024, 1, 1, 22, 50), 58)
    assert [text for _, text in ticks][:2] == (
        ["23:00", "23:30"] if step == "23:30" else ["23:00", "00:00"]
    )
    assert ticks[0][0] == 600


def test_ticks_without_a_start_count_from_zero():
    ticks = NIGHT.zoomed(3600, 0).ticks(None, 58)
    assert ticks[:3] == [(0.0, "0:00"), (300.0, "0:05"), (600.0, "0:10")]


def test_columns_average_the_time_they_cover():
    values = np.array([[0.0], [1.0], [np.nan], [4.0]])
    means = column_means(values, np.arange(5) * 30.0, np.array([0.0, 60.0, 75.0, 105.0]))
    assert means[:, 0].tolist()[0] == 0.5
    assert np.isnan(means[1, 0])
    assert means[2, 0] == 4.0


def test_hypnodensity_stacks_w_on_top_and_leaves_gaps_clear():
    probabilities = np.array([[0.5, 0, 0, 0, 0.5], [np.nan] * 5], np.float32)
    colours = [LIGHT.stages[stage] for stage in HYPNOGRAM_ORDER]
    image = hypnodensity_image(probabilities, np.array([0.0, 30.0, 60.0]), 10, colours=colours)
    assert image.pixelColor(0, 0).name() == LIGHT.stages[Stage.W]
    assert image.pixelColor(0, 4).name() == LIGHT.stages[Stage.W]
    assert image.pixelColor(0, 5).name() == LIGHT.stages[Stage.N3]
    assert image.pixelColor(1, 5).alpha() == 0


def test_spectrogram_has_low_frequencies_at_the_bottom():
    power = np.array([[30.0, np.nan], [0.0, np.nan]], np.float32)
    image = spectrogram_image(power, np.array([0.0, 30.0]), np.array([0.0, 30.0, 60.0]))
    assert (image.width(), image.height()) == (2, 2)
    assert image.pixelColor(0, 1).name() == "#fde725"
    assert image.pixelColor(0, 0).name() == "#440154"
    assert image.pixelColor(1, 0).alpha() == 0
