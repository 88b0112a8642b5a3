"""Reads the samples of EDF and BDF files, a block of data records at a time.

edfio 0.4.18 was tried for this and not used. It maps the whole EDF file, and as a record holds all
channels in turn, reading 3 of 20 touches every page: on an 8-hour file of 297 MB the process grew
by 410 MiB, with this module by 74 MiB, 56 of them the samples asked for. It loads a BDF file whole
and refuses files with a single bad channel.
Here blocks of records are read into an ordinary buffer, one of which is kept, so that reading the
channels of a page one after the other reads the file once. The file is opened for each block and
for reading only: nothing stays open or mapped, which on Windows would keep others from moving it.
Who needs a night of some channels has them kept while every byte of the file goes by.
"""

import math
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.recording import FloatArray

_Bytes = NDArray[np.uint8]
_Digital = NDArray[np.int16] | NDArray[np.int32]

BLOCK_BYTES = 16 * 2**20
"""Ten minutes of 30 channels fit: a page is read once, not once for every channel on it."""

_MOST_KEPT_BYTES = 128 * 2**20
"""Eight channels of a night of 8 h at 256 Hz; what does not fit is read when it is asked for."""


def file_size(path: Path) -> int:
    """Return the size of a regular file that can be opened.

    Raises
    ------
    RecordingError
        If there is no such file, it is a folder or device, or it is empty.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        raise RecordingError("there is no such file", path=path) from None
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if stat.S_ISDIR(status.st_mode):
        raise RecordingError("this is a folder, not a recording", path=path)
    if not stat.S_ISREG(status.st_mode):
        raise RecordingError("this is not an ordinary file", path=path)
    if status.st_size == 0:
        raise RecordingError("the file is empty", path=path)
    return status.st_size


def read_bytes(path: Path, offset: int, n_bytes: int) -> bytes:
    """Read exactly this many bytes; see :func:`_read_into`."""
    buffer = np.empty(n_bytes, np.uint8)
    _read_into(path, offset, buffer)
    return buffer.tobytes()


def _read_into(path: Path, offset: int, buffer: _Bytes) -> None:
    """Fill the buffer from the file.

    Raises
    ------
    RecordingError
        If the file can't be read, or has become shorter than it was.
    """
    view = buffer.data
    try:
        with path.open("rb", buffering=0) as file:
            file.seek(offset)
            while view:
                n_read = file.readinto(view)
                if not n_read:
                    raise RecordingError(
                        "the file has become shorter since it was opened", path=path
                    )
                view = view[n_read:]
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> RecordingError:
    reason = getattr(error, "strerror", None) or str(error)
    return RecordingError(f"the file can't be read: {reason}", path=path)


@dataclass(frozen=True)
class ChannelLayout:
    """Where the samples of one channel lie in each record.

    Parameters
    ----------
    offset
        Bytes from the start of the record.
    samples_per_record, bytes_per_sample
        How many samples, and 2 or 3.
    """

    offset: int
    samples_per_record: int
    bytes_per_sample: int

    @property
    def n_bytes(self) -> int:
        """Bytes in each record."""
        return self.samples_per_record * self.bytes_per_sample


@dataclass(frozen=True)
class Scale:
    """Physical value = digital value * gain + offset."""

    gain: float
    offset: float


class PassingChannels:
    """Keeps the bytes of some channels while a file is read from its beginning to its end.

    Parameters
    ----------
    data_offset, record_bytes, n_records
        Where the first record begins, how long each is, and how many there are.
    """

    def __init__(self, data_offset: int, record_bytes: int, n_records: int) -> None:
        self._data_offset = data_offset
        self._record_bytes = record_bytes
        self._n_records = n_records
        self._kept: dict[ChannelLayout, _Bytes] = {}
        self._passed = 0

    def add(self, channel: ChannelLayout) -> None:
        """Keep a channel, if there is room for it; before the file is read."""
        n_bytes = self._n_records * (channel.n_bytes + sum(kept.n_bytes for kept in self._kept))
        if n_bytes <= _MOST_KEPT_BYTES:
            self._kept[channel] = np.empty((self._n_records, channel.n_bytes), np.uint8)

    def take(self, offset: int, block: bytes) -> None:
        """Take what is kept of the block that begins at this byte; blocks come in order."""
        self._passed = offset + len(block)
        begin = max(offset, self._data_offset)
        end = min(self._passed, self._data_offset + self._n_records * self._record_bytes)
        content = np.frombuffer(block, np.uint8)
        while begin < end:
            record, place = divmod(begin - self._data_offset, self._record_bytes)
            n_whole = (end - begin) // self._record_bytes if place == 0 else 0
            n_bytes = n_whole * self._record_bytes or min(self._record_bytes - place, end - begin)
            part = content[begin - offset : begin - offset + n_bytes]
            if n_whole:
                self._take_records(record, part.reshape(n_whole, self._record_bytes))
            else:
                self._take_part(record, place, part)
            begin += n_bytes

    def of(self, channel: ChannelLayout) -> _Bytes | None:
        """(n_records, n_bytes) of a channel; None where it was not kept."""
        is_whole = self._passed >= self._data_offset + self._n_records * self._record_bytes
        return self._kept.get(channel) if is_whole else None

    def clear(self) -> None:
        """Keep nothing any more."""
        self._kept = {}

    def _take_records(self, first: int, records: _Bytes) -> None:
        for channel, kept in self._kept.items():
            stop = channel.offset + channel.n_bytes
            kept[first : first + len(records)] = records[:, channel.offset : stop]

    def _take_part(self, record: int, place: int, part: _Bytes) -> None:
        """Take of a record what begins at ``place`` in it."""
        for channel, kept in self._kept.items():
            begin = max(place, channel.offset)
            end = min(place + len(part), channel.offset + channel.n_bytes)
            if begin < end:
                own = slice(begin - channel.offset, end - channel.offset)
                kept[record, own] = part[begin - place : end - place]


class RecordReader:
    """Reads stretches of data records and keeps the last one; safe to share between threads.

    Parameters
    ----------
    path
        The file.
    data_offset, record_bytes
        Where the first record begins, and how long each is.
    passing
        What was kept of channels; None keeps nothing.
    """

    def __init__(
        self,
        path: Path,
        data_offset: int,
        record_bytes: int,
        passing: PassingChannels | None = None,
    ) -> None:
        self._path = path
        self._data_offset = data_offset
        self._record_bytes = record_bytes
        self._passing = passing
        # Replaced as a whole and never changed, so a thread sees the old block or the new one.
        self._kept: tuple[int, _Bytes] = (0, np.empty((0, record_bytes), np.uint8))

    def records(
        self, channel: ChannelLayout, first: int, stop: int
    ) -> Iterator[tuple[int, _Bytes]]:
        """Yield a channel's bytes in the records from ``first`` to before ``stop``.

        Yields
        ------
        Index of the first record of a block, and its bytes (n_records, n_bytes) uint8.
        """
        kept = self.kept(channel)
        step = max(1, BLOCK_BYTES // max(1, self._record_bytes))
        for start in range(first, stop, step):
            end = min(start + step, stop)
            if kept is not None:
                yield start, kept[start:end]
            elif self._record_bytes > BLOCK_BYTES:
                yield start, self._part(channel, start)
            else:
                block = self._block(start, end)
                yield start, block[:, channel.offset : channel.offset + channel.n_bytes]

    def kept(self, channel: ChannelLayout) -> _Bytes | None:
        """(n_records, n_bytes) of a channel of which all is in memory; None of others."""
        return None if self._passing is None else self._passing.of(channel)

    def keep(self, channel: ChannelLayout, first: int, stop: int) -> None:
        """Read these records into the kept block, if they fit and the channel is not in memory."""
        fits = (stop - first) * self._record_bytes <= BLOCK_BYTES
        if fits and self.kept(channel) is None:
            self._block(first, stop)

    def _block(self, first: int, stop: int) -> _Bytes:
        kept_first, kept = self._kept
        if not (kept_first <= first and stop <= kept_first + len(kept)):
            kept_first, kept = first, np.empty((stop - first, self._record_bytes), np.uint8)
            _read_into(self._path, self._data_offset + first * self._record_bytes, kept.reshape(-1))
            self._kept = (kept_first, kept)
        return kept[first - kept_first : stop - kept_first]

    def _part(self, channel: ChannelLayout, record: int) -> _Bytes:
        """Read one channel of a record that is too large to be read whole."""
        part = np.empty((1, channel.n_bytes), np.uint8)
        offset = self._data_offset + record * self._record_bytes + channel.offset
        _read_into(self._path, offset, part.reshape(-1))
        return part


@dataclass(frozen=True)
class Segment:
    """Records without a gap between them: index of the first, how many, start of the first."""

    first_record: int
    n_records: int
    start_s: float


class Segments:
    """The stretches of a recording as arrays, in order of time and of the file."""

    def __init__(self, segments: list[Segment]) -> None:
        self.starts_s = np.array([s.start_s for s in segments], np.float64)
        self.first_records = np.array([s.first_record for s in segments], np.int64)
        self.n_records = np.array([s.n_records for s in segments], np.int64)


class EdfSource:
    """The samples of one channel.

    Parameters
    ----------
    reader
        Reads the records; shared by the channels of a file.
    layout
        Where the samples lie in a record.
    segments
        Where the records lie in time.
    sampling_rate_hz
        Samples a second.
    scale
        From digital to physical values.
    """

    def __init__(
        self,
        reader: RecordReader,
        layout: ChannelLayout,
        *,
        segments: Segments,
        sampling_rate_hz: float,
        scale: Scale,
    ) -> None:
        self._reader = reader
        self._layout = layout
        self._segments = segments
        self._rate_hz = sampling_rate_hz
        self._scale = scale

    def read(self, start_s: float, stop_s: float) -> FloatArray:
        """(n_samples,) from ``start_s`` to before ``stop_s``; NaN where there are none."""
        if not (math.isfinite(start_s) and math.isfinite(stop_s)):
            raise ValueError(f"times must be finite, not {start_s} and {stop_s}")
        first, stop = round(start_s * self._rate_hz), round(stop_s * self._rate_hz)
        out = np.full(max(0, stop - first), np.nan, np.float32)
        starts = np.rint(self._segments.starts_s * self._rate_hz).astype(np.int64)
        stops = starts + self._segments.n_records * self._layout.samples_per_record
        low = int(np.searchsorted(stops, first, side="right"))
        high = int(np.searchsorted(starts, stop, side="left"))
        stretches = [
            self._stretch(i, int(starts[i]), max(first, int(starts[i])), min(stop, int(stops[i])))
            for i in range(low, high)
        ]
        if len(stretches) > 1:
            # Otherwise each short segment would be a read of its own, for every channel again.
            self._reader.keep(
                self._layout,
                stretches[0][1] // self._layout.samples_per_record,
                -(-stretches[-1][2] // self._layout.samples_per_record),
            )
        for grid_start, stored_start, stored_stop in stretches:
            begin = grid_start - first
            self._fill(out[begin : begin + stored_stop - stored_start], stored_start)
        return out

    def _stretch(self, index: int, grid_start: int, begin: int, end: int) -> tuple[int, int, int]:
        """Return where a stretch begins on the grid, and its first and last stored samples."""
        shift = (
            int(self._segments.first_records[index]) * self._layout.samples_per_record - grid_start
        )
        return begin, begin + shift, end + shift

    def _fill(self, out: FloatArray, stored_start: int) -> None:
        """Fill with the stored samples from this one on."""
        per_record = self._layout.samples_per_record
        stored_stop = stored_start + len(out)
        first_record, stop_record = stored_start // per_record, -(-stored_stop // per_record)
        for record, raw in self._reader.records(self._layout, first_record, stop_record):
            block_start = record * per_record
            begin = max(stored_start, block_start)
            end = min(stored_stop, block_start + len(raw) * per_record)
            digital = _digital(raw, self._layout.bytes_per_sample)[
                begin - block_start : end - block_start
            ]
            # Samples beyond the stated digital range may leave that of float32.
            with np.errstate(over="ignore"):
                physical = digital * np.float64(self._scale.gain)
                physical += self._scale.offset
                out[begin - stored_start : end - stored_start] = physical


def _digital(raw: _Bytes, bytes_per_sample: int) -> _Digital:
    """Turn (n_records, n_bytes) bytes into (n_samples,) little-endian two's complement values."""
    if bytes_per_sample == 2:
        return np.ascontiguousarray(raw).reshape(-1).view("<i2")
    triples = np.ascontiguousarray(raw).reshape(-1, 3)
    wide = np.empty((len(triples), 4), np.uint8)
    wide[:, 0] = 0
    wide[:, 1:] = triples
    # The sample fills the upper three bytes, so shifting down keeps its sign.
    values: NDArray[np.int32] = wide.reshape(-1).view("<i4") >> 8
    return values
