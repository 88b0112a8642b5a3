"""When a scoring or its recording began, as the files of other programs write it."""

import re
from datetime import datetime, timedelta

from sleepscorer.core.errors import ScoringError
from sleepscorer.files.edf import UNKNOWN_START
from sleepscorer.files.scorings.clock_column import clock_column

_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?", re.ASCII)
# Points throughout, as in the header of EDF: "30.01.97 22.00.00", "00.00.00 22.00.00".
_POINTED = re.compile(
    r"(?:(\d\d)\.(\d\d)\.(\d\d|\d{4})[\s,]+)?(\d\d)[.:](\d\d)[.:](\d\d)(?:[.,]\d{1,9})?", re.ASCII
)
_DATELESS = "the start has a time of day and no date: taken as 1 January 1985"
# No recording is of another century, and moments stay such that seconds can be added to them.
_YEARS = range(1900, 2200)
# Two digits of a year are of this century up to here, as in EDF's headers.
_CENTURY = 85


def moment_of(text: str) -> datetime | None:
    """Read an ISO date and time without a zone, local; None for anything else."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    microsecond = int((match[7] or "0")[:6].ljust(6, "0"))
    if year not in _YEARS:
        return None
    try:
        return datetime(year, month, day, hour, minute, second, microsecond)
    except ValueError:
        return None


def start_of(text: str) -> tuple[datetime | None, tuple[str, ...]]:
    """Read when a recording began, and say what had to be decided.

    Parameters
    ----------
    text
        ISO 8601, the date and time of EDF's header (the day first), or a time of day. Where the
        date was removed or no calendar has it, it is that of
        :data:`~sleepscorer.files.edf.UNKNOWN_START`; where the time of day is gone as well, or
        the text is something else, the start is None.
    """
    text = text.strip()
    if not text:
        return None, ()
    if (start := moment_of(text)) is not None:
        return start, ()
    if (match := _POINTED.fullmatch(text)) is not None:
        return _pointed(match, text)
    try:
        column = clock_column([(1, text)])
    except ScoringError:
        return None, (_unknown(text),)
    start = column.moments[0]
    if start.year not in _YEARS:
        return None, (_unknown(text),)
    if column.has_date:
        return start, ()
    return start, (column.note or _DATELESS,)


def _pointed(match: re.Match[str], text: str) -> tuple[datetime | None, tuple[str, ...]]:
    day, month, year = (int(part or 0) for part in match.groups()[:3])
    of_day = timedelta(hours=int(match[4]), minutes=int(match[5]), seconds=int(match[6]))
    if int(match[4]) > 23 or int(match[5]) > 59 or int(match[6]) > 59:
        return None, (_unknown(text),)
    if match[1] is not None and len(match[3]) == 2:
        year += 1900 if year >= _CENTURY else 2000
    try:
        date = datetime(year, month, day)
    except ValueError:
        # Midnight without a date is what is left where both were removed.
        return (UNKNOWN_START + of_day, (_DATELESS,)) if of_day else (None, ())
    if date.year not in _YEARS:
        return None, (_unknown(text),)
    return date + of_day, ()


def _unknown(text: str) -> str:
    return f"the start {text[:40]!r} is no date and time that is known here, and was left out"
