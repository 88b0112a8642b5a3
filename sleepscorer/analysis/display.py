"""How traces are shown: filters, scales, order. Display only; staging never sees any of it."""

from dataclasses import dataclass

from sleepscorer.core.derivation import ResolvedDerivation

_READ_OFF_KINDS = frozenset(
    {"spo2", "pulse", "co2", "position", "cpap", "light", "temperature", "impedance"}
)


@dataclass(frozen=True)
class DisplayFilter:
    """A zero-phase filter for the screen.

    Parameters
    ----------
    low_hz, high_hz
        Edges of the pass band (LFF and HFF of the AASM manual); None leaves that side open.
    notch_hz
        Mains frequency to take out (50 or 60), or None.
    """

    low_hz: float | None = None
    high_hz: float | None = None
    notch_hz: float | None = None


@dataclass(frozen=True, eq=False)
class DisplayTrace:
    """One row of the trace view.

    Parameters
    ----------
    channel
        What is drawn.
    filter
        Applied before drawing.
    height_uv
        The channel's unit (µV for voltages) that the full height of its row stands for; larger is
        less sensitive.
    inverted
        True draws negative upwards.
    colour
        ``"#rrggbb"``, or None for the theme's.
    visible
        False keeps it in the montage but off the screen.
    amplitude_lines
        Draw lines at +37.5 and -37.5 µV, 75 µV apart.
    """

    channel: ResolvedDerivation
    filter: DisplayFilter = DisplayFilter()
    height_uv: float = 200.0
    inverted: bool = False
    colour: str | None = None
    visible: bool = True
    amplitude_lines: bool = False

    @property
    def is_read_off(self) -> bool:
        """True where the value itself is read off, such as SpO2 or position, and no wave is seen.

        Its scale has the range of what is measured; making waves larger leaves it alone.
        """
        return self.channel.kind in _READ_OFF_KINDS or self.channel.unit == "%"


@dataclass(frozen=True, eq=False)
class DisplayMontage:
    """The rows of the trace view, from the top.

    Parameters
    ----------
    name
        As shown in the status bar.
    traces
        All rows, hidden ones included.
    """

    name: str
    traces: tuple[DisplayTrace, ...] = ()

    @property
    def visible(self) -> tuple[DisplayTrace, ...]:
        """The rows on the screen."""
        return tuple(trace for trace in self.traces if trace.visible)
