"""Finds dates in texts, in whatever spelling."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from sleepscorer.core.wording import bare_letters
from sleepscorer.files.edf import known_day, months_of

_MONTHS = r"[^\W\d_]{3,10}\.?"
_DAY, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:19|20)\d\d"
DATES = re.compile(
    # 1985-03-02, 1985/3/2T10:00:00; 02.03.1985, 3/2/85, 02-MAR-1985
    r"(?<!\d)\d{4}([-./_ ])\d{1,2}\1\d{1,2}(?:T[\d:.]+)?(?!\d)"
    r"|(?<!\d)\d{1,2}([-./_])(?:\d{1,2}|[A-Za-z]{3,9})\2(?:\d{4}|\d{2})(?!\d)"
    # 2 March 1985, 2. Mrz. 1985, March 2nd, 1985
    rf"|(?<!\d){_DAY}(?:\.|st|nd|rd|th)?[ _]*(?:de |of )?{_MONTHS}[ _,]*(?:de )?{_YEAR}(?!\d)"
    rf"|(?<![^\W\d_]){_MONTHS}[ _]*{_DAY}(?:st|nd|rd|th)?[ _,]+{_YEAR}(?!\d)"
    # 19850302, 02031985
    rf"|(?<!\d){_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)"
    rf"|(?<!\d)(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2]){_YEAR}(?!\d)"
)
"""Dates that are told whole."""


def spellings_of_dates(texts: Iterable[str], start: datetime | None) -> tuple[re.Pattern[str], ...]:
    """Patterns of the shorter spellings of dates that stand in texts: 850302, 02.03., 2 March."""
    found = {day for text in texts for day in _dates_in(text)}
    if (began := known_day(start)) is not None:
        found.add(began)
    patterns = []
    # "3 marks", "5 may be"
    no_word = r"(?!marks?\b|may be\b)"
    for day in sorted(found):
        d, m, y = f"0?{day.day}", f"0?{day.month}", f"{day:%y}"
        digits = {f"{day:%y%m%d}", f"{day:%d%m%y}", f"{day:%m%d%y}"}
        names = "|".join(f"{name}[^\\W\\d_]*" for name in months_of(day.month))
        patterns.append(
            re.compile(
                rf"(?<!\d)(?:{'|'.join(sorted(digits))})(?!\d)"
                rf"|(?<![\d.]){d}\.{m}\.(?!\d)"
                rf"|(?<![\d/]){d}/{m}(?![\d/])|(?<![\d/]){m}/{d}(?![\d/])"
                rf"|(?<!\d){d}\.?[-_ ]?{no_word}(?:{names})(?:[-_ ]?{y}(?!\d))?"
                rf"|(?<![^\W\d_]){no_word}(?:{names})[-_ ]?{d}(?!\d)"
                rf"|(?<!\d){day:%Y}(?!\d)",
                re.IGNORECASE,
            )
        )
    return tuple(patterns)


def _dates_in(text: str) -> Iterator[date]:
    """Every date that a stretch of a text may stand for."""
    for found in DATES.finditer(text):
        parts = re.findall(r"\d+|[^\W\d_]+", found[0].partition("T")[0])
        if len(parts) == 1 and len(parts[0]) == 8:
            whole = parts[0]
            yield from _as_dates(whole[:4], whole[4:6], whole[6:])
            yield from _as_dates(whole[4:], whole[2:4], whole[:2])
        elif len(parts) >= 3:
            first, second, third = parts[:3]
            yield from _as_dates(first, second, third)
            yield from _as_dates(third, second, first)
            yield from _as_dates(third, first, second)


def _as_dates(year: str, month: str, day: str) -> Iterator[date]:
    months = [
        n for n in range(1, 13) for name in months_of(n) if bare_letters(month).startswith(name)
    ]
    numbers = [int(month)] if month.isdigit() else months[:1]
    if not (year.isdigit() and day.isdigit() and numbers):
        return
    years = [int(year)] if len(year) == 4 else [1900 + int(year), 2000 + int(year)]
    for one in years if len(year) in (2, 4) else ():
        try:
            yield date(one, numbers[0], int(day))
        except ValueError:
            continue
