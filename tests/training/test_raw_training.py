"""What training end to end must not do: lose what is learned, the powers, or the window."""

import json
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
import torch
from labelled_nights import nights as feature_nights_in

from sleepscorer.core.progress import Cancelled
from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS, read_info
from sleepscorer.staging.loading import load_network
from sleepscorer.staging.networks.staging_network import (
    NetworkConfig,
    StagingNetwork,
    night_features,
)
from sleepscorer.staging.scaling import night_levels
from sleepscorer.training import trainer
from sleepscorer.training.band_powers import log_band_powers
from sleepscorer.training.batch_loading import batches
from sleepscorer.training.evaluate import agreement_of, answers_on, encoded, mean_kappa, pooled
from sleepscorer.training.nights import TrainingNight
from sleepscorer.training.runs import begin_from, save_network, without_heads
from sleepscorer.training.trainer import Recipe, train
from sleepscorer.training.window_sampler import WindowSampler

pytestmark = pytest.mark.long

RHYTHM_HZ = np.array([20.0, 6.0, 13.0, 2.0, 9.0])
CONFIG = NetworkConfig(width=16, dropout=0.1, n_learned=8, detailed=True, window_epochs=12)
RECIPE = Recipe(n_steps=60, batch_windows=4, learning_rate=1e-2, n_looks=2, raw=True)


def raw_nights(n_nights=3, n_epochs=60):
    """Each stage has a rhythm, in noise."""
    rng = np.random.default_rng(0)
    found = []
    t_s = np.arange(3000) / 100
    for index in range(n_nights):
        labels = np.repeat(rng.permutation(np.arange(n_epochs // 6) % 5), 6)
        rhythm = np.sin(2 * np.pi * RHYTHM_HZ[labels, None] * t_s)[:, None]
        powers, signals = {}, {}
        for kind in ("eeg", "eog"):
            signal = rhythm + rng.normal(0, 0.7, (n_epochs, 1, 3000))
            signals[kind] = (signal / signal.std()).astype(np.float32)
            powers[kind] = log_band_powers(signals[kind][:, 0])[:, None]
        found.append(TrainingNight(f"n{index}", f"p{index}", labels, powers, signals))
    return found


def with_shipped_front_end(config=CONFIG):
    torch.manual_seed(0)
    network = StagingNetwork(config)
    begin_from(network, without_heads(load_network(read_info(DEFAULT_WEIGHTS))))
    return network


def rms_of_inputs(network, nights):
    """(n_inputs,) of what the first head looks at, once it is standardised."""
    network.eval()
    head, seen = network.stage_heads[0], []
    for night in encoded(network, nights):
        shown = []
        for kind in network.config.kinds:
            measures = np.concatenate([night.powers[kind], night.learned[kind]], axis=2)[:, 0]
            levels = night_levels(measures[:, :5], np.ones(len(measures), dtype=bool))
            shown.append(night_features(torch.from_numpy(measures), torch.from_numpy(levels)))
        described = head.describe(torch.stack(shown, dim=1)[None])[0]
        seen.append((described - head.centre) / head.spread)
    return torch.cat(seen).square().mean(dim=0).sqrt()


@pytest.mark.parametrize("front_end", ["multi_scale_cnn", "se_resnet"])
def test_the_heads_see_every_input_at_one_size(front_end):
    """Also what is learned, whose size nobody knows before the encoder has given it."""
    network = with_shipped_front_end(replace(CONFIG, front_end=front_end, kinds=("eeg",)))
    nights = raw_nights(1)
    train(network, nights, replace(RECIPE, n_steps=1, n_looks=1, learning_rate=0.0), lambda _: 0.0)
    rms = rms_of_inputs(network, nights)
    learned = rms[-CONFIG.n_learned :]
    assert 0.3 < float(learned.min()) <= float(learned.max()) < 3
    if front_end == "multi_scale_cnn":
        # Its shipped encoder measures the powers from the start; others are yet to learn it.
        assert 0.3 < float(rms.min()) <= float(rms.max()) < 3


@pytest.fixture(scope="module")
def trained():
    """A network after a short training end to end, and its nights."""
    network, nights = with_shipped_front_end(), raw_nights()
    train(network, nights[:2], RECIPE, lambda each: mean_kappa(each, nights[:2]))
    return network, nights


def test_a_short_training_learns_and_its_inputs_keep_their_size(trained):
    network, nights = trained
    (answers,) = answers_on(network, nights[2:], {"eeg": 0, "eog": 0})
    assert agreement_of(answers).kappa > 0.6
    rms = rms_of_inputs(network, nights)
    assert 0.3 < float(rms.min()) <= float(rms.max()) < 3


def test_the_band_powers_stay_powers_while_the_rest_is_learned(trained):
    network, nights = trained
    for night, measured in zip(nights, encoded(network, nights), strict=True):
        error = np.abs(measured.powers["eeg"] - night.powers["eeg"]).mean(axis=(0, 1))
        assert error.max() < 0.5


def test_without_their_anchor_the_band_powers_would_drift(monkeypatch):
    monkeypatch.setattr(trainer, "_POWER_SHARE", 0.0)
    network, nights = with_shipped_front_end(), raw_nights()
    before = power_error(network.eval(), nights)
    train(network, nights[:2], replace(RECIPE, n_steps=20, n_looks=1), lambda _: 0.0)
    loose = power_error(network, nights)
    monkeypatch.undo()
    network = with_shipped_front_end()
    train(network, nights[:2], replace(RECIPE, n_steps=20, n_looks=1), lambda _: 0.0)
    assert power_error(network, nights) < 0.5 * loose
    assert before < loose


def power_error(network, nights):
    pairs = zip(nights, encoded(network, nights), strict=True)
    return max(float(np.abs(b.powers["eeg"] - a.powers["eeg"]).mean()) for a, b in pairs)


def test_what_is_absent_is_not_measured():
    """It would count among what the norms of a batch are made of."""
    network = with_shipped_front_end().train()
    torch.manual_seed(1)
    signals, present = torch.randn(2, 6, 2, 3000), torch.ones(2, 6, 2)
    present[:, :, 1] = 0
    with torch.inference_mode():
        found = network.measured(signals, present)
        torch.manual_seed(1)
        other = signals.clone()
        other[:, :, 1] = 1e3 * torch.randn(2, 6, 3000)
    assert not found[:, :, 1].any()
    means = network.encoder.learned[0].running_mean.clone()
    again = with_shipped_front_end().train()
    with torch.inference_mode():
        again.measured(other, present)
    torch.testing.assert_close(again.encoder.learned[0].running_mean, means)


# -- what is judged and kept ---------------------------------------------------------------------


def test_the_average_over_the_last_weights_is_judged_and_kept(monkeypatch):
    monkeypatch.setattr(trainer, "_AVERAGED_SHARE", 0.5)
    last, judged = {}, []
    network, nights = with_shipped_front_end(), raw_nights(1)

    def check(each):
        judged.append({name: tensor.clone() for name, tensor in each.state_dict().items()})
        last.update({name: tensor.clone() for name, tensor in network.state_dict().items()})
        return 0.5

    train(network, nights, replace(RECIPE, n_steps=4, n_looks=1), check)
    name = "heads.0.output.weight"
    assert not torch.equal(judged[0][name], last[name])
    assert torch.equal(network.state_dict()[name], judged[0][name])


@pytest.mark.parametrize("n_workers", [0, 2])
def test_what_was_killed_goes_on_to_the_same_end_with_any_number_of_workers(tmp_path, n_workers):
    if n_workers and "fork" not in torch.multiprocessing.get_all_start_methods():
        pytest.skip("workers are forked")
    nights, recipe = raw_nights(1), replace(RECIPE, n_steps=4)
    whole, again = with_shipped_front_end(), with_shipped_front_end()
    # Every look is the best: the last weights are kept.
    rising = count()

    def check(_network):
        return float(next(rising))

    train(whole, nights, recipe, check, folder=tmp_path / "whole")

    def killed(fraction, _text):
        if fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        train(
            with_shipped_front_end(), nights, recipe, check,
            folder=tmp_path / "run", n_workers=n_workers, progress=killed,
        )  # fmt: skip
    train(again, nights, recipe, check, folder=tmp_path / "run", n_workers=n_workers)
    for name, tensor in whole.state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], tensor, rtol=0, atol=0)


def test_a_batch_holds_the_exact_powers_of_its_signals_as_they_were_changed():
    sampler = WindowSampler(raw_nights(), ("eeg", "eog"), 12, 4, raw=True)
    first, second = batches(sampler, range(2), seed=5, n_workers=0, pinned=False)
    there = first.present > 0
    np.testing.assert_allclose(
        first.measures[there].numpy(), log_band_powers(first.signals[there].numpy()), rtol=1e-5
    )
    assert not first.measures[~there].any()
    assert not torch.equal(first.signals, second.signals)


# -- the window ----------------------------------------------------------------------------------


def test_attention_is_shown_windows_as_long_as_those_it_was_trained_on(tmp_path):
    nights = feature_nights_in(tmp_path)
    torch.manual_seed(0)
    network = StagingNetwork(
        NetworkConfig(heads=("causal_attention",), width=32, dropout=0.1, window_epochs=20)
    )
    recipe = Recipe(n_steps=60, batch_windows=8, learning_rate=5e-3, n_looks=1)
    train(network, nights[:4], recipe, lambda _: 0.0)
    save_network(network, tmp_path / "weights", summary="short windows")
    config = json.loads((tmp_path / "weights" / "config.json").read_text())
    assert config["input"]["window_epochs"] == 20
    network = load_network(read_info(tmp_path / "weights"))
    seen = []
    network.heads[0].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[1].shape[1]))
    scored = agreement_of(pooled(answers_on(network, nights[4:], {"eeg": 0, "eog": 0}))).kappa
    assert set(seen) == {20}
    cut = [part for night in nights[4:] for part in in_parts(night, 20)]
    trained_window = agreement_of(pooled(answers_on(network, cut, {"eeg": 0, "eog": 0}))).kappa
    assert trained_window > 0.5
    assert scored > trained_window - 0.02


def in_parts(night, length):
    """The windows themselves, one after the other."""
    for first in range(0, night.n_epochs, length):
        part = slice(first, first + length)
        powers = {kind: each[part] for kind, each in night.powers.items()}
        yield replace(night, labels=night.labels[part], powers=powers)


def test_windows_of_older_weights_are_a_hundred_epochs():
    network = load_network(read_info(DEFAULT_WEIGHTS))
    assert network.config.window_epochs == 100


# -- how much the stages counted -----------------------------------------------------------------


def test_how_much_each_stage_counted_is_stored_and_undone_where_that_is_wanted(tmp_path):
    (night, *_) = raw_nights(1)
    labels = np.repeat([0, 1, 2, 3, 4], [10, 2, 30, 10, 8])
    night = replace(night, labels=labels)
    found = []
    for undo in (False, True):
        torch.manual_seed(0)
        network = StagingNetwork(replace(CONFIG, undo_stage_weights=undo))
        train(network, [night], replace(RECIPE, n_steps=1, n_looks=1), lambda _: 0.0)
        save_network(network, tmp_path / str(undo), summary="weighed")
        network = load_network(read_info(tmp_path / str(undo)))
        weights = np.array(network.config.stage_weights)
        assert weights / weights[2] == pytest.approx(np.sqrt(30 / np.array([10, 2, 30, 10, 8])))
        found.append(answers_on(network, [night], {"eeg": 0})[0].probabilities)
    assert found[1][:, 1].mean() < found[0][:, 1].mean()
    assert found[1][:, 2].mean() > found[0][:, 2].mean()
    assert found[1].sum(axis=1) == pytest.approx(1, abs=1e-5)
