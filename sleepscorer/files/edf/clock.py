"""What the times of data records tell: where a recording was interrupted, and how its clock runs.

Records follow each other unless something was lost between them, so their times should rise by
the record duration. They never do exactly: the clock that stamps them is not the one that samples
(drift, 0.02 % and more), stamps wait for the computer (jitter, up to 20 ms), they are rounded, and
the record duration itself is rounded to the eight characters of its field. None of these loses a
sample. What is left over is read as follows.

- The *offset* of a record is its time less that of its place in an unbroken file.
- The *slope* of the offsets is their median rise a record, where that is small enough for a clock.
- Less the slope, the offsets of a stretch lie about its *level*, the median of the last 15.
- An offset that leaves the level by more than 25 ms is an *interruption* where those that follow
  stay away, and a wrong time where they return.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

STEP_S = 0.025
"""Jitter is up to 20 ms to either side of a level; an interruption of 50 ms is to be found."""

PERSISTENT_RECORDS = 15
"""A clock that was wrong for fewer records, and is right again, was not set to another time."""

MAX_STEPS = 100_000
"""An interruption each second for a day; more are damage, and would take the time to read them."""

_WRONG_S = 0.1
_MAX_DRIFT = 1.2e-3
# Resistor clocks are as bad as 1 %; a pause after each long record is no clock.
_MAX_UNSEEN_DRIFT = 1e-2
_MAD_TO_SIGMA = 1.4826


@dataclass(frozen=True)
class Step:
    """Time that passed without samples before a record; negative where the clock was set back."""

    record: int
    size_s: float


@dataclass(frozen=True)
class Clock:
    """How record times compare with records that follow each other.

    Parameters
    ----------
    steps
        Interruptions and set-backs, in order; where there are :data:`MAX_STEPS`, the first.
    wrong
        Records whose times others contradict.
    drift_s
        Seconds by which the clock gained on the samples in all, steps left out.
    span_records
        Records between the first and the last known time.
    noise_s
        Spread of the offsets of neighbouring records, as a standard deviation.
    """

    steps: tuple[Step, ...] = ()
    wrong: tuple[int, ...] = ()
    drift_s: float = 0.0
    span_records: int = 0
    noise_s: float = 0.0

    @property
    def drift_per_record_s(self) -> float:
        """Seconds by which the clock gains on the samples in each record."""
        return self.drift_s / self.span_records if self.span_records else 0.0


def read_clock(offsets_s: NDArray[np.float64], record_s: float) -> Clock:
    """Tell interruptions from what clocks do.

    Parameters
    ----------
    offsets_s
        (n_records,) time of each record less that of its place in an unbroken file; NaN where
        unknown.
    record_s
        How long a record lasts.
    """
    records = np.flatnonzero(np.isfinite(offsets_s))
    if len(records) < 2:
        return Clock()
    known = offsets_s[records]
    slope, noise_s = _slope(known, records, record_s)
    level = known - slope * (records - records[0])
    steps, wrong, first_s, last_s = _steps(level, records)
    span = int(records[-1] - records[0])
    drift_s = slope * span + last_s - first_s - sum(step.size_s for step in steps)
    return Clock(steps, wrong, drift_s, span, noise_s)


def _slope(
    known: NDArray[np.float64], records: NDArray[np.int64], record_s: float
) -> tuple[float, float]:
    """Return the rise of the offsets a record, 0 where it is no clock's, and their spread."""
    rises = np.diff(known) / np.diff(records)
    slope = float(np.median(rises))
    noise_s = _MAD_TO_SIGMA * float(np.median(np.abs(rises - slope)))
    limit_s = max(_MAX_DRIFT * record_s, min(_MAX_UNSEEN_DRIFT * record_s, STEP_S))
    # Of two records nobody can tell a drift; of jittering ones the median rise is a chance.
    is_chance = len(rises) < 3 or abs(slope) <= 4 * noise_s / np.sqrt(len(rises))
    return (0.0 if is_chance or abs(slope) > limit_s else slope), noise_s


def _steps(
    level: NDArray[np.float64], records: NDArray[np.int64]
) -> tuple[tuple[Step, ...], tuple[int, ...], float, float]:
    """Return steps, records with wrong times, and the levels of the first and last stretch."""
    n = PERSISTENT_RECORDS
    if float(np.ptp(level)) <= STEP_S:
        return (), (), float(np.median(level[:n])), float(np.median(level[-n:]))
    offsets = level.tolist()
    first_s = _level_about(offsets[0], offsets[:n])
    recent = deque([first_s], maxlen=n)
    steps: list[Step] = []
    wrong: list[int] = []
    for i, offset_s in enumerate(offsets):
        before_s = median(recent)
        if abs(offset_s - before_s) <= STEP_S:
            recent.append(offset_s)
            continue
        if _returns(offsets[i + 1 : i + n], before_s):
            if abs(offset_s - before_s) > _WRONG_S:
                wrong.append(int(records[i]))
            continue
        after_s = _level_about(offset_s, offsets[i : i + n])
        if abs(after_s - before_s) <= STEP_S:
            recent.append(offset_s)
            continue
        steps.append(Step(int(records[i]), after_s - before_s))
        recent = deque([after_s], maxlen=n)
        if len(steps) >= MAX_STEPS:
            break
    return tuple(steps), tuple(wrong), first_s, median(recent)


def _returns(following: list[float], level_s: float) -> bool:
    """Whether two records in a row, or the only one there is, are back at the level."""
    near = [abs(offset_s - level_s) <= STEP_S for offset_s in following]
    return near == [True] or any(a and b for a, b in pairwise(near))


def _level_about(offset_s: float, offsets: Iterable[float]) -> float:
    """Median of those that lie near this one."""
    return median([other for other in offsets if abs(other - offset_s) <= STEP_S])
