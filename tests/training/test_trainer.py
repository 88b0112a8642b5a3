"""The trainer on small files in the layout of the real ones."""

from dataclasses import replace
from itertools import count

import numpy as np
import pytest
import torch
from labelled_nights import nights

from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.progress import Cancelled
from sleepscorer.core.reliability import reliability
from sleepscorer.staging.networks.staging_network import (
    FRONT_ENDS,
    SEQUENCE_MODELS,
    NetworkConfig,
    StagingNetwork,
)
from sleepscorer.training import trainer
from sleepscorer.training.band_powers import log_band_powers
from sleepscorer.training.calibration import calibrate, fit_confidence
from sleepscorer.training.evaluate import agreement_of, answers_on, mean_kappa, pooled
from sleepscorer.training.nights import TrainingNight
from sleepscorer.training.runs import begin_from, metrics_of
from sleepscorer.training.simulated_emg import with_simulated_emg
from sleepscorer.training.trainer import Recipe, train
from sleepscorer.training.window_sampler import WindowSampler

CONFIG = NetworkConfig(heads=("bilstm",), width=16, dropout=0.1, window_epochs=40)
RECIPE = Recipe(n_steps=60, batch_windows=8, learning_rate=1e-2, n_looks=3)


def fresh(config=CONFIG):
    torch.manual_seed(0)
    return StagingNetwork(config)


def test_a_head_learns_what_the_band_powers_show(tmp_path):
    all_nights = nights(tmp_path)
    network = fresh()
    before = mean_kappa(network, all_nights[2:4])
    history = train(
        network, all_nights[:2], RECIPE, lambda trained: mean_kappa(trained, all_nights[4:])
    )
    answers = answers_on(network, all_nights[2:4], {"eeg": 0, "eog": 0})
    assert [len(each.labels) for each in answers] == [299, 299]  # one epoch each has no stage
    assert agreement_of(pooled(answers)).kappa > max(0.7, before)
    assert pooled(answers).probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert [each.step for each in history] == [20, 40, 60]
    assert not network.training


def test_the_best_look_at_the_validation_nights_is_kept(tmp_path):
    kappas = iter([0.1, 0.9, 0.2])
    states = []

    def check(network):
        states.append({n: t.clone() for n, t in network.state_dict().items()})
        return next(kappas)

    network = fresh()
    train(network, nights(tmp_path), RECIPE, check)
    for name, tensor in network.state_dict().items():
        torch.testing.assert_close(tensor, states[1][name])


@pytest.mark.parametrize("n_steps", [24, 96])
def test_where_nothing_gets_better_it_hurries_through_its_annealing(tmp_path, n_steps):
    """However long a training is, it looks as often, waits as long a part of it, and anneals."""
    kappas = iter([0.1, 0.5, *[0.4] * 10])
    rates = []

    def check(_network):
        return next(kappas)

    def noted(_fraction, _text):
        rates.append(training._optimiser.param_groups[0]["lr"])

    recipe = Recipe(n_steps=n_steps, batch_windows=2, n_looks=12, patience=4)
    training = trainer._Training(fresh(), nights(tmp_path), recipe, check, None, None)
    history = training.run(0, noted)
    every = n_steps // 12
    # The second look was the best, the fourth after it the last of the patience.
    waited, left = 6 * every, n_steps - 6 * every
    assert [each.step for each in history[:6]] == [every * n for n in range(1, 7)]
    assert history[-1].step == len(rates) == waited + left // 4
    assert min(rates[waited:]) < 0.02 * max(rates)
    assert max(rates) == pytest.approx(recipe.learning_rate, rel=0.05)


def test_what_was_killed_goes_on_to_the_same_end(tmp_path):
    all_nights = nights(tmp_path)
    whole, broken = fresh(), fresh()
    # Every look is the best: the last weights are kept.
    rising = count()

    def check(_network):
        return float(next(rising))

    train(whole, all_nights, RECIPE, check, folder=tmp_path / "whole")

    def killed_at(fraction, _text):
        if fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        train(broken, all_nights, RECIPE, check, folder=tmp_path / "run", progress=killed_at)
    again = fresh()
    history = train(again, all_nights, RECIPE, check, folder=tmp_path / "run")
    assert [each.step for each in history] == [20, 40, 60]
    for name, tensor in whole.state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], tensor)


def test_a_seed_gives_the_same_weights_and_another_one_others(tmp_path):
    all_nights = nights(tmp_path)
    recipe = replace(RECIPE, n_steps=4, n_looks=2)
    states = []
    for seed in (1, 1, 2):
        network = fresh()
        train(network, all_nights, replace(recipe, seed=seed), lambda _: 0.0)
        states.append(network.state_dict())
    names = [name for name in states[0] if name.startswith("heads.0.output")]
    assert names
    for name, tensor in states[0].items():
        assert torch.equal(states[1][name], tensor)
    assert not any(torch.equal(states[2][name], states[0][name]) for name in names)


def raw_nights_of(n_nights=2, n_epochs=12):
    """Noise at 100 Hz with the power of its stage, and its band powers."""
    rng = np.random.default_rng(0)
    found = []
    for index in range(n_nights):
        labels = np.arange(n_epochs) % 5
        signals = rng.normal(0, 1 + labels[:, None, None], (n_epochs, 1, 3000)).astype(np.float32)
        powers = log_band_powers(signals[:, 0])[:, None]
        kinds = ("eeg", "eog")
        held = (dict.fromkeys(kinds, each) for each in (powers, signals))
        found.append(TrainingNight(f"n{index}", f"p{index}", labels, *held))
    return found


@pytest.mark.parametrize("raw", [True, False])
def test_what_is_no_signal_takes_no_part(raw):
    """Not in the levels of the night, nor among what the heads see, whatever stands there."""
    (whole,) = raw_nights_of(1, n_epochs=30)
    usable = np.ones((30, 1), dtype=bool)
    usable[10:14] = False
    torch.manual_seed(0)
    network = StagingNetwork(NetworkConfig(kinds=("eeg",), width=32)).eval()
    found, drawn = [], []
    for amplitude in (0.0, 1e-3, 1e4):
        signals, powers = whole.signals["eeg"].copy(), whole.powers["eeg"].copy()
        signals[10:14] *= amplitude
        powers[10:14] += np.log(amplitude + 1e-9)
        held = {"signals": {"eeg": signals} if raw else {}, "powers": {"eeg": powers}}
        night = replace(whole, **held, usable={"eeg": usable})
        found.append(answers_on(network, [night], {"eeg": 0})[0].probabilities)
        sampler = WindowSampler([night], ("eeg",), 30, 4, raw=raw)
        drawn.append(sampler.draw(np.random.default_rng(3)))
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])
    assert len(found[0]) == 30
    for batch in drawn:
        torch.testing.assert_close(batch.levels, drawn[0].levels)
    sampler = WindowSampler([night], ("eeg",), 30, 64, raw=raw)
    windows = sampler.draw(np.random.default_rng(3))
    full = windows.labels[:, -1] >= 0
    assert not windows.present[full][:, 10:14].any()
    assert windows.present[full][:, :10].mean() > 0.5


def test_a_batch_without_stages_teaches_nothing_and_breaks_nothing():
    (night,) = raw_nights_of(1)
    few = replace(night, labels=np.where(np.arange(12) == 0, 1, -100))
    network = StagingNetwork(NetworkConfig(kinds=("eeg",), width=32, window_epochs=2))
    recipe = replace(TINY, n_steps=6, batch_windows=1, raw=False)
    (look,) = train(network, [few], recipe, lambda _: 0.0)
    assert np.isfinite(look.loss)
    assert all(tensor.isfinite().all() for tensor in network.state_dict().values())


TINY = Recipe(n_steps=2, batch_windows=2, n_looks=1, raw=True)


@pytest.mark.parametrize("front_end", FRONT_ENDS)
def test_every_front_end_learns_in_half_precision(front_end, monkeypatch):
    # What a GPU does, as far as a CPU can.
    used = []

    def in_bfloat16(device):
        used.append(device.type)
        return torch.autocast("cpu", torch.bfloat16)

    monkeypatch.setattr(trainer, "half_precision", in_bfloat16)
    check_learning(learning(front_end, "lstm"), TINY)
    assert set(used) == {"cpu"}


@pytest.mark.parametrize("head", SEQUENCE_MODELS)
def test_every_head_learns_in_half_precision(head, monkeypatch):
    monkeypatch.setattr(trainer, "half_precision", lambda _: torch.autocast("cpu", torch.bfloat16))
    config = NetworkConfig(heads=(head,), width=16, window_epochs=6)
    check_learning(config, replace(TINY, raw=False))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
@pytest.mark.parametrize("front_end", FRONT_ENDS)
def test_every_front_end_learns_on_a_gpu(front_end):
    check_learning(learning(front_end, "bilstm"), TINY, device=torch.device("cuda"))


def learning(front_end, head):
    return NetworkConfig(front_end, (head,), width=8, n_learned=2, detailed=True, window_epochs=6)


def check_learning(config, recipe, *, device=None):
    """Everything that is trained moves, and stays finite; the rest stays."""
    network = fresh(config)
    before = {name: tensor.clone() for name, tensor in network.named_parameters()}
    history = train(network, raw_nights_of(), recipe, lambda _: 0.0, device=device)
    assert np.isfinite(history[-1].loss)
    after = dict(network.named_parameters())
    assert all(bool(tensor.isfinite().all()) for tensor in after.values())
    assert all(tensor.dtype == torch.float32 for tensor in after.values())
    moved = {name.split(".")[0] for name in after if not torch.equal(after[name], before[name])}
    assert moved == ({"encoder", "heads"} if recipe.raw else {"heads"})


@pytest.mark.parametrize(("device", "dtype"), [("cpu", torch.float32), ("cuda", torch.bfloat16)])
def test_half_precision_is_for_gpus_alone(device, dtype):
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("there is no GPU")
    with trainer.half_precision(torch.device(device)):
        assert (torch.ones(2, 2, device=device) @ torch.ones(2, 2, device=device)).dtype == dtype


def test_half_precision_hardly_changes_the_answers():
    network = fresh(NetworkConfig(width=16)).eval()
    signals, levels = torch.randn(1, 4, 2, 3000), torch.zeros(1, 2, 4, 5)
    with torch.inference_mode():
        exact = network(signals, levels, torch.ones(1, 4, 2))
        with torch.autocast("cpu", torch.bfloat16):
            rounded = network(signals, levels, torch.ones(1, 4, 2)).float()
    assert float((exact - rounded).abs().max()) < 0.1 * float(exact.abs().max())


def test_rare_stages_count_more_and_absent_ones_like_the_most_common():
    labels = np.repeat([0, 1, 2, -100], [4, 16, 100, 50])
    night = TrainingNight("n", "p", labels, {}, {})
    weights = trainer._stage_weights([night]).numpy()
    # The square root of how much rarer: W is 25 times as rare as N2, N1 6.25 times.
    assert weights / weights[2] == pytest.approx([5.0, 2.5, 1.0, 1.0, 1.0])
    assert weights.mean() == pytest.approx(1.0)


def test_a_run_folder_of_another_recipe_is_refused(tmp_path):
    all_nights = nights(tmp_path)
    train(fresh(), all_nights, RECIPE, lambda _: 0.0, folder=tmp_path / "run")
    other = Recipe(**{**RECIPE.__dict__, "seed": 2})
    with pytest.raises(SleepScorerError, match="another network or recipe was begun here"):
        train(fresh(), all_nights, other, lambda _: 0.0, folder=tmp_path / "run")
    (tmp_path / "run" / "state.pt").write_bytes(b"garbage")
    with pytest.raises(SleepScorerError, match="can't be read"):
        train(fresh(), all_nights, RECIPE, lambda _: 0.0, folder=tmp_path / "run")


def test_nights_without_stages_are_refused(tmp_path):
    all_nights = nights(tmp_path)
    for night in all_nights:
        night.labels[:] = -100
    with pytest.raises(SleepScorerError, match="no epoch of these nights has a stage"):
        train(fresh(), all_nights, RECIPE, lambda _: 0.0)


def test_windows_leave_channels_out_but_never_all(tmp_path):
    sampler = WindowSampler(nights(tmp_path), ("eeg", "eog"), 50, 64)
    batch = sampler.draw(np.random.default_rng(1))
    assert batch.measures.shape == (64, 50, 2, 5)
    assert batch.levels.shape == (64, 2, 4, 5)
    there = batch.present.amax(dim=1)
    assert (there.sum(dim=1) >= 1).all()
    assert 0 < int((there[:, 1] == 0).sum()) < 64
    assert int((there[:, 0] == 0).sum()) < int((there[:, 1] == 0).sum())
    # Some windows lost a stretch of a channel, or of all; short ones are padded without labels.
    lost = (batch.present.sum(dim=2) == 0).float()
    assert float((lost[:, 1:] * lost[:, :-1]).sum()) > 50
    padded = (batch.labels == -100).float().cumprod(dim=1)[:, -1]
    assert int(((batch.labels[:, 40:] == -100).all(dim=1)).sum()) > 2
    assert int(padded.sum()) == 0


def test_the_temperature_undoes_overconfidence():
    rng = np.random.default_rng(1)
    probabilities = rng.dirichlet(np.ones(5), 4000)
    labels = np.array([rng.choice(5, p=p) for p in probabilities])
    network = fresh()
    sharpened = 2.0 * np.log(probabilities)
    sharpened -= np.log(np.exp(sharpened).sum(axis=1, keepdims=True))
    assert calibrate(network, sharpened, labels) == pytest.approx(2.0, abs=0.15)
    assert float(network.log_temperature.exp()) == pytest.approx(2.0, abs=0.15)


def test_confidence_is_learned_where_a_stage_is_oversold():
    rng = np.random.default_rng(1)
    probabilities = rng.dirichlet(np.ones(5), 20_000)
    labels = np.array([rng.choice(5, p=p) for p in probabilities])
    best = probabilities.argmax(axis=1)
    # Half of what is called N1 is something else, whatever its probability says.
    wronged = (best == 1) & (rng.random(len(best)) < 0.5)
    labels[wronged] = 0
    right = best == labels
    confidence = fit_confidence(probabilities, labels).of(probabilities)
    for stage in range(5):
        assert confidence[best == stage].mean() == pytest.approx(
            right[best == stage].mean(), abs=0.01
        )
    assert reliability(confidence, right).error < 0.02
    assert reliability(probabilities.max(axis=1), right).error > 0.03


def test_simulated_emg_is_lowest_in_rem_on_average_and_tells_nothing_in_some_nights(tmp_path):
    all_nights = with_simulated_emg(nights(tmp_path, subjects=range(60)), seed=3)
    contrasts = []
    for night in all_nights:
        tone = night.powers["emg"][:, 0].mean(axis=1)
        contrasts.append(tone[night.labels == 0].mean() - tone[night.labels == 4].mean())
    assert night.powers["emg"].shape == (300, 1, 5)
    assert np.median(contrasts) > 0.5
    assert 5 < np.sum(np.abs(contrasts) < 0.5) < 40


def test_a_network_begins_from_another_one_as_far_as_it_fits():
    for front_end in FRONT_ENDS:
        start = fresh(NetworkConfig(front_end, width=16)).eval()
        wider = fresh(NetworkConfig(front_end, width=16, n_learned=3, detailed=True)).eval()
        begin_from(wider, start)
        epochs = torch.randn(2, 3000)
        with torch.inference_mode():
            powers, learned = wider.encoder(epochs).split([5, 3], dim=1)
            # Finer frames measure nearly, and the others exactly, the same.
            near = 0.05 if front_end == "multi_scale_cnn" else 1e-5
            torch.testing.assert_close(powers, start.encoder(epochs), rtol=0, atol=near)
        assert learned.std() > 0


def test_metrics_of_perfect_answers(tmp_path):
    night = nights(tmp_path)[0]
    labels = night.labels[night.labels >= 0]
    answers = answers_on(fresh().eval(), [night], {"eeg": 0})[0]
    perfect = np.eye(5)[labels]
    three = np.eye(3)[np.array([0, 1, 1, 1, 2])[labels]]
    found = metrics_of([type(answers)("n", perfect, three, labels, np.ones(len(labels)))])
    assert (found["accuracy"], found["kappa"], found["macro_f1"]) == (1.0, 1.0, 1.0)
    assert (found["kappa_three_summed"], found["kappa_three_hierarchy"]) == (1.0, 1.0)
    assert found["ece"] == 0
    assert found["n_epochs"] == 299
