import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import butter, sosfiltfilt

from sleepscorer.analysis.display import DisplayFilter
from sleepscorer.analysis.filters import (
    AASM_FILTERS,
    effective,
    filter_text,
    filtered,
    filtered_together,
    gain,
    padding_s,
)

RATE = 500.0
EEG = AASM_FILTERS["eeg"]


def sine(frequency_hz, seconds=60.0, rate_hz=RATE, phase=0.0):
    times_s = np.arange(round(seconds * rate_hz)) / rate_hz
    return np.sin(2 * np.pi * frequency_hz * times_s + phase).astype(np.float32)


def amplitude_in_the_middle(samples, rate_hz=RATE):
    middle = samples[round(20 * rate_hz) : round(40 * rate_hz)]
    return float(np.sqrt(2 * np.mean(middle.astype(np.float64) ** 2)))


def test_the_presets_are_those_of_the_aasm_manual():
    edges = {kind: (one.low_hz, one.high_hz) for kind, one in AASM_FILTERS.items()}
    assert edges["eeg"] == edges["eog"] == (0.3, 35.0)
    assert edges["emg"] == edges["emg_leg"] == edges["snore"] == (10.0, 100.0)
    assert edges["ecg"] == (0.3, 70.0)
    assert edges["flow"] == edges["effort"] == (0.1, 15.0)
    assert "spo2" not in edges
    assert "position" not in edges
    assert all(one.notch_hz is None for one in AASM_FILTERS.values())


@pytest.mark.parametrize("edge_hz", [0.3, 35.0])
def test_an_edge_lies_at_minus_3_db(edge_hz):
    assert amplitude_in_the_middle(filtered(sine(edge_hz), RATE, EEG)) == pytest.approx(
        np.sqrt(0.5), rel=5e-3
    )


@pytest.mark.parametrize(("frequency_hz", "expected"), [(10.0, 1.0), (70.0, 0.131), (0.05, 3e-4)])
def test_the_band_passes_and_the_rest_does_not(frequency_hz, expected):
    found = amplitude_in_the_middle(filtered(sine(frequency_hz), RATE, EEG))
    assert found == pytest.approx(expected, rel=0.05, abs=2e-3)


def test_waves_are_neither_delayed_nor_advanced():
    wave = sine(5.0, phase=0.7)
    found = filtered(wave, RATE, EEG)
    assert found[1000:-1000] == pytest.approx(wave[1000:-1000], abs=5e-3)
    # Nor lost where the recording begins in the middle of one.
    assert found == pytest.approx(wave, abs=0.05)


def test_the_response_is_that_of_a_butterworth_filter_run_both_ways():
    edge_hz = 20.0
    shift = (np.sqrt(2) - 1) ** 0.25
    noise = np.random.default_rng(0).normal(size=round(60 * RATE)).astype(np.float32)
    # The bilinear transform bends high frequencies; twice the rate keeps both comparable.
    sections = butter(2, edge_hz / shift, fs=RATE, output="sos")
    expected = sosfiltfilt(sections, noise)
    found = filtered(noise, RATE, DisplayFilter(None, edge_hz))
    inner = slice(5000, -5000)
    assert np.corrcoef(found[inner], expected[inner])[0, 1] > 0.999
    assert np.std(found[inner]) == pytest.approx(np.std(expected[inner]), rel=0.01)


def test_an_offset_and_a_drift_leave_no_edge():
    times_s = np.arange(round(30 * RATE)) / RATE
    wave = 20 * np.sin(2 * np.pi * 6 * times_s)
    level = 40_000 + 55.0 * times_s
    found = filtered((level + wave).astype(np.float32), RATE, EEG)
    assert np.abs(found).max() < 25
    assert found == pytest.approx(wave, abs=3.0)


def test_without_a_high_pass_offset_and_drift_stay():
    level = np.linspace(95.0, 97.0, 3000, dtype=np.float32)
    assert filtered(level, 100.0, DisplayFilter(None, 5.0)) == pytest.approx(level, abs=1e-4)


def test_the_notch_takes_the_mains_out_and_little_else():
    notch = DisplayFilter(notch_hz=50.0)
    assert amplitude_in_the_middle(filtered(sine(50.0), RATE, notch)) < 0.01
    for beside_hz in (45.0, 55.0):
        passed = amplitude_in_the_middle(filtered(sine(beside_hz), RATE, notch))
        assert passed == pytest.approx(1.0, abs=0.03)
    for edge_hz in (49.0, 51.0):
        passed = amplitude_in_the_middle(filtered(sine(edge_hz), RATE, notch))
        assert passed == pytest.approx(np.sqrt(0.5), rel=0.02)


def test_a_gap_stays_a_gap_and_both_sides_are_filtered_apart():
    samples = np.concatenate([sine(5.0, 20) + 500, np.full(700, np.nan), sine(5.0, 20) - 900])
    samples = samples.astype(np.float32)
    found = filtered(samples, RATE, EEG)
    assert np.array_equal(np.isnan(found), np.isnan(samples))
    assert found[:10_000] == pytest.approx(filtered(samples[:10_000], RATE, EEG), abs=1e-6)
    assert np.abs(found[np.isfinite(found)]).max() < 1.1


def test_a_single_sample_between_gaps_does_not_break_the_filter():
    samples = np.array([np.nan, 3.0, np.nan, 1.0, 2.0], dtype=np.float32)
    found = filtered(samples, RATE, DisplayFilter(None, 35.0))
    assert found[1] == 3.0
    assert np.array_equal(np.isnan(found), [True, False, True, False, False])


def test_nothing_and_no_filter():
    assert filtered(np.empty(0, np.float32), RATE, EEG).size == 0
    samples = sine(3.0, 1.0)
    assert np.array_equal(filtered(samples, RATE, DisplayFilter()), samples)
    assert filtered(samples, RATE, DisplayFilter()) is not samples


def test_samples_are_not_changed():
    samples = sine(3.0, 2.0)
    before = samples.copy()
    filtered(samples, RATE, EEG)
    assert np.array_equal(samples, before)


@pytest.mark.parametrize("kind", ["eeg", "emg", "ecg", "flow"])
def test_a_padded_page_is_as_if_the_whole_night_had_been_filtered(kind):
    rng = np.random.default_rng(1)
    night = np.cumsum(rng.normal(size=round(180 * 200.0))).astype(np.float32)
    wanted = AASM_FILTERS[kind]
    whole = filtered(night, 200.0, wanted)
    margin = round(padding_s(wanted) * 200)
    first, stop = 80 * 200, 110 * 200
    page = filtered(night[first - margin : stop + margin], 200.0, wanted, margin_s=margin / 200)[
        margin:-margin
    ]
    # A thousandth of the swing of the unfiltered signal is below a pixel.
    assert page == pytest.approx(whole[first:stop], abs=float(np.ptp(night)) * 1e-3)


def test_edges_that_the_rate_cannot_hold_are_left_open():
    emg = AASM_FILTERS["emg"]
    assert effective(emg, 500.0) == emg
    assert effective(emg, 200.0) == DisplayFilter(10.0, None)
    assert effective(emg, 100.0) == DisplayFilter(10.0, None)
    assert effective(emg, 1.0) == DisplayFilter()
    assert effective(DisplayFilter(0.3, 35.0, 60.0), 100.0) == DisplayFilter(0.3, 35.0)


def test_a_rectified_emg_at_1_hz_is_shown_as_stored():
    samples = np.array([2.0, 5.0, 3.0], dtype=np.float32)
    assert np.array_equal(filtered(samples, 1.0, AASM_FILTERS["emg"]), samples)


@pytest.mark.parametrize(
    ("wanted", "rate_hz", "expected"),
    [
        (EEG, 500.0, "0.3-35 Hz"),
        (AASM_FILTERS["emg"], 128.0, "10-64 Hz"),
        (AASM_FILTERS["emg"], 1.0, "unfiltered"),
        (DisplayFilter(0.3, 35.0, 50.0), 256.0, "0.3-35 Hz, notch 50 Hz"),
        (DisplayFilter(0.3), 256.0, "from 0.3 Hz"),
        (DisplayFilter(None, 15.0), 256.0, "to 15 Hz"),
        (DisplayFilter(None, 100.0), 100.0, "unfiltered"),
        (DisplayFilter(notch_hz=60.0), 256.0, "notch 60 Hz"),
        (DisplayFilter(), 256.0, "unfiltered"),
    ],
)
def test_a_filter_is_named_as_it_works(wanted, rate_hz, expected):
    assert filter_text(wanted, rate_hz) == expected


def test_padding_covers_the_slowest_edge():
    assert padding_s(EEG) == pytest.approx(10.0)
    assert padding_s(AASM_FILTERS["emg"]) == pytest.approx(0.3)
    assert padding_s(DisplayFilter(10.0, 100.0, 50.0)) == 1.0
    assert padding_s(DisplayFilter()) == 0.0


edges = st.one_of(st.none(), st.floats(0.05, 120.0))


@settings(deadline=None, max_examples=80)
@given(
    low=edges,
    high=edges,
    notch=st.sampled_from([None, 50.0, 60.0]),
    rate=st.sampled_from([1.0, 12.5, 100.0, 199.8, 256.0]),
    n_samples=st.integers(0, 400),
    gaps=st.lists(st.integers(0, 399), max_size=6),
)
def test_any_filter_on_any_stretch(low, high, notch, rate, n_samples, gaps):
    samples = np.random.default_rng(n_samples).normal(50, 10, n_samples).astype(np.float32)
    samples[[gap for gap in gaps if gap < n_samples]] = np.nan
    found = filtered(samples, rate, DisplayFilter(low, high, notch))
    assert found.dtype == np.float32
    assert np.array_equal(np.isnan(found), np.isnan(samples))
    assert not np.isinf(found).any()


@given(low=edges, high=edges, frequency=st.floats(0.0, 250.0))
def test_a_gain_never_amplifies(low, high, frequency):
    found = gain(DisplayFilter(low, high, 50.0), np.array([frequency]))
    assert 0 <= found[0] <= 1


def test_signals_filtered_together_are_as_if_alone():
    rng = np.random.default_rng(8)
    rows = np.cumsum(rng.normal(size=(5, 20_000)), axis=1).astype(np.float32)
    wanted = [EEG, EEG, DisplayFilter(None, 35.0), DisplayFilter(), AASM_FILTERS["emg"]]
    for gaps in ((), (slice(None),), (2,)):
        for row in gaps:
            rows[row, 8_000:9_000] = np.nan
        found = filtered_together(rows, RATE, wanted)
        for row, each, alone in zip(rows, wanted, found, strict=True):
            whole = filtered(row, RATE, each)
            # Alone, an EMG is continued for less time: what it is rid of has died away by then.
            assert alone == pytest.approx(whole, abs=1e-3 * float(np.nanstd(row)), nan_ok=True)


@pytest.mark.parametrize("edge_hz", [1e-300, 1e-9, 0.0009])
def test_an_edge_that_no_night_can_hold_is_left_open(edge_hz):
    assert effective(DisplayFilter(edge_hz, 35.0), 100.0) == DisplayFilter(None, 35.0)
    assert effective(DisplayFilter(None, edge_hz), 100.0) == DisplayFilter()
