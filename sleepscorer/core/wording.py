"""How numbers and foreign text are put into sentences for people."""

import math
import unicodedata
from decimal import ROUND_HALF_UP, Decimal


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: ``1 epoch``, ``2 epochs``, ``3 people``."""
    return f"{number} {noun}" if number == 1 else f"{number} {plural or noun + 's'}"


def of_counted(number: int, total: int, noun: str, plural: str = "") -> str:
    """Return a part with the noun of the whole: ``1 of 1 epoch``, ``1 of 2 epochs``."""
    return f"{number} of {counted(total, noun, plural)}"


def rounded(value: float, decimals: int = 1) -> str:
    """Return a figure with some decimals, as Excel shows it: 2.25 is 2.3.

    Python alone rounds halves to the even digit, and the report would differ from the workbook.
    """
    # Excel takes the first 15 digits for the number: what follows is left over from computing.
    exact = Decimal(f"{value:.15g}")
    return str(exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def percent(share: float) -> str:
    """Return a share, 0 to 1, as whole percent: ``15 %``.

    Only nothing is ``0 %`` and only all is ``100 %``: what rounds to them is ``<1 %`` or ``>99 %``.
    An unknown share (NaN) is a dash.
    """
    if math.isnan(share):
        return "–"
    if 0 < share < 0.005:
        return "<1 %"
    if 0.995 <= share < 1:
        return ">99 %"
    return f"{math.floor(100 * share + 0.5)} %"


def sure_text(confidence: float) -> str:
    """Return how likely a stage is right by who gave it, 0 to 1: ``15 % sure``.

    Never a bare figure beside a stage: that is how the probability of a stage is written, which is
    another number.
    """
    return f"{percent(confidence)} sure"


def probability_text(probability: float) -> str:
    """Return the probability that a stager gives a stage, 0 to 1: ``probability 15 %``.

    For stagers of which nobody measured how often they are right when they say so.
    """
    return f"probability {percent(probability)}"


def one_line(text: str) -> str:
    """Return a text without what moves a terminal's cursor or turns its writing round.

    Labels, annotations and names of files hold what their makers, or attackers, put there: line
    breaks, escape sequences, marks that write from right to left.
    """
    return "".join(c if _is_shown(c) else "\N{REPLACEMENT CHARACTER}" for c in text)


def _is_shown(character: str) -> bool:
    # Spaces that don't break are no printable characters to Python.
    return character.isprintable() or unicodedata.category(character) == "Zs"


def bare_letters(text: str) -> str:
    """Return a text in small letters without accents."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in bare if not unicodedata.combining(c))
