"""A site's measurement holds for the stagers, weights and channels it was made of alone."""

from dataclasses import replace

import numpy as np
import pytest
from memory_recording import recording, signal
from other_stagers import opinion

from sleepscorer.core.site_calibration import SiteCalibration
from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.pipeline import (
    AskedStagers,
    SiteChoice,
    find_channels_for,
    stage_recording,
)

MEASURED = "9 nights of 9 people of this site, 30 November 2026"
SITE = SiteCalibration(2.0, ((0.0, 0.2, 0.8), (1.0, 1.0, 1.0)), MEASURED)
OURS = "sleepscorer (ours 1, calm)"
CALM = "calm (Calm 1.2, calm)"
CENTRAL = ChannelChoice(eeg=("C4-M1",), eog=("none",), emg=("none",))
AUTOMATIC = ChannelChoice()
BOTH = SiteChoice(
    ("sleepscorer", "calm"), (OURS, CALM), "calm", "ab" * 32, "C4-M1", CENTRAL, SITE,
    validated_by=((("C4-M1",), (), ()),),
)  # fmt: skip


class Ours:
    """In place of our own stager: N2 with .6, by the weights of this hash."""

    def __init__(self, sha256="ab" * 32):
        self.sha256 = sha256

    def stage_and_measure(self, night, *_):
        made = {"stager": "sleepscorer", "software": "ours 1", "weights_sha256": self.sha256}
        return opinion(night.n_epochs, **made), None


def night(*labels):
    return recording(*(signal(label, np.zeros(100 * 30 * 4)) for label in labels))


FULL = night("C4-M1", "F4-M1", "E1-M2")


@pytest.fixture(autouse=True)
def _others(offer_stagers):
    offer_stagers(calm="other_stagers:Calm", bad="other_stagers:Raising")


def staged(site, *, of=FULL, ours=None, asked=None, named=AUTOMATIC):
    asked = replace(asked or AskedStagers.as_validated(site), site=site)
    asked.check()
    channels = find_channels_for(of, named, asked.site)
    return stage_recording(of, channels, stager=ours or Ours(), asked=asked).staging


def note_of(staging):
    """Why nothing measured was used; it is as sure as it was."""
    made = staging.provenance
    assert (made.confidence_measured_on, made.confidence_temperature) == ("", 1.0)
    return made.notes[-1]


def test_what_was_validated_is_as_sure_as_it_was_right():
    staging = staged(BOTH)
    plain = staged(None, asked=AskedStagers(BOTH.stagers, is_consensus=True), named=CENTRAL)
    assert staging.measured_sentence == f"Confidence was measured on {MEASURED}."
    assert staging.is_measured
    assert not plain.is_measured
    odds = plain.confidence / (1 - plain.confidence)
    np.testing.assert_allclose(staging.confidence, odds**0.5 / (1 + odds**0.5), atol=1e-6)
    np.testing.assert_array_equal(staging.probabilities, plain.probabilities)
    assert staging.provenance.notes == plain.provenance.notes
    assert staging.provenance.warnings == plain.provenance.warnings


def test_one_stager_alone_takes_it_too_whoever_stands_beside():
    calm = replace(
        BOTH, stagers=("calm",), full_names=(CALM,), own_weights="", own_weights_sha256=""
    )
    assert staged(calm).confidence == pytest.approx([0.6**0.5 / (0.6**0.5 + 0.4**0.5)] * 4)
    beside = AskedStagers(("calm", "sleepscorer"))
    assert staged(calm, asked=beside).is_measured
    ours = replace(BOTH, stagers=("sleepscorer",), full_names=(OURS,))
    assert MEASURED in staged(ours).measured_sentence


def test_by_the_programs_own_choice_it_holds_of_recordings_with_the_channels_of_one_that_judged():
    seen = ((("C4-M1", "F4-M1"), ("E1-M2",), ()), (("Fpz-Cz",), ("EOG horizontal",), ()))
    automatic = replace(BOTH, montage="", channels=ChannelChoice(), validated_by=seen)
    for of in (FULL, night("Fpz-Cz", "EOG horizontal")):
        assert MEASURED in staged(automatic, of=of).measured_sentence
    fewer = note_of(staged(automatic, of=night("C4-M1", "E1-M2")))
    assert fewer.endswith("no night of the validation was staged by C4-M1, E1-M2.")
    other = note_of(staged(automatic, named=CENTRAL))
    assert "validated was by the channels that the program chooses" in other


def test_of_other_weights_it_says_nothing():
    said = note_of(staged(BOTH, ours=Ours(sha256="cd" * 32)))
    assert said.startswith("What was measured here of the confidence is not used: validated was")
    assert "ab" * 32 in said
    assert "cd" * 32 in said


def test_of_another_version_of_a_stager_it_says_nothing():
    older = replace(BOTH, full_names=(OURS, "calm (Calm 1.1, calm)"))
    said = note_of(staged(older))
    assert said.endswith("validated was calm (Calm 1.1, calm), and this is calm (Calm 1.2, calm).")


def test_where_one_failed_the_rest_is_another_consensus():
    three = replace(
        BOTH, stagers=("sleepscorer", "calm", "bad"), full_names=(OURS, CALM, "bad (Raising 3)")
    )
    said = note_of(staged(three))
    assert "validated was consensus of sleepscorer, calm and bad, C4-M1" in said
    assert "these are of sleepscorer, calm" in said


def test_of_other_stagers_than_asked_it_says_nothing():
    assert "these are of sleepscorer" in note_of(staged(BOTH, asked=AskedStagers()))


def test_by_other_channels_it_says_nothing():
    frontal = ChannelChoice(eeg=("F4-M1",))
    assert "validated was by C4-M1, and these are by others" in note_of(staged(BOTH, named=frontal))


def test_where_the_recording_lacks_the_montage_the_program_chooses_and_warns():
    of = night("F4-M1", "E1-M2")
    assert [one.name for one in find_channels_for(of, AUTOMATIC, BOTH).eeg] == ["F4-M1"]
    staging = staged(BOTH, of=of)
    (warning,) = staging.provenance.warnings
    assert warning.startswith("The recording lacks the montage that was validated here (C4-M1): ")
    assert not staging.is_measured


def test_a_validation_that_measured_no_confidence_says_so():
    said = note_of(staged(replace(BOTH, calibration=None)))
    assert said.endswith("the validation measured none.")


def test_what_a_person_names_holds_before_what_was_validated():
    frontal = ChannelChoice(eeg=("F4-M1",))
    assert [one.name for one in find_channels_for(FULL, frontal, BOTH).eeg] == ["F4-M1"]
    assert [one.name for one in find_channels_for(FULL, ChannelChoice(), BOTH).eeg] == ["C4-M1"]
    assert find_channels_for(FULL, ChannelChoice(), BOTH).eog == ()
