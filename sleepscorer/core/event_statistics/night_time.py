"""Which events lie where in the night, and how long each part of it is."""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.stages import Stage
from sleepscorer.core.statistics import scoring_window

# Onsets are sample numbers by a rate: one can fall a rounding error short of an epoch's start.
_EPSILON = 1e-9


class NightTime:
    """The epochs between lights off and lights on, and what lies in them.

    Parameters
    ----------
    hypnogram
        Stages and lights marks.
    """

    def __init__(self, hypnogram: Hypnogram) -> None:
        self.stage_set = hypnogram.stage_set
        self.epoch_s = hypnogram.epoch_s
        self._first, self._stop = scoring_window(hypnogram)
        self._stages = hypnogram.stages

    @property
    def sleep_stages(self) -> tuple[Stage, ...]:
        """The stages of sleep that are told apart."""
        return tuple(stage for stage in self.stage_set if stage.is_sleep)

    @property
    def nrem_stages(self) -> tuple[Stage, ...]:
        """Those of them that are not R."""
        return tuple(stage for stage in self.sleep_stages if stage is not Stage.R)

    @property
    def tst_min(self) -> float:
        """Total sleep time, minutes."""
        return self.minutes(self.sleep_stages)

    @property
    def trt_min(self) -> float:
        """From lights off to lights on in whole epochs, minutes."""
        return (self._stop - self._first) * self.epoch_s / 60

    @property
    def is_scored(self) -> bool:
        """Whether any epoch between the lights marks has a stage."""
        return bool((self._stages[self._first : self._stop] != Stage.UNSCORED).any())

    def minutes(self, stages: Iterable[Stage]) -> float:
        """Minutes of these stages between lights off and lights on."""
        window = self._stages[self._first : self._stop]
        return int(np.isin(window, list(stages)).sum()) * self.epoch_s / 60

    def is_asleep(self) -> NDArray[np.bool_]:
        """(n_epochs,) True for epochs of sleep between lights off and lights on."""
        asleep = self._stages > Stage.W
        asleep[: self._first] = False
        asleep[self._stop :] = False
        return asleep

    def stage_at(self, time_s: float) -> Stage | None:
        """Return the stage at a time, ``UNSCORED`` included; None outside the lights marks."""
        epoch = math.floor(time_s / self.epoch_s + _EPSILON)
        return Stage(int(self._stages[epoch])) if self._first <= epoch < self._stop else None

    def inside(self, events: Iterable[Event]) -> list[Event]:
        """Return the events that begin between lights off and lights on, in whatever epoch."""
        return [event for event in events if self.stage_at(event.onset_s) is not None]

    def in_stages(self, events: Iterable[Event], stages: Iterable[Stage]) -> list[Event]:
        """Return the events that begin in an epoch of these stages, between the lights marks."""
        wanted = frozenset(stages)
        return [event for event in events if self.stage_at(event.onset_s) in wanted]

    def asleep(self, events: Iterable[Event]) -> list[Event]:
        """Return the events that begin in an epoch of sleep between the lights marks."""
        return self.in_stages(events, self.sleep_stages)


def per_hour(n: int, minutes: float) -> float | None:
    """Return how many an hour; None of no time."""
    return 60 * n / minutes if minutes else None
