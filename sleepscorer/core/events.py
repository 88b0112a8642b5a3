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


WARNING_PREFIX, NOTE_PREFIX = "sleepscorer warning: ", "sleepscorer note: "
"""What begins a remark of this program in a file it wrote; see :func:`is_remark`."""


def is_remark(text: str) -> bool:
    """Tell a remark of this program from what happened in the night.

    It held when its file was written; what was doubtful then may have been reviewed since.
    """
    return text.startswith((WARNING_PREFIX, NOTE_PREFIX))


LIGHTS_OFF = "Lights off"
LIGHTS_ON = "Lights on"
