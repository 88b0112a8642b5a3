"""What can be marked: one table for menus, keys and the list of events."""

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
    """

    name: str
    label: str
    text: str
    duration_s: float | None


# EDF+ standard texts where there is one (edfplus.info, "EDF+ texts"); others are free text.
EVENT_KINDS = (
    EventKind("arousal", "Arousal", AROUSAL, 3.0),
    EventKind("artefact", "Artefact", "Artefact", 10.0),
    EventKind("limb", "Limb movement", "Limb movement", 2.0),
    EventKind("obstructive", "Obstructive apnea", "Obstructive apnea", 10.0),
    EventKind("central", "Central apnea", "Central apnea", 10.0),
    EventKind("mixed", "Mixed apnea", "Mixed apnea", 10.0),
    EventKind("hypopnea", "Hypopnea", "Hypopnea", 10.0),
    EventKind("rera", "RERA", "RERA", 10.0),
)
"""In the order of the lists."""


def event_kind(name: str) -> EventKind:
    """Return the kind of this name.

    Raises
    ------
    KeyError
        If there is none.
    """
    return {kind.name: kind for kind in EVENT_KINDS}[name]
