"""Means over people: the nights of one person are averaged first and count as one."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from sleepscorer.validation.found import Estimate


@dataclass(frozen=True)
class PeopleMean:
    """A mean over people and what it rests on.

    Parameters
    ----------
    estimate
        With the interval of the level that was asked for.
    n_people, n_nights
        Those that have a value.
    """

    estimate: Estimate
    n_people: int
    n_nights: int


def mean_over_people(
    values: Iterable[tuple[str, float | None]],
    *,
    level: float = 0.95,
    within: tuple[float, float] = (-math.inf, math.inf),
) -> PeopleMean:
    """Average each person's nights, then the people.

    Parameters
    ----------
    values
        Person and value of each night; nights without a value say nothing.
    level
        Of the interval: Student's t on the means of people, n - 1 degrees of freedom.
    within
        What values are possible; the interval is cut there.
    """
    by_person: dict[str, list[float]] = defaultdict(list)
    for person, value in values:
        if value is not None:
            by_person[person].append(value)
    means = np.array([np.mean(nights) for nights in by_person.values()])
    n_nights = sum(map(len, by_person.values()))
    if not means.size:
        return PeopleMean(Estimate(None), 0, 0)
    value = float(means.mean())
    if means.size == 1:
        return PeopleMean(Estimate(value), 1, n_nights)
    half_width = t_half_width(float(means.std(ddof=1)), means.size, level)
    low, high = max(within[0], value - half_width), min(within[1], value + half_width)
    return PeopleMean(Estimate(value, low, high), means.size, n_nights)


def t_half_width(spread: float, n: int, level: float = 0.95) -> float:
    """Half the width of Student's t interval of a mean.

    Parameters
    ----------
    spread
        Standard deviation of what is averaged, such as between people.
    n
        How many are averaged: at least two.
    level
        Of the interval: from 0, and below 1.

    Raises
    ------
    ValueError
        If there is no such interval.
    """
    if not 0 <= level < 1 or n < 2:
        raise ValueError(f"no interval of level {level} for a mean of {n}")
    return float(stdtrit(n - 1, 0.5 + level / 2)) * spread / math.sqrt(n)
