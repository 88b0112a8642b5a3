"""How long an interruption may be, and what is said where nobody knows its length."""

from collections.abc import Sequence

from sleepscorer.core.wording import counted

LONGEST_PAUSE_S = 3 * 86_400.0
"""Nights of one file are days apart, not weeks: a longer pause is a mistyped or damaged time, and
each epoch of a gap costs memory and time."""

_MOST_TIMES = 5


def unknown_interruptions(joints_s: Sequence[float]) -> str:
    """Return a sentence on joints: gaps of which the start is the stop.

    Parameters
    ----------
    joints_s
        Where they are, seconds from the start of the recording; one at least.
    """
    times = ", ".join(_clock(time_s) for time_s in joints_s[:_MOST_TIMES])
    n_more = len(joints_s) - _MOST_TIMES
    more = f" and {counted(n_more, 'more time')}" if n_more > 0 else ""
    return (
        f"the recording was interrupted after {times}{more}, and how long is not known: the times"
        " of what follows are too early by that, and no epoch across the joint is staged"
    )


def _clock(time_s: float) -> str:
    whole = int(time_s)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
