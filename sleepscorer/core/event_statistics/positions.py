"""How somebody lay: stretches of one body position, from events or from a channel."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.event_statistics.oximetry import Rate
from sleepscorer.core.event_statistics.roles import words_of
from sleepscorer.core.event_statistics.rules import POSITIONS
from sleepscorer.core.events import Event

_BEFORE = ("body position", "position")


@dataclass(frozen=True)
class Lying:
    """A stretch of one position, of :data:`POSITIONS`; seconds from the start of the recording."""

    start_s: float
    stop_s: float
    position: str


def positions_of_events(events: Iterable[Event], duration_s: float) -> tuple[Lying, ...]:
    """Return the stretches that events tell: each holds for its length, at most till the next.

    Parameters
    ----------
    events
        ``Supine``, ``Position: left`` and the like; others are passed over.
    duration_s
        Of the recording: till its end holds the last one that has no length.
    """
    told = sorted(
        ((event, name) for event in dict.fromkeys(events) if (name := _position_of(event))),
        key=lambda pair: pair[0].onset_s,
    )
    if not told:
        return ()
    nexts = [*(event.onset_s for event, _ in told[1:]), duration_s]
    return tuple(
        Lying(event.onset_s, min(next_s, _end_of(event, next_s)), name)
        for (event, name), next_s in zip(told, nexts, strict=True)
    )


def positions_of_signal(signal: Rate, codes: Mapping[int, str]) -> tuple[Lying, ...]:
    """Return the stretches of a channel whose numbers mean positions; others are left out."""
    values = np.asarray(signal.values, np.float64)
    numbers = np.where(np.isnan(values), np.nan, np.round(values))
    edges = np.flatnonzero(numbers[1:] != numbers[:-1]) + 1
    bounds = [0, *edges.tolist(), numbers.size]
    return tuple(
        Lying(start / signal.rate_hz, stop / signal.rate_hz, codes[int(numbers[start])])
        for start, stop in pairwise(bounds)
        if stop > start and not np.isnan(numbers[start]) and int(numbers[start]) in codes
    )


def position_at(stretches: Sequence[Lying], time_s: float) -> str | None:
    """Return the position at a time; None where nobody knows."""
    return next((one.position for one in stretches if one.start_s <= time_s < one.stop_s), None)


def minutes_by_position(
    stretches: Sequence[Lying], asleep: NDArray[np.bool_], epoch_s: float
) -> dict[str, float]:
    """Return the minutes of sleep in each position that occurs, in the order of ``POSITIONS``.

    Parameters
    ----------
    stretches
        In order.
    asleep
        (n_epochs,) bool, which epochs count.
    epoch_s
        Length of an epoch.
    """
    # Seconds of sleep before each edge of the epochs: between edges they rise evenly.
    edges_s = np.arange(len(asleep) + 1) * epoch_s
    slept_s = np.concatenate(([0.0], np.cumsum(asleep * epoch_s)))
    found: dict[str, float] = {}
    for one in stretches:
        start, stop = np.interp((one.start_s, one.stop_s), edges_s, slept_s)
        found[one.position] = found.get(one.position, 0.0) + float(stop - start) / 60
    return {name: found[name] for name in POSITIONS if name in found}


def _end_of(event: Event, otherwise_s: float) -> float:
    return otherwise_s if event.duration_s is None else event.onset_s + event.duration_s


def _position_of(event: Event) -> str:
    words = words_of(event).replace(":", " ").split()
    text = " ".join(words)
    for before in _BEFORE:
        text = text.removeprefix(f"{before} ")
    return text if text in POSITIONS else ""
