"""How far the figures of sleep by a machine lie from those by a person (Bland & Altman 1986)."""

from collections.abc import Iterable

import numpy as np

from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.stages import Stage
from sleepscorer.core.statistics import SleepStatistics, sleep_statistics
from sleepscorer.validation.compared import Comparison
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

_Pair = tuple[SleepStatistics, SleepStatistics]


def sleep_differences(compared: Iterable[Comparison]) -> tuple[MetricDifference, ...]:
    """Compare the :data:`METRICS` of nights, between the lights marks of the scoring.

    An epoch that only one of the two staged is unscored in both: what the person left out would
    else be sleep or wake that the machine has too much of. It keeps its place in the night and in
    TRT, so that latencies and sleep efficiency of both are of the same time in bed.
    """
    pairs = [pair for one in compared if (pair := _statistics(one)) is not None]
    return tuple(_difference(key, pairs) for key in METRICS)


def _statistics(compared: Comparison) -> _Pair | None:
    """Of the person and of the machine; None where the marks leave no time of the scoring."""
    lights = compared.night.lights
    duration_s = Hypnogram(compared.stages).duration_s
    # A mark may lie in the rest of the recording after the last whole epoch.
    off_s, on_s = (
        None if mark is None else min(mark, duration_s) for mark in (lights.off_s, lights.on_s)
    )
    if (off_s or 0.0) >= (duration_s if on_s is None else on_s):
        return None
    person, machine = (
        sleep_statistics(
            Hypnogram(
                np.where(compared.epochs, stages, np.int8(Stage.UNSCORED)),
                lights_off_s=off_s,
                lights_on_s=on_s,
            )
        )
        for stages in (compared.night.reference, compared.stages)
    )
    return person, machine


def _difference(key: str, pairs: Iterable[_Pair]) -> MetricDifference:
    both = ((getattr(person, key), getattr(machine, key)) for person, machine in pairs)
    found = np.array([m - p for p, m in both if p is not None and m is not None], np.float64)
    if not found.size:
        return MetricDifference(key, 0, None, None, None)
    bias = float(found.mean())
    if found.size == 1:
        return MetricDifference(key, 1, bias, None, None)
    reach = _LIMITS_SD * float(found.std(ddof=1))
    return MetricDifference(key, found.size, bias, bias - reach, bias + reach)
