"""What is said of a channel, by the figures of its epochs."""

from dataclasses import replace

import numpy as np
import pytest
from memory_recording import signal

from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.signal_faults import SignalFault
from sleepscorer.core.stages import Stage
from sleepscorer.staging.channel_quality import ChannelQuality, judged
from sleepscorer.staging.input_gate import (
    faults_of,
    left_out_as_implausible,
    notes_on_units,
    one_stage_share,
    reason_after,
    reason_against,
    swap_warning,
    unsound_shares,
    warnings_after,
    warnings_before,
    warnings_on_length,
    warnings_on_stages,
)
from sleepscorer.staging.plausibility import Doubt, traits_of
from sleepscorer.staging.preprocess import EpochQuality

N = 50
CHANNEL = ResolvedDerivation("C4-M1", "eeg", ((signal("C4-M1", np.zeros(100)), 1.0),))


def epochs(n=N, **columns):
    zeros = {
        name: np.zeros(n, np.float32) for name in ("missing", "flat", "clipped", "hum", "in_band")
    }
    usual = {"in_gap": np.zeros(n, bool), "rms": np.full(n, 20, np.float32), **zeros}
    return EpochQuality(**{**usual, "in_band": np.ones(n, np.float32), **columns})


def quality(**columns):
    nowhere = np.zeros(N, dtype=bool)
    return ChannelQuality(CHANNEL, epochs(**columns), nowhere, nowhere, nowhere)


@pytest.mark.parametrize(
    ("rms_uv", "likely"),
    [
        (1.9, "check its unit"),
        (2.0, None),
        (2.1, None),
        (20.0, None),
        (300.0, None),
        (301.0, "check its unit"),
        (0.02, "millivolts"),
        (2e-5, "volts"),
        (0.0019, "check its unit"),
        (0.29, "millivolts"),
        (2.1e-6, "volts"),
        (2.9e-4, "volts"),
        (2e4, "nanovolts"),
        (2.9e5, "nanovolts"),
        (3.1e5, "check its unit"),
        (2.1e6, "picovolts"),
        (2.9e8, "picovolts"),
    ],
)
def test_amplitudes_of_eeg_are_from_2_to_300_microvolts(rms_uv, likely):
    warnings = warnings_after(quality(rms=np.full(N, rms_uv, np.float32)))
    assert [w for w in warnings if "median amplitude" in w] == list(warnings)
    assert (likely is None) == (not warnings)
    assert likely is None or likely in warnings[0]


def test_an_epoch_is_an_outlier_where_its_power_is_e_to_the_sixth_from_the_usual():
    log_powers = np.zeros((N, 5), dtype=np.float32)
    log_powers[[3, 4, 5, 6]] = np.array([5.9, 6.1, -5.9, -6.1])[:, None]
    part = (epochs(), traits_of(np.zeros((N, 3000), np.float32), "emg"))
    found = judged(CHANNEL, "emg", log_powers, [part])
    assert np.flatnonzero(found.too_large).tolist() == [4]
    assert np.flatnonzero(found.too_small).tolist() == [6]
    assert np.flatnonzero(~found.usable).tolist() == [4, 6]


def test_an_epoch_is_missing_where_a_tenth_lacks_or_a_gap_touches_it():
    missing = np.zeros(N, dtype=np.float32)
    missing[[1, 2]] = 0.09, 0.11
    in_gap = np.zeros(N, dtype=bool)
    in_gap[7] = True
    found = quality(missing=missing, in_gap=in_gap)
    assert np.flatnonzero(found.faults).tolist() == [2, 7]
    assert set(found.faults[[2, 7]]) == {SignalFault.MISSING}


@pytest.mark.parametrize(("difference", "is_told"), [(-0.35, False), (-0.45, True), (0.5, False)])
def test_a_swap_is_suspected_by_sigma_over_delta(difference, is_told):
    eeg, eog = np.zeros((9, 5), np.float32), np.zeros((9, 5), np.float32)
    eeg[:, 3] = difference
    assert bool(swap_warning("C4-M1", eeg, "E1-E2", eog)) == is_told


@pytest.mark.parametrize(
    ("stage", "n_epochs", "n_other", "is_told"),
    [
        (Stage.N1, 240, 0, True),
        (Stage.N1, 239, 0, False),
        (Stage.N2, 500, 10, True),
        (Stage.N2, 500, 11, False),
        (Stage.N3, 960, 5, True),
        (Stage.R, 960, 5, True),
        (Stage.W, 333, 0, False),
        (Stage.W, 719, 0, False),
        (Stage.W, 720, 0, True),
    ],
)
def test_hours_of_one_stage_are_told_and_half_trusted(stage, n_epochs, n_other, is_told):
    stages = np.full(n_epochs + 30, stage, dtype=np.int8)
    stages[:30] = Stage.UNSCORED
    stages[30 : 30 + n_other] = (stage + 1) % 5
    told = warnings_on_stages(stages)
    assert bool(told) == is_told
    assert not is_told or f"of the {n_epochs} staged epochs are {stage.text}" in told[0]
    share = one_stage_share(stages)
    assert share[30 + n_other :].tolist() == [0.5 * is_told] * (n_epochs - n_other)
    assert not share[: 30 + n_other].any()


def stored(unit="uV", stored_unit="uV", rate_hz=100.0, kind="eeg"):
    one = signal("C4", np.zeros(100), rate_hz, unit=unit, stored_unit=stored_unit)
    two = signal("M1", np.zeros(100), rate_hz)
    return ResolvedDerivation("C4-M1", kind, ((one, 1.0), (two, -1.0)))


def test_amplitudes_that_a_converted_unit_explains_are_told_by_that_unit():
    small = np.full(N, 2e-5, np.float32)
    (told,) = warnings_after(replace(quality(rms=small), channel=stored(stored_unit="V")))
    assert "look like microvolts, which its header calls" in told
    (told,) = warnings_after(replace(quality(rms=small), channel=stored()))
    assert "look like volts, which its header calls microvolts" in told
    small[:] = 1.0
    (told,) = warnings_after(replace(quality(rms=small), channel=stored(stored_unit="V")))
    assert "check its unit" in told


def test_the_amplitude_is_the_median_of_usable_epochs_and_is_not_asked_of_a_chin():
    rms = np.full(N, 1.0, np.float32)
    rms[:20] = 20
    flat = np.zeros(N, np.float32)
    flat[20:] = 1
    assert not any("amplitude" in told for told in warnings_after(quality(rms=rms, flat=flat)))
    rms[:] = 1.0
    assert warnings_after(replace(quality(rms=rms), channel=stored(kind="emg"))) == ()


@pytest.mark.parametrize(
    ("stored_unit", "is_told"),
    [
        ("mV", True),
        ("V", True),
        ("nV", True),
        ("uV", False),
        (" UV ", False),
        ("\N{MICRO SIGN}V", False),
        ("\N{GREEK SMALL LETTER MU}V", False),
        ("microV", False),
        ("Microvolt", False),
        ("microvolts", False),
        ("", False),
    ],
)
def test_voltages_that_were_converted_are_noted(stored_unit, is_told):
    told = notes_on_units(stored(stored_unit=stored_unit))
    assert len(told) == is_told
    assert not is_told or told[0].startswith(f"C4 is stored in {stored_unit} and was converted")


def test_what_is_no_voltage_is_not_converted_and_is_warned_of():
    for stored_unit, named in (("degC", "'degC'"), ("", "no unit")):
        channel = stored(unit=stored_unit, stored_unit=stored_unit)
        assert notes_on_units(channel) == ()
        (told,) = warnings_before(channel)
        assert told.startswith("C4 names ")
        assert named in told
    assert warnings_before(stored()) == ()


@pytest.mark.parametrize(
    ("rate_hz", "is_refused", "is_warned_of"),
    [(49.9, True, True), (50.0, False, True), (59.9, False, True), (60.0, False, False)],
)
def test_staging_needs_50_hz_and_is_whole_from_60_hz(rate_hz, is_refused, is_warned_of):
    channel = stored(rate_hz=rate_hz)
    assert bool(reason_against(channel)) == is_refused
    assert not is_refused or f"C4-M1 is stored at {rate_hz:g} Hz" in reason_against(channel)
    assert len(warnings_before(channel)) == is_warned_of


def test_fewer_than_20_epochs_are_short():
    assert warnings_on_length(20) == ()
    (told,) = warnings_on_length(19)
    assert "19 epochs (9.5 min)" in told


@pytest.mark.parametrize("fault", ["missing", "flat", "clipped"])
def test_a_fault_is_worth_saying_above_a_twentieth(fault):
    some = np.zeros(N, np.float32)
    some[:2] = 1
    assert warnings_after(quality(**{fault: some})) == ()
    some[2] = 1
    (told,) = warnings_after(quality(**{fault: some}))
    assert f"C4-M1 is {fault} for 6 %" in told


def test_a_channel_is_unusable_where_no_epoch_is_and_the_largest_fault_says_why():
    half = np.full(N, 0.45, np.float32)
    assert reason_after(quality(flat=half)) == ""
    assert "is flat for 45 %" in reason_after(quality(flat=half, clipped=half - 0.1))
    assert "is clipped for 45 %" in reason_after(quality(flat=half - 0.1, clipped=half))
    assert "no epoch with a signal" in reason_after(quality(in_gap=np.ones(N, bool)))
    one = np.ones(N, np.float32)
    one[-1] = 0
    assert reason_after(quality(missing=one)) == ""


def test_outliers_and_hum_are_counted():
    some = np.arange(N) < 3
    assert [
        told.partition(" (")[0]
        for name in ("too_large", "too_small", "humming")
        for told in warnings_after(replace(quality(), **{name: some}))
    ] == [
        "3 of 50 epochs of C4-M1 are far above its usual power",
        "3 of 50 epochs of C4-M1 are far below its usual power",
        "3 of 50 epochs of C4-M1 have more mains hum than signal",
    ]


def judged_by(total, **columns):
    """Judged as a chin, of which nothing is doubted, by the log powers of its epochs."""
    log_powers = np.repeat(np.asarray(total, np.float32)[:, None], 5, axis=1)
    part = (epochs(len(total), **columns), traits_of(np.zeros((len(total), 3000), "f4"), "emg"))
    return judged(CHANNEL, "emg", log_powers, [part])


@pytest.mark.parametrize(
    ("usual", "hum", "is_told"),
    [(0.0, 0.99, False), (0.0, 1.01, True), (0.2, 1.99, False), (0.2, 2.01, True)],
)
def test_hum_is_told_where_it_is_above_the_signal_and_ten_times_the_usual(usual, hum, is_told):
    hums = np.full(N, usual, np.float32)
    hums[4] = hum
    found = judged_by(np.zeros(N), hum=hums)
    assert np.flatnonzero(found.humming).tolist() == [4] * is_told
    assert found.usable.all()
    assert found.unsound_share[4] == 0.5 * is_told


def test_only_usable_epochs_hum_and_say_what_is_usual():
    hums = np.full(N, 5.0, np.float32)
    hums[:20] = 0
    hums[3] = 2
    in_gap = np.arange(N) >= 20
    assert np.flatnonzero(judged_by(np.zeros(N), hum=hums, in_gap=in_gap).humming).tolist() == [3]
    nothing = judged_by(np.zeros(N), hum=hums, in_gap=np.ones(N, bool))
    assert not nothing.humming.any()
    assert not nothing.too_small.any()


@pytest.mark.parametrize(("n_on", "is_off_told"), [(5, False), (6, True)])
def test_where_a_lead_was_off_for_most_of_the_night_what_looks_like_eeg_is_usual(n_on, is_off_told):
    is_on = np.arange(N) < n_on
    rms = np.where(is_on, 20, 0.01).astype(np.float32)
    found = judged_by(np.where(is_on, 10.0, 0.0), rms=rms)
    assert found.too_small.tolist() == (~is_on & is_off_told).tolist()
    assert found.too_large.tolist() == (is_on & (not is_off_told)).tolist()


@pytest.mark.parametrize(
    ("rms_uv", "is_usual"), [(2, True), (300, True), (1.9, False), (301, False)]
)
def test_what_looks_like_eeg_is_from_2_to_300_microvolts(rms_uv, is_usual):
    is_on = np.arange(N) < 10
    rms = np.where(is_on, rms_uv, 1000).astype(np.float32)
    found = judged_by(np.where(is_on, 10.0, 0.0), rms=rms)
    assert found.too_small.any() == is_usual


def test_faults_are_told_apart():
    tenths = {name: np.zeros(N, np.float32) for name in ("missing", "flat", "clipped")}
    wanted = np.zeros(N, np.uint8)
    for at, (name, fault) in enumerate(
        zip(tenths, (SignalFault.MISSING, SignalFault.FLAT, SignalFault.CLIPPED), strict=True)
    ):
        tenths[name][[2 * at, 2 * at + 1]] = 0.09, 0.11
        wanted[2 * at + 1] = fault
    marks = {name: np.zeros(N, bool) for name in ("too_large", "too_small", "humming")}
    for at, (name, fault) in enumerate(
        zip(marks, (SignalFault.TOO_LARGE, SignalFault.TOO_SMALL, SignalFault.MAINS), strict=True)
    ):
        marks[name][[10 + at, 20]] = True
        wanted[[10 + at, 20]] |= np.uint8(fault)
    doubts = {doubt: np.zeros(N, bool) for doubt in (Doubt.EVEN, Doubt.STEADY)}
    doubts[Doubt.EVEN][[30, 31]] = True
    doubts[Doubt.STEADY][[31, 32]] = True
    wanted[[30, 31, 32]] = SignalFault.IMPLAUSIBLE
    found = replace(quality(**tenths), **marks, doubts=doubts)
    assert found.faults.tolist() == wanted.tolist()
    other = np.zeros(N, bool)
    other[20] = True
    both = faults_of([found, replace(quality(), doubts={Doubt.EMPTY: other})])
    wanted[20] |= np.uint8(SignalFault.IMPLAUSIBLE)
    assert both.tolist() == wanted.tolist()


def doubtful(n, **columns):
    return replace(quality(**columns), doubts={Doubt.EVEN: np.arange(N) < n})


def test_a_channel_is_implausible_where_more_than_half_of_what_can_be_used_is():
    assert not doubtful(25).is_implausible
    assert doubtful(26).is_implausible
    in_gap = np.arange(N) >= 40
    assert not doubtful(20, in_gap=in_gap).is_implausible
    assert doubtful(21, in_gap=in_gap).is_implausible
    (told,) = warnings_after(doubtful(21))
    assert told.startswith("21 of 50 epochs of C4-M1 are unlike EEG or EOG (fast rhythms")


def test_implausible_channels_are_left_out_where_an_eeg_is_none():
    sound, noise, another = doubtful(0), doubtful(50), doubtful(50)
    assert left_out_as_implausible([sound, noise], [another]) == (noise, another)
    assert left_out_as_implausible([noise], [sound]) == ()
    assert left_out_as_implausible([], [noise, sound]) == ()


def test_an_epoch_rests_on_the_soundest_eeg_and_without_one_on_the_soundest_eog():
    def of(*shares, in_gap=()):
        flat, gap = np.zeros(N, np.float32), np.zeros(N, bool)
        flat[: len(shares)] = shares
        gap[list(in_gap)] = True
        return quality(flat=flat, in_gap=gap)

    eeg = [of(0.25, 0.5, 0.75), of(0.5, 0.25, 0.875, in_gap=[3])]
    eeg[0].epochs.in_gap[3] = True
    eog = [of(0.125, 0.125, 0.25, 0.375), of(0, 0, 0.5, 0.125)]
    for one in (*eeg, *eog):
        one.epochs.in_gap[4] = True
    found = unsound_shares(eeg, eog, N)
    assert found[:6].tolist() == [0.25, 0.25, 0.25, 0.125, 1.0, 0.0]
    # An epoch that is usable and doubted is wholly unsound.
    assert unsound_shares([doubtful(2)], [quality()], N)[:3].tolist() == [1, 1, 0]


def test_a_swap_is_told_by_the_median_of_sigma_over_delta():
    eeg, eog = np.zeros((9, 5), np.float32), np.zeros((9, 5), np.float32)
    eeg[:, 0] = 1.0
    eog[:, 0] = 0.7
    assert swap_warning("C4-M1", eeg, "E1-E2", eog) == ()
    eog[:5, 0] = 0.5
    assert swap_warning("C4-M1", eeg, "E1-E2", eog)
