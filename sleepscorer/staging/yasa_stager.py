"""YASA as a second opinion (Vallat and Walker 2021, eLife 10:e70092).

LightGBM on features of one EEG, and an EOG and a chin EMG where there are any. It takes microvolts
at face value and a sampling rate of 80 Hz or more, and does not say when it gets something else:
that is seen to here.
"""

import warnings
from datetime import UTC, datetime
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import StagingRefused
from sleepscorer.core.progress import Progress
from sleepscorer.core.recording import Recording, epochs_with_gaps
from sleepscorer.core.stager_channels import StagerChannels
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.core.staging_result import Staging, StagingProvenance

_MIN_RATE_HZ = 50.0
_FULL_RATE_HZ = 80.0
_MIN_EPOCHS = 10
_RATE_HZ = 100
_COLUMNS = {"WAKE": "W", "REM": "R"}
_VOLTS_IN_UV = 1e-6


class YasaStager:
    """YASA's ``SleepStaging`` on the first EEG, EOG and chin EMG of those chosen."""

    def __init__(self) -> None:
        self.title = f"YASA {version('yasa')}"

    def stage(self, recording: Recording, channels: StagerChannels, progress: Progress) -> Staging:
        """Stage a recording; epochs in gaps or without a signal stay unscored."""
        if not channels.eeg:
            raise StagingRefused("YASA needs an EEG", path=recording.path)
        if recording.n_epochs < _MIN_EPOCHS:
            raise StagingRefused(
                f"YASA needs 5 min, and the recording has {recording.n_epochs * EPOCH_S / 60:g}",
                path=recording.path,
            )
        used = [kind[0] for kind in (channels.eeg, channels.eog, channels.emg) if kind]
        for channel in used:
            if channel.sampling_rate_hz < _MIN_RATE_HZ:
                raise StagingRefused(
                    f"YASA needs {_MIN_RATE_HZ:g} Hz, and {channel.name} has"
                    f" {channel.sampling_rate_hz:g}",
                    path=recording.path,
                )
        warned = [
            f"{channel.name} is stored at {channel.sampling_rate_hz:g} Hz, below the"
            f" {_FULL_RATE_HZ:g} Hz that YASA asks for; it was resampled."
            for channel in used
            if channel.sampling_rate_hz < _FULL_RATE_HZ
        ]
        samples, is_signal = [], []
        for index, channel in enumerate(used):
            progress(index / (len(used) + 2), f"reading {channel.name}")
            stored = channel.read(0.0, recording.n_epochs * EPOCH_S)
            samples.append(_resampled(stored, recording.n_epochs))
            is_signal.append(_is_signal(stored, recording.n_epochs))
        progress(len(used) / (len(used) + 2), self.title)
        probabilities = _staged(samples, channels)
        # It stages by the EEG, and does not ask whether there was one.
        probabilities[~is_signal[0]] = np.nan
        probabilities[epochs_with_gaps(recording.gaps, recording.n_epochs)] = np.nan
        progress(1.0, "staged")
        names = [
            (kind[0].name,) if kind else () for kind in (channels.eeg, channels.eog, channels.emg)
        ]
        return Staging(
            probabilities,
            StagingProvenance(
                weights_name=self.title,
                weights_sha256="",
                eeg=names[0],
                eog=names[1],
                emg=names[2],
                device="cpu",
                software=self.title,
                created_utc=datetime.now(UTC).isoformat(timespec="seconds"),
                notes=("Age and sex were not given to YASA.",),
                warnings=tuple(warned),
            ),
        )


def _is_signal(stored: NDArray[np.float32], n_epochs: int) -> NDArray[np.bool_]:
    """(n_epochs,) where at least half of the samples are there and they are not all one value."""
    found = np.zeros(n_epochs, dtype=bool)
    for epoch, samples in enumerate(np.array_split(stored, n_epochs)):
        there = samples[np.isfinite(samples)]
        found[epoch] = there.size >= 0.5 * samples.size and bool((there != there[0]).any())
    return found


def _resampled(stored: NDArray[np.float32], n_epochs: int) -> NDArray[np.float64]:
    """The epochs at 100 Hz, in volts; zero where nothing was recorded."""
    import mne

    there = np.where(np.isfinite(stored), stored, 0.0)
    samples: NDArray[np.float64] = there.astype(np.float64) * _VOLTS_IN_UV
    n_wanted = round(n_epochs * EPOCH_S * _RATE_HZ)
    if samples.size == n_wanted:
        return samples
    resampled: NDArray[np.float64] = mne.filter.resample(
        samples, up=n_wanted, down=samples.size, npad="auto", verbose="error"
    )
    return resampled[:n_wanted]


def _staged(samples: list[NDArray[np.float64]], channels: StagerChannels) -> NDArray[np.float32]:
    import mne

    roles = [
        role
        for role, kind in (("eeg", channels.eeg), ("eog", channels.eog), ("emg", channels.emg))
        if kind
    ]
    info = mne.create_info(roles, _RATE_HZ, roles)
    with warnings.catch_warnings():
        # It was trained with an older scikit-learn, and says so for every night.
        warnings.simplefilter("ignore")
        import yasa

        raw = mne.io.RawArray(np.stack(samples), info, verbose="error")
        staging = yasa.SleepStaging(raw, **{f"{role}_name": role for role in roles})
        table = staging.predict().proba
    columns = {_COLUMNS.get(str(name), str(name)): name for name in table.columns}
    ordered = table[[columns[name] for name in ("W", "N1", "N2", "N3", "R")]]
    return np.array(ordered, dtype=np.float32)
