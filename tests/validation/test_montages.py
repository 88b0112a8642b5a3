"""By which channels nights are staged: what all of them have, by names any can be asked for."""

from pathlib import Path

import numpy as np
import pytest

from sleepscorer.core.errors import MontageError
from sleepscorer.core.recording import MemorySource, Recording, Signal
from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.validation.candidates import Candidate
from sleepscorer.validation.montages import channels_of, shared_montages, usable_montages


def recording(*labels, rate_hz=100.0):
    samples = np.zeros(3000, np.float32)
    signals = tuple(
        Signal(label, rate_hz, "uV", "uV", samples.size, MemorySource(samples, rate_hz))
        for label in labels
    )
    return Recording(Path("a.edf"), "EDF", None, 30.0, signals)


def names(montages):
    return [one.name for one in montages]


def test_each_eeg_with_the_eog_and_all_without_it():
    found = usable_montages(recording("EEG F4-A1", "C4-M1", "EOG E1-M2", "ECG"))
    assert names(found) == ["F4-M1 + EOG", "C4-M1 + EOG", "EEG without EOG"]
    assert found[1].channels == ChannelChoice(eeg=("C4-M1",))
    assert found[2].channels == ChannelChoice(eog=("none",))


@pytest.mark.parametrize(
    ("labels", "wanted"),
    [
        (("C4-M1", "E1-M2"), ["EEG without EOG"]),
        (("C4-M1", "F4-M1"), ["F4-M1", "C4-M1"]),
        (("C4-M1",), []),
        (("E1-M2",), []),
    ],
)
def test_what_a_recording_lacks_gives_no_montage(labels, wanted):
    assert names(usable_montages(recording(*labels))) == wanted


def test_nothing_to_stage_by_is_said():
    with pytest.raises(MontageError):
        usable_montages(recording("ECG"))


def test_the_same_montage_is_equal_however_a_night_stores_it():
    stored = recording("EEG F4-A1", "EEG C4-A1", "EOG E1-M2")
    referenced = recording("F4-Cz", "C4-Cz", "M1-Cz", "E1-E2")
    inverted = recording("A1-F4", "A1-C4", "LOC-A2")
    montages, notes = shared_montages([stored, referenced, inverted])
    assert names(montages) == ["", "F4-M1 + EOG", "C4-M1 + EOG", "EEG without EOG"]
    assert notes == ()
    (one,) = (m for m in usable_montages(referenced) if m.name == "C4-M1 + EOG")
    (other,) = (m for m in usable_montages(inverted) if m.name == "C4-M1 + EOG")
    assert Candidate(("yasa",), one) == Candidate(("yasa",), other)
    for night in (stored, referenced, inverted):
        (c4,) = channels_of(night, one).eeg
        assert c4.name.startswith("C4-M1")
    assert channels_of(referenced, one).eeg[0].stored_labels == ("C4-Cz", "M1-Cz")


def test_labels_that_no_rule_knows_are_asked_for_as_they_are():
    night = recording("EEG Left", "EEG Right", "EOG")
    (left, right, _) = usable_montages(night)
    assert (left.channels.eeg, right.channels.eeg) == (("EEG Left",), ("EEG Right",))
    assert channels_of(night, right).eeg[0].stored_labels == ("EEG Right",)


def test_what_only_some_nights_have_is_not_tried_and_said():
    nights = [recording("F4-M1", "C4-M1", "E1-M2")] * 2 + [recording("C4-M1", "E1-M2")]
    montages, notes = shared_montages(nights)
    # Of the third night it is the program's own choice.
    assert names(montages) == ["", "C4-M1 + EOG", "EEG without EOG"]
    assert notes == ("F4-M1 + EOG was not tried: 2 of 3 nights can be staged by it",)
    same = [channels_of(nights[2], one).parts for one in montages[:2]]
    assert same[0] == same[1]


def test_a_night_that_nothing_can_stage_takes_no_montage_away():
    nights = [recording("F4-M1", "C4-M1", "E1-M2"), recording("ECG")]
    assert names(shared_montages(nights)[0]) == [
        "", "F4-M1 + EOG", "C4-M1 + EOG", "EEG without EOG",
    ]  # fmt: skip
    assert names(shared_montages([])[0]) == [""]


def test_one_montage_has_one_name_where_some_nights_have_no_eog():
    nights = [recording("F4-M1", "C4-M1", "E1-M2"), recording("F4-M1", "C4-M1")]
    assert names(shared_montages(nights)[0]) == [
        "", "F4-M1 + EOG", "C4-M1 + EOG", "EEG without EOG",
    ]  # fmt: skip
