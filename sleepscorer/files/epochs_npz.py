"""Recordings kept as NumPy archives of epochs, as research code keeps them.

``x`` (n_epochs, n_channels, n_samples) in µV and ``fs`` in Hz; optional ``channels`` (n_channels,)
with their names (also as ``ch`` or ``ch_label``, as others call them), and ``y`` (n_epochs,) with
the stages of an expert: 0 W, 1 N1, 2 N2, 3 N3, 4 R, anything else unscored.

What the archive claims to hold is compared with the bytes that are there before any memory is
taken: only the arrays that are needed are read, a block at a time, and no pickle ever is. Format:
NumPy Enhancement Proposal 1 (``.npy`` 1.0 to 3.0) in a ZIP archive, stored or deflated.
"""

import math
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.recording import MemorySource, Recording, Signal
from sleepscorer.core.stages import EPOCH_S, STAGES, Stage

NPZ_SUFFIX = ".npz"

# What the channels are where nobody names them: the order in which published code stacks them.
_BY_POSITION = ("EEG", "EOG", "Chin EMG")
# How published code calls the names. What is not as many different texts means something else.
_NAMES_OF_OTHERS = ("ch", "ch_label")

_MOST_EPOCHS = int(10 * 86_400 / EPOCH_S)
_MOST_CHANNELS = 1000
_LONGEST_NAME = 200
# Deflate makes a thousand zeros of one byte. Signals shrink to a fifth at best: what would grow
# further is taken only where that is no burden.
_ALWAYS_TAKEN_BYTES = 256 << 20
_MOST_GROWTH = 20
_BLOCK_BYTES = 4 << 20

_MAGIC = b"\x93NUMPY"
_LENGTH_FORMATS = {1: "<H", 2: "<I", 3: "<I"}
_LONGEST_HEADER = 10_000
_ENCRYPTED = 0x1
# Other writers order these otherwise, and Python 2 marked its integers with an L.
_DESCR = re.compile(r"'descr'\s*:\s*'([<>=|]?[a-zA-Z?]\d{0,9})'")
_ORDER = re.compile(r"'fortran_order'\s*:\s*(True|False)")
_SHAPE = re.compile(r"'shape'\s*:\s*\(([\dL, ]{0,500})\)")

# The modules of archives and compression raise all of these for damaged bytes.
_UNREADABLE = (
    OSError,
    ValueError,
    EOFError,
    RuntimeError,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
    MemoryError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


def open_npz(path: Path) -> Recording:
    """Open an archive of epochs; it is read into memory.

    Raises
    ------
    RecordingError
        If it can't be read, or is not as described.
    """
    with _opened(path) as archive:
        x, rate_hz = _epochs(archive)
        n_epochs, n_channels, n_samples = x.shape
        names, note = _names(archive, n_channels)
        samples = archive.signals(x)
    signals = tuple(
        Signal(
            label=name,
            sampling_rate_hz=rate_hz,
            unit="uV",
            stored_unit="uV",
            n_samples=n_epochs * n_samples,
            source=MemorySource(samples[index], rate_hz),
        )
        for index, name in enumerate(names)
    )
    return Recording(
        path=path,
        format_name="NumPy epochs",
        start=None,
        duration_s=n_epochs * EPOCH_S,
        signals=signals,
        warnings=note,
    )


def scoring_in_npz(path: Path) -> Scoring | None:
    """The expert's stages in an archive of epochs, or None where it has none.

    Raises
    ------
    RecordingError
        If the archive can't be read, or has not one stage an epoch.
    """
    with _opened(path) as archive:
        if "y" not in archive.arrays:
            return None
        y, x = archive.array("y"), archive.array("x")
        if y.shape != x.shape[:1] or y.dtype.kind not in "iu":
            raise archive.wrong(f"y is {y.text}, not one whole number for each epoch of x")
        if len(x.shape) != len("ecs") or not 0 < x.shape[0] <= _MOST_EPOCHS:
            raise archive.wrong(f"x is {x.text}, not epochs of at most ten days")
        labels = archive.values(y).astype(np.int64)
    known = (labels >= 0) & (labels < len(STAGES))
    return Scoring(Hypnogram(np.where(known, labels, Stage.UNSCORED).astype(np.int8)))


@dataclass(frozen=True)
class _Array:
    """What the header of an array claims.

    Parameters
    ----------
    member
        Its place in the archive.
    begins
        Where its values begin in there, bytes.
    """

    member: zipfile.ZipInfo
    begins: int
    dtype: np.dtype[np.generic]
    shape: tuple[int, ...]
    by_columns: bool

    @property
    def size(self) -> int:
        """Values, by its shape."""
        return math.prod(self.shape)

    @property
    def text(self) -> str:
        """Its type and shape, for people."""
        return f"{self.dtype} {self.shape}"


class _Archive:
    """The arrays of an open archive; only their headers are read until values are asked for."""

    def __init__(self, file: zipfile.ZipFile, path: Path) -> None:
        self._file = file
        self._path = path
        self._most_bytes = max(_ALWAYS_TAKEN_BYTES, _MOST_GROWTH * path.stat().st_size)
        self.arrays: Mapping[str, zipfile.ZipInfo] = {
            member.filename.removesuffix(".npy"): member for member in file.infolist()
        }

    def wrong(self, what: str, hint: str = "") -> RecordingError:
        """The error for what is not as described."""
        return RecordingError(what, path=self._path, hint=hint)

    def array(self, name: str) -> _Array:
        """Read the header of an array, and hold its claims against what is stored.

        Raises
        ------
        RecordingError
            If there is no such array, or less of it than it claims.
        """
        member = self.arrays.get(name)
        if member is None:
            raise self._lacks(name)
        if member.flag_bits & _ENCRYPTED:
            raise self.wrong(f"the archive can't be read: {name} is encrypted")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise self.wrong(
                f"the archive can't be read: {name} is compressed in an unknown way",
                hint="save it with numpy.savez_compressed",
            )
        with self._file.open(member) as file:
            header, begins = self._header(file, name)
        found = _array_of(header, member, begins)
        if found is None:
            raise self.wrong(f"{name} is not a plain array of numbers or texts")
        if found.dtype.hasobject:
            raise self.wrong(
                f"the archive can't be read: {name} holds Python objects, which are never loaded",
                hint="save it as numbers or texts",
            )
        self._check_size(member.file_size)
        stored = member.file_size - begins
        if found.size * found.dtype.itemsize > stored:
            raise self.wrong(
                f"the archive can't be read: {name} claims to be {found.text},"
                f" and has {max(stored, 0)} bytes"
            )
        return found

    def values(self, array: _Array) -> NDArray[np.generic]:
        """Read all values of a small array."""
        n_bytes = array.size * array.dtype.itemsize
        self._check_size(n_bytes)
        with self._file.open(array.member) as file:
            file.read(array.begins)
            values = np.frombuffer(self._exactly(file, n_bytes), array.dtype)
            _read_to_end(file)
        return values.reshape(array.shape, order="F" if array.by_columns else "C")

    def names(self, array: _Array) -> tuple[str, ...]:
        """Read an array of texts."""
        return tuple(_name(name) for name in self.values(array).ravel().tolist())

    def signals(self, x: _Array) -> NDArray[np.float32]:
        """Read ``x`` block by block as (n_channels, n_epochs * n_samples)."""
        n_epochs, n_channels, n_samples = x.shape
        self._check_size(x.size * max(x.dtype.itemsize, np.dtype(np.float32).itemsize))
        if x.by_columns:
            turned = self.values(x).transpose(1, 0, 2).reshape(n_channels, -1)
            return _as_float32(turned)
        samples = np.empty((n_channels, n_epochs, n_samples), np.float32)
        epoch_bytes = n_channels * n_samples * x.dtype.itemsize
        at_once = max(1, _BLOCK_BYTES // epoch_bytes)
        with self._file.open(x.member) as file:
            file.read(x.begins)
            for first in range(0, n_epochs, at_once):
                n_here = min(at_once, n_epochs - first)
                block = np.frombuffer(self._exactly(file, n_here * epoch_bytes), x.dtype)
                epochs = _as_float32(block.reshape(n_here, n_channels, n_samples))
                samples[:, first : first + n_here] = epochs.transpose(1, 0, 2)
            _read_to_end(file)
        return samples.reshape(n_channels, -1)

    def _header(self, file: IO[bytes], name: str) -> tuple[str, int]:
        """The text of a header, and where the values begin."""
        start = file.read(len(_MAGIC) + 2)
        length_format = _LENGTH_FORMATS.get(start[-2]) if start.startswith(_MAGIC) else None
        if length_format is None or len(start) != len(_MAGIC) + 2:
            raise self.wrong(f"{name} is not a NumPy array")
        length_bytes = struct.calcsize(length_format)
        (length,) = struct.unpack(length_format, self._exactly(file, length_bytes))
        if length > _LONGEST_HEADER:
            raise self.wrong(f"the archive can't be read: the header of {name} is {length} bytes")
        text = self._exactly(file, length).decode("latin-1")
        return text, len(start) + length_bytes + length

    def _exactly(self, file: IO[bytes], n_bytes: int) -> bytes:
        content = file.read(n_bytes)
        if len(content) != n_bytes:
            raise self.wrong("the archive can't be read: it ends too early")
        return content

    def _check_size(self, n_bytes: int) -> None:
        if n_bytes > self._most_bytes:
            raise self.wrong(
                f"the archive would grow to {n_bytes / 1e9:.1f} GB in memory, from"
                f" {self._path.stat().st_size / 1e6:.1f} MB: that is no recording"
            )

    def _lacks(self, name: str) -> RecordingError:
        lacking = {"x", "fs", name} - self.arrays.keys()
        return self.wrong(
            f"the archive lacks {' and '.join(sorted(lacking))}",
            hint="save x (n_epochs, n_channels, n_samples) in µV and fs in Hz",
        )


@contextmanager
def _opened(path: Path) -> Iterator[_Archive]:
    try:
        with path.open("rb") as stream, zipfile.ZipFile(stream) as file:
            yield _Archive(file, path)
    except _UNREADABLE as error:
        reason = str(error) or type(error).__name__
        raise RecordingError(f"the archive can't be read: {reason}", path=path) from error


def _array_of(header: str, member: zipfile.ZipInfo, begins: int) -> _Array | None:
    """Read the header of an array; None where it has no plain type."""
    descr, order, shape = (one.search(header) for one in (_DESCR, _ORDER, _SHAPE))
    if descr is None or order is None or shape is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dtype = np.dtype(descr[1])
    except (TypeError, ValueError, OverflowError, MemoryError):
        return None
    sizes = tuple(int(size) for size in shape[1].replace("L", "").split(",") if size.strip())
    return _Array(member, begins, dtype, sizes, order[1] == "True")


def _read_to_end(file: IO[bytes]) -> None:
    """Let the checksum be compared, which comes with the end."""
    while file.read(_BLOCK_BYTES):
        pass


def _as_float32(values: NDArray[np.generic]) -> NDArray[np.float32]:
    with np.errstate(over="ignore", invalid="ignore"):
        # What float32 can't hold is infinite, and then no signal.
        return values.astype(np.float32)


def _epochs(archive: _Archive) -> tuple[_Array, float]:
    """What ``x`` claims to be, once it is as described, and the samples a second."""
    x, fs = archive.array("x"), archive.array("fs")
    if len(x.shape) != len("ecs") or 0 in x.shape or x.dtype.kind not in "fiu":
        raise archive.wrong(f"x is {x.text}, not numbers (n_epochs, n_channels, n_samples)")
    n_epochs, n_channels, n_samples = x.shape
    rate_hz = 0.0
    if fs.size == 1 and fs.dtype.kind in "fiu":
        with np.errstate(over="ignore"):
            rate_hz = float(archive.values(fs).item())
    if not 0 < rate_hz < math.inf or abs(n_samples - EPOCH_S * rate_hz) > 0.5:
        raise archive.wrong(f"{n_samples} samples are not {EPOCH_S:g} s at fs = {rate_hz:g} Hz")
    if n_epochs > _MOST_EPOCHS:
        raise archive.wrong(f"x has {n_epochs} epochs, more than ten days")
    if n_channels > _MOST_CHANNELS:
        raise archive.wrong(f"x has {n_channels} channels, more than any recording")
    return x, rate_hz


def _names(archive: _Archive, n_channels: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The channels' names, and what had to be decided."""
    if "channels" in archive.arrays:
        stored = archive.array("channels")
        if not _is_texts(stored):
            raise archive.wrong(f"channels is {stored.text}, not names")
        if stored.size != n_channels:
            raise archive.wrong(f"{stored.size} names for {n_channels} channels")
        names = archive.names(stored)
        if len(set(names)) != n_channels:
            raise archive.wrong(f"{len(set(names))} names for {n_channels} channels")
        return names, ()
    for key in _NAMES_OF_OTHERS:
        names = _names_of_others(archive, key)
        if len(names) == len(set(names)) == n_channels:
            return names, ()
    names = tuple(
        _BY_POSITION[i] if i < len(_BY_POSITION) else f"channel {i + 1}" for i in range(n_channels)
    )
    note = f"the archive does not name its channels; they were taken for {', '.join(names)}"
    return names, (note,)


def _names_of_others(archive: _Archive, key: str) -> tuple[str, ...]:
    """Texts under a name that other programs give them; none where there are no texts."""
    if key not in archive.arrays:
        return ()
    try:
        stored = archive.array(key)
    except RecordingError:
        # Nobody promised that it can be read.
        return ()
    return archive.names(stored) if _is_texts(stored) and stored.size <= _MOST_CHANNELS else ()


def _is_texts(stored: _Array) -> bool:
    return stored.dtype.kind in "US" and stored.dtype.itemsize <= 4 * _LONGEST_NAME


def _name(stored: str | bytes) -> str:
    text = stored.decode("utf-8", "replace") if isinstance(stored, bytes) else stored
    # NumPy's characters may be halves of one, which nothing can write.
    return text.encode("utf-8", "replace").decode("utf-8")
