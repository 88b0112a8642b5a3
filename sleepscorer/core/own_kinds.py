"""Kinds of events of one's own: what a laboratory marks beside those of the table.

Each has a place of its own, 1 to 12, by which its action and its key are known for good: removing
one gives another's key to nobody else.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any

from sleepscorer.core.channel_aliases import KINDS as SIGNAL_KINDS
from sleepscorer.core.errors import UsageError
from sleepscorer.core.event_kinds import (
    KNOWN_TEXTS,
    EventFamily,
    EventKind,
)

PLACES = range(1, 13)
"""As many kinds of one's own there can be."""

_LONGEST_TEXT = 60
_LONGEST_S = 36_000.0
# In a file of EDF+ they would end the annotation, or say which channel it is of.
_FORBIDDEN = ("\x14", "\x15", "\x00", "@@")


def own_name(place: int) -> str:
    """Return the name of the kind in a place, as its action has it: ``"own3"``."""
    return f"own{place}"


@dataclass(frozen=True)
class OwnKind:
    """One kind.

    Parameters
    ----------
    place
        One of :data:`PLACES`.
    label
        In menus and lists.
    text
        In files.
    family
        A name of :class:`~sleepscorer.core.event_kinds.EventFamily`: its colour.
    seen_on
        The kind of channel it is usually marked on; empty for the first row.
    shortest_s
        It lasts at least as long; 0 for any length.
    duration_s
        How long one lasts that was added without drawing; 0 for a moment.
    """

    place: int
    label: str
    text: str
    family: str = EventFamily.OTHER.value
    seen_on: str = ""
    shortest_s: float = 0.0
    duration_s: float = 10.0

    def __post_init__(self) -> None:
        if self.place not in PLACES:
            raise UsageError(f"there are {len(PLACES)} kinds of one's own, no number {self.place}")
        for what, text in (("name", self.label), ("text", self.text)):
            _check_text(what, text)
        if self.family not in {family.value for family in EventFamily}:
            raise UsageError(f"{self.label}: there is no family {self.family!r}")
        if self.seen_on and self.seen_on not in SIGNAL_KINDS:
            raise UsageError(f"{self.label}: there is no kind of channel {self.seen_on!r}")
        for length_s in (self.shortest_s, self.duration_s):
            if not (math.isfinite(length_s) and 0 <= length_s <= _LONGEST_S):
                raise UsageError(f"{self.label}: {length_s:g} s is no length of an event")
        if 0 < self.duration_s < self.shortest_s:
            raise UsageError(
                f"{self.label}: its usual length, {self.duration_s:g} s, is below its least,"
                f" {self.shortest_s:g} s"
            )

    @property
    def kind(self) -> EventKind:
        """As a row of the table."""
        return EventKind(
            own_name(self.place),
            self.label,
            self.text,
            EventFamily(self.family),
            self.duration_s or None,
            shortest_s=self.shortest_s or None,
            seen_on=self.seen_on,
            is_standard=False,
            is_common=False,
        )


def free_place(taken: Collection[int]) -> int | None:
    """Return the first place that is not among these; None where all are."""
    return next((place for place in PLACES if place not in taken), None)


@dataclass(frozen=True)
class OwnKinds:
    """All kinds of one's own.

    Parameters
    ----------
    rows
        In the order of the lists; names and texts are each of one kind, whatever their case, and
        none is one of the program's.
    """

    rows: tuple[OwnKind, ...] = ()

    def __post_init__(self) -> None:
        places = [row.place for row in self.rows]
        if len(set(places)) < len(places):
            raise UsageError("two kinds of one's own have the same place")
        taken = set(KNOWN_TEXTS)
        for row in self.rows:
            own = {row.label.casefold(), row.text.casefold()}
            both = sorted(own & taken)
            if both:
                raise UsageError(f"{row.label}: there is a kind called {both[0]!r} already")
            taken |= own

    @property
    def kinds(self) -> tuple[EventKind, ...]:
        """As rows of the table."""
        return tuple(row.kind for row in self.rows)

    def as_values(self) -> list[dict[str, Any]]:
        """Return them as values that JSON knows."""
        return [{f.name: getattr(row, f.name) for f in fields(OwnKind)} for row in self.rows]

    @classmethod
    def from_values(cls, values: object) -> "OwnKinds":
        """Read what :meth:`as_values` returns.

        Raises
        ------
        UsageError
            If it is something else; the message says what.
        """
        if not isinstance(values, list) or not all(isinstance(row, dict) for row in values):
            raise UsageError("the kinds of one's own are no list of tables")
        return cls(tuple(_row(row) for row in values))


NO_OWN_KINDS = OwnKinds()
"""What holds where nobody made one."""

_TYPES: Mapping[str, type] = {
    "place": int,
    "label": str,
    "text": str,
    "family": str,
    "seen_on": str,
    "shortest_s": float,
    "duration_s": float,
}


def _row(values: Mapping[str, Any]) -> OwnKind:
    strange = [name for name in values if name not in _TYPES]
    if strange:
        raise UsageError(f"a kind of one's own has no {strange[0]!r}")
    missing = [name for name in ("place", "label", "text") if name not in values]
    if missing:
        raise UsageError(f"a kind of one's own lacks its {missing[0]}")
    read: dict[str, Any] = {}
    for name, value in values.items():
        wanted = _TYPES[name]
        given = float(value) if wanted is float and type(value) is int else value
        if type(given) is not wanted:
            raise UsageError(f"the {name} of a kind of one's own can't be {value!r:.40}")
        read[name] = given
    return OwnKind(**read)


def _check_text(what: str, text: str) -> None:
    if not text.strip() or text != text.strip():
        raise UsageError(f"a kind of one's own needs a {what}, without spaces around it")
    if len(text) > _LONGEST_TEXT:
        raise UsageError(f"{text:.20}…: a {what} has {_LONGEST_TEXT} letters at most")
    if text.casefold().startswith("sleep stage"):
        raise UsageError(f"{text}: files would read a stage there")
    if not text.isprintable() or any(part in text for part in _FORBIDDEN):
        raise UsageError(f"{text!r}: a {what} can't have such signs")
