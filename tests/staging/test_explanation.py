"""Activation maps: on a network whose answer is known to hang on one place of one channel."""

import numpy as np
import pytest
import torch
from memory_recording import recording, signal

from sleepscorer.core.stager_channels import choose_stager_channels
from sleepscorer.core.stages import Stage
from sleepscorer.staging.explanation import activation_maps
from sleepscorer.staging.networks.staging_network import FRONT_ENDS, NetworkConfig, StagingNetwork
from sleepscorer.staging.stager import Stager
from sleepscorer.training.runs import save_network

N_EPOCHS = 6


@pytest.fixture(params=FRONT_ENDS)
def stager(request, tmp_path):
    torch.manual_seed(0)
    config = NetworkConfig(request.param, ("bilstm",), width=8)
    save_network(StagingNetwork(config).eval(), tmp_path / "w", summary="Untrained.")
    return Stager(tmp_path / "w", device="cpu")


@pytest.fixture
def night():
    rng = np.random.default_rng(0)
    return recording(
        signal("C4-M1", rng.normal(0, 20, 3000 * N_EPOCHS)),
        signal("E1-M2", rng.normal(0, 20, 3000 * N_EPOCHS)),
    )


def measured(stager, night):
    return stager.located(stager.measure(night, choose_stager_channels(night)))


def test_each_channel_has_a_map_on_one_scale(stager, night):
    maps = activation_maps(stager, measured(stager, night), night, 3, Stage.N2)
    assert [(m.channel, m.kind) for m in maps] == [("C4-M1", "eeg"), ("E1-M2", "eog")]
    values = np.stack([m.values for m in maps])
    assert values.shape == (2, 60)
    assert np.isfinite(values).all()
    assert values.min() >= 0
    assert values.max() in (0, pytest.approx(1))


def test_stages_have_maps_of_their_own(stager, night):
    measures = measured(stager, night)
    maps = [
        np.stack([m.values for m in activation_maps(stager, measures, night, 2, stage)])
        for stage in (Stage.W, Stage.N3)
    ]
    assert not np.allclose(*maps)


def test_an_epoch_or_stage_that_is_none_is_refused(stager, night):
    measures = measured(stager, night)
    with pytest.raises(ValueError, match="epoch 6 of 6"):
        activation_maps(stager, measures, night, 6, Stage.W)
    with pytest.raises(ValueError, match="no stage -1"):
        activation_maps(stager, measures, night, 0, Stage.UNSCORED)


def test_a_channel_without_a_signal_has_no_map(stager):
    rng = np.random.default_rng(0)
    eog = rng.normal(0, 20, 3000 * N_EPOCHS)
    eog[9000:12000] = 0.0
    night = recording(signal("C4-M1", rng.normal(0, 20, 3000 * N_EPOCHS)), signal("E1-M2", eog))
    maps = activation_maps(stager, measured(stager, night), night, 3, Stage.N2)
    assert [m.channel for m in maps] == ["C4-M1"]
