"""Scored events as figures: how many, how long, an hour of sleep, and what else a night has."""

from sleepscorer.core.event_statistics.counting import (
    EventStatistics,
    SlowChannels,
    event_statistics,
)
from sleepscorer.core.event_statistics.figures import (
    EVENT_FIGURES,
    FIGURES_BY_KEY,
    EventFigure,
    Source,
)
from sleepscorer.core.event_statistics.kinds import (
    ALL_RESPIRATORY,
    APNEAS_AND_HYPOPNEAS,
    COUNTED_FAMILIES,
    KindCount,
    Share,
)
from sleepscorer.core.event_statistics.oximetry import Rate
from sleepscorer.core.event_statistics.rules import (
    HYPOPNEA_RULES,
    POSITIONS,
    ArousalRules,
    EventRules,
    LimbRules,
    OximetryRules,
    PulseRules,
)
from sleepscorer.core.event_statistics.wording import FAMILY_WORDS, families_text, reason_text

__all__ = [
    "ALL_RESPIRATORY",
    "APNEAS_AND_HYPOPNEAS",
    "COUNTED_FAMILIES",
    "EVENT_FIGURES",
    "FAMILY_WORDS",
    "FIGURES_BY_KEY",
    "HYPOPNEA_RULES",
    "POSITIONS",
    "ArousalRules",
    "EventFigure",
    "EventRules",
    "EventStatistics",
    "KindCount",
    "LimbRules",
    "OximetryRules",
    "PulseRules",
    "Rate",
    "Share",
    "SlowChannels",
    "Source",
    "event_statistics",
    "families_text",
    "reason_text",
]
