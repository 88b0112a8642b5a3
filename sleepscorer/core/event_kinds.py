"""What can be marked in a night: one table, and every fact about a kind stands in its row.

Menus, keys, painting, lists, de-identification, exports, statistics and simulation read it: a new
kind is a new row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sleepscorer.core.events import LIGHTS_OFF, LIGHTS_ON


class EventFamily(StrEnum):
    """What an event is of; each has a colour, and palettes follow this order."""

    AROUSAL = "arousal"
    RESPIRATORY = "respiratory"
    OXIMETRY = "oximetry"
    MOVEMENT = "movement"
    CARDIAC = "cardiac"
    ARTEFACT = "artefact"
    OTHER = "other"


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
        In files: the EDF+ standard text where there is one.
    family
        What it is of.
    duration_s
        How long one lasts that was added without drawing; None for a moment.
    shortest_s
        It lasts at least as long by the rules of the AASM manual; None where no rule says so.
    longest_s
        It lasts at most as long by these rules; None where no rule says so.
    seen_on
        The kind of channel it is usually marked on, as of
        :func:`~sleepscorer.core.channel_names.signal_kind`; empty for the first row.
    key
        Its key in every profile; empty for none.
    short
        On traces, where there is no room for the text; empty for one that is short.
    is_standard
        Its text is one of the standard texts of EDF+.
    is_common
        It is marked in most nights, and has a button of its own.
    """

    name: str
    label: str
    text: str
    family: EventFamily
    duration_s: float | None
    shortest_s: float | None = None
    longest_s: float | None = None
    seen_on: str = ""
    key: str = ""
    short: str = ""
    is_standard: bool = True
    is_common: bool = True

    def is_too_short(self, duration_s: float | None) -> bool:
        """Tell whether an event of this length, None for one without any, is too short by rule."""
        return self.shortest_s is not None and (duration_s or 0.0) < self.shortest_s

    def is_too_long(self, duration_s: float | None) -> bool:
        """Tell whether an event of this length, None for one without any, is too long by rule."""
        return self.longest_s is not None and (duration_s or 0.0) > self.longest_s

    def length_rule(self, duration_s: float | None) -> str:
        """Say what rule a length breaks (``"too short: at least 3 s"``), or nothing."""
        if self.is_too_short(duration_s):
            return f"too short: at least {self.shortest_s:g} s"
        if self.is_too_long(duration_s):
            return f"too long: at most {self.longest_s:g} s"
        return ""


AROUSAL = EventKind(
    "arousal", "Arousal", "EEG arousal", EventFamily.AROUSAL, 3.0,
    shortest_s=3.0, seen_on="eeg", key="A", short="Ar",
)  # fmt: skip
HYPOPNEA = EventKind(
    "hypopnea", "Hypopnea", "Hypopnea", EventFamily.RESPIRATORY, 10.0,
    shortest_s=10.0, seen_on="flow", key="Shift+H", short="H",
)  # fmt: skip


def _apnea(name: str, text: str, key: str, short: str) -> EventKind:
    return EventKind(
        name, text, text, EventFamily.RESPIRATORY, 10.0,
        shortest_s=10.0, seen_on="flow", key=key, short=short,
    )  # fmt: skip


def _heart(name: str, text: str, key: str, short: str) -> EventKind:
    return EventKind(
        name, text, text, EventFamily.CARDIAC, 30.0,
        shortest_s=30.0, seen_on="ecg", key=key, short=short, is_common=False,
    )  # fmt: skip


# Standard texts: edfplus.info, "EDF+ texts". Lengths: AASM manual, rules of arousals, limb
# movements (0.5 to 10 s each), apneas, hypopneas and RERAs, sustained brady- and tachycardia, and
# the single burst of bruxism. No rule gives a snore, a desaturation or a run of Cheyne-Stokes
# breathing a length in seconds. EDF+ has no texts for desaturations and snores.
EVENT_KINDS = (
    AROUSAL,
    EventKind(
        "artefact", "Artefact", "Artefact", EventFamily.ARTEFACT, 10.0,
        key="X", short="Art", is_standard=False,
    ),
    EventKind(
        "limb", "Limb movement", "Limb movement", EventFamily.MOVEMENT, 2.0,
        shortest_s=0.5, longest_s=10.0, seen_on="emg_leg", key="Shift+L", short="LM",
    ),
    EventKind(
        "plm", "Periodic limb movement", "PLMS", EventFamily.MOVEMENT, 2.0,
        shortest_s=0.5, longest_s=10.0, seen_on="emg_leg", key="Shift+P", short="PLM",
        is_common=False,
    ),
    _apnea("obstructive", "Obstructive apnea", "Shift+O", "OA"),
    _apnea("central", "Central apnea", "Shift+C", "CA"),
    _apnea("mixed", "Mixed apnea", "Shift+M", "MA"),
    HYPOPNEA,
    EventKind(
        "rera", "RERA", "RERA", EventFamily.RESPIRATORY, 10.0,
        shortest_s=10.0, seen_on="flow", key="Shift+R",
    ),
    EventKind(
        "cheyne_stokes", "Cheyne-Stokes breathing", "CS breathing", EventFamily.RESPIRATORY, 120.0,
        seen_on="flow", key="Shift+W", short="CSB", is_common=False,
    ),
    EventKind(
        "snore", "Snore", "Snore", EventFamily.RESPIRATORY, 2.0,
        seen_on="snore", key="Shift+S", short="Sn", is_standard=False, is_common=False,
    ),
    EventKind(
        "desaturation", "Desaturation", "Oxygen desaturation", EventFamily.OXIMETRY, 20.0,
        seen_on="spo2", key="Shift+D", short="De", is_standard=False, is_common=False,
    ),
    EventKind(
        "bruxism", "Bruxism", "Bruxism", EventFamily.MOVEMENT, 2.0,
        shortest_s=0.25, seen_on="emg", key="Shift+G", short="Brux", is_common=False,
    ),
    _heart("bradycardia", "Bradycardia", "Shift+B", "Bra"),
    _heart("tachycardia", "Sinus Tachycardia", "Shift+T", "Tac"),
)  # fmt: skip
"""In the order of the lists."""

_own: tuple[EventKind, ...] = ()


def kinds() -> tuple[EventKind, ...]:
    """Return all kinds: those of the table, then those of one's own."""
    return (*EVENT_KINDS, *_own)


def use_own_kinds(own: Iterable[EventKind]) -> None:
    """Let these be kinds as well, in place of those before: what somebody set for this program.

    Whether they can be is for :func:`~sleepscorer.core.own_kinds.checked_kinds` to say.
    """
    global _own  # noqa: PLW0603 - the one place where the program's kinds are more than the table
    _own = tuple(own)


_BY_TEXT = {kind.text: kind for kind in EVENT_KINDS}
# Scorings call them by their labels as well: "Arousal".
_LABELS = tuple(kind.label for kind in EVENT_KINDS)

_OTHER_STANDARD_TEXTS = (
    LIGHTS_OFF,
    LIGHTS_ON,
    "Apnea",
    "Movement time",
    "Recording starts",
    "Recording ends",
)
KNOWN_TEXTS: Mapping[str, str] = {
    text.casefold(): text for text in (*_OTHER_STANDARD_TEXTS, *_LABELS, *_BY_TEXT)
}
"""Texts that tell nothing of a person, by themselves in small letters: those of the table, and the
other texts that the EDF+ specification's list and its users share."""

SHORT_TEXTS: Mapping[str, str] = {
    text.casefold(): kind.short for kind in EVENT_KINDS for text in (kind.label, kind.text)
} | {
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

_FAMILIES: Mapping[str, EventFamily] = {
    text.casefold(): kind.family for kind in EVENT_KINDS for text in (kind.label, kind.text)
} | {
    # Of recordings, of which no kind is marked here.
    "apnea": EventFamily.RESPIRATORY,
    "cheyne-stokes respiration": EventFamily.RESPIRATORY,
    "periodic breathing": EventFamily.RESPIRATORY,
    "spo2 desaturation": EventFamily.OXIMETRY,
    "body movement": EventFamily.MOVEMENT,
    "movement time": EventFamily.MOVEMENT,
    "asystole": EventFamily.CARDIAC,
    "tachycardia": EventFamily.CARDIAC,
    "spo2 artifact": EventFamily.ARTEFACT,
    "artifact": EventFamily.ARTEFACT,
}


def family_of_text(text: str) -> EventFamily:
    """Return what an event of these words is of, whatever their case; OTHER for unknown words."""
    bare = text.casefold()
    for kind in _own:
        if bare in (kind.text.casefold(), kind.label.casefold()):
            return kind.family
    return family_of_shared_text(bare)


def family_of_shared_text(text: str) -> EventFamily:
    """Return what an event of these words is of, by texts alone that laboratories share."""
    return _FAMILIES.get(text.casefold(), EventFamily.OTHER)


def short_of_text(text: str) -> str | None:
    """Return the short form of a text, whatever its case; None where it has none."""
    bare = text.casefold()
    own = (kind.short for kind in _own if bare in (kind.text.casefold(), kind.label.casefold()))
    return next(own, "") or SHORT_TEXTS.get(bare)


def kind_of_text(text: str) -> EventKind | None:
    """Return the kind of which this is the text, as it stands there; None for others."""
    return _BY_TEXT.get(text) or next((kind for kind in _own if kind.text == text), None)
