"""What a stager answered, kept for ever beside what people make of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.stages import STAGES, Stage

_N_THREE = 3


@dataclass(frozen=True)
class StagingProvenance:
    """What made a staging: enough to repeat it.

    Parameters
    ----------
    weights_name, weights_sha256
        Name and SHA-256 of the weights.
    eeg, eog, emg
        The derivations used, as shown to people ("C4-M1 (derived)"); empty where none was.
    device
        Where the network ran: ``"cpu"``, ``"cuda"``, ``"mps"``.
    software
        Program and version.
    created_utc
        ISO 8601 time, UTC.
    notes
        What was chosen and what was left out, one sentence each.
    warnings
        What makes the staging doubtful, one sentence each; shown in every output.
    """

    weights_name: str
    weights_sha256: str
    eeg: tuple[str, ...]
    eog: tuple[str, ...]
    emg: tuple[str, ...]
    device: str
    software: str
    created_utc: str
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Staging:
    """Stage probabilities of a recording's epochs; immutable.

    Parameters
    ----------
    probabilities
        (n_epochs, 5) float32, columns W N1 N2 N3 R; rows sum to 1, or are NaN where nothing
        could be staged (a gap, no signal).
    provenance
        What made it.
    hierarchy
        (n_epochs, 3) float32, columns wake, NREM, REM: the same epochs by a network trained to
        tell wake from sleep, then REM from NREM; None where there is none.
    """

    probabilities: NDArray[np.float32]
    provenance: StagingProvenance
    hierarchy: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        probabilities = _checked(self.probabilities, len(STAGES))
        object.__setattr__(self, "probabilities", probabilities)
        if self.hierarchy is not None:
            hierarchy = _checked(self.hierarchy, _N_THREE)
            if len(hierarchy) != len(probabilities):
                raise ValueError(f"{len(hierarchy)} rows for {len(probabilities)} epochs")
            object.__setattr__(self, "hierarchy", hierarchy)

    @property
    def stages(self) -> NDArray[np.int8]:
        """(n_epochs,) int8: the most probable stage, UNSCORED where nothing could be staged."""
        return np.where(
            np.isnan(self.probabilities[:, 0]),
            np.int8(Stage.UNSCORED),
            np.nan_to_num(self.probabilities).argmax(axis=1).astype(np.int8),
        )

    @property
    def confidence(self) -> NDArray[np.float32]:
        """(n_epochs,) float32: probability of the most probable stage, or NaN."""
        return (
            self.probabilities.max(axis=1, initial=-np.inf)
            if len(self.probabilities)
            else (np.empty(0, np.float32))
        )


def _checked(given: NDArray[np.floating], n_columns: int) -> NDArray[np.float32]:
    """A copy that nobody can change."""
    probabilities = np.array(given, dtype=np.float32)
    if probabilities.ndim != 2 or probabilities.shape[1] != n_columns:
        raise ValueError(f"probabilities must be (n_epochs, {n_columns}): {probabilities.shape}")
    rows = probabilities.sum(axis=1)
    if not np.all(np.isnan(rows) | (np.abs(rows - 1) < 1e-4)):
        raise ValueError("each row of probabilities must sum to 1, or be NaN")
    probabilities.setflags(write=False)
    return probabilities
