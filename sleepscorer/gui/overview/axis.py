"""The one time axis of the overview: seconds to pixels and back, zoom, round clock times."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

HOUR_S = 3600.0

_TICK_STEPS_MIN = (1, 2, 5, 10, 15, 30, 60, 120, 240, 480)
_ROUNDEST_MIN = 30


@dataclass(frozen=True)
class NightAxis:
    """Which stretch of the recording is shown, and where.

    Parameters
    ----------
    left_px, width_px
        Where the stretch starts in the widget, and its width; logical pixels.
    start_s, stop_s
        The stretch shown, seconds from the start of the recording.
    duration_s
        Length of the recording.
    """

    left_px: float
    width_px: float
    start_s: float
    stop_s: float
    duration_s: float

    @classmethod
    def whole(cls, left_px: float, width_px: float, duration_s: float) -> "NightAxis":
        """Show the whole recording."""
        duration_s = max(duration_s, 1.0)
        return cls(left_px, max(width_px, 1.0), 0.0, duration_s, duration_s)

    @property
    def span_s(self) -> float:
        """Seconds shown."""
        return self.stop_s - self.start_s

    @property
    def right_px(self) -> float:
        """Where the stretch ends."""
        return self.left_px + self.width_px

    @property
    def is_whole(self) -> bool:
        """True where nothing lies outside."""
        return self.span_s >= self.duration_s

    def x_of(self, time_s: float) -> float:
        """Pixel of a moment; outside the widget for moments that are not shown."""
        return self.left_px + (time_s - self.start_s) / self.span_s * self.width_px

    def time_at(self, x_px: float) -> float:
        """Moment under a pixel, held within the recording."""
        time_s = self.start_s + (x_px - self.left_px) / self.width_px * self.span_s
        return min(max(time_s, 0.0), self.duration_s)

    def zoomed(self, span_s: float, around_s: float) -> "NightAxis":
        """Show ``span_s`` seconds; the moment ``around_s`` keeps its place where it can."""
        span_s = min(span_s, self.duration_s)
        share = (around_s - self.start_s) / self.span_s
        return self._from(around_s - min(max(share, 0.0), 1.0) * span_s, span_s)

    def panned(self, by_s: float) -> "NightAxis":
        """Show what lies ``by_s`` later."""
        return self._from(self.start_s + by_s, self.span_s)

    def showing(self, start_s: float, stop_s: float) -> "NightAxis":
        """Show this stretch in the middle, unless it is in sight already."""
        if start_s >= self.start_s and stop_s <= self.stop_s:
            return self
        return self._from((start_s + stop_s - self.span_s) / 2, self.span_s)

    def placed(self, left_px: float, width_px: float) -> "NightAxis":
        """Show the same in another place."""
        return replace(self, left_px=left_px, width_px=max(width_px, 1.0))

    def ticks(self, start: datetime | None, smallest_px: float) -> list[tuple[float, str]]:
        """Return the moments of round clock times and their labels, hh:mm.

        Parameters
        ----------
        start
            Local time of the start; None counts the hours from 0:00, as elapsed time is written
            elsewhere.
        smallest_px
            Labels stand at least this far apart, and are never closer than half an hour where the
            whole night is shown.
        """
        least_min = smallest_px / self.width_px * self.span_s / 60
        if self.span_s > 2 * HOUR_S:
            least_min = max(least_min, _ROUNDEST_MIN)
        step_min = next((s for s in _TICK_STEPS_MIN if s >= least_min), _TICK_STEPS_MIN[-1])
        clock = start or datetime(2000, 1, 1)
        midnight = clock.replace(hour=0, minute=0, second=0, microsecond=0)
        offset_s = (clock - midnight).total_seconds()
        step_s = step_min * 60
        first = -int(-(offset_s + self.start_s) // step_s)
        last = int((offset_s + self.stop_s) // step_s)
        moments = [n * step_s for n in range(first, last + 1)]
        if start is None:
            return [(at_s, f"{at_s // 3600}:{at_s // 60 % 60:02d}") for at_s in moments]
        return [
            (at_s - offset_s, f"{midnight + timedelta(seconds=at_s):%H:%M}") for at_s in moments
        ]

    def _from(self, start_s: float, span_s: float) -> "NightAxis":
        start_s = min(max(start_s, 0.0), self.duration_s - span_s)
        return replace(self, start_s=start_s, stop_s=start_s + span_s)
