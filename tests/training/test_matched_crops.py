"""Stretches of held-out nights with the stages of recordings."""

import numpy as np
import pytest
import torch
from labelled_nights import nights

from sleepscorer.staging.networks.staging_network import NetworkConfig, StagingNetwork
from sleepscorer.training.matched_crops import judge_on_crops, matched_crops, stage_shares
from sleepscorer.training.nights import NO_LABEL, TrainingNight
from sleepscorer.training.splits import held_out

N2_AND_WAKE = np.repeat([2, 0], [6, 4])


def night(labels, *, subject="5", name="one"):
    labels = np.asarray(labels, np.int64)
    powers = np.arange(len(labels), dtype=np.float32)[:, None, None] * np.ones((1, 2, 5))
    return TrainingNight(name, subject, labels, {"eeg": powers.astype(np.float32)}, {})


def test_the_nearest_stretch_is_taken_and_all_of_it_is_scored():
    labels = [3] * 12 + [0] * 4 + [2] * 6 + [3] * 12
    (crop,) = matched_crops([night(labels)], [N2_AND_WAKE])
    assert (crop.start, crop.stop, crop.distance) == (12, 22, 0)
    assert crop.alone.labels.tolist() == [0] * 4 + [2] * 6
    np.testing.assert_array_equal(crop.alone.powers["eeg"][:, 0, 0], np.arange(12, 22))
    assert (crop.in_night.labels >= 0).sum() == 10
    assert crop.in_night.n_epochs == len(labels)
    # An epoch that nobody scored rules every stretch out that holds it.
    labels[15] = NO_LABEL
    (crop,) = matched_crops([night(labels)], [N2_AND_WAKE])
    assert (crop.start, crop.distance) == (16, pytest.approx(0.4))


def test_every_person_gives_one_stretch_for_each_recording_and_of_equals_the_first():
    repeated = [0] * 4 + [2] * 6
    several = [
        night(repeated * 3, name="a"),
        night(repeated, name="b"),
        night([2] * 30, subject="8", name="c"),
        night([2] * 5, subject="9", name="short"),
    ]
    crops = matched_crops(several, [N2_AND_WAKE, np.array([2, 2, -1])])
    assert [(one.night.name, one.start, one.stop) for one in crops] == [
        ("a", 0, 10),
        ("c", 0, 10),
        ("a", 4, 7),
        ("c", 0, 3),
        ("short", 0, 3),
    ]
    assert [round(one.distance, 6) for one in crops] == [0, 0.4, 0, 0, 0]


def test_shares_leave_out_what_is_not_scored():
    assert stage_shares(np.array([2, 2, 0, -1])).tolist() == pytest.approx([1 / 3, 0, 2 / 3, 0, 0])


def test_weights_are_judged_on_people_held_out_and_twice_alike(tmp_path):
    torch.manual_seed(0)
    network = StagingNetwork(NetworkConfig(kinds=("eeg",))).eval()
    _, _, test = held_out(nights(tmp_path)).parts(nights(tmp_path))
    wanted = [np.repeat([0, 1, 2, 3], 10), np.repeat([4, 2], 10)]
    crops = matched_crops(test, wanted)
    assert {crop.night.subject for crop in crops} == {"5"}
    sets = {"Fpz-Cz": {"eeg": 0}, "Pz-Oz": {"eeg": 1}}
    found = judge_on_crops(network, test, wanted, sets)
    assert (found.n_crops, found.n_people) == (2, 1)
    assert found.alone["Fpz-Cz"].n_epochs == found.in_night["Pz-Oz"].n_epochs == 60
    # As near as its crops are, to the stages that were asked for.
    assert np.abs(np.subtract(found.shares, found.wanted)).sum() / 2 <= found.distance + 1e-9
    assert found.wanted == pytest.approx([1 / 6, 1 / 6, 1 / 3, 1 / 6, 1 / 6])
    assert list(found.by_person["Fpz-Cz"]) == [found.alone["Fpz-Cz"].kappa]
    again = judge_on_crops(network, test, wanted, sets)
    assert again.alone == found.alone
    assert judge_on_crops(network, (), wanted, sets) is None
