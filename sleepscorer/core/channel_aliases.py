"""The resource of channel labels and what they mean, read and checked."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from sleepscorer.paths import resource

KINDS = (
    "eeg",
    "eog",
    "emg",
    "emg_leg",
    "emg_other",
    "ecg",
    "reference",
    "flow",
    "pressure",
    "effort",
    "snore",
    "spo2",
    "pleth",
    "pulse",
    "co2",
    "position",
    "cpap",
    "activity",
    "light",
    "temperature",
    "impedance",
    "other",
)
"""Kinds of signal.

``emg`` is the chin, ``emg_leg`` the legs, ``emg_other`` any other muscle; ``reference`` a mastoid
(or the bridge of both); ``flow`` thermal or unnamed airflow, ``pressure`` nasal pressure;
``effort`` the belts; ``pleth`` the finger's plethysmogram, ``pulse`` rates; ``cpap`` all of a
positive-pressure device.
"""

_KIND_OF_GROUP = {
    "mastoid": "reference",
    "eye": "eog",
    "chin": "emg",
    "leg": "emg_leg",
    "heart": "ecg",
}
_Meaning = TypeVar("_Meaning")
_SEPARATORS = re.compile(r"[\s_\-:/.()\u2010-\u2015\u2212]+")


def normalised(label: str) -> str:
    """Fold case and turn each run of separators into one space."""
    return _SEPARATORS.sub(" ", label.casefold()).strip()


@dataclass(frozen=True)
class Listed:
    """What an entry says of its labels."""

    name: str
    kind: str
    inverted: bool = False


@dataclass(frozen=True)
class ChannelAliases:
    """The resource, keyed by normalised label.

    Parameters
    ----------
    listed
        Labels with one meaning.
    ambiguous
        Kind of the labels that are never mapped.
    electrodes, electrodes_in_pairs
        Canonical electrode of each spelling: anywhere, and only within a pair.
    references
        Canonical name of what may stand second without being one electrode.
    electrode_kinds
        Kind of each canonical electrode.
    words
        Kinds and patterns of words for labels in no list, first match first.
    """

    listed: Mapping[str, Listed]
    ambiguous: Mapping[str, str]
    electrodes: Mapping[str, str]
    electrodes_in_pairs: Mapping[str, str]
    references: Mapping[str, str]
    electrode_kinds: Mapping[str, str]
    words: tuple[tuple[str, re.Pattern[str]], ...]


@cache
def channel_aliases() -> ChannelAliases:
    """Return the program's own aliases, read once."""
    return read_aliases(resource("channel_aliases.toml"))


def read_aliases(path: Path) -> ChannelAliases:
    """Read a file of aliases.

    Raises
    ------
    ValueError
        If a label stands in two entries, or a kind is unknown.
    """
    with path.open("rb") as file:
        content = tomllib.load(file)
    listed: dict[str, Listed] = {}
    for entry in content["channel"]:
        meaning = Listed(entry["name"], _kind(entry), entry.get("inverted", False))
        _add(listed, entry["labels"], meaning)
    ambiguous: dict[str, str] = {}
    for entry in content["ambiguous"]:
        _add(ambiguous, entry["labels"], _kind(entry))
    electrodes, electrode_kinds = _electrodes(content)
    twice = (
        (listed.keys() & ambiguous.keys())
        | (listed.keys() & electrodes.keys())
        | (ambiguous.keys() & electrodes.keys())
    )
    if twice:
        raise ValueError(f"labels in two entries: {sorted(twice)}")
    in_pairs: dict[str, str] = {}
    _add_spellings(in_pairs, content["electrodes_in_pairs"], with_name=False)
    references: dict[str, str] = {}
    _add_spellings(references, content["references"])
    return ChannelAliases(
        listed=MappingProxyType(listed),
        ambiguous=MappingProxyType(ambiguous),
        electrodes=MappingProxyType(electrodes),
        electrodes_in_pairs=MappingProxyType({**electrodes, **in_pairs}),
        references=MappingProxyType(references),
        electrode_kinds=MappingProxyType(electrode_kinds),
        words=tuple((_kind(entry), _pattern(entry["words"])) for entry in content["words"]),
    )


def _electrodes(content: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    electrodes = {normalised(name): name for name in content["scalp"].split()}
    kinds = dict.fromkeys(electrodes.values(), "eeg")
    for group, spellings in content["electrodes"].items():
        _add_spellings(electrodes, spellings)
        kinds |= dict.fromkeys(spellings, _KIND_OF_GROUP[group])
    return electrodes, kinds


def _add_spellings(
    table: dict[str, str], spellings: Mapping[str, list[str]], *, with_name: bool = True
) -> None:
    for name, others in spellings.items():
        _add(table, [name, *others] if with_name else others, name)


def _add(table: dict[str, _Meaning], labels: Iterable[str], meaning: _Meaning) -> None:
    for label in {normalised(label) for label in labels}:
        if table.get(label, meaning) != meaning:
            raise ValueError(f"{label!r} stands for both {table[label]} and {meaning}")
        table[label] = meaning


def _kind(entry: Mapping[str, Any]) -> str:
    kind = str(entry["kind"])
    if kind not in KINDS:
        raise ValueError(f"unknown kind {kind!r}")
    return kind


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Match one whole word; a trailing star matches any ending."""
    choices = (re.escape(word.removesuffix("*")) + r"\S*" * word.endswith("*") for word in words)
    return re.compile(r"(?:^|(?<= ))(?:" + "|".join(choices) + r")(?= |$)")
