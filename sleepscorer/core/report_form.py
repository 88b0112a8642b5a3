"""What people write on a report: who was recorded, a comment and an impression."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sleepscorer.core.edits import Author


@dataclass(frozen=True)
class Person:
    """Who was recorded; an empty text or None is what nobody filled in.

    Parameters
    ----------
    name, code
        Full name, and the number by which the clinic knows the person.
    birth_date
        None where it is not known.
    sex
        ``"F"``, ``"M"``, ``"X"`` (another) or empty.
    height_cm, weight_kg
        On the day of the recording.
    referrer, indication
        Who sent the person, and why.
    """

    name: str = ""
    code: str = ""
    birth_date: date | None = None
    sex: str = ""
    height_cm: float | None = None
    weight_kg: float | None = None
    referrer: str = ""
    indication: str = ""

    @property
    def bmi(self) -> float | None:
        """Body-mass index, kg/m²; None where height or weight is not known."""
        if not self.height_cm or not self.weight_kg:
            return None
        return self.weight_kg / (self.height_cm / 100) ** 2

    def age_on(self, day: date) -> int | None:
        """Whole years on a day; None where the birth date is not known or lies after it."""
        born = self.birth_date
        if born is None or born > day:
            return None
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@dataclass(frozen=True)
class ReportForm:
    """What a form in the window keeps with the session, for the report.

    Parameters
    ----------
    person
        Who was recorded.
    comment
        Of the scorer, on the recording.
    impression
        Of the physician.
    """

    person: Person = Person()
    comment: str = ""
    impression: str = ""

    def values(self) -> dict[str, str | float]:
        """Return what is filled in, by field, as JSON knows it: dates as ISO 8601, numbers float.

        What nobody filled in is left out, so that a field which comes later changes nothing here.
        """
        texts: dict[str, Any] = {name: getattr(self, name) for name in _OF_FORM}
        person: dict[str, Any] = {
            field.name: getattr(self.person, field.name) for field in fields(Person)
        }
        return {
            name: value.isoformat()
            if isinstance(value, date)
            else value
            if isinstance(value, str)
            else float(value)
            for name, value in (person | texts).items()
            if value not in (None, "")
        }

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> "ReportForm":
        """Return the form that :meth:`values` was of; ValueError where they are of none."""
        of_person, of_form = dict(values), {}
        for name in _OF_FORM:
            if name in of_person:
                of_form[name] = of_person.pop(name)
        for name, value in (*of_person.items(), *of_form.items()):
            kind = float if name in _NUMBERS else str
            if type(value) is not kind or name not in _NAMES:
                raise ValueError(f"a form's {name} makes no sense")
        if "birth_date" in of_person:
            of_person["birth_date"] = date.fromisoformat(of_person["birth_date"])
        return cls(Person(**of_person), **of_form)


_NUMBERS = ("height_cm", "weight_kg")
_OF_FORM = ("comment", "impression")
_NAMES = frozenset({*(field.name for field in fields(Person)), *_OF_FORM})


@dataclass(frozen=True)
class FormEntry:
    """A form as it was saved once; the log of a session keeps every one.

    Parameters
    ----------
    utc
        ISO 8601 time, UTC.
    author
        Who saved it, where.
    form
        What it said.
    n_edits
        How many edits the log of the session held.
    layer
        Number of the layer that it belongs to.
    """

    utc: str
    author: Author
    form: ReportForm
    n_edits: int
    layer: int = 1
