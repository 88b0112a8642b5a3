"""Limb movements and their periodic series (AASM manual, movement rules)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sleepscorer.core.event_statistics.roles import end_of
from sleepscorer.core.event_statistics.rules import LimbRules
from sleepscorer.core.events import Event

# Times are sums of decimals: a gap of 5 s may come out a bit of the last digit short.
_EPSILON_S = 1e-6


@dataclass(frozen=True)
class Movement:
    """One limb movement, of one leg or of both; seconds from the start of the recording."""

    onset_s: float
    end_s: float


def limb_movements(
    events: Sequence[Event], breathing: Sequence[Event], rules: LimbRules
) -> list[Movement]:
    """Return the movements that count.

    Parameters
    ----------
    events
        Limb movements that begin in sleep, in order of onset. One without a length is taken to be
        of a right one.
    breathing
        Respiratory events; movements beside them do not count. Empty where they were not scored.
    rules
        Lengths and distances.

    Returns
    -------
    In order. Those that begin less than ``shortest_gap_s`` after the first of a group are one
    movement with it.
    """
    found: list[Movement] = []
    for event in events:
        if not _has_right_length(event, rules) or _is_beside(event, breathing, rules):
            continue
        is_same = found and event.onset_s - found[-1].onset_s < rules.shortest_gap_s - _EPSILON_S
        if is_same:
            last = found.pop()
            found.append(Movement(last.onset_s, max(last.end_s, end_of(event))))
        else:
            found.append(Movement(event.onset_s, end_of(event)))
    return found


def periodic_series(movements: Sequence[Movement], rules: LimbRules) -> list[list[Movement]]:
    """Return the series of periodic movements: onsets close to each other, and enough of them."""
    series: list[list[Movement]] = []
    for movement in movements:
        gap_s = movement.onset_s - series[-1][-1].onset_s if series else None
        if gap_s is not None and gap_s <= rules.longest_gap_s + _EPSILON_S:
            series[-1].append(movement)
        else:
            series.append([movement])
    return [one for one in series if len(one) >= rules.at_least]


def belong_together(movement: Movement, arousal: Event, less_than_s: float) -> bool:
    """Tell whether a movement and an arousal overlap or lie less than this apart."""
    apart_s = max(arousal.onset_s - movement.end_s, movement.onset_s - end_of(arousal))
    return apart_s <= 0 or apart_s < less_than_s - _EPSILON_S


def _has_right_length(event: Event, rules: LimbRules) -> bool:
    if event.duration_s is None:
        return True
    return rules.shortest_s - _EPSILON_S <= event.duration_s <= rules.longest_s + _EPSILON_S


def _is_beside(event: Event, breathing: Sequence[Event], rules: LimbRules) -> bool:
    margin_s = rules.beside_respiratory_s + _EPSILON_S
    return any(
        event.onset_s <= end_of(one) + margin_s and end_of(event) >= one.onset_s - margin_s
        for one in breathing
    )
