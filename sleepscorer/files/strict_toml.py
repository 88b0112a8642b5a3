"""TOML that people write by hand, read strictly: an entry that is wrong is named, and why."""

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

_LONGEST_TEXT = 200_000
_MOST_DOTS = 200


class WrongEntry(ValueError):
    """An entry is not what it must be; what reads the file says in which it is."""


def content_of(text: str, what: str) -> dict[str, Any]:
    """Return what a text in TOML holds.

    Parameters
    ----------
    text
        The whole file.
    what
        It is meant to be, for the sentence of the error: ``"a montage"``.

    Raises
    ------
    WrongEntry
        If it is too long.
    ValueError, RecursionError
        If it is no TOML; Python refuses integers of thousands of digits with a ValueError.
    """
    # The parser takes time and memory by the square of a key's parts.
    if len(text) > _LONGEST_TEXT or any(line.count(".") > _MOST_DOTS for line in text.splitlines()):
        raise WrongEntry(f"this is too long for {what}")
    return tomllib.loads(text)


def check_keys(table: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    """Refuse an entry that nobody knows.

    Raises
    ------
    WrongEntry
        Naming it, and those that are known.
    """
    unknown = [key for key in table if key not in known]
    if unknown:
        raise WrongEntry(f"{where} has an unknown entry {unknown[0]!r}; known: {', '.join(known)}")


def text_of(value: object, where: str) -> str:
    """Return a text that is not empty; WrongEntry for anything else."""
    if not isinstance(value, str) or not value.strip():
        raise WrongEntry(f"{where} must be a text in quotes")
    return value.strip()


def texts_of(value: object, where: str, example: str) -> tuple[str, ...]:
    """Return a list of texts; WrongEntry for anything else."""
    if not isinstance(value, list):
        raise WrongEntry(f"{where} must be a list like {example}")
    return tuple(text_of(one, where) for one in value)
