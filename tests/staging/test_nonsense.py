"""Nonsense is staged with doubt, and no real recording is: both held side by side."""

import numpy as np
import pytest
from memory_recording import recording, signal
from nonsense_signals import NONSENSE, coloured, random_walk, white

from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.signal_faults import SignalFault
from sleepscorer.core.stager_channels import choose_stager_channels
from sleepscorer.files.recordings import open_recording
from sleepscorer.simulation.channels import derivations
from sleepscorer.simulation.night import simulate_night
from sleepscorer.staging.stager import Stager

RATES_HZ = (100, 128, 256, 512)


@pytest.fixture(scope="module")
def stager():
    return Stager(device="cpu")


def staged(stager, *signals, **channels):
    night = recording(*signals)
    return stager.stage(night, choose_stager_channels(night, **channels))


def doubts(staging, name=""):
    return [
        warning
        for warning in staging.provenance.warnings
        if f"of {name}" in warning and "unlike EEG" in warning
    ]


def one_stage_told(staging):
    return any("no night is like that" in w for w in staging.provenance.warnings)


def of_one(kind, seed, rate_hz, minutes=40):
    return NONSENSE[kind](np.random.default_rng(seed), minutes * 60 * rate_hz, rate_hz)


def simulated(hours, seed, rate_hz=100):
    channels = derivations("C4-M1", "E1-E2", sampling_rate_hz=rate_hz)
    night = simulate_night(hours=hours, seed=seed, channels=channels)
    return [np.asarray(values) for values in night.block(0, night.duration_s)]


@pytest.fixture(scope="module")
def sound():
    """(EEG, EOG) of four hours."""
    return simulated(4.0, seed=21)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("kind", NONSENSE)
def test_nonsense_is_told_and_not_trusted(stager, kind, seed):
    rate_hz = RATES_HZ[(seed + 2 * list(NONSENSE).index(kind)) % len(RATES_HZ)]
    staging = staged(stager, signal("EEG C4-M1", of_one(kind, seed, rate_hz), rate_hz))
    assert doubts(staging, "C4-M1")
    assert np.nanmean(staging.confidence) < 0.4
    assert (staging.faults & SignalFault.IMPLAUSIBLE).mean() > 0.9


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("kind", ["white noise", "a random walk", "10 Hz"])
def test_nonsense_is_told_at_every_rate(stager, kind, rate_hz):
    staging = staged(stager, signal("EEG C4-M1", of_one(kind, 3, rate_hz), rate_hz))
    assert doubts(staging, "C4-M1")
    assert np.nanmean(staging.confidence) < 0.4


@pytest.mark.parametrize("factor", [0.05, 10.0, 1e-6])
@pytest.mark.parametrize("kind", ["white noise", "a random walk"])
def test_nonsense_of_any_size_is_told(stager, kind, factor):
    staging = staged(stager, signal("EEG C4-M1", factor * of_one(kind, 4, 100), 100))
    assert doubts(staging, "C4-M1")
    assert np.nanmean(staging.confidence) < 0.4


@pytest.mark.parametrize("kind", ["white noise", "a random walk", "10 Hz"])
def test_a_quarter_of_an_hour_is_enough(stager, kind):
    staging = staged(stager, signal("EEG C4-M1", of_one(kind, 5, 128, minutes=15), 128))
    assert doubts(staging, "C4-M1")
    assert np.nanmean(staging.confidence) < 0.4


@pytest.mark.parametrize("kind", ["white noise", "a random walk", "1 Hz", "an ECG"])
def test_nonsense_in_every_channel_is_told_of_each(stager, kind):
    labels = ("EEG C4-M1", "EEG F4-M1", "EOG E1-E2")
    signals = [signal(label, of_one(kind, i, 128), 128) for i, label in enumerate(labels)]
    staging = staged(stager, *signals)
    assert all(doubts(staging, name) for name in ("C4-M1", "F4-M1", "E1-E2"))
    assert np.nanmean(staging.confidence) < 0.4


@pytest.mark.parametrize("n_epochs", [1, 2, 10])
def test_epochs_that_are_copies_are_told(stager, sound, n_epochs):
    eeg, eog = (np.tile(x[300_000 : 300_000 + 3000 * n_epochs], 120 // n_epochs) for x in sound)
    staging = staged(stager, signal("EEG C4-M1", eeg), signal("EOG E1-E2", eog))
    assert "the same signal more than once" in doubts(staging, "C4-M1")[0]
    assert np.nanmean(staging.confidence) < 0.4


def test_a_night_that_is_there_twice_is_told(stager, sound):
    half = sound[0][: 120 * 3000]
    staging = staged(stager, signal("EEG C4-M1", np.concatenate([half, half])))
    assert doubts(staging, "C4-M1")[0].startswith("240 of 240 epochs")


@pytest.mark.parametrize("noise", [white, random_walk, coloured])
def test_noise_in_half_of_a_night_is_told_of_that_half(stager, sound, noise):
    eeg, eog = sound
    broken = eeg.copy()
    broken[240 * 3000 :] = noise(np.random.default_rng(6), 240 * 3000, 100)
    staging = staged(stager, signal("EEG C4-M1", broken), signal("EOG E1-E2", eog))
    assert doubts(staging, "C4-M1")
    implausible = (staging.faults & SignalFault.IMPLAUSIBLE) > 0
    assert implausible[240:].mean() > 0.9
    assert implausible[:180].mean() < 0.05
    assert np.nanmean(staging.confidence[240:]) < 0.4
    assert np.nanmean(staging.confidence[:180]) > 0.5


def test_a_channel_of_noise_is_left_out_where_another_is_sound(stager, sound):
    eeg, eog = sound
    noise = white(np.random.default_rng(7), eeg.size, 100)
    both = staged(
        stager, signal("EEG C4-M1", eeg), signal("EEG F4-M1", noise), signal("EOG E1-E2", eog)
    )
    alone = staged(stager, signal("EEG C4-M1", eeg), signal("EOG E1-E2", eog))
    assert both.provenance.eeg == ("C4-M1",)
    assert any(w.startswith("F4-M1 was left out") for w in both.provenance.warnings)
    np.testing.assert_array_equal(both.probabilities, alone.probabilities)
    np.testing.assert_array_equal(both.confidence, alone.confidence)


def test_an_eog_of_noise_is_left_out_where_the_eeg_is_sound(stager, sound):
    eeg, _ = sound
    noise = white(np.random.default_rng(8), eeg.size, 100)
    staging = staged(stager, signal("EEG C4-M1", eeg), signal("EOG E1-E2", noise))
    assert staging.provenance.eeg == ("C4-M1",)
    assert staging.provenance.eog == ()
    assert doubts(staging, "E1-E2")
    assert np.nanmean(staging.confidence) > 0.5


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_simulated_nights_raise_no_doubt(stager, rate_hz):
    eeg, eog = simulated(2.0, seed=rate_hz, rate_hz=rate_hz)
    night = (signal("EEG C4-M1", eeg, rate_hz), signal("EOG E1-E2", eog, rate_hz))
    staging = staged(stager, *night)
    assert of_central_alone(staging)
    assert not staging.faults.any()


def test_a_whole_simulated_night_raises_no_doubt(stager):
    eeg, eog = simulated(8.0, seed=22)
    staging = staged(stager, signal("EEG C4-M1", eeg), signal("EOG E1-E2", eog))
    assert of_central_alone(staging)


def of_central_alone(staging):
    """Whether there is no warning but of the one thing that is true of it."""
    (warning,) = staging.provenance.warnings
    return warning.startswith("The only EEG is central (C4-M1)")


def no_doubt(staging):
    return (
        not doubts(staging)
        and not one_stage_told(staging)
        and not (staging.faults & SignalFault.IMPLAUSIBLE).any()
    )


def test_real_excerpts_raise_no_doubt(stager, real_data):
    for number, rate_hz in ((1, 100), (3, 50), (5, 200)):
        values = np.loadtxt(real_data / "dreams" / f"excerpt{number}.txt", skiprows=1)
        assert no_doubt(staged(stager, signal("EEG C3-A1", values, rate_hz))), number
    stored = np.load(real_data / "dreams" / "dreams_sp3_multichannel.npz")
    named = {str(name): stored["x"][:, i].ravel() for i, name in enumerate(stored["ch"])}
    eeg = [signal(f"EEG {name}", named[name]) for name in ("C3-A1", "FP1-A1", "O1-A1")]
    eog = [signal("EOG E1-A1", named["EOG1-A1"]), signal("EOG E2-A1", named["EOG2-A1"])]
    assert no_doubt(staged(stager, *eeg, *eog))


def test_hours_of_real_wake_raise_no_doubt(stager, real_data):
    paths = sorted((real_data / "pz_oz_wake").glob("*.mat"))
    assert len(paths) == 9
    for path in paths:
        # Level 5 of MATLAB's format: the header, then one row of int16.
        values = 0.1 * np.fromfile(path, dtype="<i2", offset=192)
        assert no_doubt(staged(stager, signal("EEG Pz-Oz", values))), path.name


def test_real_recordings_raise_no_doubt(stager, real_data):
    paths = [*real_data.glob("female57/*.edf"), *real_data.glob("edf_cases/*.[eb]df")]
    n_staged = 0
    for path in sorted(paths):
        try:
            night = open_recording(path)
            staging = stager.stage(night, choose_stager_channels(night))
        except SleepScorerError:
            continue
        n_staged += 1
        assert no_doubt(staging), (path.name, staging.provenance.warnings)
    assert n_staged > 8


def test_a_night_of_one_stage_is_told_and_half_trusted(stager, sound, monkeypatch):
    # Whatever the signal is that a network finds nothing but N2 in.
    only_n2 = np.tile(np.float32([0.05, 0.05, 0.8, 0.05, 0.05, 0, 1, 0]), (240, 1))
    monkeypatch.setattr(stager, "_mean_over_combinations", lambda *_, **__: only_n2)
    whole = staged(stager, signal("EEG C4-M1", sound[0][: 240 * 3000]))
    assert one_stage_told(whole)
    assert set(whole.unsound.tolist()) == {0.5}
    trusted = stager.info.confidence.of(whole.probabilities)
    np.testing.assert_allclose(whole.confidence, (trusted + 0.2) / 2, atol=1e-6)
