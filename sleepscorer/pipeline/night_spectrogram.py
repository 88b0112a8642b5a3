"""The spectrogram that a report shows of a recording."""

from sleepscorer.analysis.spectrogram import multitaper_spectrogram, preferred_channel
from sleepscorer.core.errors import MontageError
from sleepscorer.core.progress import Progress, silent
from sleepscorer.core.recording import Recording
from sleepscorer.files.exports import NightSpectrogram
from sleepscorer.files.montages import default_montage


def night_spectrogram(recording: Recording, progress: Progress = silent) -> NightSpectrogram | None:
    """Compute the spectrogram of the derivation that the window chooses first.

    Parameters
    ----------
    recording
        Read block by block.
    progress
        Called after each block; may raise Cancelled.

    Returns
    -------
    None where no EEG is seen in the montage of first sight, or it is sampled too slowly.
    """
    if not recording.signals:
        return None
    traces = (trace.channel for trace in default_montage(recording).traces)
    channels = {channel.name: channel for channel in traces if channel.kind == "eeg"}
    name = preferred_channel(channels)
    if not name:
        return None
    try:
        values = multitaper_spectrogram(channels[name], recording.duration_s, progress)
    except MontageError:
        return None
    return NightSpectrogram(name, values)
