"""Which epochs an automatic staging may fill."""

from collections.abc import Iterable
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.edits import ScoringState
from sleepscorer.core.stages import Stage


class FillMode(StrEnum):
    """Which epochs an automatic staging fills; those a person scored only if that is asked for."""

    UNSCORED = "unscored"
    CHOSEN = "chosen"
    ALL = "all"


def epochs_to_fill(
    state: ScoringState,
    mode: FillMode,
    *,
    chosen: Iterable[Stage] = (),
    over_person: bool = False,
) -> NDArray[np.bool_]:
    """Return which epochs (n_epochs,) may be filled; see ``ScoringSession.fill``."""
    wanted: NDArray[np.bool_] = state.stages == Stage.UNSCORED
    if mode is FillMode.CHOSEN:
        wanted = wanted | np.isin(state.stages, [int(stage) for stage in chosen])
    elif mode is FillMode.ALL:
        wanted = np.ones(state.stages.size, dtype=bool)
    return wanted if over_person else wanted & ~state.by_person
