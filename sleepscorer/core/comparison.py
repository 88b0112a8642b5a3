"""Several scorings of one night side by side, epoch by epoch."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.agreement import Agreement, agreement
from sleepscorer.core.alignment import alignment
from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.machine_answer import in_three
from sleepscorer.core.stages import EPOCH_S, STAGES, THREE_STAGES, Stage

_SEVERAL = 2


@dataclass(frozen=True, eq=False)
class NamedStages:
    """What one scorer gave the epochs of a night.

    Parameters
    ----------
    key
        By which it is asked for, unlike all others.
    title
        For people.
    stages
        (n_epochs,) int8 values of ``stage_set``, UNSCORED where there is none.
    stage_set
        The stages it tells apart.
    """

    key: str
    title: str
    stages: NDArray[np.int8]
    stage_set: tuple[Stage, ...] = STAGES


@dataclass(frozen=True, eq=False)
class Comparison:
    """Scorings of one night on one grid of epochs.

    Where one of them tells three stages only, all are compared in three.

    Parameters
    ----------
    scorings
        One or more, all of as many epochs; the first is taken as the reference where one is.
    epoch_s
        Length of an epoch, seconds.
    notes
        How they came on one grid, in words.

    Raises
    ------
    ValueError
        If there is none, their numbers of epochs differ, or two have one key.
    """

    scorings: tuple[NamedStages, ...]
    epoch_s: float = EPOCH_S
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len({one.stages.shape for one in self.scorings}) != 1:
            raise ValueError(f"scorings of {[one.stages.shape for one in self.scorings]} epochs")
        if len({one.key for one in self.scorings}) != len(self.scorings):
            raise ValueError(f"two scorings are called alike: {[one.key for one in self.scorings]}")

    @property
    def n_epochs(self) -> int:
        """Length of the grid, epochs."""
        return int(self.scorings[0].stages.size)

    @cached_property
    def stage_set(self) -> tuple[Stage, ...]:
        """The stages that are compared."""
        is_five = all(one.stage_set == STAGES for one in self.scorings)
        return STAGES if is_five else THREE_STAGES

    @cached_property
    def stages(self) -> NDArray[np.int8]:
        """(n_scorings, n_epochs) int8 values of ``stage_set`` or UNSCORED."""
        if self.stage_set == STAGES:
            return np.stack([one.stages for one in self.scorings]).astype(np.int8)
        return np.stack([in_three(one.stages) for one in self.scorings])

    @cached_property
    def votes(self) -> NDArray[np.int_]:
        """(n_epochs, n_told) how many scorers give an epoch each stage of ``stage_set``."""
        return np.stack([(self.stages == stage).sum(axis=0) for stage in self.stage_set], axis=1)

    @cached_property
    def n_scored(self) -> NDArray[np.int_]:
        """(n_epochs,) how many scored an epoch."""
        return np.asarray(self.votes.sum(axis=1))

    @cached_property
    def disagreements(self) -> NDArray[np.int_]:
        """Epochs, from 0, that two or more scored and not all of these alike."""
        return np.flatnonzero(self.votes.max(axis=1) < self.n_scored)

    @cached_property
    def unscored(self) -> NDArray[np.int_]:
        """Epochs, from 0, that nobody scored."""
        return np.flatnonzero(self.n_scored == 0)

    @cached_property
    def unanimous(self) -> NDArray[np.int8]:
        """(n_epochs,) the stage that all give who scored it, two or more; UNSCORED elsewhere."""
        is_one = (self.n_scored >= _SEVERAL) & (self.votes.max(axis=1) == self.n_scored)
        return self._most_voted(is_one)

    @cached_property
    def majority(self) -> NDArray[np.int8]:
        """(n_epochs,) the stage that most give.

        UNSCORED where fewer than two scored the epoch, and where two stages have as many votes.
        """
        ordered = np.sort(self.votes, axis=1)
        return self._most_voted((self.n_scored >= _SEVERAL) & (ordered[:, -1] > ordered[:, -2]))

    def majority_without(self, key: str) -> NDArray[np.int8]:
        """Return the :attr:`majority` of all others: what one scorer is fairly compared with."""
        others = tuple(
            NamedStages(one.key, one.title, self._stages_of(one.key), self.stage_set)
            for one in self.scorings
            if one.key != key
        )
        if len(others) == len(self.scorings):
            raise KeyError(key)
        if len(others) < _SEVERAL:
            return np.full(self.n_epochs, Stage.UNSCORED, dtype=np.int8)
        return Comparison(others, self.epoch_s).majority

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Keys of every two scorings, the earlier as the reference of the later."""
        return tuple(combinations([one.key for one in self.scorings], 2))

    def agreement_of(self, reference: str, other: str) -> Agreement | None:
        """Return how far two agree; None where no epoch is scored by both."""
        return self._agreement(self._stages_of(reference), self._stages_of(other))

    def agreement_with_others(self, key: str) -> Agreement | None:
        """Return how far one agrees with the majority of all others, the reference here.

        None where no epoch has both.
        """
        return self._agreement(self.majority_without(key), self._stages_of(key))

    def epochs_of(self, reference: str, other: str, row: Stage, column: Stage) -> NDArray[np.int_]:
        """Return the epochs, from 0, of a cell of the confusion counts of two scorings.

        Parameters
        ----------
        reference, other
            Keys.
        row, column
            Stages of the two, of ``stage_set``; UNSCORED gives those that one left out.
        """
        true, judged = self._stages_of(reference), self._stages_of(other)
        return np.flatnonzero((true == row) & (judged == column))

    @cached_property
    def fleiss_kappa(self) -> float | None:
        """Agreement of all scorers beyond chance, over the epochs that every one of them scored.

        Fleiss 1971, Psychological Bulletin 76, 378-382. None where fewer than two scored, there
        is no such epoch, or all of them hold one and the same stage.
        """
        n_scorers = len(self.scorings)
        votes = self.votes[self.n_scored == n_scorers]
        if n_scorers < _SEVERAL or not votes.size:
            return None
        shares = votes.sum(axis=0) / votes.sum()
        expected = float((shares**2).sum())
        if np.count_nonzero(shares) == 1:
            return None
        alike = (votes * (votes - 1)).sum(axis=1) / (n_scorers * (n_scorers - 1))
        return (float(alike.mean()) - expected) / (1 - expected)

    @property
    def n_by_all(self) -> int:
        """Epochs that every one scored."""
        return int(np.count_nonzero(self.n_scored == len(self.scorings)))

    def _most_voted(self, epochs: NDArray[np.bool_]) -> NDArray[np.int8]:
        told = np.array(self.stage_set, dtype=np.int8)
        return np.where(epochs, told[self.votes.argmax(axis=1)], np.int8(Stage.UNSCORED))

    def _stages_of(self, key: str) -> NDArray[np.int8]:
        for number, one in enumerate(self.scorings):
            if one.key == key:
                return np.asarray(self.stages[number])
        raise KeyError(key)

    def _agreement(self, true: NDArray[np.int8], judged: NDArray[np.int8]) -> Agreement | None:
        if not ((true >= 0) & (judged >= 0)).any():
            return None
        reference, other = (
            Scoring(Hypnogram(stages, self.epoch_s, stage_set=self.stage_set))
            for stages in (true, judged)
        )
        return agreement(reference, other)


def compared(scorings: Sequence[tuple[str, str, Scoring]]) -> Comparison:
    """Lay several scorings of one night on the grid of the first.

    Epochs of others beyond its ends are left out, and said in the notes.

    Parameters
    ----------
    scorings
        Key, title and scoring of each; the first is the reference.

    Raises
    ------
    ScoringError
        If the epochs of one don't coincide with those of the first, or it has none in common with
        it; it is named.
    """
    _, _, reference = scorings[0]
    n_epochs = reference.hypnogram.n_epochs
    laid, notes = [], []
    for number, (key, title, scoring) in enumerate(scorings):
        stages = np.full(n_epochs, Stage.UNSCORED, dtype=np.int8)
        shift = 0
        if number:
            try:
                shift, said = alignment(reference, scoring)
            except ScoringError as error:
                raise ScoringError(f"{title}: {error.what}", hint=error.hint) from error
            notes += [f"{title}: {note}" for note in said]
        first, stop = max(0, shift), min(n_epochs, shift + scoring.hypnogram.n_epochs)
        if stop <= first:
            raise ScoringError(f"{title} has no epoch in common with {scorings[0][1]}")
        stages[first:stop] = scoring.hypnogram.stages[first - shift : stop - shift]
        left_out = scoring.hypnogram.n_epochs - (stop - first)
        if left_out:
            notes.append(f"{title}: {left_out} of its epochs lie outside {scorings[0][1]}")
        laid.append(NamedStages(key, title, stages, scoring.hypnogram.stage_set))
    return Comparison(tuple(laid), reference.hypnogram.epoch_s, tuple(notes))
