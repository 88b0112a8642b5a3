"""A night staged by all who are asked and every montage: what is answered, and what fails."""

from typing import ClassVar

import numpy as np
import pytest
from other_stagers import Calm, opinion
from site_nights import stages_of, write_recording, write_session

from sleepscorer.core.consensus import consensus_probabilities
from sleepscorer.core.progress import Cancelled
from sleepscorer.core.staging_result import OWN_STAGER
from sleepscorer.files.recordings import open_recording
from sleepscorer.staging.stager import Stager
from sleepscorer.validation.candidates import Candidate, Montage
from sleepscorer.validation.montages import shared_montages
from sleepscorer.validation.nights import find_nights
from sleepscorer.validation.staging import staged_night


@pytest.fixture
def found(tmp_path):
    write_session(write_recording(tmp_path / "n" / "a.edf", 1), stages_of(1))
    (one,) = find_nights(tmp_path / "n").nights
    return one


def answers_by_name(staged):
    return {one.name: answer for one, answer in staged.night.answers.items()}


def test_each_stager_answers_each_montage_and_the_consensus_joins_them(found, offer_stagers):
    offer_stagers(calm="other_stagers:Calm", rem="test_night_staging:Rem")
    montages, _ = shared_montages([found.recording])
    staged = staged_night(found, ("calm", "rem"), montages, stager=None)
    assert staged.night.failures == {}
    assert set(answers_by_name(staged)) == {
        f"{who}{what}"
        for who in ("calm", "rem", "consensus")
        for what in ("", ", F4-M1 + EOG", ", C4-M1 + EOG", ", EEG without EOG")
    }
    together = staged.night.answers[Candidate(("calm", "rem"))]
    both = [staged.night.answers[Candidate((name,))].probabilities for name in ("calm", "rem")]
    np.testing.assert_array_equal(together.probabilities, consensus_probabilities(both))
    np.testing.assert_array_equal(together.confidence, together.probabilities.max(axis=1))
    assert staged.full_names == {"calm": "calm (Calm 1.2, calm)", "rem": "rem (Calm 1.2, calm)"}


def test_who_fails_is_kept_by_name_and_stops_nobody(found, offer_stagers):
    offer_stagers(
        calm="other_stagers:Calm",
        raising="other_stagers:Raising",
        refusing="other_stagers:Refusing",
        long="other_stagers:TooLong",
    )
    names = ("raising", "calm", "refusing", "long")
    staged = staged_night(found, names, [Montage()], stager=None)
    failures = {one.name: why for one, why in staged.night.failures.items()}
    assert failures == {
        "raising": "Raising 3 failed: RuntimeError no idea",
        "refusing": "the night is too dark",
        "long": "TooLong 1 gave 81 epochs of 80",
    }
    assert set(answers_by_name(staged)) == {"calm", "consensus"}
    assert "the consensus is without refusing: the night is too dark" in staged.night.notes
    alone = staged_night(found, ("raising", "refusing"), [Montage()], stager=None)
    assert alone.night.answers == {}
    assert alone.night.failures[Candidate(("raising", "refusing"))] == (
        "raising: Raising 3 failed: RuntimeError no idea; refusing: the night is too dark"
    )


def test_a_recording_without_what_is_needed_fails_for_all(tmp_path, offer_stagers):
    offer_stagers(calm="other_stagers:Calm")
    write_session(write_recording(tmp_path / "n" / "a.edf", 1, labels=("ECG",)), stages_of(1))
    (one,) = find_nights(tmp_path / "n").nights
    staged = staged_night(one, ("calm",), [Montage()], stager=None)
    assert "neither EEG nor EOG" in staged.night.failures[Candidate(("calm",))]


def test_our_own_measures_each_channel_once_and_answers_as_if_asked_for_each(found, monkeypatch):
    stager = Stager(device="cpu")
    montages, _ = shared_montages([found.recording])
    measured = []
    really = Stager._measure

    def counted(self, recording, channel, kind, progress):
        measured.append((channel.name, kind))
        return really(self, recording, channel, kind, progress)

    monkeypatch.setattr(Stager, "_measure", counted)
    staged = staged_night(found, (OWN_STAGER,), montages, stager=stager)
    assert sorted(measured) == [("C4-M1", "eeg"), ("E1-M2", "eog"), ("F4-M1", "eeg")]
    assert set(staged.full_names) == {OWN_STAGER}
    recording = open_recording(found.recording.path)
    for montage in montages:
        alone = stager.stage(recording, montage.channels.resolve(recording))
        answer = staged.night.answers[Candidate((OWN_STAGER,), montage)]
        np.testing.assert_array_equal(answer.probabilities, alone.probabilities)
        np.testing.assert_array_equal(answer.confidence, alone.confidence)
    # It forgets the night: a stager that stages another measures that.
    measured.clear()
    stager.stage(found.recording, Montage().channels.resolve(found.recording))
    assert len(measured) == 3


def test_montages_that_are_the_same_in_a_night_are_staged_once(tmp_path, offer_stagers):
    offer_stagers(calm="test_night_staging:Counting")
    labels = ("EEG C4-M1", "EOG E1-M2")
    write_session(write_recording(tmp_path / "n" / "a.edf", 1, labels=labels), stages_of(1))
    write_session(write_recording(tmp_path / "n" / "b.edf", 2), stages_of(2))
    one, two = find_nights(tmp_path / "n").nights
    montages, _ = shared_montages([one.recording, two.recording])
    assert [montage.name for montage in montages] == ["", "C4-M1 + EOG", "EEG without EOG"]
    Counting.asked = []
    staged = staged_night(one, ("calm",), montages, stager=None)
    assert len(Counting.asked) == 2
    assert len(staged.night.answers) == 3


def test_progress_says_which_night_and_who_and_may_stop_it(found, offer_stagers):
    offer_stagers(calm="other_stagers:Calm")
    said = []
    montages, _ = shared_montages([found.recording])

    def note(fraction, text):
        said.append((fraction, text))

    staged_night(found, ("calm",), montages, stager=None, progress=note)
    assert [text for _, text in said[:2]] == ["a: calm", "a: calm, calm"]
    assert "a: calm, C4-M1 + EOG, calm" in [text for _, text in said]
    fractions = [fraction for fraction, _ in said]
    assert fractions == sorted(fractions)
    assert fractions[0] >= 0
    assert fractions[-1] <= 1

    def stop(_fraction, _text):
        raise Cancelled

    with pytest.raises(Cancelled):
        staged_night(found, ("calm",), montages, stager=None, progress=stop)


class Rem(Calm):
    """REM all night."""

    def stage(self, recording, channels, progress):
        super().stage(recording, channels, progress)
        return opinion(recording.n_epochs, stage=4)


class Counting(Calm):
    asked: ClassVar = []

    def stage(self, recording, channels, progress):
        Counting.asked.append(tuple(one.name for one in (*channels.eeg, *channels.eog)))
        return super().stage(recording, channels, progress)
