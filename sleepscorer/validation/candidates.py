"""Who stages by what, and what each says of the nights that people scored."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.consensus import CONSENSUS
from sleepscorer.core.lights import LightsMarks
from sleepscorer.core.stager_channels import ChannelChoice, ChannelNames


@dataclass(frozen=True)
class Montage:
    """Channels to stage by.

    Parameters
    ----------
    name
        For people: ``"C4-M1 + EOG"``; empty for what the program chooses of each recording.
    channels
        The same as a choice that any recording can be asked for.
    """

    name: str = ""
    channels: ChannelChoice = field(default_factory=ChannelChoice)


@dataclass(frozen=True)
class Candidate:
    """A way to stage a night.

    Parameters
    ----------
    stagers
        One name, or those that a consensus is made of.
    montage
        By which channels.
    """

    stagers: tuple[str, ...]
    montage: Montage = field(default_factory=Montage)

    @property
    def is_consensus(self) -> bool:
        """Whether several are asked."""
        return len(self.stagers) > 1

    @property
    def name(self) -> str:
        """``"yasa"``, or ``"consensus"``, and by what: ``"yasa, C4-M1 + EOG"``."""
        who = CONSENSUS if self.is_consensus else self.stagers[0]
        return f"{who}, {self.montage.name}" if self.montage.name else who


@dataclass(frozen=True, eq=False)
class NightAnswer:
    """What a candidate says of a night.

    Parameters
    ----------
    probabilities
        (n_epochs, 5) float32, columns W N1 N2 N3 R, NaN where it stages nothing.
    confidence
        (n_epochs,) float32 how likely the most probable stage is right, before any local
        temperature; NaN where it stages nothing.
    """

    probabilities: NDArray[np.float32]
    confidence: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class JudgedNight:
    """A night that people scored, and what all candidates say of it.

    Parameters
    ----------
    name, person
        Of the night; whose it is.
    reference
        (n_epochs,) int8 values of Stage: the scoring of the site, UNSCORED where nobody scored.
    second_reference
        (n_epochs,) likewise, of a second scorer; None where there is none.
    lights
        Marks that the figures of sleep are computed between, those of the scoring.
    left_out
        Why the night does not count for the verdict (a machine drafted it); empty where it does.
    notes
        What else one should know of it, one sentence each.
    answers
        By candidate; one that failed is not here.
    failures
        By candidate, why it gave no answer.
    channels
        By montage, what that is in this recording.
    """

    name: str
    person: str
    reference: NDArray[np.int8]
    answers: Mapping[Candidate, NightAnswer]
    second_reference: NDArray[np.int8] | None = None
    lights: LightsMarks = field(default_factory=LightsMarks)
    left_out: str = ""
    notes: tuple[str, ...] = ()
    failures: Mapping[Candidate, str] = field(default_factory=dict)
    channels: Mapping[Montage, ChannelNames] = field(default_factory=dict)


@dataclass(frozen=True)
class NotJudged:
    """A file of the folder that could not be judged, and why, in words."""

    name: str
    why: str
