"""Stagers of other makers: a second opinion, by plug-in.

A package offers one under the entry point group ``sleepscorer.stagers``: a class without arguments
that has the form of :class:`OtherStager`. Whatever goes wrong in it is said in words, and nothing
else suffers.
"""

import logging
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import SleepScorerError, StagingRefused
from sleepscorer.core.montage import StagerChannels
from sleepscorer.core.progress import Cancelled, Progress, silent
from sleepscorer.core.recording import Recording
from sleepscorer.core.staging_result import Staging

GROUP = "sleepscorer.stagers"

_log = logging.getLogger(__name__)


class OtherStager(Protocol):
    """What a plug-in offers.

    Attributes
    ----------
    title
        Name and version, for people: ``"YASA 0.8.1"``.
    """

    title: str

    def stage(self, recording: Recording, channels: StagerChannels, progress: Progress) -> Staging:
        """Stage every epoch of a recording by some of the channels.

        Raises
        ------
        StagingRefused
            If it can't, in words.
        """
        ...


@dataclass(frozen=True)
class Offered:
    """A stager that is installed, not yet loaded.

    Parameters
    ----------
    name
        By which it is chosen.
    """

    name: str
    _entry: EntryPoint

    def stage(
        self, recording: Recording, channels: StagerChannels, progress: Progress = silent
    ) -> Staging:
        """Load the plug-in and stage; what it gives is checked.

        Raises
        ------
        StagingRefused
            If it can't be loaded, fails, or gives something else than a staging of the recording.
        """
        try:
            stager: OtherStager = self._entry.load()()
            staging = _staging(stager.stage(recording, channels, progress))
        except (SleepScorerError, Cancelled):
            raise
        except Exception as error:
            # Whatever it is, it is the plug-in's: the program goes on.
            _log.warning("the stager %s failed: %s", self.name, type(error).__name__)
            raise StagingRefused(
                f"the stager {self.name} failed: {error}",
                path=recording.path,
                hint="the program's own staging is not concerned",
            ) from error
        if len(staging.probabilities) != recording.n_epochs:
            raise StagingRefused(
                f"the stager {self.name} gave {len(staging.probabilities)} epochs"
                f" of {recording.n_epochs}",
                path=recording.path,
            )
        return staging


def _staging(given: object) -> Staging:
    if not isinstance(given, Staging):
        raise TypeError(f"it gave {type(given).__name__}, not a staging")
    return given


def offered_stagers() -> tuple[Offered, ...]:
    """The plug-ins that are installed, by name."""
    found = {entry.name: Offered(entry.name, entry) for entry in entry_points(group=GROUP)}
    return tuple(found[name] for name in sorted(found))


def disagreement(ours: Staging, theirs: Staging) -> NDArray[np.bool_]:
    """(n_epochs,) True where both stage an epoch and differ."""
    both = (ours.stages >= 0) & (theirs.stages >= 0)
    return np.asarray(both & (ours.stages != theirs.stages))
