"""Every front-end with every sequence model, as far as they promise the same."""

import json

import numpy as np
import pytest
import torch

from sleepscorer.staging.networks.front_ends import EpochEncoder
from sleepscorer.staging.networks.staging_network import (
    FRONT_ENDS,
    SEQUENCE_MODELS,
    NetworkConfig,
    StagingNetwork,
    night_features,
)
from sleepscorer.staging.preprocess import RATE_HZ

N_SAMPLES = 3000


def network(**values):
    torch.manual_seed(0)
    return StagingNetwork(NetworkConfig(**{"width": 16, **values})).eval()


@pytest.fixture(params=FRONT_ENDS)
def encoder(request):
    torch.manual_seed(0)
    return EpochEncoder(FRONT_ENDS[request.param](), n_learned=2).eval()


@pytest.fixture(params=SEQUENCE_MODELS)
def small(request):
    return network(heads=(request.param,))


def windows(small, n_epochs=6, batch=2):
    n_kinds, n_features = len(small.config.kinds), small.config.n_features
    torch.manual_seed(1)
    return torch.randn(batch, n_epochs, n_kinds, n_features), torch.ones(batch, n_epochs, n_kinds)


def test_a_gain_is_an_offset_in_the_powers_and_changes_no_learned_feature(encoder):
    epochs = torch.randn(3, N_SAMPLES)
    with torch.inference_mode():
        plain, louder = encoder(epochs), encoder(epochs * 1000)
    np.testing.assert_allclose(louder[:, :5] - plain[:, :5], 2 * np.log(1000), rtol=1e-4)
    np.testing.assert_allclose(louder[:, 5:], plain[:, 5:], atol=1e-4)


def test_flat_epochs_give_finite_numbers(encoder):
    with torch.inference_mode():
        assert torch.isfinite(encoder(torch.zeros(2, N_SAMPLES))).all()


def test_an_epoch_is_measured_by_itself(encoder):
    epochs = torch.randn(4, N_SAMPLES)
    with torch.inference_mode():
        torch.testing.assert_close(encoder(epochs)[1:2], encoder(epochs[1:2]), atol=1e-4, rtol=1e-4)


def test_frames_lie_evenly_over_the_epoch(encoder):
    """What happens at 25 s shows in the frames around 25/30 of the maps, not before 15 s."""
    quiet = torch.randn(1, N_SAMPLES) * 0.01
    t = torch.arange(300) / RATE_HZ
    burst = quiet.clone()
    burst[0, 2350:2650] += torch.sin(2 * torch.pi * 13 * t)
    with torch.inference_mode():
        # The front-end itself: bringing the epoch to unit power changes all frames alike.
        difference = (encoder.front_end(burst) - encoder.front_end(quiet)).abs()[0].sum(dim=0)
    centre = float((difference * torch.arange(len(difference))).sum() / difference.sum())
    assert (centre + 0.5) / len(difference) == pytest.approx(25 / 30, abs=0.2)


def test_the_default_front_end_does_not_see_polarity():
    encoder = EpochEncoder(FRONT_ENDS["multi_scale_cnn"]()).eval()
    epochs = torch.randn(3, N_SAMPLES)
    with torch.inference_mode():
        torch.testing.assert_close(encoder(epochs), encoder(-epochs))


@pytest.mark.parametrize("n_epochs", [1, 2, 30, 130])
def test_any_number_of_epochs_is_staged(small, n_epochs):
    features, present = windows(small, n_epochs)
    with torch.inference_mode():
        answers = small.answers(features, present)
    assert answers.shape == (2, n_epochs, 8)
    torch.testing.assert_close(answers[..., :5].sum(-1), torch.ones(2, n_epochs))
    torch.testing.assert_close(answers[..., 5:].sum(-1), torch.ones(2, n_epochs))


def test_an_absent_channel_has_no_influence(small):
    features, present = windows(small)
    present[..., 1] = 0
    changed = features.clone()
    changed[..., 1, :] += 100
    with torch.inference_mode():
        torch.testing.assert_close(
            small.answers(features, present), small.answers(changed, present)
        )


def test_an_epoch_depends_on_its_neighbours(small):
    features, present = windows(small)
    changed = features.clone()
    changed[:, 2] += 3
    with torch.inference_mode():
        plain, other = small.answers(features, present), small.answers(changed, present)
    assert not torch.allclose(plain[:, 4], other[:, 4], atol=1e-6)


def test_a_one_way_lstm_does_not_see_the_future():
    small = network(heads=("lstm",))
    features, present = windows(small)
    changed = features.clone()
    changed[:, 4] += 3
    with torch.inference_mode():
        plain, other = small.answers(features, present), small.answers(changed, present)
    torch.testing.assert_close(plain[:, :4], other[:, :4])
    assert not torch.allclose(plain[:, 4:], other[:, 4:])


@pytest.mark.parametrize("front_end", FRONT_ENDS)
def test_end_to_end_gives_gradients_on_every_epoch_of_the_signal(front_end):
    small = network(front_end=front_end, heads=("bilstm", "conformer"), n_learned=3)
    signals = torch.randn(1, 4, 2, N_SAMPLES, requires_grad=True)
    logits = small(signals, torch.zeros(1, 2, 4, 5), torch.ones(1, 4, 2))
    assert logits.shape == (2, 1, 4, 7)
    logits[:, 0, 2, 1].sum().backward()
    assert signals.grad is not None
    assert signals.grad.abs().amax(dim=-1).min() > 0


def test_features_are_powers_against_the_levels_of_the_night():
    measures = torch.arange(7.0)  # five powers and two learned features
    levels = torch.stack([torch.full((5,), float(i)) for i in range(4)])
    features = night_features(measures, levels)
    assert features.tolist() == [
        *(0.0, 1.0, 2.0, 3.0, 4.0), *(-1.0, 0.0, 1.0, 2.0, 3.0),
        *(-2.0, -1.0, 0.0, 1.0, 2.0), *(-3.0, -2.0, -1.0, 0.0, 1.0),
        *(5.0, 6.0),
    ]  # fmt: skip


def test_the_answer_of_several_heads_lies_between_theirs():
    both = network(heads=("bilstm", "bilstm"))
    features, present = windows(both)
    with torch.inference_mode():
        mean = both.answers(features, present)[..., 0]
        single = torch.stack(
            [h(features, present)[..., :5].softmax(-1)[..., 0] for h in both.stage_heads]
        )
    # A geometric mean that is made to sum to one again may leave the range by a hair.
    assert (mean <= single.amax(0) + 0.02).all()
    assert (mean >= single.amin(0) - 0.02).all()


def test_a_temperature_flattens_and_changes_no_stage():
    small = network()
    features, present = windows(small)
    with torch.inference_mode():
        sharp = small.answers(features, present)[..., :5]
        small.log_temperature.fill_(np.log(2.0))
        flat = small.answers(features, present)[..., :5]
    assert (flat.amax(-1) < sharp.amax(-1)).all()
    assert (flat.argmax(-1) == sharp.argmax(-1)).all()


def test_a_configuration_survives_json():
    config = NetworkConfig("se_resnet", ("bilstm", "tcn_attention"), ("eeg", "emg"), 32, 0.1, 4)
    assert NetworkConfig.from_dict(json.loads(json.dumps(config.as_dict()))) == config


@pytest.mark.parametrize(
    "values", [{"front_end": "x"}, {"heads": ("x",)}, {"kinds": ("ecg",)}, {"heads": ()}]
)
def test_a_network_that_does_not_exist_is_refused(values):
    with pytest.raises(ValueError, match="no such network"):
        NetworkConfig(**values)


def test_channels_of_a_profile():
    assert network(kinds=("eeg",)).config.n_features == 20
    multimodal = network(kinds=("eeg", "eog", "emg"))
    features, present = windows(multimodal)
    # Of the chin EMG only the two fast bands are looked at.
    changed = features.clone()
    slow = [level * 5 + band for level in range(4) for band in range(3)]
    changed[..., 2, slow] += 100
    with torch.inference_mode():
        torch.testing.assert_close(
            multimodal.answers(features, present), multimodal.answers(changed, present)
        )
