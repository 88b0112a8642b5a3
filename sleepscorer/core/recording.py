"""A polysomnogram as the rest of the program sees it, whatever file it came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import MontageError
from sleepscorer.core.events import Event
from sleepscorer.core.stages import EPOCH_S

FloatArray = NDArray[np.float32]

COSTS_EPOCH_S = 0.5
"""Seconds without samples that leave an epoch without a stage; less is bridged."""


class SampleSource(Protocol):
    """Reads the samples of one signal."""

    def read(self, start_s: float, stop_s: float) -> FloatArray:
        """(n_samples,) from ``start_s`` to before ``stop_s``; see :meth:`Signal.read`."""
        ...


@dataclass(frozen=True, eq=False)
class MemorySource:
    """Samples that lie in memory, as the source of a signal.

    Parameters
    ----------
    values
        (n_samples,) from the start of the recording.
    rate_hz
        Samples a second.
    """

    values: FloatArray
    rate_hz: float

    def read(self, start_s: float, stop_s: float) -> FloatArray:
        """(n_samples,) from ``start_s`` to before ``stop_s``; see :meth:`Signal.read`."""
        start, stop = round(start_s * self.rate_hz), round(stop_s * self.rate_hz)
        result = np.full(stop - start, np.nan, dtype=np.float32)
        first, last = max(start, 0), min(stop, len(self.values))
        if first < last:
            result[first - start : last - start] = self.values[first:last]
        return result


@dataclass(frozen=True, eq=False)
class Signal:
    """One stored channel, at its own rate.

    Parameters
    ----------
    label
        As stored, white space trimmed.
    sampling_rate_hz
        Samples a second.
    unit
        ``"uV"`` where the file names a voltage (the samples are converted); else the file's
        own word, which may be empty.
    stored_unit
        The unit as the file spells it; empty where it has none or does not tell.
    n_samples
        Samples stored, gaps not counted.
    physical_range
        Smallest and largest value the file can store, in ``unit``; None where it sets no limit.
    prefilter, transducer
        The file's own words; filters that it states as numbers are spelled as EDF+ does.
    source
        Reads the samples.
    """

    label: str
    sampling_rate_hz: float
    unit: str
    stored_unit: str
    n_samples: int
    source: SampleSource
    physical_range: tuple[float, float] | None = None
    prefilter: str = ""
    transducer: str = ""

    def read(self, start_s: float, stop_s: float) -> FloatArray:
        """Read a stretch of the signal.

        Parameters
        ----------
        start_s, stop_s
            Seconds from the start of the recording.

        Returns
        -------
        (n_samples,) float32 in ``unit``: the samples ``round(start_s * rate)`` to before
        ``round(stop_s * rate)`` of an even grid from the start of the recording; NaN in gaps and
        outside the recording. Safe to call from several threads.
        """
        return self.source.read(start_s, stop_s)


@dataclass(frozen=True)
class Gap:
    """A stretch in which nothing was recorded, seconds from the start of the recording.

    Where it starts and stops at one time, it is a joint: the recording was interrupted there, and
    nobody knows for how long.
    """

    start_s: float
    stop_s: float


def epochs_with_gaps(gaps: Sequence[Gap], n_epochs: int) -> NDArray[np.bool_]:
    """Tell which epochs an interruption leaves without a stage.

    Half a second without samples costs an epoch, less does not: the rest shows what it is. Across
    an interruption of unknown length, a gap of none, nobody knows what an epoch's samples show.

    Parameters
    ----------
    gaps
        Gaps of the recording, in order.
    n_epochs
        Epochs from the start of the recording.

    Returns
    -------
    (n_epochs,) True where gaps cost the epoch.
    """
    if not gaps:
        return np.zeros(n_epochs, dtype=bool)
    ends_s = np.array([(gap.start_s, gap.stop_s) for gap in gaps])
    lengths_s = ends_s[:, 1] - ends_s[:, 0]
    # What is missing before any time rises within the gaps and rests between them.
    missing_s = np.stack([np.cumsum(lengths_s) - lengths_s, np.cumsum(lengths_s)], axis=1)
    edges_s = np.arange(n_epochs + 1) * EPOCH_S
    within_s = np.diff(np.interp(edges_s, ends_s.ravel(), missing_s.ravel()))
    # Times are sums of decimals, which miss the limit by a bit of the last digit.
    result: NDArray[np.bool_] = within_s >= COSTS_EPOCH_S - 1e-6
    joints, phases_s = np.divmod(ends_s[lengths_s == 0, 0], EPOCH_S)
    joints = joints[(phases_s > 0) & (joints < n_epochs)]
    result[joints.astype(np.int64)] = True
    return result


@dataclass(frozen=True)
class Quarantined:
    """A stored channel that can't be used, and why."""

    label: str
    reason: str


@dataclass(frozen=True, eq=False)
class Recording:
    """An opened polysomnogram; nothing in it can write to the file.

    Parameters
    ----------
    path
        The file that was opened.
    format_name
        ``"EDF"``, ``"EDF+C"``, ``"EDF+D"``, ``"BDF"``, ... to show, not to branch on.
    start
        Local time of the first sample, to the microsecond; None where the file has no valid one.
    duration_s
        Seconds from the first sample to the end of the last, gaps included.
    signals
        The usable channels in the file's order.
    gaps
        Stretches without data, in order.
    events
        The file's own annotations except timekeeping, in order of onset.
    quarantined
        The channels that can't be used.
    warnings
        What was odd about the file, one sentence each.
    patient_id, recording_id
        The identification fields as stored, trimmed.
    files
        All files that the recording consists of, where it is more than ``path``.
    """

    path: Path
    format_name: str
    start: datetime | None
    duration_s: float
    signals: tuple[Signal, ...]
    gaps: tuple[Gap, ...] = ()
    events: tuple[Event, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    warnings: tuple[str, ...] = ()
    patient_id: str = ""
    recording_id: str = ""
    files: tuple[Path, ...] = ()

    @property
    def all_files(self) -> tuple[Path, ...]:
        """Every file that the recording consists of, ``path`` first."""
        return tuple(dict.fromkeys((self.path, *self.files)))

    @property
    def is_synthetic(self) -> bool:
        """Whether it says itself that this program computed it: nobody slept that night."""
        said = f"{self.patient_id} {self.recording_id}".casefold()
        return "sleepscorer" in said and "synthetic" in said

    @property
    def n_epochs(self) -> int:
        """Whole 30-s epochs from the start; a shorter rest at the end is not scored."""
        # A file whose record duration is a rounded decimal may miss a whole epoch by microseconds.
        return int((self.duration_s + 1e-3) // EPOCH_S)

    def signal(self, label: str) -> Signal:
        """Return the signal with this label, spelled as in the file.

        Raises
        ------
        MontageError
            If there is none; the message lists those there are.
        """
        for signal in self.signals:
            if signal.label == label:
                return signal
        raise MontageError(
            f"there is no signal {label!r}",
            path=self.path,
            hint="it has " + ", ".join(s.label for s in self.signals),
        )
