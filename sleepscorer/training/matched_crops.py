"""Stretches of held-out nights that hold the stages that raw recordings hold.

Kappa depends on which stages there are to tell apart: a figure over whole nights says nothing of
what to expect on half an hour of N2. These stretches are as long as the recordings and as near to
them in their stages as the nights allow, and are staged as if there were nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.agreement import Agreement
from sleepscorer.core.stages import STAGES
from sleepscorer.staging.confidence import ConfidenceModel
from sleepscorer.staging.networks.staging_network import StagingNetwork
from sleepscorer.staging.recalibration import Recalibration
from sleepscorer.training.evaluate import Channels, NightAnswers, agreement_of, answers_on, pooled
from sleepscorer.training.nights import NO_LABEL, TrainingNight


@dataclass(frozen=True, eq=False)
class Crop:
    """A stretch of a night.

    Parameters
    ----------
    night
        The whole of it.
    start, stop
        Its first epoch, and the one after its last.
    distance
        How far its stages are from those wanted: the share of epochs that would have to be of
        another stage.
    """

    night: TrainingNight
    start: int
    stop: int
    distance: float

    @property
    def alone(self) -> TrainingNight:
        """The stretch as a night of its own."""
        part, night = slice(self.start, self.stop), self.night
        return replace(
            night,
            labels=night.labels[part],
            powers={kind: values[part] for kind, values in night.powers.items()},
            signals={kind: values[part] for kind, values in night.signals.items()},
            usable={kind: values[part] for kind, values in night.usable.items()},
            learned={kind: values[part] for kind, values in night.learned.items()},
        )

    @property
    def in_night(self) -> TrainingNight:
        """The whole night, of which no other epoch counts."""
        labels = np.full_like(self.night.labels, NO_LABEL)
        labels[self.start : self.stop] = self.night.labels[self.start : self.stop]
        return replace(self.night, labels=labels)


def matched_crops(
    nights: Sequence[TrainingNight], wanted: Sequence[NDArray[np.integer]]
) -> tuple[Crop, ...]:
    """Find, for each of the scorings and each person, the stretch that is nearest in its stages.

    Nothing is drawn at random: of stretches as near the first one is taken. All its epochs are
    scored. A person without any such stretch is left out.

    Parameters
    ----------
    nights
        Of the people who judge.
    wanted
        (n_epochs,) each: a recording's stages, 0 to 4, or negative where it is not scored.
    """
    people = sorted({night.subject for night in nights})
    return tuple(
        crop
        for stages in wanted
        for person in people
        for crop in _nearest([n for n in nights if n.subject == person], stages)
    )


def _nearest(nights: Sequence[TrainingNight], stages: NDArray[np.integer]) -> list[Crop]:
    n_epochs, shares = len(stages), stage_shares(stages)
    best: list[Crop] = []
    for night in nights:
        if night.n_epochs < n_epochs:
            continue
        is_stage = night.labels[:, None] == np.arange(len(STAGES))
        until = np.concatenate([np.zeros((1, len(STAGES)), int), is_stage.cumsum(axis=0)])
        counts = until[n_epochs:] - until[:-n_epochs]
        distances = np.abs(counts / n_epochs - shares).sum(axis=1) / 2
        distances[counts.sum(axis=1) < n_epochs] = np.inf
        start = int(distances.argmin())
        if distances[start] < (best[0].distance if best else np.inf):
            best = [Crop(night, start, start + n_epochs, float(distances[start]))]
    return best


def stage_shares(stages: NDArray[np.integer]) -> NDArray[np.float64]:
    """(5,) the share of each stage among the epochs that have one."""
    counts = np.bincount(stages[stages >= 0], minlength=len(STAGES))
    return np.asarray(counts / max(int(counts.sum()), 1))


@dataclass(frozen=True)
class OnMatchedCrops:
    """What weights reach on such stretches.

    Parameters
    ----------
    n_crops, n_people
        How many, of whom.
    shares, wanted
        (5,) share of each stage in the stretches, and in the recordings.
    distance
        Mean over the stretches, see :class:`Crop`.
    alone, in_night
        For each set of channels the agreement over all stretches: each staged by itself, and the
        same epochs staged with the whole of their nights.
    by_person
        For each set of channels kappa of every person's stretches, each staged by itself; the
        lowest first.
    """

    n_crops: int
    n_people: int
    shares: tuple[float, ...]
    wanted: tuple[float, ...]
    distance: float
    alone: Mapping[str, Agreement]
    in_night: Mapping[str, Agreement]
    by_person: Mapping[str, tuple[float, ...]]


def judge_on_crops(
    network: StagingNetwork,
    nights: Sequence[TrainingNight],
    wanted: Sequence[NDArray[np.integer]],
    sets: Mapping[str, Channels],
    confidence: ConfidenceModel | None = None,
    recalibration: Recalibration | None = None,
) -> OnMatchedCrops | None:
    """Judge weights on stretches with the stages of recordings; None where there are none.

    Parameters
    ----------
    network
        With its weights.
    nights
        Of people whom it never saw.
    wanted
        The recordings' stages, see :func:`matched_crops`.
    sets
        Channels to stage by, by their names.
    confidence, recalibration
        Of the weights.
    """

    def answered(stretches: Sequence[TrainingNight], channels: Channels) -> list[NightAnswers]:
        return answers_on(network, stretches, channels, confidence, recalibration=recalibration)

    crops = matched_crops(nights, wanted)
    if not crops:
        return None
    alone, in_night, by_person = {}, {}, {}
    for name, channels in sets.items():
        answers = answered([crop.alone for crop in crops], channels)
        whole = answered([crop.in_night for crop in crops], channels)
        alone[name], in_night[name] = (agreement_of(pooled(each)) for each in (answers, whole))
        owners = [crop.night.subject for crop in crops]
        kappas = (
            agreement_of(
                pooled([a for a, owner in zip(answers, owners, strict=True) if owner == p])
            )
            for p in dict.fromkeys(owners)
        )
        by_person[name] = tuple(sorted(one.kappa for one in kappas if one.kappa is not None))
    return OnMatchedCrops(
        n_crops=len(crops),
        n_people=len({crop.night.subject for crop in crops}),
        shares=_shares([crop.alone.labels for crop in crops]),
        wanted=_shares(wanted),
        distance=float(np.mean([crop.distance for crop in crops])),
        alone=alone,
        in_night=in_night,
        by_person=by_person,
    )


def _shares(several: Sequence[NDArray[np.integer]]) -> tuple[float, ...]:
    return tuple(stage_shares(np.concatenate(several)).tolist())
