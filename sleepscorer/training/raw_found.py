"""What a comparison of stagers on raw recordings gave."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.agreement import Agreement
from sleepscorer.validation.people_means import PeopleMean


@dataclass(frozen=True)
class RawRow:
    """How far a stager agrees with the expert on a recording, or on all of them pooled.

    Parameters
    ----------
    recording
        Its name.
    channels
        What was staged by; empty where all are pooled.
    agreement
        None where there is nothing to compare.
    failure
        Why that is, in words, or what is left out; else empty.
    """

    recording: str
    channels: str
    agreement: Agreement | None
    failure: str = ""


@dataclass(frozen=True)
class WakeCalledSleep:
    """Recordings of wake, staged.

    Parameters
    ----------
    n_called, n_staged
        Epochs called sleep, and epochs that were staged.
    n_failed
        Recordings that the stager gave no answer on.
    cpu_seconds_a_night
        CPU time of this process to stage 960 epochs of one channel; None where nothing was staged.
    """

    n_called: int
    n_staged: int
    n_failed: int = 0
    cpu_seconds_a_night: float | None = None


@dataclass(frozen=True)
class StagerOnRaw:
    """What is measured of a stager on raw signals.

    Parameters
    ----------
    name, title, is_own
        As asked; a consensus is not our own.
    rows
        Each recording, then all of them pooled; empty without recordings.
    calibration_error, confidence_error
        Expected calibration error of the probability of its stages, and of the confidence, over
        all epochs that count; None without any.
    differences
        By person: its kappa minus that of the reference; None where either is undefined.
    difference
        Their mean with the interval of Student's t; None for the reference itself.
    wake_found
        (called wake, wake by the expert) of the recordings with central EEG alone.
    wake
        On recordings of wake.
    """

    name: str
    title: str
    is_own: bool
    rows: tuple[RawRow, ...]
    calibration_error: float | None
    confidence_error: float | None
    differences: tuple[float | None, ...]
    difference: PeopleMean | None
    wake_found: tuple[int, int]
    wake: WakeCalledSleep

    @property
    def pooled(self) -> Agreement | None:
        """Over all recordings; None where there are none, or it failed on one."""
        return self.rows[-1].agreement if self.rows else None


@dataclass(frozen=True)
class RawComparison:
    """Stagers on the same epochs of the same recordings.

    Parameters
    ----------
    stagers
        As they were asked, the consensus last.
    reference
        Name of the one that the others are compared with.
    recordings
        Names of the recordings, each of another person.
    stages
        (n_epochs,) of each: the expert's stages.
    """

    stagers: tuple[StagerOnRaw, ...]
    reference: str
    recordings: tuple[str, ...]
    stages: tuple[NDArray[np.int8], ...]

    def of(self, name: str) -> StagerOnRaw | None:
        """The stager of this name; None where it was not asked."""
        return next((one for one in self.stagers if one.name == name), None)
