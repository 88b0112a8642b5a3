"""Sleep statistics of a hypnogram, between lights off and lights on."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.cycles import Cycle, nrem_rem_cycles
from sleepscorer.core.errors import UsageError
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.metrics import DEFINITIONS, Definition, FigureGroup, SleepStatistics
from sleepscorer.core.runs import runs_of
from sleepscorer.core.stages import STAGES, Stage

__all__ = [
    "DEFINITIONS",
    "Definition",
    "FigureGroup",
    "SleepStatistics",
    "scoring_window",
    "sleep_statistics",
]

_THREE_NOTE = (
    "told in three stages (W, NREM, R): nothing is said of N1, N2 and N3 nor of cycles, and a"
    " stage shift is a change between these three"
)
_PERSISTENT_SLEEP_MIN = 10.0
_SHORT_PERSISTENT_SLEEP_MIN = 5.0

StageArray = NDArray[np.int8]


def sleep_statistics(hypnogram: Hypnogram, n_arousals: int | None = None) -> SleepStatistics:
    """Compute the statistics of the window between lights off and lights on.

    Parameters
    ----------
    hypnogram
        Stages and lights marks; a missing mark means the start or the end of the hypnogram.
    n_arousals
        Arousals scored between lights off and lights on, in epochs of sleep or wake; None where
        arousals were not scored, and the index stays undefined.

    Raises
    ------
    UsageError
        If ``n_arousals`` is negative.
    """
    if n_arousals is not None and n_arousals < 0:
        raise UsageError(f"the number of arousals can't be negative, as {n_arousals} is")
    first, stop = scoring_window(hypnogram)
    stages = hypnogram.stages[first:stop]
    epoch_min = hypnogram.epoch_s / 60
    return SleepStatistics(
        **_durations(stages, epoch_min, hypnogram.stage_set),
        **_latencies(stages, epoch_min, hypnogram.stage_set),
        **_wake(stages, epoch_min),
        **_fragmentation(stages, epoch_min),
        arousal_index_per_h=_per_hour(n_arousals, _tst_min(stages, epoch_min)),
        cycles=_cycles(hypnogram, stages),
        transitions=_transitions(stages, hypnogram.stage_set),
        notes=_notes(hypnogram, first, stop),
        stage_set=hypnogram.stage_set,
    )


def scoring_window(hypnogram: Hypnogram) -> tuple[int, int]:
    """Return the first epoch between lights off and lights on, and the one after the last.

    The epoch in which the lights go off belongs to the window, that in which they come on does
    not (the usual arithmetic of sleep technologists).
    """

    def epoch_at(time_s: float) -> int:
        # Marks computed from clock times can fall a rounding error short of an epoch's start.
        return math.floor(time_s / hypnogram.epoch_s + 1e-6)

    off_s, on_s = hypnogram.lights_off_s, hypnogram.lights_on_s
    first = 0 if off_s is None else epoch_at(off_s)
    stop = hypnogram.n_epochs if on_s is None else epoch_at(on_s)
    return first, stop


def _ratio(numerator: float | None, denominator: float) -> float | None:
    return None if numerator is None or denominator == 0 else numerator / denominator


def _percent(part: float, whole: float) -> float | None:
    return _ratio(100 * part, whole)


def _per_hour(count: int | None, tst_min: float) -> float | None:
    return _ratio(None if count is None else 60 * count, tst_min)


def _minutes(mask: NDArray[np.bool_], epoch_min: float) -> float:
    return int(np.count_nonzero(mask)) * epoch_min


def _tst_min(stages: StageArray, epoch_min: float) -> float:
    return _minutes(stages > Stage.W, epoch_min)


def _sleep_period(stages: StageArray) -> slice | None:
    asleep = np.flatnonzero(stages > Stage.W)
    return slice(int(asleep[0]), int(asleep[-1]) + 1) if asleep.size else None


def _cycles(hypnogram: Hypnogram, stages: StageArray) -> tuple[Cycle, ...]:
    # Their rule tells N1 from N2.
    return nrem_rem_cycles(stages, hypnogram.epoch_s) if hypnogram.stage_set == STAGES else ()


def _durations(
    stages: StageArray, epoch_min: float, stage_set: tuple[Stage, ...]
) -> dict[str, Any]:
    period = _sleep_period(stages)
    tst_min = _tst_min(stages, epoch_min)
    trt_min = stages.size * epoch_min
    spt_min = (period.stop - period.start) * epoch_min if period else 0.0
    minutes = {
        stage: _minutes(stages == stage, epoch_min) for stage in (*stage_set, Stage.UNSCORED)
    }
    return {
        "trt_min": trt_min,
        "tst_min": tst_min,
        "spt_min": spt_min,
        "se_pct": _percent(tst_min, trt_min),
        "sme_pct": _percent(tst_min, spt_min),
        **{f"{stage.name.lower()}_min": m for stage, m in minutes.items()},
        **{
            f"{stage.name.lower()}_pct": _percent(m, tst_min)
            for stage, m in minutes.items()
            if stage.is_sleep
        },
    }


def _latencies(
    stages: StageArray, epoch_min: float, stage_set: tuple[Stage, ...]
) -> dict[str, Any]:
    values: dict[str, float | None] = {}
    onset = _first(stages > Stage.W)
    for stage in stage_set[1:]:
        start = _first(stages == stage)
        name = f"latency_{stage.name.lower()}"
        values[f"{name}_min"] = None if start is None else start * epoch_min
        values[f"{name}_onset_min"] = (
            None if start is None or onset is None else (start - onset) * epoch_min
        )
    first_r = _first(stages == Stage.R)
    return {
        **values,
        "sl_min": None if onset is None else onset * epoch_min,
        "lps_min": _persistent_sleep(stages, epoch_min, _PERSISTENT_SLEEP_MIN),
        "sol_5min_min": _persistent_sleep(stages, epoch_min, _SHORT_PERSISTENT_SLEEP_MIN),
        "rem_latency_min": values["latency_r_onset_min"],
        "rem_latency_less_wake_min": (
            None if first_r is None else _minutes(stages[onset:first_r] != Stage.W, epoch_min)
        ),
    }


def _first(mask: NDArray[np.bool_]) -> int | None:
    return int(mask.argmax()) if mask.any() else None


def _persistent_sleep(stages: StageArray, epoch_min: float, at_least_min: float) -> float | None:
    for start, stop in runs_of(stages > Stage.W).tolist():
        if (stop - start) * epoch_min >= at_least_min - 1e-9:
            return float(start * epoch_min)
    return None


def _wake(stages: StageArray, epoch_min: float) -> dict[str, Any]:
    keys = ("waso_min", "waso_spt_min", "wafa_min", "awakenings", "awakenings_ge1min")
    period = _sleep_period(stages)
    if period is None:
        return {**dict.fromkeys(keys), "awakening_index_per_h": None}
    awake = stages == Stage.W
    awakenings = runs_of(awake[period]).tolist()
    lasting = [1 for start, stop in awakenings if (stop - start) * epoch_min >= 1 - 1e-9]
    values = (
        _minutes(awake[period.start :], epoch_min),
        _minutes(awake[period], epoch_min),
        _minutes(awake[period.stop :], epoch_min),
        len(awakenings),
        len(lasting),
    )
    index = _per_hour(len(awakenings), _tst_min(stages, epoch_min))
    return {**dict(zip(keys, values, strict=True)), "awakening_index_per_h": index}


def _fragmentation(stages: StageArray, epoch_min: float) -> dict[str, Any]:
    period = _sleep_period(stages)
    if period is None:
        return dict.fromkeys(("stage_shifts", "stage_shift_index_per_h", "sfi_per_h"))
    tst_min = _tst_min(stages, epoch_min)
    before, after = stages[period][:-1], stages[period][1:]
    scored = (before != Stage.UNSCORED) & (after != Stage.UNSCORED)
    shifts = int(np.count_nonzero(scored & (before != after)))
    to_wake = np.count_nonzero((stages[:-1] > Stage.W) & (stages[1:] == Stage.W))
    return {
        "stage_shifts": shifts,
        "stage_shift_index_per_h": _per_hour(shifts, tst_min),
        "sfi_per_h": _per_hour(int(to_wake), tst_min),
    }


def _transitions(stages: StageArray, stage_set: tuple[Stage, ...]) -> tuple[tuple[int, ...], ...]:
    counts = np.zeros((len(stage_set) + 1,) * 2, dtype=int)
    places = np.full(max(Stage) + 2, len(stage_set))
    # UNSCORED is -1: as an index it is the last place, as it is the last row and column.
    places[list(stage_set)] = np.arange(len(stage_set))
    rows = places[stages]
    np.add.at(counts, (rows[:-1], rows[1:]), 1)
    return tuple(tuple(row) for row in counts.tolist())


def _notes(hypnogram: Hypnogram, first: int, stop: int) -> tuple[str, ...]:
    stages = hypnogram.stages[first:stop]
    epoch_min = hypnogram.epoch_s / 60
    notes = []
    if hypnogram.stage_set != STAGES:
        notes.append(_THREE_NOTE)
    if not stages.size:
        notes.append("no whole epoch lies between lights off and lights on")
    elif not (stages != Stage.UNSCORED).any():
        notes.append("nothing was scored")
    elif not (stages > Stage.W).any():
        notes.append("no sleep recorded")
    elif not (stages == Stage.R).any():
        notes.append("no stage R")
    if stages.size and stages[0] > Stage.W:
        is_marked = hypnogram.lights_off_s is not None
        said = "sleep precedes or coincides with lights off"
        notes.append(said if is_marked else "asleep from the start, and lights off is not marked")
    outside_min = _tst_min(hypnogram.stages, epoch_min) - _tst_min(stages, epoch_min)
    if outside_min:
        notes.append(
            f"{outside_min:g} min of sleep lie outside lights off to lights on and are not"
            " counted: check the marks"
        )
    unscored_min = _minutes(stages == Stage.UNSCORED, epoch_min)
    if unscored_min:
        notes.append(
            f"{unscored_min:g} min are unscored: they count in TRT, not in TST or WASO, so"
            " TRT - SL - TST can differ from WASO"
        )
    return tuple(notes)
