"""Agreement of every two scorers over their nights: by night, by epoch, over people and time."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

import numpy as np

from sleepscorer.core.agreement import Agreement
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.kappa import block_bootstrap_interval, kappa_against_rest, kappa_of
from sleepscorer.core.stages import Stage
from sleepscorer.core.statistics import SleepStatistics, sleep_statistics
from sleepscorer.scorers.bland_altman import BlandAltman, bland_altman
from sleepscorer.scorers.nights import ScoredNight, ScoredNights
from sleepscorer.validation.found import Estimate
from sleepscorer.validation.people_means import mean_over_people
from sleepscorer.validation.sleep_differences import METRICS

_SHARE_RANGE, _KAPPA_RANGE = (0.0, 1.0), (-1.0, 1.0)
_PAIR = 2


@dataclass(frozen=True, eq=False)
class NightAgreement:
    """Two scorers on one night."""

    night: ScoredNight
    found: Agreement


@dataclass(frozen=True, eq=False)
class Quarter:
    """The nights of a quarter of a year.

    Parameters
    ----------
    name
        ``"2024 Q1"``.
    start
        Its first day.
    n_nights, n_epochs
        Compared.
    accuracy, kappa
        Of all epochs together; kappa None where undefined.
    """

    name: str
    start: date
    n_nights: int
    n_epochs: int
    accuracy: float
    kappa: float | None


@dataclass(frozen=True, eq=False)
class PairFigures:
    """Two scorers over all nights that both scored.

    Parameters
    ----------
    reference, other
        Names.
    stage_set
        The stages compared.
    nights
        Those with an epoch scored by both, by name.
    n_people
        Whose nights these are.
    accuracy, kappa
        Of a night, the mean over people.
    pooled_accuracy, pooled_kappa
        Over all epochs together; the interval of kappa resamples blocks within nights.
    kappa_by_stage, agreement_by_stage
        Over all epochs together, in the order of ``stage_set``: each stage against all others,
        and the share of the reference's epochs of a stage that the other gives it as well.
    confusion
        (n_told, n_told) epochs, rows the reference.
    metrics
        Figures of sleep by key.
    quarters
        In order, of the nights that say when they were.
    """

    reference: str
    other: str
    stage_set: tuple[Stage, ...]
    nights: tuple[NightAgreement, ...]
    n_people: int
    accuracy: Estimate
    kappa: Estimate
    pooled_accuracy: float
    pooled_kappa: Estimate
    kappa_by_stage: tuple[float | None, ...]
    agreement_by_stage: tuple[float | None, ...]
    confusion: tuple[tuple[int, ...], ...]
    metrics: dict[str, BlandAltman]
    quarters: tuple[Quarter, ...]

    @property
    def n_epochs(self) -> int:
        """Epochs scored by both, of all nights."""
        return sum(one.found.n_epochs for one in self.nights)


@dataclass(frozen=True, eq=False)
class ScorersFigures:
    """All that was found.

    Parameters
    ----------
    read
        The nights.
    pairs
        Every two scorers that share a night; those with the reference first.
    without
        Every two scorers that share none.
    fleiss
        Fleiss' kappa of the nights that three or more scored: a night, the mean over people.
    """

    read: ScoredNights
    pairs: tuple[PairFigures, ...]
    without: tuple[tuple[str, str], ...]
    fleiss: Estimate

    @property
    def with_reference(self) -> tuple[PairFigures, ...]:
        """Each scorer beside the first."""
        return tuple(one for one in self.pairs if one.reference == self.read.scorers[0])


def figures_of(read: ScoredNights) -> ScorersFigures:
    """Compare every two scorers over the nights that both scored."""
    pairs, without = [], []
    for reference, other in combinations(read.scorers, 2):
        found = _pair(reference, other, read.nights)
        if found is None:
            without.append((reference, other))
        else:
            pairs.append(found)
    several = (
        (night.person, night.comparison.fleiss_kappa)
        for night in read.nights
        if len(night.comparison.scorings) > _PAIR
    )
    fleiss = mean_over_people(several, within=_KAPPA_RANGE).estimate
    return ScorersFigures(read, tuple(pairs), tuple(without), fleiss)


def _pair(reference: str, other: str, nights: Sequence[ScoredNight]) -> PairFigures | None:
    compared = tuple(
        NightAgreement(night, found)
        for night in nights
        if {reference, other} <= {one.key for one in night.comparison.scorings}
        and (found := night.comparison.agreement_of(reference, other)) is not None
    )
    if not compared:
        return None
    confusion = np.sum([one.found.confusion for one in compared], axis=0)
    in_reference = confusion.sum(axis=1)
    return PairFigures(
        reference=reference,
        other=other,
        stage_set=compared[0].found.stage_set,
        nights=compared,
        n_people=len({one.night.person for one in compared}),
        accuracy=_mean(compared, lambda found: found.accuracy, _SHARE_RANGE),
        kappa=_mean(compared, lambda found: found.kappa, _KAPPA_RANGE),
        pooled_accuracy=float(confusion.trace() / confusion.sum()),
        pooled_kappa=_pooled_kappa(compared),
        kappa_by_stage=kappa_against_rest(confusion),
        agreement_by_stage=tuple(
            float(hits / n) if n else None
            for hits, n in zip(confusion.diagonal(), in_reference, strict=True)
        ),
        confusion=tuple(tuple(row) for row in confusion.tolist()),
        metrics=dict(_metrics(reference, other, compared)),
        quarters=tuple(_quarters(compared)),
    )


def _mean(
    compared: Iterable[NightAgreement],
    figure: Callable[[Agreement], float | None],
    within: tuple[float, float],
) -> Estimate:
    values = ((one.night.person, figure(one.found)) for one in compared)
    return mean_over_people(values, within=within).estimate


def _pooled_kappa(compared: Sequence[NightAgreement]) -> Estimate:
    first = compared[0].found
    kappa = kappa_of(np.sum([one.found.confusion for one in compared], axis=0))
    cells = [one.found.cells for one in compared]
    low, high = block_bootstrap_interval(cells, len(first.stage_set), epoch_s=first.epoch_s)
    return Estimate(kappa, low, high)


def _metrics(
    reference: str, other: str, compared: Sequence[NightAgreement]
) -> Iterable[tuple[str, BlandAltman]]:
    both = [_statistics(reference, other, one.night) for one in compared]
    for key in METRICS:
        pairs = [
            (None, None) if one is None else (getattr(one[0], key), getattr(one[1], key))
            for one in both
        ]
        yield key, bland_altman(pairs)


def _statistics(
    reference: str, other: str, night: ScoredNight
) -> tuple[SleepStatistics, SleepStatistics] | None:
    """Of both, between the marks; epochs that one of them left out are unscored in both.

    None where the marks leave no time.
    """
    found = night.comparison
    keys = [one.key for one in found.scorings]
    stages = found.stages[[keys.index(reference), keys.index(other)]]
    stages = np.where((stages >= 0).all(axis=0), stages, np.int8(Stage.UNSCORED))
    duration_s = found.n_epochs * found.epoch_s
    off_s, on_s = (
        None if mark is None else min(mark, duration_s)
        for mark in (night.lights.off_s, night.lights.on_s)
    )
    if (off_s or 0.0) >= (duration_s if on_s is None else on_s):
        return None
    one, two = (
        sleep_statistics(Hypnogram(row, found.epoch_s, off_s, on_s, stage_set=found.stage_set))
        for row in stages
    )
    return one, two


def _quarters(compared: Iterable[NightAgreement]) -> Iterable[Quarter]:
    by_quarter: dict[tuple[int, int], list[Agreement]] = defaultdict(list)
    for one in compared:
        if one.night.day is not None:
            by_quarter[one.night.day.year, (one.night.day.month - 1) // 3].append(one.found)
    for (year, quarter), found in sorted(by_quarter.items()):
        confusion = np.sum([one.confusion for one in found], axis=0)
        yield Quarter(
            f"{year} Q{quarter + 1}",
            date(year, 3 * quarter + 1, 1),
            len(found),
            int(confusion.sum()),
            float(confusion.trace() / confusion.sum()),
            kappa_of(confusion),
        )
