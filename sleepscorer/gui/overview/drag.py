"""What the mouse, or the arrow keys, are doing to the overview."""

from dataclasses import dataclass

from sleepscorer.core.stages import EPOCH_S


@dataclass(frozen=True)
class Drag:
    """A mouse button held down.

    Parameters
    ----------
    kind
        ``"page"``, ``"pan"``, ``"paint"``, ``"lights off"`` or ``"lights on"``.
    start_x, x
        Where it was pressed and where it is; pixels.
    time_s, here_s
        The same as moments, here held within what is shown.
    moved
        Whether it went far enough to be a drag.
    by_keys
        No button at all: arrow keys stretch the range to be painted.
    """

    kind: str
    start_x: float
    x: float
    time_s: float
    here_s: float
    moved: bool = False
    by_keys: bool = False

    @property
    def is_edit(self) -> bool:
        """Whether it changes the session when it ends."""
        return self.kind not in ("page", "pan")

    def epochs(self, n_epochs: int) -> range:
        """Return the epochs from where it began to where it is, both included."""
        ends = sorted(
            min(int(time_s // EPOCH_S), n_epochs - 1) for time_s in (self.time_s, self.here_s)
        )
        return range(ends[0], ends[1] + 1)
