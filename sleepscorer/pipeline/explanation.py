"""Why the machine gave an epoch its stage: the night is measured once, then any epoch is quick."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sleepscorer.analysis.evidence import Evidence, NightMeasures, evidence, measure_night
from sleepscorer.core.derivation import ResolvedDerivation, resolve_again
from sleepscorer.core.errors import MontageError, RecordingError, WeightsError
from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.core.recording import Recording
from sleepscorer.core.stager_channels import (
    StagerChannels,
    choose_stager_channels,
    horizontal_eog,
)
from sleepscorer.core.stages import Stage
from sleepscorer.core.staging_result import Staging, StagingProvenance
from sleepscorer.files.sessions import KeptMeasures
from sleepscorer.pipeline import kept_nights

if TYPE_CHECKING:
    from sleepscorer.staging.checkpoint import WeightsInfo
    from sleepscorer.staging.explanation import ActivationMap
    from sleepscorer.staging.measured_night import MeasuredNight
    from sleepscorer.staging.stager import Stager


@dataclass(frozen=True, eq=False)
class Explanation:
    """What speaks for a stage of an epoch and what against, and where the network saw it.

    Parameters
    ----------
    epoch, stage
        What is explained.
    evidence
        Classical measures against this night's own range; what speaks for the stage comes first.
    maps
        One of each channel of the network that was usable in the epoch.
    """

    epoch: int
    stage: Stage
    evidence: tuple[Evidence, ...]
    maps: "tuple[ActivationMap, ...]"

    @property
    def is_seen(self) -> bool:
        """False where no part of the epoch speaks for the stage more than the rest does."""
        return any(each.seen.any() for each in self.maps)

    def behind(self, channels: Sequence[ResolvedDerivation]) -> list[NDArray[np.float32] | None]:
        """Say what the network saw behind each of the traces on the screen.

        Where a derivation is not shown, its map is behind those that begin with a part of it: that
        of E1-E2 behind E1-M2 and behind E2-M2.

        Parameters
        ----------
        channels
            Of the traces on the screen.

        Returns
        -------
        For each of them what is seen of a map, (n_steps,) float32 from 0 to 1; None where the
        network saw nothing of the stage, or was not given the channel.
        """
        by_name = {each.channel: each.seen for each in self.maps}
        found = (None if name is None else by_name[name] for name in self._names_behind(channels))
        return [seen if seen is not None and seen.any() else None for seen in found]

    def traces_of(self, channels: Sequence[ResolvedDerivation]) -> dict[str, tuple[str, ...]]:
        """Return for each derivation the names of the traces on the screen that it is behind."""
        behind = list(zip(self._names_behind(channels), channels, strict=True))
        return {
            each.channel: tuple(one.name for name, one in behind if name == each.channel)
            for each in self.maps
        }

    def _names_behind(self, channels: Sequence[ResolvedDerivation]) -> list[str | None]:
        known = {each.channel for each in self.maps}
        shown = {channel.name for channel in channels}
        by_part = {
            label: each.channel
            for each in self.maps
            if each.channel not in shown
            for label in each.stored_labels
        }
        return [
            one.name if one.name in known else by_part.get(one.stored_labels[0]) for one in channels
        ]


class ExplainedNight:
    """A night measured as it was staged; see :func:`measure_to_explain`.

    One thread at a time may use it.
    """

    def __init__(
        self,
        recording: Recording,
        stager: "Stager",
        *,
        night: "MeasuredNight",
        measures: NightMeasures,
    ) -> None:
        self._recording = recording
        self._stager = stager
        self._night = night
        self._measures = measures

    def explain(self, epoch: int, stage: Stage) -> Explanation:
        """Explain a stage of an epoch; the epoch is read once more.

        Raises
        ------
        RecordingError
            If the recording can't be read.
        """
        from sleepscorer.staging.explanation import activation_maps

        maps = activation_maps(self._stager, self._night, self._recording, epoch, stage)
        return Explanation(epoch, stage, evidence(self._measures, epoch, stage), maps)


def measure_to_explain(
    recording: Recording,
    provenance: StagingProvenance,
    progress: Progress = silent,
    *,
    kept: KeptMeasures | None = None,
    night: "MeasuredNight | None" = None,
) -> ExplainedNight:
    """Measure a night with the weights and the channels that staged it, on the CPU.

    Parameters
    ----------
    recording
        The recording; read from one end to the other.
    provenance
        Of its staging.
    progress
        May raise Cancelled.
    kept
        Where what is measured is kept: a night that was measured before is not read again.
    night
        What its staging measured, which is then not measured again.

    Raises
    ------
    WeightsError
        If the weights that staged it are not here any more.
    SleepScorerError
        If the recording is missing, does not have the channels, or can't be read.
    """
    if not recording.signals:
        raise RecordingError(
            "the recording is not here", path=recording.path, hint="locate it to have it explained"
        )
    progress(0.0, "loading the network")
    from sleepscorer.staging.native_libraries import import_stager

    import_stager()
    from sleepscorer.staging.stager import Stager

    # Before anything is read: this takes no time, and most refusals come from here.
    info = _weights_of(provenance)
    channels = _channels_of(provenance, recording)
    stager = Stager(info.folder, device="cpu")
    key = {} if kept is None else kept_nights.key_of(recording, provenance)
    found = None if kept is None else kept_nights.find(kept, key, channels)
    if found is not None:
        return ExplainedNight(recording, stager, night=found[0], measures=found[1])
    begin = 0.0
    if night is None:
        begin = 0.6
        night = stager.measure(recording, channels, part_of(progress, 0.0, 0.55))
        night = stager.located(night, part_of(progress, 0.55, begin))
    measures = classical_measures(recording, channels, part_of(progress, begin, 1.0))
    if kept is not None:
        kept_nights.keep(kept, key, night, measures)
    return ExplainedNight(recording, stager, night=night, measures=measures)


def stage_to_explain(
    recording: Recording,
    stager: "Stager",
    *,
    channels: StagerChannels,
    progress: Progress = silent,
) -> tuple[Staging, ExplainedNight]:
    """Stage a night and measure it to explain, reading it once for the network.

    Parameters
    ----------
    recording
        The recording.
    stager
        The network.
    channels
        What it looks at.
    progress
        May raise Cancelled.

    Returns
    -------
    The staging, and the night that it can be explained by.

    Raises
    ------
    SleepScorerError
        If it can't be staged or read.
    """
    night = stager.measure(recording, channels, part_of(progress, 0.0, 0.6))
    staging, night = stager.stage_measured(night, part_of(progress, 0.6, 0.8))
    measures = classical_measures(recording, channels, part_of(progress, 0.8, 1.0))
    return staging, ExplainedNight(recording, stager, night=night, measures=measures)


def classical_measures(
    recording: Recording, channels: StagerChannels, progress: Progress = silent
) -> NightMeasures:
    """Measure a night in the classical way on the channels it was staged by.

    Rhythms and spindles on a central EEG, slow waves on a frontal one, where they are among them.
    Eye movements and chin tone tell something though the network was not given them: where it has
    none, those of the recording are taken.
    """
    try:
        found = choose_stager_channels(recording)
    except MontageError:
        found = channels
    eeg = _of_region("C", channels.eeg) or _first(channels.eeg)
    return measure_night(
        recording.n_epochs,
        eeg=eeg,
        frontal=_of_region("F", channels.eeg) or eeg,
        eog=_first(channels.eog) or _first(found.eog),
        emg=_first(channels.emg) or _first(found.emg),
        eyes=horizontal_eog(recording),
        progress=progress,
    )


def _of_region(letter: str, channels: Sequence[ResolvedDerivation]) -> ResolvedDerivation | None:
    """The first whose electrode is of a region: C4-M1 for "C", Fpz-Cz for "F"."""
    return next((one for one in channels if one.name.upper().startswith(letter)), None)


def _first(channels: Sequence[ResolvedDerivation]) -> ResolvedDerivation | None:
    return next(iter(channels), None)


def _weights_of(provenance: StagingProvenance) -> "WeightsInfo":
    """The weights by their hash: another file may have taken their name."""
    from sleepscorer.staging.checkpoint import available_weights

    for one in available_weights():
        if not isinstance(one, WeightsError) and one.sha256 == provenance.weights_sha256:
            return one
    raise WeightsError(
        f"the weights that staged this night, {provenance.weights_name}, are not here any more",
        hint="auto-score it again to have its stages explained",
    )


def _channels_of(provenance: StagingProvenance, recording: Recording) -> StagerChannels:
    def found(names: Sequence[str]) -> tuple[ResolvedDerivation, ...]:
        return tuple(resolve_again(recording, name) for name in names)

    return StagerChannels(found(provenance.eeg), found(provenance.eog), found(provenance.emg))
