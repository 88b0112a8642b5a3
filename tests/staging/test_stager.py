"""How a stager treats channels and their combinations, with a small untrained network."""

from datetime import datetime

import numpy as np
import pytest
import torch
from memory_recording import recording, signal

from sleepscorer import __version__
from sleepscorer.core.errors import NoUsableChannel, StagingRefused, WeightsError
from sleepscorer.core.stager_channels import StagerChannels, choose_stager_channels
from sleepscorer.staging.checkpoint import weights_files
from sleepscorer.staging.measured_night import MeasuredNight
from sleepscorer.staging.networks.staging_network import NetworkConfig, StagingNetwork
from sleepscorer.staging.night_ahead import NightAhead
from sleepscorer.staging.stager import Stager, _is_out_of_memory, _weight
from sleepscorer.training.runs import save_network

N = 6


def save(folder, *heads):
    torch.manual_seed(0)
    network = StagingNetwork(NetworkConfig("multi_scale_cnn", heads, width=8)).eval()
    save_network(network, folder, summary="Untrained.")
    return folder


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return save(tmp_path_factory.mktemp("one") / "w", "bilstm")


@pytest.fixture(scope="module")
def stager(weights):
    return Stager(weights, device="cpu")


def eeg(label, seed, *, n_epochs=N, off=(), rate_hz=100.0):
    """Noise that falls with frequency, zero in some epochs."""
    n = round(30 * rate_hz)
    values = np.random.default_rng(seed).normal(0, 5, n_epochs * n)
    values = np.convolve(values, np.exp(-np.arange(200) / 20), mode="same").reshape(n_epochs, n)
    values[list(off)] = 0
    return signal(label, values.ravel(), rate_hz)


def staged(stager, *signals, progress=lambda *_: None, **channels):
    night = recording(*signals)
    return stager.stage(night, choose_stager_channels(night, **channels), progress)


def warned(staging, words):
    return any(words in warning for warning in staging.provenance.warnings)


@pytest.mark.parametrize("heads", [("bilstm",), ("bilstm", "lstm")])
def test_progress_goes_from_nothing_to_all_and_never_back(tmp_path, heads):
    told = []
    staged(
        Stager(save(tmp_path / "w", *heads), device="cpu"),
        eeg("EEG C4-M1", 0, n_epochs=130),
        eeg("EEG O2-M1", 1, n_epochs=130),
        eeg("EOG E1-M2", 2, n_epochs=130),
        progress=lambda share, _text: told.append(share),
    )
    assert told == sorted(told)
    assert 0 <= told[0] < 0.3
    assert told[-1] == 1
    # Two combinations of channels, in one of five scalings; the last sixth is of the other heads.
    share = 1 / 5 if len(heads) == 1 else 1 / 6
    assert any(one == pytest.approx(0.8 + 0.2 * share / 2) for one in told)
    # Reading takes most of the time: up to four fifths.
    assert any(share == pytest.approx(0.8) for share in told)
    assert np.diff(told).max() < 0.3


def test_one_epoch_is_staged_and_less_is_refused(stager):
    assert len(staged(stager, eeg("EEG C4-M1", 0, n_epochs=1)).probabilities) == 1
    short = recording(signal("EEG C4-M1", np.ones(2999)))
    with pytest.raises(StagingRefused, match=r"29\.99 s, less than one 30-s epoch") as refused:
        stager.stage(short, choose_stager_channels(short))
    assert refused.value.path == short.path


def test_reading_ahead_and_threads_change_nothing(tmp_path):
    heads = ("bilstm", "causal_attention", "tcn_attention")
    weights = save(tmp_path / "w", *heads)
    given = [eeg(f"EEG {name}", seed, n_epochs=130) for seed, name in enumerate(("C4-M1", "O2-M1"))]
    night = recording(*given)
    channels = choose_stager_channels(night)
    alone = Stager(weights, device="cpu").stage(night, channels)
    two = Stager(weights, device="cpu", n_threads=2)
    wanted = [(channel, "eeg") for channel in channels.eeg]
    with NightAhead(night, wanted) as ahead:
        for stager in (two, two.reading(ahead)):
            found = stager.stage(night, channels)
            np.testing.assert_array_equal(found.probabilities, alone.probabilities)
            np.testing.assert_array_equal(found.confidence, alone.confidence)


def test_the_answer_is_the_mean_of_those_by_each_eeg_that_has_a_signal(stager):
    one, two = eeg("EEG C4-M1", 0, off=[2]), eeg("EEG O2-M1", 1, off=[2, 4])
    both, first, second = (
        staged(stager, *given).probabilities for given in ((one, two), (one,), (two,))
    )
    mean = (first + second) / 2
    mean[4] = first[4]
    np.testing.assert_allclose(both, mean, atol=1e-6)
    assert np.flatnonzero(np.isnan(both[:, 0])).tolist() == [2]
    assert warned(staged(stager, one), "1 of 6 epochs have no signal")
    assert not warned(staged(stager, eeg("EEG C4-M1", 0)), "have no signal")


def test_an_epoch_without_eeg_is_staged_by_the_eog(stager):
    both = staged(stager, eeg("EEG C4-M1", 0, off=[2, 3]), eeg("EOG E1-M2", 1, off=[3]))
    assert np.flatnonzero(np.isnan(both.probabilities[:, 0])).tolist() == [3]


@pytest.mark.parametrize(
    ("kinds", "present", "weight"),
    [
        (("eeg", "eog"), [1, 1], 1),
        (("eeg", "eog"), [1, 0], 1),
        (("eeg", "eog"), [0, 1], 1e-3),
        (("eeg", "eog"), [0, 0], 0),
        (("eeg", "eog", "emg"), [0, 0, 1], 0),
        (("eeg", "eog", "emg"), [0, 1, 1], 1e-3),
        (("eeg",), [1], 1),
        (("eog",), [1], 1e-3),
        (("eog",), [0], 0),
    ],
)
def test_a_combination_counts_by_its_eeg_and_hardly_by_an_eog_alone(kinds, present, weight):
    assert _weight(np.array([present], np.float32), kinds).tolist() == [pytest.approx(weight)]


def test_a_channel_that_can_not_be_used_is_left_out_and_said(stager):
    slow, flat = eeg("EEG O2-M1", 1, rate_hz=40.0), eeg("EEG F4-M1", 2, off=range(N))
    wanted = ["EEG C4-M1", "EEG O2-M1", "EEG F4-M1"]
    staging = staged(stager, eeg("EEG C4-M1", 0), slow, flat, eeg=wanted)
    assert staging.provenance.eeg == ("C4-M1",)
    assert warned(staging, "O2-M1 is stored at 40 Hz; staging needs at least 50 Hz; it was left")
    assert warned(staging, "F4-M1 is flat for 100 % of the recording; it was left out")
    with pytest.raises(NoUsableChannel, match=r"40 Hz.*; .*flat.*choose other channels"):
        staged(stager, slow, flat, eeg=wanted[1:])
    night = recording(slow)
    with pytest.raises(NoUsableChannel, match="no EEG or EOG was found or chosen"):
        stager.stage(night, StagerChannels((), (), (), (), ()))


def test_a_chin_that_the_weights_do_not_know_is_noted(stager):
    staging = staged(stager, eeg("EEG C4-M1", 0), eeg("EMG Chin", 1))
    assert staging.provenance.emg == ()
    assert any("was not used: the weights w were trained" in n for n in staging.provenance.notes)
    assert not any(
        "was not used" in n for n in staged(stager, eeg("EEG C4-M1", 0)).provenance.notes
    )


def test_what_made_a_staging_is_named(stager):
    made = staged(stager, eeg("EEG C4-M1", 0), eeg("EOG E1-M2", 1)).provenance
    assert (made.eeg, made.eog, made.emg, made.device) == (("C4-M1",), ("E1-M2",), (), "cpu")
    assert (made.weights_name, made.weights_sha256) == ("w", stager.info.sha256)
    assert made.software == f"sleepscorer {__version__}"
    assert datetime.fromisoformat(made.created_utc).utcoffset().total_seconds() == 0
    assert len(set(made.warnings)) == len(made.warnings)


def test_weights_of_a_network_that_is_not_here_are_refused(tmp_path):
    for name, content in weights_files(b"x", architecture="Cnn", network={}, summary="x").items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(WeightsError, match=r"no network 'Cnn'.*version of the program") as refused:
        Stager(tmp_path, device="cpu")
    assert refused.value.path == tmp_path / "weights.safetensors"


@pytest.mark.parametrize(
    ("error", "is_so"),
    [
        (torch.OutOfMemoryError("?"), True),
        (RuntimeError("MPS backend Out Of Memory"), True),
        (RuntimeError("CUBLAS_STATUS_ALLOC_FAILED"), True),
        (RuntimeError("ERROR_NOT_ENOUGH_MEMORY"), True),
        (RuntimeError("shapes do not match"), False),
    ],
)
def test_a_device_without_memory_is_told_from_a_bug(error, is_so):
    assert _is_out_of_memory(error) == is_so


def test_the_main_sleep_is_looked_for_until_it_holds_still(stager, monkeypatch):
    night = MeasuredNight({"eeg": [], "eog": []}, np.ones(600, bool))
    asked = []

    def answers(night, progress, *, n_heads):
        progress(0.5, "")
        asked.append((n_heads, int(np.flatnonzero(night.around)[0])))
        found = np.zeros((600, 8), np.float32)
        # Half an hour later each time, three times.
        found[: 200 + 60 * min(len(asked), 3), 0] = 1
        return found

    monkeypatch.setattr(stager, "_mean_over_combinations", answers)
    told = []
    found = stager.located(night, lambda share, _text: told.append(share))
    assert told == pytest.approx([0.1, 0.3, 0.5, 0.7])
    around = np.flatnonzero(found.around)
    assert (around[0], around[-1]) == (380 - 60 + 1, 599)
    assert asked == [(1, 0), (1, 201), (1, 261), (1, 321)]
    asked.clear()
    monkeypatch.setattr(
        stager, "_mean_over_combinations", lambda night, *_, **__: answers_of(night, asked)
    )
    stager.located(night)
    assert len(asked) == 5


def answers_of(night, asked):
    """Never twice the same."""
    asked.append(night)
    found = np.zeros((600, 8), np.float32)
    found[: 100 * len(asked), 0] = 1
    return found
