"""A measured night survives being taken apart into arrays."""

import numpy as np
import pytest
import torch
from memory_recording import recording, signal

from sleepscorer.core.stager_channels import choose_stager_channels
from sleepscorer.core.stages import Stage
from sleepscorer.staging.explanation import activation_maps
from sleepscorer.staging.networks.staging_network import NetworkConfig, StagingNetwork
from sleepscorer.staging.stager import Stager
from sleepscorer.staging.stored_night import night_arrays, restored_night
from sleepscorer.training.runs import save_network

N_EPOCHS = 6


@pytest.fixture
def staged(tmp_path):
    """A stager, a recording with an epoch that can't be used, and what was measured of it."""
    torch.manual_seed(0)
    config = NetworkConfig("multi_scale_cnn", ("bilstm",), width=8)
    save_network(StagingNetwork(config).eval(), tmp_path / "w", summary="Untrained.")
    stager = Stager(tmp_path / "w", device="cpu")
    rng = np.random.default_rng(0)
    samples = rng.normal(0, 20, 3000 * N_EPOCHS)
    samples[2 * 3000 : 3 * 3000] = 0.0
    night = recording(signal("C4-M1", samples), signal("E1-M2", rng.normal(0, 20, 3000 * N_EPOCHS)))
    return stager, night, stager.located(stager.measure(night, choose_stager_channels(night)))


def channels_of(measured):
    return {kind: [one.derivation for one in of] for kind, of in measured.channels.items()}


def test_the_explanation_is_the_same(staged):
    stager, night, measured = staged
    again = restored_night(night_arrays(measured), channels_of(measured))
    for one, other in zip(measured.all_channels, again.all_channels, strict=True):
        np.testing.assert_array_equal(one.measures, other.measures)
        np.testing.assert_array_equal(one.quality.usable, other.quality.usable)
    assert not again.channels["eeg"][0].quality.usable[2]
    for epoch in range(N_EPOCHS):
        maps = activation_maps(stager, measured, night, epoch, Stage.N2)
        found = activation_maps(stager, again, night, epoch, Stage.N2)
        assert [m.channel for m in maps] == [m.channel for m in found]
        for one, other in zip(maps, found, strict=True):
            np.testing.assert_array_equal(one.values, other.values)


def test_what_lacks_or_is_of_another_length_is_refused(staged):
    _, _, measured = staged
    arrays = night_arrays(measured)
    with pytest.raises(KeyError):
        restored_night({k: v for k, v in arrays.items() if k != "eeg.0.rms"}, channels_of(measured))
    short = arrays | {"eeg.0.rms": arrays["eeg.0.rms"][:-1]}
    with pytest.raises(ValueError, match=r"eeg\.0\.rms is of 5 epochs, the night of 6"):
        restored_night(short, channels_of(measured))
