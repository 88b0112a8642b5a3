"""From what a header says of its channels to signals."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sleepscorer.core.channel_names import named_labels
from sleepscorer.core.errors import RecordingError
from sleepscorer.core.recording import Quarantined, Signal
from sleepscorer.files.edf import MAX_DURATION_S, MAX_RATE_HZ, field_integer, microvolts_per
from sleepscorer.files.other_formats.headers import shown
from sleepscorer.files.other_formats.joints import Timeline
from sleepscorer.files.other_formats.samples import PlacedSource, Scale, StoredSamples

MAX_CHANNELS = 10_000


@dataclass(frozen=True)
class Channel:
    """One stored channel.

    Parameters
    ----------
    label
        As stored; may be blank.
    unit
        The file's word for the unit that ``scale`` leads to; empty where it has none.
    scale
        From stored values to values in ``unit``.
    stored_unit
        Where the samples are stored in another unit, that one; empty where it is not known.
    fault
        Why it can't be used; empty where it can.
    prefilter
        What the file says of its filters, spelled as EDF+ does.
    """

    label: str
    unit: str
    scale: Scale
    stored_unit: str | None = None
    fault: str = ""
    prefilter: str = ""


def signals_of(
    channels: Sequence[Channel], samples: StoredSamples, times: Timeline
) -> tuple[tuple[Signal, ...], tuple[Quarantined, ...]]:
    """Make signals of the usable channels; the others come with the reason."""
    labels = named_labels([channel.label for channel in channels])
    signals: dict[str, Signal] = {}
    quarantined = []
    for i, (label, channel) in enumerate(zip(labels, channels, strict=True)):
        fault = channel.fault or ("an earlier channel has the same label" * (label in signals))
        if fault:
            quarantined.append(Quarantined(label, fault))
            continue
        microvolts = microvolts_per(channel.unit)
        factor = microvolts or 1.0
        scale = Scale(channel.scale.gain * factor, channel.scale.offset * factor)
        stored_unit = channel.unit if channel.stored_unit is None else channel.stored_unit
        signals[label] = Signal(
            label=label,
            sampling_rate_hz=times.rate_hz,
            unit=channel.unit if microvolts is None else "uV",
            stored_unit=stored_unit,
            n_samples=times.pieces[-1].stop,
            prefilter=channel.prefilter,
            source=PlacedSource(samples, i, times, scale),
        )
    return tuple(signals.values()), tuple(quarantined)


def checked_rate(rate_hz: float | None, path: Path, *, stated: str = "") -> float:
    """Return a sampling rate that a recording can have.

    Raises
    ------
    RecordingError
        If this is none, or the words ``stated`` of the header tell none.
    """
    if rate_hz is None:
        raise RecordingError(
            f"its header does not tell the sampling rate: it says {shown(stated)}", path=path
        )
    if not 0 < rate_hz <= MAX_RATE_HZ:
        raise RecordingError(
            f"its header makes the sampling rate {rate_hz:g} Hz, which no recording has", path=path
        )
    return rate_hz


def checked_n_channels(stated: str, path: Path) -> int:
    """Return the number of channels that a header states.

    Raises
    ------
    RecordingError
        If it states none that a recording can have.
    """
    n_channels = field_integer(stated)
    if n_channels is None or not 1 <= n_channels <= MAX_CHANNELS:
        raise RecordingError(f"the number of channels in its header is {shown(stated)}", path=path)
    return n_channels


def check_length(duration_s: float, path: Path) -> None:
    """Refuse a length that would fill the memory with epochs.

    Raises
    ------
    RecordingError
        If it is more than ten days.
    """
    if duration_s > MAX_DURATION_S:
        raise RecordingError(
            f"its header makes the recording {duration_s / 86400:.4g} days long",
            path=path,
            hint="the sampling rate in the header is probably damaged",
        )
