"""Where the records of an EDF file lie in time: one stretch, or several with gaps between."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sleepscorer.core.recording import Gap
from sleepscorer.core.wording import of_counted
from sleepscorer.files.edf.header import MAX_DURATION_S, EdfHeader
from sleepscorer.files.edf.samples import Segment

# Writers round record times to 0.1 ms or 1 ms; a clock correction below 5 ms moves no sample of
# the signals that sleep is scored from.
_MIN_TOLERANCE_S = 0.001
_MAX_TOLERANCE_S = 0.005
_MAX_DRIFT_S = 0.1


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
    first_sample
        Seconds from the header's start time to the first sample, exact.
    warnings
        What was odd, one sentence each.
    """

    segments: tuple[Segment, ...]
    gaps: tuple[Gap, ...]
    duration_s: float
    first_sample: Decimal
    warnings: tuple[str, ...]


def timeline(header: EdfHeader, record_times: Sequence[Decimal | None]) -> Timeline:
    """Lay out the records by their timekeeping TALs.

    Only a file that calls itself discontinuous has gaps; in others the records follow each other
    and times that say otherwise are reported.

    Parameters
    ----------
    header
        The header of the file.
    record_times
        When each record starts, seconds from the header's start time; None where unknown.
    """
    first_sample, warnings = _first_sample(record_times)
    times_s = [None if t is None else float(t - first_sample) for t in record_times]
    n_records, duration_s = header.n_records, header.record_duration_s
    if header.format_name.endswith("+D") and duration_s > 0 and n_records:
        if not any(t is not None for t in times_s):
            warnings.append(
                "the file calls itself discontinuous but holds no record times;"
                " its records were taken as following each other"
            )
        segments, oddities = _segments(times_s, n_records, duration_s, _tolerance(header))
        warnings.extend(oddities)
    else:
        segments = [Segment(0, n_records, 0.0)] if n_records else []
        warnings.extend(_contradictions(times_s, duration_s))
    # The decimal product keeps 12 records of 0.1 s from lasting 1.2000000000000002 s.
    record = Decimal(repr(duration_s))
    stops_s = [float(Decimal(repr(s.start_s)) + s.n_records * record) for s in segments]
    gaps = tuple(
        Gap(stop_s, after.start_s) for stop_s, after in zip(stops_s[:-1], segments[1:], strict=True)
    )
    return Timeline(
        tuple(segments), gaps, stops_s[-1] if stops_s else 0.0, first_sample, tuple(warnings)
    )


def _first_sample(record_times: Sequence[Decimal | None]) -> tuple[Decimal, list[str]]:
    """Return when the first record starts; the header's start time holds whole seconds only."""
    first = record_times[0] if record_times else None
    if first is None:
        return Decimal(0), []
    if abs(first) > MAX_DURATION_S:
        return Decimal(0), [f"the first record claims to start at {first} s, which was ignored"]
    if not 0 <= first < 1:
        return first, [
            f"the first record starts {first} s after the start time in the header;"
            " the start was moved there"
        ]
    return first, []


def _tolerance(header: EdfHeader) -> float:
    """Half a sample of the fastest signal, within bounds."""
    fastest = max(
        (c.samples_per_record for c in header.channels if not c.fault and not c.is_annotations),
        default=1,
    )
    half_s = 0.5 * header.record_duration_s / max(1, fastest)
    return min(max(half_s, _MIN_TOLERANCE_S), _MAX_TOLERANCE_S)


def _segments(
    times_s: Sequence[float | None], n_records: int, record_s: float, tolerance_s: float
) -> tuple[list[Segment], list[str]]:
    """Join records that follow each other.

    Time can't run backwards: a record that claims to start before the end of the one before it
    (its clock was set back) follows it directly, so that no sample is lost or laid over another.
    """
    starts: list[tuple[int, float]] = []
    n_unknown = n_early = 0
    times_s = [*times_s, *[None] * (n_records - len(times_s))]
    for record, time_s in enumerate(_without_outliers(times_s, record_s, tolerance_s)):
        if not starts:
            starts.append((0, 0.0))
            continue
        first, start_s = starts[-1]
        expected_s = start_s + (record - first) * record_s
        if time_s is None:
            n_unknown += 1
        elif time_s > expected_s + tolerance_s:
            starts.append((record, time_s))
        elif time_s < expected_s - tolerance_s:
            n_early += 1
    stops = [first for first, _ in starts[1:]] + [n_records]
    segments = [
        Segment(first, stop - first, start_s)
        for (first, start_s), stop in zip(starts, stops, strict=True)
    ]
    warnings = []
    if n_unknown and n_unknown < n_records - 1:
        warnings.append(
            f"{of_counted(n_unknown, n_records, 'data record')} have no usable time;"
            " they were put after the one before"
        )
    if n_early:
        warnings.append(
            f"{of_counted(n_early, n_records, 'data record')} claim to start before the end of"
            " the one before; they were put directly after it"
        )
    return segments, warnings


def _without_outliers(
    times_s: Sequence[float | None], record_s: float, tolerance_s: float
) -> list[float | None]:
    """Drop a time that both its neighbours contradict, or that no recording reaches."""
    cleaned = [t if t is None or t <= MAX_DURATION_S else None for t in times_s]
    for i in range(1, len(cleaned) - 1):
        before, here, after = cleaned[i - 1], cleaned[i], cleaned[i + 1]
        if before is None or here is None or after is None:
            continue
        fits = abs(after - before - 2 * record_s) <= tolerance_s
        if fits and abs(here - before - record_s) > tolerance_s:
            cleaned[i] = None
    return cleaned


def _contradictions(times_s: Sequence[float | None], record_s: float) -> list[str]:
    """Say where a continuous file has times of its own that disagree."""
    if record_s == 0:
        return []
    for record, time_s in enumerate(times_s):
        if time_s is not None and abs(time_s - record * record_s) > _MAX_DRIFT_S:
            return [
                f"data record {record + 1} claims to start at {time_s:g} s, but the file calls"
                f" itself continuous, which makes it {record * record_s:g} s; that was used"
            ]
    return []
