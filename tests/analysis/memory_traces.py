"""Traces whose samples lie in memory, for tests of what is drawn."""

from pathlib import Path

import numpy as np

from sleepscorer.analysis.display import DisplayFilter, DisplayTrace
from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.recording import MemorySource, Recording, Signal


def signal_of(label, values, rate_hz, unit="uV"):
    values = np.asarray(values, dtype=np.float32)
    source = MemorySource(values, rate_hz)
    return Signal(label, rate_hz, unit, unit, len(values), source)


def channel_of(values, rate_hz, *, name="C4-M1", kind="eeg", unit="uV"):
    return ResolvedDerivation(name, kind, ((signal_of(name, values, rate_hz, unit), 1.0),))


def trace_of(values, rate_hz, wanted=None, *, kind="eeg", unit="uV"):
    return DisplayTrace(
        channel_of(values, rate_hz, kind=kind, unit=unit), wanted or DisplayFilter()
    )


def recording_of(*signals):
    duration_s = max(one.n_samples / one.sampling_rate_hz for one in signals)
    return Recording(Path("night.edf"), "memory", None, duration_s, signals)
