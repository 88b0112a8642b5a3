"""A staging holds only what can be true, and nobody can change it."""

from dataclasses import replace

import numpy as np
import pytest

from sleepscorer.core.signal_faults import SignalFault
from sleepscorer.core.staging_result import Staging, StagingProvenance, equivocal_rows, lowered

PROVENANCE = StagingProvenance("w", "0", (), (), (), "cpu", "test", "2024-01-01T00:00:00Z")
ROWS = np.array([[0.6, 0.1, 0.1, 0.1, 0.1], [np.nan] * 5, [0, 0.2, 0.3, 0.4, 0.1]], np.float32)
NAN = np.nan


def staging(rows=ROWS, **parts):
    return Staging(rows, PROVENANCE, **{name: np.array(values) for name, values in parts.items()})


@pytest.mark.parametrize(
    ("rows", "parts", "message"),
    [
        (ROWS[:, :4], {}, r"\(n_epochs, 5\)"),
        (ROWS[0], {}, r"\(n_epochs, 5\)"),
        ([[0.6, 0.1, 0.1, 0.1, 0.0999 - 0.0002]], {}, "sum to 1"),
        ([[1.1, -0.1, 0, 0, 0]], {}, "sum to 1"),
        ([[1.0, 0, 0, 0, NAN]], {}, "sum to 1, or be NaN throughout"),
        (ROWS, {"hierarchy": [[0.2, 0.8, 0.0]] * 2}, "2 rows for 3 epochs"),
        (ROWS, {"hierarchy": [[0.2, 0.2, 0.2]] * 3}, "sum to 1"),
        (ROWS, {"hierarchy": [[0.2, 0.2, 0.2, 0.4, 0]] * 3}, r"\(n_epochs, 3\)"),
        (ROWS, {"confidence": [0.5, NAN]}, r"\(2,\) values for 3 epochs"),
        (ROWS, {"confidence": [0.5, NAN, 1.01]}, "a confidence is a probability"),
        (ROWS, {"confidence": [-0.01, NAN, 0.5]}, "a confidence is a probability"),
        (ROWS, {"confidence": [0.5, 0.5, 0.5]}, "and nowhere else"),
        (ROWS, {"confidence": [0.5, NAN, NAN]}, "and nowhere else"),
        (ROWS, {"faults": [0, 1]}, r"\(2,\) values for 3 epochs"),
        (ROWS, {"unsound": [0.0]}, r"\(1,\) values for 3 epochs"),
        (ROWS, {"unsound": [0.0, 0.0, 1.01]}, "between 0 and 1"),
        (ROWS, {"unsound": [0.0, -0.01, 0.0]}, "between 0 and 1"),
    ],
)
def test_what_can_not_be_is_refused(rows, parts, message):
    with pytest.raises(ValueError, match=message):
        staging(np.array(rows, np.float32), **parts)


def test_the_ends_of_what_can_be():
    made = staging(confidence=[0.0, NAN, 1.0], unsound=[0.0, 1.0, 0.5], faults=[0, 63, 1])
    assert made.confidence.tolist()[::2] == [0.0, 1.0]
    assert made.unsound.tolist() == [0.0, 1.0, 0.5]
    # Ten thousandths are rounding.
    staging(np.array([[0.6, 0.1, 0.1, 0.1, 0.10005]], np.float32))


def test_what_is_not_given_follows_from_the_probabilities():
    made = staging()
    assert made.confidence == pytest.approx([0.6, NAN, 0.4], nan_ok=True)
    assert made.stages.tolist() == [0, -1, 3]
    assert (made.faults.tolist(), made.unsound.tolist()) == ([0, 0, 0], [0, 0, 0])
    assert (made.faults.dtype, made.unsound.dtype) == (np.uint8, np.float32)
    assert made.summed == pytest.approx(
        np.array([[0.6, 0.3, 0.1], [NAN] * 3, [0, 0.9, 0.1]]), nan_ok=True
    )
    empty = staging(np.empty((0, 5)))
    assert (empty.stages.size, empty.confidence.size, empty.unsound.size) == (0, 0, 0)


def test_nobody_can_change_it():
    given = ROWS.copy()
    made = staging(given, hierarchy=np.full((3, 3), [0.2, 0.3, 0.5]))
    given[0] = 0.2
    assert made.probabilities[0, 0] == np.float32(0.6)
    for held in (
        made.probabilities,
        made.hierarchy,
        made.confidence,
        made.faults,
        made.unsound,
    ):
        with pytest.raises(ValueError, match="read-only"):
            held[0] = 0


def test_bad_signals_lower_a_confidence_to_that_of_a_drawn_stage():
    confidence = np.array([0.9, 0.9, 0.9, 0.1, NAN], np.float32)
    unsound = np.array([0.0, 0.5, 1.0, 1.0, 1.0])
    assert lowered(confidence, unsound, 5) == pytest.approx(
        [0.9, 0.9 / 2 + 0.2 / 2, 0.2, 0.1, NAN], nan_ok=True
    )
    assert lowered(confidence, unsound, 3)[2] == pytest.approx(1 / 3)
    assert lowered(confidence, unsound, 5).dtype == np.float32


def test_equivocal_within_15_hundredths():
    rows = [[0.5, 0.35, 0.15], [0.5, 0.349, 0.151], [0.3, 0.3, 0.4], [0, 0, 1], [NAN] * 3]
    found = equivocal_rows(np.array(rows, np.float32))
    assert found.tolist() == [True, False, True, False, False]


def test_every_fault_has_words_and_the_number_that_is_stored():
    assert {fault.value: fault.text for fault in SignalFault} == {
        1: "missing",
        2: "flat",
        4: "clipped",
        8: "far too large (movement, loose electrode)",
        16: "far too small (electrode off)",
        32: "mains hum (electrode loose or off)",
        64: "unlike EEG or EOG (noise, a tone, a copy)",
    }
    made = staging(faults=[0, 6, 33])
    assert made.fault_texts() == [
        "",
        "flat, clipped",
        "missing, mains hum (electrode loose or off)",
    ]
    assert made.fault(1) == SignalFault.FLAT | SignalFault.CLIPPED
    assert SignalFault.NONE.value == 0


def _sentence(**provenance):
    return replace(staging(), provenance=replace(PROVENANCE, **provenance)).measured_sentence


def test_where_the_confidence_was_measured_is_said_as_it_is_known():
    by_site = "9 nights of 9 people of this site, 30 November 2026"
    for of in ({"stager": "sleepscorer"}, {"stager": "x"}, {"consensus_of": ("a", "b")}):
        assert _sentence(**of, confidence_measured_on=by_site) == (
            f"Confidence was measured on {by_site}."
        )
    assert _sentence(stager="consensus", consensus_of=("a", "b")) == (
        "The probability of a consensus: how often it is right was not measured here."
    )
    assert _sentence(stager="yasa") == (
        "The probability of yasa: how often it is right was not measured here."
    )
    # Files of older versions: ours, with and without the curve of the validation nights.
    assert _sentence(review_curve=((0.0, 0.2, 0.8),)) == (
        "Confidence was measured on the validation nights of the weights, not on nights of this"
        " site."
    )
    assert _sentence() == "It is not known on which nights this confidence was measured."


def test_a_stage_is_doubted_for_its_signals_and_for_what_was_not_learned():
    made = staging(unsound=[0.0, 0.5, 0.5])
    assert made.doubted.tolist() == [0.0, 0.5, 0.5]
    unlearned = (0.1, 0.2, 0.3, 0.4, 0.6)
    made = replace(made, provenance=replace(made.provenance, unlearned_by_stage=unlearned))
    expected = [
        1 - (1 - unsound) * (1 - (unlearned[stage] if stage >= 0 else 0))
        for unsound, stage in zip((0.0, 0.5, 0.5), made.stages.tolist(), strict=True)
    ]
    assert made.stages.min() == -1
    assert made.doubted == pytest.approx(expected)
    assert made.doubted.dtype == np.float32


@pytest.mark.parametrize("shares", [(0.1,), (0.0,) * 6, (0, 0, 0, 0, 1.1), (float("nan"),) * 5])
def test_what_was_not_learned_is_a_share_of_each_stage(shares):
    with pytest.raises(ValueError, match="no shares of five stages"):
        replace(staging().provenance, unlearned_by_stage=shares)
