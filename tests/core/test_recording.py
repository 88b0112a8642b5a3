from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from sleepscorer.core.errors import MontageError
from sleepscorer.core.recording import MemorySource, Recording, Signal

VALUES = np.arange(10, dtype=np.float32)
NAN = np.nan


def recording(duration_s=60.0, labels=(), **facts):
    source = MemorySource(VALUES, 2.0)
    signals = tuple(Signal(label, 2.0, "uV", "uV", 10, source) for label in labels)
    return Recording(Path("a.edf"), "EDF", datetime(2024, 3, 1), duration_s, signals, **facts)


@pytest.mark.parametrize(
    ("start_s", "stop_s", "expected"),
    [
        (0.0, 1.0, [0, 1]),
        (0.5, 2.0, [1, 2, 3]),
        (4.0, 5.0, [8, 9]),
        (-1.0, 0.5, [NAN, NAN, 0]),
        (4.5, 6.0, [9, NAN, NAN]),
        (-0.5, 5.5, [NAN, *range(10), NAN]),
        (5.0, 6.0, [NAN, NAN]),
        (-2.0, -1.0, [NAN, NAN]),
        (1.0, 1.0, []),
    ],
)
def test_samples_in_memory_are_missing_outside(start_s, stop_s, expected):
    found = recording(labels=["C4"]).signal("C4").read(start_s, stop_s)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("duration_s", "n_epochs"),
    [(0.0, 0), (29.99, 0), (29.9995, 1), (30.0, 1), (59.998, 1), (59.9999, 2), (89.0, 2)],
)
def test_whole_epochs_but_for_the_rounding_of_a_record(duration_s, n_epochs):
    assert recording(duration_s).n_epochs == n_epochs


def test_a_signal_is_found_by_its_label_alone():
    found = recording(labels=["C3", "C4"])
    assert found.signal("C4") is found.signals[1]
    with pytest.raises(MontageError, match="no signal 'c4'") as caught:
        found.signal("c4")
    assert (caught.value.hint, caught.value.path) == ("it has C3, C4", Path("a.edf"))


def test_all_files_are_named_once_and_the_opened_one_first():
    assert recording().all_files == (Path("a.edf"),)
    files = (Path("a.eeg"), Path("a.edf"))
    assert recording(files=files).all_files == (Path("a.edf"), Path("a.eeg"))


@pytest.mark.parametrize(
    ("patient_id", "recording_id", "is_synthetic"),
    [
        ("X X X Synthetic_night_seed_5", "X sleepscorer_simulation_synthetic", True),
        ("X X X X", "Startdate 01-JAN-2024 X X sleepscorer", False),
        ("X X X Synthetic", "X X X another_program", False),
        ("", "", False),
    ],
)
def test_a_night_says_itself_that_nobody_slept_it(patient_id, recording_id, is_synthetic):
    recording = Recording(
        Path("n.edf"), "EDF", None, 30.0, (), patient_id=patient_id, recording_id=recording_id
    )
    assert recording.is_synthetic is is_synthetic
