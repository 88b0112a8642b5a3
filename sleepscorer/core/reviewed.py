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
    return ReviewedEpochs(n_epochs, history.done).now


class ReviewedEpochs:
    """The same of a session that goes on: each edit costs what it changes, however long the log.

    Parameters
    ----------
    n_epochs
        Whole epochs of the recording.
    done
        The edits that hold, oldest first.
    """

    def __init__(self, n_epochs: int, done: Iterable[Edit] = ()) -> None:
        # What each edit that holds of an epoch made of it, the last one on top.
        self._found: list[list[bool]] = [[] for _ in range(n_epochs)]
        self._now = np.zeros(n_epochs, dtype=bool)
        for edit in done:
            self.add(edit)

    @property
    def now(self) -> NDArray[np.bool_]:
        """(n_epochs,) bool, read-only; a later edit does not change it."""
        now = self._now.copy()
        now.setflags(write=False)
        return now

    def add(self, edit: Edit) -> None:
        """Let an edit hold: one that was made, or the one that a redo concerns."""
        is_person = edit.kind is EditKind.MANUAL
        for epoch, stage in zip(edit.change.epochs, edit.change.stages_after, strict=True):
            self._found[epoch].append(is_person and stage != Stage.UNSCORED)
            self._now[epoch] = self._found[epoch][-1]

    def take_back(self, edit: Edit) -> None:
        """Let the last edit that holds hold no more."""
        for epoch in edit.change.epochs:
            self._found[epoch].pop()
            self._now[epoch] = bool(self._found[epoch]) and self._found[epoch][-1]
