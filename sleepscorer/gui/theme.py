"""Colours of the window: light by default, dark by choice; stages told apart without colour too."""

from dataclasses import dataclass
from types import MappingProxyType

from sleepscorer.core.stages import Stage

STAGE_COLOURS = MappingProxyType(
    {
        Stage.W: "#e69f00",
        Stage.N1: "#56b4e9",
        Stage.N2: "#0072b2",
        Stage.N3: "#1b2f6b",
        Stage.R: "#d55e00",
        Stage.UNSCORED: "#9a9a9a",
    }
)
"""From the palette of Okabe and Ito (2008), told apart by all common kinds of colour vision."""

HYPNOGRAM_ORDER = (Stage.W, Stage.R, Stage.N1, Stage.N2, Stage.N3)
"""From the top of a hypnogram."""


@dataclass(frozen=True)
class Theme:
    """Colours as ``"#rrggbb"``."""

    name: str
    window: str
    panel: str
    text: str
    faint_text: str
    background: str
    context: str
    grid_second: str
    grid_five_seconds: str
    trace: str
    eog: str
    emg: str
    ecg: str
    other: str
    amplitude_line: str
    machine: str
    person: str
    cursor: str
    lights: str
    event: str
    selection: str


LIGHT = Theme(
    name="light",
    window="#f3f4f6",
    panel="#ffffff",
    text="#16191d",
    faint_text="#5d6672",
    background="#ffffff",
    context="#eceef1",
    grid_second="#e4e7ec",
    grid_five_seconds="#bfc6d0",
    trace="#10131a",
    eog="#5b3a8e",
    emg="#1f6b45",
    ecg="#9c2f2f",
    other="#2b4a78",
    amplitude_line="#c77f00",
    machine="#8b94a1",
    person="#10131a",
    cursor="#c2185b",
    lights="#7a5b00",
    event="#0b7a75",
    selection="#cfe3ff",
)
DARK = Theme(
    name="dark",
    window="#1c1f24",
    panel="#23272e",
    text="#e8eaed",
    faint_text="#a3abb8",
    background="#14161a",
    context="#20242a",
    grid_second="#262b32",
    grid_five_seconds="#3c444f",
    trace="#e4e7ec",
    eog="#c5a8f0",
    emg="#7fd1a5",
    ecg="#f09a9a",
    other="#94b8ea",
    amplitude_line="#e0a030",
    machine="#7d8794",
    person="#f2f4f7",
    cursor="#ff6fa3",
    lights="#e3c260",
    event="#5cc8c2",
    selection="#2c4566",
)
THEMES = MappingProxyType({theme.name: theme for theme in (LIGHT, DARK)})


def trace_colour(theme: Theme, kind: str) -> str:
    """The colour of a trace by its channel's kind."""
    by_kind = {"eog": theme.eog, "emg": theme.emg, "emg_leg": theme.emg, "ecg": theme.ecg}
    return by_kind.get(kind, theme.trace if kind == "eeg" else theme.other)
