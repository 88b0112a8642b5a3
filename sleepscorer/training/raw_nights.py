"""Turns scored recordings into nights to learn from: clean epochs at 100 Hz, kept on disk."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.progress import Cancelled, Progress, part_of, silent
from sleepscorer.core.recording import Recording
from sleepscorer.core.stager_channels import StagerChannels, choose_stager_channels
from sleepscorer.core.stages import EPOCH_S, STAGES, Stage
from sleepscorer.faults import in_words
from sleepscorer.files.verified_write import make_folder, write_state
from sleepscorer.staging.input_gate import reason_against
from sleepscorer.staging.preprocess import PASS_BANDS_HZ, Band, epoch_blocks
from sleepscorer.training.band_powers import log_band_powers
from sleepscorer.training.nights import NO_LABEL, TrainingNight
from sleepscorer.training.scored_recordings import ScoredRecording

Trim = Literal["30min", "in-bed", "none"]
"""What of a recording is learned from: half an hour of wake on both sides of sleep, lights off to
lights on, or everything."""

_AROUND_SLEEP_EPOCHS = round(30 * 60 / EPOCH_S)
_CHANNELS_OF_SLEEP_EDF = {"eeg": ("EEG Fpz-Cz", "EEG Pz-Oz"), "eog": ("EOG horizontal",)}


def prepared(
    scored: Sequence[ScoredRecording],
    kinds: tuple[Band, ...],
    cache: Path,
    *,
    trim: Trim = "30min",
    progress: Progress = silent,
) -> tuple[list[TrainingNight], list[str]]:
    """Read recordings, filter them as the stager does, and keep the epochs in a folder.

    Parameters
    ----------
    scored
        What to read.
    kinds
        Channels wanted.
    cache
        Folder for the epochs (float16, about 6 KB each and channel); what lies there already of
        the same files is not read again.
    trim
        What of each recording is kept.

    Returns
    -------
    The nights; and a sentence on each recording that can't be learned from.
    """
    nights, refused = [], []
    make_folder(cache, 0o700)
    for index, one in enumerate(scored):
        part = part_of(progress, index / len(scored), (index + 1) / len(scored))
        try:
            nights.append(_prepared(one, kinds, cache, trim, part))
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - one file never ends the others
            refused.append(f"{one.psg.name}: {in_words(error, one.psg)}")
        part(1.0, one.name)
    return nights, refused


def _prepared(
    one: ScoredRecording, kinds: tuple[Band, ...], cache: Path, trim: Trim, progress: Progress
) -> TrainingNight:
    folder = cache / f"{one.name}-{_key(one, kinds, trim)}"
    if not (folder / "labels.npy").is_file():
        _write(one, kinds, folder, trim, progress)
    powers, signals, usable = {}, {}, {}
    for kind in kinds:
        path = folder / f"{kind}.npy"
        if path.is_file():
            # Mapped, not read: a thousand nights do not fit into memory.
            signals[kind] = np.load(path, mmap_mode="r")
            powers[kind] = np.load(folder / f"{kind}_powers.npy")
            usable[kind] = np.load(folder / f"{kind}_usable.npy")
    labels = np.load(folder / "labels.npy")
    eeg = _stored_names(folder / "eeg_names.npy")
    return TrainingNight(one.name, one.subject, labels, powers, signals, usable, eeg=eeg)


def _stored_names(path: Path) -> tuple[str, ...]:
    """None at all where a version before kept the epochs."""
    return tuple(map(str, np.load(path))) if path.is_file() else ()


def _key(one: ScoredRecording, kinds: tuple[Band, ...], trim: Trim) -> str:
    stamps = [
        (str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns)
        for path in (one.psg, one.scoring)
    ]
    described = json.dumps([stamps, kinds, trim, PASS_BANDS_HZ])
    return hashlib.sha256(described.encode()).hexdigest()[:12]


def _write(
    one: ScoredRecording, kinds: tuple[Band, ...], folder: Path, trim: Trim, progress: Progress
) -> None:
    recording, scoring = one.read()
    kept = _kept(scoring.hypnogram, trim)
    labels = np.where(scoring.hypnogram.stages >= 0, scoring.hypnogram.stages, NO_LABEL)
    chosen = _channels(recording)
    make_folder(folder, 0o700)
    unusable = np.ones(recording.n_epochs, dtype=bool)
    for index, kind in enumerate(kinds):
        # What the stager would refuse, such as a chin EMG stored as an envelope at 1 Hz.
        channels = [each for each in getattr(chosen, kind) if not reason_against(each)]
        part = part_of(progress, index / len(kinds), (index + 1) / len(kinds))
        if not channels:
            continue
        epochs, usable = _epochs(recording, channels, kind, part)
        held = usable[kept].any(axis=0)
        if not held.any():
            continue
        epochs, usable = epochs[kept][:, held], usable[:, held]
        unusable &= ~usable.any(axis=1)
        names = [channels[index].name for index in np.flatnonzero(held)]
        _save(folder / f"{kind}_names.npy", np.array(names))
        _save(folder / f"{kind}_usable.npy", usable[kept])
        _save(folder / f"{kind}_powers.npy", _powers(epochs, usable[kept]))
        _save(folder / f"{kind}.npy", epochs.astype(np.float16))
    if unusable[kept].all():
        raise SleepScorerError("none of its channels can be used")
    labels = np.where(unusable, NO_LABEL, labels)[kept].astype(np.int64)
    if not (labels >= 0).any():
        raise SleepScorerError("no epoch with a signal has a stage")
    # Last: where this file is, all are whole.
    _save(folder / "labels.npy", labels)


def _save(path: Path, values: NDArray[np.generic]) -> None:
    write_state(path, lambda file: np.save(file, values, allow_pickle=False))


def _channels(recording: Recording) -> StagerChannels:
    labels = {signal.label for signal in recording.signals}
    stated = {
        kind: [name for name in names if name in labels] or None
        for kind, names in _CHANNELS_OF_SLEEP_EDF.items()
    }
    return choose_stager_channels(recording, eeg=stated["eeg"], eog=stated["eog"])


def _epochs(
    recording: Recording,
    channels: Sequence[ResolvedDerivation],
    kind: Band,
    progress: Progress,
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """(n_epochs, n_derivations, 3000) at unit power, and (n_epochs, n_derivations) if usable."""
    columns, usable = [], []
    for index, channel in enumerate(channels):
        blocks = list(epoch_blocks(channel, recording.n_epochs, band=kind, gaps=recording.gaps))
        epochs = np.concatenate([block.epochs for block in blocks])
        good = np.concatenate([block.quality.usable for block in blocks])
        # Half precision holds five digits: of microvolts, millivolts or volts alike, once scaled.
        scale = float(np.sqrt(np.mean(np.square(epochs[good])))) if good.any() else 1.0
        columns.append(np.clip(epochs / (scale or 1.0), -1e3, 1e3))
        usable.append(good)
        progress((index + 1) / len(channels), channel.name)
    return np.stack(columns, axis=1), np.stack(usable, axis=1)


def _powers(epochs: NDArray[np.float32], usable: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(n_epochs, n_derivations, 5); what is unusable must not move the levels of the night."""
    n_epochs, n_derivations, n_samples = epochs.shape
    powers = log_band_powers(epochs.reshape(-1, n_samples)).reshape(n_epochs, n_derivations, -1)
    for derivation, good in enumerate(usable.T):
        powers[~good, derivation] = np.median(powers[good, derivation], axis=0)
    return powers.astype(np.float32)


def _kept(hypnogram: Hypnogram, trim: Trim) -> slice:
    if trim == "none":
        return slice(0, hypnogram.n_epochs)
    if trim == "in-bed":
        if hypnogram.lights_off_s is None or hypnogram.lights_on_s is None:
            raise SleepScorerError(
                "its scoring has no lights off and lights on",
                hint="train with --trim 30min, or mark the lights in the scoring",
            )
        first = int(hypnogram.lights_off_s // EPOCH_S)
        return slice(first, int(-(-hypnogram.lights_on_s // EPOCH_S)))
    asleep = np.flatnonzero((hypnogram.stages > Stage.W) & (hypnogram.stages < len(STAGES)))
    if not asleep.size:
        raise SleepScorerError("nobody sleeps in its scoring")
    first, last = int(asleep[0]), int(asleep[-1])
    return slice(max(first - _AROUND_SLEEP_EPOCHS, 0), last + 1 + _AROUND_SLEEP_EPOCHS)
