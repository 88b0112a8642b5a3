"""The rules by which scored events become figures, as a laboratory may set them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

HYPOPNEA_RULES: Mapping[str, str] = {
    "1A": "1A, a desaturation of 3 % or an arousal",
    "1B": "1B, a desaturation of 4 %",
}
"""By name, in words; AASM manual, respiratory rules."""

POSITIONS = ("supine", "prone", "left", "right", "upright")
"""Names of body positions."""


@dataclass(frozen=True, kw_only=True)
class ArousalRules:
    """Which arousals are whose; see ``resources/event_rules.toml`` for the sources.

    Parameters
    ----------
    after_respiratory_s
        How long after a respiratory event an arousal may begin that is still of it.
    beside_limb_s
        Less than this lies between a limb movement and an arousal that belong together.
    """

    after_respiratory_s: float
    beside_limb_s: float


@dataclass(frozen=True, kw_only=True)
class LimbRules:
    """What counts as a limb movement, and as a periodic series of them.

    Parameters
    ----------
    shortest_s, longest_s
        Length of one.
    beside_respiratory_s
        None counts from this long before a respiratory event to this long after it.
    shortest_gap_s, longest_gap_s
        From onset to onset in a series; closer ones are one movement.
    at_least
        How many a series has.
    """

    shortest_s: float
    longest_s: float
    beside_respiratory_s: float
    shortest_gap_s: float
    longest_gap_s: float
    at_least: int


@dataclass(frozen=True, kw_only=True)
class OximetryRules:
    """What is an artefact of oximetry, and what a desaturation.

    Parameters
    ----------
    lowest_pct, highest_pct
        Values outside are artefacts.
    fastest_pct_per_s
        So is what would need a faster change since the last value that was kept.
    longest_fall_s
        A desaturation falls from the highest value of the last so many seconds.
    recovered_within_pct
        It ends this close to where it fell from.
    shortest_s
        From the last moment before the fall to its end.
    """

    lowest_pct: float
    highest_pct: float
    fastest_pct_per_s: float
    longest_fall_s: float
    recovered_within_pct: float
    shortest_s: float


@dataclass(frozen=True, kw_only=True)
class PulseRules:
    """Rates outside are artefacts, beats a minute."""

    lowest_per_min: float
    highest_per_min: float


@dataclass(frozen=True, kw_only=True)
class EventRules:
    """All rules.

    Parameters
    ----------
    hypopnea_rule
        Name of the rule that people scored hypopneas by, of :data:`HYPOPNEA_RULES`.
    arousals, limbs, oximetry, pulse
        As their classes say.
    position_codes
        Names of positions, of :data:`POSITIONS`, by the number in the channel.
    """

    hypopnea_rule: str
    arousals: ArousalRules
    limbs: LimbRules
    oximetry: OximetryRules
    pulse: PulseRules
    position_codes: Mapping[int, str] = field(default_factory=dict)

    @property
    def hypopnea_text(self) -> str:
        """The rule of hypopneas in words, for every output."""
        return HYPOPNEA_RULES[self.hypopnea_rule]
