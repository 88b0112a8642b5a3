"""What to stage a recording by: as named, as a site validated, or as the program chooses."""

from sleepscorer.core.errors import MontageError
from sleepscorer.core.recording import Recording
from sleepscorer.core.stager_channels import ChannelChoice, StagerChannels
from sleepscorer.pipeline.site_choice import SiteChoice


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


def find_channels_for(
    recording: Recording, named: ChannelChoice, site: SiteChoice | None
) -> StagerChannels:
    """Find what to stage by where a site's choice may hold.

    Parameters
    ----------
    recording
        To be staged.
    named
        By a person; what is named holds before all else.
    site
        By whose choice it is staged; where the recording lacks its channels the program chooses.
        None for nobody's.

    Raises
    ------
    MontageError
        As :func:`find_channels`.
    """
    if site is not None and named == ChannelChoice() and not lacking_channels(recording, site):
        named = site.channels
    return find_channels(recording, named)


def lacking_channels(recording: Recording, site: SiteChoice) -> str:
    """Say what a recording lacks of the channels that a site validated; empty where nothing."""
    if site.channels == ChannelChoice():
        return ""
    try:
        find_channels(recording, site.channels)
    except MontageError as error:
        return error.what
    return ""
