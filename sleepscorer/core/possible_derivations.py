"""Which derivations a recording can provide, those of the AASM manual first."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from sleepscorer.core.channel_aliases import channel_aliases
from sleepscorer.core.channel_names import electrode_kind
from sleepscorer.core.derivation import (
    Derivation,
    DerivationFinder,
    ResolvedDerivation,
    as_stored,
)
from sleepscorer.core.recording import Recording

AASM_DERIVATIONS = (
    *("E1-M2", "E2-M2", "F4-M1", "C4-M1", "O2-M1"),
    *("E2-M1", "F3-M2", "C3-M2", "O1-M2"),
    *("E1-Fpz", "E2-Fpz", "Fz-Cz", "Cz-Oz"),
    *("Chin1-Chin2", "Chin1-Chin3", "ChinZ-Chin1", "ChinZ-Chin2", "LChin-RChin"),
)
"""The recommended derivations of the AASM manual, their backups, the alternative ones, the chin's
(the last by the names of other laboratories).

AASM Manual for the Scoring of Sleep and Associated Events, rules for adults, technical
specifications of EEG, EOG and EMG.
"""

# What lies on the head can be taken against each other; a chin against an eye says nothing.
_HEAD = ("eog", "eeg", "reference")
_MASTOIDS = ("M1", "M2")
# Ranks behind those of the manual's derivations.
_OPPOSITE, _NEAR, _OF_FILE, _OTHER = range(len(AASM_DERIVATIONS), len(AASM_DERIVATIONS) + 4)


def possible_derivations(recording: Recording) -> tuple[ResolvedDerivation, ...]:
    """Return all signals, and all differences of electrodes that share a reference.

    Each pair of electrodes is there once, in the usual direction. First those of the AASM manual,
    then those against the opposite mastoid, against the near one, the signals of the file in its
    order, and last the other differences.
    """
    finder = DerivationFinder(recording.signals)
    found = [one for pair in _pairs(finder) if (one := finder.find(pair)) is not None]
    covered = {id(one.parts[0][0]) for one in found if not one.is_derived}
    rest = [as_stored(one, recording) for one in recording.signals if id(one) not in covered]
    place = {id(signal): number for number, signal in enumerate(recording.signals)}

    def order(one: ResolvedDerivation) -> tuple[int, int]:
        rank = _rank(one)
        return rank, place[id(one.parts[0][0])] if rank == _OF_FILE else 0

    # Sorting keeps the order of pairs of one rank.
    return tuple(sorted((*found, *rest), key=order))


def _rank(one: ResolvedDerivation) -> int:
    name = one.plain_name
    if name in AASM_DERIVATIONS:
        return AASM_DERIVATIONS.index(name)
    positive, _, negative = name.partition("-")
    if negative in _MASTOIDS and electrode_kind(positive) in ("eeg", "eog"):
        sides = {_side(positive), _side(negative)}
        return _NEAR if len(sides) == 1 else _OPPOSITE
    return _OTHER if one.is_derived else _OF_FILE


def _side(electrode: str) -> int | None:
    """Odd numbers lie at the left, even ones at the right; None in the middle."""
    number = re.search(r"\d+$", electrode)
    return int(number[0]) % 2 if number else None


def _pairs(finder: DerivationFinder) -> Iterator[Derivation]:
    """Yield each pair of electrodes that a signal holds, or that two hold against one reference."""
    named = {frozenset(name.split("-")): name for name in AASM_DERIVATIONS}
    against: dict[str, set[str]] = defaultdict(set)
    stored: dict[frozenset[str], tuple[str, str]] = {}
    for _, name in finder.named:
        if name.positive is None:
            continue
        against[name.negative or ""].add(name.positive)
        if name.negative is not None:
            against[name.positive].add(name.negative)
            pair = (name.positive, name.negative)
            stored.setdefault(frozenset(pair), pair)
    place = {one: number for number, one in enumerate(channel_aliases().electrode_kinds)}
    pairs = dict(stored)
    for electrodes in against.values():
        for pair in combinations(sorted(electrodes & place.keys(), key=place.__getitem__), 2):
            pairs.setdefault(frozenset(pair), pair)
    known = [sorted(pair, key=_turn) for pair in pairs.values() if place.keys() >= set(pair)]
    for positive, negative in sorted(known, key=lambda pair: [place[one] for one in pair]):
        if _belong_together(positive, negative):
            usual = named.get(frozenset((positive, negative)), f"{positive}-{negative}")
            yield Derivation.parse(usual)


def _turn(electrode: str) -> int:
    """An eye stands before the scalp, and that before a mastoid; else as stored, or from front."""
    kind = electrode_kind(electrode)
    return _HEAD.index(kind) if kind in _HEAD else len(_HEAD)


def _belong_together(positive: str, negative: str) -> bool:
    kinds = electrode_kind(positive), electrode_kind(negative)
    return kinds[0] == kinds[1] or set(kinds) <= set(_HEAD)
