"""The five sleep stages of the AASM manual, and 'unscored'."""

from enum import IntEnum
from types import MappingProxyType


class Stage(IntEnum):
    """A stage; its value is the column of the network's output."""

    W = 0
    N1 = 1
    N2 = 2
    N3 = 3
    R = 4
    UNSCORED = -1

    @property
    def text(self) -> str:
        """``W N1 N2 N3 R``, and ``?`` for an unscored epoch."""
        return "?" if self is Stage.UNSCORED else self.name

    @property
    def is_sleep(self) -> bool:
        """True for N1, N2, N3 and R."""
        return self > Stage.W


STAGES = (Stage.W, Stage.N1, Stage.N2, Stage.N3, Stage.R)
"""The scored stages in the order of the network's output."""

STAGE_BY_TEXT = MappingProxyType({stage.text: stage for stage in Stage})

EPOCH_S = 30.0
"""Length of a scoring epoch, seconds (AASM manual, all editions)."""
