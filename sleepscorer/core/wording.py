"""How numbers and foreign text are put into sentences for people."""

import unicodedata


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: ``1 epoch``, ``2 epochs``, ``3 people``."""
    return f"{number} {noun}" if number == 1 else f"{number} {plural or noun + 's'}"


def of_counted(number: int, total: int, noun: str, plural: str = "") -> str:
    """Return a part with the noun of the whole: ``1 of 1 epoch``, ``1 of 2 epochs``."""
    return f"{number} of {counted(total, noun, plural)}"


def one_line(text: str) -> str:
    """Return a text without what moves a terminal's cursor or turns its writing round.

    Labels, annotations and names of files hold what their makers, or attackers, put there: line
    breaks, escape sequences, marks that write from right to left.
    """
    return "".join(c if _is_shown(c) else "\N{REPLACEMENT CHARACTER}" for c in text)


def _is_shown(character: str) -> bool:
    # Spaces that don't break are no printable characters to Python.
    return character.isprintable() or unicodedata.category(character) == "Zs"
