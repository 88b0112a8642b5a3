"""Which scored events count as what, by the table of kinds and by the words of recordings."""

from collections.abc import Iterable
from enum import StrEnum

from sleepscorer.core.arousals import is_arousal
from sleepscorer.core.event_kinds import EVENT_KINDS, EventFamily, family_of_text
from sleepscorer.core.events import Event


class Role(StrEnum):
    """What an event counts as in the figures."""

    AROUSAL = "arousal"
    OBSTRUCTIVE = "obstructive apnea"
    CENTRAL = "central apnea"
    MIXED = "mixed apnea"
    APNEA = "apnea"
    HYPOPNEA = "hypopnea"
    RERA = "rera"
    LIMB = "limb movement"
    DESATURATION = "desaturation"


APNEAS = frozenset({Role.OBSTRUCTIVE, Role.CENTRAL, Role.MIXED, Role.APNEA})
BREATHING = APNEAS | {Role.HYPOPNEA, Role.RERA}
"""Respiratory events of an index; snoring and patterns of breathing are none."""

_LABELS = {text.casefold(): kind.label for kind in EVENT_KINDS for text in (kind.label, kind.text)}


def words_of(event: Event) -> str:
    """Return what an event is called, in small letters and without the channel of EDF+."""
    return " ".join(event.text.split("@@")[0].casefold().split())


def family_of(event: Event) -> EventFamily:
    """Return what an event is of; OTHER for words that nobody knows."""
    return family_of_text(words_of(event))


def label_of(event: Event) -> str:
    """Return the name of an event's kind: one for all spellings."""
    words = words_of(event)
    return _LABELS.get(words, words[:1].upper() + words[1:])


def role_of(event: Event) -> Role | None:
    """Return what an event counts as; None for one of no index, and for unknown words."""
    # A text may be an abbreviation; the label says it in words.
    words, family = label_of(event).casefold(), family_of(event)
    if is_arousal(event):
        return Role.AROUSAL
    if family is EventFamily.RESPIRATORY:
        return _breathing_role(words)
    if family is EventFamily.MOVEMENT and ("limb" in words or "leg" in words):
        return Role.LIMB
    if family is EventFamily.OXIMETRY and "desaturation" in words:
        return Role.DESATURATION
    return None


def _breathing_role(words: str) -> Role | None:
    if "hypopn" in words:
        return Role.HYPOPNEA
    if words == "rera":
        return Role.RERA
    if "apn" not in words:
        return None
    named = (Role.OBSTRUCTIVE, Role.CENTRAL, Role.MIXED)
    return next((role for role in named if role.value.split()[0] in words), Role.APNEA)


def with_role(events: Iterable[Event], roles: Iterable[Role]) -> list[Event]:
    """Return the events of these roles in order of onset; one that comes twice comes once."""
    wanted = frozenset(roles)
    found = (event for event in dict.fromkeys(events) if role_of(event) in wanted)
    return sorted(found, key=lambda event: event.onset_s)


def end_of(event: Event) -> float:
    """Return when an event ends, seconds; one without a length ends as it begins."""
    return event.onset_s + (event.duration_s or 0.0)
