"""Where stored samples lie in time when the recording was interrupted."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sleepscorer.core.events import Event
from sleepscorer.core.interruptions import LONGEST_PAUSE_S, unknown_interruptions
from sleepscorer.core.recording import Gap

# Clocks of amplifiers and computers part by up to 0.02 %; what is left is rounding.
_CLOCK_TOLERANCE_S = 0.05
_CLOCK_DRIFT = 2e-4


@dataclass(frozen=True)
class Joint:
    """A place where the recording was interrupted.

    Parameters
    ----------
    sample
        Index of the first stored sample after it.
    missing_s
        Seconds that were not recorded; None where nobody knows.
    """

    sample: int
    missing_s: float | None = None


@dataclass(frozen=True)
class Piece:
    """Stored samples that follow each other, and when the first of them was taken."""

    first: int
    stop: int
    start_s: float


@dataclass(frozen=True)
class Timeline:
    """The stored samples of one rate in time.

    Parameters
    ----------
    rate_hz
        Samples a second.
    pieces
        In order; one at least.
    gaps
        Stretches without samples in order; an interruption of unknown length is a gap of none.
    warnings
        What was odd, one sentence each.
    """

    rate_hz: float
    pieces: tuple[Piece, ...]
    gaps: tuple[Gap, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def duration_s(self) -> float:
        """Seconds from the first sample to the end of the last."""
        last = self.pieces[-1]
        return _seconds(last.start_s + (last.stop - last.first) / self.rate_hz)

    def time_of(self, sample: float, *, is_end: bool = False) -> float:
        """Return the seconds from the start of the recording to a place among the samples.

        Parameters
        ----------
        sample
            Samples before it.
        is_end
            At a joint, the end of what comes before rather than the start of what follows.
        """
        firsts = [piece.first for piece in self.pieces]
        index = bisect_left(firsts, sample) if is_end else bisect_right(firsts, sample)
        piece = self.pieces[max(index - 1, 0)]
        return _seconds(piece.start_s + (sample - piece.first) / self.rate_hz)

    def placed(self, event: Event) -> Event:
        """Move an event whose times count the stored samples to where those lie in time."""
        first = round(event.onset_s * self.rate_hz, 6)
        onset_s = self.time_of(first)
        if event.duration_s is None:
            return replace(event, onset_s=onset_s)
        stop_s = self.time_of(first + event.duration_s * self.rate_hz, is_end=True)
        return replace(event, onset_s=onset_s, duration_s=_seconds(max(stop_s - onset_s, 0.0)))


def timeline(
    joints: Iterable[Joint], *, n_samples: int, rate_hz: float, skips: Iterable[Gap] = ()
) -> Timeline:
    """Lay out stored samples in time.

    Parameters
    ----------
    joints
        Where the recording was interrupted, in any order; several at one place are one.
    n_samples, rate_hz
        How many samples are stored, and how many a second.
    skips
        Stretches of the stored samples that hold none, seconds of stored samples.
    """
    warnings: list[str] = []
    found = _checked(joints, n_samples, rate_hz, warnings)
    pieces = [Piece(0, n_samples, 0.0)]
    gaps = []
    for joint in found:
        before = pieces[-1]
        stop_s = _seconds(before.start_s + (joint.sample - before.first) / rate_hz)
        start_s = _seconds(stop_s + (joint.missing_s or 0.0))
        gaps.append(Gap(stop_s, start_s))
        pieces[-1:] = [replace(before, stop=joint.sample), Piece(joint.sample, n_samples, start_s)]
    unknown = [gap.start_s for gap in gaps if gap.start_s == gap.stop_s]
    if unknown:
        warnings.append(unknown_interruptions(unknown))
    laid = Timeline(rate_hz, tuple(pieces))
    gaps += [
        Gap(laid.time_of(skip.start_s * rate_hz), laid.time_of(skip.stop_s * rate_hz, is_end=True))
        for skip in skips
    ]
    return replace(laid, gaps=_joined(gaps), warnings=tuple(warnings))


def _checked(
    joints: Iterable[Joint], n_samples: int, rate_hz: float, warnings: list[str]
) -> list[Joint]:
    """Sort joints, join those at one place, and doubt lengths that no pause of a night has."""
    by_sample: dict[int, float | None] = {}
    for joint in joints:
        if not 0 < joint.sample < n_samples:
            continue
        known = joint.missing_s
        if known is not None and not (math.isfinite(known) and 0 <= known <= LONGEST_PAUSE_S):
            warnings.append(
                f"an interruption claims to have lasted {known / 86400:.1f} days, which was not"
                " believed"
            )
            known = None
        if known is not None and known < 0.5 / rate_hz:
            continue
        lengths = (by_sample.get(joint.sample), known)
        stated = [length for length in lengths if length is not None]
        by_sample[joint.sample] = max(stated) if stated else None
    return [Joint(sample, by_sample[sample]) for sample in sorted(by_sample)]


def missing_by_clock(passed_s: float, recorded_s: float) -> float:
    """Return how much of the time between two stamps was not recorded; 0 where they just differ.

    Parameters
    ----------
    passed_s
        Seconds between the two by the clock.
    recorded_s
        Seconds of samples between them.

    Returns
    -------
    Negative where the clock was set back.
    """
    missing_s = passed_s - recorded_s
    return 0.0 if abs(missing_s) <= _CLOCK_TOLERANCE_S + _CLOCK_DRIFT * recorded_s else missing_s


def _joined(gaps: list[Gap]) -> tuple[Gap, ...]:
    """Sort gaps and join those that overlap: a FIF file may mark the same one twice."""
    joined: list[Gap] = []
    for gap in sorted(gaps, key=lambda gap: gap.start_s):
        if joined and gap.start_s <= joined[-1].stop_s:
            joined[-1] = Gap(joined[-1].start_s, max(joined[-1].stop_s, gap.stop_s))
        else:
            joined.append(gap)
    return tuple(joined)


def _seconds(value: float) -> float:
    # Sums of samples over rates miss whole seconds by a bit of the last digit.
    return round(value, 6)
