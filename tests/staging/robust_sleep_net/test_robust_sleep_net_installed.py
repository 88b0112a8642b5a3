"""The weights on disk: added, read, damaged, removed."""

import json
import os

import pytest
import torch
from robust_sleep_net_files import publish

from sleepscorer import paths
from sleepscorer.core.errors import WeightsError, WeightsNameTaken
from sleepscorer.staging.checkpoint import available_weights, check_own_name
from sleepscorer.staging.robust_sleep_net.installed import (
    NAME,
    add_weights,
    check_weights,
    installed_weights,
    load_networks,
    remove_weights,
)
from sleepscorer.staging.robust_sleep_net.public_weights import tensors_of


@pytest.fixture
def nets(monkeypatch):
    """The tensors of every net."""
    return {net: tensors_of(content) for net, content in publish(monkeypatch).items()}


def folder():
    return paths.own_models_folder() / NAME


def some(nets, *places):
    return {net: nets[net] for place, net in enumerate(nets) if place in places}


def test_what_is_added_is_read_back_number_by_number(nets):
    installed = add_weights(some(nets, 0, 3))
    assert installed == installed_weights()
    assert installed.title == "RobustSleepNet (2 nets)"
    for network, net in zip(load_networks(installed), some(nets, 0, 3), strict=True):
        for name, tensor in network.state_dict().items():
            torch.testing.assert_close(tensor, nets[net][name], rtol=0, atol=0)
    assert sorted(path.name for path in folder().iterdir()) == [
        "MODEL_CARD.md",
        "stager.json",
        "weights.safetensors",
    ]
    assert folder().parent.stat().st_mode & 0o077 == 0


def test_further_nets_join_those_that_are_there_in_one_order(nets):
    add_weights(some(nets, 4))
    add_weights(some(nets, 1, 4))
    in_steps = add_weights(some(nets, 2))
    assert in_steps.nets == tuple(net.name for net in some(nets, 1, 2, 4))
    remove_weights()
    assert add_weights(some(nets, 1, 2, 4)).sha256 == in_steps.sha256


def test_the_card_names_source_cohorts_licence_and_citation(nets):
    add_weights(some(nets, 0))
    card = installed_weights().card.read_text()
    (net,) = some(nets, 0)
    for text in (
        "doi:10.1109/TNSRE.2021.3098968",
        "github.com/Dreem-Organization/RobustSleepNet",
        "Copyright (c) 2021 Dreem",
        "The above copyright notice and this permission notice shall be included",
        f"| {net.name} | `{net.sha256}` | Sleep-EDF |",
        "| SHHS | 175 | 75 |",
        "not a medical device",
    ):
        assert text in card


def test_they_are_no_weights_of_our_own_network(nets):
    add_weights(some(nets, 0))
    assert not [one for one in available_weights() if NAME in str(one)]


def test_without_any_one_is_told_how_to_get_them():
    with pytest.raises(WeightsError, match="not installed") as refused:
        installed_weights()
    assert refused.value.hint == "sleepscorer models fetch robust-sleep-net"
    check_weights()


def _other_tensors(place):
    content = bytearray((place / "weights.safetensors").read_bytes())
    content[-1] ^= 1
    (place / "weights.safetensors").write_bytes(content)


def _no_tensors(place):
    (place / "weights.safetensors").unlink()


def _a_pipe(place):
    _no_tensors(place)
    os.mkfifo(place / "weights.safetensors")


def _no_json(place):
    (place / "stager.json").write_text("{")


def _other_format(place):
    _changed(place, format=2)


def _no_nets(place):
    _changed(place, nets=[])


def _a_net_twice(place):
    _changed(place, nets=[{"name": "a"}, {"name": "a"}])


def _unknown_net(place):
    _changed(place, nets=[{"name": "unknown"}])


def _nets_of_no_kind(place):
    _changed(place, nets=7)


def _changed(place, **values):
    path = place / "stager.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


@pytest.mark.parametrize(
    "damage",
    [
        _other_tensors,
        _no_tensors,
        _a_pipe,
        _no_json,
        _other_format,
        _no_nets,
        _a_net_twice,
        _unknown_net,
        _nets_of_no_kind,
    ],
)
def test_damage_is_said_and_mended_by_adding_them_again(nets, damage):
    add_weights(some(nets, 0))
    damage(folder())
    with pytest.raises(WeightsError, match="the weights of RobustSleepNet are damaged") as refused:
        load_networks(installed_weights())
    assert "sleepscorer models fetch robust-sleep-net" in refused.value.hint
    assert len(load_networks(add_weights(some(nets, 0)))) == 1


def test_removed_ones_are_gone(nets):
    add_weights(some(nets, 0))
    assert remove_weights() == folder()
    assert not folder().exists()
    with pytest.raises(WeightsError, match="not installed"):
        remove_weights()


def test_those_that_came_with_the_program_are_used_and_stay(nets, monkeypatch, tmp_path):
    add_weights(some(nets, 0, 1))
    shipped = tmp_path / "program" / "models"
    shipped.mkdir(parents=True)
    folder().rename(shipped / NAME)
    monkeypatch.setattr(paths, "models_folder", lambda: shipped)
    assert installed_weights().folder == shipped / NAME
    with pytest.raises(WeightsError, match="came with the program, and stay"):
        remove_weights()
    assert len(add_weights(some(nets, 2)).nets) == 1  # own ones stand before them


def test_weights_trained_here_under_this_name_are_neither_replaced_nor_deleted(nets):
    folder().mkdir(parents=True)
    (folder() / "config.json").write_text("{}")
    for action in (lambda: add_weights(some(nets, 0)), remove_weights):
        with pytest.raises(WeightsError, match="weights that were trained here lie in this folder"):
            action()
    assert [path.name for path in folder().iterdir()] == ["config.json"]


def test_no_new_weights_can_have_this_name(nets):
    add_weights(some(nets, 0))
    with pytest.raises(WeightsNameTaken):
        check_own_name(NAME)


def test_a_disk_that_refuses_is_said_in_words(nets):
    paths.own_models_folder().parent.mkdir(parents=True)
    paths.own_models_folder().touch()
    with pytest.raises(WeightsError, match="the weights can't be kept"):
        add_weights(some(nets, 0))
