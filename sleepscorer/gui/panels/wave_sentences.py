"""Slow waves and spindles of an epoch in words: what was measured, and what counts by the rules."""

from collections.abc import Iterable
from dataclasses import dataclass

from sleepscorer.analysis.waves import N3_SECONDS, SLOW_WAVE_UV, WaveMark
from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.event_kinds import EventFamily, kind_of_text
from sleepscorer.core.events import Event
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.gui.panels.epoch_reader import EpochFigures

UNDEFINED = "–"
_MARKED = "marked as artefact"
_DEFINITION = f"(0.5-2 Hz, over {SLOW_WAVE_UV:g} µV peak to peak)"


@dataclass(frozen=True)
class EpochScoring:
    """What is scored of an epoch, as far as it decides what counts.

    Parameters
    ----------
    stage
        A person's, else the machine's; UNSCORED where there is none.
    artefacts
        The events that mark artefacts in it.
    """

    stage: Stage
    artefacts: tuple[Event, ...] = ()


def artefacts_in(events: Iterable[Event], epoch: int) -> tuple[Event, ...]:
    """Return the events that mark artefacts in an epoch."""
    start_s = epoch * EPOCH_S
    return tuple(
        event
        for event in events
        if (kind := kind_of_text(event.text)) is not None
        and kind.family is EventFamily.ARTEFACT
        and event.onset_s < start_s + EPOCH_S
        and event.onset_s + (event.duration_s or 0.0) > start_s
    )


def is_frontal(channel: ResolvedDerivation) -> bool:
    """Tell by the electrode: F4-M1, Fz-Cz, Fpz-Cz."""
    name = channel.name.split(" ")[0].upper()
    return channel.kind == "eeg" and name[:1] == "F" and name[1:2] in tuple("0123456789ZP")


def slow_wave_sentence(figures: EpochFigures, scoring: EpochScoring) -> str:
    """Say how long slow waves last, against the 6 s of N3 where they may count for it."""
    channel, marks = figures.wish.slow_wave_channel, figures.slow_waves
    if channel is None:
        return f"{figures.wish.channel.name} is no EEG: spectrum only."
    where = channel.name if is_frontal(channel) else f"{channel.name}, which is not frontal"
    if marks is None:
        return f"Slow waves on {where}: {UNDEFINED}"
    seconds = _seconds_by_reason(marks, scoring.artefacts, channel, figures.wish.epoch)
    counted_s = seconds.pop("", 0.0)
    left_out = "; ".join(f"{duration_s:.1f} s {why}" for why, duration_s in seconds.items())
    all_s = counted_s + sum(seconds.values())
    if scoring.stage is Stage.W and all_s > 0:
        which = f"{all_s:.1f} s, of which {left_out}" if left_out else f"{all_s:.1f} s"
        said = which if counted_s else left_out
        return (
            f"Large slow deflections {_DEFINITION} on {where}: {said}."
            " Slow waves count in sleep, and the stage of this epoch is W."
        )
    verdict = "meets" if counted_s >= N3_SECONDS else "is under"
    said = (
        f"Slow waves {_DEFINITION} on {where}: {counted_s:.1f} s,"
        f" which {verdict} the {N3_SECONDS:g} s of N3"
    )
    return f"{said}. Not counted: large slow deflections, {left_out}" if left_out else said


def _seconds_by_reason(
    marks: Iterable[WaveMark],
    artefacts: Iterable[Event],
    channel: ResolvedDerivation,
    epoch: int,
) -> dict[str, float]:
    """Seconds of waves by why they don't count; those that do under an empty text."""
    names = (None, "", channel.name, *channel.stored_labels)
    on_channel = [event for event in artefacts if event.channel in names]
    found: dict[str, float] = {}
    for mark in marks:
        why = "" if mark.not_of_sleep is None else mark.not_of_sleep.value
        start_s, stop_s = (epoch * EPOCH_S + end for end in (mark.start_s, mark.stop_s))
        if any(
            event.onset_s < stop_s and event.onset_s + (event.duration_s or 0.0) > start_s
            for event in on_channel
        ):
            why = _MARKED
        found[why] = found.get(why, 0.0) + mark.duration_s
    return found


def spindle_sentence(figures: EpochFigures) -> str:
    """Say how many trains of waves look like spindles, and where."""
    if figures.wish.slow_wave_channel is None:
        return ""
    where = f"Spindle-like (11-16 Hz, an aid, not a score) on {figures.wish.channel.name}"
    if figures.spindles is None:
        return f"{where}: {UNDEFINED}"
    n = len(figures.spindles)
    at = ", ".join(f"{start_s:.1f}" for start_s, _ in figures.spindles[:6])
    more = " …" if n > 6 else ""
    return f"{where}: {n}" + (f", at {at}{more} s" if n else "")
