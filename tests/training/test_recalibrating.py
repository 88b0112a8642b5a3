"""Weights recalibrated to few nights: what is mended, what is left, and which way is kept."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from labelled_nights import nights as nights_in
from reviewed_sessions import stages_of, write_site

from sleepscorer.cli import main
from sleepscorer.core.errors import UsageError
from sleepscorer.core.stages import Stage
from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS, available_weights, read_info
from sleepscorer.staging.networks.staging_network import NetworkConfig, StagingNetwork
from sleepscorer.staging.recalibration import Recalibration
from sleepscorer.staging.stager import Stager, load_network
from sleepscorer.training import fine_tuning
from sleepscorer.training.comparison import Comparison, NightKappas
from sleepscorer.training.evaluate import NightAnswers, answers_on, mean_kappa
from sleepscorer.training.recalibrating import RIDGES, PersonAnswers, fit_recalibration, recalibrate
from sleepscorer.training.runs import begin_from, save_network
from sleepscorer.training.session_nights import reviewed_nights
from sleepscorer.training.site_tuning import SiteTuning, ways_for
from sleepscorer.training.trainer import Recipe, train
from sleepscorer.training.tuned import Tuned

pytestmark = pytest.mark.long

RECIPE = Recipe(n_steps=24, batch_windows=8, learning_rate=3e-2, n_looks=2, patience=4)
SEEN_AS_N1 = 3.0


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """Of nine people; the last four taught the weights."""
    folder = tmp_path_factory.mktemp("nights")
    return nights_in(folder, subjects=(0, 1, 2, 3, 4, 4, 5, 6, 7, 8), n_epochs=120)


@pytest.fixture(scope="module")
def biased(nights, tmp_path_factory):
    """They know these stages, but take most wake for N1."""
    folder = tmp_path_factory.mktemp("weights")
    torch.manual_seed(0)
    # As the stager has it: on a busy machine threads wait for each other.
    torch.set_num_threads(1)
    network = StagingNetwork(NetworkConfig(width=16, dropout=0.1))
    begin_from(network, load_network(read_info(DEFAULT_WEIGHTS)))
    longer = replace(RECIPE, n_steps=60, n_looks=3)
    train(network, nights[-4:], longer, lambda trained: mean_kappa(trained, nights[-4:]))
    with torch.no_grad():
        network.stage_heads[0].output.bias[Stage.N1] += SEEN_AS_N1
        network.stage_heads[0].output.bias[Stage.W] -= SEEN_AS_N1
    save_network(network.eval(), folder / "biased", summary="biased")
    return folder / "biased"


@pytest.fixture(scope="module")
def run(nights, biased, tmp_path_factory):
    """The biased ones recalibrated by six nights of five people."""
    folder = tmp_path_factory.mktemp("run")
    told = []
    tuned = recalibrate(read_info(biased), nights[:6], folder, progress=lambda *at: told.append(at))
    return folder, tuned, told


def test_wake_that_was_read_as_n1_is_wake_again_for_other_people(nights, biased, run):
    _, tuned, told = run
    assert tuned.reasons_against == ()
    former, new = tuned.comparison.former, tuned.comparison.new
    assert former["f1"]["W"] < 0.3 < 0.9 < new["f1"]["W"]
    assert new["kappa"] > former["kappa"] + 0.2
    assert new["n_epochs"] == 6 * 119
    # People whom nobody has seen in the fit.
    (after,) = answers_on(
        load_network(read_info(tuned.weights)),
        nights[6:7],
        {"eeg": 0, "eog": 0},
        recalibration=read_info(tuned.weights).recalibration,
    )
    assert np.mean(after.right) > 0.9
    assert [fraction for fraction, _ in told] == sorted(fraction for fraction, _ in told)
    assert told[0] == (0.0, "without person 1 of 5")
    assert told[-1][0] == 1.0


def test_the_tensors_stay_and_the_configuration_says_what_is_new(biased, run):
    folder, tuned, _ = run
    former, new = read_info(biased), read_info(tuned.weights)
    assert new.weights_path.read_bytes() == former.weights_path.read_bytes()
    assert new.network == former.network
    assert (former.recalibration, former.confidence) == (None, None)
    assert new.recalibration is not None
    assert new.confidence is not None
    assert new.review_curve[-1][2] == 1.0
    assert new.summary.startswith("biased recalibrated on reviewed sessions of this site, 6 nights")
    card = (tuned.weights / "MODEL_CARD.md").read_text(encoding="utf-8")
    kappas = [tuned.comparison.former["kappa"], tuned.comparison.new["kappa"]]
    assert f"| kappa | {kappas[0]:.3f} | {kappas[1]:.3f} |" in card
    assert new.sha256 in card
    assert former.sha256 in card
    assert "SC0" not in card
    assert json.loads((folder / "metrics.json").read_text())["reasons_against"] == []
    assert len((folder / "nights.csv").read_text().splitlines()) == 7


def test_a_run_ends_at_the_same_numbers_and_not_with_other_nights(nights, biased, run):
    folder, tuned, _ = run
    before = (tuned.weights / "config.json").read_bytes()
    recalibrate(read_info(biased), nights[:6], folder)
    assert (tuned.weights / "config.json").read_bytes() == before
    with pytest.raises(UsageError, match="other nights or options was begun here"):
        recalibrate(read_info(biased), nights[1:7], folder)


def test_once_recalibrated_nothing_is_left_to_gain(run, nights, tmp_path):
    _, once, _ = run
    again = recalibrate(read_info(once.weights), nights[:6], tmp_path)
    assert again.comparison.former["kappa"] > 0.9
    assert again.reasons_against != ()
    # They would be replaced by the same, not put on top of each other.
    assert read_info(again.weights).recalibration == read_info(once.weights).recalibration


def test_heads_are_tuned_without_the_numbers_and_judged_against_them(nights, run, tmp_path):
    _, once, _ = run
    tuned = fine_tuning.fine_tune(
        read_info(once.weights), nights[:10], tmp_path / "heads", recipe=replace(RECIPE, n_steps=2)
    )
    assert tuned.comparison.former["kappa"] > 0.9
    assert read_info(tuned.weights).recalibration is None


# -- the fit -------------------------------------------------------------------------------------


def person(seed, *, rows=None, n=400):
    """Whose answers are right as often as they say; then moved away by the inverse of rows."""
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet([0.4] * 5, n)
    labels = np.array([rng.choice(5, p=each) for each in probabilities])
    wake = np.clip(probabilities[:, :1], 1e-6, 1 - 1e-6)
    hierarchy = np.concatenate([wake, (1 - wake) / 2, (1 - wake) / 2], axis=1)
    if rows is not None:
        probabilities = rows.of(probabilities, hierarchy).astype(float)
    return PersonAnswers(
        (NightAnswers(f"n{seed}", probabilities, hierarchy, labels, probabilities.max(axis=1)),)
    )


def test_answers_that_are_right_stay_nearly_as_they_are():
    fitted = fit_recalibration([person(seed) for seed in range(5)])
    assert fitted.ridge == RIDGES[0]
    assert np.abs(fitted.recalibration.array - Recalibration.identity().array).max() < 0.12


def test_answers_that_were_moved_are_moved_back():
    away = Recalibration.identity().array
    away[Stage.N1, -1], away[Stage.W, -1] = 1.5, -1.5
    people = [person(seed, rows=Recalibration.from_array(away)) for seed in range(5)]
    fitted = fit_recalibration(people)
    assert fitted.ridge < RIDGES[0]
    found = fitted.recalibration.array
    assert found[Stage.W, -1] - found[Stage.N1, -1] == pytest.approx(3.0, abs=0.8)


def test_a_stage_that_nobody_has_is_no_end_of_the_fit():
    people = [person(seed) for seed in range(3)]
    some = [
        PersonAnswers((replace(one.nights[0], labels=np.minimum(one.labels, 3)),)) for one in people
    ]
    found = fit_recalibration(some).recalibration
    assert np.isfinite(found.array).all()
    probabilities, hierarchy = people[0].nights[0].probabilities, people[0].nights[0].hierarchy
    assert found.of(probabilities, hierarchy)[:, Stage.R].mean() < probabilities[:, 4].mean()


# -- which way -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n_people", "ways"),
    [
        (0, ["recalibration"]), (5, ["recalibration"]), (9, ["recalibration"]),
        (10, ["recalibration", "heads"]),
    ],
)  # fmt: skip
def test_few_people_are_enough_for_few_numbers(n_people, ways):
    assert list(ways_for(n_people)) == ways


def way(kappas, *reasons):
    nights = tuple(NightKappas(f"n{i}", 100, 0.5, kappa) for i, kappa in enumerate(kappas))
    figures = [{"kappa": k, "ece": 0.0, "ece_of_confidence": 0.0} for k in (0.5, np.mean(kappas))]
    return Tuned(Comparison(*figures, nights), reasons, None)


@pytest.mark.parametrize(
    ("numbers", "heads", "better"),
    [
        (way([0.6, 0.6, 0.6]), way([0.8, 0.7, 0.8]), "heads"),
        (way([0.6, 0.6, 0.6]), way([0.7, 0.5, 0.63]), "recalibration"),
        (way([0.6, 0.6, 0.6]), way([0.5, 0.5, 0.5], "no gain"), "recalibration"),
        (way([0.5, 0.5, 0.5], "no gain"), way([0.6, 0.6, 0.6]), "heads"),
        (way([0.5, 0.5, 0.5], "no gain"), way([0.5, 0.5, 0.5], "none"), "recalibration"),
    ],
)
def test_heads_are_kept_where_they_are_better_than_the_few_numbers(numbers, heads, better):
    assert SiteTuning({"recalibration": numbers, "heads": heads}).better == better


# -- the command ---------------------------------------------------------------------------------


def tune(site, run, *more):
    arguments = ["train", "--data", "sessions", "--folder", site, "--out", run, "--device", "cpu"]
    return main([str(each) for each in (*arguments, *more)])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Five reviewed nights of five people; tests read them."""
    return write_site(tmp_path_factory.mktemp("site") / "nights", 5)


def test_five_sessions_give_weights_that_score(site, tmp_path, capsys):
    assert tune(site, tmp_path / "run") == 0
    printed, _ = capsys.readouterr()
    lines = printed.splitlines()
    assert lines[0].split() == ["held-out", "nights", "former", "new"]
    assert "the new weights are kept as site-1" in lines[-1]
    info = read_info("site-1")
    assert info.recalibration is not None
    (night, *_), _ = reviewed_nights(site)
    before, after = (
        Stager(name, device="cpu").stage(night.recording, night.channels)
        for name in (DEFAULT_WEIGHTS, "site-1")
    )
    right = [np.mean(each.stages == stages_of(0)) for each in (before, after)]
    assert right[1] > right[0] + 0.1
    assert after.provenance.weights_sha256 == info.sha256
    # The same command again ends at the same weights.
    assert tune(site, tmp_path / "run", "--quiet") == 0
    assert "kept as site-1" in capsys.readouterr().out
    assert [one.name for one in available_weights()][-1] == "site-1"


def test_heads_are_not_tuned_by_five_people(site, tmp_path, capsys):
    assert tune(site, tmp_path / "run", "--tune", "heads") == 2
    assert "5 reviewed nights of 5 people are here, and at least 10" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
    assert main(["train", "--data", "folder", "--out", "x", "--tune", "heads"]) == 2
    assert "--tune is for --data sessions" in capsys.readouterr().err


def test_ten_people_are_tuned_in_both_ways(biased, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(fine_tuning, "TUNING", RECIPE)
    ten = write_site(tmp_path / "ten")
    assert tune(ten, tmp_path / "run", "--start", biased) == 0
    printed, _ = capsys.readouterr()
    lines = printed.splitlines()
    assert lines[0].split() == ["held-out", "nights", "former", "recalibrated", "heads"]
    assert all(len(line.split("  ")) >= 4 for line in lines[1:-1])
    # That habit is just what the numbers mend.
    assert "the new weights, recalibrated, are kept as site-1" in lines[-1]
    for folder in ("recalibration", "heads"):
        assert (tmp_path / "run" / folder / "weights" / "config.json").exists()
