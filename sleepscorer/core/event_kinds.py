"""What can be marked: one table for menus, keys and the list of events."""

from collections.abc import Mapping
from dataclasses import dataclass

from sleepscorer.core.events import AROUSAL


@dataclass(frozen=True)
class EventKind:
    """A kind of event.

    Parameters
    ----------
    name
        In the name of its action, ``"event.<name>"``.
    label
        In menus and lists.
    text
        In files.
    duration_s
        How long one lasts that was added without drawing; None for a moment.
    short
        On traces, where there is no room for the text; empty for one that is short.
    """

    name: str
    label: str
    text: str
    duration_s: float | None
    short: str = ""


# EDF+ standard texts where there is one (edfplus.info, "EDF+ texts"); others are free text.
EVENT_KINDS = (
    EventKind("arousal", "Arousal", AROUSAL, 3.0, "Ar"),
    EventKind("artefact", "Artefact", "Artefact", 10.0, "Art"),
    EventKind("limb", "Limb movement", "Limb movement", 2.0, "LM"),
    EventKind("obstructive", "Obstructive apnea", "Obstructive apnea", 10.0, "OA"),
    EventKind("central", "Central apnea", "Central apnea", 10.0, "CA"),
    EventKind("mixed", "Mixed apnea", "Mixed apnea", 10.0, "MA"),
    EventKind("hypopnea", "Hypopnea", "Hypopnea", 10.0, "H"),
    EventKind("rera", "RERA", "RERA", 10.0),
)
"""In the order of the lists."""

SHORT_TEXTS: Mapping[str, str] = {kind.text.casefold(): kind.short for kind in EVENT_KINDS} | {
    "arousal": "Ar",
    "apnea": "A",
    "sleep stage w": "W",
    "sleep stage n1": "N1",
    "sleep stage n2": "N2",
    "sleep stage n3": "N3",
    "sleep stage r": "R",
    "lights off": "L off",
    "lights on": "L on",
}
"""Short forms of texts in small letters; the others are EDF+ texts that come with recordings."""


def event_kind(name: str) -> EventKind:
    """Return the kind of this name.

    Raises
    ------
    KeyError
        If there is none.
    """
    return {kind.name: kind for kind in EVENT_KINDS}[name]
