"""What a channel's label says: its kind, its derivation, its polarity.

A label is read only as far as it is certain: names that mean different things in different
laboratories ("EEG", "X1", "Flow") are never mapped.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sleepscorer.core.channel_aliases import ChannelAliases, channel_aliases, normalised

_PREFIXES = frozenset({"eeg", "eog", "emg", "ecg", "ekg", "resp", "pol"})
_OFF_WORDS = re.compile(r"(?:^| )(?:off|imp|imped\S*|impéd\S*|impã\S*)$")
_OHM = re.compile(r"[kmg]?(?:ohms?|\u03c9|\u2126)")
_KIND_OF_UNIT = {
    "cmh2o": "pressure",
    "mmhg": "co2",
    "bpm": "pulse",
    "lx": "light",
    "lux": "light",
    "degc": "temperature",
    "°c": "temperature",
    "g": "activity",
}
# Which electrode a derivation names first: the eye before the scalp before the mastoid, so that
# "M1-C4" is C4-M1 upside down.
_RANK = {"eog": 0, "eeg": 1, "reference": 2}
_RANK_OF_REFERENCE = 3
_WRITTEN_TOGETHER = frozenset({"m1", "m2", "a1", "a2"})
_MOST_WORDS_OF_A_PAIR = 6
# "REF1", "Ref-A", "AVG2": one of several references of an amplifier. A letter has to stand apart,
# since "arm" and "leg" are none, except behind "Ref".
_NUMBERED_REFERENCE = re.compile(r"(\S+?)(?: ?(\d{1,2})| ([a-z])|(?<=ref)([a-z]))", re.ASCII)

UNSTATED = "Ref"
"""The reference of a label that has one but does not say which ("EEG C4-Ref")."""


@dataclass(frozen=True)
class ChannelName:
    """What a label was recognised as.

    Parameters
    ----------
    name
        Canonical name: ``"C4-M1"``, ``"Chin"``, ``"SpO2"``.
    kind
        One of :data:`~sleepscorer.core.channel_aliases.KINDS`.
    inverted
        True where the label names the electrodes the other way round: its samples times -1 are
        those of ``name``.
    positive, negative
        The electrodes in the label's own order. ``negative`` is None where the label names no
        reference; both are None where it names no electrode ("EOG(L)" is a channel near E1).
    """

    name: str
    kind: str
    inverted: bool = False
    positive: str | None = None
    negative: str | None = None


@lru_cache(maxsize=8192)
def recognise(label: str) -> ChannelName | None:
    """Read a label; None where it is unknown or ambiguous."""
    aliases = channel_aliases()
    text = normalised(label)
    if not text or _OFF_WORDS.search(text):
        return None
    for form in _forms(text):
        if form in aliases.ambiguous:
            return None
        found = _listed(form, aliases) or _electrode(form, aliases) or _pair(form, aliases)
        if found:
            return found
    return None


def named_labels(labels: Sequence[str]) -> list[str]:
    """Return the labels of a file's channels, each of which can be named.

    A label without a letter or digit becomes ``"channel 3"``, by its place in the file counted
    from 1; should another channel be called so, ``"channel 3 (no label)"``.
    """
    taken = {normalised(label) for label in labels}
    result = []
    for number, label in enumerate(labels, start=1):
        if any(map(str.isalnum, label)):
            result.append(label)
        else:
            name = f"channel {number}"
            result.append(f"{name} (no label)" if name in taken else name)
    return result


def canonical_name(label: str) -> str | None:
    """Return the canonical name of a label, whatever its polarity; None where it is not certain.

    ``"EEG C4-A1"`` and ``"M1-C4"`` both give ``"C4-M1"``; :func:`recognise` tells the polarity.
    """
    found = recognise(label)
    return found.name if found else None


def is_known_label(label: str) -> bool:
    """Tell whether a label says what it is of in words that laboratories share, and nothing more.

    Such a label tells of no person: each of its words stands in the list of channel names.
    """
    if recognise(label) is not None:
        return True
    words = normalised(label).split(" ")
    return all(word in _shared_words() or re.fullmatch(r"\d{1,2}", word) for word in words)


@lru_cache(maxsize=1)
def _shared_words() -> frozenset[str]:
    aliases = channel_aliases()
    tables = (aliases.listed, aliases.ambiguous, aliases.electrodes_in_pairs, aliases.references)
    labels = (label for table in tables for label in table)
    return _PREFIXES | {word for label in labels for word in label.split(" ")}


def signal_kind(label: str, unit: str = "") -> str:
    """Return what a signal measures: one of :data:`~sleepscorer.core.channel_aliases.KINDS`.

    Parameters
    ----------
    label
        As stored.
    unit
        The file's word for the unit; ohms are an impedance whatever the label says, and a telling
        unit decides for labels that say nothing.
    """
    unit = unit.strip().casefold()
    if _OHM.fullmatch(unit):
        return "impedance"
    found = recognise(label)
    if found:
        return found.kind
    aliases = channel_aliases()
    text = normalised(label)
    if not _OFF_WORDS.search(text):
        for form in _forms(text):
            kind = aliases.ambiguous.get(form, "other")
            if kind != "other":
                return kind
    for kind, pattern in aliases.words:
        if pattern.search(text):
            is_mastoid = kind == "eeg" and _is_mastoid_as_eeg(text, aliases)
            return "reference" if is_mastoid else kind
    return _KIND_OF_UNIT.get(unit, "other")


def electrode_kind(electrode: str) -> str:
    """Return the kind of a canonical electrode, ``"other"`` where it is unknown."""
    return channel_aliases().electrode_kinds.get(electrode, "other")


def is_stated(reference: str | None) -> bool:
    """Tell whether a label's reference is known: not missing, "Ref", "Ref1" or "RefA"."""
    return reference is not None and not reference.startswith(UNSTATED)


def canonical_electrode(text: str) -> str:
    """Return the canonical name of one side of a derivation, or the text where it is unknown."""
    aliases = channel_aliases()
    form = normalised(text)
    return _side(form, aliases) or text.strip()


def _side(text: str, aliases: ChannelAliases) -> str | None:
    """Return the electrode or reference that one side of a pair stands for."""
    known = aliases.electrodes_in_pairs.get(text) or aliases.references.get(text)
    numbered = None if known else _NUMBERED_REFERENCE.fullmatch(text)
    reference = aliases.references.get(numbered[1]) if numbered else None
    if numbered is None or reference is None:
        return known
    return reference + (numbered[2] or numbered[3] or numbered[4]).upper()


def _is_mastoid_as_eeg(text: str, aliases: ChannelAliases) -> bool:
    """Tell whether a label in no list names a mastoid first ("EEG M1-X"), or a reference alone."""
    for form in _forms(text):
        electrode = aliases.electrodes.get(form.partition(" ")[0], "")
        if aliases.electrode_kinds.get(electrode) == "reference" or form in aliases.references:
            return True
    return False


def _forms(text: str) -> tuple[str, ...]:
    """Return the text, and the text without its prefix."""
    prefix, _, rest = text.partition(" ")
    return (text, rest) if rest and prefix in _PREFIXES else (text,)


def _listed(text: str, aliases: ChannelAliases) -> ChannelName | None:
    entry = aliases.listed.get(text)
    if entry is None:
        return None
    positive, _, negative = entry.name.partition("-")
    if negative not in aliases.electrode_kinds:
        return ChannelName(entry.name, entry.kind)
    if entry.inverted:
        return ChannelName(entry.name, entry.kind, True, negative, positive)
    return ChannelName(entry.name, entry.kind, False, positive, negative)


def _electrode(text: str, aliases: ChannelAliases) -> ChannelName | None:
    electrode = aliases.electrodes.get(text)
    if electrode is None:
        return None
    return ChannelName(electrode, aliases.electrode_kinds[electrode], False, electrode)


def _pair(text: str, aliases: ChannelAliases) -> ChannelName | None:
    for left, right in _splits(text):
        positive, negative = _side(left, aliases), _side(right, aliases)
        if positive and negative and positive != negative:
            return _named_pair(positive, negative, aliases)
    return None


def _splits(text: str) -> list[tuple[str, str]]:
    words = text.split(" ")
    if len(words) == 1:
        # "C4A1": only a mastoid is ever written without a separator.
        return [(text[:-2], text[-2:])] if text[-2:] in _WRITTEN_TOGETHER else []
    if len(words) > _MOST_WORDS_OF_A_PAIR:
        return []
    return [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]


def _named_pair(positive: str, negative: str, aliases: ChannelAliases) -> ChannelName | None:
    kinds = aliases.electrode_kinds
    if positive not in kinds and negative not in kinds:
        return None
    first, second = _rank(kinds.get(positive)), _rank(kinds.get(negative))
    both_eyes_or_mastoids = first == second and first in (0, 2)
    inverted = first > second or (both_eyes_or_mastoids and positive > negative)
    name = (negative, positive) if inverted else (positive, negative)
    return ChannelName("-".join(name), kinds[name[0]], inverted, positive, negative)


def _rank(kind: str | None) -> int:
    return _RANK_OF_REFERENCE if kind is None else _RANK.get(kind, 1)
