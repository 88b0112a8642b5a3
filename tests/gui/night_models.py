"""A night of one hundred epochs in memory, as the window sees it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from sleepscorer.analysis.display import DisplayMontage, DisplayTrace
from sleepscorer.core.derivation import as_stored
from sleepscorer.core.edits import Author
from sleepscorer.core.events import Event
from sleepscorer.core.journal import MemoryJournal
from sleepscorer.core.recording import Recording, Signal
from sleepscorer.core.session import ScoringSession
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.core.staging_result import Staging, StagingProvenance
from sleepscorer.gui.session_model import SessionModel

RATE_HZ = 100.0
START = datetime(2024, 1, 1, 22, 50)


@dataclass(frozen=True)
class Wave:
    """A sine of 1 Hz and 100 µV peak to peak in every third epoch, of 10 Hz and 20 µV else."""

    duration_s: float

    def read(self, start_s, stop_s):
        index = np.arange(round(start_s * RATE_HZ), round(stop_s * RATE_HZ))
        time_s = index / RATE_HZ
        slow = 50 * np.sin(2 * np.pi * time_s)
        fast = 10 * np.sin(2 * np.pi * 10 * time_s)
        values = np.where(time_s // EPOCH_S % 3 == 0, slow, fast).astype(np.float32)
        values[(time_s < 0) | (time_s >= self.duration_s)] = np.nan
        return values


def staging_of(stages, confidence=0.8):
    """A staging whose most probable stages are these; the rest is shared evenly."""
    rest = (1 - np.asarray(confidence)) / 4
    probabilities = np.repeat(np.broadcast_to(rest, len(stages))[:, None], 5, axis=1)
    probabilities[np.arange(len(stages)), stages] = confidence
    provenance = StagingProvenance("w", "0" * 64, ("C4-M1",), (), (), "cpu", "x", "2024")
    return Staging(probabilities.astype(np.float32), provenance)


def night_model(
    *, n_epochs=100, labels=("C4-M1", "F4-M1", "E1-M2"), events=(), read_only=False, start=START
):
    duration_s = n_epochs * EPOCH_S
    signals = tuple(
        Signal(label, RATE_HZ, "uV", "uV", round(duration_s * RATE_HZ), Wave(duration_s))
        for label in labels
    )
    recording = Recording(
        Path("night.edf"), "memory", start, duration_s, signals, events=tuple(events)
    )
    session = ScoringSession(
        n_epochs, MemoryJournal(), author=Author("ada", "lab"), read_only=read_only
    )
    traces = tuple(DisplayTrace(as_stored(signal, recording)) for signal in signals)
    return SessionModel(recording, session, DisplayMontage("all", traces))


def arousal(onset_s, duration_s=5.0, channel=None):
    return Event(onset_s, duration_s, "EEG arousal", channel)
