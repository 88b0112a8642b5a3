"""What people write on a report: who was recorded, a comment and an impression."""

from dataclasses import dataclass
from datetime import date


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
