"""Tells how far a training is: a bar for a person who looks on, lines for a log."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from sleepscorer.cli.output import complain
from sleepscorer.cli.progress import progress_bar
from sleepscorer.core.progress import Progress

_N_LINES = 20


@contextmanager
def training_progress(name: str, *, quiet: bool = False) -> Iterator[Progress]:
    """Show a bar with the time left; where nobody looks on, a line for every twentieth."""
    if quiet or Console(stderr=True).is_terminal:
        with progress_bar(name, quiet=quiet) as progress:
            yield progress
        return
    yield _Lines(name)


class _Lines:
    """A :data:`~sleepscorer.core.progress.Progress` that writes lines."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._began: tuple[float, float] | None = None
        self._n_told = 0

    def __call__(self, fraction: float, text: str) -> None:
        now_s = time.monotonic()
        if self._began is None:
            # What goes on after a kill does not begin at nothing: only the rest takes time.
            self._began, self._n_told = (fraction, now_s), int(fraction * _N_LINES)
        reached = int(fraction * _N_LINES + 1e-9)
        if reached <= self._n_told:
            return
        self._n_told = reached
        begun, since_s = self._began
        left_s = (now_s - since_s) * (1 - fraction) / max(fraction - begun, 1e-9)
        complain(f"{self._name}: {100 * fraction:.0f} %, {_duration(left_s)} left; {text}")


def _duration(duration_s: float) -> str:
    minutes, seconds = divmod(round(duration_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}"
