"""The colours of stages, wherever a stage is shown in one."""

from collections.abc import Mapping
from types import MappingProxyType

from sleepscorer.core.stages import Stage

# In both tables the hues go round from R (red) over W (amber), N1 (sky) and N2 (blue) to N3
# (violet), and NREM from light to deep: a night looks like itself. A search in CIELAB then moved
# lightness and chroma until every two differ by 30 to normal and to each kind of dichromatic
# vision, N2 and N3, which lie on each other, by 40 to normal vision, and each stands out 3:1
# against every ground of its theme. What binds is tritanopia, to which N1 and N2 differ in
# lightness alone, and a white ground allows N1 no more of it: N2 is dark there, and N3 darker.
ON_LIGHT = MappingProxyType(
    {
        Stage.W: "#c87a00",
        Stage.N1: "#0096cb",
        Stage.N2: "#0041b1",
        Stage.N3: "#59145a",
        Stage.R: "#a40415",
        Stage.UNSCORED: "#868686",
    }
)
"""On a light ground and on paper, as ``"#rrggbb"``."""

ON_DARK = MappingProxyType(
    {
        Stage.W: "#f2c81e",
        Stage.N1: "#b3efff",
        Stage.N2: "#6695d0",
        Stage.N3: "#ab46f2",
        Stage.R: "#e04a38",
        Stage.UNSCORED: "#7c7c7c",
    }
)
"""On a dark ground."""


def colour_of(stage: Stage, colours: Mapping[Stage, str] = ON_LIGHT) -> str:
    """The colour of a stage; NREM, which never stands beside N2, has that of N2."""
    return colours[Stage.N2 if stage is Stage.NREM else stage]
