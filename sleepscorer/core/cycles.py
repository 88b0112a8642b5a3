"""NREM-REM cycles by a modified rule of Feinberg and Floyd."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.runs import joined_runs, runs_of
from sleepscorer.core.stages import Stage

CYCLES_RULE = (
    "After Feinberg & Floyd 1979, modified as in Luna. A cycle starts with its first epoch of N2 or"
    " N3 and ends with a REM period. A REM period is R interrupted by less than 15 min of other"
    " stages; it lasts at least 5 min, except that of the first cycle. 15 min or more of W, N1 or"
    " unscored epochs without a break end a cycle that has reached no REM period, as does lights"
    " on; it then ends with its last epoch of N2, N3 or R. A cycle counts if N1, N2 and N3 before"
    " its REM period add up to at least 15 min. Minutes from lights off. No parameter of the AASM"
    " manual; tools differ by a cycle. Luna 1.7 departs in three cases: it starts no cycle where R"
    " lies in the next 15 min, goes on over 15 min of W or N1 behind a REM period that is too"
    " short, and may end the last cycle with N1 or W."
)

_NREM_MIN = 15.0
_REM_MIN = 5.0
_INTERRUPTION_MIN = 15.0

StageArray = NDArray[np.int8]


@dataclass(frozen=True)
class Cycle:
    """One NREM-REM cycle.

    Parameters
    ----------
    start_min, end_min
        Minutes from lights off to the start of its first and the end of its last epoch.
    nrem_min, rem_min
        Minutes of N1, N2 and N3, and of R, between them.
    """

    start_min: float
    end_min: float
    nrem_min: float
    rem_min: float

    def as_dict(self) -> dict[str, float]:
        """Start and end by name, ready for JSON."""
        return {"start_min": self.start_min, "end_min": self.end_min}


def nrem_rem_cycles(stages: StageArray, epoch_s: float) -> tuple[Cycle, ...]:
    """Find the cycles of the stages between lights off and lights on.

    The rule is :data:`CYCLES_RULE`: Feinberg & Floyd 1979, Psychophysiology 16, 283-291,
    doi:10.1111/j.1469-8986.1979.tb02991.x, with the changes of the HYPNO command of Luna (Purcell
    lab). Luna 1.7, run on the same stages, departs from it where

    - R lies within 15 min of the epoch of N2 or N3 that would start a cycle, in a REM period that
      is too short to end one: Luna starts the cycle behind that R;
    - 15 min or more of W, N1 or unscored epochs follow a REM period that is too short: they end
      the cycle here, while Luna goes on to the next REM period;
    - the night ends with N1 or W behind such a REM period: Luna counts them in, here the cycle
      ends with its last epoch of N2, N3 or R.

    Parameters
    ----------
    stages
        (n_epochs,) int8 values of :class:`~sleepscorer.core.stages.Stage`.
    epoch_s
        Length of an epoch, seconds.
    """
    epoch_min = epoch_s / 60
    longest_gap = _INTERRUPTION_MIN / epoch_min - 1e-9
    rem_periods = _pairs(joined_runs(runs_of(stages == Stage.R), longest_gap))
    light = _pairs(runs_of(stages <= Stage.N1))
    pauses = [(start, stop) for start, stop in light if stop - start >= longest_gap]
    cycles: list[Cycle] = []
    start = _next_start(stages, rem_periods, 0)
    while start is not None:
        shortest_rem = _REM_MIN / epoch_min - 1e-9 if cycles else 0
        nrem_stop, stop, resume = _extent(stages, rem_periods, pauses, start, shortest_rem)
        nrem = _is_nrem(stages[start:nrem_stop])
        if np.count_nonzero(nrem) * epoch_min >= _NREM_MIN - 1e-9:
            cycles.append(_cycle(stages, start, stop, epoch_min))
        start = _next_start(stages, rem_periods, resume)
    return tuple(cycles)


def _pairs(runs: NDArray[np.int_]) -> list[tuple[int, int]]:
    return [(start, stop) for start, stop in runs.tolist()]


def _is_nrem(stages: StageArray) -> NDArray[np.bool_]:
    return np.isin(stages, (Stage.N1, Stage.N2, Stage.N3))


def _next_start(stages: StageArray, rem_periods: list[tuple[int, int]], resume: int) -> int | None:
    """Return the first epoch of N2 or N3 from ``resume`` on that lies in no REM period."""
    starts = np.isin(stages, (Stage.N2, Stage.N3))
    starts[:resume] = False
    for start, stop in rem_periods:
        starts[start:stop] = False
    return int(starts.argmax()) if starts.any() else None


def _extent(
    stages: StageArray,
    rem_periods: list[tuple[int, int]],
    pauses: list[tuple[int, int]],
    start: int,
    shortest_rem: float,
) -> tuple[int, int, int]:
    """Return the end of a cycle's NREM part, its own end, and where to look for the next."""
    pause = next((p for p in pauses if p[0] > start), (stages.size, stages.size))
    for rem_start, rem_stop in rem_periods:
        if start < rem_start < pause[0] and rem_stop - rem_start >= shortest_rem:
            return rem_start, rem_stop, rem_stop
    asleep = np.flatnonzero(stages[start : pause[0]] > Stage.N1)
    stop = start + int(asleep[-1]) + 1
    return stop, stop, pause[1]


def _cycle(stages: StageArray, start: int, stop: int, epoch_min: float) -> Cycle:
    inside = stages[start:stop]
    return Cycle(
        start_min=start * epoch_min,
        end_min=stop * epoch_min,
        nrem_min=int(np.count_nonzero(_is_nrem(inside))) * epoch_min,
        rem_min=int(np.count_nonzero(inside == Stage.R)) * epoch_min,
    )
