import hashlib
import json
import shutil

import pytest

from sleepscorer import paths
from sleepscorer.core.errors import WeightsError
from sleepscorer.staging import checkpoint
from sleepscorer.staging.checkpoint import (
    DEFAULT_WEIGHTS,
    add_own_weights,
    available_weights,
    check_own_name,
    read_info,
)
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
    refused = [info for info in available_weights() if isinstance(info, WeightsError)]
    assert [error.path for error in refused] == [path]


@pytest.mark.parametrize(
    "curve",
    [
        [[0, 0.2, float("nan")], [1, 1, 1]],
        [[0, 0.2, 0.8], [0, 0.3, 0.9]],
        [[0, 0.2, 0.8], [1.5, 0.3, 0.9]],
        [[0, 0.2]],
    ],
)
def test_a_review_curve_that_can_not_be_one_is_damage(copied, curve):
    path = copied / "config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps({**config, "review_curve": curve}))
    with pytest.raises(WeightsError, match="configuration of these weights is damaged"):
        read_info(DEFAULT_WEIGHTS)


def test_a_confidence_without_numbers_is_damage(copied):
    path = copied / "config.json"
    config = json.loads(path.read_text())
    config["confidence"]["ranked"][1] = float("nan")
    path.write_text(json.dumps(config))
    with pytest.raises(WeightsError, match="configuration of these weights is damaged"):
        read_info(DEFAULT_WEIGHTS)


def test_weights_in_this_very_folder_have_its_name(copied, monkeypatch):
    monkeypatch.chdir(copied)
    assert read_info("./").name == DEFAULT_WEIGHTS


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
    files = checkpoint.weights_files(b"tensors", architecture="CnnLstm", network={}, summary="new")
    (copied.parent / "new").mkdir()
    for name, content in files.items():
        (copied.parent / "new" / name).write_bytes(content)
    info = read_info("new")
    assert info.sha256 == hashlib.sha256(b"tensors").hexdigest()
    assert checkpoint.read_verified(info) == b"tensors"


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "own_models_folder", lambda: tmp_path / "own" / "models")
    return tmp_path / "own" / "models"


def _new_weights(tmp_path, *, summary="tuned"):
    folder = tmp_path / summary
    shutil.copytree(paths.models_folder() / DEFAULT_WEIGHTS, folder)
    config = json.loads((folder / "config.json").read_text())
    weights = (folder / "weights.safetensors").read_bytes() + b"\0" * len(summary)
    (folder / "weights.safetensors").write_bytes(weights)
    config |= {"summary": summary, "sha256": hashlib.sha256(weights).hexdigest()}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def test_own_weights_are_listed_after_those_of_the_program(tmp_path, own):
    shipped = [info.name for info in available_weights()]
    assert (add_own_weights(_new_weights(tmp_path)).name, own.name) == ("site-1", "models")
    assert add_own_weights(_new_weights(tmp_path, summary="more")).name == "site-2"
    assert [info.name for info in available_weights()] == [*shipped, "site-1", "site-2"]
    assert [info.is_own for info in available_weights()] == [False] * len(shipped) + [True, True]
    assert read_info("site-2").summary == "more"
    assert read_info("site-2").folder == own / "site-2"
    assert (own / "site-1" / "MODEL_CARD.md").is_file()


def test_the_same_weights_are_added_once(tmp_path, own):
    folder = _new_weights(tmp_path)
    assert [add_own_weights(folder).name, add_own_weights(folder).name] == ["site-1", "site-1"]
    assert add_own_weights(folder, "ours").name == "ours"
    assert add_own_weights(folder, "ours").name == "ours"
    assert sorted(path.name for path in own.iterdir()) == ["ours", "site-1"]


def test_a_name_that_is_taken_is_refused_and_what_has_it_is_kept(tmp_path, own):
    folder = add_own_weights(_new_weights(tmp_path), "ours").folder
    before = (folder / "weights.safetensors").read_bytes()
    for name in (DEFAULT_WEIGHTS, "ours"):
        with pytest.raises(WeightsError, match=f"weights called '{name}' already"):
            add_own_weights(_new_weights(tmp_path, summary=f"for {name}"), name)
    assert (folder / "weights.safetensors").read_bytes() == before
    for name in ("", "../x", ".hidden"):
        with pytest.raises(WeightsError, match="is not a name of weights"):
            check_own_name(name)


def test_weights_in_any_folder_are_named_by_its_path(tmp_path):
    folder = _new_weights(tmp_path)
    assert read_info(str(folder)).sha256 == read_info(folder).sha256
    with pytest.raises(WeightsError, match="there are no weights called 'nowhere'"):
        read_info(str(tmp_path / "nowhere"))


def test_weights_of_the_program_are_never_shadowed(tmp_path, own):
    shutil.copytree(_new_weights(tmp_path), own / DEFAULT_WEIGHTS)
    assert not read_info(DEFAULT_WEIGHTS).is_own
    assert [info.name for info in available_weights()].count(DEFAULT_WEIGHTS) == 1
    # Nor is what is still being written taken for weights.
    shutil.copytree(tmp_path / "tuned", own / ".ours.part")
    assert not any(info.is_own for info in available_weights())


def test_a_folder_that_can_not_be_written_is_said(tmp_path, own):
    own.parent.write_bytes(b"a file in the way")
    with pytest.raises(WeightsError, match=r"can't be kept.*they lie in"):
        add_own_weights(_new_weights(tmp_path))


def changed(folder, **changes):
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@pytest.mark.parametrize(
    "content",
    [
        "[" * 100_000,
        "[1]",
        "null",
        '"text"',
        '{"format": 2, "format": 2}',
        '{"format": NaN}',
        " " * 1_000_001,
    ],
)
def test_a_configuration_that_is_none_is_damage(copied, content):
    (copied / "config.json").write_text(content)
    with pytest.raises(WeightsError, match="configuration of these weights is damaged"):
        read_info(DEFAULT_WEIGHTS)
    assert len(available_weights()) > 1


@pytest.mark.parametrize(
    "changes",
    [
        {"summary": 3},
        {"summary": "\ud800"},
        {"architecture": None},
        {"network": 5},
        {"confidence": [1]},
        {"confidence": {"ranked": [10**300] * 3, "by_stage": "abcde"}},
        {"review_curve": 7},
        {"review_curve": [None]},
        {"learned_eeg": "C4-M1"},
        {"learned_eeg": [7]},
    ],
)
def test_an_entry_of_the_wrong_kind_is_damage(copied, changes):
    changed(copied, **changes)
    with pytest.raises(WeightsError, match="configuration of these weights is damaged"):
        read_info(DEFAULT_WEIGHTS)


@pytest.mark.parametrize(
    "claim",
    [
        {"width": 10**9},
        {"width": 4096},
        {"width": 0},
        {"width": 192.0},
        {"width": True},
        {"n_learned": -1},
        {"dropout": 2},
        {"dropout": "x"},
        {"heads": ["bilstm"] * 1000},
        {"heads": [["bilstm"]]},
        {"heads": 3},
        {"kinds": ["eeg", "eeg"]},
        {"front_end": {}},
        {"depth": 3},
    ],
)
def test_a_network_that_its_weights_do_not_bear_out_is_refused_before_it_is_made(copied, claim):
    network = json.loads((copied / "config.json").read_text())["network"]
    changed(copied, network={**network, **claim})
    with pytest.raises(WeightsError, match="do not fit their configuration"):
        Stager(DEFAULT_WEIGHTS, device="cpu")


def header_of(content):
    length = int.from_bytes(content[:8], "little")
    return json.loads(content[8 : 8 + length]), content[8 + length :]


@pytest.mark.parametrize(
    "damage",
    ["not finite", "dtype", "shape", "offsets", "no header", "length", "deep", "lacking", "more"],
)
def test_tensors_that_are_not_the_networks_are_refused_in_words(copied, damage):
    path = copied / "weights.safetensors"
    whole = path.read_bytes()
    header, body = header_of(whole)
    name = next(name for name, entry in header.items() if entry["dtype"] == "F32")
    text = b""
    if damage == "not finite":
        body = b"\xff" * len(body)
    elif damage == "dtype":
        header[name]["dtype"] = "F7"
    elif damage == "shape":
        header[name]["shape"] = [2**40, 2**40]
    elif damage == "offsets":
        header[name]["data_offsets"] = [0, 2**62]
    elif damage == "lacking":
        del header[name]
    elif damage == "more":
        header["another"] = {"dtype": "F32", "shape": [0, 2**50], "data_offsets": [0, 0]}
    elif damage == "deep":
        text = b"[" * 100_000
    text = text or json.dumps(header).encode()
    length = 2**63 if damage == "length" else len(text)
    content = b"" if damage == "no header" else length.to_bytes(8, "little") + text + body
    path.write_bytes(content)
    changed(copied, sha256=hashlib.sha256(content).hexdigest())
    with pytest.raises(WeightsError, match="do not fit their configuration"):
        Stager(DEFAULT_WEIGHTS, device="cpu")


def test_a_file_too_large_for_weights_is_not_read(copied):
    with (copied / "weights.safetensors").open("r+b") as file:
        file.truncate(2_000_000_000)
    with pytest.raises(WeightsError, match="too large for weights"):
        Stager(DEFAULT_WEIGHTS, device="cpu")


def test_a_review_curve_may_begin_at_nothing_and_end_at_all(copied):
    curve = [[0, 0.0, 0.0], [0.5, 0.5, 0.5], [1, 1, 1]]
    changed(copied, review_curve=curve, confidence=None)
    info = read_info(DEFAULT_WEIGHTS)
    assert info.review_curve == tuple(map(tuple, curve))
    assert info.confidence is None
    for worse in ([1.01, 1, 1], [1, 1.01, 1], [1, 1, 1.01], [1, -0.01, 1], [0.5, 1, 1]):
        changed(copied, review_curve=[*curve[:2], worse])
        with pytest.raises(WeightsError, match="configuration of these weights is damaged"):
            read_info(DEFAULT_WEIGHTS)


def test_a_configuration_without_confidence_and_curve_has_none(copied):
    path = copied / "config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps({k: config[k] for k in config if k not in _MAY_LACK}))
    info = read_info(DEFAULT_WEIGHTS)
    assert (info.confidence, info.review_curve) == (None, ())
    assert info.confidence_measured_on == ""


def test_it_says_on_which_nights_the_confidence_was_measured(copied, tmp_path):
    for info in available_weights():
        # What is said of all that come with the program holds for them.
        assert "Sleep-EDF" in info.summary
        assert info.confidence_measured_on == (
            "Sleep-EDF (validation nights of the weights), not on nights of this site"
        )
    elsewhere = shutil.copytree(copied, tmp_path / "site-1")
    assert read_info(elsewhere).confidence_measured_on == (
        "nights that were held out when the weights site-1 were trained"
    )


def test_what_was_learned_from_is_told_and_else_is_that_of_sleep_edf(copied):
    assert read_info(DEFAULT_WEIGHTS).learned_eeg == ("Fpz-Cz", "Pz-Oz")
    changed(copied, learned_eeg=["C4-M1", "C3-M2"])
    assert read_info(DEFAULT_WEIGHTS).learned_eeg == ("C4-M1", "C3-M2")


_MAY_LACK = ("confidence", "review_curve")


@pytest.mark.parametrize("other", [{"format": 1}, {"format": 3}, {"input": None}])
def test_another_format_is_refused_with_what_to_do(copied, other):
    changed(copied, **other)
    with pytest.raises(WeightsError, match="expect other signals") as refused:
        read_info(DEFAULT_WEIGHTS)
    assert (refused.value.path, bool(refused.value.hint)) == (copied / "config.json", True)


def test_weights_that_are_gone_or_no_file_are_said(copied):
    info = read_info(DEFAULT_WEIGHTS)
    info.weights_path.unlink()
    with pytest.raises(WeightsError, match="can't be read") as refused:
        checkpoint.read_verified(info)
    assert refused.value.path == info.weights_path
    info.weights_path.mkdir()
    with pytest.raises(WeightsError, match="no ordinary file"):
        checkpoint.read_verified(info)


def test_the_first_free_name_is_taken(tmp_path, own):
    for summary, name in (("first", "site-1"), ("third one", "site-3")):
        add_own_weights(_new_weights(tmp_path, summary=summary), name)
    assert add_own_weights(_new_weights(tmp_path, summary="x")).name == "site-2"
    # Those of another name are the same, and are not added again.
    assert add_own_weights(tmp_path / "third one").name == "site-3"
