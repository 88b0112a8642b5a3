"""Derivations are found, inverted or built, and the stager's channels chosen and explained."""

import contextlib
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sleepscorer.core.derivation import (
    Derivation,
    as_stored,
    resolve,
    resolve_again,
    signal_kinds,
)
from sleepscorer.core.errors import MontageError, NothingToStageBy
from sleepscorer.core.recording import Quarantined, Recording, Signal
from sleepscorer.core.stager_channels import ChannelChoice, choose_stager_channels

FEMALE57 = (
    *("EEG Fpz-Cz", "EEG Fz-Cz", "EEG Pz-Cz", "EEG Oz-Cz", "EEG F4-Cz", "EEG C4-Cz", "EEG O2-Cz"),
    *("EEG M1-Cz", "EOG E2-Cz", "EOG E1-Cz", "EMG chin R-ref", "EMG chin L-ref", "EMG RAT"),
    *("EMG LAT", "ECG", "Resp nasal", "Resp abdomen", "Resp chest", "SaO2"),
)


@dataclass(frozen=True, eq=False)
class _Samples:
    values: np.ndarray
    rate: float

    def read(self, start_s, stop_s):
        return self.values[round(start_s * self.rate) : round(stop_s * self.rate)]


def _signal(label, number=1, *, rate=100.0, unit="uV"):
    """Samples ``number * 1000 + index``, so that a sum tells what it is made of."""
    values = (number * 1000 + np.arange(round(60 * rate))).astype(np.float32)
    return Signal(label, rate, unit, unit, len(values), _Samples(values, rate), (-500.0, 400.0))


def _recording(*labels, **quantities):
    signals = tuple(
        label if isinstance(label, Signal) else _signal(label, number, **quantities)
        for number, label in enumerate(labels, start=1)
    )
    return Recording(Path("night.edf"), "EDF", None, 60.0, signals)


def _names(derivations):
    return [one.name for one in derivations]


@pytest.mark.parametrize(
    ("text", "positive", "negative"),
    [
        ("C4-M1", "C4", "M1"),
        ("c4/a1", "C4", "M1"),
        (" EEG C4-A2 ", "C4", "M2"),
        ("M1-C4", "M1", "C4"),
        ("LOC-A2", "E1", "M2"),
        ("C4", "C4", None),
        ("EOG horizontal", "EOG horizontal", None),
        ("LD1-LD2", "LD1", "LD2"),
    ],
)
def test_derivations_are_read_from_text(text, positive, negative):
    derivation = Derivation.parse(text)
    assert (derivation.positive, derivation.negative) == (positive, negative)
    assert str(derivation) == (positive if negative is None else f"{positive}-{negative}")


@pytest.mark.parametrize("text", ["", "  ", "-", "a-b-c", "probe-"])
def test_no_derivation(text):
    with pytest.raises(MontageError, match="is no derivation"):
        Derivation.parse(text)


def test_a_stored_label_counts_first_however_odd():
    recording = _recording("C4-M1", "EEG C4-A1", "thing 7")
    assert resolve(recording, "EEG C4-A1").stored_labels == ("EEG C4-A1",)
    assert resolve(recording, "c4-m1").stored_labels == ("C4-M1",)
    found = resolve(recording, "THING_7")
    assert (found.name, found.kind, found.stored_labels) == ("thing 7", "other", ("thing 7",))


def test_labels_that_differ_in_case_only_are_not_guessed():
    recording = _recording("Aux", "AUX")
    assert resolve(recording, "AUX").stored_labels == ("AUX",)
    with pytest.raises(MontageError, match="'aux' may be any of 'AUX', 'Aux'"):
        resolve(recording, "aux")


def test_another_spelling_is_found_and_shown_by_its_name():
    found = resolve(_recording("EEG C3-A2", "EEG_C4/A1"), "C4-M1")
    assert (found.name, found.stored_labels) == ("C4-M1", ("EEG_C4/A1",))
    assert found.formula == "'EEG_C4/A1'"
    assert found.kind == "eeg"
    assert not found.is_derived
    np.testing.assert_array_equal(found.read(0, 0.02), [2000, 2001])


def test_swapped_electrodes_are_inverted():
    recording = _recording("M1-C4")
    found = resolve(recording, "C4-M1")
    assert found.name == "C4-M1 (from M1-C4, inverted)"
    assert found.formula == "minus 'M1-C4'"
    assert found.physical_range == (-400.0, 500.0)
    np.testing.assert_array_equal(found.read(0, 0.02), [-1000, -1001])
    as_it_is = resolve(recording, "M1-C4")
    assert (as_it_is.name, as_it_is.physical_range) == ("M1-C4", (-500.0, 400.0))
    np.testing.assert_array_equal(as_it_is.read(0, 0.01), [1000])


@pytest.mark.parametrize(
    ("labels", "expected", "formula"),
    [
        (("C4", "M1"), -1000, "'C4' minus 'M1'"),
        (("EEG C4", "EEG A1"), -1000, "'EEG C4' minus 'EEG A1'"),
        (("EEG C4-Ref", "EEG A1-Ref"), -1000, "'EEG C4-Ref' minus 'EEG A1-Ref'"),
        (("EEG C4-LE", "EEG A1-LE"), -1000, "'EEG C4-LE' minus 'EEG A1-LE'"),
        (("C4-AVG", "M1-AVG"), -1000, "'C4-AVG' minus 'M1-AVG'"),
        (("EEG C4-Cz", "EEG M1-Cz"), -1000, "'EEG C4-Cz' minus 'EEG M1-Cz'"),
        (("C4-Cz", "Cz-M1"), 3000, "'C4-Cz' plus 'Cz-M1'"),
        (("Cz-C4", "Cz-M1"), 1000, "minus 'Cz-C4' plus 'Cz-M1'"),
    ],
)
def test_derivation_by_subtraction(labels, expected, formula):
    found = resolve(_recording(*labels), "C4-M1")
    assert (found.name, found.kind, found.formula) == ("C4-M1 (derived)", "eeg", formula)
    assert found.stored_labels == labels
    assert found.is_derived
    assert found.physical_range is None
    assert found.unit == "uV"
    assert found.sampling_rate_hz == 100.0
    samples = found.read(0, 0.01)
    assert samples.dtype == np.float32
    np.testing.assert_array_equal(samples, [expected])


@pytest.mark.parametrize(
    ("wanted", "kind"),
    [("C4-E1", "eog"), ("M1-E1", "eog"), ("M1-M2", "reference"), ("Chin1-C4", "emg")],
)  # fmt: skip
def test_a_difference_is_of_the_kind_that_its_electrodes_say_together(wanted, kind):
    first, second = wanted.split("-")
    assert resolve(_recording(f"{first}-Cz", f"{second}-Cz"), wanted).kind == kind


def test_missing_samples_stay_missing():
    first, second = _signal("C4", 3), _signal("M1", 1)
    first.source.values[1] = np.nan
    second.source.values[2] = np.nan
    samples = resolve(_recording(first, second), "C4-M1").read(0, 0.04)
    np.testing.assert_array_equal(samples, [2000, np.nan, np.nan, 2000])


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (
            ("C4-Cz", "M1-Fpz"),
            "C4 against Cz and M1 against Fpz, which have no reference in common",
        ),
        (("C4", "M1-Ref"), "C4 against an unnamed reference and M1 against Ref"),
        (("C4-M2", "EEG"), "no signal holds M1"),
        (("EEG", "EEG(sec)"), "no signal holds C4 or M1"),
        (("EEG1", "Flow"), r"it has EEG1, Flow"),
    ],
)
def test_nothing_is_guessed(labels, message):
    with pytest.raises(MontageError, match=message):
        resolve(_recording(*labels), "C4-M1")


def test_a_referenced_label_is_no_bare_electrode():
    recording = _recording("EEG_C4-M2", "M1")
    with pytest.raises(MontageError, match="no signal is known to be C4"):
        resolve(recording, "C4")
    with pytest.raises(MontageError, match="C4 against M2"):
        resolve(recording, "C4-M1")


def test_an_eye_channel_of_unknown_reference_is_not_subtracted():
    with pytest.raises(MontageError, match="no signal holds E1"):
        resolve(_recording("EOG(L)", "M2"), "E1-M2")
    assert resolve(_recording("LOC", "A2"), "E1-M2").name == "E1-M2 (derived)"


def test_unequal_rates_and_other_units_are_not_subtracted():
    recording = _recording(_signal("C4"), _signal("M1", rate=200.0))
    with pytest.raises(MontageError, match="'C4' and 'M1' have different rates, 100 and 200 Hz"):
        resolve(recording, "C4-M1")
    for units in (("uV", ""), ("", "uV"), ("", "")):
        recording = _recording(_signal("C4", unit=units[0]), _signal("M1", unit=units[1]))
        with pytest.raises(MontageError, match="'C4' and 'M1' are not both voltages"):
            resolve(recording, "C4-M1")


def test_a_quarantined_channel_is_explained():
    recording = replace(_recording("C3"), quarantined=(Quarantined("C4-M1", "flat header range"),))
    with pytest.raises(MontageError, match="'C4-M1' can't be used: flat header range"):
        resolve(recording, "C4-M1")


def test_numbered_caps_are_not_the_10_20_system():
    biosemi = _recording(*(f"{letter}{number}" for letter in "ABC" for number in range(1, 33)))
    with pytest.raises(MontageError, match="no signal holds C4 or M1"):
        resolve(biosemi, "C4-M1")
    with pytest.raises(MontageError, match="neither EEG nor EOG"):
        choose_stager_channels(biosemi)
    assert _names(choose_stager_channels(biosemi, eeg=["C4"]).eeg) == ["C4"]


@pytest.mark.parametrize(
    ("labels", "wanted"),
    [
        (["EEG C4-A1"], "C4-M1"),
        (["M1-C4"], "C4-M1"),
        (["C4-Cz", "M1-Cz"], "C4-M1"),
        (["EEG 1"], "EEG 1"),
        (["EEG (sec)"], "EEG (sec)"),
        (["E1-M2", "E2-M2"], "E1-E2"),
    ],
)
def test_a_derivation_is_found_again_by_its_name(labels, wanted):
    recording = _recording("ECG", *labels)
    first = resolve(recording, wanted)
    again = resolve_again(recording, first.name)
    assert (again.name, again.stored_labels) == (first.name, first.stored_labels)
    np.testing.assert_array_equal(again.read(0, 1), first.read(0, 1))


def test_a_derivation_that_was_built_is_built_again_though_one_is_stored():
    slow = _signal("C4-M1", rate=20.0)
    recording = _recording(slow, "C4-Cz", "M1-Cz")
    assert resolve_again(recording, "C4-M1").stored_labels == ("C4-M1",)
    assert resolve_again(recording, "C4-M1 (derived)").stored_labels == ("C4-Cz", "M1-Cz")


@pytest.mark.parametrize("name", ["F4-M1", "C4-M1 (derived)", "EEG 9"])
def test_a_derivation_that_is_gone_is_named(name):
    with pytest.raises(MontageError, match="can't be had from this recording") as error:
        resolve_again(_recording("C4-M1"), name)
    assert repr(name) in str(error.value)


def test_a_montage_resolves_all_or_says_what_lacks():
    montage = (Derivation.parse("C4-M1"), Derivation.parse("O2-M1"))
    recording = _recording("C4", "O2", "A1")
    assert _names([resolve(recording, derivation) for derivation in montage]) == [
        "C4-M1 (derived)",
        "O2-M1 (derived)",
    ]
    with pytest.raises(MontageError, match=r"'O2-M1' can't be had.*no signal holds O2"):
        [resolve(_recording("C4", "A1"), derivation) for derivation in montage]


def test_automatic_choice_in_a_clinical_file_against_cz():
    channels = choose_stager_channels(_recording(*FEMALE57))
    assert _names(channels.eeg) == ["Fpz-Cz", "C4-M1 (derived)", "Pz-Oz (derived)"]
    assert _names(channels.eog) == ["E1-E2 (derived)"]
    assert _names(channels.emg) == ["LChin-RChin (derived)"]
    assert channels.eog[0].stored_labels == ("EOG E1-Cz", "EOG E2-Cz")
    assert channels.notes == (
        "EEG: Fpz-Cz = 'EEG Fpz-Cz', C4-M1 (derived) = 'EEG C4-Cz' minus 'EEG M1-Cz',"
        " Pz-Oz (derived) = 'EEG Pz-Cz' minus 'EEG Oz-Cz'; chosen automatically.",
        "EEG not used: EEG Fz-Cz, EEG F4-Cz, EEG O2-Cz.",
        "EOG: E1-E2 (derived) = 'EOG E1-Cz' minus 'EOG E2-Cz'; chosen automatically.",
        "EMG: LChin-RChin (derived) = 'EMG chin L-ref' minus 'EMG chin R-ref';"
        " chosen automatically.",
    )


@pytest.mark.parametrize(
    ("labels", "eeg", "eog", "emg"),
    [
        (  # Sleep-EDF
            ("EEG Fpz-Cz", "EEG Pz-Oz", "EOG horizontal", "Resp oro-nasal", "EMG submental"),
            ["Fpz-Cz", "Pz-Oz"],
            ["EOG horizontal"],
            ["EMG submental"],
        ),
        (  # AASM, mastoids by their older names
            ("LOC-A2", "ROC-A1", "F3-A2", "C3-A2", "O1-A2", "F4-A1", "C4-A1", "O2-A1", "X1"),
            ["F4-M1", "C4-M1", "O2-M1"],
            ["E1-M2", "E2-M1"],
            [],
        ),
        (  # Backup derivations only
            ("EEG F3-M2", "EEG C3-M2", "EEG O1-M2", "E1-M2", "E2-M2", "Chin1-Chin2", "EMG LAT"),
            ["F3-M2", "C3-M2", "O1-M2"],
            ["E1-E2 (derived)"],
            ["Chin1-Chin2"],
        ),
        (  # Every electrode against one reference
            ("C3", "C4", "A1", "A2", "LOC", "ROC", "EMG1", "EMG2", "EMG3"),
            ["C4-M1 (derived)"],
            ["E1-E2 (derived)"],
            ["Chin1-Chin2 (derived)"],
        ),
        (  # Cap with a named common reference
            ("F4-AVG", "C4-AVG", "C3-AVG", "LEOG-AVG"),
            ["F4-AVG", "C4-AVG"],
            ["E1-AVG"],
            [],
        ),
        (  # Cap without mastoids
            ("EEG Fp1", "EEG F3", "EEG C3", "EEG C4", "EEG O1", "EEG T3"),
            ["EEG F3", "EEG C4", "EEG O1"],
            [],
            [],
        ),
        (("C4-REF1", "F4-Ref-B"), ["F4-Ref-B", "C4-REF1"], [], []),
        (("F4-AVG2", "C4-LE"), ["F4-AVG2", "C4-LE"], [], []),
        (("EEG FP1-REF", "EEG C4-REF"), ["EEG FP1-REF", "EEG C4-REF"], [], []),
        (  # Labels that tell the kind only
            ("SaO2", "EEG(sec)", "ECG", "EMG", "EOG(L)", "EOG(R)", "EEG", "EEG3"),
            ["EEG(sec)", "EEG"],
            ["EOG(L)", "EOG(R)"],
            ["EMG"],
        ),
        (("EOG(L)", "ECG"), [], ["EOG(L)"], []),
        (  # Mastoid first
            ("M1-C4", "M2-PG1", "ROC-LOC"),
            ["C4-M1 (from M1-C4, inverted)"],
            ["E1-E2 (from E2-E1, inverted)"],
            [],
        ),
        (("T3-A2", "T4-A1"), ["T3-M2"], [], []),
        (("C4-M1", "C4-M1 (Imp)", "M1M2", "EEG_Chest"), ["C4-M1"], [], []),
    ],
)
def test_automatic_choice(labels, eeg, eog, emg):
    channels = choose_stager_channels(_recording(*labels))
    assert (_names(channels.eeg), _names(channels.eog), _names(channels.emg)) == (eeg, eog, emg)


# What is staged first of each region, best first; the last stand for any other of the region.
PREFERRED = {
    "frontal": "Fpz-Cz F4-M1 F3-M2 Fz-Cz F4-M2 F3-M1 Fz-M1 Fz-M2 Fp2-M1 Fp1-M2 AF3-M2",
    "central": "C4-M1 C3-M2 C4-M2 C3-M1 Cz-M1 Cz-M2 CP3-M2",
    "occipital": "Pz-Oz O2-M1 O1-M2 Cz-Oz O2-M2 O1-M1 Oz-M1 Oz-M2 Pz-M1 Pz-M2 PO3-M2",
    "frontal, no reference": "F4 F3 Fz Fpz Fp2 Fp1 AF3",
    "central, no reference": "C4 C3 Cz CP3",
    "occipital, no reference": "O2 O1 Oz PO3",
    # Of Oz and Pz a difference is made.
    "parietal, no reference": "O1 Pz PO3",
}


@pytest.mark.parametrize("region", PREFERRED)
def test_of_each_region_the_best_that_there_is(region):
    order = PREFERRED[region].split()
    for better, worse in pairwise(order):
        # Where there is no other central one Cz-Oz counts for one.
        beside = ["C4-M1"] if region == "occipital" else []
        found = choose_stager_channels(_recording(*beside, worse, better))
        assert _names(found.eeg) == [*beside, better]


@pytest.mark.parametrize(
    ("labels", "chosen"),
    [
        (("Cz-Oz",), ["Cz-Oz"]),
        (("O2-M2", "Cz-Oz"), ["Cz-Oz", "O2-M2"]),
        (("Fz-Cz", "Cz-Oz"), ["Fz-Cz", "Cz-Oz"]),
        (("C4-M1", "Cz-Oz"), ["C4-M1", "Cz-Oz"]),
    ],
)
def test_an_eeg_over_two_regions_is_chosen_once(labels, chosen):
    assert _names(choose_stager_channels(_recording(*labels)).eeg) == chosen


@pytest.mark.parametrize("other", ["F7-M1", "AF3-M1", "Fp1-M1", "FC3-M1"])
@pytest.mark.parametrize("behind", ["O1-M1", "P3-M1", "PO3-M1", "Iz-M1"])
@pytest.mark.parametrize("middle", ["C3-M1", "CP3-M1"])
def test_every_electrode_has_its_region(other, middle, behind):
    channels = choose_stager_channels(_recording(behind, other, "T3-M1", middle))
    assert _names(channels.eeg) == [other, middle, behind]
    bare = [label.removesuffix("-M1") for label in (behind, other, "T3-M1", middle)]
    channels = choose_stager_channels(_recording(*bare))
    assert _names(channels.eeg) == [bare[1], bare[3], bare[0]]


@pytest.mark.parametrize(
    ("labels", "chosen"),
    [
        (("ChinZ-Chin2", "Chin1-Chin3"), "ChinZ-Chin2"),  # as stored, in the order of the file
        (("EMG1", "EMG2", "EMG3"), "Chin1-Chin2 (derived)"),
        (("EMG1", "EMG3"), "Chin1-Chin3 (derived)"),
        (("EMG2", "EMG3"), "Chin2-Chin3 (derived)"),
        (("ChinZ", "Chin1", "Chin2"), "Chin1-Chin2 (derived)"),
        (("ChinZ", "Chin1"), "ChinZ-Chin1 (derived)"),
        (("ChinZ", "Chin2"), "ChinZ-Chin2 (derived)"),
        (("LChin", "RChin", "CChin"), "LChin-CChin (derived)"),
        (("RChin", "CChin"), "RChin-CChin (derived)"),
        (("RChin", "LChin"), "LChin-RChin (derived)"),
        (("RChin", "LChin", "EMG chin"), "EMG chin"),
        (("EMG RAT", "EMG", "EMG 7"), "EMG"),
        (("EMG RAT", "EMG LAT"), None),
    ],
)
def test_one_chin_emg(labels, chosen):
    found = choose_stager_channels(_recording("C4-M1", *labels)).emg
    assert _names(found) == ([] if chosen is None else [chosen])


@pytest.mark.parametrize(
    ("labels", "chosen"),
    [
        (("E1-M1", "E1-M2"), ["E1-M2"]),
        (("E2-M2", "E2-M1"), ["E2-M1"]),
        (("E1-M1", "E2-M2"), ["E1-M1", "E2-M2"]),
        (("E1", "E1-Fpz"), ["E1-Fpz"]),  # one with a reference before one without
        (("E1-Ref", "E2-Fpz"), ["E1-Ref", "E2-Fpz"]),
        (("E1-M2", "EOG horizontal"), ["EOG horizontal"]),
        (("EOG horizontal", "E1-E2"), ["E1-E2"]),
        (("E1-M2", "E2-M2", "EOG horizontal"), ["EOG horizontal"]),
    ],
)
def test_one_horizontal_eog_else_one_of_each_eye(labels, chosen):
    assert _names(choose_stager_channels(_recording(*labels)).eog) == chosen


def _unsaid(label):
    return f"The recording's channel label {label!r} does not say the reference."


def test_unknown_references_and_electrodes_are_warned_of():
    channels = choose_stager_channels(_recording("EEG C4", "EOG(L)"))
    assert channels.warnings == (_unsaid("EEG C4"), _unsaid("EOG(L)"))
    channels = choose_stager_channels(_recording("EEG C4-REF1", "REF2-C3", "EOG horizontal"))
    assert channels.warnings == (_unsaid("EEG C4-REF1"),)
    assert choose_stager_channels(_recording("REF2-C3")).warnings == (_unsaid("REF2-C3"),)
    channels = choose_stager_channels(_recording("EEG", "EOG horizontal"))
    assert channels.warnings == ("The label 'EEG' does not say which electrodes it is.",)
    assert channels.notes == (
        "EEG: EEG; chosen automatically.",
        "EOG: EOG horizontal; chosen automatically.",
        "EMG: none recognised in the recording.",
    )
    assert choose_stager_channels(_recording(*FEMALE57)).warnings == ()


@pytest.mark.parametrize("named", [None, "none"])
def test_eog_alone_is_warned_of(named):
    labels = ("E1-M2", "ECG") if named is None else ("E1-M2", "C4-M1")
    channels = choose_stager_channels(_recording(*labels), eeg=named)
    assert channels.warnings == ("The night is staged by EOG alone, which is much less accurate.",)


def test_mastoids_against_numbered_references():
    channels = choose_stager_channels(
        _recording("EEG C4-REF1", "EEG M1-REF2", "EOG E1-REF1", "EEG M2-REF1")
    )
    assert _names(channels.eeg) == ["C4-M2 (derived)"]
    assert _names(channels.eog) == ["E1-M2 (derived)"]
    assert channels.eeg[0].stored_labels == ("EEG C4-REF1", "EEG M2-REF1")
    with pytest.raises(MontageError, match="C4 against Ref1 and M1 against Ref2"):
        resolve(_recording("EEG C4-REF1", "EEG M1-REF2"), "C4-M1")


@pytest.mark.parametrize(
    "label",
    [
        *("EEG M1-REF2", "EEG A1-Ref-A", "EEG M2-LE", "EEG A2-AVG2", "M1-Ref", "EEG M1", "A1"),
        *("EEG M1-FOO", "EEG A2 left", "EEG A1A2", "EEG M1-M2", "EEG A1+A2", "EEG AVG"),
    ],
)
def test_a_mastoid_is_never_chosen_as_eeg(label):
    with pytest.raises(MontageError, match="neither EEG nor EOG"):
        choose_stager_channels(_recording(label))
    channels = choose_stager_channels(_recording(label, "EEG"))
    assert _names(channels.eeg) == ["EEG"]


def test_slow_eeg_is_left_out_and_slow_emg_is_not():
    slow = _signal("C4-M1", rate=49.0)
    channels = choose_stager_channels(
        _recording(slow, _signal("C3-M2", rate=50.0), _signal("EMG submental", rate=1.0))
    )
    assert _names(channels.eeg) == ["C3-M2"]
    assert _names(channels.emg) == ["EMG submental"]
    assert "EEG left out, sampled below 50 Hz: C4-M1." in channels.notes
    with pytest.raises(MontageError) as caught:
        choose_stager_channels(_recording(slow, _signal("E1-M2", rate=25.0), "ECG"))
    assert caught.value.what == (
        "all its EEG and EOG is sampled below 50 Hz, too slowly to stage by: C4-M1 (49 Hz),"
        " E1-M2 (25 Hz)"
    )
    with pytest.raises(MontageError, match="all its EEG is sampled below 50 Hz"):
        choose_stager_channels(_recording(slow))
    with pytest.raises(MontageError, match="all its EOG is sampled below 50 Hz"):
        choose_stager_channels(_recording(slow, _signal("E1", rate=49.9)), eeg="none")
    # Just fast enough, each of a kind of its own.
    for label in ("C4-M1", "C4", "EEG", "E1-M2", "E1", "EOG"):
        found = choose_stager_channels(_recording(_signal(label, rate=50.0)))
        assert len(found.eeg + found.eog) == 1
    with pytest.raises(NothingToStageBy, match="neither EEG nor EOG") as caught:
        choose_stager_channels(_recording(slow, "ECG"), eeg="none")
    assert caught.value.path == Path("night.edf")
    assert caught.value.hint == "choose the channels to use; it has C4-M1, ECG"
    assert _names(choose_stager_channels(_recording(slow), eeg="C4-M1").eeg) == ["C4-M1"]


def test_a_file_without_signals_is_not_told_to_name_any():
    with pytest.raises(MontageError) as caught:
        choose_stager_channels(_recording())
    assert (caught.value.what, caught.value.hint) == ("there are no signals to stage by", "")
    broken = replace(_recording(), quarantined=(Quarantined("C4-M1", "its rate is 0"),))
    with pytest.raises(MontageError) as caught:
        choose_stager_channels(broken)
    assert caught.value.what == (
        "there are no signals to stage by: none of its channels can be used"
        " ('C4-M1': its rate is 0)"
    )


def test_channels_can_be_named_or_left_out():
    recording = _recording(*FEMALE57, "probe 9")
    channels = choose_stager_channels(
        recording, eeg=["C4-M1", "EEG C4-Cz", "c4-a1", "probe 9"], eog=("None",), emg="none"
    )
    assert _names(channels.eeg) == ["C4-M1 (derived)", "C4-Cz", "probe 9"]
    assert (channels.eog, channels.emg) == ((), ())
    assert channels.notes == (
        "EEG: C4-M1 (derived) = 'EEG C4-Cz' minus 'EEG M1-Cz', C4-Cz = 'EEG C4-Cz', probe 9;"
        " named by the user.",
        "EOG: left out as asked.",
        "EMG: left out as asked.",
    )
    assert channels.warnings == ("The label 'probe 9' does not say which electrodes it is.",)


def test_a_choice_names_each_role():
    recording = _recording("C4-M1", "C3-M2", "E1-M2", "E2-M1", "EMG chin", "EMG submental")
    choice = ChannelChoice(eeg=("C3-M2",), eog=("E2-M1",), emg=("EMG submental",))
    found = choice.resolve(recording)
    assert _names(found.eeg + found.eog + found.emg) == ["C3-M2", "E2-M1", "EMG submental"]
    found = ChannelChoice().resolve(recording)
    assert _names(found.eeg + found.emg) == ["C4-M1", "EMG chin"]


def test_a_named_channel_of_another_kind_is_used_and_said():
    channels = choose_stager_channels(_recording("C4-M1", "EMG chin"), eeg=["EMG chin"])
    assert _names(channels.eeg) == ["EMG chin"]
    assert "'EMG chin' is used as EEG though its label says emg." in channels.notes


def test_a_named_channel_that_is_not_there_is_an_error():
    with pytest.raises(MontageError, match=r"'F4-M1' can't be had.*it has C4-M1"):
        choose_stager_channels(_recording("C4-M1"), eeg=["F4-M1"])
    with pytest.raises(MontageError, match="neither EEG nor EOG"):
        choose_stager_channels(_recording("C4-M1"), eeg="none")


def _stored_labels(path):
    header = path.read_bytes()[:65536]
    n_signals = int(header[252:256])
    cells = (header[256 + 16 * i : 272 + 16 * i] for i in range(n_signals))
    return [cell.decode("latin-1").strip() for cell in cells]


def test_every_real_header_gives_a_choice_or_a_montage_error(real_data):
    chosen = {}
    for path in sorted((real_data / "edf_cases").glob("*.[eb]df")):
        labels = [label for label in _stored_labels(path) if "Annotations" not in label]
        try:
            channels = choose_stager_channels(_recording(*(_signal(label) for label in labels)))
        except MontageError:
            continue
        chosen[path.name] = (_names(channels.eeg), _names(channels.eog), _names(channels.emg))
    assert chosen["edfio__short_psg.edf"] == (
        ["Fpz-Cz", "Pz-Oz"],
        ["EOG horizontal"],
        ["EMG submental"],
    )
    assert chosen["rsleep__nox_subject1.edf"] == (
        ["F4-M1", "C4-M1", "O2-M1"],
        ["E1-E2 (derived)"],
        [],
    )
    assert chosen["mnetest__chtypes_edf.edf"][0] == [
        "F4-M1 (derived)",
        "C4-M1 (derived)",
        "O2-M1 (derived)",
    ]
    assert "mnepy__test.edf" not in chosen  # a cap of sites A1 to H16


@given(st.lists(st.text(max_size=16), max_size=6), st.text(max_size=16))
def test_any_labels_give_a_choice_or_a_montage_error(labels, wanted):
    recording = _recording(*(_signal(label, rate=64.0) for label in labels))
    for ask in (
        lambda: resolve(recording, wanted),
        lambda: choose_stager_channels(recording),
        lambda: choose_stager_channels(recording, eeg=[wanted]),
    ):
        with contextlib.suppress(MontageError):
            ask()


def test_sites_of_a_numbered_cap_are_no_mastoids():
    cap = _recording(*(f"A{number}" for number in range(1, 17)))
    assert set(signal_kinds(cap)) == {"other"}
    assert as_stored(cap.signals[0], cap).kind == "other"


def test_ears_beside_the_10_20_system_are_references():
    recording = _recording("C3", "C4", "A1", "A2")
    assert signal_kinds(recording) == ["eeg", "eeg", "reference", "reference"]


def test_fifty_hertz_are_enough_to_be_chosen():
    # Only where the names are read is a difference made.
    chosen = choose_stager_channels(_recording("EEG C4", "EEG M1", rate=50.0))
    assert _names(chosen.eeg) == ["C4-M1 (derived)"]
    with pytest.raises(MontageError):
        choose_stager_channels(_recording("EEG C4", "EEG M1", rate=49.9))


def test_an_eye_against_another_electrode_is_chosen_and_no_eeg_in_its_place():
    chosen = choose_stager_channels(_recording("C4-M1", "E1-Fpz"))
    assert _names(chosen.eog) == ["E1-Fpz"]
    turned = choose_stager_channels(_recording("C4-M1", "Fpz-E1"))
    assert _names(turned.eog) == ["E1-Fpz (from Fpz-E1, inverted)"]
