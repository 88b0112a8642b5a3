"""What is doubted of a channel, by the traits of its epochs, and the traits by signals."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from sleepscorer.staging.bands import BANDS_HZ
from sleepscorer.staging.plausibility import Doubt, EpochTraits, doubts_about, traits_of

SLOPE_EDGES_HZ = (1.0, 2.0, 4.0, 8.0, 14.0, 28.0)
USUAL = (1.0, 0.5, 0.3, 0.2, 0.1)


def in_bands(densities, edges_hz):
    """(n, 112) of (n, n_bands) densities, each the same in the whole band; 0 elsewhere."""
    densities = np.atleast_2d(densities)
    spectrum = np.zeros((len(densities), 112))
    for density, (low, high) in zip(densities.T, edges_hz, strict=True):
        spectrum[:, round(4 * low) : round(4 * high)] = density[:, None]
    return spectrum.astype(np.float32)


def restless(n, size=1.0, usual=USUAL):
    """Spectra of which relative band powers have a spread of ``size * 0.8 ** 0.5``."""
    signs = np.where(np.arange(n) % 2, -1, 1)[:, None] * np.array([1, -1, 1, -1, 0])
    return in_bands(usual * np.exp(size * signs), BANDS_HZ)


def unlike(n):
    rows = np.random.default_rng(0).normal(size=(n, 480))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def traits(n, **columns):
    usual = EpochTraits(
        restless(n), np.full(n, 0.55, np.float32), unlike(n), np.zeros((n, 24), np.float32)
    )
    return replace(usual, **columns)


def doubted(found, kind="eeg", *, in_band=None, usable=None):
    """The doubts with the indices of their epochs."""
    n = len(found.evenness)
    doubts = doubts_about(
        found,
        np.full(n, 0.9, np.float32) if in_band is None else np.asarray(in_band, np.float32),
        np.ones(n, bool) if usable is None else usable,
        kind,
    )
    return {doubt: np.flatnonzero(where).tolist() for doubt, where in doubts.items()}


def test_usual_epochs_raise_no_doubt():
    assert doubted(traits(200)) == {}
    assert doubted(traits(200), "eog") == {}


def test_an_epoch_is_empty_where_less_than_a_ten_thousandth_is_in_the_band():
    shares = [0.9, 1.01e-4, 0.99e-4, 0.0]
    assert doubted(traits(4), in_band=shares) == {Doubt.EMPTY: [2, 3]}
    assert doubted(traits(4), "eog", in_band=shares) == {Doubt.EMPTY: [2, 3]}
    assert doubted(traits(4), "emg", in_band=shares) == {}


def test_four_epochs_are_the_fewest_that_are_judged_and_unusable_ones_are_not():
    assert doubted(traits(3), in_band=[0, 0, 0]) == {}
    usable = np.array([True, False, True, True, True])
    assert doubted(traits(5), in_band=[0, 0, 0, 0, 0.9], usable=usable) == {Doubt.EMPTY: [0, 2, 3]}
    usable[0] = False
    assert doubted(traits(5), in_band=[0] * 5, usable=usable) == {}


@pytest.mark.parametrize(("evenness", "is_told"), [(0.345, True), (0.355, False)])
def test_a_channel_is_periodic_where_the_fine_spectrum_is_uneven(evenness, is_told):
    found = doubted(traits(12, evenness=np.full(12, evenness, np.float32)))
    assert found == ({Doubt.PERIODIC: [*range(12)]} if is_told else {})


def test_periodic_is_said_of_the_windows_of_20_epochs_that_are_so_by_most():
    evenness = np.full(60, 0.9, np.float32)
    evenness[30:50] = 0.1
    # Of the windows that begin every five epochs those from 20 and from 40 are so by half.
    assert doubted(traits(60, evenness=evenness)) == {Doubt.PERIODIC: [*range(25, 55)]}
    evenness[:] = 0.9
    evenness[-11:] = 0.1
    assert doubted(traits(63, evenness=np.append([0.9] * 3, evenness))) == {
        Doubt.PERIODIC: [*range(43, 63)]
    }


def falling(n, slope, *, beyond=1.0):
    """Spectra with just this slope up to 14 Hz; from there on ``beyond`` times as strong."""
    pairs = list(pairwise(SLOPE_EDGES_HZ))
    densities = np.array([(low * high) ** (slope / 2) for low, high in pairs])
    densities[-1] *= beyond
    shaken = densities * np.exp(np.where(np.arange(n) % 2, 0.0, 1.0))[:, None]
    return in_bands(shaken, pairs)


@pytest.mark.parametrize(
    ("kind", "slope", "beyond", "is_told"),
    [
        ("eeg", -0.09, 1.0, True),
        ("eeg", -0.11, 1.0, False),
        ("eeg", -0.11, 2.0, True),
        ("eog", -0.29, 1.0, True),
        ("eog", -0.31, 1.0, False),
        # What is above the pass band of an EOG says nothing.
        ("eog", -0.31, 50.0, False),
    ],
)
def test_a_spectrum_is_even_where_it_falls_too_little(kind, slope, beyond, is_told):
    found = doubted(traits(9, spectrum=falling(9, slope, beyond=beyond)), kind)
    assert found == ({Doubt.EVEN: [*range(9)]} if is_told else {})


def test_even_is_said_of_the_windows_of_60_epochs_that_are_so_by_most():
    spectrum = np.concatenate([falling(90, -2.0), falling(60, 0.1)])
    # Windows begin every 15 epochs: that from 60 is so by half.
    assert doubted(traits(150, spectrum=spectrum)) == {Doubt.EVEN: [*range(75, 150)]}


@pytest.mark.parametrize(
    ("n", "limit"), [(20, 0.105), (40, 0.1125), (60, 0.12), (90, 0.13), (120, 0.14), (400, 0.14)]
)
def test_a_spectrum_is_steady_where_band_powers_spread_less_than_the_limit(n, limit):
    for share, told in ((0.98, {Doubt.STEADY: [*range(n)]}), (1.02, {})):
        spectrum = restless(n, share * limit / 0.8**0.5)
        assert doubted(traits(n, spectrum=spectrum)) == told


def test_fewer_than_20_epochs_may_be_steady():
    assert doubted(traits(19, spectrum=restless(19, 0.0))) == {}
    assert doubted(traits(20, spectrum=restless(20, 0.0))) == {Doubt.STEADY: [*range(20)]}


@pytest.mark.parametrize(("spread", "is_told"), [(0.108, True), (0.112, False)])
def test_a_restless_night_may_be_steady_for_an_hour(spread, is_told):
    spectrum = restless(360)
    spectrum[:150] = restless(150, spread / 0.8**0.5)
    # Windows of 120 begin every 30 epochs.
    assert doubted(traits(360, spectrum=spectrum)) == (
        {Doubt.STEADY: [*range(150)]} if is_told else {}
    )


def shaken_in(band, usual):
    """40 spectra that change in one band alone."""
    densities = np.tile(np.array(usual, float), (40, 1))
    densities[:, band] *= np.exp(np.where(np.arange(40) % 2, 1.0, -1.0))
    return traits(40, spectrum=in_bands(densities, BANDS_HZ))


@pytest.mark.parametrize(
    ("band", "usual", "is_told"),
    [
        (4, (1, 0.5, 0.3, 0.2, 0.021), False),
        (4, (1, 0.5, 0.3, 0.2, 0.019), True),
        (3, (1, 0.5, 0.3, 0.031, 0.03), False),
        (3, (1, 0.5, 0.3, 0.029, 0.02), True),
        (4, (1, 0.5, 0.3, 0.029, 0.02), True),
        (2, (1, 0.5, 0.3, 0.029, 0.02), False),
        # Deep sleep falls as steeply from one slow band to the next.
        (1, (1, 0.05, 0.04, 0.03, 0.02), False),
        (2, (1, 0.5, 0.04, 0.03, 0.02), False),
    ],
)
def test_a_fast_band_that_was_filtered_out_is_not_asked_whether_it_changes(band, usual, is_told):
    assert (Doubt.STEADY in doubted(shaken_in(band, usual))) == is_told


def test_what_is_above_the_pass_band_of_an_eog_is_not_asked_whether_it_changes():
    assert Doubt.STEADY in doubted(shaken_in(4, USUAL), "eog")
    assert Doubt.STEADY not in doubted(shaken_in(3, USUAL), "eog")
    # Of sigma up to 14 Hz.
    beyond = shaken_in(0, USUAL)
    steady = in_bands(np.tile(USUAL, (40, 1)), BANDS_HZ)
    steady[::2, 4 * 14 :] *= 9
    assert Doubt.STEADY in doubted(replace(beyond, spectrum=steady), "eog")


@pytest.mark.parametrize(("correlation", "is_told"), [(0.96, True), (0.94, False), (-1.0, False)])
def test_epochs_are_copies_where_they_correlate_at_95_hundredths(correlation, is_told):
    slow = np.eye(12, 480, dtype=np.float32)
    slow[7] = correlation * slow[2]
    slow[7, 20] = (1 - correlation**2) ** 0.5
    assert doubted(traits(12, slow=slow)) == ({Doubt.REPEATED: [2, 7]} if is_told else {})


def test_copies_within_a_day_are_found():
    slow = unlike(3300)
    copies = {254: 253, 256: 255, 300: 3, 2885: 5, 3299: 700}
    slow[list(copies)] = slow[list(copies.values())]
    slow[3200] = slow[0]
    found = doubted(traits(3300, slow=slow))
    assert found == {Doubt.REPEATED: sorted({*copies, *copies.values()})}


def tone(hz, n=1):
    return np.tile(np.sin(2 * np.pi * hz * np.arange(3000) / 100), (n, 1)).astype(np.float32)


def noise(n):
    return np.random.default_rng(1).normal(size=(n, 3000)).astype(np.float32)


@pytest.mark.parametrize("size", [1.0, 1e-6, 300.0])
def test_the_spectrum_of_a_tone_is_its_power_in_one_place_whatever_its_size(size):
    spectrum = traits_of(size * tone(10.0), "eeg").spectrum[0]
    assert spectrum.shape == (112,)
    assert spectrum.argmax() == 40
    # Half the amplitude times the sum of Hann's window over four seconds.
    assert spectrum[40] == pytest.approx((2**0.5 / 2 * 199.5) ** 2, rel=1e-3)
    assert spectrum[[39, 41]] == pytest.approx(spectrum[40] / 4, rel=0.02)
    assert spectrum[[*range(38), *range(43, 112)]].max() < 1e-4 * spectrum[40]


def test_a_shift_of_all_samples_is_not_in_the_spectrum():
    assert traits_of(tone(10.0) + 100, "eeg").spectrum[0, :3].max() < 1e-6


def test_tones_are_uneven_and_noise_is_even():
    assert traits_of(tone(10.0), "eeg").evenness[0] < 0.05
    assert traits_of(noise(20), "eeg").evenness == pytest.approx(0.56, abs=0.05)
    # By power: a faint tone does not matter, and a faint noise does not help.
    assert traits_of(noise(1) + 0.03 * tone(10.0), "eeg").evenness[0] > 0.5
    assert traits_of(0.1 * noise(1) + tone(10.0), "eeg").evenness[0] < 0.2
    # Above the pass band of an EOG nothing is asked.
    above = noise(1) + 9 * tone(20.0)
    assert traits_of(above, "eog").evenness[0] > 0.5 > traits_of(above, "eeg").evenness[0]


def test_an_epoch_below_8_hz_has_a_mean_of_0_and_a_length_of_1():
    given = np.concatenate([noise(3), 1e-6 * noise(1), tone(20.0) + 1e-3 * tone(3.0)])
    slow = traits_of(given, "eeg").slow
    assert slow.shape == (5, 480)
    np.testing.assert_allclose(np.linalg.norm(slow, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(slow.mean(axis=1), 0, atol=1e-6)
    # What is faster leaves it as it is.
    fast = traits_of(tone(3.0) + 5 * tone(20.0), "eeg").slow
    assert (fast @ traits_of(tone(3.0), "eeg").slow.T).item() == pytest.approx(1, abs=1e-3)


def test_two_epochs_with_the_same_pop_are_not_alike():
    popped = noise(2)
    popped[:, 1500:1520] += 100
    slow = traits_of(popped, "eeg").slow
    assert slow[0] @ slow[1] < 0.5


def test_an_epoch_of_nothing_has_traits_of_nothing():
    found = traits_of(np.zeros((1, 3000), np.float32), "eeg")
    assert not found.spectrum.any()
    assert not found.slow.any()
    assert np.isfinite(found.evenness).all()


def test_traits_of_parts_are_joined_in_order():
    first, second = traits(3), traits(5, evenness=np.full(5, 0.1, np.float32))
    joined = EpochTraits.joined([first, second])
    np.testing.assert_array_equal(joined.evenness, [np.float32(0.55)] * 3 + [np.float32(0.1)] * 5)
    np.testing.assert_array_equal(joined.slow, [*first.slow, *second.slow])
    np.testing.assert_array_equal(joined.spectrum, [*first.spectrum, *second.spectrum])
