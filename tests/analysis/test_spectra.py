from itertools import pairwise

import numpy as np
import pytest

from sleepscorer.analysis.spectra import BANDS_HZ, band_powers, epoch_spectrum

RATE = 200.0
TIMES_S = np.arange(round(30 * RATE)) / RATE


def wave(frequency_hz, amplitude=10.0):
    return (amplitude * np.sin(2 * np.pi * frequency_hz * TIMES_S)).astype(np.float32)


def test_the_power_of_a_sine_is_half_its_amplitude_squared():
    spectrum = epoch_spectrum(wave(10.0), RATE)
    assert spectrum.frequencies_hz[np.argmax(spectrum.density)] == 10.0
    assert spectrum.density.sum() * 0.25 == pytest.approx(50.0, rel=1e-4)


def test_white_noise_has_an_even_density():
    noise = np.random.default_rng(0).normal(0, 5, TIMES_S.size).astype(np.float32)
    spectrum = epoch_spectrum(noise, RATE)
    # Variance 25 spread over 0 to 100 Hz.
    assert spectrum.density[4:-4].mean() == pytest.approx(0.25, rel=0.05)


@pytest.mark.parametrize(
    ("frequency_hz", "band"),
    [(2.0, "delta"), (6.0, "theta"), (10.0, "alpha"), (14.0, "sigma"), (22.0, "beta")],
)
def test_each_wave_belongs_to_its_band(frequency_hz, band):
    powers = band_powers(epoch_spectrum(wave(frequency_hz), RATE))
    assert list(powers) == ["delta", "theta", "alpha", "sigma", "beta"]
    assert powers[band].absolute == pytest.approx(50.0, rel=1e-3)
    assert powers[band].relative == pytest.approx(1.0, abs=1e-3)


def test_shares_add_up_to_one():
    powers = band_powers(epoch_spectrum(wave(2.0, 30) + wave(10.0) + wave(20.0, 5), RATE))
    assert sum(power.relative for power in powers.values()) == pytest.approx(1.0)
    assert powers["delta"].relative == pytest.approx(900 / 1025, rel=1e-3)


def test_the_bands_touch_without_overlap():
    edges = list(BANDS_HZ.values())
    assert edges[0][0] == 0.5
    assert edges[-1][1] == 30.0
    assert all(left[1] == right[0] for left, right in pairwise(edges))


def test_windows_with_a_gap_are_left_out():
    samples = wave(10.0)
    samples[3000:3010] = np.nan
    assert band_powers(epoch_spectrum(samples, RATE))["alpha"].absolute == pytest.approx(
        50.0, rel=1e-3
    )


def test_what_is_undefined_is_none():
    gap = epoch_spectrum(np.full(6000, np.nan, np.float32), RATE)
    assert np.isnan(gap.density).all()
    for powers in (band_powers(gap), band_powers(epoch_spectrum(np.empty(0, np.float32), RATE))):
        assert all(power.absolute is None and power.relative is None for power in powers.values())
    slow = band_powers(epoch_spectrum(np.ones(750, np.float32), 25.0))
    assert slow["alpha"].absolute is not None
    assert slow["sigma"].absolute is None
    assert slow["alpha"].relative is None
    flat = band_powers(epoch_spectrum(np.zeros(6000, np.float32), RATE))
    assert flat["delta"].absolute == 0.0
    assert flat["delta"].relative is None
