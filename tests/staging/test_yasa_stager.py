"""YASA as a second opinion: what it is given, and what is made of its answer."""

import warnings

import numpy as np
import pytest
from memory_recording import recording, signal

from sleepscorer.core.errors import StagingRefused
from sleepscorer.core.progress import silent
from sleepscorer.core.recording import Gap
from sleepscorer.core.stager_channels import choose_stager_channels
from sleepscorer.simulation.channels import derivations
from sleepscorer.simulation.night import simulate_night

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    yasa = pytest.importorskip("yasa", reason="install with pip install -e '.[yasa]'")

from sleepscorer.staging.yasa_stager import YasaStager

N = 40


@pytest.fixture(scope="module")
def samples():
    channels = derivations("C4-M1", "E1-M2", sampling_rate_hz=100)
    night = simulate_night(hours=N / 120, seed=5, channels=channels)
    return night.block(0, night.duration_s)


def staged(night):
    return YasaStager().stage(night, choose_stager_channels(night), silent)


def test_it_answers_as_yasa_does_on_volts(samples):
    import mne

    given = staged(recording(signal("C4-M1", samples[0]), signal("E1-M2", samples[1])))
    info = mne.create_info(["eeg", "eog"], 100, ["eeg", "eog"])
    volts = np.stack([np.asarray(x, np.float32).astype(np.float64) for x in samples[:2]]) * 1e-6
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        raw = mne.io.RawArray(volts, info, verbose="error")
        table = yasa.SleepStaging(raw, eeg_name="eeg", eog_name="eog").predict().proba
    meant = table[["WAKE", "N1", "N2", "N3", "REM"]].to_numpy()
    np.testing.assert_allclose(given.probabilities, meant, atol=1e-6)
    made = given.provenance
    assert (made.software, made.eeg, made.eog, made.emg) == (
        f"YASA {yasa.__version__}",
        ("C4-M1",),
        ("E1-M2",),
        (),
    )
    assert made.warnings == ()


def test_epochs_in_a_gap_stay_unscored(samples):
    gaps = (Gap(200.0, 200.05), Gap(310.0, 365.0))
    night = recording(signal("C4-M1", samples[0]), gaps=gaps)
    assert np.flatnonzero(staged(night).stages < 0).tolist() == [10, 11, 12]


def test_epochs_without_a_signal_stay_unscored(samples):
    eeg = np.array(samples[0], np.float32)
    eeg[3000 * 20 : 3000 * 22] = np.nan
    eeg[3000 * 30 : 3000 * 31] = 12.0
    eeg[3000 * 35 : 3000 * 36 - 2000] = np.nan
    night = recording(signal("C4-M1", eeg), signal("E1-M2", samples[1]))
    assert np.flatnonzero(staged(night).stages < 0).tolist() == [20, 21, 30]


def test_a_slow_signal_is_resampled_and_that_is_said(samples):
    given = staged(recording(signal("C4-M1", np.asarray(samples[0])[::2], 50.0)))
    assert len(given.probabilities) == N
    (warning,) = given.provenance.warnings
    assert warning.startswith("C4-M1 is stored at 50 Hz, below the 80 Hz")


def test_what_it_can_not_stage_is_refused_in_words(samples):
    with pytest.raises(StagingRefused, match="needs 5 min, and the recording has 4"):
        staged(recording(signal("C4-M1", samples[0][:24000])))
    night = recording(signal("E1-M2", samples[1]))
    eog_alone = choose_stager_channels(night, eeg=("none",))
    with pytest.raises(StagingRefused, match="YASA needs an EEG"):
        YasaStager().stage(night, eog_alone, silent)
