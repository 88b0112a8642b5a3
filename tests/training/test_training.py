"""The recipe, on small files in the layout of the real ones."""

import csv

import numpy as np
import pytest
from scipy.io import savemat

from sleepscorer.core.errors import SleepScorerError
from sleepscorer.staging.checkpoint import read_info
from sleepscorer.staging.networks.cnn_lstm import CnnLstm, CnnLstmConfig
from sleepscorer.training import __main__ as recipe
from sleepscorer.training import encoder
from sleepscorer.training.band_powers import log_band_powers
from sleepscorer.training.evaluate import answers_on_nights
from sleepscorer.training.model_card import Judgement, figures_table
from sleepscorer.training.nights import (
    TEST_SUBJECTS,
    VALIDATION_SUBJECTS,
    load_nights,
    of_subjects,
    training_nights,
)
from sleepscorer.training.signals import random_epochs
from sleepscorer.training.stage_head import fit_temperature, train_head

SMALL = CnnLstmConfig(n_filters=8, n_hidden=8, n_layers=1, n_heads=1)


@pytest.fixture
def folder(tmp_path):
    """Six nights whose band powers tell the stage at once."""
    rng = np.random.default_rng(0)
    rows = []
    for subject in (0, 2, 5, 5, 1, 3):
        record = f"SC{len(rows)}"
        labels = np.repeat(rng.integers(0, 5, 30), 10)
        features = rng.normal(0, 0.1, (300, 3, 10)).astype(np.float32)
        features[np.arange(300), :, labels] += 3
        labels[7] = -100
        np.savez(tmp_path / f"{record}.npz", features=features, labels=labels)
        rows.append({"record": record, "subject": subject})
    with (tmp_path / "index.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["record", "subject"])
        writer.writeheader()
        writer.writerows(rows)
    return tmp_path


def test_the_recipe_makes_weights_and_a_card_about_them(folder, tmp_path, monkeypatch):
    data = tmp_path / "data"
    (data / "pz_oz_wake").mkdir(parents=True)
    folder_of_nights = data / "sleepedf_features"
    folder_of_nights.symlink_to(folder)
    rng = np.random.default_rng(4)
    for number in range(3):
        samples = rng.integers(-500, 500, (1, 12_000))
        savemat(data / "pz_oz_wake" / f"SC400{number}E0-PSG_edfm.mat", {"val": samples})
    monkeypatch.setattr(encoder, "_N_RANDOM_EPOCHS", 20)
    monkeypatch.setattr(recipe, "CnnLstmConfig", lambda: SMALL)
    out = tmp_path / "tiny"
    steps = ("--encoder-steps", "2", "--head-steps", "3")
    assert recipe.main(["--data", str(data), "--out", str(out), *steps]) == 0
    info = read_info(out)
    card = (out / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert card.startswith("# tiny\n")
    assert info.sha256 in card
    assert "3 nights of 3 people to train, 1 of 1 to fit" in card
    assert "Of 12 epochs" in card


def test_the_split_is_by_subject_and_leaves_nobody_in_two_parts(folder):
    nights = load_nights(folder)
    parts = (
        training_nights(nights),
        of_subjects(nights, VALIDATION_SUBJECTS),
        of_subjects(nights, TEST_SUBJECTS),
    )
    assert [[night.subject for night in part] for part in parts] == [[0, 2, 3], [1], [5, 5]]
    assert not TEST_SUBJECTS & VALIDATION_SUBJECTS


def test_a_folder_without_nights_is_said(tmp_path):
    with pytest.raises(SleepScorerError, match=r"index\.csv"):
        load_nights(tmp_path)


def test_a_head_learns_what_the_band_powers_show(folder):
    nights = load_nights(folder)
    network = CnnLstm(SMALL)
    head = train_head(SMALL, training_nights(nights), seed=0, n_steps=60)
    network.heads[0].load_state_dict(head.state_dict())
    network.eval()
    answers = answers_on_nights(network, nights[2:4], derivation=0, with_eog=True)
    assert len(answers.labels) == 598  # one epoch of each night has no stage
    assert answers.agreement().accuracy > 0.8
    assert answers.probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_the_temperature_undoes_overconfidence():
    rng = np.random.default_rng(1)
    network = CnnLstm(SMALL)
    truth = rng.normal(0, 1, (4000, 5))
    shares = np.exp(truth) / np.exp(truth).sum(axis=1, keepdims=True)
    labels = np.array([rng.choice(5, p=share) for share in shares])
    assert fit_temperature(network, 2 * truth, labels) == pytest.approx(2, abs=0.15)
    assert float(network.log_temperature.exp()) == pytest.approx(2, abs=0.15)


def test_band_powers_of_a_sine_and_of_white_noise():
    t = np.arange(3000) / 100
    sine = log_band_powers(np.sqrt(2) * np.sin(2 * np.pi * 10 * t)[None])[0]
    assert np.argmax(sine) == 2
    # The median over 14 segments is corrected for the bias it has in noise; a sine has none.
    correction = 1 + sum(1 / (2 * i + 1) - 1 / (2 * i) for i in range(1, 7))
    assert np.exp(sine[2]) == pytest.approx(1 / correction, rel=0.01)
    noise = np.random.default_rng(2).normal(0, 3, (200, 3000))
    powers = np.exp(log_band_powers(noise)).mean(axis=0)
    # White noise of variance 9 has 9 / 50 in each hertz; the trapezoids leave out a bin a band.
    expected = 9 / 50 * np.array([3.25, 3.75, 3.75, 3.75, 13.75])
    np.testing.assert_allclose(powers, expected, rtol=0.06)


def test_drawn_signals_are_finite_varied_and_repeatable():
    first = random_epochs(np.random.default_rng(3), 40)
    again = random_epochs(np.random.default_rng(3), 40)
    np.testing.assert_array_equal(first, again)
    assert np.isfinite(first).all()
    spread = log_band_powers(first).std(axis=0)
    assert spread.min() > 0.5


def test_the_table_of_figures_has_a_row_for_each_judgement(folder):
    nights = load_nights(folder)
    answers = answers_on_nights(CnnLstm(SMALL).eval(), nights[:1], derivation=0, with_eog=False)
    table = figures_table([Judgement("some nights", "Fpz-Cz", answers.agreement(), 0.1234)])
    header, rule, row = table.splitlines()
    assert header.count("|") == rule.count("|") == row.count("|")
    assert "| some nights | Fpz-Cz | 299 |" in row
    assert "0.123" in row
