"""Recordings in memory and a view of them, for tests of the traces."""

from datetime import datetime
from pathlib import Path

import numpy as np

from sleepscorer.analysis.display import DisplayMontage, DisplayTrace
from sleepscorer.core.derivation import as_stored
from sleepscorer.core.edits import Author
from sleepscorer.core.journal import MemoryJournal
from sleepscorer.core.recording import MemorySource, Recording, Signal
from sleepscorer.core.session import ScoringSession
from sleepscorer.gui.session_model import SessionModel


def signal(label, values, rate_hz=100.0, *, unit="uV", source=None):
    values = np.asarray(values, dtype=np.float32)
    return Signal(
        label=label,
        sampling_rate_hz=rate_hz,
        unit=unit,
        stored_unit=unit,
        n_samples=len(values),
        source=source or MemorySource(values, rate_hz),
    )


def sines(*labels, duration_s=300, rate_hz=100.0):
    """Sines of 50 µV: 1 Hz in the first signal, 2 Hz in the second, ..."""
    times = np.arange(round(duration_s * rate_hz)) / rate_hz
    return [
        signal(label, 50 * np.sin(2 * np.pi * (i + 1) * times), rate_hz)
        for i, label in enumerate(labels)
    ]


def model_of(signals, *, gaps=(), events=(), read_only=False, duration_s=300.0, **trace):
    recording = Recording(
        path=Path("night.edf"),
        format_name="memory",
        start=datetime(2024, 1, 1, 22, 30),
        duration_s=duration_s,
        signals=tuple(signals),
        gaps=tuple(gaps),
        events=tuple(events),
    )
    session = ScoringSession(
        recording.n_epochs, MemoryJournal(), author=Author("anna", "desk"), read_only=read_only
    )
    traces = tuple(DisplayTrace(as_stored(one, recording), **trace) for one in recording.signals)
    return SessionModel(recording, session, DisplayMontage("test", traces))
