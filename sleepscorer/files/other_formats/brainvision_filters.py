"""The amplifier's and the program's filters in the comment of a BrainVision header.

Recorder writes a table of its channels as text for people, and one of software filters if there
are any: ``# Name Phys. Chn. Resolution / Unit Low Cutoff [s] High Cutoff [Hz] Notch [Hz]``. A low
cutoff in seconds is a time constant.
"""

import re
from collections.abc import Sequence

from sleepscorer.files.edf import field_number

_COLUMNS = re.compile(r"\s{2,}|\t+")
_LOW_CUTOFF = re.compile(r"low cutoff \[(s|hz)\]", re.IGNORECASE)
_HIGH_CUTOFF = re.compile(r"high cutoff \[hz\]", re.IGNORECASE)


def stated_filters(comment: Sequence[str]) -> dict[int, str]:
    """Return what the tables say of channels, by their number from 1, spelled as EDF+ does.

    Parameters
    ----------
    comment
        Lines of the section.

    Returns
    -------
    ``{1: "TC:10s LP:250Hz"}``; of a channel that stands in two tables, the words of both.
    """
    found: dict[int, str] = {}
    columns: list[str] = []
    for line in comment:
        cells = _COLUMNS.split(line)
        if cells[0] == "#":
            columns = cells
        elif len(cells) == len(columns) and cells[0].isdecimal():
            words = " ".join(filter(None, map(_words, columns, cells)))
            number = int(cells[0])
            if words:
                found[number] = f"{found.get(number, '')} {words}".lstrip()
    return found


def _words(column: str, cell: str) -> str:
    value = field_number(cell)
    low = _LOW_CUTOFF.fullmatch(column)
    if not value or value < 0:
        return ""
    if low is not None:
        return f"TC:{value:g}s" if low[1].casefold() == "s" else f"HP:{value:g}Hz"
    return f"LP:{value:g}Hz" if _HIGH_CUTOFF.fullmatch(column) else ""
