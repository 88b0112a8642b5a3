"""Slow channels of a recording as figures: which are read, and how."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from sleepscorer.core.event_kinds import EventFamily
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.recording import MemorySource, Recording, Signal
from sleepscorer.core.stages import Stage
from sleepscorer.files.exports.deidentification import deidentified
from sleepscorer.pipeline import SourceRecording, event_figures, make_night
from sleepscorer.pipeline.event_figures import slow_channels

DURATION_S = 1230.0
NIGHT = Hypnogram(np.full(41, Stage.N2, np.int8))


def signal(label: str, values: np.ndarray, rate_hz: float, unit: str = "%") -> Signal:
    source = MemorySource(values.astype(np.float32), rate_hz)
    return Signal(label, rate_hz, unit, unit, values.size, source)


def recording_of(*signals: Signal, events: tuple[Event, ...] = ()) -> Recording:
    start = datetime(2024, 1, 1, 22)
    return Recording(Path("night.edf"), "memory", start, DURATION_S, signals, events=events)


def saturation(rate_hz: float) -> np.ndarray:
    """97 %, from 300 to 340 s 91 %."""
    times_s = np.arange(round(DURATION_S * rate_hz)) / rate_hz
    return np.where((times_s >= 300) & (times_s < 340), 91.0, 97.0)


@pytest.mark.parametrize("rate_hz", [0.5, 1.0, 3.0, 25.0, 128.0])
def test_a_channel_of_any_rate_is_read_a_few_times_a_second(rate_hz: float) -> None:
    recording = recording_of(signal("SaO2", saturation(rate_hz), rate_hz))
    read = slow_channels(recording).saturation
    assert read is not None
    assert read.rate_hz <= 5.0
    assert len(read.values) == pytest.approx(DURATION_S * read.rate_hz, abs=1)
    times_s = np.arange(len(read.values)) / read.rate_hz
    assert (times_s[read.values < 95][0], times_s[read.values < 95][-1]) == pytest.approx(
        (300, 340), abs=2
    )
    found = event_figures(recording, NIGHT, (), ())
    assert found is not None
    assert (found.values["desaturations_4"], found.values["spo2_lowest_pct"]) == (1, 91.0)
    assert found.values["ahi_per_h"] is None


def test_the_first_of_each_kind_is_read() -> None:
    recording = recording_of(
        signal("SpO2", saturation(1.0), 1.0),
        signal("SaO2", np.full(1230, 80.0), 1.0),
        signal("Pulse", np.full(1230, 60.0), 1.0, "bpm"),
    )
    found = event_figures(recording, NIGHT, (), ())
    assert found is not None
    assert found.values["spo2_lowest_pct"] == 91.0
    assert found.values["pulse_mean_per_min"] == 60.0


def test_where_there_is_nothing_to_tell_there_are_no_figures() -> None:
    recording = recording_of(signal("C4-M1", np.zeros(1230), 1.0, "uV"))
    assert event_figures(recording, NIGHT, (Event(60.0, 20.0, "Hypopnea"),), ()) is None
    found = event_figures(recording, NIGHT, (), (EventFamily.RESPIRATORY,))
    assert found is not None
    assert found.values["ahi_per_h"] == 0.0


def test_deidentified_a_label_of_the_laboratory_goes() -> None:
    recording = recording_of(signal("SpO2 Zelda Quist", saturation(1.0), 1.0))
    found = event_figures(recording, NIGHT, (), ())
    assert found is not None
    night = make_night(SourceRecording(recording), NIGHT, staging=None, lights_source="none")
    hidden = deidentified(replace(night, event_statistics=found)).event_statistics
    assert hidden is not None
    assert "Zelda" in str(found.channels)
    assert "Zelda" not in str(hidden.channels)
    assert hidden.values == found.values
