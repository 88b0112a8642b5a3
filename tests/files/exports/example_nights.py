"""Nights for the tests of the exports: known stages, known probabilities, a planted identity."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.staging_result import Staging, StagingProvenance
from sleepscorer.core.statistics import sleep_statistics
from sleepscorer.files.exports.night import Night

START = datetime(2019, 3, 4, 22, 40, 0, 250_000)
PATIENT = "MCH-0234567 F 02-MAY-1951 Haagse_Harry"
RECORDING = "Startdate 04-MAR-2019 PSG-1234/2019 NN Telemetry03"


def staging_of(stages: np.ndarray, **provenance: Any) -> Staging:
    """A staging whose most probable stages are these; unscored epochs are NaN."""
    rng = np.random.default_rng(7)
    probabilities = rng.dirichlet(np.ones(5), len(stages)) * 0.3
    probabilities[np.arange(len(stages)), np.maximum(stages, 0)] += 0.7
    probabilities[stages < 0] = np.nan
    made = StagingProvenance(
        weights_name="cnn_lstm_v1",
        weights_sha256="ab" * 32,
        eeg=("C4-M1 (derived)",),
        eog=("E1-M2",),
        emg=(),
        device="cpu",
        software="sleepscorer 0.1.0",
        created_utc="2024-01-01T00:00:00Z",
        notes=("no chin EMG was found",),
    )
    return Staging(probabilities.astype(np.float32), replace(made, **provenance))


def night(n_epochs: int = 120, **changes: Any) -> Night:
    """A night of ``n_epochs``; every stage and an unscored epoch where there is room for them."""
    cycle = [0, 0, 1, 2, 2, 3, 3, 2, 4, 4, -1, 2]
    stages = np.resize(np.array(cycle, np.int8), n_epochs)
    staging = staging_of(stages)
    hypnogram = Hypnogram(stages, 30.0, *((75.0, n_epochs * 30 - 45.0) if n_epochs > 9 else ()))
    values: dict[str, Any] = {
        "path": Path("/nowhere/psg_0042.edf"),
        "format_name": "EDF+C",
        "start": START,
        "duration_s": n_epochs * 30 + 4.5,
        "hypnogram": hypnogram,
        "statistics": sleep_statistics(hypnogram),
        "lights_source": "lights off = annotation, lights on = annotation",
        "patient_id": PATIENT,
        "recording_id": RECORDING,
        "staging": staging,
        "events": (Event(12.5, 3.0, "EEG arousal", "EEG C4-M1"), Event(20.0, None, "é" * 100)),
        "notes": ("the last 4.5 s are no whole epoch",),
        "warnings": ("C4-M1 was clipped in 12 % of the night",),
        "sha256": "0f" * 32,
    }
    return Night(**(values | changes))
