"""Stretches of stages in time, as every format with times comes to them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.files.scorings.labels import Label

MAX_DAYS = 10
MAX_EPOCHS = int(MAX_DAYS * 86_400 / EPOCH_S)
# How far a boundary may lie off the grid: sub-second starts and rounded times, not more.
TOLERANCE_S = 0.5
MAX_OFF_GRID = 0.2
_SHOWN = 4
_SHORTEST_EPOCH_S, _LONGEST_EPOCH_S = 1.0, 300.0


@dataclass(frozen=True)
class StageSpan:
    """A stretch of one label.

    Parameters
    ----------
    start_s
        From the start of the file, seconds.
    duration_s
        Seconds; 0 where the file gives none.
    label
        What it says.
    text
        The words for it in the file.
    """

    start_s: float
    duration_s: float
    label: Label
    text: str

    @property
    def stop_s(self) -> float:
        """Where it ends, seconds from the start of the file."""
        return self.start_s + self.duration_s

    def epochs(self, shift_s: float, epoch_s: float = EPOCH_S) -> tuple[int, int]:
        """Return the first and past the last epoch it reaches into, of those from ``shift_s``."""
        first = int((self.start_s - shift_s + TOLERANCE_S) // epoch_s)
        return first, -int(-(self.stop_s - shift_s - TOLERANCE_S) // epoch_s)

    @property
    def stage(self) -> Stage:
        """The stage it stands for."""
        return self.label.stage


def residue_s(span: StageSpan, epoch_s: float) -> float:
    """Return how far behind a whole number of epochs it starts, seconds to one decimal."""
    return round(span.start_s % epoch_s, 1) % epoch_s


def apart_s(a_s: float, b_s: float, epoch_s: float) -> float:
    """Return the distance of two times on the circle of an epoch, seconds."""
    apart_s = abs(a_s - b_s) % epoch_s
    return min(apart_s, epoch_s - apart_s)


def is_epoch_length(seconds: float) -> bool:
    """Tell whether epochs of a scoring may last so long."""
    return _SHORTEST_EPOCH_S <= seconds <= _LONGEST_EPOCH_S


def check_n_epochs(n_epochs: int, epoch_s: float = EPOCH_S) -> None:
    """Refuse a scoring of more than ten days: no night, and no array to be made of it.

    Raises
    ------
    ScoringError
        If there are more epochs.
    """
    if n_epochs * epoch_s > MAX_DAYS * 86_400:
        raise ScoringError(
            f"the stages last {n_epochs * epoch_s / 86_400:.0f} days, more than {MAX_DAYS}:"
            " their times are damaged, or it is not the scoring of one recording"
        )


def counted_texts(texts: Iterable[str]) -> str:
    """Return texts with how often they stand, the most frequent first."""
    counts = Counter(" ".join(text.split())[:40] for text in texts)
    shown = [f"{text!r} {times(n)}" for text, n in counts.most_common(_SHOWN)]
    if len(counts) > _SHOWN:
        shown.append(f"{len(counts) - _SHOWN} more")
    return ", ".join(shown)


def times(n: int) -> str:
    """Return ``once``, ``twice``, ``3 times``."""
    return {1: "once", 2: "twice"}.get(n, f"{n} times")
