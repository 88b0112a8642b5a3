import numpy as np
import pytest

from sleepscorer.analysis.pages import TracePage
from sleepscorer.gui.traces.raster import Band, Scale, column_spans, draw_spans, thickened

INK = 0xFF112233
PALE = 0xFF445566
SCALE = Scale(centre_px=10.0, px_per_unit=0.1)


def envelope(minima, maxima):
    return TracePage(
        0.0, 1.0, np.array(minima, dtype=np.float32), np.array(maxima, dtype=np.float32)
    )


def drawn(spans, *, height=20, band=None, colours=None):
    pixels = np.zeros((height, len(spans[0])), np.uint32)
    colours = colours or ((len(spans[0]), INK),)
    cut = draw_spans(pixels, spans, band=band or Band(0, height), colours=colours)
    return pixels, cut


def rows_of(pixels, column):
    return np.flatnonzero(pixels[:, column]).tolist()


def test_each_column_covers_its_minimum_to_its_maximum():
    pixels, _ = drawn(column_spans(envelope([-20, -10], [30, 0]), SCALE, 2))
    assert rows_of(pixels, 0) == [7, 8, 9, 10, 11, 12]
    assert rows_of(pixels, 1) == [10, 11]


def test_one_sample_high_spike_is_drawn():
    minima, maxima = np.zeros(100), np.zeros(100)
    maxima[57] = 80
    pixels, _ = drawn(column_spans(envelope(minima, maxima), SCALE, 100))
    assert rows_of(pixels, 57) == list(range(2, 11))


def test_columns_apart_meet_half_way():
    upper, lower = column_spans(envelope([0, 60], [0, 60]), SCALE, 2)
    assert upper.tolist() == [7.0, 4.0]
    assert lower.tolist() == [10.0, 7.0]


def test_inverted_draws_negative_upwards():
    upper, _ = column_spans(envelope([-50], [0]), Scale(10.0, -0.1), 1)
    assert upper.tolist() == [5.0]


def test_a_gap_stays_empty():
    pixels, _ = drawn(column_spans(envelope([0, np.nan, 0], [0, np.nan, 0]), SCALE, 3))
    assert [rows_of(pixels, c) for c in range(3)] == [[10], [], [10]]


def test_lines_between_samples_reach_their_turns():
    page = TracePage(
        0.0,
        4.0,
        samples=np.array([0, 0, 80, 0, 0], dtype=np.float32),
        times_s=np.array([-1.0, 1.0, 1.5, 2.0, 5.0]),
    )
    upper, lower = column_spans(page, SCALE, 4)
    assert upper.tolist() == [10.0, 2.0, 10.0, 10.0]
    assert lower.tolist() == [10.0, 10.0, 10.0, 10.0]


def test_samples_are_not_joined_over_a_gap():
    page = TracePage(
        0.0,
        4.0,
        samples=np.array([0, 0, np.nan, 0, 0], dtype=np.float32),
        times_s=np.array([0.0, 1.0, 2.0, 3.0, 4.0]),
    )
    upper, _ = column_spans(page, SCALE, 4)
    assert np.isnan(upper[[1, 2]]).tolist() == [False, False] or np.isnan(upper[1])
    pixels, _ = drawn(column_spans(page, SCALE, 4))
    assert rows_of(pixels, 0) == [10]
    assert rows_of(pixels, 3) == [10]


def test_what_leaves_the_band_is_cut_and_reported():
    spans = column_spans(envelope([0, 0, -90], [0, 90, 0]), SCALE, 3)
    pixels, (above, below) = drawn(spans, band=Band(5, 15))
    assert rows_of(pixels, 1) == [5, 6, 7, 8, 9, 10]
    assert rows_of(pixels, 2) == [10, 11, 12, 13, 14]
    assert above.tolist() == [1]
    assert below.tolist() == [2]


def test_colours_change_at_their_columns():
    spans = column_spans(envelope([0] * 4, [0] * 4), SCALE, 4)
    pixels, _ = drawn(spans, colours=((1, PALE), (3, INK), (4, PALE)))
    assert pixels[10].tolist() == [PALE, INK, INK, PALE]


def test_a_thick_pen_is_wider_and_higher():
    flat = np.array([np.nan, 5, np.nan, np.nan], dtype=np.float32)
    upper, lower = thickened((flat, flat), 2)
    assert upper[1:3].tolist() == [5.0, 5.0]
    assert lower[1:3].tolist() == [6.0, 6.0]
    assert np.isnan(upper[[0, 3]]).all()


@pytest.mark.parametrize("seed", range(3))
def test_pixels_are_set_if_and_only_if_a_span_covers_them(seed):
    generator = np.random.default_rng(seed)
    upper = generator.uniform(-5, 25, 50).astype(np.float32)
    lower = upper + generator.uniform(0, 10, 50).astype(np.float32)
    pixels, _ = drawn((upper, lower))
    for column in range(50):
        top, bottom = np.clip([upper[column], lower[column]], 0, 19).astype(int)
        assert rows_of(pixels, column) == list(range(top, bottom + 1))
