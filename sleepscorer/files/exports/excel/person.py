"""What the summary of the Excel report says of who was recorded."""

from collections.abc import Iterator
from datetime import date, datetime, time

from openpyxl.worksheet.worksheet import Worksheet

from sleepscorer.files.exports.excel.cells import align_left, put, put_section
from sleepscorer.files.exports.excel.columns import DATE, PLAIN, TENTHS, WHOLE, Value
from sleepscorer.files.exports.excel.epochs import FIRST_YEAR
from sleepscorer.files.exports.night import Night


def put_person(sheet: Worksheet, row: int, night: Night, n_columns: int) -> int:
    """Write who was recorded, nothing where nobody filled it in; return the row below."""
    if not (facts := list(_facts(night))):
        return row
    put_section(sheet, row, "Person", n_columns)
    for number, (label, value, unit, number_format) in enumerate(facts, start=row + 1):
        put(sheet.cell(number, 1), label)
        put(sheet.cell(number, 2), value, number_format)
        put(sheet.cell(number, 3), unit or None)
        for column in (2, 3):
            align_left(sheet.cell(number, column))
    return row + 1 + len(facts)


def _facts(night: Night) -> Iterator[tuple[str, Value, str, str]]:
    """Yield label, value, unit and number format of all that was filled in."""
    who = night.form.person
    age = None if night.start is None else who.age_on(night.start.date())
    facts: tuple[tuple[str, Value, str, str], ...] = (
        ("Name", who.name, "", PLAIN),
        ("Number or code", who.code, "", PLAIN),
        ("Date of birth", _day(who.birth_date), "", DATE),
        ("Age on the day of the recording", age, "years", WHOLE),
        ("Sex", who.sex, "", PLAIN),
        ("Height", who.height_cm, "cm", PLAIN),
        ("Weight", who.weight_kg, "kg", PLAIN),
        ("Body-mass index (BMI)", who.bmi, "kg/m²", TENTHS),
        ("Referred by", who.referrer, "", PLAIN),
        ("Indication", who.indication, "", PLAIN),
    )
    return (fact for fact in facts if fact[1] not in (None, ""))


def _day(day: date | None) -> Value:
    if day is None:
        return None
    return datetime.combine(day, time()) if day.year > FIRST_YEAR else day.isoformat()
