"""The five sleep stages of the AASM manual, NREM as one of three, and 'unscored'."""

from enum import IntEnum


class Stage(IntEnum):
    """A stage; the value of the first five is the column of the network's output.

    NREM stands for N1, N2 or N3 where they are not told apart: in answers of three stages only.
    """

    W = 0
    N1 = 1
    N2 = 2
    N3 = 3
    R = 4
    NREM = 5
    UNSCORED = -1

    @property
    def text(self) -> str:
        """``W N1 N2 N3 R NREM``, and ``?`` for an unscored epoch."""
        return "?" if self is Stage.UNSCORED else self.name

    @property
    def is_sleep(self) -> bool:
        """True for N1, N2, N3, NREM and R."""
        return self > Stage.W


STAGES: tuple[Stage, ...] = (Stage.W, Stage.N1, Stage.N2, Stage.N3, Stage.R)
"""The scored stages in the order of the network's output."""

THREE_STAGES: tuple[Stage, ...] = (Stage.W, Stage.NREM, Stage.R)
"""What an answer of three stages tells apart, in the order of its probabilities."""


EPOCH_S = 30.0
"""Length of a scoring epoch, seconds (AASM manual, all editions)."""
