"""Several stagers asked of one recording, and what their answers become."""

import numpy as np
import pytest
from other_stagers import Calm, Hanging, Refusing, opinion

from sleepscorer.core.errors import StagingRefused, UsageError
from sleepscorer.core.progress import Cancelled
from sleepscorer.core.recording import Recording
from sleepscorer.core.stager_channels import StagerChannels
from sleepscorer.core.stages import Stage
from sleepscorer.pipeline import AskedStagers, stage_recording

N = 24
NO_CHANNELS = StagerChannels((), (), ())


class Ours:
    """In place of our own stager: R all night."""

    def stage_and_measure(self, recording, channels, progress):  # noqa: ARG002
        progress(0.5, "ours")
        given = opinion(recording.n_epochs, stage=4, stager="sleepscorer", software="ours 1")
        return given, "what was measured"


class OursRefusing(Refusing):
    """In place of our own stager, which can't stage it."""

    stage_and_measure = Refusing.stage


class Silent(Calm):
    """Says something in the first epoch only."""

    title = "Silent 1"

    def stage(self, recording, channels, progress):  # noqa: ARG002
        given = opinion(recording.n_epochs)
        probabilities = given.probabilities.copy()
        probabilities[1:] = np.nan
        return type(given)(probabilities, given.provenance)


@pytest.fixture
def night(tmp_path):
    return Recording(tmp_path / "night.edf", "EDF", None, N * 30.0, ())


def staged(night, *names, ours=None, is_consensus=True, progress=lambda *_: None):
    asked = AskedStagers(names, is_consensus=is_consensus)
    asked.check()
    return stage_recording(
        night, NO_CHANNELS, stager=ours or Ours(), asked=asked, progress=progress
    )


def test_a_consensus_keeps_and_names_each_answer(night, offer_stagers):
    offer_stagers(calm="other_stagers:Calm", silent="test_asked_stagers:Silent")
    answers = staged(night, "sleepscorer", "calm", "silent")
    assert [one.name for one in answers.others] == ["sleepscorer", "calm", "silent"]
    assert answers.staging.provenance.consensus_of == ("sleepscorer", "calm", "silent")
    assert answers.night == "what was measured"
    assert answers.staging.provenance.warnings == ()
    # Two of three say N2 in the first epoch; where one is silent the two that answer are even.
    assert answers.staging.stages[0] == Stage.N2
    assert answers.staging.probabilities[5] == pytest.approx((1, 1, 6**0.5, 1, 6**0.5) / (
        np.float64(3 + 2 * 6**0.5)), abs=1e-6)  # fmt: skip


def test_one_that_fails_is_named_and_left_out_and_the_rest_go_on(night, offer_stagers):
    offer_stagers(calm="other_stagers:Calm", bad="other_stagers:Raising")
    answers = staged(night, "bad", "sleepscorer", "calm")
    made = answers.staging.provenance
    assert made.consensus_of == ("sleepscorer", "calm")
    said = (
        "The consensus is of 2 stagers alone (sleepscorer, calm); left out: bad (Raising 3 failed:"
        " RuntimeError no idea)."
    )
    assert (made.warnings, made.second_opinion_failure) == ((said,), said)


def test_our_own_may_fail_as_well_as_any(night, offer_stagers):
    offer_stagers(calm="other_stagers:Calm")
    answers = staged(night, "sleepscorer", "calm", ours=OursRefusing())
    assert answers.staging.provenance.consensus_of == ("calm",)
    assert (answers.staging.stages == Stage.N2).all()
    (warning,) = answers.staging.provenance.warnings
    assert warning.startswith("The consensus is of one stager alone (calm); left out: sleepscorer")


def test_where_all_fail_there_is_no_staging(night, offer_stagers):
    offer_stagers(dark="other_stagers:Refusing", bad="other_stagers:Odd")
    with pytest.raises(StagingRefused) as refused:
        staged(night, "dark", "bad")
    assert refused.value.what.startswith("no stager could stage it: dark (the night is too dark)")
    assert "; bad (Odd 1 failed" in refused.value.what


def test_a_second_opinion_stands_beside_and_its_failure_is_a_warning(night, offer_stagers):
    offer_stagers(calm="other_stagers:Calm", bad="other_stagers:TooLong")
    answers = staged(night, "sleepscorer", "calm", is_consensus=False)
    assert (answers.staging.stages == Stage.R).all()
    assert [one.name for one in answers.others] == ["calm"]
    assert answers.staging.provenance.warnings == ()
    answers = staged(night, "sleepscorer", "bad", is_consensus=False)
    assert answers.others == ()
    (warning,) = answers.staging.provenance.warnings
    assert warning == "There is no second opinion: TooLong 1 gave 25 epochs of 24."
    # What fills the epochs must answer.
    with pytest.raises(StagingRefused, match="too dark"):
        staged(night, "sleepscorer", "calm", is_consensus=False, ours=OursRefusing())


def test_one_of_another_maker_may_stage_alone(night, offer_stagers):
    offer_stagers(calm="other_stagers:Calm")
    answers = staged(night, "calm", is_consensus=False)
    assert (answers.staging.name, answers.others) == ("calm", ())
    assert not answers.staging.is_measured


def test_progress_goes_on_through_all_and_cancels_any(night, offer_stagers):
    offer_stagers(calm="other_stagers:Calm", slow="other_stagers:Hanging")
    heard = []
    staged(night, "sleepscorer", "calm", progress=lambda done, _text: heard.append(done))
    assert heard == pytest.approx([0.25, 0.75])

    def cancel(done, _text):
        if done > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        staged(night, "sleepscorer", "slow", progress=cancel)
    assert Hanging.title == "Hanging 1"


@pytest.mark.parametrize(
    ("names", "is_consensus", "said"),
    [
        (("sleepscorer", "yasa"), True, "no other stager called 'yasa' is installed"),
        (("calm", "calm"), True, "a stager is named twice"),
        (("calm",), True, "a consensus needs two stagers or more"),
        ((), False, "two stagers or more"),
    ],
)
def test_what_can_not_be_asked_is_refused_in_words(offer_stagers, names, is_consensus, said):
    offer_stagers(calm="other_stagers:Calm")
    with pytest.raises(UsageError, match=said):
        AskedStagers(names, is_consensus=is_consensus).check()
