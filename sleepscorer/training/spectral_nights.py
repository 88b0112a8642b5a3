"""Reviewed nights as RobustSleepNet reads them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.progress import Cancelled, Progress, part_of, silent
from sleepscorer.core.stages import Stage
from sleepscorer.core.wording import counted
from sleepscorer.faults import in_words
from sleepscorer.files.verified_write import make_folder, write_state
from sleepscorer.staging.robust_sleep_net.stager import read_epochs
from sleepscorer.training.nights import NO_LABEL
from sleepscorer.training.session_nights import MIN_EPOCHS, ReviewedNight, measured_key

_AROUND_SLEEP_EPOCHS = 60
_READ_BY = "robust-sleep-net 1"


@dataclass(frozen=True, eq=False)
class SpectralNight:
    """A night that the networks can learn from.

    Parameters
    ----------
    name, subject
        Of the night; whose it is.
    labels
        (n_epochs,) 0 to 4, or NO_LABEL: not reviewed, without a signal, or wake more than half an
        hour away from sleep.
    epochs
        (n_epochs, n_channels, 1800) scaled samples at 60 Hz, on disk.
    good
        (n_epochs, n_channels, 28) the frames that hold a signal.
    """

    name: str
    subject: str
    labels: NDArray[np.int64]
    epochs: NDArray[np.float32]
    good: NDArray[np.bool_]


def spectral_nights(
    nights: Sequence[ReviewedNight], cache: Path, progress: Progress = silent
) -> tuple[tuple[SpectralNight, ...], tuple[str, ...]]:
    """Read each night once, and keep what was read.

    Parameters
    ----------
    nights
        To read, by all EEG and EOG that they were staged by.
    cache
        Folder for what is read; what lies there of the same recording is not read again.

    Returns
    -------
    The nights, and a sentence on each that can't be learned from.
    """
    make_folder(cache, 0o700)
    found, refused = [], []
    for index, night in enumerate(nights):
        part = part_of(progress, index / len(nights), (index + 1) / len(nights))
        try:
            found.append(_read(night, cache, part))
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - one file never ends the others
            refused.append(f"{night.name}: {in_words(error, night.recording.path).what}")
    return tuple(found), tuple(refused)


def _read(night: ReviewedNight, cache: Path, progress: Progress) -> SpectralNight:
    stem = f"{night.name}-{measured_key(night, _READ_BY)}"
    paths = [cache / f"{stem}-{part}.npy" for part in ("epochs", "good")]
    try:
        epochs, good = map(_mapped, paths)
    except (OSError, ValueError, EOFError):
        _, _, read, is_good = read_epochs(night.recording, night.channels, progress)
        for path, array in zip(paths, (read, is_good), strict=True):
            _write(path, array)
        epochs, good = map(_mapped, paths)
    labels = np.where(_around_sleep(night.labels) & good.any(axis=(1, 2)), night.labels, NO_LABEL)
    if (n_left := int((labels != NO_LABEL).sum())) < MIN_EPOCHS:
        raise SleepScorerError(
            f"{counted(n_left, 'reviewed epoch')} around its sleep hold a signal"
        )
    return SpectralNight(night.name, night.subject, labels, epochs, np.asarray(good))


def _mapped(path: Path) -> NDArray[Any]:
    # Copied on writing: torch takes no array that can't be written to, and the file stays.
    mapped: NDArray[Any] = np.load(path, mmap_mode="c", allow_pickle=False)
    return mapped


def _write(path: Path, array: NDArray[np.generic]) -> None:
    write_state(path, lambda file: np.save(file, array, allow_pickle=False))


def _around_sleep(labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n_epochs,) the sleep and half an hour on both sides, as the weights were taught."""
    asleep = np.flatnonzero(labels > Stage.W)
    around = np.zeros(len(labels), dtype=bool)
    if asleep.size:
        first = max(int(asleep[0]) - _AROUND_SLEEP_EPOCHS, 0)
        around[first : int(asleep[-1]) + _AROUND_SLEEP_EPOCHS + 1] = True
    return around
