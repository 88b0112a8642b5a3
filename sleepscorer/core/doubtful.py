"""How doubtful a staged night is, and how much of that doubt a person has settled."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.machine_answer import MachineAnswer
from sleepscorer.core.wording import percent

DOUBTFUL_UNDER = 0.7
"""An epoch is doubtful where the machine's stage is less likely right than this."""
# A night is worth a warning where at least this share of its staged epochs is doubtful.
_WORTH_A_WARNING = 0.2
_UNSURE = f"(the machine is less than {percent(DOUBTFUL_UNDER)} sure)"
_IMPROBABLE = f"(the machine gives their stage a probability under {percent(DOUBTFUL_UNDER)})"


@dataclass(frozen=True)
class DoubtfulEpochs:
    """The doubtful epochs of a staged night, counted; made by :func:`doubtful_epochs`.

    What is said of them holds at the moment of the count: it is computed anew whenever it is shown
    or written, and stored nowhere.

    Parameters
    ----------
    n_staged
        Epochs that the machine could stage.
    n_doubtful
        Those of which it is less than :data:`DOUBTFUL_UNDER` sure.
    n_open
        Those of the doubtful ones that nobody has reviewed.
    is_measured
        Whether how sure the machine is was measured, or is the probability of its stage alone.
    """

    n_staged: int
    n_doubtful: int
    n_open: int
    is_measured: bool = True

    @property
    def share(self) -> float | None:
        """The doubtful epochs of the staged ones, 0 to 1; None where none is staged."""
        return self.n_doubtful / self.n_staged if self.n_staged else None

    @property
    def warning(self) -> str:
        """What is still to be reviewed of a doubtful night, in a sentence; empty for nothing."""
        if not (said := self._said) or not self.n_open:
            return ""
        if self.n_open == self.n_doubtful:
            return f"{said}: review this night with care"
        n_done = self.n_doubtful - self.n_open
        return (
            f"{said}: a person reviewed {n_done} of these {self.n_doubtful}; review the other"
            f" {self.n_open} with care"
        )

    @property
    def note(self) -> str:
        """That a person reviewed all doubtful epochs of a doubtful night; empty otherwise."""
        if not (said := self._said) or self.n_open:
            return ""
        return f"{said}: a person reviewed all {self.n_doubtful}."

    @property
    def _said(self) -> str:
        """How much is doubtful; empty where a night is not doubtful as a whole."""
        share = self.share
        if share is None or share < _WORTH_A_WARNING:
            return ""
        why = _UNSURE if self.is_measured else _IMPROBABLE
        return f"{percent(share)} of the staged epochs are doubtful {why}"


def doubtful_epochs(answer: MachineAnswer, reviewed: NDArray[np.bool_]) -> DoubtfulEpochs:
    """Count the doubtful epochs of a night and those still to be reviewed.

    Parameters
    ----------
    answer
        What the machine says, in the stages that are told apart.
    reviewed
        (n_epochs,) bool: :func:`~sleepscorer.core.reviewed.reviewed_epochs`.
    """
    is_staged = ~np.isnan(answer.confidence)
    is_doubtful = is_staged & (np.nan_to_num(answer.confidence) < DOUBTFUL_UNDER)
    return DoubtfulEpochs(
        int(is_staged.sum()),
        int(is_doubtful.sum()),
        int((is_doubtful & ~reviewed).sum()),
        answer.is_measured,
    )
