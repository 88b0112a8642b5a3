"""What is typed of a person, as values; what makes none is refused in words."""

import re
from dataclasses import dataclass
from datetime import date

from sleepscorer.core.errors import UsageError

_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
_DOTTED = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})")
_OLDEST_YEARS = 130


@dataclass(frozen=True)
class Measure:
    """A number of which it is known what it is of.

    Parameters
    ----------
    name, unit
        In words, and as it is written.
    least, most
        Smaller and larger ones are taken for mistakes.
    example
        One that is none.
    """

    name: str
    unit: str
    least: float
    most: float
    example: str

    def value_of(self, text: str) -> float | None:
        """Read a number with a point or a comma, with or without its unit; None where none stands.

        Raises
        ------
        UsageError
            What is wrong with it.
        """
        typed = text.strip()
        if not typed:
            return None
        number = typed.removesuffix(self.unit).strip().replace(",", ".")
        between = f"{self.least:g} to {self.most:g} {self.unit}, such as {self.example}"
        if re.fullmatch(r"\d{1,6}(\.\d{1,6})?", number) is None:
            raise UsageError(f"“{typed}” is no {self.name}", hint=f"type {between}")
        value = float(number)
        if not self.least <= value <= self.most:
            said = f"{number} {self.unit} is no {self.name} of a person"
            raise UsageError(said, hint=f"type {between}")
        return value


HEIGHT_CM = Measure("height", "cm", 20, 280, "172")
WEIGHT_KG = Measure("weight", "kg", 0.3, 650, "70.5")


def birth_date_of(text: str, latest: date) -> date | None:
    """Read year-month-day or day.month.year; None where nothing stands.

    Raises
    ------
    UsageError
        If it is no such day, one after the latest that is possible, or far too early.
    """
    typed = text.strip()
    if not typed:
        return None
    hint = "type year-month-day or day.month.year, such as 1951-05-02 or 02.05.1951"
    born = _date_of(typed)
    if born is None:
        raise UsageError(f"“{typed}” is no date", hint=hint)
    if born > latest:
        raise UsageError(f"{born} is a birth date after {latest}", hint=hint)
    if latest.year - born.year > _OLDEST_YEARS:
        years = f"more than {_OLDEST_YEARS} years before {latest}"
        raise UsageError(f"{born} is {years}", hint=hint)
    return born


def _date_of(typed: str) -> date | None:
    parts = _ISO.fullmatch(typed) or _DOTTED.fullmatch(typed)
    try:
        return parts and date(int(parts["year"]), int(parts["month"]), int(parts["day"]))
    except ValueError:
        return None
