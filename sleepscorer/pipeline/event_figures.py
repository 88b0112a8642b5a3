"""Figures of the events of a recording, and of its slow channels."""

from collections.abc import Iterable

import numpy as np

from sleepscorer.core.derivation import signal_kinds
from sleepscorer.core.event_kinds import EventFamily
from sleepscorer.core.event_statistics import (
    EventStatistics,
    Rate,
    SlowChannels,
    event_statistics,
)
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.recording import Recording, Signal
from sleepscorer.files.event_rules import event_rules

_READ_AT_HZ = 4.0
_BLOCK_S = 600.0


def event_figures(
    recording: Recording,
    hypnogram: Hypnogram,
    events: Iterable[Event],
    scored: Iterable[EventFamily],
) -> EventStatistics | None:
    """Count the events of a night by the laboratory's rules, and read its slow channels.

    Parameters
    ----------
    recording
        The first channel of saturation, of pulse and of position is read, about four values a
        second.
    hypnogram, events, scored
        As :func:`~sleepscorer.core.event_statistics.event_statistics` takes them.

    Returns
    -------
    None where nobody says that anything was scored, and no channel tells anything.

    Raises
    ------
    SleepScorerError
        If the rules are wrong, or the recording can't be read.
    """
    found = event_statistics(
        hypnogram, events, scored=scored, rules=event_rules(), channels=slow_channels(recording)
    )
    return found if found.says_something else None


def slow_channels(recording: Recording) -> SlowChannels:
    """Read the channels of a recording that figures are computed from."""
    firsts: dict[str, Signal] = {}
    for signal, kind in zip(recording.signals, signal_kinds(recording), strict=True):
        firsts.setdefault(kind, signal)

    def read(kind: str) -> Rate | None:
        return None if kind not in firsts else _read(firsts[kind], recording.duration_s)

    return SlowChannels(read("spo2"), read("pulse"), read("position"))


def _read(signal: Signal, duration_s: float) -> Rate:
    """Read every so many samples: some devices store a value of a second hundreds of times."""
    step = max(1, int(signal.sampling_rate_hz / _READ_AT_HZ))
    rate_hz = signal.sampling_rate_hz / step
    parts, n_read = [], 0
    for start_s in np.arange(0.0, duration_s, _BLOCK_S).tolist():
        values = signal.read(start_s, min(start_s + _BLOCK_S, duration_s))
        parts.append(values[-n_read % step :: step])
        n_read += len(values)
    return Rate(np.concatenate(parts) if parts else np.zeros(0, np.float32), rate_hz, signal.label)
