"""Epochs with a bad signal: what is found, what is said, and how much less sure the answer is."""

import json
import math

import numpy as np
import pytest
import torch
from memory_recording import recording, signal

from sleepscorer.core.machine_answer import machine_answer
from sleepscorer.core.signal_faults import SignalFault
from sleepscorer.core.stager_channels import choose_stager_channels
from sleepscorer.core.stages import THREE_STAGES
from sleepscorer.simulation.channels import derivations
from sleepscorer.simulation.night import simulate_night
from sleepscorer.staging.networks.staging_network import NetworkConfig, StagingNetwork
from sleepscorer.staging.stager import Stager
from sleepscorer.training.runs import save_network

RATE_HZ = 200
EPOCH = 30 * RATE_HZ


def at(epoch, start_s=0.0, stop_s=30.0):
    return slice(epoch * EPOCH + round(start_s * RATE_HZ), epoch * EPOCH + round(stop_s * RATE_HZ))


@pytest.fixture(scope="module")
def stagings():
    """Of a night as it is, and of the same night spoilt."""
    night = simulate_night(
        hours=2.0, seed=4, channels=derivations("Fpz-Cz", "E1-E2", sampling_rate_hz=RATE_HZ)
    )
    eeg, eog = night.block(0, night.duration_s)
    limit_uv = float(np.abs(eeg).max()) + 10
    spoilt = eeg.copy()
    spoilt[at(20, 5, 15)] = spoilt[at(20, 5, 15)][0]
    spoilt[at(40, 10, 20)] = limit_uv * np.resize([1.0] * 50 + [-1.0] * 50, 10 * RATE_HZ)
    spoilt[at(60)] += 100 * np.sin(2 * np.pi * 50 * np.arange(EPOCH) / RATE_HZ)
    spoilt[at(80)] *= 1e-3
    spoilt[at(100)] = np.random.default_rng(1).normal(0, 3000, EPOCH)
    stager = Stager(device="cpu")
    found = []
    for signals in ((eeg, eog), (spoilt, eog)):
        one = recording(
            signal("EEG Fpz-Cz", signals[0], RATE_HZ, physical_range=(-limit_uv, limit_uv)),
            signal("EOG E1-E2", signals[1], RATE_HZ, physical_range=(-1e9, 1e9)),
        )
        found.append(stager.stage(one, choose_stager_channels(one)))
    return found


FAULTS = {
    20: SignalFault.FLAT,
    40: SignalFault.CLIPPED,
    60: SignalFault.MAINS,
    80: SignalFault.TOO_SMALL,
    100: SignalFault.TOO_LARGE,
}


def test_every_fault_is_found_where_it_is_and_nowhere_else(stagings):
    plain, spoilt = stagings
    assert not plain.faults.any()
    assert {e: spoilt.fault(e) for e in np.flatnonzero(spoilt.faults).tolist()} == FAULTS


def by_formula(coefficients, probabilities):
    """The confidence that the weights' configuration gives, written out."""
    first, second, third, *_ = sorted(probabilities.tolist(), reverse=True)
    score = sum(
        weight * math.log(value + 1e-4)
        for weight, value in zip(coefficients["ranked"], (first, second, third), strict=True)
    )
    score += coefficients["by_stage"][probabilities.tolist().index(first)]
    return 1 / (1 + math.exp(-score))


def test_a_third_of_an_epoch_that_is_no_signal_takes_a_third_of_the_confidence(stagings):
    _, spoilt = stagings
    config = json.loads((Stager(device="cpu").info.weights_path.parent / "config.json").read_text())
    unlowered = [by_formula(config["confidence"], row) for row in spoilt.probabilities]
    for epoch, share in ((20, 1 / 3), (40, 1 / 3), (60, 0.5)):
        expected = unlowered[epoch] * (1 - share) + 0.2 * share
        assert spoilt.confidence[epoch] == pytest.approx(expected, abs=2e-3)
        assert spoilt.confidence[epoch] < unlowered[epoch]
    sound = np.setdiff1d(np.arange(len(unlowered)), list(FAULTS))
    np.testing.assert_allclose(spoilt.confidence[sound], np.array(unlowered)[sound], atol=1e-5)


def test_bad_signals_lower_the_confidence_in_three_stages_as_well(stagings):
    plain, spoilt = stagings
    answer = machine_answer(spoilt, THREE_STAGES)
    highest = answer.probabilities.max(axis=1)
    for epoch, share in ((20, 1 / 3), (40, 1 / 3), (60, 0.5)):
        assert spoilt.unsound[epoch] == pytest.approx(share, abs=2e-3)
        expected = highest[epoch] * (1 - share) + share / 3
        assert answer.confidence[epoch] == pytest.approx(expected, abs=2e-3)
    sound = np.setdiff1d(np.arange(len(highest)), list(FAULTS))
    np.testing.assert_array_equal(answer.confidence[sound], highest[sound])
    # Where the EEG is off the EOG alone stands for the stage.
    assert not spoilt.unsound[[80, 100]].any()
    assert not plain.unsound.any()


def test_mains_hum_is_said(stagings):
    _, spoilt = stagings
    assert any(
        w.startswith("1 of 240 epochs of Fpz-Cz have more mains hum than signal")
        for w in spoilt.provenance.warnings
    )


def test_a_chin_at_rest_is_no_wrong_gain(tmp_path):
    torch.manual_seed(0)
    network = StagingNetwork(NetworkConfig(kinds=("eeg", "eog", "emg"), width=32)).eval()
    save_network(network, tmp_path, summary="For a test.")
    rng = np.random.default_rng(0)
    night = recording(
        signal("C4-M1", rng.normal(0, 1.0, 25 * EPOCH), RATE_HZ),
        signal("Chin EMG", rng.normal(0, 1.0, 25 * EPOCH), RATE_HZ),
    )
    made = Stager(tmp_path, device="cpu").stage(night, choose_stager_channels(night)).provenance
    assert made.emg == ("Chin EMG",)
    told = [w for w in made.warnings if "median amplitude" in w]
    assert [w.partition(" has")[0] for w in told] == ["C4-M1"]


def test_an_infinite_sample_is_missing_and_nothing_more():
    channels = derivations("C4-M1", sampling_rate_hz=RATE_HZ)
    simulated = simulate_night(hours=0.25, seed=4, channels=channels)
    (eeg,) = simulated.block(0, simulated.duration_s)
    eeg = eeg.copy()
    eeg[at(7, 14, 14.5)] = np.inf
    night = recording(signal("C4-M1", eeg, RATE_HZ))
    staging = Stager(device="cpu").stage(night, choose_stager_channels(night))
    assert np.isfinite(staging.probabilities).all()
    assert not staging.faults.any()
    assert staging.unsound[7] == pytest.approx(0.5 / 30, abs=1e-3)


def test_faults_in_words():
    both = SignalFault.FLAT | SignalFault.CLIPPED
    assert both.text == "flat, clipped"
    assert SignalFault.NONE.text == ""
