"""What is said of filters, and what they take from the confidence."""

from dataclasses import replace

import numpy as np
import pytest
from memory_recording import signal

from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.staging.measured_filters import MeasuredFilter
from sleepscorer.staging.recording_filters import (
    FilterFinding,
    filter_warnings,
    findings_of,
    lost_share,
)


def channel(*prefilters, rate_hz=100.0):
    parts = tuple(
        (replace(signal(f"EEG {n}", np.zeros(100), rate_hz), prefilter=words), 1.0 - 2 * n)
        for n, words in enumerate(prefilters)
    )
    return ResolvedDerivation("C4-M1", "eeg", parts)


def high_pass(stated_hz, measured_hz=None, **options):
    return FilterFinding("high-pass", stated_hz, measured_hz, **options)


def low_pass(stated_hz, measured_hz=None, **options):
    return FilterFinding("low-pass", stated_hz, measured_hz, **options)


@pytest.mark.parametrize(
    ("finding", "share"),
    [
        (high_pass(None), 0.0),
        (high_pass(0.3), 0.0),
        (high_pass(0.5), 0.0),
        (high_pass(1.0), 1 - 0.312 / 0.390),
        (high_pass(2.0), 2 * (1 - 0.312 / 0.390)),
        (high_pass(50.0), 0.8),
        (low_pass(None), 0.0),
        (low_pass(70.0), 0.0),
        (low_pass(30.0), 0.0),
        (low_pass(15.0), 1 - 0.239 / 0.390),
        (low_pass(1.0), 0.8),
    ],
)
def test_the_loss_grows_from_what_was_learned_to_what_was_measured(finding, share):
    assert finding.lost_share == pytest.approx(share, abs=1e-9)


@pytest.mark.parametrize(
    ("finding", "cut_off_hz", "told"),
    [
        (high_pass(1.0), 1.0, "by the header)"),
        (high_pass(1.0, 0.8), 1.0, "by the header and by its spectrum)"),
        (high_pass(1.0, 1.5), 1.0, "by the header and by its spectrum)"),
        # A gentle filter seems to begin lower than it does.
        (high_pass(2.0, 0.9), 2.0, "by the header and by its spectrum)"),
        (high_pass(None, 0.93), 0.93, "near 0.9 Hz (by the spectrum; the header says none)"),
        (high_pass(0.3, 1.1), 1.1, "near 1 Hz (by the spectrum; the header says 0.3 Hz)"),
        (low_pass(15.0), 15.0, "by the header)"),
        (low_pass(15.0, 17.0), 15.0, "by the header and by its spectrum)"),
        (low_pass(35.0, 15.4), 15.4, "near 15 Hz (by the spectrum; the header says 35 Hz)"),
        (low_pass(None, 23.8), 23.8, "near 24 Hz (by the spectrum; the header says none)"),
    ],
)
def test_header_and_spectrum_in_one_sentence(finding, cut_off_hz, told):
    assert finding.cut_off_hz == cut_off_hz
    assert finding.is_told("eeg")
    assert told in finding.words("eeg")
    assert finding.lost_share > 0
    assert "the confidence is lowered" in finding.words("eeg")
    assert "the confidence is not lowered" in finding.words("eog")


def test_a_header_that_the_spectrum_refutes_costs_nothing_and_is_told():
    for finding in (high_pass(1.0, is_refuted=True), low_pass(15.0, is_refuted=True)):
        assert (finding.cut_off_hz, finding.lost_share) == (None, 0.0)
        assert finding.is_told("eeg")
        assert "the header says" in finding.words("eeg")
        assert "is not lowered" in finding.words("eeg")


def test_words_begin_at_half_a_hertz_where_the_confidence_is_not_lowered_yet():
    assert not high_pass(0.4).is_told("eeg")
    half = high_pass(0.5)
    assert half.is_told("eeg")
    assert "at 0.5 Hz" in half.words("eeg")
    assert "the confidence is not lowered" in half.words("eeg")


@pytest.mark.parametrize(
    ("hz", "kind", "is_told"),
    [(29.0, "eeg", True), (30.0, "eeg", False), (15.0, "eog", False), (12.0, "eog", True)],
)
def test_a_low_pass_is_told_within_what_is_looked_at(hz, kind, is_told):
    assert low_pass(hz).is_told(kind) == is_told


def test_a_difference_has_the_stricter_filters_of_its_two_signals():
    found = findings_of(channel("HP:0.3Hz LP:15Hz", "HP:1Hz LP:70Hz"), MeasuredFilter())
    assert [one.cut_off_hz for one in found] == [1.0, 15.0]
    assert lost_share([found]) == pytest.approx(1 - (0.312 / 0.390) * (0.239 / 0.390))


@pytest.mark.parametrize(
    ("words", "measured", "refuted"),
    [
        ("HP:1Hz", MeasuredFilter(below_db=8.0, beyond_db=-5.0), ["high-pass"]),
        ("HP:1Hz", MeasuredFilter(below_db=2.0, beyond_db=-5.0), []),
        ("HP:1Hz", MeasuredFilter(), []),
        ("HP:0.5Hz", MeasuredFilter(below_db=6.0), []),
        ("LP:15Hz", MeasuredFilter(below_db=0.0, beyond_db=-1.0), ["low-pass"]),
        ("LP:15Hz", MeasuredFilter(below_db=0.0, beyond_db=-4.0), []),
        ("", MeasuredFilter(below_db=8.0, beyond_db=0.0), []),
    ],
)
def test_a_header_is_refuted_by_more_than_the_gentlest_filter_leaves(words, measured, refuted):
    found = findings_of(channel(words), measured)
    assert [one.name for one in found if one.is_refuted] == refuted


def test_a_rate_under_60_hz_is_not_told_twice():
    (_, low) = findings_of(channel("HP:0.1Hz LP:20Hz", rate_hz=50.0), MeasuredFilter())
    assert low.stated_hz is None
    (_, low) = findings_of(channel("HP:0.1Hz LP:10Hz", rate_hz=50.0), MeasuredFilter())
    assert low.stated_hz == 10.0


def test_channels_with_the_same_filter_share_a_warning():
    same, other = (high_pass(1.0), low_pass(70.0)), (high_pass(None), low_pass(15.0))
    warnings = filter_warnings(
        [
            ("F4-M1", "eeg", same),
            ("C4-M1", "eeg", same),
            ("O2-M1", "eeg", other),
            ("E1-E2", "eog", same),
            ("Chin", "emg", other),
        ]
    )
    assert [warning.split(":")[0] for warning in warnings] == ["F4-M1, C4-M1", "O2-M1", "E1-E2"]
    assert "slow waves" in warnings[0]
    assert "beta" in warnings[1]
    assert "eye movements" in warnings[2]


def test_the_mean_over_channels_counts():
    harmed, unharmed = (high_pass(1.0), low_pass(None)), (high_pass(0.3), low_pass(35.0))
    assert lost_share([harmed, unharmed]) == pytest.approx(0.1)
    assert lost_share([harmed, harmed]) == pytest.approx(0.2)
    assert lost_share([]) == 0.0
