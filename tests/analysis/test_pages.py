import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_traces import trace_of

from sleepscorer.analysis.display import DisplayFilter
from sleepscorer.analysis.filters import AASM_FILTERS
from sleepscorer.analysis.pages import batches, read_page, read_pages, usual_levels

RATE = 500.0


def zeros(seconds, rate_hz=RATE):
    return np.zeros(round(seconds * rate_hz), np.float32)


@pytest.mark.parametrize("page_s", [30, 60, 120, 300, 600])
def test_a_spindle_keeps_its_envelope_at_any_page_length(page_s):
    values = zeros(700)
    times_s = np.arange(round(1.5 * RATE)) / RATE
    start = round(45.0 * RATE)
    values[start : start + times_s.size] = 40 * np.sin(2 * np.pi * 13 * times_s)
    page = read_page(trace_of(values, RATE, AASM_FILTERS["eeg"]), 30, 30 + page_s, 1800)
    column_s = page_s / 1800
    middle = slice(int(15.2 / column_s), int(16.3 / column_s) + 1)
    if column_s >= 1 / 13:
        # Every column holds a whole wave.
        assert page.maxima[middle].min() > 35
        assert page.minima[middle].max() < -35
    assert page.maxima[middle].max() == pytest.approx(40, rel=0.05)
    assert page.minima[middle].min() == pytest.approx(-40, rel=0.05)


@settings(deadline=None, max_examples=60)
@given(
    at=st.integers(0, 600 * 100 - 1),
    n_columns=st.integers(1, 2000),
    height=st.sampled_from([-900.0, 900.0]),
)
def test_a_single_sample_is_always_seen(at, n_columns, height):
    values = zeros(600, 100.0)
    values[at] = height
    page = read_page(trace_of(values, 100.0), 0, 600, n_columns)
    seen = page.maxima if height > 0 else page.minima
    assert np.count_nonzero(seen) == 1
    column = int(np.flatnonzero(seen)[0])
    assert seen[column] == height
    assert column == pytest.approx(at / 60_000 * n_columns, abs=1.001)


def test_an_envelope_is_least_and_greatest_of_equal_parts():
    values = np.arange(60_000, dtype=np.float32) % 1000
    page = read_page(trace_of(values, RATE), 10, 40, 100)
    parts = values[5000:20_000].reshape(100, 150)
    assert page.envelope is not None
    assert np.array_equal(page.minima, parts.min(axis=1))
    assert np.array_equal(page.maxima, parts.max(axis=1))
    assert page.samples is None
    assert page.times_s is None


def test_few_samples_are_given_themselves_with_one_more_on_both_sides():
    values = np.arange(100, dtype=np.float32)
    page = read_page(trace_of(values, 1.0), 30, 60, 1800)
    assert page.envelope is None
    assert page.minima is None
    assert page.maxima is None
    assert np.array_equal(page.samples, np.arange(29, 61))
    assert np.array_equal(page.times_s, np.arange(29.0, 61.0))


@pytest.mark.parametrize(("n_columns", "is_envelope"), [(50, True), (51, False)])
def test_two_samples_a_column_make_an_envelope(n_columns, is_envelope):
    values = np.arange(100, dtype=np.float32)
    page = read_page(trace_of(values, 1.0), 0, 100, n_columns)
    assert (page.envelope is not None) is is_envelope


def test_a_gap_is_a_gap_and_a_column_partly_in_it_shows_the_rest():
    values = np.ones(1000, np.float32)
    values[395:605] = np.nan
    page = read_page(trace_of(values, 100.0), 0, 10, 100)
    expected = np.ones(100, bool)
    expected[40:60] = False
    assert np.array_equal(np.isfinite(page.minima), expected)
    assert np.array_equal(np.isfinite(page.maxima), expected)


def test_a_page_beyond_the_end_is_empty_there():
    page = read_page(trace_of(zeros(45), RATE, AASM_FILTERS["eeg"]), 30, 60, 300)
    assert np.isfinite(page.minima[:150]).all()
    assert np.isnan(page.minima[150:]).all()
    page = read_page(trace_of(zeros(45), RATE, AASM_FILTERS["eeg"]), -15, 15, 300)
    assert np.isnan(page.maxima[:150]).all()
    assert np.isfinite(page.maxima[150:]).all()


def test_a_wave_looks_the_same_on_every_page():
    rng = np.random.default_rng(2)
    values = np.cumsum(rng.normal(size=round(400 * 100.0)))
    trace = trace_of(values, 100.0, AASM_FILTERS["eeg"])
    long = read_page(trace, 60, 360, 3000)
    short = read_page(trace, 180, 210, 300)
    assert short.maxima == pytest.approx(long.maxima[1200:1500], abs=float(np.ptp(values)) * 1e-3)


def test_long_pages_are_filtered_in_blocks_without_seams():
    rng = np.random.default_rng(3)
    values = 100 * rng.normal(size=round(620 * RATE))
    trace = trace_of(values, RATE, AASM_FILTERS["eeg"])
    long = read_page(trace, 5, 605, 6000)
    # The second block begins 80 s after the first.
    across = read_page(trace, 80, 90, 100)
    assert long.maxima[750:850] == pytest.approx(across.maxima, abs=0.2)


def test_a_page_takes_a_fractional_rate():
    rate_hz = 512 / 3
    values = np.arange(20_000, dtype=np.float32)
    page = read_page(trace_of(values, rate_hz), 30, 60, 50)
    assert page.minima[0] == 5120
    assert page.maxima[-1] == 10_239


@pytest.mark.parametrize(("start_s", "stop_s", "n_columns"), [(0, 0, 10), (5, 1, 10), (0, 5, 0)])
def test_no_page_is_a_mistake(start_s, stop_s, n_columns):
    with pytest.raises(ValueError, match="no page"):
        read_page(trace_of(zeros(10), RATE, DisplayFilter()), start_s, stop_s, n_columns)


def test_traces_of_one_rate_are_read_together():
    rng = np.random.default_rng(9)
    kinds = ["eeg", "emg", "ecg", "eeg", "eog", "eeg"]
    traces = [trace_of(rng.normal(size=10_000), RATE, AASM_FILTERS[kind]) for kind in kinds]
    slow = trace_of(rng.normal(size=500), 1.0)
    unfiltered = trace_of(rng.normal(size=10_000), RATE)
    groups = list(batches([*traces[:2], slow, *traces[2:], unfiltered]))
    assert groups == [traces[:4], traces[4:], [slow], [unfiltered]]
    for trace, page in zip(traces[:4], read_pages(traces[:4], 2, 12, 200), strict=True):
        alone = read_page(trace, 2, 12, 200)
        assert page.minima == pytest.approx(alone.minima, abs=2e-3)
        assert page.maxima == pytest.approx(alone.maxima, abs=2e-3)


def test_the_usual_level_is_that_of_the_night():
    values = np.full(36_000, 36.5)
    values[:4_000] = 20.0
    slow = trace_of(values, 1.0, unit="degC")
    assert usual_levels([slow]) == [pytest.approx(36.5)]
    high_passed = trace_of(values, 1.0, DisplayFilter(0.1), unit="degC")
    nothing = trace_of(np.full(36_000, np.nan), 1.0, unit="degC")
    assert usual_levels([high_passed, trace_of(values, 1.0), nothing]) == [None, None, None]
