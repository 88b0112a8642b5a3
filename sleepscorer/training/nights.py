"""Scored nights as band powers, split by subject."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import SleepScorerError

TEST_SUBJECTS = frozenset({5, 8, 16, 30, 35, 40, 46, 48, 52, 61, 63, 66, 67, 77})
"""Held out from training and from every choice."""
VALIDATION_SUBJECTS = frozenset({1, 11, 22, 28, 33, 43, 50, 57, 64, 71})
"""Held out from training; they choose when to stop and the temperature."""

_N_BANDS = 5


@dataclass(frozen=True, eq=False)
class LabelledNight:
    """One scored night.

    Parameters
    ----------
    record, subject
        Name of the record and number of its subject in Sleep-EDF.
    eeg
        (n_epochs, n_derivations, 5) natural log band powers of the EEG derivations.
    eog
        (n_epochs, 5) of the EOG.
    labels
        (n_epochs,) 0 to 4, or -100 where the experts' label is not a stage.
    """

    record: str
    subject: int
    eeg: NDArray[np.float32]
    eog: NDArray[np.float32]
    labels: NDArray[np.int64]


def load_nights(folder: Path) -> tuple[LabelledNight, ...]:
    """Read every night that ``folder/index.csv`` lists.

    Each file holds ``features`` (n_epochs, 3, 10): Fpz-Cz, Pz-Oz and horizontal EOG, the first five
    of ten being log band powers; and ``labels``.
    """
    index = folder / "index.csv"
    if not index.is_file():
        raise SleepScorerError("no index.csv of scored nights", path=folder)
    with index.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(_load_night(folder, row["record"], int(row["subject"])) for row in rows)


def _load_night(folder: Path, record: str, subject: int) -> LabelledNight:
    with np.load(folder / f"{record}.npz", allow_pickle=False) as arrays:
        features = arrays["features"].astype(np.float32)
        labels = arrays["labels"].astype(np.int64)
    return LabelledNight(
        record, subject, features[:, :2, :_N_BANDS], features[:, 2, :_N_BANDS], labels
    )


def of_subjects(
    nights: Sequence[LabelledNight], subjects: frozenset[int]
) -> tuple[LabelledNight, ...]:
    """The nights of some subjects; both nights of a person always stay together."""
    return tuple(night for night in nights if night.subject in subjects)


def training_nights(nights: Sequence[LabelledNight]) -> tuple[LabelledNight, ...]:
    """The nights of everybody who is neither test nor validation subject."""
    held_out = TEST_SUBJECTS | VALIDATION_SUBJECTS
    return tuple(night for night in nights if night.subject not in held_out)
