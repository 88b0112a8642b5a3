import numpy as np
import pytest
import torch

from sleepscorer.staging.networks.cnn_lstm import CnnLstm, CnnLstmConfig


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return CnnLstm(CnnLstmConfig(n_filters=16, n_hidden=8, n_heads=2)).eval()


def test_a_gain_in_the_signal_is_an_offset_in_the_powers(network):
    epochs = torch.randn(3, 3000)
    with torch.inference_mode():
        plain, louder = network.encoder(epochs), network.encoder(epochs * 1000)
    np.testing.assert_allclose(louder - plain, 2 * np.log(1000), rtol=1e-4)


def test_polarity_does_not_matter(network):
    epochs = torch.randn(3, 3000)
    with torch.inference_mode():
        torch.testing.assert_close(network.encoder(epochs), network.encoder(-epochs))


def test_an_absent_channel_has_no_influence(network):
    eeg, eog = torch.randn(1, 6, 5), torch.randn(1, 6, 5)
    present = torch.tensor([1.0, 0.0]).expand(1, 6, 2)
    with torch.inference_mode():
        torch.testing.assert_close(
            network.probabilities(eeg, eog, present),
            network.probabilities(eeg, eog + 100, present),
        )


def test_end_to_end_gives_probabilities_and_gradients_on_the_signal(network):
    eeg = torch.randn(1, 4, 3000, requires_grad=True)
    probabilities = network(eeg, torch.randn(1, 4, 3000), torch.ones(1, 4, 2))
    torch.testing.assert_close(probabilities.sum(-1), torch.ones(1, 4))
    probabilities[0, 2, 1].backward()
    assert eeg.grad is not None
    assert eeg.grad.abs().amax(dim=-1).min() > 0  # the LSTM reads every epoch


def test_flat_epochs_give_finite_numbers(network):
    with torch.inference_mode():
        assert torch.isfinite(network.encoder(torch.zeros(2, 3000))).all()
