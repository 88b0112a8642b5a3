"""What is said of a channel, by the figures of its epochs."""

import numpy as np
import pytest
from memory_recording import signal

from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.signal_faults import SignalFault
from sleepscorer.core.stages import Stage
from sleepscorer.staging.input_gate import (
    ChannelQuality,
    judged,
    one_stage_share,
    swap_warning,
    warnings_after,
    warnings_on_stages,
)
from sleepscorer.staging.plausibility import traits_of
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
        (2.1, None),
        (20.0, None),
        (299.0, None),
        (301.0, "check its unit"),
        (0.02, "millivolts"),
        (2e-5, "volts"),
        (2e4, "nanovolts"),
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
