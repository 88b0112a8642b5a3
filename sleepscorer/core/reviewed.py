"""Which epochs a person has reviewed: the one place that says so, for window, exports and lists."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.edits import Edit, EditHistory, EditKind
from sleepscorer.core.stages import Stage


def reviewed_epochs(n_epochs: int, edits: Iterable[Edit]) -> NDArray[np.bool_]:
    """Tell which epochs a person scored or confirmed in this program.

    What counts is the last edit that holds of an epoch's stage. A machine's stage nobody has looked
    at is not reviewed, nor is one that came with the scoring of another program or person: it was
    somebody's, but nobody here has seen it. Giving an epoch the stage that it has confirms it.
    An epoch whose stage was taken away is not reviewed: it still has to be scored.

    Parameters
    ----------
    n_epochs
        Whole epochs of the recording.
    edits
        The whole log of a session, or those of its edits that hold; oldest first.

    Returns
    -------
    (n_epochs,) bool, read-only.
    """
    history = EditHistory()
    for edit in edits:
        history.add(edit)
    found = [False] * n_epochs
    for edit in history.done:
        is_person = edit.kind is EditKind.MANUAL
        for epoch, stage in zip(edit.change.epochs, edit.change.stages_after, strict=True):
            found[epoch] = is_person and stage != Stage.UNSCORED
    reviewed = np.array(found, dtype=bool)
    reviewed.setflags(write=False)
    return reviewed
