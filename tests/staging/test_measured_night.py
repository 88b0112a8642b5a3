"""What the heads see of a night."""

import numpy as np
import torch
from memory_recording import signal

from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.staging.channel_quality import ChannelQuality
from sleepscorer.staging.measured_night import MeasuredChannel, MeasuredNight
from sleepscorer.staging.networks.staging_network import night_features
from sleepscorer.staging.preprocess import EpochQuality
from sleepscorer.staging.scaling import night_levels

N = 8


def channel(seed, off=(), n_learned=0):
    measures = np.random.default_rng(seed).normal(size=(N, 5 + n_learned)).astype(np.float32)
    nothing, nowhere = np.zeros(N, np.float32), np.zeros(N, bool)
    in_gap = np.isin(np.arange(N), off)
    epochs = EpochQuality(nothing, nothing, nothing, in_gap, nothing + 20, nothing, nothing + 1)
    derivation = ResolvedDerivation("C4-M1", "eeg", ((signal("C4-M1", nothing), 1.0),))
    return MeasuredChannel(measures, ChannelQuality(derivation, epochs, *[nowhere] * 3))


def test_levels_are_those_of_usable_epochs_around_the_main_sleep_if_there_are_any():
    one = channel(0, off=[1, 2])
    around = np.arange(N) < 5
    wanted = night_levels(one.log_powers, np.isin(np.arange(N), [0, 3, 4]))
    np.testing.assert_array_equal(one.levels(around), wanted)
    none = np.isin(np.arange(N), [1, 2])
    np.testing.assert_array_equal(one.levels(none), night_levels(one.log_powers, ~none))


def test_a_channel_is_seen_where_it_is_usable_and_one_that_is_not_chosen_is_not():
    eeg, other, eog = channel(0, off=[3], n_learned=2), channel(1, n_learned=2), channel(2)
    around = np.arange(N) < 6
    night = MeasuredNight({"eeg": [eeg, other], "eog": [eog]}, around)
    assert (night.n_epochs, night.all_channels) == (N, (eeg, other, eog))
    kinds = ("eog", "eeg")
    for chosen, seen in (({"eeg": 0, "eog": None}, eeg), ({"eeg": 1}, other)):
        features, present = night.inputs(chosen, kinds)
        usable = seen.quality.usable
        assert present.tolist() == [[0, float(u)] for u in usable]
        assert features.shape == (N, 2, 22)
        assert not features[:, 0].any()
        wanted = night_features(
            torch.from_numpy(seen.measures), torch.from_numpy(seen.levels(around))
        )
        torch.testing.assert_close(features[usable, 1], wanted[usable])
        assert not features[~usable, 1].any()
