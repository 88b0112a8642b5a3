"""Arousals marked by hand: which events they are, how many count, and what is doubtful in one."""

from collections.abc import Iterable

import numpy as np

from sleepscorer.core.event_kinds import AROUSAL
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.stages import Stage
from sleepscorer.core.statistics import scoring_window

STABLE_SLEEP_S = 10.0
"""Sleep must precede an arousal for at least this long (AASM manual, rule for arousals)."""


def is_arousal(event: Event) -> bool:
    """Tell whether an event is an arousal: ``EEG arousal`` of EDF+, or plain ``arousal``."""
    text = " ".join(event.text.split("@@")[0].casefold().split())
    return text in (AROUSAL.text.casefold(), AROUSAL.label.casefold())


def count_arousals(events: Iterable[Event], hypnogram: Hypnogram) -> int:
    """Count the arousals that start between lights off and lights on, in whatever stage.

    One that a recording and a session both hold counts once.
    """
    first, stop = scoring_window(hypnogram)
    start_s, stop_s = first * hypnogram.epoch_s, stop * hypnogram.epoch_s
    alone = dict.fromkeys(events)
    return sum(is_arousal(event) and start_s <= event.onset_s < stop_s for event in alone)


def arousal_warnings(event: Event, hypnogram: Hypnogram) -> tuple[str, ...]:
    """Say what makes a marked arousal doubtful by the AASM manual; nothing for other events.

    It is too short, or some of the 10 s before it belongs to an epoch scored W. What the stage
    before it is can't be told where that is unscored, and nothing is said.
    """
    if not is_arousal(event):
        return ()
    warnings = []
    if AROUSAL.is_too_short(event.duration_s):
        warnings.append(f"shorter than {AROUSAL.shortest_s:g} s ({length_text(event.duration_s)})")
    first = max(int((event.onset_s - STABLE_SLEEP_S) // hypnogram.epoch_s), 0)
    stop = int(np.ceil(event.onset_s / hypnogram.epoch_s))
    if (hypnogram.stages[first:stop] == Stage.W).any():
        warnings.append(f"the {STABLE_SLEEP_S:g} s before it are not all sleep: W is scored there")
    return tuple(warnings)


def length_text(duration_s: float | None) -> str:
    """Return a length as it stands in brackets beside a rule: ``"2.97 s"``."""
    if duration_s is None:
        return "has no duration"
    # Rounded down: 2.97 s must not read "shorter than 3 s (3.0 s)".
    return f"{np.floor(round(duration_s * 100, 6)) / 100:.2f} s"
