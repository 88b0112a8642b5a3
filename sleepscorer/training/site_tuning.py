"""The ways of tuning weights to a site, by how many people they need, and which one is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import torch

from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.staging.checkpoint import WeightsInfo
from sleepscorer.training import fine_tuning
from sleepscorer.training.fine_tuning import fine_tune
from sleepscorer.training.nights import TrainingNight
from sleepscorer.training.recalibrating import recalibrate
from sleepscorer.training.trainer import Recipe
from sleepscorer.training.tuned import Tuned

Way = Literal["recalibration", "heads"]

LEAST_PEOPLE: Mapping[Way, int] = MappingProxyType({"recalibration": 5, "heads": 10})
"""Fewer can't show whether what was learned holds for others: a few numbers need fewer people."""

_SHARE_RECALIBRATING = 0.1


@dataclass(frozen=True)
class SiteTuning:
    """What came of each way, on the same held-out nights.

    Parameters
    ----------
    tuned
        One way or both.
    """

    tuned: Mapping[Way, Tuned]

    @property
    def better(self) -> Way:
        """The way to keep, if any is.

        Of two that gain, heads have to be better than the recalibration as they have to be better
        than the former weights: what changes less is easier to trust.
        """
        gains: list[Way] = [way for way, one in self.tuned.items() if not one.reasons_against]
        if len(gains) == 2:
            fewer, more = (self.tuned[way].comparison for way in LEAST_PEOPLE)
            return "recalibration" if fewer.followed_by(more).reasons_against() else "heads"
        return (*gains, *self.tuned)[0]


def ways_for(n_people: int) -> tuple[Way, ...]:
    """The ways that so many people are enough for; the one that needs fewest where none is."""
    fit = tuple(way for way, least in LEAST_PEOPLE.items() if least <= n_people)
    return fit or tuple(LEAST_PEOPLE)[:1]


def tune(
    info: WeightsInfo,
    nights: Sequence[TrainingNight],
    folder: Path,
    *,
    ways: Sequence[Way],
    recipe: Recipe | None = None,
    device: torch.device | None = None,
    progress: Progress = silent,
) -> SiteTuning:
    """Tune weights in one way or both, each in a folder of its own.

    Parameters
    ----------
    info
        The former weights; nothing of them changes.
    nights
        Measured by their front-end.
    folder
        Of the run.
    ways
        To try.
    recipe
        For the heads.
    device
        Where.

    Raises
    ------
    UsageError
        If another run was begun there, or there are too few people.
    """
    tuned: dict[Way, Tuned] = {}
    end = _SHARE_RECALIBRATING if "heads" in ways else 1.0
    if "recalibration" in ways:
        tuned["recalibration"] = recalibrate(
            info,
            nights,
            folder / "recalibration",
            device=device,
            progress=part_of(progress, 0, end),
        )
    if "heads" in ways:
        begin = end if tuned else 0.0
        tuned["heads"] = fine_tune(
            info,
            nights,
            folder / "heads",
            recipe=recipe or fine_tuning.TUNING,
            device=device,
            progress=part_of(progress, begin, 1.0),
        )
    return SiteTuning(tuned)
