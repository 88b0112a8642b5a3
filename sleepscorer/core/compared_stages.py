"""Several scorings of one night beside each other: where they differ, and who says what."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.agreement import Agreement, agreement
from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.layers import LayerKind, LayerStages
from sleepscorer.core.stages import STAGES, Stage


@dataclass(frozen=True, eq=False)
class ComparedStages:
    """Scorings of the epochs of one recording.

    Parameters
    ----------
    scorings
        Each with as many epochs as the others.
    """

    scorings: tuple[LayerStages, ...]

    def __post_init__(self) -> None:
        if len({scoring.stages.size for scoring in self.scorings}) > 1:
            raise ValueError("the scorings differ in length")

    @property
    def n_epochs(self) -> int:
        """Epochs of the recording."""
        return int(self.scorings[0].stages.size) if self.scorings else 0

    def of_key(self, key: str) -> LayerStages | None:
        """Return the scoring of this key, if it is among them."""
        return next((one for one in self.scorings if one.key == key), None)

    @cached_property
    def differs(self) -> NDArray[np.bool_]:
        """(n_epochs,) bool: scored in two scorings or more, and not by one stage; read-only."""
        differs = np.zeros(self.n_epochs, bool)
        if self.scorings:
            every = np.stack([one.stages for one in self.scorings])
            scored = every != Stage.UNSCORED
            highest = np.where(scored, every, -1).max(axis=0)
            lowest = np.where(scored, every, len(STAGES)).min(axis=0)
            differs = (scored.sum(axis=0) > 1) & (highest != lowest)
        differs.setflags(write=False)
        return differs

    @cached_property
    def n_compared(self) -> int:
        """How many epochs are scored in two scorings or more."""
        if not self.scorings:
            return 0
        scored = np.stack([one.stages for one in self.scorings]) != Stage.UNSCORED
        return int(np.count_nonzero(scored.sum(axis=0) > 1))

    @cached_property
    def unanimous(self) -> NDArray[np.int8]:
        """(n_epochs,) the stage that every scoring gives, unscored where one gives none."""
        if not self.scorings:
            return np.zeros(0, np.int8)
        every = np.stack([one.stages for one in self.scorings])
        is_one = (every == every[0]).all(axis=0)
        return np.where(is_one, every[0], Stage.UNSCORED).astype(np.int8)

    def next_difference(self, epoch: int, *, backwards: bool = False) -> int | None:
        """Return the next epoch at which they differ, behind (or before) this one, if any."""
        places = np.flatnonzero(self.differs)
        beyond = places[places < epoch][::-1] if backwards else places[places > epoch]
        return int(beyond[0]) if beyond.size else None

    def votes(self, epoch: int) -> tuple[tuple[LayerStages, Stage], ...]:
        """Return what each says of an epoch."""
        return tuple((one, Stage(int(one.stages[epoch]))) for one in self.scorings)

    def votes_in_words(self, epoch: int) -> str:
        """``N2 by anna, machine; W by ben``: the stage most of them give comes first."""
        by_stage: dict[Stage, list[str]] = {}
        for one, stage in self.votes(epoch):
            by_stage.setdefault(stage, []).append(one.title)
        counts = Counter({stage: len(titles) for stage, titles in by_stage.items()})
        return "; ".join(
            f"{stage.text} by {', '.join(by_stage[stage])}" for stage, _ in counts.most_common()
        )

    def epochs_of_cell(self, rows: str, columns: str, row: Stage, column: Stage) -> tuple[int, ...]:
        """Return the epochs that the scoring ``rows`` calls ``row``, and the other ``column``.

        Parameters
        ----------
        rows, columns
            Keys of two of the scorings.
        row, column
            Their stages: a cell of the confusion matrix.
        """
        one, other = self.of_key(rows), self.of_key(columns)
        if one is None or other is None:
            return ()
        found = (one.stages == row) & (other.stages == column)
        return tuple(int(epoch) for epoch in np.flatnonzero(found))

    def agreement_of(self, rows: str, columns: str) -> Agreement | None:
        """Return how far two of them agree; None where no epoch is scored in both."""
        one, other = self.of_key(rows), self.of_key(columns)
        if one is None or other is None:
            return None
        try:
            return agreement(_scoring(one), _scoring(other))
        except ScoringError:
            return None


def _scoring(one: LayerStages) -> Scoring:
    return Scoring(Hypnogram(one.stages))


def scorers_of(scorings: Iterable[LayerStages]) -> ComparedStages:
    """Return the comparison of those who scored: what was decided between them is left out."""
    return ComparedStages(tuple(one for one in scorings if one.kind is not LayerKind.CONSENSUS))
