"""What an export is made of: a document as it was at one moment, for any thread."""

import re
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.edits import Edit, ScoringState
from sleepscorer.core.errors import NotTheScored
from sleepscorer.core.layers import FIRST, Layer
from sleepscorer.core.recording import Recording
from sleepscorer.core.signing import Signing
from sleepscorer.core.staging_result import Staging

_IN_NO_FILE_NAME = re.compile(r"[^\w.+-]+")
_LONGEST_NAME = 40


@dataclass(frozen=True, eq=False, kw_only=True)
class Snapshot:
    """A document at one moment; see :meth:`~sleepscorer.session_documents.Document.snapshot`.

    Parameters
    ----------
    recording
        The recording.
    state
        The scoring.
    machine
        The latest automatic staging; None where there is none.
    others
        What stands beside it: a second opinion, or the answers that it is the consensus of.
    edits
        The whole log, oldest first.
    reviewed
        (n_epochs,) bool: :func:`~sleepscorer.core.reviewed.reviewed_epochs`.
    holds_smoothed
        Whether stages of the scoring were taken from the machine's smoothed answer.
    done
        The edits that hold, oldest first.
    signing
        Form, signatures and unlockings.
    problem
        Why the recording is not the one that was scored, as a sentence; empty where it is.
    scored_sha256
        Of the recording that was scored; None where that was not computed yet.
    layer
        Which scoring of the recording it is.
    n_layers
        How many the session holds.
    """

    recording: Recording
    state: ScoringState
    machine: Staging | None
    others: tuple[Staging, ...]
    edits: tuple[Edit, ...]
    reviewed: NDArray[np.bool_]
    holds_smoothed: bool
    done: tuple[Edit, ...] = ()
    signing: Signing = field(default_factory=Signing)
    problem: str = ""
    scored_sha256: str | None = None
    layer: Layer = field(default_factory=Layer)
    n_layers: int = 1

    def check_found(self) -> None:
        """Refuse a recording that is missing, or known not to be the one that was scored.

        Raises
        ------
        NotTheScored
            If it is.
        """
        if self.problem:
            raise self._not_the_scored(self.problem)

    def check_content(self, sha256: str | None) -> None:
        """Refuse a recording whose content changed since it was scored.

        Raises
        ------
        NotTheScored
            If it did.
        """
        if self.scored_sha256 not in (None, sha256):
            raise self._not_the_scored(content_changed(self.recording))

    def _not_the_scored(self, problem: str) -> NotTheScored:
        return NotTheScored(
            problem.rstrip("."),
            path=self.recording.path,
            hint="locate the recording that was scored",
        )


def content_changed(recording: Recording) -> str:
    """Say that a recording has another SHA-256 than the one that was scored."""
    return (
        f"{recording.path.name} changed since it was scored: its size and beginning"
        " are the same, its SHA-256 is not."
    )


def output_stem(layer: Layer, stem: str, *, deidentify: bool) -> str:
    """Return how the names of a scoring's outputs begin: they stand beside those of the first.

    Parameters
    ----------
    layer
        Which scoring of the recording.
    stem
        What outputs of the recording begin with.
    deidentify
        Names of scorings may be those of people, and are left out.
    """
    if layer.number == FIRST:
        return stem
    name = f"scoring-{layer.number}" if deidentify else layer.name
    return f"{stem}_{_IN_NO_FILE_NAME.sub('-', name).strip('-.')[:_LONGEST_NAME]}"
