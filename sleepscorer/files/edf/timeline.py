"""Where the records of an EDF file lie in time: one stretch, or several with gaps between.

Samples are placed by their number within a stretch, and stretches by the interruptions between
them: a clock that drifts moves nothing, and what it gained or lost in all is told. Annotations
keep the times of the file.
"""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.interruptions import LONGEST_PAUSE_S
from sleepscorer.core.recording import Gap
from sleepscorer.core.wording import of_counted
from sleepscorer.files.edf.clock import (
    MAX_STEPS,
    PERSISTENT_RECORDS,
    STEP_S,
    Clock,
    Step,
    read_clock,
)
from sleepscorer.files.edf.header import MAX_DURATION_S, EdfHeader
from sleepscorer.files.edf.samples import Segment

_WORTH_SAYING_S = 0.1
# Records that all claim the same time, or another unit than seconds.
_NO_CLOCK = 0.05
_LEAST_ROUNDING_S = 0.001
_MICROSECOND = Decimal("0.000001")


@dataclass(frozen=True)
class Timeline:
    """The records in time.

    Parameters
    ----------
    segments
        Stretches of records, in order.
    gaps
        Between them.
    duration_s
        From the first sample to the end of the last.
    record_duration_s
        How long a record lasts, which the header may round.
    first_sample
        Seconds from the header's start time to the first sample, exact.
    warnings
        What was odd, one sentence each.
    """

    segments: tuple[Segment, ...]
    gaps: tuple[Gap, ...]
    duration_s: float
    record_duration_s: float
    first_sample: Decimal
    warnings: tuple[str, ...]


def timeline(header: EdfHeader, record_times: NDArray[np.float64], path: Path) -> Timeline:
    """Lay out the records by their timekeeping TALs.

    Only a file that calls itself discontinuous has gaps; in others the records follow each other
    and times that say otherwise are reported.

    Parameters
    ----------
    header
        The header of the file.
    record_times
        (n_records,) when each record starts, seconds from the header's start time; NaN where
        unknown. Empty where the file has no annotation channel.
    path
        For messages.

    Raises
    ------
    RecordingError
        If the gaps make the recording longer, or are more, than any recording has.
    """
    warnings: list[str] = []
    times_s = record_times.copy()
    record = Decimal(repr(header.record_duration_s))
    first_sample = _first_sample(times_s, record, warnings)
    offsets_s = times_s - float(first_sample) - np.arange(len(times_s)) * float(record)
    clock = read_clock(offsets_s, float(record)) if record > 0 else Clock()
    record = _record_duration(header, clock, warnings)
    # What is left of the drift when the record duration is the true one.
    drift_s = clock.drift_s - clock.span_records * (float(record) - header.record_duration_s)
    segments = [Segment(0, header.n_records, 0.0)] if header.n_records else []
    is_discontinuous = header.format_name.endswith("+D") and record > 0
    if is_discontinuous and header.n_records:
        if len(clock.steps) >= MAX_STEPS:
            raise RecordingError(
                f"its data records begin anew {MAX_STEPS} times or more",
                path=path,
                hint="the times of the data records are probably damaged",
            )
        segments = _segments(clock, header.n_records, record, warnings)
        warnings += _unknown_times(times_s, clock, header.n_records)
    elif record > 0:
        warnings += _contradictions(times_s - float(first_sample), clock, header.record_duration_s)
    if abs(drift_s) > (STEP_S if is_discontinuous else _WORTH_SAYING_S):
        share = header.n_records / clock.span_records
        warnings.append(_drift_sentence(share * drift_s, header.n_records * float(record)))
    stops_s = [float(_exact(s.start_s) + s.n_records * record) for s in segments]
    if stops_s and stops_s[-1] > MAX_DURATION_S:
        raise RecordingError(
            f"the times of its data records make it {stops_s[-1] / 86400:.0f} days long",
            path=path,
            hint="the times of the data records are probably damaged",
        )
    return Timeline(
        segments=tuple(segments),
        gaps=tuple(
            _gap(stop_s, after.start_s)
            for stop_s, after in zip(stops_s[:-1], segments[1:], strict=True)
        ),
        duration_s=stops_s[-1] if stops_s else 0.0,
        record_duration_s=float(record),
        first_sample=first_sample,
        warnings=tuple(warnings),
    )


def _first_sample(times_s: NDArray[np.float64], record: Decimal, warnings: list[str]) -> Decimal:
    """Return when the first record starts; the header's start time holds whole seconds only.

    Where its own time can't be used, the time of the next tells, and takes its place.
    """
    known = np.flatnonzero(np.isfinite(times_s))
    if not known.size:
        return Decimal(0)
    later = [_exact(times_s[i]) - int(i) * record for i in known[known > 0][:2]]
    by_next = later[0] if later and -STEP_S <= later[0] < 1 else None
    what = "has no usable time"
    if known[0] == 0:
        first = _exact(times_s[0])
        if 0 <= first < 1:
            return first
        is_contradicted = by_next is not None and abs(later[-1] - later[0]) <= STEP_S
        if abs(first) <= MAX_DURATION_S and not (is_contradicted and len(later) > 1):
            warnings.append(
                f"the first record starts {_plain(first)} s after the start time in the header;"
                " the start was moved there"
            )
            return first
        what = f"claims to start at {_plain(first)} s, which was ignored"
    first_sample = max(by_next, Decimal(0)) if by_next is not None else Decimal(0)
    times_s[0] = float(first_sample)
    warnings.append(
        f"the first record {what}; the recording was taken to start {_plain(first_sample)} s after"
        " the start time in the header"
    )
    return first_sample


def _record_duration(header: EdfHeader, clock: Clock, warnings: list[str]) -> Decimal:
    """Return how long a record lasts: where the header's eight characters round it, by the times.

    A whole number of samples a second is preferred to what the times, rounded too, make of it.
    """
    stated = Decimal(repr(header.record_duration_s))
    rounding_s = header.record_duration_rounding_s
    measured_s = header.record_duration_s + clock.drift_per_record_s
    unsure_s = max(_LEAST_ROUNDING_S, 3 * clock.noise_s)
    limit_s = rounding_s * clock.span_records + unsure_s
    if not rounding_s or not clock.span_records or abs(clock.drift_s) > limit_s:
        return stated
    record = stated
    if abs(clock.drift_s) > unsure_s and abs(measured_s - float(stated)) <= rounding_s:
        record = max(Decimal(f"{measured_s:.9g}"), stated / 2)
    per_record = max(
        (c.samples_per_record for c in header.channels if not c.fault and not c.is_annotations),
        default=0,
    )
    rate_hz = round(per_record / max(measured_s, float(stated) / 2))
    if rate_hz:
        by_rate = Decimal(per_record) / rate_hz
        is_measured = abs(float(by_rate) - measured_s) * clock.span_records <= STEP_S
        if is_measured and abs(float(by_rate - stated)) <= rounding_s:
            record = by_rate
    if abs(record - stated) * header.n_records > _LEAST_ROUNDING_S:
        warnings.append(
            f"the header rounds the record duration to {stated} s; by the times of the data"
            f" records it is {float(record):.9g} s, which was used"
        )
    return record


def _segments(clock: Clock, n_records: int, record: Decimal, warnings: list[str]) -> list[Segment]:
    """Part the records at the interruptions."""
    starts = [(0, Decimal(0))]
    not_believed = []
    for step in _interruptions(clock, n_records, warnings):
        first, start = starts[-1]
        gap = Decimal(step.size_s).quantize(_MICROSECOND)
        if gap > LONGEST_PAUSE_S:
            not_believed.append(
                f"data record {step.record + 1} claims to start {gap / 86400:.3g} days after the"
                " end of the one before"
            )
            gap = Decimal(0)
        starts.append((step.record, start + (step.record - first) * record + gap))
    if not_believed:
        more = f" (the first of {len(not_believed)})" if len(not_believed) > 1 else ""
        warnings.append(
            f"{not_believed[0]}{more}, which was not believed: the times of what follows are not"
            " known, and no epoch across the joint is staged"
        )
    stops = [first for first, _ in starts[1:]] + [n_records]
    return [
        Segment(first, stop - first, float(start))
        for (first, start), stop in zip(starts, stops, strict=True)
    ]


def _interruptions(clock: Clock, n_records: int, warnings: list[str]) -> list[Step]:
    """Take the interruptions from the steps of the clock.

    Time can't run backwards: where the clock was set back, what follows is put directly after what
    came before, so that no sample is lost or laid over another. A set-back that soon ends in an
    interruption was a wrong time for a while; one that lasts is the new time.
    """
    found: list[Step] = []
    behind_s, since, n_early, set_back_s = 0.0, 0, 0, 0.0
    for step in (*clock.steps, Step(n_records, 0.0)):
        if step.size_s < 0:
            since = since if behind_s else step.record
            behind_s -= step.size_s
            continue
        was_wrong = step.record - since < PERSISTENT_RECORDS
        if behind_s and was_wrong:
            n_early += step.record - since
        elif behind_s:
            set_back_s += behind_s
        size_s = step.size_s - behind_s if was_wrong else step.size_s
        behind_s = 0.0
        if size_s > STEP_S:
            found.append(Step(step.record, size_s))
    if n_early:
        warnings.append(
            f"{of_counted(n_early, n_records, 'data record')} claim to start before the end of the"
            " one before; they were put directly after it"
        )
    if set_back_s:
        warnings.append(
            f"the clock of the data records was set back, by {_two_digits(set_back_s)} s in all;"
            " what follows was put directly after what came before"
        )
    return found


def _gap(stop_s: float, start_s: float) -> Gap:
    """Return the gap between two stretches, of no length at all where that is not known."""
    # Both are sums of decimals rounded to floats, which may part by the last bit.
    return Gap(stop_s if start_s - stop_s > STEP_S / 2 else start_s, start_s)


def _unknown_times(times_s: NDArray[np.float64], clock: Clock, n_records: int) -> list[str]:
    """Say where a discontinuous file does not tell when its records start."""
    n_unknown = n_records - 1 - int(np.isfinite(times_s[1:]).sum()) + len(clock.wrong)
    if not n_unknown:
        return []
    if n_unknown == n_records - 1:
        return [
            "the file calls itself discontinuous but holds no record times;"
            " its records were taken as following each other"
        ]
    return [
        f"{of_counted(n_unknown, n_records, 'data record')} have no usable time;"
        " they were put after the one before"
    ]


def _contradictions(times_s: NDArray[np.float64], clock: Clock, record_s: float) -> list[str]:
    """Say where a continuous file has times of its own that disagree."""
    jumps = [step.record for step in clock.steps if abs(step.size_s) > _WORTH_SAYING_S]
    records = sorted([*jumps, *clock.wrong])
    return [
        f"data record {record + 1} claims to start at {times_s[record]:g} s, but the file calls"
        f" itself continuous, which makes it {record * record_s:g} s; that was used"
        for record in records[:1]
    ]


def _drift_sentence(drift_s: float, over_s: float) -> str:
    if abs(drift_s) > _NO_CLOCK * over_s:
        return (
            f"the times of the data records differ from their duration by {_two_digits(drift_s)} s"
            " in all; they were taken as following each other"
        )
    way = "fast" if drift_s > 0 else "slow"
    over = f"{over_s / 60:.3g} min" if over_s < 7200 else f"{over_s / 3600:.3g} h"
    return (
        f"the clock of the records runs {_two_digits(drift_s / over_s * 1e6)} ppm {way}:"
        f" {_two_digits(drift_s)} s over {over}; samples were placed by their number, annotations"
        " keep the file's times"
    )


def _two_digits(value: float) -> str:
    return f"{float(f'{abs(value):.2g}'):g}"


def _exact(seconds: float) -> Decimal:
    # Decimals keep 12 records of 0.1 s from lasting 1.2000000000000002 s.
    return Decimal(repr(float(seconds)))


def _plain(seconds: Decimal) -> str:
    text = format(seconds, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
