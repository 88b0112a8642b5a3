"""A page of a trace, ready to paint: filtered, and no more points than the screen has columns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sleepscorer.analysis.display import DisplayTrace
from sleepscorer.analysis.filters import effective, filtered, padding_s
from sleepscorer.core.recording import FloatArray

_MIN_SAMPLES_A_COLUMN = 2
# The Fourier transform outgrows the processor's cache beyond this, and takes twice the time.
_FILTER_SAMPLES = 40_000


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
    """

    start_s: float
    stop_s: float
    minima: FloatArray | None = None
    maxima: FloatArray | None = None
    samples: FloatArray | None = None
    times_s: NDArray[np.float64] | None = None

    @property
    def is_envelope(self) -> bool:
        """True where there are minima and maxima, False where there are samples."""
        return self.minima is not None


def read_page(trace: DisplayTrace, start_s: float, stop_s: float, n_columns: int) -> TracePage:
    """Read and filter a page of a trace; safe to call from several threads.

    Every sample counts in the column it lies in, so no spike is lost and no wave changes its
    frequency, however long the page. The samples a filter needs around the page are read from the
    recording, so a wave looks the same on every page that shows it.

    Parameters
    ----------
    trace
        What to read, and its filter.
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
    rate_hz = trace.channel.sampling_rate_hz
    first, stop = round(start_s * rate_hz), round(stop_s * rate_hz)
    if stop - first < _MIN_SAMPLES_A_COLUMN * n_columns:
        samples = _filtered_samples(trace, first - 1, stop + 1)
        times_s = np.arange(first - 1, stop + 1) / rate_hz
        return TracePage(start_s, stop_s, samples=samples, times_s=times_s)
    samples = _filtered_samples(trace, first, stop)
    starts = np.arange(n_columns) * samples.size // n_columns
    # A column that is partly a gap shows the part that is not.
    minima, maxima = np.fmin.reduceat(samples, starts), np.fmax.reduceat(samples, starts)
    return TracePage(start_s, stop_s, minima, maxima)


def _filtered_samples(trace: DisplayTrace, first: int, stop: int) -> FloatArray:
    """Return samples ``first`` to before ``stop`` of the recording's grid, filtered."""
    rate_hz = trace.channel.sampling_rate_hz
    margin = round(padding_s(effective(trace.filter, rate_hz)) * rate_hz)
    raw = trace.channel.read((first - margin) / rate_hz, (stop + margin) / rate_hz)
    if not margin:
        return filtered(raw, rate_hz, trace.filter)
    step = max(_FILTER_SAMPLES, margin)
    blocks = []
    for start in range(0, stop - first, step):
        end = min(start + step, stop - first)
        block = raw[start : end + 2 * margin]
        block = filtered(block, rate_hz, trace.filter, margin_s=margin / rate_hz)
        blocks.append(block[margin : margin + end - start])
    return np.concatenate(blocks)
