"""How far the figures of sleep by a machine lie from those by a person (Bland & Altman 1986)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.lights import LightsMarks
from sleepscorer.core.stages import Stage
from sleepscorer.core.statistics import SleepStatistics, sleep_statistics
from sleepscorer.validation.found import MetricDifference

METRICS = (
    "tst_min",
    "se_pct",
    "sl_min",
    "rem_latency_min",
    "waso_min",
    "w_min",
    "n1_min",
    "n2_min",
    "n3_min",
    "r_min",
)
"""The fields of SleepStatistics that are compared, in the order of the outputs."""

_LIMITS_SD = 1.96

Pair = tuple[SleepStatistics, SleepStatistics]


def paired_statistics(
    reference: NDArray[np.int8],
    other: NDArray[np.int8],
    epochs: NDArray[np.bool_],
    lights: LightsMarks,
) -> Pair:
    """Compute the figures of sleep of two scorings of one night, between the same lights marks.

    An epoch that only one of the two staged is unscored in both: what nobody scored would else
    be sleep or wake that the other has too much of. Times are kept, and such epochs count in TRT
    of both, so latencies and sleep efficiency are compared over the same time in bed.

    Parameters
    ----------
    reference, other
        (n_epochs,) by the person and by the machine.
    epochs
        (n_epochs,) which both staged.
    lights
        Of the scoring; a mark outside the recording is its end.
    """
    duration_s = Hypnogram(reference).duration_s
    off_s, on_s = (
        None if mark is None else min(mark, duration_s) for mark in (lights.off_s, lights.on_s)
    )
    one, two = (
        sleep_statistics(
            Hypnogram(
                np.where(epochs, stages, np.int8(Stage.UNSCORED)),
                lights_off_s=off_s,
                lights_on_s=on_s,
            )
        )
        for stages in (reference, other)
    )
    return one, two


def sleep_differences(pairs: Sequence[Pair]) -> tuple[MetricDifference, ...]:
    """Compare each of :data:`METRICS` over nights: bias and limits of agreement."""
    return tuple(_difference(key, pairs) for key in METRICS)


def _difference(key: str, pairs: Sequence[Pair]) -> MetricDifference:
    both = [(getattr(person, key), getattr(machine, key)) for person, machine in pairs]
    found = np.array([m - p for p, m in both if p is not None and m is not None], np.float64)
    if not found.size:
        return MetricDifference(key, 0, None, None, None)
    bias = float(found.mean())
    if found.size == 1:
        return MetricDifference(key, 1, bias, None, None)
    reach = _LIMITS_SD * float(found.std(ddof=1))
    return MetricDifference(key, found.size, bias, bias - reach, bias + reach)
