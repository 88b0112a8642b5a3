"""Recordings whose samples lie in memory, for tests of staging."""

from pathlib import Path

import numpy as np

from sleepscorer.core.recording import Gap, MemorySource, Recording, Signal


def signal(label, values, rate_hz=100.0, *, unit="uV", stored_unit="uV", physical_range=None):
    values = np.asarray(values, dtype=np.float32)
    return Signal(
        label=label,
        sampling_rate_hz=rate_hz,
        unit=unit,
        stored_unit=stored_unit,
        n_samples=len(values),
        source=MemorySource(values, rate_hz),
        physical_range=physical_range,
    )


def recording(*signals, gaps: tuple[Gap, ...] = (), duration_s=None, path="night.edf"):
    if duration_s is None:
        duration_s = max(s.n_samples / s.sampling_rate_hz for s in signals)
    return Recording(
        path=Path(path),
        format_name="memory",
        start=None,
        duration_s=duration_s,
        signals=signals,
        gaps=gaps,
    )
