"""RobustSleepNet tuned as a whole: what it learns, what is kept, and how it is offered."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from reviewed_sessions import N_EPOCHS, stages_of, write_site
from robust_sleep_net_files import made_state, publish

from sleepscorer.cli import main
from sleepscorer.core.errors import SleepScorerError, UsageError, WeightsError
from sleepscorer.core.progress import Cancelled
from sleepscorer.core.stages import Stage
from sleepscorer.staging.robust_sleep_net.installed import (
    NAME,
    add_weights,
    installed_weights,
    load_networks,
    read_weights,
    remove_weights,
)
from sleepscorer.staging.robust_sleep_net.network import RobustSleepNet
from sleepscorer.staging.robust_sleep_net.public_weights import tensors_of
from sleepscorer.staging.robust_sleep_net.spectra import standardised
from sleepscorer.staging.robust_sleep_net.tuned_here import (
    check_tuned,
    keep_tuned,
    tuned_names,
    tuned_weights,
)
from sleepscorer.staging.stagers import offered_stager, offered_stagers
from sleepscorer.training import stager_tuning
from sleepscorer.training.network_tuning import (
    NetworkRecipe,
    _batch,
    answers_of,
    tune_network,
)
from sleepscorer.training.session_nights import reviewed_nights
from sleepscorer.training.spectral_nights import SpectralNight, spectral_nights
from sleepscorer.training.stager_tuning import check_licence, tune_stager

pytestmark = pytest.mark.long

RECIPE = NetworkRecipe(n_passes=3, patience=3, learning_rate=5e-3, batch_windows=2)


@pytest.fixture(autouse=True)
def _one_thread():
    # As the stager has it: on a busy machine threads wait for each other.
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Ten reviewed nights of ten people; tests read them."""
    return write_site(tmp_path_factory.mktemp("site") / "nights")


@pytest.fixture(scope="module")
def nights(site, tmp_path_factory):
    found, refused = spectral_nights(reviewed_nights(site)[0], tmp_path_factory.mktemp("read"))
    assert refused == ()
    return found


@pytest.fixture
def public(monkeypatch):
    """One net that nobody trained."""
    net, content = next(iter(publish(monkeypatch).items()))
    tensors = tensors_of(content)
    # Surer of wake than it is right.
    tensors["classifier.bias"][Stage.W] += 1
    return add_weights({net: tensors})


def fresh():
    torch.manual_seed(0)
    return RobustSleepNet().eval()


# -- nights --------------------------------------------------------------------------------------


def test_nights_are_read_once_as_on_scoring(site, tmp_path):
    reviewed = reviewed_nights(site)[0][:2]
    told = []
    (first, _), _ = spectral_nights(reviewed, tmp_path, lambda *at: told.append(at))
    assert first.epochs.shape == (N_EPOCHS, 2, 1800)
    assert first.good.shape == (N_EPOCHS, 2, 28)
    assert first.good.all()
    np.testing.assert_array_equal(first.labels, stages_of(0))
    assert told
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    (again, _), _ = spectral_nights(reviewed, tmp_path)
    np.testing.assert_array_equal(again.epochs, first.epochs)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == stamps
    torn = next(path for path in stamps if "epochs" in path.name)
    torn.unlink()  # what is mapped may not be cut short in its place
    torn.write_bytes(b"torn")
    (mended, _), _ = spectral_nights(reviewed, tmp_path)
    np.testing.assert_array_equal(mended.epochs, first.epochs)


def test_wake_far_from_sleep_and_what_nobody_reviewed_is_no_label(site, tmp_path):
    (night, *_), _ = reviewed_nights(site)
    labels = np.zeros(N_EPOCHS, np.int64)
    labels[110:115], labels[115:] = 2, -100
    (found,), _ = spectral_nights([replace(night, labels=labels)], tmp_path)
    assert np.flatnonzero(found.labels >= 0).tolist() == list(range(50, 115))
    labels[:60] = -100
    found, refused = spectral_nights([replace(night, labels=labels)], tmp_path)
    assert found == ()
    assert refused == ("n0: 55 reviewed epochs around its sleep hold a signal",)


# -- a network -----------------------------------------------------------------------------------


def test_dropout_acts_in_training_alone_and_every_weight_learns():
    network, rng = fresh(), np.random.default_rng(0)
    spectra = torch.from_numpy(rng.normal(size=(2, 21, 3, 65, 28)).astype(np.float32))
    inputs = standardised(spectra, torch.ones(2, 21, 3, 28, dtype=torch.bool))
    present = torch.ones(2, 21, 3, dtype=torch.bool)
    with torch.no_grad():
        assert torch.equal(network(inputs, present), network(inputs, present))
        network.train()
        assert not torch.equal(network(inputs, present), network(inputs, present))
    network(inputs, present).square().sum().backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().max() > 0, name


def test_windows_of_fewer_channels_are_filled_up_with_nothing(nights):
    one = nights[0]
    alone = SpectralNight("a", "a", one.labels, one.epochs[:, :1], one.good[:, :1])
    inputs, present, labels = _batch([(alone, 0), (alone, 21)], np.random.default_rng(0))
    assert inputs.shape == (2, 21, 1, 65, 28)
    wider = torch.cat([inputs, torch.zeros_like(inputs)], dim=2)
    there = torch.cat([present, torch.zeros_like(present)], dim=2)
    np.testing.assert_array_equal(labels[1], one.labels[21:42])
    with torch.no_grad():
        torch.testing.assert_close(fresh()(wider, there), fresh()(inputs, present))


def test_a_network_learns_and_goes_on_where_it_was_stopped(nights, tmp_path):
    told, network = [], fresh()
    kappas = tune_network(
        network,
        nights[:6],
        nights[6:8],
        RECIPE,
        folder=tmp_path / "a",
        progress=lambda *at: told.append(at),
    )
    assert len(kappas) == 4
    assert max(kappas) > kappas[0] + 0.3
    losses = [float(text.split("loss ")[1].split(",")[0]) for _, text in told]
    by_pass = np.array_split(losses, 3)
    assert np.mean(by_pass[-1]) < np.mean(by_pass[0])
    assert not network.training
    # The best one is what is left.
    again = answers_of([network], nights[6:8])
    right = np.mean([each.right.mean() for each in again])
    assert right > 0.5

    def stop(fraction, _text):
        if fraction > 0.5:
            raise Cancelled

    stopped, resumed = fresh(), fresh()
    with pytest.raises(Cancelled):
        tune_network(stopped, nights[:6], nights[6:8], RECIPE, folder=tmp_path / "b", progress=stop)
    assert tune_network(resumed, nights[:6], nights[6:8], RECIPE, folder=tmp_path / "b") == kappas
    for name, tensor in network.state_dict().items():
        torch.testing.assert_close(resumed.state_dict()[name], tensor, rtol=0, atol=0)
    (tmp_path / "b" / "state.pt").write_bytes(b"torn")
    with pytest.raises(SleepScorerError, match="can't be read"):
        tune_network(resumed, nights[:6], nights[6:8], RECIPE, folder=tmp_path / "b")


def test_a_network_that_gets_no_better_stays_as_it_was(nights):
    network = fresh()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    idle = replace(RECIPE, learning_rate=0.0, patience=1)
    assert len(tune_network(network, nights[:1], nights[1:2], idle)) == 2
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, before[name])
    short = replace(RECIPE, n_steps=1)
    assert len(tune_network(network, nights[:2], nights[2:3], short)) == 2


# -- the stager ----------------------------------------------------------------------------------


def test_the_licence_on_the_card_decides(public):
    check_licence(public)
    public.card.write_text("All rights reserved.")
    with pytest.raises(UsageError, match="holds no licence by which they may be changed"):
        check_licence(public)
    public.card.unlink()
    with pytest.raises(UsageError, match="holds no licence"):
        check_licence(public)


def test_sessions_to_a_stager_of_its_own(site, public, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(stager_tuning, "WHOLE", RECIPE)
    before = {path.name: path.read_bytes() for path in public.folder.iterdir()}
    arguments = ["train", "--data", "sessions", "--folder", site, "--out", tmp_path / "run"]
    arguments = [*map(str, arguments), "--stager", NAME]
    assert main(arguments) == 0
    printed, _ = capsys.readouterr()
    name = f"{NAME}-site-1"
    assert printed.splitlines()[0].split() == ["held-out", "nights", "former", "new"]
    assert f"the new weights are kept as the stager {name}" in printed
    assert {path.name: path.read_bytes() for path in public.folder.iterdir()} == before
    (tuned,) = tuned_weights()
    assert tuned.name == name
    assert tuned.nets == public.nets
    card = tuned.card.read_text()
    assert "Copyright (c) 2021 Dreem" in card
    assert "These are not the weights that its authors made public" in card
    assert "| kappa |" in card
    # It is listed, asked, and goes.
    assert main(["models"]) == 0
    listed = capsys.readouterr().out
    assert f"{name}: RobustSleepNet (1 net, tuned to a site)" in listed
    assert f"{NAME} tuned as a whole on reviewed sessions of this site, 10 nights" in listed
    assert [one.name for one in offered_stagers() if NAME in one.name] == [NAME, name]
    night = reviewed_nights(site)[0][0]
    staging = offered_stager(name).stage(night.recording, night.channels)
    assert np.mean(staging.stages == stages_of(0)) > 0.5
    made = staging.provenance
    assert (made.weights_name, made.weights_sha256, made.stager) == (name, tuned.sha256, name)
    out = tmp_path / "out"
    command = ["score", str(night.recording.path), "--out", str(out), "--formats", "json"]
    assert main([*command, "--second-opinion", name, "--quiet"]) == 0
    assert name in (out / "n0_staging.json").read_text()
    # The same command again ends at the same weights; another run can't take their name.
    assert main([*arguments, "--quiet"]) == 0
    assert len(tuned_weights()) == 1
    capsys.readouterr()
    arguments[arguments.index("--out") + 1] = str(tmp_path / "other")
    for taken in (name, NAME):
        assert main([*arguments, "--name", taken]) == 2
        assert f"called {taken!r} already" in capsys.readouterr().err
    assert main(["models", "remove", name]) == 0
    assert tuned_names() == ()
    assert load_networks(installed_weights())


def test_what_is_no_better_is_not_offered(nights, public, tmp_path):
    idle = replace(RECIPE, learning_rate=0.0, n_passes=1)
    tuned = tune_stager(public, nights, tmp_path / "run", recipe=idle)
    assert tuned.reasons_against
    assert tuned_names() == ()
    with pytest.raises(UsageError, match="other nights or options was begun here"):
        tune_stager(public, nights, tmp_path / "run", recipe=replace(idle, seed=2))


def tuned_folder(folder, public):
    """As a run leaves it."""
    state = made_state(9)
    net = public.nets[0]
    from safetensors.torch import save

    from sleepscorer.staging.robust_sleep_net.network import own_names

    content = save({f"{net}.{key}": t.contiguous() for key, t in own_names(state).items()})
    folder.mkdir()
    (folder / "weights.safetensors").write_bytes(content)
    config = {
        "format": 1, "stager": NAME, "sha256": hashlib.sha256(content).hexdigest(),
        "nets": [{"name": net}], "summary": "tuned",
    }  # fmt: skip
    (folder / "stager.json").write_text(json.dumps(config))
    (folder / "MODEL_CARD.md").write_text("card")
    return folder


def test_several_tuned_ones_stand_side_by_side_and_damage_is_said(public, tmp_path):
    one = keep_tuned(tuned_folder(tmp_path / "w", public))
    assert keep_tuned(tmp_path / "w") == one
    other = keep_tuned(tmp_path / "w", "night-lab")
    with pytest.raises(WeightsError, match="are the public weights, and stay so"):
        keep_tuned(tmp_path / "w", NAME)
    assert [each.name for each in tuned_weights()] == ["night-lab", f"{NAME}-site-1"]
    check_tuned()
    (other.folder / "weights.safetensors").write_bytes(b"")
    with pytest.raises(WeightsError, match="the weights of night-lab are damaged") as refused:
        check_tuned()
    assert "sleepscorer models remove night-lab" in refused.value.hint
    (other.folder / "stager.json").write_text("{")
    assert [each.name for each in tuned_weights()] == [f"{NAME}-site-1"]
    with pytest.raises(WeightsError, match="night-lab are damaged"):
        read_weights(other.folder)
    assert remove_weights("night-lab") == other.folder
    check_tuned()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--stager", "yasa"], "the stager 'yasa' can't be tuned"),
        (["--stager", NAME, "--start", "site-1"], "--start means nothing with --stager"),
        (["--stager", NAME, "--tune", "heads"], "--tune means nothing with --stager"),
        (["--stager", NAME, "--folds", "2"], "--folds means nothing with --data sessions"),
        (["--stager", NAME, "--subject", "(n)"], "10 reviewed nights of 1 person are here"),
    ],
)
def test_what_can_not_be_tuned_is_said(site, public, tmp_path, capsys, options, said):
    arguments = ["train", "--data", "sessions", "--folder", str(site)]
    assert main([*arguments, "--out", str(tmp_path / "run"), *options]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_without_the_public_weights_one_is_told_how_to_get_them(site, tmp_path, capsys):
    arguments = ["train", "--data", "sessions", "--folder", str(site), "--stager", NAME]
    assert main([*arguments, "--out", str(tmp_path / "run")]) == 2
    assert "sleepscorer models fetch robust-sleep-net" in capsys.readouterr().err
