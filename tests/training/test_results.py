"""What the written results say of stagers on raw recordings."""

import numpy as np
import pytest
from told_stagers import EXPERT, told, write_recordings

from sleepscorer.core.reliability import reliability, risk_coverage
from sleepscorer.training.evaluate import NightAnswers
from sleepscorer.training.judging import Judgement
from sleepscorer.training.raw_comparison import compare_on_raw
from sleepscorer.training.results import bars, card_text, results_text
from sleepscorer.training.runs import metrics_of

OURS = {1: [0, 0, 2, 1], 3: [2, 2, 2, 2], 5: [2, 3, 2, 0]}


def judgement(name):
    labels = np.arange(10) % 5
    probabilities = np.eye(5)[labels] * 0.8 + 0.04
    three = np.full((10, 3), 1 / 3)
    night = NightAnswers("one", probabilities, three, labels, np.full(10, 0.84))
    figures = {"Fpz-Cz": metrics_of([night])}
    return Judgement(
        name=name,
        sha256="0" * 64,
        summary="Made up.",
        validation=figures,
        test=figures,
        n_validation="1 night",
        n_test="1 night",
        reliability=reliability(night.confidence, night.right),
        review=risk_coverage(night.confidence, night.right),
        encoder_error=(),
        n_parameters=1,
        temperature=1.0,
    )


@pytest.fixture
def raw(tmp_path):
    stagers = (
        told("ours", OURS, in_consensus=True),
        told("yasa", EXPERT, sure=0.9, in_consensus=True),
        told("robust-sleep-net", OURS, fails_on=("excerpt5",)),
    )
    return compare_on_raw(stagers, write_recordings(tmp_path), reference="ours")


def test_bars_are_those_of_the_defaults_and_what_failed_has_none(raw):
    found = {name: (value, reached) for name, value, reached in bars(judgement("ours"), raw)}
    kappa = raw.of("ours").pooled.kappa
    assert found["raw recordings: kappa at least YASA's 1.000"] == (f"{kappa:.3f}", False)
    assert found["raw recordings, consensus: kappa at least 0.54"] == ("1.000", True)
    assert not any("recordings, robust-sleep-net" in name for name in found)
    for name in ("ours", "robust-sleep-net", "consensus"):
        assert found[f"wake called sleep at most .05, {name}"] == ("0.100", False)


def test_every_stager_stands_beside_the_default_with_its_paired_difference(raw):
    text = results_text([judgement("ours")], raw, None)
    yasa = raw.of("yasa")
    estimate = yasa.difference.estimate
    interval = f"{estimate.value:+.3f} ({estimate.low:+.3f} to {estimate.high:+.3f})"
    pooled = yasa.pooled.kappa - raw.of("ours").pooled.kappa
    assert f"| {interval} | {pooled:+.3f} |" in text
    assert "| Robust-Sleep-Net | 0 | – | none: no answer on DREAMS, excerpt 5 |" in text
    assert "| 4 of 4 | 10.0 % of 20 |" in text
    assert "**These recordings chose nothing**" in text
    assert "**What 12 epochs cannot show**" in text
    assert "(0 epochs here), N1 (1) or wake (4)" in text
    for block in text.split("\n\n"):
        if block.startswith("|"):
            assert len({line.count(" | ") for line in block.splitlines()}) == 1


def test_a_card_holds_the_rows_of_its_own_weights(raw):
    card = card_text(judgement("ours"), raw)
    assert "| all together |  | 12 |" in card
    assert "Yasa" not in card
    assert "Of 20 epochs" in card
    # Such as weights that the recordings were not shown to.
    assert "Not judged on raw recordings." in card_text(judgement("others"), raw)
