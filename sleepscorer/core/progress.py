"""How long work reports its progress, and how it is stopped."""

from collections.abc import Callable

Progress = Callable[[float, str], None]
"""Called with the fraction done (0 to 1) and a short text, at least every 0.2 s.

It may raise :class:`Cancelled`: that is how every job stops.
"""


class Cancelled(Exception):
    """The person asked for the work to stop."""


def silent(_fraction: float, _text: str) -> None:
    """Report nothing."""


def part_of(progress: Progress, start: float, stop: float) -> Progress:
    """Report a sub-task's 0 to 1 as ``start`` to ``stop`` of the whole."""

    def scaled(fraction: float, text: str) -> None:
        progress(start + (stop - start) * fraction, text)

    return scaled
