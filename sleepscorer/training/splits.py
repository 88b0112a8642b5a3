"""Who trains, who validates, who tests: always whole people."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sleepscorer.core.errors import UsageError
from sleepscorer.core.wording import counted
from sleepscorer.training.nights import Night, ScoredNight, TrainingNight, of_subjects


@dataclass(frozen=True)
class Split:
    """Subjects of each part.

    Parameters
    ----------
    train
        Learned from.
    validation
        Decide when to stop, and the calibration.
    test
        Judge; take part in no choice.

    Raises
    ------
    UsageError
        If somebody is in two parts, or nobody trains or validates.
    """

    train: frozenset[str]
    validation: frozenset[str]
    test: frozenset[str]

    def __post_init__(self) -> None:
        twice = (
            (self.train & self.validation)
            | (self.train & self.test)
            | (self.validation & self.test)
        )
        if twice:
            raise UsageError(
                f"{', '.join(sorted(twice))} would be in two parts of the split",
                hint="a person's nights must all train, all validate or all test",
            )
        if not self.train or not self.validation:
            raise UsageError(
                f"{counted(len(self.train), 'person', 'people')} would train and"
                f" {len(self.validation)} validate",
                hint="at least one of each is needed; find more scored nights",
            )

    def parts(
        self, nights: Sequence[Night]
    ) -> tuple[tuple[Night, ...], tuple[Night, ...], tuple[Night, ...]]:
        """The nights that train, validate and test."""
        train, validation, test = (
            of_subjects(nights, part) for part in (self.train, self.validation, self.test)
        )
        return train, validation, test


_TEST_OF_FEATURES = (5, 8, 16, 30, 35, 40, 46, 48, 52, 61, 63, 66, 67, 77)
_VALIDATION_OF_FEATURES = (1, 11, 22, 28, 33, 43, 50, 57, 64, 71)


def held_out(nights: Sequence[TrainingNight]) -> Split:
    """The fixed split of the Sleep-EDF features: 14 people judge, 10 validate, the others train."""
    subjects = {night.subject for night in nights}
    test = frozenset(map(str, _TEST_OF_FEATURES)) & subjects
    validation = frozenset(map(str, _VALIDATION_OF_FEATURES)) & subjects
    return Split(frozenset(subjects) - test - validation, validation, test)


def one_split(
    nights: Sequence[TrainingNight], *, seed: int, test_share: float, validation_share: float
) -> Split:
    """Split people once.

    Parameters
    ----------
    seed
        Draws who is in which part.
    test_share
        Of all people; at least one.
    validation_share
        Of the people who do not test; at least one.

    Raises
    ------
    UsageError
        If there are too few people.
    """
    subjects = sorted({night.subject for night in nights})
    if len(subjects) < 3:
        raise UsageError(
            f"{len(subjects)} {'person' if len(subjects) == 1 else 'people'} can't be split into"
            " three parts",
            hint="find scored nights of others",
        )
    shuffled = np.random.default_rng(seed).permutation(subjects).tolist()
    n_test = max(1, round(test_share * len(subjects)))
    n_validation = max(1, round(validation_share * (len(subjects) - n_test)))
    return Split(
        frozenset(shuffled[n_test + n_validation :]),
        frozenset(shuffled[n_test : n_test + n_validation]),
        frozenset(shuffled[:n_test]),
    )


def folds(
    nights: Sequence[ScoredNight], n_folds: int, *, seed: int, validation_share: float = 0.1
) -> tuple[Split, ...]:
    """Cross-validation: everybody tests once.

    Parameters
    ----------
    nights
        Of at least ``n_folds`` people.
    n_folds
        As many as there are people leaves one out.
    seed
        Draws who is in which fold, and who of the others validates.
    validation_share
        Of the people who do not test; at least one.

    Raises
    ------
    UsageError
        If there are too few people.
    """
    subjects = sorted({night.subject for night in nights})
    if not 2 <= n_folds <= len(subjects) or len(subjects) < 3:
        raise UsageError(
            f"{n_folds} folds can't be made of {counted(len(subjects), 'person', 'people')}",
            hint="choose --folds from 2 to the number of people, of whom there must be three",
        )
    rng = np.random.default_rng(seed)
    shuffled = [subjects[i] for i in rng.permutation(len(subjects))]
    splits = []
    for fold in range(n_folds):
        test = shuffled[fold::n_folds]
        others = [subject for subject in shuffled if subject not in test]
        n_validation = max(1, round(validation_share * len(others)))
        chosen = {others[i] for i in rng.permutation(len(others))[:n_validation]}
        splits.append(Split(frozenset(others) - chosen, frozenset(chosen), frozenset(test)))
    return tuple(splits)
