"""A night as a sequence of staged epochs, and the scoring of one recording."""

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.core.lights import LightsMarks
from sleepscorer.core.stages import EPOCH_S, STAGES, Stage


@dataclass(frozen=True, eq=False)
class Hypnogram:
    """Stages of consecutive epochs, and when the lights were off.

    Parameters
    ----------
    stages
        (n_epochs,) int8 values of :class:`~sleepscorer.core.stages.Stage`; kept read-only.
    epoch_s
        Length of an epoch, seconds.
    lights_off_s, lights_on_s
        Seconds from the start of the first epoch, or None where nobody marked them.
    stage_set
        The stages it tells apart: :data:`~sleepscorer.core.stages.STAGES` or
        :data:`~sleepscorer.core.stages.THREE_STAGES`.
    """

    stages: NDArray[np.int8]
    epoch_s: float = EPOCH_S
    lights_off_s: float | None = None
    lights_on_s: float | None = None
    stage_set: tuple[Stage, ...] = STAGES

    def __post_init__(self) -> None:
        stages = np.array(self.stages, dtype=np.int8)
        if stages.ndim != 1:
            raise ValueError(f"stages must be one-dimensional, not {stages.shape}")
        if not np.isin(stages, (*self.stage_set, Stage.UNSCORED)).all():
            names = ", ".join(stage.name for stage in self.stage_set)
            raise ValueError(f"stages must be of {names} or unscored")
        stages.setflags(write=False)
        object.__setattr__(self, "stages", stages)
        self._check_lights()

    def _check_lights(self) -> None:
        for name, mark in (("Lights off", self.lights_off_s), ("Lights on", self.lights_on_s)):
            if mark is not None and not 0 <= mark <= self.duration_s:
                raise ScoringError(
                    f"{name} at {mark:g} s lies outside the recording of {self.duration_s:g} s"
                )
        if (
            self.lights_off_s is not None
            and self.lights_on_s is not None
            and self.lights_off_s >= self.lights_on_s
        ):
            raise ScoringError(
                f"Lights off at {self.lights_off_s:g} s is not before"
                f" lights on at {self.lights_on_s:g} s"
            )

    @property
    def n_epochs(self) -> int:
        """Number of epochs, scored or not."""
        return int(self.stages.size)

    @property
    def duration_s(self) -> float:
        """Seconds from the start of the first epoch to the end of the last."""
        return self.n_epochs * self.epoch_s


@dataclass(frozen=True)
class LabelCount:
    """What a file calls a stage, and how much of the night it calls so.

    Parameters
    ----------
    text
        The words or the number in the file.
    stage
        What it was taken as.
    n_epochs
        How many epochs of the file have it; a part of an epoch counts as that part.
    """

    text: str
    stage: Stage
    n_epochs: float


@dataclass(frozen=True)
class Scoring:
    """A hypnogram with the time it starts and the events scored along with it.

    Parameters
    ----------
    hypnogram
        The staged epochs.
    start
        Local time of the start of the first epoch; None where the file does not say.
    events
        Everything annotated that is not a stage; onsets count from ``start``.
    notes
        What had to be decided on reading, in words (clipped tails, R&K stages, ...).
    lights
        The marks as the file has them, and whether they contradict each other, when the hypnogram
        holds none; None where the format has no marks.
    probabilities
        (n_epochs, 5) columns W N1 N2 N3 R, as the file has them: nobody checked that they sum to 1,
        and NaN is what is missing or no number. None where it has none.
    format
        Name of the format it was read in; empty where it was not read from a file.
    labels
        What the file calls the stages, the most frequent first.
    is_length_assumed
        Neither the file nor a person says how long its epochs are.
    """

    hypnogram: Hypnogram
    start: datetime | None = None
    events: tuple[Event, ...] = ()
    notes: tuple[str, ...] = field(default=())
    lights: LightsMarks | None = None
    probabilities: NDArray[np.float64] | None = None
    format: str = ""
    labels: tuple[LabelCount, ...] = ()
    is_length_assumed: bool = False
