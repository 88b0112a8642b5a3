"""What a technologist looks for, in the stage where it belongs."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt, welch

from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.simulation.channels import ChannelKind, ChannelSpec, derivations
from sleepscorer.simulation.night import NightOptions, simulate_night

RATE = 100
EPOCHS_EACH = 20
HEAD = derivations(
    "F4-M1", "C4-M1", "O2-M1", "Fpz-Cz", "Pz-Oz", "E1-M2", "E2-M2", sampling_rate_hz=RATE
)
REST = (
    ChannelSpec("Chin", 200, ChannelKind.CHIN),
    ChannelSpec("RMS", 1, ChannelKind.CHIN_RMS),
    ChannelSpec("ECG", 200, ChannelKind.ECG),
    ChannelSpec("Flow", 25, ChannelKind.FLOW),
    ChannelSpec("SpO2", 1, ChannelKind.SPO2),
)


@pytest.fixture(scope="module", params=[11, 12, 13])
def night(request):
    """Every stage for ten minutes: by label, (n_epochs, n_samples); the stages beside them."""
    stages = np.repeat([int(s) for s in STAGES], EPOCHS_EACH)
    made = simulate_night(
        seed=request.param,
        channels=HEAD + REST,
        options=NightOptions(stages=tuple(stages.tolist()), artefacts=False),
    )
    signals = {
        spec.label: block.reshape(stages.size, -1)
        for spec, block in zip(made.channels, made.block(0, made.duration_s), strict=True)
    }
    return signals, stages


def band_power(epochs, low_hz, high_hz, rate_hz=RATE):
    """Median over epochs of the power in a band, µV²."""
    frequency, density = welch(epochs, rate_hz, nperseg=4 * rate_hz, average="median")
    inside = (frequency >= low_hz) & (frequency < high_hz)
    return float(np.median(density[:, inside].sum(axis=1)) * frequency[1])


def slow_wave_seconds(epoch):
    """Seconds of 0.5-2 Hz waves over 75 µV peak to peak in one 30-s epoch."""
    filtered = sosfiltfilt(butter(3, [0.4, 2.5], "band", fs=RATE, output="sos"), epoch)
    rising = np.flatnonzero((filtered[:-1] < 0) & (filtered[1:] >= 0))
    seconds = 0.0
    for start, stop in pairwise(rising):
        length = (stop - start) / RATE
        if 0.5 <= length <= 2 and np.ptp(filtered[start:stop]) > 75:
            seconds += length
    return seconds


def test_delta_grows_with_depth(night):
    signals, stages = night
    power = [band_power(signals["C4-M1"][stages == s], 0.5, 4) for s in STAGES]
    assert power[Stage.N3] > 2 * power[Stage.N2] > 2 * 1.3 * power[Stage.N1]
    assert power[Stage.N1] > power[Stage.R]


def test_alpha_is_posterior_and_awake(night):
    signals, stages = night
    awake = stages == Stage.W
    occipital, central, frontal = (
        band_power(signals[d][awake], 8, 12.5) for d in ("O2-M1", "C4-M1", "F4-M1")
    )
    assert occipital > 1.5 * central > 1.5 * frontal
    for stage in (Stage.N1, Stage.N2, Stage.N3, Stage.R):
        assert occipital > 2 * band_power(signals["O2-M1"][stages == stage], 8, 12.5)


def test_spindles_stand_out_of_n2(night):
    """The 90th percentile of sigma over its median by second: bursts, not a hum."""
    signals, stages = night
    sos = butter(4, [11, 16], "band", fs=RATE, output="sos")
    peak = {}
    for stage in (Stage.N2, Stage.R, Stage.N1):
        sigma = sosfiltfilt(sos, signals["C4-M1"][stages == stage], axis=1)
        by_second = np.sqrt((sigma.reshape(-1, RATE) ** 2).mean(axis=1))
        peak[stage] = np.percentile(by_second, 95)
    assert peak[Stage.N2] > 1.6 * peak[Stage.R]
    assert peak[Stage.N2] > 1.5 * peak[Stage.N1]
    assert peak[Stage.N2] > 4


def test_slow_waves_make_n3_by_the_rule(night):
    """AASM: at least 20 % of the epoch (6 s) in N3, less in the other stages, frontal."""
    signals, stages = night
    seconds = np.array([slow_wave_seconds(e) for e in signals["F4-M1"]])
    inner = np.ones(stages.size, dtype=bool)
    inner[EPOCHS_EACH - 1 :: EPOCHS_EACH] = inner[::EPOCHS_EACH] = False
    assert (seconds[inner & (stages == Stage.N3)] >= 6).mean() > 0.9
    assert (seconds[inner & (stages == Stage.N2)] >= 6).mean() < 0.15
    for stage in (Stage.N1, Stage.R):
        assert seconds[inner & (stages == stage)].max() < 6


def test_slow_waves_are_frontal(night):
    signals, stages = night
    deep = stages == Stage.N3
    frontal, central, occipital = (
        band_power(signals[d][deep], 0.5, 2) for d in ("F4-M1", "C4-M1", "O2-M1")
    )
    assert frontal > central > occipital


def test_amplitudes_are_microvolts_of_a_real_head(night):
    signals, stages = night
    for label in ("F4-M1", "C4-M1", "O2-M1", "Fpz-Cz"):
        by_stage = [signals[label][stages == s].std() for s in STAGES]
        assert min(by_stage) > 4
        assert max(by_stage) < 60
    assert 3 < signals["Pz-Oz"].std() < 40


def test_rapid_eye_movements_oppose_each_other(night):
    signals, stages = night
    sos = butter(2, [0.3, 8], "band", fs=RATE, output="sos")
    left, right = (
        sosfiltfilt(sos, signals[d][stages == Stage.R].ravel()) for d in ("E1-M2", "E2-M2")
    )
    assert np.corrcoef(left, right)[0, 1] < -0.5
    assert np.ptp(left) > 120
    # The EEG that leaks into both in deep sleep has one sign.
    left, right = (
        sosfiltfilt(sos, signals[d][stages == Stage.N3].ravel()) for d in ("E1-M2", "E2-M2")
    )
    assert np.corrcoef(left, right)[0, 1] > 0.5


def test_slow_eye_movements_roll_in_n1(night):
    """Power at 0.2-0.6 Hz of the difference between the eyes, against N2."""
    signals, stages = night
    horizontal = signals["E2-M2"] - signals["E1-M2"]
    frequency, density = welch(horizontal, RATE, nperseg=2000)
    inside = (frequency >= 0.2) & (frequency <= 0.6)
    slow = density[:, inside].mean(axis=1)
    assert slow[stages == Stage.N1].mean() > 3 * slow[stages == Stage.N2].mean()


def test_chin_tone_falls_and_is_lost_in_rem(night):
    signals, stages = night
    tone = [np.median(signals["Chin"][stages == s].std(axis=1)) for s in STAGES]
    assert tone[Stage.W] > 1.3 * tone[Stage.N1] > 1.3 * tone[Stage.N2]
    assert tone[Stage.N2] > 0.95 * tone[Stage.N3] > 1.5 * tone[Stage.R]
    stored = [np.median(signals["RMS"][stages == s]) for s in STAGES]
    assert stored[Stage.W] > stored[Stage.N2] > stored[Stage.R] > 0


def test_heart_and_breath_keep_their_rates(night):
    signals, _ = night
    ecg = signals["ECG"].ravel()
    beats = np.flatnonzero((ecg[:-1] < 500) & (ecg[1:] >= 500))
    intervals = np.diff(beats) / 200
    assert 0.55 < np.median(intervals) < 1.4
    assert 0.01 < intervals.std() < 0.2
    frequency, density = welch(signals["Flow"].ravel(), 25, nperseg=1500)
    assert 0.14 < frequency[density.argmax()] < 0.34
    assert signals["SpO2"].min() > 80
    assert signals["SpO2"].max() <= 100


def test_artefacts_shake_the_eeg_and_tense_the_chin():
    specs = (
        *derivations("C4-M1", sampling_rate_hz=100),
        ChannelSpec("Chin", 100, ChannelKind.CHIN),
    )
    made = simulate_night(hours=8, seed=1, channels=specs)
    moves = [e for e in made.events if e.text == "Body movement" and e.duration_s > 4][:10]
    moving = [made.block(e.onset_s, e.onset_s + e.duration_s) for e in moves]
    still = [
        made.block(30 * i, 30 * i + 10)
        for i in np.flatnonzero(made.hypnogram.stages == Stage.N2)[::40]
    ]
    for channel in (0, 1):
        loud = np.median([b[channel].std() for b in moving])
        assert loud > 2 * np.median([b[channel].std() for b in still])
