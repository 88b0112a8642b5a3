"""Reads stored samples of formats that keep all channels at one rate."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.recording import FloatArray, Signal
from sleepscorer.files.edf import ChannelLayout, PassingChannels, read_bytes
from sleepscorer.files.other_formats.joints import Timeline

_BLOCK_BYTES = 16 * 2**20


class StoredSamples(Protocol):
    """Stored samples of all channels, in the file's steps; safe to share between threads."""

    def stored(self, channel: int, begin: int, end: int) -> NDArray[np.float64]:
        """(end - begin,) samples of one channel, all of them within the file."""
        ...


@dataclass(frozen=True)
class Scale:
    """Physical value = stored value * gain + offset."""

    gain: float
    offset: float = 0.0


class PlacedSource:
    """The samples of one channel where they lie in time, as the source of a signal."""

    def __init__(
        self, samples: StoredSamples, channel: int, timeline: Timeline, scale: Scale
    ) -> None:
        self._samples = samples
        self._channel = channel
        self._timeline = timeline
        self._scale = scale

    def keep(self) -> "FlatFile | None":
        """Have the samples kept while their file goes by; None where that saves nothing."""
        samples = self._samples
        return samples if isinstance(samples, FlatFile) and samples.keep(self._channel) else None

    def read(self, start_s: float, stop_s: float) -> FloatArray:
        """(n_samples,) from ``start_s`` to before ``stop_s``; NaN where there are none."""
        if not (math.isfinite(start_s) and math.isfinite(stop_s)):
            raise ValueError(f"times must be finite, not {start_s} and {stop_s}")
        rate_hz = self._timeline.rate_hz
        first, stop = round(start_s * rate_hz), round(stop_s * rate_hz)
        out = np.full(max(0, stop - first), np.nan, np.float32)
        for piece in self._timeline.pieces:
            shift = round(piece.start_s * rate_hz) - piece.first
            begin, end = max(first, piece.first + shift), min(stop, piece.stop + shift)
            if begin < end:
                # Damaged values and gains would have numpy speak up.
                with np.errstate(all="ignore"):
                    stored = self._samples.stored(self._channel, begin - shift, end - shift)
                    out[begin - first : end - first] = (
                        stored * self._scale.gain + self._scale.offset
                    )
        for gap in self._timeline.gaps:
            gap_begin = max(round(gap.start_s * rate_hz) - first, 0)
            out[gap_begin : max(round(gap.stop_s * rate_hz) - first, 0)] = np.nan
        return out


@dataclass(frozen=True)
class FlatLayout:
    """How plain numbers lie in a file.

    Parameters
    ----------
    dtype
        Of one sample, with its order of bytes.
    n_channels, n_samples
        Channels stored, and samples of each.
    offset
        Bytes before the first.
    is_multiplexed
        The samples of all channels in turn; else all samples of one channel after the other.
    """

    dtype: np.dtype[np.generic]
    n_channels: int
    n_samples: int
    offset: int = 0
    is_multiplexed: bool = True


class FlatFile:
    """Samples that lie as plain numbers in a file, read when they are asked for.

    The file is opened for each block: nothing stays open. The last block is kept, so that reading
    the channels of a page one after the other reads the file once.
    """

    def __init__(self, path: Path, layout: FlatLayout) -> None:
        self._path = path
        self._layout = layout
        # Replaced as a whole and never changed, so a thread sees the old block or the new one.
        self._kept: tuple[int, NDArray[np.generic]] = (0, np.empty((0, 0), layout.dtype))
        self._passing = PassingChannels(layout.offset, self._step_bytes, layout.n_samples)

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    def keep(self, channel: int) -> bool:
        """Keep a channel of the bytes that are taken; False where it is read by itself anyway."""
        if self._layout.is_multiplexed:
            self._passing.add(self._place(channel))
        return self._layout.is_multiplexed

    def take(self, offset: int, block: bytes) -> None:
        """Take bytes of the file, which begin at ``offset``; they come from first to last."""
        self._passing.take(offset, block)

    def let_go(self) -> None:
        """Keep nothing any more."""
        self._passing.clear()

    @property
    def _step_bytes(self) -> int:
        """Of one sample of all channels."""
        return self._layout.n_channels * self._layout.dtype.itemsize

    def _place(self, channel: int) -> ChannelLayout:
        size = self._layout.dtype.itemsize
        return ChannelLayout(channel * size, 1, size)

    def stored(self, channel: int, begin: int, end: int) -> NDArray[np.float64]:
        """(end - begin,) samples of one channel in the file's steps."""
        layout = self._layout
        if not layout.is_multiplexed:
            values = self._values(channel * layout.n_samples + begin, end - begin)
            return values.astype(np.float64)
        passed = self._passing.of(self._place(channel))
        if passed is not None:
            return passed[begin:end].view(layout.dtype)[:, 0].astype(np.float64)
        out = np.empty(end - begin, np.float64)
        step = max(1, _BLOCK_BYTES // self._step_bytes)
        for first in range(begin, end, step):
            stop = min(first + step, end)
            out[first - begin : stop - begin] = self._block(first, stop)[:, channel]
        return out

    def _block(self, first: int, stop: int) -> NDArray[np.generic]:
        kept_first, kept = self._kept
        if not (kept_first <= first and stop <= kept_first + len(kept)):
            n_channels = self._layout.n_channels
            values = self._values(first * n_channels, (stop - first) * n_channels)
            kept_first, kept = first, values.reshape(stop - first, n_channels)
            self._kept = (kept_first, kept)
        return kept[first - kept_first : stop - kept_first]

    def _values(self, first: int, count: int) -> NDArray[np.generic]:
        size = self._layout.dtype.itemsize
        try:
            content = read_bytes(self._path, self._layout.offset + first * size, count * size)
        except RecordingError as error:
            raise RecordingError(
                f"its samples can't be read: {error.what}", path=error.path
            ) from error
        return np.frombuffer(content, self._layout.dtype)


def keep_passing(signals: Iterable[Signal]) -> tuple[FlatFile, ...]:
    """Have signals kept while their files go by; return the files that want to see their bytes."""
    sources = [signal.source for signal in signals]
    files = [source.keep() for source in sources if isinstance(source, PlacedSource)]
    return tuple(dict.fromkeys(file for file in files if file is not None))


class MemorySamples:
    """Samples that had to be read at once, (n_samples, n_channels)."""

    def __init__(self, values: FloatArray) -> None:
        self._values = values

    def stored(self, channel: int, begin: int, end: int) -> NDArray[np.float64]:
        """(end - begin,) samples of one channel."""
        return self._values[begin:end, channel].astype(np.float64)
