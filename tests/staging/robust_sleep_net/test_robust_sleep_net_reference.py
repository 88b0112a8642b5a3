"""The port against what the published code and weights give (float32, on the CPU)."""

import numpy as np
import pytest
import torch
from memory_recording import recording, signal

from sleepscorer.core.stager_channels import choose_stager_channels
from sleepscorer.staging.robust_sleep_net.network import RobustSleepNet
from sleepscorer.staging.robust_sleep_net.public_weights import (
    CONSENSUS_NETS,
    PUBLIC_NETS,
    find_public_files,
    tensors_of,
)
from sleepscorer.staging.robust_sleep_net.signals import prepare
from sleepscorer.staging.robust_sleep_net.spectra import log_spectra, standardised
from sleepscorer.staging.robust_sleep_net.windows import stage_epochs

pytestmark = pytest.mark.data

# Of a logarithm near nothing the last digits depend on the processor.
VECTORS = {"rtol": 5e-4, "atol": 3e-4}
PROBABILITIES = {"rtol": 0, "atol": 1e-5}


@pytest.fixture(scope="module")
def folder(real_data):
    folder = real_data / "robust_sleep_net"
    if not folder.is_dir():
        pytest.skip(f"the public weights are not in {folder}")
    return folder


@pytest.fixture(scope="module")
def reference(folder):
    with np.load(folder / "reference.npz") as stored:
        return dict(stored)


@pytest.fixture(scope="module")
def networks(folder):
    """Each of the seven, by its name."""
    loaded = {}
    for net, content in find_public_files(folder).items():
        loaded[net.name] = network = RobustSleepNet().eval()
        network.load_state_dict(tensors_of(content))
    assert sorted(loaded) == [net.name for net in PUBLIC_NETS]
    return loaded


@pytest.fixture(scope="module")
def one(networks):
    return [networks["0dfcee73"]]


@pytest.fixture(scope="module")
def five(networks):
    return [networks[net.name] for net in CONSENSUS_NETS]


def staged(networks, epochs):
    return stage_epochs(networks, epochs, np.ones((*epochs.shape[:2], 28), dtype=bool))


def prepared(night):
    channels = choose_stager_channels(night)
    each = [prepare(channel, night) for channel in (*channels.eeg, *channels.eog)]
    assert all(one.good.all() for one in each)
    return np.stack([one.epochs for one in each], axis=1)


def test_every_step_of_the_network_gives_the_reference_vectors(one, reference):
    (network,) = one
    present = torch.ones(21, 2, dtype=torch.bool)
    with torch.inference_mode():
        spectra = log_spectra(reference["net_input"][:21])
        inputs = standardised(spectra[None], torch.ones(1, 21, 2, 28, dtype=torch.bool))[0]
        pooled = network.pool_channels(inputs, present)
        encoded = network.encode_frames(pooled)
        vectors = network.epoch_vectors(pooled)
        first = network.along_epochs[0](vectors[None])
        second = network.along_epochs[1](first)
        logits = network(inputs[None], present[None])[0]
    for name, given in (
        ("log_spectrogram", spectra),
        ("standardised", inputs),
        ("channels_pooled", pooled),
        ("epoch_encoder", encoded),
        ("epoch_vector", vectors),
        ("sequence_1", first[0]),
        ("sequence_2", second[0]),
        ("logits", logits),
    ):
        np.testing.assert_allclose(given.numpy(), reference[f"w0_{name}"], err_msg=name, **VECTORS)


def test_every_network_gives_the_reference_probabilities(networks, five, reference):
    epochs = reference["net_input"]
    in_order = [networks[name] for name in sorted(networks)]
    for network, wanted in zip(in_order, reference["probs_each7"], strict=True):
        np.testing.assert_allclose(staged([network], epochs), wanted, **PROBABILITIES)
    for some, wanted in ((five, "probs_ensemble5"), (in_order, "probs_ensemble7")):
        np.testing.assert_allclose(staged(some, epochs), reference[wanted], **PROBABILITIES)


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("probs_net_first5epochs", lambda x: x[:5]),
        ("probs_net_first1epoch", lambda x: x[:1]),
        ("probs_net_channel0_only", lambda x: x[:, :1]),
        ("probs_net_flat_third_channel", lambda x: np.concatenate([x, 0 * x[:, :1]], axis=1)),
        ("probs_net_mirrored50", lambda x: np.concatenate([x, x[::-1]])),
    ],
)
def test_any_length_and_any_number_of_channels_give_the_reference(one, reference, wanted, given):
    probabilities = staged(one, given(reference["net_input"]))
    np.testing.assert_allclose(probabilities, reference[wanted], **PROBABILITIES)


def test_a_raw_record_at_100_hz_gives_the_reference(five, reference):
    epochs = prepared(recording(signal("C4-M1", reference["raw_uv"])))
    np.testing.assert_allclose(epochs[:, 0], reference["raw_preprocessed"], **VECTORS)
    np.testing.assert_allclose(staged(five, epochs), reference["raw_probs"], **PROBABILITIES)


def test_two_channels_at_128_hz_with_half_an_epoch_too_much_give_the_reference(five, reference):
    eeg, eog = reference["raw128_uv"]
    epochs = prepared(recording(signal("C4-M1", eeg, 128.0), signal("E1-M2", eog, 128.0)))
    np.testing.assert_allclose(epochs, reference["raw128_preprocessed"], **VECTORS)
    np.testing.assert_allclose(staged(five, epochs), reference["raw128_probs"], **PROBABILITIES)


def test_dead_epochs_leave_the_stages_of_all_others(five, reference):
    """In the published tool five dead epochs of 25 turn every epoch to wake."""
    samples = reference["raw_uv"].copy()
    samples[3000 * 8 : 3000 * 13] = 0.0
    night = recording(signal("C4-M1", samples))
    one = prepare(choose_stager_channels(night).eeg[0], night)
    given = stage_epochs(five, one.epochs[:, None], one.good[:, None])
    assert np.flatnonzero(np.isnan(given[:, 0])).tolist() == [8, 9, 10, 11, 12]
    others = ~np.isnan(given[:, 0])
    stages, wanted = (p[others].argmax(axis=1) for p in (given, reference["raw_probs"]))
    assert (stages == wanted).mean() >= 0.85
    assert (stages == 0).sum() == (wanted == 0).sum()
