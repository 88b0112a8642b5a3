"""Figures of scored events and of slow channels, between lights off and lights on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sleepscorer.core.event_kinds import EventFamily
from sleepscorer.core.event_statistics.figures import (
    EVENT_FIGURES,
    EventFigure,
    Source,
)
from sleepscorer.core.event_statistics.kinds import COUNTED_FAMILIES, KindCount, counts_by_kind
from sleepscorer.core.event_statistics.night_time import NightTime
from sleepscorer.core.event_statistics.oximetry import Rate
from sleepscorer.core.event_statistics.positions import (
    Lying,
    minutes_by_position,
    positions_of_events,
    positions_of_signal,
)
from sleepscorer.core.event_statistics.roles import (
    BREATHING,
    Role,
    with_role,
)
from sleepscorer.core.event_statistics.rules import EventRules
from sleepscorer.core.event_statistics.values import (
    Values,
    of_breathing,
    of_movements,
    of_pulse,
    of_saturation,
)
from sleepscorer.core.event_statistics.wording import reason_text
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.stages import Stage
from sleepscorer.core.undefined import Reason, Undefined


@dataclass(frozen=True, eq=False)
class SlowChannels:
    """Channels that figures are computed from; None where the recording has none, or not at hand.

    Parameters
    ----------
    saturation
        Per cent.
    pulse
        Beats a minute.
    position
        Numbers, which mean positions by the rules.
    """

    saturation: Rate | None = None
    pulse: Rate | None = None
    position: Rate | None = None


@dataclass(frozen=True, kw_only=True)
class EventStatistics:
    """Figures of the events of one night.

    Parameters
    ----------
    scored
        What somebody says was scored in the whole night.
    rules
        That they were counted by; the rule of hypopneas is to be named in every output.
    values
        By key; None where a reader must not be given a figure.
    reasons
        Why those are None.
    kinds
        Rows of the table of kinds; of the families that were scored alone.
    position_min
        Minutes of sleep by body position; empty where nobody knows.
    channels
        Labels of the channels that figures are computed from, as stored.
    notes
        What a reader of the figures must know, one sentence each.
    """

    scored: frozenset[EventFamily]
    rules: EventRules
    values: Values
    reasons: Mapping[str, Undefined]
    kinds: tuple[KindCount, ...] = ()
    position_min: Mapping[str, float] = field(default_factory=dict)
    channels: Mapping[Source, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def hypopnea_rule(self) -> str:
        """Name of the rule of hypopneas: ``"1A"``."""
        return self.rules.hypopnea_rule

    @property
    def says_something(self) -> bool:
        """Whether anything was scored, or any channel read."""
        return bool(self.scored or self.channels or self.position_min)

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "scored": [one.value for one in COUNTED_FAMILIES if one in self.scored],
            "hypopnea_rule": self.rules.hypopnea_text,
            "figures": dict(self.values),
            "undefined": {key: reason_text(key, why) for key, why in self.reasons.items()},
            "kinds": [kind.as_dict() for kind in self.kinds],
            "position_min": dict(self.position_min),
            "notes": list(self.notes),
        }


def event_statistics(
    hypnogram: Hypnogram,
    events: Iterable[Event],
    *,
    scored: Iterable[EventFamily],
    rules: EventRules,
    channels: SlowChannels | None = None,
) -> EventStatistics:
    """Count events and read slow channels.

    Respiratory events and movements count where they begin in an epoch of sleep between lights off
    and lights on, arousals in any epoch between them; indices are of an hour of TST (AASM manual,
    parameters to be reported).

    Parameters
    ----------
    hypnogram
        Stages and lights marks; a missing mark means the start or the end of the hypnogram.
    events
        Of the whole night, whoever scored them; one that comes twice counts once.
    scored
        Families of which somebody says that they were scored in the whole night. Of others there
        is no figure, however many events they have.
    rules
        The laboratory's.
    channels
        What else there is.
    """
    night, events = NightTime(hypnogram), tuple(events)
    channels = channels or SlowChannels()
    declared = frozenset(scored)
    lying = _lying(events, channels, rules, hypnogram.duration_s)
    position_min = minutes_by_position(lying, night.is_asleep(), night.epoch_s)
    values: dict[str, float | int | None] = {
        **of_breathing(events, night),
        **of_movements(events, night, declared, rules),
        **of_saturation(channels.saturation, night, rules),
        **of_pulse(channels.pulse, night, rules),
    }
    labels = {
        source: one.label
        for source, one in (
            (Source.SATURATION, channels.saturation),
            (Source.PULSE, channels.pulse),
        )
        if one is not None
    }
    reasons = dict(_reasons(values, night, declared, labels))
    return EventStatistics(
        scored=declared,
        rules=rules,
        values={
            one.definition.key: None
            if one.definition.key in reasons
            else values[one.definition.key]
            for one in EVENT_FIGURES
        },
        reasons=reasons,
        kinds=counts_by_kind(events, night, declared, lying, position_min),
        position_min=position_min,
        channels=labels,
        notes=tuple(_notes(events, night, declared)),
    )


def _lying(
    events: Sequence[Event], channels: SlowChannels, rules: EventRules, duration_s: float
) -> tuple[Lying, ...]:
    """What people or the recording marked comes before the channel."""
    marked = positions_of_events(events, duration_s)
    if marked or channels.position is None or not rules.position_codes:
        return marked
    return positions_of_signal(channels.position, rules.position_codes)


def _reasons(
    values: Values,
    night: NightTime,
    scored: frozenset[EventFamily],
    channels: Mapping[Source, str],
) -> Iterator[tuple[str, Undefined]]:
    """Yield why figures have no value, by key."""
    for figure in EVENT_FIGURES:
        why = _why(figure, values, night, scored, channels)
        if why is not None:
            yield figure.definition.key, why


def _why(
    figure: EventFigure,
    values: Values,
    night: NightTime,
    scored: frozenset[EventFamily],
    channels: Mapping[Source, str],
) -> Undefined | None:
    missing = tuple(family for family in figure.families if family not in scored)
    if missing:
        return Undefined(Reason.EVENTS_NOT_SCORED, families=missing)
    if figure.source is not None and figure.source not in channels:
        return Undefined(Reason.NO_SIGNAL)
    if night.trt_min == 0:
        return Undefined(Reason.NO_WINDOW)
    if not night.is_scored:
        return Undefined(Reason.NOTHING_SCORED)
    key = figure.definition.key
    if values[key] is not None:
        return None
    if night.tst_min == 0:
        return Undefined(Reason.NO_SLEEP)
    if key == "ahi_rem_per_h":
        return Undefined(Reason.NO_STAGE, Stage.R)
    if key == "ahi_nrem_per_h":
        return Undefined(Reason.NO_STAGE, Stage.NREM)
    return Undefined(Reason.NO_SOUND_VALUES)


def _notes(
    events: Sequence[Event], night: NightTime, scored: frozenset[EventFamily]
) -> Iterator[str]:
    if not scored & {EventFamily.RESPIRATORY, EventFamily.MOVEMENT}:
        return
    families = {EventFamily.RESPIRATORY: BREATHING, EventFamily.MOVEMENT: {Role.LIMB}}
    roles = frozenset().union(*(roles for family, roles in families.items() if family in scored))
    found = with_role(events, roles)
    for stage, where in ((Stage.W, "in wake"), (Stage.UNSCORED, "in epochs without a stage")):
        n = len(night.in_stages(found, (stage,)))
        if n:
            yield f"{n} respiratory events or limb movements begin {where} and are not counted"
    if EventFamily.MOVEMENT in scored and EventFamily.RESPIRATORY not in scored:
        yield (
            "limb movements beside respiratory events are counted: nobody said that respiratory"
            " events were scored"
        )
