"""Colours of the window: light by default, dark by choice; stages told apart without colour too."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sleepscorer.core import stage_colours
from sleepscorer.core.contrast import contrast as contrast
from sleepscorer.core.contrast import ink_on as ink_on
from sleepscorer.core.event_kinds import EventFamily, family_of_text
from sleepscorer.core.stages import Stage

# One order of hues in both themes. Moved apart from each other first, then from the stages and the
# cursor, as far as seven hues beside six permit; words or letters stand beside each.
_LIGHT_FAMILIES = MappingProxyType(
    {
        EventFamily.AROUSAL: "#683d2f",
        EventFamily.RESPIRATORY: "#7267c6",
        EventFamily.OXIMETRY: "#9f1bff",
        EventFamily.MOVEMENT: "#118a31",
        EventFamily.CARDIAC: "#d11817",
        EventFamily.ARTEFACT: "#7c696d",
        EventFamily.OTHER: "#0d5577",
    }
)
_DARK_FAMILIES = MappingProxyType(
    {
        EventFamily.AROUSAL: "#b29a2d",
        EventFamily.RESPIRATORY: "#a9b0f2",
        EventFamily.OXIMETRY: "#be65a9",
        EventFamily.MOVEMENT: "#48ff77",
        EventFamily.CARDIAC: "#da5a63",
        EventFamily.ARTEFACT: "#e5dbb8",
        EventFamily.OTHER: "#8dd7db",
    }
)

HYPNOGRAM_ORDER = (Stage.W, Stage.R, Stage.N1, Stage.N2, Stage.N3)
"""From the top of a hypnogram."""


def hypnogram_order(stage_set: tuple[Stage, ...]) -> tuple[Stage, ...]:
    """The stages that are told apart, from the top of a hypnogram."""
    return tuple(stage for stage in (*HYPNOGRAM_ORDER, Stage.NREM) if stage in stage_set)


@dataclass(frozen=True)
class Theme:
    """Colours as ``"#rrggbb"``.

    Parameters
    ----------
    cursor
        Of the page and epoch that are shown; ink, since every hue means a stage or an event.
    chosen, selection
        Of what a person chose, as a line and as a ground.
    error
        Of what was refused, and of what runs over its limits.
    """

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
    chosen: str
    error: str
    lights: str
    accent: str
    activation: str
    selection: str
    stages: Mapping[Stage, str]
    families: Mapping[EventFamily, str]

    @property
    def notices(self) -> Mapping[str, str]:
        """The colours of notices by their kind."""
        return {
            "error": self.error,
            "question": self.accent,
            "warning": self.lights,
            "information": self.faint_text,
        }

    def stage_colour(self, stage: Stage) -> str:
        """The colour of a stage; NREM, which never stands beside N2, has that of N2."""
        return stage_colours.colour_of(stage, self.stages)

    def event_colour(self, text: str) -> str:
        """The colour of an event of these words: that of its family."""
        return self.families[family_of_text(text)]


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
    cursor="#10131a",
    chosen="#0d63d6",
    error="#b3001b",
    lights="#7a5b00",
    accent="#0b7a75",
    activation="#ffb347",
    selection="#cfe3ff",
    stages=stage_colours.ON_LIGHT,
    families=_LIGHT_FAMILIES,
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
    cursor="#f2f4f7",
    chosen="#5aa6ff",
    error="#ff7a7a",
    lights="#e3c260",
    accent="#5cc8c2",
    activation="#8a5a00",
    selection="#2c4566",
    stages=stage_colours.ON_DARK,
    families=_DARK_FAMILIES,
)
THEMES = MappingProxyType({theme.name: theme for theme in (LIGHT, DARK)})


def theme_named(name: str) -> Theme:
    """Return the theme of this name; the light one where there is none."""
    return THEMES.get(name, LIGHT)


def trace_colour(theme: Theme, kind: str) -> str:
    """The colour of a trace by its channel's kind."""
    by_kind = {"eog": theme.eog, "emg": theme.emg, "emg_leg": theme.emg, "ecg": theme.ecg}
    return by_kind.get(kind, theme.trace if kind == "eeg" else theme.other)
