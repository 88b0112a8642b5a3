"""Recordings kept as NumPy archives of epochs, as research code keeps them.

``x`` (n_epochs, n_channels, n_samples) in µV and ``fs`` in Hz; optional ``channels`` (n_channels,)
with their names, and ``y`` (n_epochs,) with the stages of an expert: 0 W, 1 N1, 2 N2, 3 N3, 4 R,
anything else unscored.
"""

import math
import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.recording import MemorySource, Recording, Signal
from sleepscorer.core.stages import EPOCH_S, STAGES, Stage

NPZ_SUFFIX = ".npz"

# What the channels are where nobody names them: the order in which published code stacks them.
_BY_POSITION = ("EEG", "EOG", "Chin EMG")


def open_npz(path: Path) -> Recording:
    """Open an archive of epochs; it is read into memory.

    Raises
    ------
    RecordingError
        If it can't be read, or is not as described.
    """
    arrays = _load(path)
    epochs, rate_hz = _epochs(arrays, path)
    names, note = _names(arrays, epochs.shape[1], path)
    n_epochs, _, n_samples = epochs.shape
    signals = tuple(
        Signal(
            label=name,
            sampling_rate_hz=rate_hz,
            unit="uV",
            stored_unit="uV",
            n_samples=n_epochs * n_samples,
            source=MemorySource(np.ascontiguousarray(epochs[:, index]).reshape(-1), rate_hz),
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
    arrays = _load(path)
    if "y" not in arrays:
        return None
    labels = arrays["y"]
    if labels.shape != arrays["x"].shape[:1] or labels.dtype.kind not in "iu":
        raise RecordingError(
            f"y is {labels.dtype} {labels.shape}, not one whole number for each epoch of x",
            path=path,
        )
    stages = labels.astype(np.int64)
    known = (stages >= 0) & (stages < len(STAGES))
    return Scoring(Hypnogram(np.where(known, stages, Stage.UNSCORED).astype(np.int8)))


def _load(path: Path) -> dict[str, NDArray[np.generic]]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, TypeError) as error:
        raise RecordingError(f"the archive can't be read: {error}", path=path) from error


def _epochs(
    arrays: dict[str, NDArray[np.generic]], path: Path
) -> tuple[NDArray[np.float32], float]:
    """``x`` and the samples a second."""
    lacking = {"x", "fs"} - arrays.keys()
    if lacking:
        raise RecordingError(
            f"the archive lacks {' and '.join(sorted(lacking))}",
            path=path,
            hint="save x (n_epochs, n_channels, n_samples) in µV and fs in Hz",
        )
    x, fs = arrays["x"], arrays["fs"]
    if x.ndim != 3 or 0 in x.shape or x.dtype.kind not in "fiu":
        raise RecordingError(
            f"x is {x.dtype} {x.shape}, not numbers (n_epochs, n_channels, n_samples)", path=path
        )
    rate_hz = float(fs.item()) if fs.size == 1 and fs.dtype.kind in "fiu" else 0.0
    if not 0 < rate_hz < math.inf or x.shape[2] != round(EPOCH_S * rate_hz):
        raise RecordingError(
            f"{x.shape[2]} samples are not {EPOCH_S:g} s at fs = {rate_hz:g} Hz", path=path
        )
    with np.errstate(over="ignore"):
        # What float32 can't hold is infinite, and then no signal.
        return x.astype(np.float32), rate_hz


def _names(
    arrays: dict[str, NDArray[np.generic]], n_channels: int, path: Path
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The channels' names, and what had to be decided."""
    if "channels" in arrays:
        names = tuple(str(name) for name in arrays["channels"].ravel())
        if len(names) != n_channels or len(set(names)) != n_channels:
            raise RecordingError(f"{len(names)} names for {n_channels} channels", path=path)
        return names, ()
    names = tuple(
        _BY_POSITION[i] if i < len(_BY_POSITION) else f"channel {i + 1}" for i in range(n_channels)
    )
    note = f"the archive does not name its channels; they were taken for {', '.join(names)}"
    return names, (note,)
