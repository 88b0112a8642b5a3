"""What is kept out of the windows, whatever the networks have learned."""

import numpy as np
import pytest
import torch

from sleepscorer.core.progress import Cancelled
from sleepscorer.staging.robust_sleep_net.network import RobustSleepNet
from sleepscorer.staging.robust_sleep_net.windows import stage_epochs

N = 40


@pytest.fixture(scope="module")
def networks():
    """Two that nobody trained, with tensors large enough to differ between epochs."""
    made = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        network = RobustSleepNet().eval()
        with torch.no_grad():
            for tensor in network.parameters():
                tensor.mul_(2)
        made.append(network)
    return made


@pytest.fixture
def epochs():
    rng = np.random.default_rng(5)
    loudness = rng.uniform(0.5, 2, (N, 3, 1))
    return (loudness * rng.normal(size=(N, 3, 1800))).astype(np.float32)


def all_good(epochs):
    return np.ones((*epochs.shape[:2], 28), dtype=bool)


def test_rows_are_probabilities_at_every_length(networks, epochs):
    for n in (1, 2, 20, 21, 22, N):
        given = stage_epochs(networks, epochs[:n], all_good(epochs[:n]))
        assert given.shape == (n, 5)
        np.testing.assert_allclose(given.sum(axis=1), 1, atol=1e-6)


def test_several_networks_give_the_mean_of_what_each_gives(networks, epochs):
    both = stage_epochs(networks, epochs, all_good(epochs))
    each = [stage_epochs([one], epochs, all_good(epochs)) for one in networks]
    np.testing.assert_allclose(both, np.mean(each, axis=0), atol=1e-6)
    assert np.abs(each[0] - each[1]).max() > 0.01


def test_the_order_of_channels_does_not_matter(networks, epochs):
    given = stage_epochs(networks, epochs[:, ::-1].copy(), all_good(epochs))
    np.testing.assert_allclose(given, stage_epochs(networks, epochs, all_good(epochs)), atol=1e-5)


def test_a_dead_channel_is_as_if_it_were_not_there(networks, epochs):
    good = all_good(epochs)
    good[:, 1] = False
    dead = epochs.copy()
    dead[:, 1] = 0
    without = stage_epochs(networks, epochs[:, [0, 2]], good[:, [0, 2]])
    np.testing.assert_allclose(stage_epochs(networks, dead, good), without, atol=1e-6)
    counted = stage_epochs(networks, dead, all_good(epochs))
    assert np.abs(counted - without).max() > 0.01


def test_what_bad_frames_hold_changes_nothing(networks, epochs):
    good = all_good(epochs)
    good[7, 0, 4:12] = False
    good[20:24, 2] = False
    good[30] = False
    given = stage_epochs(networks, epochs, good)
    other = epochs.copy()
    other[7, 0, 60 * 3 + 128 : 60 * 12] = 1e4  # what is in those frames alone
    other[20:24, 2] = 0
    other[30] = -3
    np.testing.assert_allclose(stage_epochs(networks, other, good), given, atol=1e-6)
    assert np.flatnonzero(np.isnan(given).any(axis=1)).tolist() == [30]


def test_epochs_far_from_dead_ones_are_staged_as_without_them(networks, epochs):
    good = all_good(epochs)
    good[35:] = False
    given = stage_epochs(networks, epochs, good)
    whole = stage_epochs(networks, epochs, all_good(epochs))
    assert np.isnan(given[35:]).all()
    np.testing.assert_allclose(given[:5], whole[:5], atol=1e-6)


def test_a_record_of_which_next_to_nothing_is_there_stages_that(networks, epochs):
    good = np.zeros((N, 3, 28), dtype=bool)
    good[17, 1] = True
    given = stage_epochs(networks, epochs, good)
    assert np.flatnonzero(np.isfinite(given[:, 0])).tolist() == [17]


def test_it_can_be_stopped(networks, epochs):
    def progress(_fraction, _text):
        raise Cancelled

    with pytest.raises(Cancelled):
        stage_epochs(networks, epochs, all_good(epochs), progress)
