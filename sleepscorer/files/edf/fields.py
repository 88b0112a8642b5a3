"""The fields of an EDF header as values: text, numbers, units and the start time."""

import math
import re
from datetime import date, datetime, time

from sleepscorer.files.edf.identification import MONTHS

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_VOLTAGE = re.compile(r"(micro|milli|nano|[uμmn]?)v(?:olts?)?")
_MICROVOLTS = {
    "": 1e6,
    "m": 1e3,
    "u": 1.0,
    "μ": 1.0,
    "n": 1e-3,
    "milli": 1e3,
    "micro": 1.0,
    "nano": 1e-3,
}
_THREE_NUMBERS = re.compile(r"(\d{1,2})[.:/\- ](\d{1,2})[.:/\- ](\d{1,2})", re.ASCII)
_STARTDATE = re.compile(
    r"Startdate\s+(\d{1,2})-([A-Za-z]{3})-(\d{4})(?!\d)", re.ASCII | re.IGNORECASE
)
_PADDING = " \t\r\n\x00"
_INTEGER_DIGITS = 8
_PLAUSIBLE_YEARS = range(1900, 2200)


def field_text(raw: bytes) -> str:
    """Decode a header field.

    The specification allows ASCII only; what writers store beyond it is UTF-8 or Latin-1. Some
    end the text with a zero byte and leave rubbish behind it.
    """
    raw = raw.strip(_PADDING.encode("ascii")).partition(b"\x00")[0]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return "".join(
        c if c.isprintable() or c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in text
    ).strip()


def field_number(text: str) -> float | None:
    """Return the finite number that a field holds, decimal commas allowed; else None."""
    text = text.replace(",", ".")
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    return number if math.isfinite(number) else None


def field_integer(text: str) -> int | None:
    """Return the whole number of up to eight digits that a field holds, else None.

    ``"200.0"`` is taken too, which some writers store; ``"9e99"`` is not, which none means.
    """
    number = field_number(text)
    if number is None or number != int(number) or abs(number) >= 10**_INTEGER_DIGITS:
        return None
    return int(number)


def microvolts_per(unit: str) -> float | None:
    """Return how many µV one of this unit is; None where the unit is not a voltage.

    Upper and lower case, spaces and both Unicode letters for micro are taken alike, so ``MV`` is
    a millivolt: no amplifier records megavolts.
    """
    # casefold() turns the micro sign U+00B5 into the Greek letter U+03BC.
    match = _VOLTAGE.fullmatch("".join(unit.casefold().split()))
    return _MICROVOLTS[match[1]] if match else None


def header_start(
    date_text: str, time_text: str, recording_id: str
) -> tuple[datetime | None, list[str]]:
    """Return the start of the recording and what was odd about it.

    Two-digit years 85 to 99 are 19xx and 00 to 84 are 20xx; the recording field
    ``Startdate dd-MMM-yyyy`` holds the full year (EDF+ specification, 2.1.3.3).
    """
    clock = header_clock(time_text)
    if clock is None:
        return None, [f"the start time {time_text!r} in the header is not a time"]
    day = _header_date(date_text)
    stated_day = _stated_date(recording_id)
    if day is None and stated_day is None:
        return None, [f"the start date {date_text!r} in the header is not a date"]
    if day is None and stated_day is not None:
        return datetime.combine(stated_day, clock), [
            f"the start date {date_text!r} in the header is not a date;"
            f" {stated_day.isoformat()} was taken from the recording field"
        ]
    if day is not None and stated_day is not None and day != stated_day:
        if _same_but_century(day, stated_day):
            return datetime.combine(stated_day, clock), []
        return datetime.combine(day, clock), [
            f"the header gives the start date as {day.isoformat()}, its recording field as"
            f" {stated_day.isoformat()}; the first was used"
        ]
    return (datetime.combine(day, clock) if day is not None else None), []


def header_clock(text: str) -> time | None:
    """Return the time of day in the header; None where it is none."""
    match = _THREE_NUMBERS.fullmatch(text)
    if match is None:
        return None
    try:
        return time(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def _header_date(text: str) -> date | None:
    match = _THREE_NUMBERS.fullmatch(text)
    if match is None:
        return None
    year = int(match[3])
    try:
        return date(year + (1900 if year >= 85 else 2000), int(match[2]), int(match[1]))
    except ValueError:
        return None


def _stated_date(recording_id: str) -> date | None:
    match = _STARTDATE.search(recording_id)
    if match is None or match[2].upper() not in MONTHS or int(match[3]) not in _PLAUSIBLE_YEARS:
        return None
    try:
        return date(int(match[3]), MONTHS.index(match[2].upper()) + 1, int(match[1]))
    except ValueError:
        return None


def _same_but_century(one: date, other: date) -> bool:
    return (one.year % 100, one.month, one.day) == (other.year % 100, other.month, other.day)
