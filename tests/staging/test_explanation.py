"""Activation maps: on a network whose answer is known to hang on one place of one channel."""

import numpy as np
import pytest
import torch
from memory_recording import recording, signal

from sleepscorer.core.stager_channels import choose_stager_channels
from sleepscorer.core.stages import Stage
from sleepscorer.staging.explanation import ActivationMap, _window, activation_maps
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


@pytest.mark.parametrize("stager", ["multi_scale_cnn"], indirect=True)
def test_any_epoch_of_a_night_longer_than_a_window_has_maps_of_its_own(stager):
    long = recording(signal("C4-M1", np.random.default_rng(0).normal(0, 20, 3000 * 130)))
    measures = measured(stager, long)
    found = [activation_maps(stager, measures, long, n, Stage.N2)[0].values for n in (0, 70, 129)]
    assert not np.allclose(found[0], found[1])
    assert not np.allclose(found[1], found[2])


@pytest.mark.parametrize(
    ("n_epochs", "epoch", "start", "window_epochs"),
    [
        (6, 5, 0, 100),
        (100, 99, 0, 100),
        (130, 0, 0, 100),
        (130, 50, 0, 100),
        (130, 51, 1, 100),
        (130, 79, 29, 100),
        (130, 129, 30, 100),
        (130, 51, 41, 20),
        (130, 129, 110, 20),
    ],
)
def test_an_epoch_lies_in_the_middle_of_its_window_as_far_as_the_night_allows(
    n_epochs, epoch, start, window_epochs
):
    window = _window(epoch, n_epochs, window_epochs)
    assert window == slice(start, start + min(window_epochs, n_epochs))


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([], "nowhere much"),
        ([0], "0 to 0.5"),
        ([6, 7, 8, 40, 41], "3 to 4.5, 20 to 21"),
        ([58, 59], "29 to 30"),
    ],
)
def test_the_places_of_a_map_are_those_above_half_of_the_strongest(steps, said):
    values = np.full(60, 0.49, np.float32)
    values[steps] = 0.5
    places = ActivationMap("C4-M1", ("C4-M1",), "eeg", values).places
    assert places == (f"{said}\N{NO-BREAK SPACE}s" if steps else said)
