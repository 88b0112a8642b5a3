"""Scored nights to learn from: band powers, or signals, with the experts' stages."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.wording import counted as n_of
from sleepscorer.staging.bands import N_BANDS
from sleepscorer.staging.checkpoint import LEARNED_EEG
from sleepscorer.staging.preprocess import Band

NO_LABEL = -100
"""Where the experts' label is not a stage; never part of a loss or a figure."""
_USUAL_SHARE = 0.1


class ScoredNight(Protocol):
    """What a split and a count know of a night."""

    @property
    def name(self) -> str:
        """Of the recording."""
        ...

    @property
    def subject(self) -> str:
        """Whose night it is."""
        ...

    @property
    def labels(self) -> NDArray[np.int64]:
        """(n_epochs,) 0 to 4, or :data:`NO_LABEL`."""
        ...


Night = TypeVar("Night", bound=ScoredNight)


@dataclass(frozen=True, eq=False)
class TrainingNight:
    """One scored night.

    Parameters
    ----------
    name
        Of the recording.
    subject
        Whose night it is: all nights of a person stay on one side of every split.
    labels
        (n_epochs,) 0 to 4, or :data:`NO_LABEL`.
    powers
        For each kind of channel (n_epochs, n_derivations, 5) natural log band powers.
    signals
        For each kind of channel (n_epochs, n_derivations, 3000) at 100 Hz, maybe on disk; empty
        where only the powers are known.
    usable
        For each kind of channel (n_epochs, n_derivations) bool: where it holds a signal, as the
        stager judges that. A kind that is not named does everywhere.
    learned
        For each kind of channel (n_epochs, n_derivations, n_learned) features that an encoder gave
        beside the powers; empty where none did.
    eeg
        The EEG derivations that were learned from, as shown to people; empty where nobody knows.
    """

    name: str
    subject: str
    labels: NDArray[np.int64]
    powers: Mapping[Band, NDArray[np.float32]]
    signals: Mapping[Band, NDArray[np.floating]]
    usable: Mapping[Band, NDArray[np.bool_]] = field(default_factory=dict)
    learned: Mapping[Band, NDArray[np.float32]] = field(default_factory=dict)
    eeg: tuple[str, ...] = ()

    @property
    def n_epochs(self) -> int:
        """How many epochs it has."""
        return len(self.labels)

    def usable_of(self, kind: Band, derivation: int) -> NDArray[np.bool_]:
        """(n_epochs,) where a derivation holds a signal."""
        if kind not in self.usable:
            return np.ones(self.n_epochs, dtype=bool)
        found: NDArray[np.bool_] = self.usable[kind][:, derivation]
        return found


def feature_nights(folder: Path) -> tuple[TrainingNight, ...]:
    """Read the nights that ``folder/index.csv`` lists (columns ``record``, ``subject``).

    Each file holds ``features`` (n_epochs, 3, 10): Fpz-Cz, Pz-Oz and horizontal EOG, the first five
    of ten being natural log band powers; and ``labels``.

    Raises
    ------
    SleepScorerError
        If there is no such index, or a night is not as described.
    """
    index = folder / "index.csv"
    if not index.is_file():
        raise SleepScorerError("no index.csv of scored nights", path=folder)
    with index.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(_feature_night(folder, row["record"], row["subject"]) for row in rows)


def _feature_night(folder: Path, record: str, subject: str) -> TrainingNight:
    path = folder / f"{record}.npz"
    try:
        with np.load(path, allow_pickle=False) as arrays:
            features = arrays["features"].astype(np.float32)
            labels = arrays["labels"].astype(np.int64)
        powers: dict[Band, NDArray[np.float32]] = {
            "eeg": features[:, :2, :N_BANDS],
            "eog": features[:, 2:3, :N_BANDS],
        }
        labels = np.where((labels >= 0) & (labels < 5), labels, NO_LABEL)
    except (OSError, KeyError, ValueError, IndexError) as error:
        raise SleepScorerError(f"not a night of features: {error}", path=path) from error
    if features.shape[:2] != (len(labels), 3):
        raise SleepScorerError(f"features {features.shape} for {len(labels)} labels", path=path)
    return TrainingNight(record, subject, labels, powers, {}, eeg=LEARNED_EEG)


def eeg_of(nights: Sequence[TrainingNight]) -> tuple[str, ...]:
    """Return the EEG derivations that a tenth of the nights or more have, the most usual first."""
    found = Counter(name for night in nights for name in dict.fromkeys(night.eeg))
    return tuple(name for name, n in found.most_common() if n >= _USUAL_SHARE * len(nights))


def of_subjects(nights: Sequence[Night], subjects: frozenset[str]) -> tuple[Night, ...]:
    """The nights of some subjects."""
    return tuple(night for night in nights if night.subject in subjects)


def counted(nights: Sequence[ScoredNight]) -> str:
    """Say how much it is: ``"27 nights of 14 people, 33580 scored epochs"``."""
    n_people = len({night.subject for night in nights})
    n_epochs = sum(int((night.labels >= 0).sum()) for night in nights)
    return (
        f"{n_of(len(nights), 'night')} of {n_of(n_people, 'person', 'people')},"
        f" {n_of(n_epochs, 'scored epoch')}"
    )
