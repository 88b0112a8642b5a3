import hashlib
import json
import shutil

import pytest

from sleepscorer import paths
from sleepscorer.core.errors import WeightsError
from sleepscorer.staging import checkpoint
from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS, available_weights, read_info
from sleepscorer.staging.stager import Stager


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of the models, free to be damaged."""
    shutil.copytree(paths.models_folder(), tmp_path / "models")
    monkeypatch.setattr(paths, "models_folder", lambda: tmp_path / "models")
    return tmp_path / "models" / DEFAULT_WEIGHTS


def test_the_default_weights_are_installed_with_their_card():
    assert DEFAULT_WEIGHTS in [info.name for info in available_weights()]
    folder = read_info(DEFAULT_WEIGHTS).folder
    assert {p.name for p in folder.iterdir()} == {
        "weights.safetensors",
        "config.json",
        "MODEL_CARD.md",
    }


def test_a_flipped_bit_is_found(copied):
    path = copied / "weights.safetensors"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="damaged"):
        Stager(DEFAULT_WEIGHTS, device="cpu")


def test_weights_for_other_signals_are_refused(copied):
    path = copied / "config.json"
    config = json.loads(path.read_text())
    config["input"]["rate_hz"] = 128
    path.write_text(json.dumps(config))
    with pytest.raises(WeightsError, match="expect other signals"):
        read_info(DEFAULT_WEIGHTS)
    assert [isinstance(info, WeightsError) for info in available_weights()] == [True]


def test_weights_that_are_no_safetensors_are_refused(copied):
    (copied / "weights.safetensors").write_bytes(b"pickle")
    path = copied / "config.json"
    config = json.loads(path.read_text())
    config["sha256"] = hashlib.sha256(b"pickle").hexdigest()
    path.write_text(json.dumps(config))
    with pytest.raises(WeightsError, match="do not fit"):
        Stager(DEFAULT_WEIGHTS, device="cpu")


def test_weights_that_do_not_fit_their_configuration_are_refused(copied):
    path = copied / "config.json"
    config = json.loads(path.read_text())
    config["network"]["width"] += 8
    path.write_text(json.dumps(config))
    with pytest.raises(WeightsError, match="do not fit"):
        Stager(DEFAULT_WEIGHTS, device="cpu")


@pytest.mark.parametrize(
    ("content", "words"),
    [("{", "damaged"), ("[]", "damaged"), ("{}", "damaged"), ("\xff", "damaged")],
)
def test_a_bad_configuration_is_refused(copied, content, words):
    (copied / "config.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(WeightsError, match=words):
        read_info(DEFAULT_WEIGHTS)


@pytest.mark.parametrize("name", ["nobody", "", "..", "../sleepscorer", ".hidden"])
def test_names_without_weights_are_refused(name):
    with pytest.raises(WeightsError):
        read_info(name)


def test_weights_written_are_read_back(copied, tmp_path):
    sha256 = checkpoint.write_weights(
        copied.parent / "new", b"tensors", architecture="CnnLstm", network={}, summary="new"
    )
    info = read_info("new")
    assert info.sha256 == sha256
    assert checkpoint.read_verified(info) == b"tensors"
