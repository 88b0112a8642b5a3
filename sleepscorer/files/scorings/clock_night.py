"""Times of day without a date, put into one night."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise

from sleepscorer.core.errors import ScoringError
from sleepscorer.files.edf import UNKNOWN_START

NO_DATE_NOTE = "the clock times have no date: taken as 1 January 1985"
_DAY_S = 86_400.0


def night_of(times: Sequence[time], is_stage: Sequence[bool]) -> tuple[datetime, ...]:
    """Return times of day as moments of one night, of 1 January 1985 and the day after.

    Stages that follow each other through midnight stay in their order. Those that are sorted
    otherwise, by their names for example, begin behind the longest time without one. Events lie
    where they are nearest to the stages.

    Parameters
    ----------
    times
        In the order of the file.
    is_stage
        Which of them are stages; at least one.

    Raises
    ------
    ScoringError
        If the stages last a day or longer.
    """
    seconds = [_seconds(of_day) for of_day in times]
    of_stages = [s for s, is_one in zip(seconds, is_stage, strict=True) if is_one]
    placed = _in_order(of_stages)
    if placed is None:
        first_s = _behind_the_gap(of_stages)
        placed = [first_s + (s - first_s) % _DAY_S for s in of_stages]
    begin_s, end_s = min(placed), max(placed)
    if end_s - begin_s >= _DAY_S:
        raise ScoringError("the times of day last longer than a day, and no date tells which")
    stages = iter(placed)
    night = [
        next(stages) if is_one else _nearest(s, begin_s, end_s)
        for s, is_one in zip(seconds, is_stage, strict=True)
    ]
    return tuple(UNKNOWN_START + timedelta(seconds=s) for s in night)


def _seconds(of_day: time) -> float:
    whole = of_day.hour * 3600 + of_day.minute * 60 + of_day.second
    return whole + of_day.microsecond / 1e6


def _in_order(seconds: Sequence[float]) -> list[float] | None:
    """Return them with a day more behind midnight, None where that is no order of a night."""
    placed = [seconds[0]]
    for before, s in pairwise(seconds):
        step_s = (s - before) % _DAY_S
        placed.append(placed[-1] + step_s)
        if placed[-1] - placed[0] >= _DAY_S:
            return None
    return placed


def _behind_the_gap(seconds: Sequence[float]) -> float:
    """Return the time of day behind the longest time without any, around the clock."""
    ordered = sorted(set(seconds))
    steps = [(b - a, b) for a, b in pairwise(ordered)]
    steps.append((ordered[0] + _DAY_S - ordered[-1], ordered[0]))
    return max(steps)[1]


def _nearest(s: float, begin_s: float, end_s: float) -> float:
    days = (s - _DAY_S, s, s + _DAY_S)
    return min(days, key=lambda at: max(begin_s - at, at - end_s, 0.0))
