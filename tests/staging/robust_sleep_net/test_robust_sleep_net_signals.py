"""What of a channel is read as a signal, and how it is scaled."""

import numpy as np
import pytest
from memory_recording import recording, signal

from sleepscorer.core.stager_channels import choose_stager_channels
from sleepscorer.staging.robust_sleep_net import signals
from sleepscorer.staging.robust_sleep_net.signals import filtered, prepare

RATE = 100
N = 20


@pytest.fixture(scope="module")
def samples():
    """Noise that grows and fades, with a drift, a slow wave and a spindle now and then."""
    rng = np.random.default_rng(3)
    time_s = np.arange(N * 30 * RATE) / RATE
    noise = rng.normal(0, 12, time_s.size) * (1.5 + np.sin(time_s / 70))
    return noise + 30 * np.sin(2 * np.pi * 1.1 * time_s) + 8 * np.sin(2 * np.pi * 13 * time_s) + 40


def prepared(values, rate_hz=100.0, **more):
    night = recording(signal("C4-M1", values, rate_hz), **more)
    (channel,) = choose_stager_channels(night).eeg
    return prepare(channel, night)


def test_a_night_filtered_piece_by_piece_is_that_filtered_whole(samples, monkeypatch):
    whole = prepared(samples)
    monkeypatch.setattr(signals, "_BLOCK_EPOCHS", 3)
    pieces = prepared(samples)
    np.testing.assert_allclose(pieces.epochs, whole.epochs, atol=1e-5)
    assert pieces.good.all()


def test_gain_polarity_and_offset_change_nothing(samples):
    plain = prepared(samples)
    np.testing.assert_allclose(prepared(-1e-3 * samples + 5).epochs, -plain.epochs, atol=1e-3)


@pytest.mark.parametrize("rate_hz", [50.0, 60.0, 99.95, 256.0, 500.0])
def test_any_rate_gives_the_same_epochs(rate_hz):
    time_s = np.arange(round(N * 30 * rate_hz)) / rate_hz
    values = 20 * np.sin(2 * np.pi * 2 * time_s) + 5 * np.sin(2 * np.pi * 11 * time_s + 1)
    given = prepared(values, rate_hz, duration_s=N * 30)
    at_60 = np.arange(N * 1800) / 60
    wanted = 20 * np.sin(2 * np.pi * 2 * at_60) + 5 * np.sin(2 * np.pi * 11 * at_60 + 1)
    wanted /= np.subtract(*np.quantile(wanted, (0.75, 0.25)))
    assert given.epochs.shape == (N, 1800)
    assert given.good.all()
    np.testing.assert_allclose(
        given.epochs[1:-1], wanted.reshape(N, 1800)[1:-1], atol=0.045, err_msg=f"{rate_hz}"
    )


def test_missing_and_flat_samples_cost_the_frames_that_they_touch(samples):
    values = samples.copy()
    values[3000 * 4 + 1010] = np.nan  # epoch 4 at 10.1 s: frames 8 to 10
    values[3000 * 9 : 3000 * 9 + 1000] = 7.0  # a third of epoch 9
    values[3000 * 12 : 3000 * 12 + 2000] = np.nan  # two thirds of epoch 12
    values[3000 * 15 : 3000 * 16] = 0.0
    good = prepared(values).good
    assert np.flatnonzero(~good[4]).tolist() == [8, 9, 10]
    assert np.flatnonzero(~good[9]).tolist() == list(range(10))
    assert not good[[12, 15]].any()
    untouched = [epoch for epoch in range(N) if epoch not in (4, 9, 12, 15)]
    assert good[untouched].all()


def test_what_is_no_signal_takes_no_part_in_the_scaling(samples):
    values = samples.copy()
    values[3000 * 6 : 3000 * 17] = 0.0
    given, alone = prepared(values), prepared(np.delete(samples, slice(3000 * 6, 3000 * 17)))
    np.testing.assert_allclose(given.epochs[:5], alone.epochs[:5], rtol=0.02, atol=0.02)


def test_an_electrode_that_is_off_and_only_hisses_is_no_signal(samples):
    values = samples.copy()
    values[3000 * 3 : 3000 * 7] = np.random.default_rng(1).normal(0, 0.1, 12000)
    good = prepared(values).good
    assert np.flatnonzero(~good.any(axis=1)).tolist() == [3, 4, 5, 6]


def test_a_dead_channel_has_no_good_frame():
    assert not prepared(np.full(N * 3000, 3.0)).good.any()
    assert not prepared(np.full(N * 3000, np.nan)).good.any()


def test_a_microsecond_short_of_an_epoch_is_still_an_epoch(samples):
    given = prepared(samples[:-1], duration_s=N * 30 - 1e-6)
    assert given.epochs.shape == (N, 1800)


def test_filtering_keeps_30_s_at_1800_samples():
    assert filtered(np.random.default_rng(1).normal(size=30 * 256), 256).size == 1800
