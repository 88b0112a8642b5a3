"""Scored events by their kind: how many, how long, in which stage and position."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sleepscorer.core.event_kinds import EVENT_KINDS, EventFamily
from sleepscorer.core.event_statistics.night_time import NightTime, per_hour
from sleepscorer.core.event_statistics.positions import Lying, position_at
from sleepscorer.core.event_statistics.roles import (
    APNEAS,
    BREATHING,
    Role,
    family_of,
    label_of,
    role_of,
)
from sleepscorer.core.events import Event
from sleepscorer.core.stages import Stage

COUNTED_FAMILIES = (
    EventFamily.AROUSAL,
    EventFamily.RESPIRATORY,
    EventFamily.MOVEMENT,
    EventFamily.OXIMETRY,
    EventFamily.CARDIAC,
)
"""What can be said to have been scored in the whole night."""

ALL_RESPIRATORY, APNEAS_AND_HYPOPNEAS = "All respiratory events", "Apneas and hypopneas"


@dataclass(frozen=True)
class Share:
    """How many of a kind lie in a part of the night, and how many an hour of it."""

    n: int
    index_per_h: float | None

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {"n": self.n, "index_per_h": self.index_per_h}


@dataclass(frozen=True)
class KindCount:
    """One kind of event between lights off and lights on.

    Parameters
    ----------
    label
        Its name.
    family
        What it is of.
    all
        Those that count; arousals count in any epoch, all others where they begin in sleep. An
        hour is one of TST.
    mean_s, longest_s
        Length of those that count and have one; None where none has.
    by_stage
        By stage of sleep, an hour of that stage; NREM stands for all but R.
    by_position
        By the body position in which they begin, those in sleep alone; empty where nobody knows.
    n_awake
        Those that begin in an epoch of W: of arousals they count, of others they are only kept.
    n_unscored
        Those that begin in an epoch without a stage: as with wake.
    """

    label: str
    family: EventFamily
    all: Share
    mean_s: float | None
    longest_s: float | None
    by_stage: Mapping[Stage, Share]
    by_position: Mapping[str, Share]
    n_awake: int
    n_unscored: int

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "kind": self.label,
            "family": self.family.value,
            **self.all.as_dict(),
            "mean_s": self.mean_s,
            "longest_s": self.longest_s,
            "by_stage": {stage.text: share.as_dict() for stage, share in self.by_stage.items()},
            "by_position": {name: share.as_dict() for name, share in self.by_position.items()},
            "n_awake": self.n_awake,
            "n_unscored": self.n_unscored,
        }


def counts_by_kind(
    events: Iterable[Event],
    night: NightTime,
    scored: frozenset[EventFamily],
    lying: Sequence[Lying] = (),
    lying_min: Mapping[str, float] | None = None,
) -> tuple[KindCount, ...]:
    """Count the events of the families that were scored.

    Parameters
    ----------
    events
        Of the whole night; one that comes twice counts once.
    night
        Stages and lights marks.
    scored
        What somebody says was scored in the whole night: of others nothing is told.
    lying, lying_min
        Body positions, and minutes of sleep in each.

    Returns
    -------
    A row a kind, those of the table of kinds also where none occurs; respiratory events have two
    rows more, for all and for those of the AHI.
    """
    groups: dict[tuple[EventFamily, str], list[Event]] = {
        (kind.family, kind.label): []
        for family in COUNTED_FAMILIES
        for kind in EVENT_KINDS
        if kind.family is family and family in scored
    }
    of_scored = [event for event in dict.fromkeys(events) if family_of(event) in scored]
    for event in of_scored:
        if family_of(event) in COUNTED_FAMILIES:
            groups.setdefault((family_of(event), label_of(event)), []).append(event)
    if EventFamily.RESPIRATORY in scored:
        for label, roles in (
            (APNEAS_AND_HYPOPNEAS, APNEAS | {Role.HYPOPNEA}),
            (ALL_RESPIRATORY, BREATHING),
        ):
            chosen = [event for event in of_scored if role_of(event) in roles]
            groups[EventFamily.RESPIRATORY, label] = chosen
    rows = sorted(groups.items(), key=lambda group: COUNTED_FAMILIES.index(group[0][0]))
    minutes = lying_min or {}
    return tuple(
        _counted(label, family, of_kind, night, lying, minutes) for (family, label), of_kind in rows
    )


def _counted(
    label: str,
    family: EventFamily,
    events: Sequence[Event],
    night: NightTime,
    lying: Sequence[Lying],
    lying_min: Mapping[str, float],
) -> KindCount:
    asleep = night.asleep(events)
    counted = night.inside(events) if family is EventFamily.AROUSAL else asleep
    lengths_s = [event.duration_s for event in counted if event.duration_s is not None]
    parts = {stage: (stage,) for stage in night.sleep_stages} | {Stage.NREM: night.nrem_stages}
    places = [position_at(lying, event.onset_s) for event in asleep]
    return KindCount(
        label,
        family,
        Share(len(counted), per_hour(len(counted), night.tst_min)),
        sum(lengths_s) / len(lengths_s) if lengths_s else None,
        max(lengths_s, default=None),
        {
            stage: _share(len(night.in_stages(events, stages)), night.minutes(stages))
            for stage, stages in parts.items()
        },
        {name: _share(places.count(name), minutes) for name, minutes in lying_min.items()},
        len(night.in_stages(events, (Stage.W,))),
        len(night.in_stages(events, (Stage.UNSCORED,))),
    )


def _share(n: int, minutes: float) -> Share:
    return Share(n, per_hour(n, minutes))
