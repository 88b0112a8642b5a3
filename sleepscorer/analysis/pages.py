"""A page of a trace, ready to paint: filtered, and no more points than the screen has columns."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sleepscorer.analysis.display import DisplayFilter, DisplayTrace
from sleepscorer.analysis.filters import effective, filtered_together, padding_s
from sleepscorer.core.errors import RecordingError
from sleepscorer.core.recording import FloatArray

_MIN_SAMPLES_A_COLUMN = 2
# As many signals as a processor without AVX transforms at once.
_FILTERED_TOGETHER = 4
# Where and for how long a night is looked at for the usual level of a signal.
_N_PLACES, _PLACE_S = 60, 1.0


@dataclass(frozen=True, eq=False)
class TracePage:
    """What of a trace is painted between two times: an envelope, or the samples themselves.

    Parameters
    ----------
    start_s, stop_s
        The page, seconds from the start of the recording.
    minima, maxima
        (n_columns,) float32, the least and the greatest sample in each of n_columns equal parts
        of the page, in the channel's unit; NaN where nothing was recorded. None where there are
        fewer than two samples to a column.
    samples, times_s
        (n_samples,) float32 and float64, the samples and their times, with one more before and
        after the page so that lines reach its edges; NaN in gaps. None where there is an
        envelope.
    level
        The usual value of the signal in this night, where :func:`usual_levels` knows one.
    """

    start_s: float
    stop_s: float
    minima: FloatArray | None = None
    maxima: FloatArray | None = None
    samples: FloatArray | None = None
    times_s: NDArray[np.float64] | None = None
    level: float | None = None

    @property
    def envelope(self) -> tuple[FloatArray, FloatArray] | None:
        """The minima and maxima, (n_columns,) each; None where there are samples."""
        if self.minima is None or self.maxima is None:
            return None
        return self.minima, self.maxima

    @property
    def curve(self) -> tuple[FloatArray, NDArray[np.float64]] | None:
        """The samples and their times, (n_samples,) each; None where there is an envelope."""
        if self.samples is None or self.times_s is None:
            return None
        return self.samples, self.times_s


def read_page(trace: DisplayTrace, start_s: float, stop_s: float, n_columns: int) -> TracePage:
    """Read and filter a page of a trace; see :func:`read_pages`."""
    return read_pages((trace,), start_s, stop_s, n_columns)[0]


def batches(traces: Sequence[DisplayTrace]) -> Iterator[list[DisplayTrace]]:
    """Yield the traces in groups that :func:`read_pages` filters fastest; not in their order."""
    alike: dict[tuple[float, bool], list[DisplayTrace]] = {}
    for trace in traces:
        rate_hz = trace.channel.sampling_rate_hz
        is_filtered = effective(trace.filter, rate_hz) != DisplayFilter()
        alike.setdefault((rate_hz, is_filtered), []).append(trace)
    for group in alike.values():
        for start in range(0, len(group), _FILTERED_TOGETHER):
            yield group[start : start + _FILTERED_TOGETHER]


def read_pages(
    traces: Sequence[DisplayTrace], start_s: float, stop_s: float, n_columns: int
) -> list[TracePage]:
    """Read and filter a page of traces of one rate; safe to call from several threads.

    Every sample counts in the column it lies in, so no spike is lost and no wave changes its
    frequency, however long the page. The samples a filter needs around the page are read from the
    recording, so a wave looks the same on every page that shows it.

    Parameters
    ----------
    traces
        What to read, and the filter of each.
    start_s, stop_s
        Seconds from the start of the recording; may reach beyond both its ends.
    n_columns
        How many pixels wide the page is painted.

    Raises
    ------
    RecordingError
        If the file can't be read any more.
    """
    if not start_s < stop_s or n_columns < 1:
        raise ValueError(f"no page: {start_s} to {stop_s} s in {n_columns} columns")
    rate_hz = traces[0].channel.sampling_rate_hz
    first, stop = round(start_s * rate_hz), round(stop_s * rate_hz)
    if stop - first < _MIN_SAMPLES_A_COLUMN * n_columns:
        times_s = np.arange(first - 1, stop + 1) / rate_hz
        rows = _filtered_samples(traces, first - 1, stop + 1)
        return [TracePage(start_s, stop_s, samples=row, times_s=times_s) for row in rows]
    rows = _filtered_samples(traces, first, stop)
    starts = np.arange(n_columns) * rows.shape[1] // n_columns
    # A column that is partly a gap shows the part that is not.
    minima, maxima = (
        reduce(rows, starts, axis=1) for reduce in (np.fmin.reduceat, np.fmax.reduceat)
    )
    return [TracePage(start_s, stop_s, *ends) for ends in zip(minima, maxima, strict=True)]


def usual_levels(traces: Sequence[DisplayTrace]) -> list[float | None]:
    """Return the median of each signal over the whole night, from a thin sample of it.

    Only signals with a standing level that people read off (SpO2, position, temperature) have one;
    it is None for what is high-pass filtered, for voltages, and where nothing was recorded.
    """
    found: list[list[FloatArray]] = [[] for _ in traces]
    for place in range(_N_PLACES):
        # Place by place: the traces share the records read for it.
        for trace, samples in zip(traces, found, strict=True):
            if trace.channel.unit == "uV" or _is_high_passed(trace):
                continue
            rate_hz = trace.channel.sampling_rate_hz
            recorded_s = trace.channel.parts[0][0].n_samples / rate_hz
            start_s = (place + 0.5) / _N_PLACES * recorded_s
            # What can't be read there is told when somebody looks at it.
            with suppress(RecordingError):
                samples.append(trace.channel.read(start_s, start_s + max(_PLACE_S, 1 / rate_hz)))
    return [_median(np.concatenate(samples)) if samples else None for samples in found]


def _is_high_passed(trace: DisplayTrace) -> bool:
    return effective(trace.filter, trace.channel.sampling_rate_hz).low_hz is not None


def _median(samples: FloatArray) -> float | None:
    finite = samples[np.isfinite(samples)]
    return float(np.median(finite)) if finite.size else None


def _filtered_samples(traces: Sequence[DisplayTrace], first: int, stop: int) -> FloatArray:
    """Return samples ``first`` to before ``stop`` of the recording's grid, filtered.

    Returns
    -------
    (n_traces, n_samples) float32.
    """
    rate_hz, wanted = traces[0].channel.sampling_rate_hz, [trace.filter for trace in traces]
    margin = round(max(padding_s(effective(each, rate_hz)) for each in wanted) * rate_hz)
    start_s, stop_s = (first - margin) / rate_hz, (stop + margin) / rate_hz
    raw = np.stack([trace.channel.read(start_s, stop_s) for trace in traces])
    samples = filtered_together(raw, rate_hz, wanted, margin_s=margin / rate_hz)
    return samples[:, margin : margin + stop - first]
