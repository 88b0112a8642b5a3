"""Weights keep their meaning: given numbers in given weights give the same answers for ever.

The expected numbers are those of the networks that the shipped weights were trained with: one that
gives others can't be used with these weights, whatever shapes it has.
"""

import pytest
import torch
from torch import nn

from sleepscorer.staging.networks.staging_network import (
    FRONT_ENDS,
    SEQUENCE_MODELS,
    NetworkConfig,
    StagingNetwork,
)


def with_known_numbers(module: nn.Module, size: float = 0.2) -> nn.Module:
    """Give every weight and running measure a number that follows from its place alone."""
    with torch.no_grad():
        for place, (name, values) in enumerate(sorted(module.state_dict().items())):
            if values.dtype.is_floating_point:
                known = torch.sin(torch.arange(values.numel()) * 1.7 + place).reshape(values.shape)
                values.copy_(1 + 0.1 * known if "var" in name else size * known)
    return module.eval()


def a_signal() -> torch.Tensor:
    t = torch.arange(3000) / 100
    two = torch.stack([torch.sin(6.3 * t) + 0.5 * torch.sin(80 * t), torch.sin(12 * t + t**2)])
    return two * 1.4


# Maps, frames, weights; mean, spread and value in the middle.
FRONT_END_ANSWERS = {
    "multi_scale_cnn": (64, 46, 36480, 0.063394, 0.22757, -0.052125),
    "se_resnet": (64, 63, 92842, 0.012625, 0.11734, -0.086385),
    "multi_resolution_cnn": (48, 123, 81644, 0.042319, 0.2474, 0.38743),
    "multi_period_cnn": (96, 60, 24864, 0.025435, 0.074192, -0.057033),
    "spectrogram_cnn": (64, 61, 25228, 0.083205, 0.24011, 0.38364),
}


@pytest.mark.parametrize("name", FRONT_ENDS)
def test_front_ends(name: str) -> None:
    front_end = with_known_numbers(FRONT_ENDS[name]())
    with torch.inference_mode():
        maps = front_end(a_signal())
    n_weights = sum(values.numel() for values in front_end.parameters())
    *shape, mean, spread, middle = FRONT_END_ANSWERS[name]
    assert [front_end.n_maps, maps.shape[2], n_weights] == shape
    assert maps.shape[:2] == (2, front_end.n_maps)
    found = (maps.mean(), maps.std(), maps[1, maps.shape[1] // 2, maps.shape[2] // 2])
    assert [float(one) for one in found] == pytest.approx(
        [mean, spread, middle], rel=2e-3, abs=1e-5
    )


# Weights; probabilities of the five stages and the three in the third epoch.
SEQUENCE_ANSWERS = {
    "bilstm": (65980, 0.207, 0.1946, 0.1936, 0.1943, 0.2105, 0.4938, 0.2687, 0.2375),
    "lstm": (67004, 0.2191, 0.1956, 0.1673, 0.2027, 0.2154, 0.5223, 0.2458, 0.2319),
    "tcn_attention": (68668, 0.269, 0.0, 0.0, 0.731, 0.0, 0.996, 0.0, 0.004),
    "causal_attention": (69884, 0.0032, 0.0, 0.9488, 0.048, 0.0, 0.0, 0.0, 1.0),
    "conformer": (76140, 0.2145, 0.1862, 0.1955, 0.2008, 0.203, 0.4921, 0.2649, 0.243),
}


@pytest.mark.parametrize("name", SEQUENCE_MODELS)
def test_sequence_models(name: str) -> None:
    network = with_known_numbers(StagingNetwork(NetworkConfig(width=16, heads=(name,))), 0.1)
    n_kinds, n_features = len(network.config.kinds), network.config.n_features
    features = torch.sin(torch.arange(6 * n_kinds * n_features) * 0.37)
    features = features.reshape(1, 6, n_kinds, n_features)
    with torch.inference_mode():
        answers = network.answers(features, torch.ones(1, 6, n_kinds))[0, 2]
    n_weights = sum(values.numel() for values in network.parameters())
    n_expected, *expected = SEQUENCE_ANSWERS[name]
    assert n_weights == n_expected
    assert answers.tolist() == pytest.approx(expected, abs=2e-4)
