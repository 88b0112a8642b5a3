"""A recording staged by our own stager and, where one is asked for, by another beside it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.core.recording import Recording
from sleepscorer.core.stager_channels import ChannelChoice, StagerChannels
from sleepscorer.core.staging_result import Staging
from sleepscorer.staging.stagers import with_second_opinion

if TYPE_CHECKING:
    from sleepscorer.staging.measured_night import MeasuredNight
    from sleepscorer.staging.stager import Stager


@dataclass(frozen=True, eq=False)
class Answers:
    """What the stagers say of a recording.

    Parameters
    ----------
    ours
        Of our own stager.
    second
        Of another one; None where none was asked, or it failed.
    night
        What our own measured: to explain it, the night need not be read again.
    """

    ours: Staging
    second: Staging | None = None
    night: "MeasuredNight | None" = None


def find_channels(recording: Recording, choice: ChannelChoice) -> StagerChannels:
    """Find what to stage by; a text may list several channels, with commas between.

    A text that is a label of the recording as it stands is one channel, whatever it holds.

    Raises
    ------
    MontageError
        If a channel is not to be had, or nothing is left to stage by.
    """
    labels = {signal.label.casefold() for signal in recording.signals}

    def split(texts: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if texts is None:
            return None
        parts = ((t,) if t.strip().casefold() in labels else t.split(",") for t in texts)
        return tuple(name.strip() for some in parts for name in some if name.strip())

    named = ChannelChoice(split(choice.eeg), split(choice.eog), split(choice.emg))
    return named.resolve(recording)


def stage_recording(
    recording: Recording,
    channels: StagerChannels,
    *,
    stager: "Stager",
    second_opinion: str = "",
    progress: Progress = silent,
) -> Answers:
    """Stage a recording, and ask another stager as well.

    Parameters
    ----------
    recording
        What to stage.
    channels
        What both look at.
    stager
        Our own.
    second_opinion
        Name of the other one; empty for none. Where it fails our staging says so in a warning,
        and is no worse for it.
    progress
        May raise Cancelled.

    Raises
    ------
    StagingRefused
        If our own stager can't stage it.
    """
    if not second_opinion:
        ours, night = stager.stage_and_measure(recording, channels, progress)
        return Answers(ours, night=night)
    ours, night = stager.stage_and_measure(recording, channels, part_of(progress, 0.0, 0.5))
    ours, second = with_second_opinion(
        ours, second_opinion, recording, channels=channels, progress=part_of(progress, 0.5, 1.0)
    )
    return Answers(ours, second, night)
