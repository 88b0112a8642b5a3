"""What is a figure of a night and what a dash, and why: every output asks here.

By arithmetic a night that nobody scored has 0 min of sleep and of wake, and so have the
:class:`~sleepscorer.core.metrics.SleepStatistics`. To a reader it has none of these figures.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sleepscorer.core.event_kinds import EventFamily
from sleepscorer.core.metrics import SleepStatistics
from sleepscorer.core.stages import Stage

# Known from the marks alone, whatever was scored.
_OF_THE_WINDOW = ("trt_min", "unscored_min", "transitions")
_STAGE_IN_KEY = re.compile(r"latency_(n1|n2|n3|nrem|r)(?:_onset)?_min")
_OF_REM = ("rem_latency_min", "rem_latency_less_wake_min")
_PERSISTENT_MIN = {"lps_min": 10, "sol_5min_min": 5}


class Reason(StrEnum):
    """Why; values name the sentence in the languages of a report."""

    NO_WINDOW = "no_window"
    NOTHING_SCORED = "nothing_scored"
    NO_SLEEP = "no_sleep"
    NO_STAGE = "no_stage"
    NO_PERSISTENT_SLEEP = "no_persistent_sleep"
    AROUSALS_NOT_SCORED = "arousals_not_scored"
    EVENTS_NOT_SCORED = "events_not_scored"
    NO_SIGNAL = "no_signal"
    NO_SOUND_VALUES = "no_sound_values"


@dataclass(frozen=True)
class Undefined:
    """Why one figure has no value.

    Parameters
    ----------
    reason
        Why.
    stage
        The stage that does not occur; None for other reasons.
    minutes
        How long sleep never lasted without a break; None for other reasons.
    families
        What nobody said was scored; empty for other reasons.
    """

    reason: Reason
    stage: Stage | None = None
    minutes: int | None = None
    families: tuple[EventFamily, ...] = ()


def figure_of(statistics: SleepStatistics, key: str) -> Any:
    """Return a figure, or None where a reader must not be given one; ``cycles`` as their number."""
    if why_undefined(statistics, key) is not None:
        return None
    value = getattr(statistics, key)
    return len(value) if key == "cycles" else value


def figures_of(statistics: SleepStatistics) -> dict[str, Any]:
    """Return all figures by key, ready for JSON, as ``SleepStatistics.as_dict`` has them.

    Those that a reader must not be given are None.
    """
    return {
        key: None if why_undefined(statistics, key) else value
        for key, value in statistics.as_dict().items()
    }


def why_undefined(statistics: SleepStatistics, key: str) -> Undefined | None:
    """Return why a figure has no value; None where it has one.

    Parameters
    ----------
    statistics
        Of the night.
    key
        Of one of its :attr:`~sleepscorer.core.metrics.SleepStatistics.definitions`.
    """
    if key in _OF_THE_WINDOW:
        return None
    if statistics.trt_min == 0:
        return Undefined(Reason.NO_WINDOW)
    if statistics.unscored_min == statistics.trt_min:
        return Undefined(Reason.NOTHING_SCORED)
    if getattr(statistics, key) is not None:
        return None
    if statistics.tst_min == 0:
        return Undefined(Reason.NO_SLEEP)
    if key in _PERSISTENT_MIN:
        return Undefined(Reason.NO_PERSISTENT_SLEEP, minutes=_PERSISTENT_MIN[key])
    if key in _OF_REM:
        return Undefined(Reason.NO_STAGE, Stage.R)
    found = _STAGE_IN_KEY.fullmatch(key)
    if found is not None:
        return Undefined(Reason.NO_STAGE, Stage[found[1].upper()])
    if key == "arousal_index_per_h":
        return Undefined(Reason.AROUSALS_NOT_SCORED)
    raise ValueError(f"nobody knows why {key} has no value")
