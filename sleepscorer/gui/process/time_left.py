"""How long work will still take, said only once that can be relied on."""

from itertools import islice

# What a job does first, such as importing torch, says nothing about the pace of the rest.
_LOOK_BACK_S = 4.0
# A report every few seconds tells a pace too, if there are some of them.
_FEWEST_READINGS = 5
_AGREEMENT = 0.3


class Pace:
    """Takes readings of how much is done by when.

    Whoever reads "2 min left" goes away, and wants no "13 s left" when turning round.
    """

    def __init__(self) -> None:
        self._readings: list[tuple[float, float]] = []

    def note(self, clock_s: float, fraction: float) -> None:
        """Take a reading: the time of any clock, later each time, and what is done, 0 to 1."""
        self._readings.append((clock_s, fraction))
        since_s = clock_s - _LOOK_BACK_S
        # One reading from before is kept: between it and the next the look back begins.
        while len(self._readings) > _FEWEST_READINGS and self._readings[1][0] <= since_s:
            del self._readings[0]

    @property
    def time_left_s(self) -> float | None:
        """Seconds from the last reading to the end at the pace of the last seconds.

        None before there were enough readings, and while the paces of the first and the second
        half of them lead to ends that differ by more than 30 %.
        """
        if len(self._readings) < _FEWEST_READINGS:
            return None
        first, last = self._readings[0], self._readings[-1]
        if last[0] - first[0] < _LOOK_BACK_S:
            return None
        middle_s = (first[0] + last[0]) / 2
        inner = islice(self._readings, 1, len(self._readings) - 1)
        middle = min(inner, key=lambda reading: abs(reading[0] - middle_s))
        paces = [_pace(first, middle), _pace(middle, last)]
        slow, fast = min(paces), max(paces)
        if slow <= 0.0 or fast - slow > _AGREEMENT * fast:
            return None
        return (1.0 - last[1]) / _pace(first, last)


def waiting_text(seconds: float) -> str:
    """Return a time to wait as people say it: "8 s", "3 min"."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _pace(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Fraction done each second between two readings."""
    took_s = other[0] - one[0]
    return (other[1] - one[1]) / took_s if took_s > 0.0 else 0.0
