import numpy as np
import pytest

from sleepscorer.analysis.evidence import NightMeasures, evidence, measure_night, sentences
from sleepscorer.core.derivation import as_stored
from sleepscorer.core.recording import MemorySource, Recording, Signal
from sleepscorer.core.stages import Stage


def night(**channels):
    """Signals of four epochs at 100 Hz, by label."""
    signals = tuple(
        Signal(
            label=label,
            sampling_rate_hz=100.0,
            unit="uV",
            stored_unit="uV",
            n_samples=len(values),
            source=MemorySource(np.asarray(values, np.float32), 100.0),
        )
        for label, values in channels.items()
    )
    recording = Recording("n.edf", "memory", None, 120.0, signals)
    return [as_stored(signal, recording) for signal in signals]


def wave(hz, amplitude_uv, epochs):
    t = np.arange(12_000) / 100
    inside = np.isin(np.arange(12_000) // 3000, epochs)
    return amplitude_uv * np.sin(2 * np.pi * hz * t) * inside


@pytest.fixture(scope="module")
def measures():
    noise = np.random.default_rng(0).normal(0, 2, 12_000)
    eeg, eog, chin = night(
        C4=noise + wave(1.0, 60, [1]) + wave(10.0, 20, [3]),
        E1=noise + wave(1.0, 80, [2]),
        Chin=noise + wave(30.0, 30, [3]),
    )
    return measure_night(4, eeg=eeg, eog=eog, emg=chin)


def test_every_epoch_is_measured(measures):
    assert measures.values["delta"].argmax() == 1
    assert measures.values["alpha"].argmax() == 3
    assert measures.values["slow waves"][1] == pytest.approx(30, abs=1)
    assert measures.values["slow waves"][[0, 2]].tolist() == [0, 0]
    assert measures.values["eye movements"].argmax() == 2
    assert measures.values["eye movements"][2] == pytest.approx(80 / np.sqrt(2), rel=0.05)
    assert measures.values["chin tone"][3] == pytest.approx(30 / np.sqrt(2), rel=0.1)
    assert measures.channels["spindles"] == "C4"
    assert measures.channels["chin tone"] == "Chin"


def test_slow_waves_speak_for_n3_and_against_rem(measures):
    assert sentences(evidence(measures, 1, Stage.N3), 1)[0].startswith("more ")
    names = {e.name: e.speaks for e in evidence(measures, 1, Stage.N3)}
    assert (names["delta"], names["slow waves"]) == (1, 1)
    names = {e.name: e.speaks for e in evidence(measures, 1, Stage.R)}
    assert names["slow waves"] == -1


def test_what_speaks_for_comes_first_and_the_rest_last(measures):
    order = [e.speaks for e in evidence(measures, 3, Stage.W)]
    assert order == sorted(order, reverse=True)
    assert 1 in order


def test_a_sentence_names_measure_share_and_channel():
    values = {"sigma": np.array([0.1, 0.2, 0.3, 0.9])}
    found = evidence(NightMeasures(values, {"sigma": "C4-M1"}), 3, Stage.N2)
    assert [e.sentence for e in found] == ["more sigma power than 88 % of the night, on C4-M1"]
    lowest = evidence(NightMeasures(values, {"sigma": "C4-M1"}), 0, Stage.R)
    assert lowest[0].sentence == "less sigma power than 88 % of the night, on C4-M1"
    assert lowest[0].speaks == 1


def test_what_was_not_measured_says_nothing():
    values = {"sigma": np.array([np.nan, 0.2]), "delta": np.array([np.nan, np.nan])}
    channels = {"sigma": "C4", "delta": "C4"}
    assert evidence(NightMeasures(values, channels), 0, Stage.N2) == ()
    assert evidence(NightMeasures(values, channels), 1, Stage.N2) == ()


def test_gaps_are_unknown_and_channels_may_lack():
    values = np.random.default_rng(1).normal(0, 5, 12_000)
    values[3500:3600] = np.nan
    (eeg,) = night(C4=values)
    measures = measure_night(4, eeg=eeg)
    assert np.isnan(measures.values["delta"]).tolist() == [False, True, False, False]
    assert set(measures.channels) >= {"delta", "spindles", "slow waves"}
    assert "chin tone" not in measures.channels
