"""What the weights did not learn is said, and lowers the confidence everywhere it is read."""

from dataclasses import replace

import numpy as np
import pytest
from memory_recording import recording, signal
from scipy.signal import butter, sosfilt

from sleepscorer.core.consensus import consensus
from sleepscorer.core.edits import ScoringState
from sleepscorer.core.machine_answer import machine_answer
from sleepscorer.core.review import review_queue
from sleepscorer.core.stager_channels import choose_stager_channels
from sleepscorer.core.stages import THREE_STAGES, Stage
from sleepscorer.core.staging_result import lowered
from sleepscorer.simulation.channels import derivations
from sleepscorer.simulation.night import simulate_night
from sleepscorer.staging.stager import Stager

NAMES = ("F4-M1", "C4-M1", "O2-M1", "E1-E2")
RATE_HZ = 100


@pytest.fixture(scope="module")
def stager():
    return Stager(device="cpu")


@pytest.fixture(scope="module")
def samples():
    """An hour and a half of sleep, of each channel."""
    channels = derivations(*NAMES, sampling_rate_hz=RATE_HZ)
    night = simulate_night(hours=1.5, seed=3, channels=channels)
    return dict(zip(NAMES, night.block(0, 5400), strict=True))


def staged(stager, samples, labels, *, behind=None, prefilter=""):
    """Staging of some channels, behind a filter (kind, Hz, order), their header saying this."""
    signals = []
    for label in labels:
        values = samples[label.replace("EEG ", "")] if label != "EEG 1" else samples["C4-M1"]
        if behind is not None:
            kind, cut_off_hz, order = behind
            values = sosfilt(butter(order, cut_off_hz, kind, fs=RATE_HZ, output="sos"), values)
        signals.append(replace(signal(label, values, RATE_HZ), prefilter=prefilter))
    night = recording(*signals)
    return stager.stage(night, choose_stager_channels(night))


def told(staging, word):
    return [warning for warning in staging.provenance.warnings if word in warning]


def test_an_unfiltered_night_with_a_frontal_eeg_is_told_nothing(stager, samples):
    made = staged(stager, samples, NAMES, prefilter="HP:0.25Hz LP:60Hz")
    assert made.provenance.unlearned_by_stage == ()
    assert not told(made, "pass ")
    assert not told(made, "central")
    assert not made.doubted.any()


@pytest.mark.parametrize(
    ("labels", "is_told"),
    [
        (("C4-M1",), True),
        (("C4-M1", "E1-E2"), True),
        (("F4-M1",), False),
        (("O2-M1",), False),
        (("F4-M1", "C4-M1"), False),
        (("C4-M1", "O2-M1"), False),
        (("EEG 1",), False),
        (("E1-E2",), False),
    ],
)
def test_central_eeg_alone_was_not_learned(stager, samples, labels, is_told):
    made = staged(stager, samples, labels)
    (warning,) = told(made, "central") or [""]
    assert bool(warning) == is_told
    if is_told:
        assert "wake is under-called and read as N1" in warning
        assert "learned from Fpz-Cz and Pz-Oz" in warning
        assert "C4-M1" in warning
        assert made.provenance.unlearned_by_stage == (0, pytest.approx(33 / 54, abs=1e-4), 0, 0, 0)
        is_n1 = made.stages == Stage.N1
        assert is_n1.any()
        measured = stager.info.confidence.of(made.probabilities)
        np.testing.assert_allclose(made.confidence[~is_n1], measured[~is_n1], atol=1e-6)
        expected = lowered(measured[is_n1], np.full(is_n1.sum(), 33 / 54), 5)
        np.testing.assert_allclose(made.confidence[is_n1], expected, atol=1e-4)
    else:
        assert made.provenance.unlearned_by_stage == ()


def test_weights_that_learned_central_eeg_are_not_warned_of_it(stager, samples):
    site = Stager(device="cpu")
    site.info = replace(site.info, learned_eeg=("Fpz-Cz", "C4-M1 (derived)"))
    made = staged(site, samples, ("C4-M1",))
    assert not told(made, "central")
    assert made.provenance.unlearned_by_stage == ()


def test_central_eeg_behind_a_filter_is_doubted_for_both(stager, samples):
    made = staged(stager, samples, ("C4-M1",), prefilter="HP:1Hz LP:70Hz")
    wake, n1, *_ = made.provenance.unlearned_by_stage
    assert wake == pytest.approx(0.2)
    assert n1 == pytest.approx(1 - 0.8 * (1 - 33 / 54), abs=1e-4)


@pytest.mark.parametrize(
    ("behind", "prefilter", "words", "share"),
    [
        (None, "HP:0.5Hz LP:100Hz", "at 0.5 Hz (by the header)", 0.0),
        (("highpass", 1.0, 2), "HP:1.0Hz LP:70Hz", "at 1 Hz (by the header and by its", 0.2),
        (("highpass", 1.0, 4), "", "(by the spectrum; the header says none)", 0.2),
        (("highpass", 1.0, 4), "HP:0.1Hz LP:35Hz", "the header says 0.1 Hz)", 0.2),
        (("lowpass", 15.0, 4), "HP:0.3Hz LP:15Hz", "at 15 Hz (by the header and by its", 0.387),
        (("lowpass", 15.0, 8), "", "(by the spectrum; the header says none)", 0.387),
        (None, "LP:15Hz", "at 15 Hz (by the header)", 0.387),
    ],
)
def test_filters_are_told_with_their_source_and_cost_confidence(
    stager, samples, behind, prefilter, words, share
):
    made = staged(stager, samples, NAMES[:3], behind=behind, prefilter=prefilter)
    warnings = told(made, "pass ")
    assert warnings
    assert all(words in warning for warning in warnings)
    assert sum(warning.count("-M1") for warning in warnings) == 3
    assert sum(made.provenance.unlearned_by_stage) / 5 == pytest.approx(share, abs=0.06)
    assert (made.unsound == 0).all()


def test_a_half_hertz_high_pass_is_told_and_lowers_nothing(stager, samples):
    made = staged(stager, samples, NAMES, prefilter="HP:0.5Hz LP:100Hz [enhanced cassette BW]")
    eeg, eog = told(made, "high-pass")
    assert "F4-M1, C4-M1, O2-M1" in eeg
    assert "slow eye movements" in eog
    assert made.provenance.unlearned_by_stage == ()


def test_what_is_doubted_reaches_three_stages_the_queue_and_a_consensus(stager, samples):
    made = staged(stager, samples, ("C4-M1",))
    is_n1 = made.stages == Stage.N1
    three = machine_answer(made, THREE_STAGES)
    plain = machine_answer(
        replace(made, provenance=replace(made.provenance, unlearned_by_stage=())), THREE_STAGES
    )
    assert (three.confidence[is_n1] < plain.confidence[is_n1]).all()
    np.testing.assert_array_equal(three.confidence[~is_n1], plain.confidence[~is_n1])
    nobody = np.zeros(is_n1.size, dtype=bool)
    queue = review_queue(ScoringState(made.stages, nobody), made, reviewed=nobody)
    assert is_n1[list(queue.epochs)].mean() > 2 * is_n1.mean()
    joined = consensus([made], software="test")
    assert [w for w in joined.provenance.warnings if w.startswith("sleepscorer: The only EEG")]
    assert joined.provenance.unlearned_by_stage == ()
