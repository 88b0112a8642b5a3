"""Things that happen at a time in the night: arousals, apnoeas, lights off, comments."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Event:
    """One event.

    Parameters
    ----------
    onset_s
        Seconds from the start of the recording.
    duration_s
        Seconds; None where the source gives no duration.
    text
        The source's words, verbatim.
    channel
        Label of the signal it belongs to (``@@label`` of EDF+), or None for the whole recording.
    """

    onset_s: float
    duration_s: float | None
    text: str
    channel: str | None = None


LIGHTS_OFF = "Lights off"
LIGHTS_ON = "Lights on"
