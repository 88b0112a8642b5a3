"""Few numbers beside weights: what they change, what they leave, and damage among them."""

import json

import numpy as np
import pytest
import torch
from memory_recording import recording, signal

from sleepscorer.core.errors import WeightsError
from sleepscorer.core.stager_channels import choose_stager_channels
from sleepscorer.core.stages import Stage
from sleepscorer.core.staging_result import lowered
from sleepscorer.staging.checkpoint import (
    DEFAULT_WEIGHTS,
    add_own_weights,
    own_weights,
    read_info,
    read_verified,
    weights_files,
)
from sleepscorer.staging.explanation import activation_maps
from sleepscorer.staging.networks.staging_network import NetworkConfig, StagingNetwork
from sleepscorer.staging.recalibration import Recalibration
from sleepscorer.staging.stager import Stager
from sleepscorer.training.runs import save_network

IDENTITY = Recalibration.identity()
# What is taken for N1 is wake, and the other way round.
SWAPPED = Recalibration.from_array(IDENTITY.array[[1, 0, 2, 3, 4]])


def answers(n=50, seed=0):
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet([0.3] * 5, n).astype(np.float32)
    hierarchy = rng.dirichlet([0.5] * 3, n).astype(np.float32)
    probabilities[7] = hierarchy[7] = np.nan
    return probabilities, hierarchy


def recalibrated_copy(info, folder, recalibration):
    files = weights_files(
        read_verified(info),
        architecture=info.architecture,
        network=info.network,
        summary="recalibrated",
        confidence=info.confidence,
        recalibration=recalibration,
    )
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


# -- the numbers ---------------------------------------------------------------------------------


def test_the_identity_leaves_probabilities_and_what_was_not_staged():
    given, hierarchy = answers()
    found = IDENTITY.of(given, hierarchy)
    np.testing.assert_allclose(found, given, atol=1e-5)
    assert np.isnan(found[7]).all()
    assert found.dtype == np.float32


def test_rows_move_what_is_answered():
    given, hierarchy = answers()
    np.testing.assert_allclose(SWAPPED.of(given, hierarchy), given[:, [1, 0, 2, 3, 4]], atol=1e-5)
    # Of the same five probabilities wake is the likelier the surer the hierarchy is of it.
    rows = IDENTITY.array
    rows[0, 5] = 1
    same = np.full((3, 5), 0.2, np.float32)
    three = np.array([[0.1, 0.8, 0.1], [0.5, 0.4, 0.1], [0.9, 0.05, 0.05]], np.float32)
    wake = Recalibration.from_array(rows).of(same, three)[:, 0]
    np.testing.assert_allclose(wake, [1 / 9 / (4 + 1 / 9), 0.2, 9 / 13], rtol=1e-4)


def test_probabilities_of_nothing_and_of_all_stay_finite():
    given = np.eye(5, dtype=np.float32)
    hierarchy = np.array([[1, 0, 0]] * 3 + [[0, 1, 0]] * 2, np.float32)
    far = Recalibration.from_array(np.full((5, 7), 1000.0) * np.sign(IDENTITY.array - 0.5))
    for one in (IDENTITY, far):
        np.testing.assert_allclose(one.of(given, hierarchy).sum(axis=1), 1, rtol=1e-5)


def test_numbers_come_back_as_they_were_stored():
    rows = np.random.default_rng(1).normal(size=(5, 7))
    stored = json.loads(json.dumps(Recalibration.from_array(rows).as_list()))
    assert Recalibration.from_list(stored) == Recalibration.from_array(rows)


# -- the configuration ---------------------------------------------------------------------------


def test_weights_without_it_are_written_as_before(tmp_path):
    info = read_info(DEFAULT_WEIGHTS)
    files = weights_files(
        read_verified(info),
        architecture=info.architecture,
        network=info.network,
        summary=info.summary,
        confidence=info.confidence,
        review_curve=info.review_curve,
    )
    stored = json.loads((info.folder / "config.json").read_text())
    written = json.loads(files["config.json"])
    written["network"] = {name: written["network"][name] for name in stored["network"]}
    assert written == stored
    assert list(written) == list(stored)
    assert info.recalibration is None
    assert info.sha256 == stored["sha256"]


def _config(folder, **changed):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))


@pytest.mark.parametrize(
    "rows",
    [
        [],
        "35",
        5,
        {"rows": []},
        IDENTITY.as_list()[:4],
        [*IDENTITY.as_list()[:4], [0] * 6],
        [*IDENTITY.as_list()[:4], [0] * 6 + [float("nan")]],
        [*IDENTITY.as_list()[:4], [0] * 6 + [1e300]],
        [*IDENTITY.as_list()[:4], [0] * 6 + [10**400]],
        [*IDENTITY.as_list()[:4], [0] * 6 + [True]],
        [*IDENTITY.as_list()[:4], [0] * 6 + ["1"]],
        [*IDENTITY.as_list()[:4], None],
    ],
)
def test_a_damaged_recalibration_is_refused(tmp_path, rows):
    folder = recalibrated_copy(read_info(DEFAULT_WEIGHTS), tmp_path / "w", SWAPPED)
    assert read_info(folder).recalibration == SWAPPED
    _config(folder, recalibration=rows)
    with pytest.raises(WeightsError, match="configuration of these weights is damaged"):
        read_info(folder)


def test_a_recalibration_is_neither_lost_nor_found_by_another_format(tmp_path):
    folder = recalibrated_copy(read_info(DEFAULT_WEIGHTS), tmp_path / "w", SWAPPED)
    _config(folder, format=2)
    with pytest.raises(WeightsError, match="install the version of the program"):
        read_info(folder)
    _config(folder, format=3, recalibration=None)
    with pytest.raises(WeightsError, match="install the version of the program"):
        read_info(folder)


def test_the_same_tensors_with_other_numbers_are_other_weights(tmp_path):
    plain = read_info(DEFAULT_WEIGHTS)
    folders = [
        recalibrated_copy(plain, tmp_path / f"w{n}", one)
        for n, one in enumerate((IDENTITY, SWAPPED))
    ]
    assert len({plain.sha256, *(read_info(one).sha256 for one in folders)}) == 3
    kept = [add_own_weights(folder) for folder in (*folders, folders[0])]
    assert [one.name for one in kept] == ["site-1", "site-2", "site-1"]
    assert [one.recalibration for one in own_weights()] == [IDENTITY, SWAPPED]
    assert kept[0].weights_path.read_bytes() == plain.weights_path.read_bytes()


# -- staging and explaining ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def night():
    rng = np.random.default_rng(0)
    return recording(
        signal("C4-M1", rng.normal(0, 20, 3000 * 12)), signal("E1-M2", rng.normal(0, 20, 3000 * 12))
    )


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """Small ones that know nothing, as they are and recalibrated."""
    folder = tmp_path_factory.mktemp("weights")
    torch.manual_seed(0)
    network = StagingNetwork(NetworkConfig(heads=("bilstm", "bilstm"), width=8)).eval()
    network.log_temperature.fill_(0.3)
    save_network(network, folder / "plain", summary="Untrained.")
    info = read_info(folder / "plain")
    recalibrated_copy(info, folder / "same", IDENTITY)
    recalibrated_copy(info, folder / "swapped", SWAPPED)
    return folder


def test_a_night_is_staged_by_what_was_recalibrated(weights, night):
    plain, same, swapped = (
        Stager(weights / name, device="cpu").stage(night, choose_stager_channels(night))
        for name in ("plain", "same", "swapped")
    )
    np.testing.assert_allclose(same.probabilities, plain.probabilities, atol=1e-5)
    np.testing.assert_allclose(
        swapped.probabilities, plain.probabilities[:, [1, 0, 2, 3, 4]], atol=1e-5
    )
    # Three stages are those of the five, which the hierarchy's own would contradict.
    assert plain.hierarchy is not None
    assert swapped.hierarchy is None
    sure = swapped.probabilities.max(axis=1)
    np.testing.assert_array_equal(swapped.confidence, lowered(sure, swapped.unsound, 5))
    assert swapped.provenance.weights_sha256 == read_info(weights / "swapped").sha256
    said = "The probabilities were recalibrated to a site, by reviewed nights of its own."
    assert said in swapped.provenance.notes
    assert said not in plain.provenance.notes


def test_a_stage_is_explained_as_it_is_answered(weights, night):
    def maps(name, stage):
        stager = Stager(weights / name, device="cpu")
        measured = stager.located(stager.measure(night, choose_stager_channels(night)))
        found = activation_maps(stager, measured, night, 4, stage)
        return np.stack([each.values for each in found])

    np.testing.assert_allclose(maps("swapped", Stage.W), maps("same", Stage.N1), atol=1e-5)
    assert not np.allclose(maps("swapped", Stage.W), maps("same", Stage.W))
