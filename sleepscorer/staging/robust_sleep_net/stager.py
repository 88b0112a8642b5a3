"""RobustSleepNet as a second opinion; see the package for whose work it is."""

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.errors import NoUsableChannel, StagingRefused
from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.core.recording import Recording, epochs_with_gaps
from sleepscorer.core.stager_channels import StagerChannels
from sleepscorer.core.staging_result import Staging, StagingProvenance
from sleepscorer.staging.robust_sleep_net.installed import (
    InstalledWeights,
    installed_weights,
    load_networks,
)

_READING = 0.3


class RobustSleepNetStager:
    """The mean of the installed networks on every EEG and EOG of those chosen.

    Parameters
    ----------
    installed
        Which weights; None takes the public ones.

    Raises
    ------
    WeightsError
        If its weights are not installed.
    """

    def __init__(self, installed: InstalledWeights | None = None) -> None:
        self._installed = installed or installed_weights()
        self.title = self._installed.title

    def stage(self, recording: Recording, channels: StagerChannels, progress: Progress) -> Staging:
        """Stage a recording; epochs in gaps or without a signal stay unscored."""
        from sleepscorer.staging.robust_sleep_net.windows import stage_epochs

        if recording.n_epochs < 1:
            raise StagingRefused(
                f"the recording lasts {recording.duration_s:.4g} s, less than one 30-s epoch",
                path=recording.path,
            )
        networks = load_networks(self._installed)
        used, warnings, epochs, good = read_epochs(
            recording, channels, part_of(progress, 0.0, _READING)
        )
        probabilities = stage_epochs(networks, epochs, good, part_of(progress, _READING, 1.0))
        progress(1.0, "staged")
        names = [
            tuple(one.name for one in kind if one in used) for kind in (channels.eeg, channels.eog)
        ]
        return Staging(
            probabilities,
            StagingProvenance(
                weights_name=self._installed.name,
                weights_sha256=self._installed.sha256,
                eeg=names[0],
                eog=names[1],
                emg=(),
                device="cpu",
                software=self.title,
                created_utc=datetime.now(UTC).isoformat(timespec="seconds"),
                notes=(
                    f"The networks {', '.join(self._installed.nets)}; no EMG was given to them.",
                ),
                warnings=warnings,
            ),
        )


def read_epochs(
    recording: Recording, channels: StagerChannels, progress: Progress = silent
) -> tuple[list[ResolvedDerivation], tuple[str, ...], NDArray[np.float32], NDArray[np.bool_]]:
    """Read what the networks are given.

    Returns
    -------
    The channels that hold a signal, why others don't, and of those (n_epochs, n_channels, 1800)
    scaled samples and (n_epochs, n_channels, 28) good frames.

    Raises
    ------
    NoUsableChannel
        If none holds a signal.
    """
    from sleepscorer.staging import input_gate
    from sleepscorer.staging.robust_sleep_net.signals import prepare

    used, refused, prepared = [], [], []
    wanted = [*channels.eeg, *channels.eog]
    for index, channel in enumerate(wanted):
        part = part_of(progress, index / len(wanted), (index + 1) / len(wanted))
        reason = input_gate.reason_against(channel)
        if not reason:
            one = prepare(channel, recording, part)
            if one.good.any():
                used.append(channel)
                prepared.append(one)
                continue
            reason = f"{channel.name} holds no signal"
        refused.append(reason)
    if not used:
        raise NoUsableChannel(
            "; ".join(refused) or "no EEG or EOG was found or chosen",
            path=recording.path,
            hint="choose other channels",
        )
    epochs = np.stack([one.epochs for one in prepared], axis=1)
    good = np.stack([one.good for one in prepared], axis=1)
    good[epochs_with_gaps(recording.gaps, recording.n_epochs)] = False
    if not good.any():
        raise NoUsableChannel("no EEG or EOG holds a signal", path=recording.path)
    return used, tuple(f"{reason}; it was left out." for reason in refused), epochs, good
