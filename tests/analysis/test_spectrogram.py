import numpy as np
import pytest
from memory_traces import channel_of
from scipy.signal.windows import dpss

from sleepscorer.analysis.spectrogram import _tapers, multitaper_spectrogram
from sleepscorer.core.errors import MontageError
from sleepscorer.core.progress import Cancelled


def sine(frequency_hz, seconds, rate_hz, amplitude=20.0):
    times_s = np.arange(round(seconds * rate_hz)) / rate_hz
    return amplitude * np.sin(2 * np.pi * frequency_hz * times_s)


@pytest.mark.parametrize("rate_hz", [64.0, 100.0, 128.0, 256.0, 500.0, 512 / 3])
def test_a_wave_stands_in_its_row_with_its_power(rate_hz):
    found = multitaper_spectrogram(channel_of(sine(13.0, 90, rate_hz), rate_hz), 90.0)
    assert found.power_db.shape == (found.frequencies_hz.size, 3)
    assert np.array_equal(found.times_s, [0.0, 30.0, 60.0])
    power = 10 ** (found.power_db[:, 1] / 10)
    assert found.frequencies_hz[np.argmax(power)] == pytest.approx(13.0, abs=0.3)
    # Half of 20 squared, all of it within the bandwidth of the tapers.
    near = np.abs(found.frequencies_hz - 13.0) < 1.0
    assert power[near].sum() * 0.25 == pytest.approx(200.0, rel=0.03)
    far = np.abs(found.frequencies_hz - 13.0) > 2.0
    assert found.power_db[far, 1].max() < 10 * np.log10(200.0) - 45


@pytest.mark.parametrize("rate_hz", [100.0, 500.0])
def test_noise_has_its_density_in_decibels(rate_hz):
    noise = np.random.default_rng(0).normal(0, 10, round(300 * rate_hz))
    found = multitaper_spectrogram(channel_of(noise, rate_hz), 300.0)
    assert found.power_db.mean() == pytest.approx(10 * np.log10(200 / rate_hz), abs=0.3)


def test_rows_reach_from_half_a_hertz_to_thirty():
    found = multitaper_spectrogram(channel_of(np.ones(3000), 100.0), 30.0)
    assert found.frequencies_hz[0] == pytest.approx(0.625)
    assert found.frequencies_hz[-1] == pytest.approx(29.875)
    assert np.diff(found.frequencies_hz) == pytest.approx(0.25)
    slow = multitaper_spectrogram(channel_of(np.ones(600), 20.0), 30.0)
    assert slow.frequencies_hz[-1] < 10.0


def test_what_is_above_30_hz_does_not_fold_back():
    found = multitaper_spectrogram(channel_of(sine(75.0, 60, 500.0, 500.0), 500.0), 60.0)
    assert found.power_db.max() < -15


def test_columns_with_a_gap_are_nan_and_their_neighbours_are_not():
    values = sine(10.0, 450, 200.0)
    values[20_000:26_000] = np.nan
    found = multitaper_spectrogram(channel_of(values, 200.0), 450.0)
    gaps = np.isnan(found.power_db).all(axis=0)
    assert np.array_equal(np.flatnonzero(gaps), [3, 4])
    assert np.isfinite(found.power_db[:, ~gaps]).all()
    whole = multitaper_spectrogram(channel_of(sine(10.0, 450, 200.0), 200.0), 450.0)
    row = np.argmax(whole.power_db[:, 2])
    assert found.power_db[row, 2] == pytest.approx(whole.power_db[row, 2], abs=0.1)


@pytest.mark.parametrize(("missing_s", "is_seen"), [(0.05, True), (0.495, True), (0.5, False)])
def test_an_interruption_of_less_than_half_a_second_is_bridged(missing_s, is_seen):
    values = sine(10.0, 90, 200.0)
    values[9_000 : 9_000 + round(missing_s * 200)] = np.nan
    found = multitaper_spectrogram(channel_of(values, 200.0), 90.0)
    assert np.isfinite(found.power_db).all(axis=0).tolist() == [True, is_seen, True]


def test_a_channel_that_was_never_recorded():
    found = multitaper_spectrogram(channel_of(np.full(9000, np.nan), 100.0), 90.0)
    assert np.isnan(found.power_db).all()


@pytest.mark.parametrize(("duration_s", "n_columns"), [(0.0, 0), (29.0, 0), (30.0, 1), (359.0, 11)])
def test_a_rest_shorter_than_an_epoch_has_no_column(duration_s, n_columns):
    values = np.zeros(round(duration_s * 100))
    found = multitaper_spectrogram(channel_of(values, 100.0), duration_s)
    assert found.power_db.shape[1] == found.times_s.size == n_columns


def test_progress_is_told_and_can_cancel():
    heard = []
    channel = channel_of(np.zeros(100 * 900), 100.0)
    multitaper_spectrogram(channel, 900.0, lambda fraction, _text: heard.append(fraction))
    assert heard == pytest.approx([0, 1 / 3, 2 / 3, 1])

    def cancel(fraction, _text):
        if fraction > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        multitaper_spectrogram(channel, 900.0, cancel)


def test_a_slow_channel_is_refused_in_words():
    with pytest.raises(MontageError, match="'SpO2' is sampled at 4 Hz, too slowly"):
        multitaper_spectrogram(channel_of(np.zeros(400), 4.0, name="SpO2", kind="spo2"), 100.0)


@pytest.mark.parametrize("n_samples", [300, 2400, 2401])
def test_the_tapers_are_those_of_scipy_up_to_their_signs(n_samples):
    np.testing.assert_allclose(
        np.abs(_tapers(n_samples)), np.abs(dpss(n_samples, 8.0, 15)), atol=1e-6
    )
