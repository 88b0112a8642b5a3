"""Stagers of other makers, good and bad."""

import numpy as np
import pytest
from memory_recording import recording, signal
from other_stagers import opinion

from sleepscorer.core.errors import StagingRefused, UsageError
from sleepscorer.core.progress import Cancelled
from sleepscorer.core.stager_channels import choose_stager_channels
from sleepscorer.pipeline import AskedStagers
from sleepscorer.staging.stagers import not_offered, offered_stager, offered_stagers

N = 24


@pytest.fixture
def night():
    return recording(signal("C4-M1", np.zeros(N * 3000)))


def asked(name, night):
    return offered_stager(name).stage(night, choose_stager_channels(night))


def test_what_is_offered_is_listed_by_name_without_what_can_not_be_loaded(offer_stagers):
    offer_stagers(
        zebra="other_stagers:TooLong",
        calm="other_stagers:Calm",
        absent="other_stagers:Absent",
        missing="no_such_module:Stager",
        unknown="other_stagers:NoSuchClass",
    )
    listed = [(one.name, one.title) for one in offered_stagers()]
    assert listed == [("calm", "Calm 1.2"), ("zebra", "TooLong 1")]


@pytest.mark.parametrize("name", ["consensus", "sleepscorer", "Consensus"])
def test_a_plug_in_by_a_name_of_ours_is_never_asked_and_its_package_is_named(offer_stagers, name):
    offer_stagers(**{name: "other_stagers:Calm", "deep": "other_stagers:Deep"})
    assert [one.name for one in offered_stagers()] == ["deep"]
    (fault,) = not_offered()
    said = f"the stager '{name}' can't be asked: sleepscorer and consensus are names of this"
    assert fault.what.startswith(said)
    assert "its package others must give it another name" in str(fault)
    with pytest.raises(UsageError, match="are names of this program itself"):
        offered_stager(name)
    # Whoever asks for all asks each once.
    assert AskedStagers.consensus_of_all().names == ("sleepscorer", "deep")


def test_a_name_that_is_not_offered_is_refused_with_those_that_are(offer_stagers):
    offer_stagers(calm="other_stagers:Calm")
    with pytest.raises(
        UsageError,
        match=r"'yasa' is installed \(there is calm; to get YASA: pip install 'sleepscorer",
    ):
        offered_stager("yasa")


def test_where_none_is_offered_one_is_told_what_to_install(offer_stagers):
    offer_stagers()
    with pytest.raises(
        UsageError, match=r"none is; to get YASA: pip install 'sleepscorer\[yasa\]'"
    ):
        offered_stager("yasa")
    with pytest.raises(
        UsageError,
        match=r"none is; to get RobustSleepNet: sleepscorer models fetch robust-sleep-net",
    ):
        offered_stager("robust-sleep-net")
    with pytest.raises(
        UsageError, match=r"none is; to get RobustSleepNet: .*; to get YASA: pip install "
    ):
        offered_stager("yassa")


def test_an_opinion_carries_the_title_of_who_gave_it(offer_stagers, night):
    offer_stagers(calm="other_stagers:Calm")
    given = asked("calm", night)
    assert (given.provenance.software, given.provenance.stager) == ("Calm 1.2", "calm")
    np.testing.assert_array_equal(given.probabilities, opinion(N).probabilities)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("Raising", "Raising 3 failed: RuntimeError no idea"),
        ("Exiting", "Exiting 1 failed: SystemExit 3"),
        ("TooLong", "TooLong 1 gave 25 epochs of 24"),
        ("Odd", "Odd 1 failed: TypeError it gave ndarray, not a staging"),
        ("Untold", "Untold 1 failed: TypeError eeg of its provenance is"),
        ("Refusing", "the night is too dark"),
    ],
)
def test_a_bad_one_is_refused_in_words(offer_stagers, night, kind, said):
    offer_stagers(bad=f"other_stagers:{kind}")
    with pytest.raises(StagingRefused) as refused:
        asked("bad", night)
    assert refused.value.what.startswith(said)


def test_one_that_hangs_ends_when_it_is_cancelled(offer_stagers, night):
    offer_stagers(slow="other_stagers:Hanging")
    calls = []

    def progress(_fraction, text):
        calls.append(text)
        if len(calls) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        offered_stager("slow").stage(night, choose_stager_channels(night), progress)
    assert calls == ["thinking"] * 3
