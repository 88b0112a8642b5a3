"""The protocols by which papers judge stagers, by name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sleepscorer.core.errors import UsageError
from sleepscorer.training.nights import TrainingNight
from sleepscorer.training.raw_nights import Trim
from sleepscorer.training.splits import Split, folds, one_split


@dataclass(frozen=True)
class Protocol:
    """Whose nights are used and how they are split.

    Parameters
    ----------
    subjects
        A regular expression of the subjects that take part; None is all.
    n_folds
        Everybody tests once in so many folds; None splits once.
    test_share
        Of all people, where it splits once.
    validation_share
        Of the people who do not test.
    trim
        What of each recording is used.
    """

    subjects: str | None
    n_folds: int | None
    test_share: float = 0.0
    validation_share: float = 0.1
    trim: Trim = "30min"

    def splits(self, nights: Sequence[TrainingNight], *, seed: int) -> tuple[Split, ...]:
        """Split these nights.

        Raises
        ------
        UsageError
            If too few people of the protocol are among them.
        """
        kept = [
            n for n in nights if self.subjects is None or re.fullmatch(self.subjects, n.subject)
        ]
        if self.n_folds is not None:
            return folds(kept, self.n_folds, seed=seed, validation_share=self.validation_share)
        once = one_split(
            kept, seed=seed, test_share=self.test_share, validation_share=self.validation_share
        )
        return (once,)


PROTOCOLS: Mapping[str, Protocol] = MappingProxyType(
    {
        # Sleep-EDF, subjects 0 to 19 of the cassette study, 20 folds that leave one person out,
        # wake of 30 min on both sides (Supratak et al. 2017; Eldele et al. 2021).
        "edf-20": Protocol(
            r"SC4[01]\d",
            20,
            validation_share=0.2,
        ),
        # Sleep-EDF, all 78 people of the cassette study, 10 folds of people, wake of 30 min on
        # both sides (Supratak and Guo 2020; Phan et al. 2021).
        "edf-78": Protocol(
            r"SC4\d\d",
            10,
        ),
        # SHHS, 70 % of the people train and validate, 30 % test, whole recordings (Phan et al.
        # 2022).
        "shhs": Protocol(
            r"shhs-\d+",
            None,
            test_share=0.3,
            validation_share=0.03,
            trim="none",
        ),
    }
)
"""The named presets of ``--protocol``."""


def splits_of(
    nights: Sequence[TrainingNight], *, protocol: str | None, n_folds: int | None, seed: int
) -> tuple[Split, ...]:
    """Split nights by a protocol, into folds, or once: a tenth validates and a fifth tests.

    Raises
    ------
    UsageError
        If there is no such protocol, or there are too few people.
    """
    if protocol is not None:
        if protocol not in PROTOCOLS:
            raise UsageError(
                f"there is no protocol {protocol!r}", hint=f"there are {', '.join(PROTOCOLS)}"
            )
        return PROTOCOLS[protocol].splits(nights, seed=seed)
    if n_folds is not None:
        return folds(nights, n_folds, seed=seed)
    return (one_split(nights, seed=seed, test_share=0.2, validation_share=0.1),)
