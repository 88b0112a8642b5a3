"""What is said of the figures of events, in plain English."""

from sleepscorer.core.event_kinds import EventFamily
from sleepscorer.core.event_statistics.figures import FIGURES_BY_KEY, Source
from sleepscorer.core.undefined import Reason, Undefined

FAMILY_WORDS = {
    EventFamily.AROUSAL: "arousals",
    EventFamily.RESPIRATORY: "respiratory events",
    EventFamily.MOVEMENT: "limb movements",
    EventFamily.OXIMETRY: "desaturations",
    EventFamily.CARDIAC: "cardiac events",
}
"""What can be said to have been scored, in words."""

_CHANNELS = {Source.SATURATION: "oxygen saturation", Source.PULSE: "pulse"}


def families_text(families: tuple[EventFamily, ...]) -> str:
    """Return families as a list in words: ``arousals and limb movements``."""
    *first, last = [FAMILY_WORDS[family] for family in families]
    return f"{', '.join(first)} and {last}" if first else last


def reason_text(key: str, why: Undefined) -> str:
    """Return why the figure of this key has no value, in words."""
    if why.reason is Reason.EVENTS_NOT_SCORED:
        return f"not scored: nobody said that {families_text(why.families)} were scored"
    source = FIGURES_BY_KEY[key].source
    channel = "" if source is None else _CHANNELS[source]
    stage = "" if why.stage is None else why.stage.text
    return {
        Reason.NO_WINDOW: "no epoch between lights off and on",
        Reason.NOTHING_SCORED: "nothing was scored",
        Reason.NO_SLEEP: "no sleep",
        Reason.NO_STAGE: f"no stage {stage}",
        Reason.NO_SIGNAL: f"no channel of {channel}",
        Reason.NO_SOUND_VALUES: f"no sound value of {channel} in sleep",
    }[why.reason]
