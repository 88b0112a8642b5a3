"""What a site keeps of a validation is what the verdict chose, and by which weights."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sleepscorer.core.site_calibration import SiteCalibration
from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.pipeline import keep_site_choice, read_site_choice
from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS, read_info
from sleepscorer.validation.candidates import Candidate, JudgedNight, Montage
from sleepscorer.validation.found import Validation, Verdict
from sleepscorer.validation.site import site_choice_of

CENTRAL = Montage("C4-M1 + EOG", ChannelChoice(eeg=("C4-M1",)))
CALIBRATION = SiteCalibration(1.2, ((0.0, 0.2, 0.8), (1.0, 1.0, 1.0)), "9 nights of 9 people")


def validation(chosen, **changes):
    verdict = Verdict(chosen, chosen, ("It stays.", "Nobody was better."), is_decisive=True)
    given = Validation(
        folder=Path("nights"),
        created_utc="2026-11-30T12:00:00+00:00",
        software="sleepscorer",
        stagers=(("sleepscorer", "sleepscorer (ours)"), ("yasa", "yasa (YASA 0.8.1)")),
        rule="The better one wins.",
        nights=(),
        not_judged=(),
        figures=(),
        ceiling=None,
        verdict=verdict,
        calibration=CALIBRATION,
    )
    return replace(given, **changes)


def test_the_chosen_ones_and_their_channels_are_kept():
    chosen = Candidate(("yasa", "sleepscorer"), CENTRAL)
    choice = site_choice_of(validation(chosen, own_weights=("night-1", "ab" * 32)))
    assert choice.stagers == ("yasa", "sleepscorer")
    assert choice.full_names == ("yasa (YASA 0.8.1)", "sleepscorer (ours)")
    assert (choice.own_weights, choice.own_weights_sha256) == ("night-1", "ab" * 32)
    assert (choice.montage, choice.channels) == ("C4-M1 + EOG", CENTRAL.channels)
    assert choice.calibration == CALIBRATION
    assert choice.decided_utc == "2026-11-30T12:00:00+00:00"
    assert choice.verdict == "It stays."
    keep_site_choice(choice)
    assert read_site_choice() == choice


def test_what_the_channels_were_in_nights_that_count_is_kept_once():
    chosen = Candidate(("yasa",))
    full, less = ((("C4-M1", "F4-M1"), ("E1-M2",), ()), (("C4-M1",), (), ()))

    def night(channels, left_out=""):
        return JudgedNight(
            "a", "a", np.zeros(3, np.int8), {}, left_out=left_out, channels={Montage(): channels}
        )

    nights = (night(full), night(less, "drafted"), night(full), night((("Pz-Oz",), (), ())))
    choice = site_choice_of(validation(chosen, nights=nights))
    assert choice.validated_by == (full, (("Pz-Oz",), (), ()))
    keep_site_choice(choice)
    assert read_site_choice() == choice


def test_ours_is_known_by_the_weights_it_takes_by_itself_where_none_were_named():
    choice = site_choice_of(validation(Candidate(("sleepscorer",))))
    assert choice.own_weights == DEFAULT_WEIGHTS
    assert choice.own_weights_sha256 == read_info(DEFAULT_WEIGHTS).sha256


def test_of_others_alone_no_weights_of_ours_are_kept():
    choice = site_choice_of(validation(Candidate(("yasa",))))
    assert (choice.own_weights, choice.own_weights_sha256) == ("", "")
    assert choice.full_names == ("yasa (YASA 0.8.1)",)


def test_without_a_verdict_there_is_nothing_to_keep():
    with pytest.raises(ValueError, match="nothing was decided"):
        site_choice_of(validation(Candidate(("yasa",)), verdict=None))
