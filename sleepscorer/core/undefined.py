"""Why a figure of a night has no value: what stands beside the dash."""

import re
from dataclasses import dataclass
from enum import StrEnum

from sleepscorer.core.metrics import SleepStatistics
from sleepscorer.core.stages import Stage

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
    """

    reason: Reason
    stage: Stage | None = None
    minutes: int | None = None


def why_undefined(statistics: SleepStatistics, key: str) -> Undefined | None:
    """Return why a figure has no value; None where it has one.

    Parameters
    ----------
    statistics
        Of the night.
    key
        Of one of its :attr:`~sleepscorer.core.metrics.SleepStatistics.definitions`.
    """
    if getattr(statistics, key) is not None:
        return None
    if statistics.trt_min == 0:
        return Undefined(Reason.NO_WINDOW)
    if statistics.unscored_min == statistics.trt_min:
        return Undefined(Reason.NOTHING_SCORED)
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
